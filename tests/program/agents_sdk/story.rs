//! The story: what the agent does, what people do, and what the agent is told. Start at [`play`].

use std::path::Path;
use std::process::Command;

use exledger::record::time::Instant;
use serde_json::{Value, json};

use crate::agents_sdk::agent::{Agent, Server};
use crate::cli::{self, REAL_CLOCK};
use crate::gate::live::present;
use crate::support::repo::Repo;

const POLICY: &str = "version: 1
people: {agents: [coder@example.com]}
groups: {leads: [lee@example.com]}
tiers:
  - name: standard
    max_term: 90d
    approvals: {count: 1, each_of: [leads]}
    require: [compensating_controls]
";

/// What the agent saw.
pub(super) struct Played {
    pub(super) protocol: String,
    pub(super) steps: Vec<Step>,
    /// The first instant of the story.
    pub(super) begun: Instant,
}

/// One thing that happened.
pub(super) enum Step {
    /// What the agent or the people do next, as a heading.
    Heading(&'static str),
    /// The agent called a tool.
    Call { tool: &'static str, arguments: Value, result: Value },
    /// A person typed this.
    Typed(Vec<String>),
}

/// The ledger's clone, the agent, and what happened so far.
struct Story {
    ledger: Repo,
    agent: Agent,
    steps: Vec<Step>,
}

/// Plays the story with an agent started by `start`.
pub(super) fn play(start: &dyn Fn(&Server, &Path) -> Agent) -> Played {
    let begun = present(0);
    let ledger = Repo::at(&present(-3 * 86_400).to_string());
    ledger.by("root").write("exledger.yaml", POLICY).commit("Begin");
    ledger.checkout();
    ledger.config("user.name", "Ana Ruiz");
    ledger.config("user.email", "ana@example.com");
    let elsewhere = crate::support::temporary();
    let receipts = elsewhere.path().join("receipts.jsonl").display().to_string();
    let started =
        cli::run_with(ledger.path(), &["check", "--new-receipts", &receipts], &[REAL_CLOCK]);
    assert_eq!(started.code, 0, "{}", started.err);
    let folder = ledger.path().display().to_string();
    let words =
        ["mcp", "--ledger", &folder, "--as", "agent:coder", "--drafts", "--receipts", &receipts];
    let server = Server {
        words: [env!("CARGO_BIN_EXE_exledger")]
            .iter()
            .chain(&words)
            .map(|it| (*it).to_owned())
            .collect(),
        environment: json!({
            "HOME": elsewhere.path(),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PATH": std::env::var("PATH").unwrap_or_default(),
            REAL_CLOCK.0: REAL_CLOCK.1,
        }),
    };
    let agent = start(&server, elsewhere.path());
    let mut story = Story { ledger, agent, steps: Vec::new() };
    story.once();
    story.until_revoked();
    let Story { agent, steps, .. } = story;
    let protocol = agent.protocol.clone();
    agent.end();
    Played { protocol, steps, begun }
}

impl Story {
    /// Asks, is refused, requests one use, uses it, and is refused again.
    fn once(&mut self) {
        let merge = json!({"action": "merge", "resource": "repo:acme/billing"});
        self.heading("The agent asks, and is refused");
        let refused = self.call("may_i", &merge);
        assert_eq!(verdict(&refused), "deny");

        self.heading("It files a request");
        let asked = json!({
            "receipt": refused["structuredContent"],
            "title": "The coding agent merges the fix of the invoice run",
            "rule": "People merge into billing",
            "credential": "vault:prod/agents/coder",
            "task": "merge the fix of BILL-412",
            "risk_level": "moderate",
            "root_cause": "tool-access",
            "justification": "The invoice run of tonight fails without the fix, which two people have reviewed.",
            "compensating_control": ["The merge is reverted if a check fails"],
            "trigger": ["The agent merges anything else => revoke"],
            "expires": "7d",
            "uses": 1,
        });
        let request = self.call("request_exception", &asked);
        let request = request["structuredContent"].clone();
        assert_eq!(request["needed"]["each_of"], json!(["leads"]));
        let branch = request["branch"].as_str().unwrap().to_owned();
        assert_eq!(branch, format!("exledger/request/{}", request["id"].as_str().unwrap()));

        let pending = self.call("may_i", &merge);
        assert_eq!(verdict(&pending), "pending");
        let again = self.agent.call("request_exception", &asked);
        assert_eq!(again["structuredContent"], request);

        self.heading("Lee reviews the branch and merges it");
        self.human(&[
            "git",
            "merge",
            "--quiet",
            "--no-ff",
            "--message",
            "Let the agent merge the fix",
            &branch,
        ]);

        self.heading("The agent acts, once");
        let allowed = self.call("may_i", &merge);
        assert_eq!(verdict(&allowed), "allow");
        let used_up = self.call("may_i", &merge);
        assert_eq!(verdict(&used_up), "deny");
    }

    /// Waits for a decision, acts under it, and is stopped by its revocation, while one server runs on.
    fn until_revoked(&mut self) {
        let write = json!({"action": "write", "resource": "wiki:billing"});
        let mut wait = write.clone();
        wait["seconds"] = 60.into();
        self.heading("Another request, and the agent waits for the decision");
        let request = self.agent.call(
            "request_exception",
            &json!({
                "action": ["write"],
                "resource": ["wiki:billing"],
                "title": "The coding agent keeps the runbook of the invoice run",
                "rule": "People write the wiki",
                "credential": "vault:prod/agents/coder",
                "task": "keep the runbook of the invoice run",
                "risk_level": "low",
                "root_cause": "tool-access",
                "justification": "The runbook changes with each fix, and the agent knows what it has changed.",
                "compensating_control": ["Each change of a page is mailed to its owner"],
                "trigger": ["The agent changes another page => revoke"],
                "expires": "30d",
            }),
        );
        let request = &request["structuredContent"];
        let id = request["id"].as_str().unwrap().to_owned();
        let branch = request["branch"].as_str().unwrap().to_owned();
        self.agent.send("wait", &wait);
        // The agent waits already when Lee types.
        self.human(&[
            "git",
            "merge",
            "--quiet",
            "--no-ff",
            "--message",
            "Let the agent keep the runbook",
            &branch,
        ]);
        let decided = self.agent.answer();
        assert_eq!(verdict(&decided), "allow");
        self.steps.push(Step::Call { tool: "wait", arguments: wait, result: decided });
        let allowed = self.agent.call("may_i", &write);
        assert_eq!(verdict(&allowed), "allow");

        self.heading("Lee revokes it, while the server runs on");
        let reason = "The agent changed another page";
        let evidence = "E1=log:https://wiki.example.com/billing/history";
        let close = [
            "exledger",
            "close",
            &id,
            "--outcome",
            "revoked",
            "--reason",
            reason,
            "--evidence",
            evidence,
        ];
        self.human(&close);
        self.human(&["git", "commit", "--quiet", "--all", "--message", "Revoke it"]);
        let stopped = self.call("may_i", &write);
        assert_eq!(verdict(&stopped), "deny");
        let status = self.call("status", &json!({"id": id}));
        assert_eq!(status["structuredContent"]["in_force"], false);
        let texts = status["content"].to_string();
        assert!(!texts.contains(reason), "what people wrote is data: {texts}");
    }

    fn heading(&mut self, text: &'static str) {
        self.steps.push(Step::Heading(text));
    }

    fn call(&mut self, tool: &'static str, arguments: &Value) -> Value {
        let result = self.agent.call(tool, arguments);
        assert!(result["isError"] != true, "{tool} {arguments}: {result}");
        let arguments = arguments.clone();
        self.steps.push(Step::Call { tool, arguments, result: result.clone() });
        result
    }

    /// Lets Lee type a command in the ledger's clone.
    fn human(&mut self, words: &[&str]) {
        let program = match words[0] {
            "exledger" => env!("CARGO_BIN_EXE_exledger"),
            other => other,
        };
        let output = Command::new(program)
            .args(&words[1..])
            .current_dir(self.ledger.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.ledger.path().join("nobody"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(["GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_KEY_1"].iter().zip([
                "2",
                "user.name",
                "user.email",
            ]))
            .envs([("GIT_CONFIG_VALUE_0", "Lee Park"), ("GIT_CONFIG_VALUE_1", "lee@example.com")])
            .env(REAL_CLOCK.0, REAL_CLOCK.1)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {error}");
        self.steps.push(Step::Typed(words.iter().map(|word| (*word).to_owned()).collect()));
    }
}

fn verdict(result: &Value) -> &str {
    let verdict = result["structuredContent"]["verdict"].as_str();
    verdict.unwrap_or_else(|| panic!("{result}"))
}
