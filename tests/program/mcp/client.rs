//! A client that writes frames by hand, and reads every line of the server's output as a frame.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli;

/// How long an answer may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server.
pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    frames: Receiver<Value>,
    /// Frames that were read while another one was wanted.
    others: Vec<Value>,
    last_id: u64,
}

impl Client {
    /// Starts `mcp` in a folder, with these arguments and variables.
    pub(crate) fn start(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Client {
        let path = std::env::var("PATH").unwrap_or_default();
        let args = [&["mcp"], args].concat();
        let variables = [&[("PATH", path.as_str()), cli::REAL_CLOCK], variables].concat();
        let mut child = cli::program(folder, &args, &variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.stdout.take().unwrap();
        let (read, frames) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let line = line.unwrap();
                let frame = serde_json::from_str(&line);
                // A line that is no frame ends the test that waits for the next one.
                let Ok(frame) = frame else { return };
                if read.send(frame).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        Client { child, input, frames, others: Vec::new(), last_id: 0 }
    }

    /// Writes bytes and a line end.
    pub(crate) fn write(&mut self, line: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line).unwrap();
        input.write_all(b"\n").unwrap();
        input.flush().unwrap();
    }

    pub(crate) fn send(&mut self, frame: &Value) {
        self.write(frame.to_string().as_bytes());
    }

    /// Sends a request, and returns its id.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Returns the next frame.
    pub(crate) fn next(&mut self) -> Value {
        if !self.others.is_empty() {
            return self.others.remove(0);
        }
        self.frames.recv_timeout(PATIENCE).unwrap()
    }

    /// Returns the answer to a request, whatever comes before it.
    pub(crate) fn answer(&mut self, id: u64) -> Value {
        let is_it = |frame: &Value| frame["id"] == id && frame.get("method").is_none();
        if let Some(place) = self.others.iter().position(is_it) {
            return self.others.remove(place);
        }
        loop {
            let frame = self.frames.recv_timeout(PATIENCE).unwrap();
            if is_it(&frame) {
                return frame;
            }
            self.others.push(frame);
        }
    }

    /// Returns the frames that no call has taken.
    pub(crate) fn rest(&mut self) -> Vec<Value> {
        self.others.extend(self.frames.try_iter());
        std::mem::take(&mut self.others)
    }

    /// Sends a request, and returns its answer.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.request(method, params);
        self.answer(id)
    }

    /// Calls a tool, and returns the result.
    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    /// Begins a session as before 2026-07-28, and returns the answer.
    pub(crate) fn initialize(&mut self, version: &str) -> Value {
        let client = json!({"name": "test", "version": "1"});
        let params = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
        let answer = self.ask("initialize", &params);
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        answer
    }

    /// Closes the reading end of the answers.
    pub(crate) fn close_input(&mut self) {
        drop(self.input.take());
    }

    /// Ends the input, and returns the exit code, the frames that were left, and stderr.
    pub(crate) fn end(mut self) -> (i32, Vec<Value>, String) {
        self.close_input();
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        let mut rest = self.rest();
        // The reader ends with the output.
        rest.extend(self.frames.iter());
        (code, rest, err)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
