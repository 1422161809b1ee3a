//! An agent that calls the tools of a server: through an SDK, or by frames of our own. Start at [`Agent`].

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::support::project;

/// An official SDK.
#[derive(Clone, Copy)]
pub(super) enum Sdk {
    Python2026,
    Python2025,
    TypeScript,
}

/// The command line of a server, and its environment.
pub(super) struct Server {
    pub(super) words: Vec<String>,
    pub(super) environment: Value,
}

/// An agent with a server that runs as long as it does.
pub(super) struct Agent {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// The frames of our own that were sent; `None` through an SDK, which numbers its own.
    sent: Option<u64>,
    pub(super) protocol: String,
}

impl Sdk {
    /// Returns the name of the folder in which it is installed.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Sdk::Python2026 => "python-2026",
            Sdk::Python2025 => "python-2025",
            Sdk::TypeScript => "typescript",
        }
    }

    /// Returns the beginning of the command line that drives a server through it; `None` if it is not installed.
    pub(super) fn command(self) -> Option<Vec<String>> {
        let place = project::root().join("target/sdk").join(self.folder());
        let is_there = place.join("installed").exists();
        assert!(
            is_there || std::env::var_os("CI").is_none(),
            "{} is missing: `.ci/run sdks` installs it",
            place.display()
        );
        let shown = |path: PathBuf| path.display().to_string();
        let script = |name: &str| shown(project::root().join("tests/sdk").join(name));
        let place = shown(place);
        is_there.then(|| match self {
            Sdk::Python2026 => python(&place, script("drive_2026.py")),
            Sdk::Python2025 => python(&place, script("drive_2025.py")),
            Sdk::TypeScript => vec!["node".to_owned(), script("drive.mjs"), place],
        })
    }
}

/// Runs a script with the packages of one folder.
fn python(packages: &str, script: String) -> Vec<String> {
    let path = format!("PYTHONPATH={packages}");
    vec!["env".to_owned(), path, "python3".to_owned(), script]
}

impl Agent {
    /// Starts an agent whose SDK starts the server.
    pub(super) fn through(command: &[String], server: &Server, folder: &Path) -> Agent {
        let words = command.iter().chain(&server.words);
        let words: Vec<&str> = words.map(String::as_str).collect();
        let mut program = Command::new(words[0]);
        program.args(&words[1..]);
        let mut agent = Agent::start(&mut program, folder);
        agent.write(&server.environment);
        let begun = agent.read();
        let tools = begun["tools"].as_array().unwrap();
        assert_eq!(tools.len(), 5, "{begun}");
        agent.protocol = begun["protocol"].as_str().unwrap().to_owned();
        agent
    }

    /// Starts the server and speaks to it by frames.
    pub(super) fn plain(server: &Server, folder: &Path) -> Agent {
        let mut program = Command::new(&server.words[0]);
        program.args(&server.words[1..]).env_clear();
        for (key, value) in server.environment.as_object().unwrap() {
            program.env(key, value.as_str().unwrap());
        }
        let mut agent = Agent::start(&mut program, folder);
        agent.sent = Some(0);
        agent.send_frame(
            "initialize",
            &json!({
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "story", "version": "1.0.0"},
            }),
        );
        let begun = agent.answer();
        agent.write(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        agent.protocol = begun["protocolVersion"].as_str().unwrap().to_owned();
        agent
    }

    fn start(program: &mut Command, folder: &Path) -> Agent {
        let mut child = program
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        Agent {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
            sent: None,
            protocol: String::new(),
        }
    }

    /// Calls a tool, and returns its result.
    pub(super) fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.send(tool, arguments);
        self.answer()
    }

    /// Calls a tool without waiting for the result.
    pub(super) fn send(&mut self, tool: &str, arguments: &Value) {
        match self.sent {
            Some(_) => {
                self.send_frame("tools/call", &json!({"name": tool, "arguments": arguments}));
            }
            None => self.write(&json!({"tool": tool, "arguments": arguments})),
        }
    }

    /// Returns the result of the last call.
    pub(super) fn answer(&mut self) -> Value {
        let Some(sent) = self.sent else {
            return self.read();
        };
        loop {
            let frame = self.read();
            if frame["id"] == sent {
                assert!(frame["error"].is_null(), "{frame}");
                return frame["result"].clone();
            }
        }
    }

    fn send_frame(&mut self, method: &str, params: &Value) {
        let id = self.sent.unwrap_or_default() + 1;
        self.sent = Some(id);
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
    }

    fn write(&mut self, value: &Value) {
        let input = self.input.as_mut().unwrap();
        input.write_all(format!("{value}\n").as_bytes()).unwrap();
        input.flush().unwrap();
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: `{line}`"))
    }

    /// Ends the input, which ends the server.
    pub(super) fn end(mut self) {
        drop(self.input.take());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
