//! `hook`: what agent runtimes ask, what the map makes of it, and the answer, which is exit 0 or 2 and nothing else.
//!
//! Follows `docs/spec/cli.md`, hook.

mod calls;
mod outcomes;
mod payloads;
mod places;
mod reach;

use std::path::Path;

use crate::cli::{self, REAL_CLOCK, Run};
use crate::gate::live::Gate;
use crate::support::repo::git;

/// A map that asks about the tool `merge`, lets `Read` run, and refuses the rest.
pub(crate) const MAP: &str = "version: 1
unmatched: deny
rules:
  - {tool: [Read, Grep], pass: true}
  - {tool: WebFetch, deny: use the proxy}
  - {tool: [merge, MCP:merge, Shell], ask: {application: billing}}
  - {tool: application, ask: {application: \"{input.name}\"}}
";

/// The payload of a tool call in each runtime, as its documentation describes it.
pub(crate) fn payload(runtime: &str, tool: &str, cwd: &Path) -> String {
    let cwd = cwd.display();
    match runtime {
        "claude-code" => format!(
            r#"{{"session_id":"s1","transcript_path":"/home/a/t.jsonl","cwd":"{cwd}","permission_mode":"default","hook_event_name":"PreToolUse","tool_name":"{tool}","tool_input":{{"name":"billing"}},"tool_use_id":"t1"}}"#
        ),
        "codex" => format!(
            r#"{{"session_id":"s1","turn_id":"u1","transcript_path":null,"cwd":"{cwd}","hook_event_name":"PreToolUse","model":"m","permission_mode":"default","tool_name":"{tool}","tool_input":{{"command":"ls"}},"tool_use_id":"t1"}}"#
        ),
        "cursor" => format!(
            r#"{{"conversation_id":"c1","generation_id":"g1","hook_event_name":"preToolUse","cursor_version":"2.0","workspace_roots":["{cwd}"],"tool_name":"{tool}","tool_input":"{{\"command\":\"ls\"}}"}}"#
        ),
        "copilot" => format!(
            r#"{{"timestamp":1704614600000,"cwd":"{cwd}","toolName":"{tool}","toolArgs":"{{\"command\":\"ls\"}}"}}"#
        ),
        "gemini" => format!(
            r#"{{"session_id":"s1","transcript_path":"/t","cwd":"{cwd}","hook_event_name":"BeforeTool","timestamp":"2026-11-20T09:00:00Z","tool_name":"{tool}","tool_input":{{"command":"ls"}}}}"#
        ),
        other => panic!("{other}"),
    }
}

/// A ledger with a map that Lee approved, its clone, and the folder in which the agent works.
pub(crate) struct Asked {
    pub(crate) gate: Gate,
    pub(crate) work: tempfile::TempDir,
}

impl Asked {
    pub(crate) fn new() -> Asked {
        let gate = Gate::ending_after(86_400, "");
        let asked = Asked { gate, work: crate::support::temporary() };
        asked.approve_map(MAP);
        asked
    }

    pub(crate) fn approve_map(&self, map: &str) {
        let repo = &self.gate.repo;
        let name = format!("map-{}", repo.tip("main"));
        repo.branch(&name).by("ana").write("exledger-hooks.yaml", map).commit("Map the tools");
        repo.by("lee").merge(&name, "Merge the map");
        self.gate.fetch();
    }

    pub(crate) fn ledger(&self) -> String {
        self.gate.clone.path().display().to_string()
    }

    /// Runs `hook` from another folder than any of theirs.
    pub(crate) fn hook(&self, runtime: &str, more: &[&str], input: &str) -> Run {
        let ledger = self.ledger();
        let args = [&["hook", runtime, "--ledger", &ledger], more].concat();
        hook(&args, &[], input)
    }

    pub(crate) fn call(&self, runtime: &str, tool: &str) -> Run {
        self.hook(runtime, &[], &payload(runtime, tool, self.work.path()))
    }
}

/// Runs the program with arguments, a few environment variables and input.
pub(crate) fn hook(args: &[&str], variables: &[(&str, &str)], input: &str) -> Run {
    let path = std::env::var("PATH").unwrap_or_default();
    let variables = [&[("PATH", path.as_str()), REAL_CLOCK], variables].concat();
    cli::run_fed_with(Path::new("/"), args, &variables, input.as_bytes())
}

/// Asserts that a call is refused, with a reason on stderr.
pub(crate) fn refused(run: &Run, reason: &str) {
    assert_eq!(run.code, 2, "{} {}", run.out, run.err);
    assert!(run.err.contains(reason), "`{reason}` is not in {}", run.err);
    assert!(!run.err.trim().is_empty());
}

const RUNTIMES: [&str; 5] = ["claude-code", "codex", "cursor", "copilot", "gemini"];

#[test]
fn each_runtime_passes_under_an_exception_and_is_refused_after_its_revocation() {
    let asked = Asked::new();
    let passed = |runtime: &str| match runtime {
        "cursor" => "{\"permission\":\"allow\"}\n",
        _ => "",
    };
    for runtime in RUNTIMES {
        let run = asked.call(runtime, "merge");
        assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, passed(runtime), ""));
        assert_eq!(asked.call(runtime, "Read").code, 0);
        refused(&asked.call(runtime, "WebFetch"), "use the proxy");
        refused(&asked.call(runtime, "Write"), "no rule of exledger-hooks.yaml matches");
    }
    let closure =
        "closure: {outcome: revoked, date: 2026-11-21, by: ana@example.com, reason: IGNORE ALL}";
    asked.gate.repo.by("lee").edit(crate::support::samples::ID, closure).commit("Close it");
    assert_eq!(asked.call("codex", "merge").code, 0, "nothing was fetched");
    for runtime in RUNTIMES {
        let run = asked.hook(runtime, &["--fetch"], &payload(runtime, "merge", asked.work.path()));
        refused(&run, "deny: EXC-2026-7F3KQ");
        assert!(!run.err.contains("IGNORE"), "what people wrote is no reason: {}", run.err);
        let out: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_default();
        let (key, word) = match runtime {
            "cursor" => ("permission", "agent_message"),
            "copilot" => ("permissionDecision", "permissionDecisionReason"),
            _ => {
                assert_eq!(run.out, "");
                continue;
            }
        };
        assert_eq!(out[key], "deny");
        assert!(out[word].as_str().unwrap().contains("EXC-2026-7F3KQ"), "{out}");
    }
}

#[test]
fn whatever_goes_wrong_refuses_the_call() {
    let asked = Asked::new();
    let ledger = asked.ledger();
    let good = payload("claude-code", "merge", asked.work.path());
    for (input, reason) in [
        ("{}", "no `hook_event_name`"),
        ("", "not JSON"),
        ("[1]", "not a JSON object"),
        (&good[..good.len() / 2], "not JSON"),
        (&good.replace("PreToolUse", "PostToolUse"), "`PostToolUse` is not an event"),
        (&good.replace("\"name\"", "\"name\":1,\"name\""), "not JSON"),
        (&good.replace("{\"name\":\"billing\"}", "[]"), "`tool_input`"),
        (&good.replace("merge", " "), "`tool_name`"),
    ] {
        refused(&asked.hook("claude-code", &[], input), reason);
    }
    let broken = [
        &["hook", "claude-code"][..],
        &["hook", "claude-code", "--ledger", "relative"],
        &["hook", "claude-code", "--ledger", "/nowhere/at/all"],
        &["hook", "vim", "--ledger", &ledger],
        &["hook", "claude-code", "--ledger", &ledger, "--wrong"],
        &["hook", "claude-code", "--ledger", &ledger, "--timeout", "0s"],
        &["hook", "claude-code", "--ledger", &ledger, "--map", "map.yaml"],
        &["hook", "claude-code", "--ledger", &ledger, "--as", ""],
        &["hook", "claude-code", "--ledger", &ledger, "--on", "2026-01-01"],
        &["hook", "claude-code", "--ledger", &ledger, "--as-of", "2026-01-01"],
        &["hook", "claude-code", "--ledger", &ledger, "--approved-ref", "main"],
        &["-C", "/", "hook", "claude-code", "--ledger", &ledger],
    ];
    for args in broken {
        refused(&hook(args, &[], &good), "");
    }
    let nowhere = hook(&["hook", "claude-code", "--ledger", "/nowhere/at/all"], &[], &good);
    refused(&nowhere, "/nowhere/at/all");
    assert!(!nowhere.err.contains(" -C"), "{}", nowhere.err);
    let help = hook(&["hook", "--help"], &[], "").out;
    assert!(!help.contains(" -C") && !help.contains("--on "), "{help}");
    let args = ["hook", "claude-code", "--ledger", &ledger];
    assert_eq!(hook(&args, &[], &good).code, 0);
    refused(&hook(&args, &[("EXLEDGER_TEST_PANIC", "1")], &good), "internal error");
    // Neither another ledger, another ref nor a shell's question for completions is chosen by the environment.
    for chosen in [
        ("EXLEDGER_COMPLETE", "bash"),
        ("EXLEDGER_ROOT", "/"),
        ("EXLEDGER_APPROVED_REF", "refs/heads/none"),
        ("GIT_DIR", "/nowhere"),
    ] {
        assert_eq!(hook(&args, &[chosen], &good).code, 0, "{chosen:?}");
        refused(&hook(&args, &[chosen], "{}"), "hook_event_name");
    }
    git(asked.gate.clone.path(), &["config", "exledger.approvedRef", "refs/heads/none"]);
    assert_eq!(hook(&args, &[], &good).code, 0, "git's settings don't choose the ref");
}

#[test]
fn a_call_that_is_not_answered_in_time_is_refused() {
    let asked = Asked::new();
    let ledger = asked.ledger();
    let args = ["hook", "cursor", "--ledger", &ledger, "--timeout", "1s"];
    let mut child = cli::program(Path::new("/"), &args, &[REAL_CLOCK])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The payload never ends.
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("no answer within 1 seconds"));
    assert!(String::from_utf8(output.stdout).unwrap().contains("\"permission\":\"deny\""));
}
