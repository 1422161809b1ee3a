//! What each runtime does with a call, by its own rules, whatever happens to the hook; and the story of one exception.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use serde_json::Value;

use crate::cli::{self, REAL_CLOCK};
use crate::gate::live::present;
use crate::hook::{Asked, MAP, RUNTIMES, payload, refused};
use crate::support::keygen::made;
use crate::support::project;
use crate::support::samples::{ID, SAMPLE};

/// What a runtime sees of its hook.
enum Hook {
    /// It ended, with this output.
    Ended(Output),
    /// It was killed, could not be started, or ended by a signal.
    Killed,
    /// It did not end within the runtime's own time limit.
    TimeOut,
}

/// Tells whether a runtime runs the call, by the rules that its documentation states, with the settings that
/// `--print-config` prints.
fn runs(runtime: &str, settings: &Value, hook: &Hook) -> bool {
    let hooks = &settings["hooks"];
    let blocks_on_failure = match runtime {
        "claude-code" => hooks["PreToolUse"][0]["hooks"][0]["onFailure"] == "block",
        "cursor" => hooks["preToolUse"][0]["failClosed"] == true,
        _ => false,
    };
    let output = match hook {
        Hook::Ended(output) => output,
        Hook::Killed if runtime == "copilot" => return false,
        Hook::Killed | Hook::TimeOut => return !blocks_on_failure,
    };
    let out: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    match (runtime, output.status.code()) {
        ("cursor", Some(0)) => out["permission"] == "allow",
        ("copilot", Some(0)) => out["permissionDecision"] != "deny",
        // On stdout, both know nothing but a refusal: anything else is an error of the hook.
        ("claude-code" | "codex" | "gemini", Some(0)) => output.stdout.is_empty(),
        ("codex", Some(2)) => output.stderr.trim_ascii().is_empty(),
        ("copilot", _) | (_, Some(2)) => false,
        _ => !blocks_on_failure,
    }
}

/// Starts `hook` before it is given a payload.
fn started(asked: &Asked, runtime: &str, more: &[&str]) -> Child {
    let path = std::env::var("PATH").unwrap_or_default();
    let ledger = asked.ledger();
    let args = [&["hook", runtime, "--ledger", &ledger], more].concat();
    cli::program(Path::new("/"), &args, &[("PATH", &path), REAL_CLOCK])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Gives it a payload.
fn give(hook: &mut Child, input: &str) {
    // A program that refuses its arguments does not read.
    let _ = hook.stdin.take().unwrap().write_all(input.as_bytes());
}

fn ended(hook: Child) -> Hook {
    Hook::Ended(hook.wait_with_output().unwrap())
}

/// Runs `hook` for a payload.
fn hooked(asked: &Asked, runtime: &str, more: &[&str], input: &str) -> Hook {
    let mut hook = started(asked, runtime, more);
    give(&mut hook, input);
    ended(hook)
}

/// Starts `hook`, and kills it before it was given a payload.
fn killed(asked: &Asked, runtime: &str) -> Hook {
    let mut hook = started(asked, runtime, &[]);
    hook.kill().unwrap();
    let output = hook.wait_with_output().unwrap();
    assert_eq!(output.status.code(), None, "it did not end by itself");
    Hook::Killed
}

/// Returns the rows of the table in docs/agents.md: what happens, and what each runtime does.
fn documented() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(project::root().join("docs/agents.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let cells = rows.map(|row| row.split(" | ").map(str::to_owned).collect::<Vec<String>>());
    cells
        .filter(|cells| cells.len() == 6)
        .map(|cells| (cells[0].clone(), cells[1..].to_vec()))
        .collect()
}

#[test]
fn each_runtime_does_what_the_documentation_says_whatever_happens_to_the_hook() {
    let asked = Asked::new();
    let folder = crate::support::temporary();
    let receipts = folder.path().join("receipts");
    fs::write(&receipts, "").unwrap();
    let table = documented();
    assert_eq!(table.get("what happens").unwrap(), &RUNTIMES, "the columns");
    // A disk that does not answer, as far as the program can tell: a lock that nobody releases.
    let held = fs::OpenOptions::new().append(true).open(&receipts).unwrap();
    held.lock().unwrap();
    let slow = ["--timeout", "1s", "--receipts", receipts.to_str().unwrap()];
    let late = RUNTIMES.map(|runtime| {
        let mut hook = started(&asked, runtime, &slow);
        give(&mut hook, &payload(runtime, "merge", asked.work.path()));
        hook
    });
    let late = late.map(ended);
    drop(held);
    for ((column, runtime), late) in RUNTIMES.iter().enumerate().zip(late) {
        let printed = asked.hook(runtime, &["--print-config"], "");
        let settings: Value = serde_json::from_str(&printed.out).unwrap();
        let good = payload(runtime, "merge", asked.work.path());
        let denied = payload(runtime, "WebFetch", asked.work.path());
        for (row, hook) in [
            ("the call is allowed", hooked(&asked, runtime, &[], &good)),
            ("the call is refused", hooked(&asked, runtime, &[], &denied)),
            ("the payload can't be read", hooked(&asked, runtime, &[], &good[..good.len() / 2])),
            ("a flag is wrong", hooked(&asked, runtime, &["--wrong"], &good)),
            ("no answer within `--timeout`", late),
            ("the hook is killed", killed(&asked, runtime)),
            ("no answer within the runtime's own limit", Hook::TimeOut),
        ] {
            let word = if runs(runtime, &settings, &hook) { "runs" } else { "refused" };
            let cells = table.get(row).unwrap_or_else(|| panic!("no row `{row}`"));
            assert_eq!(cells[column], word, "{runtime}: {row}");
        }
    }
}

#[test]
fn a_proposal_changes_nothing_for_any_runtime_until_it_is_approved_and_its_revocation_does() {
    let asked = Asked::new();
    asked.approve_map(&MAP.replace("application: billing", "application: wiki"));
    let repo = &asked.gate.repo;
    let call = |runtime: &str| asked.call(runtime, "merge");
    for runtime in RUNTIMES {
        refused(&call(runtime), "deny: no exception covers it");
    }
    let wiki = "EXC-2026-W1K1A";
    let text = SAMPLE
        .replace(ID, wiki)
        .replace("application: billing", "application: wiki")
        .replace("2026-12-20", &present(86_400).to_string());
    repo.branch("wiki").by("ana").write(wiki, &text).commit("File it");
    asked.gate.fetch();
    for runtime in RUNTIMES {
        refused(&call(runtime), "pending: EXC-2026-W1K1A would cover it and is proposed");
    }
    let kept = crate::support::temporary();
    let more = ["--refused", kept.path().to_str().unwrap()];
    let merge = payload("claude-code", "merge", asked.work.path());
    let run = asked.hook("claude-code", &more, &merge);
    refused(&run, "pending: EXC-2026-W1K1A would cover it and is proposed");
    assert!(!format!("{}{}", run.out, run.err).contains("exledger new"), "{}", run.err);
    repo.by("lee").merge("wiki", "Merge branch 'wiki'");
    asked.gate.fetch();
    for runtime in RUNTIMES {
        assert_eq!(call(runtime).code, 0, "{runtime}");
    }
    let closure =
        "closure: {outcome: revoked, date: 2026-11-21, by: ana@example.com, reason: Over}";
    repo.by("lee").edit(wiki, closure).commit("Close it");
    asked.gate.fetch();
    for runtime in RUNTIMES {
        refused(&call(runtime), "deny: EXC-2026-W1K1A would cover it and is closed");
    }
}

#[test]
fn a_map_that_lands_without_approval_is_not_asked() {
    let asked = Asked::new();
    let repo = &asked.gate.repo;
    assert_eq!(asked.call("codex", "Read").code, 0);
    // Another application, and everything passes: pushed by its author alone.
    let own = "version: 1\nunmatched: pass\nrules: [{tool: merge, ask: {application: wiki}}]\n";
    repo.by("mal").write("exledger-hooks.yaml", own).commit("Map it my way");
    asked.gate.fetch();
    assert_eq!(asked.call("codex", "merge").code, 0, "as the approved map asks");
    refused(&asked.call("codex", "Write"), "no rule of exledger-hooks.yaml matches");
    repo.by("kim").write("exledger-hooks.yaml", MAP).commit("Put it back");
    asked.approve_map(
        "version: 1\nunmatched: deny\nrules: [{tool: merge, ask: {application: wiki}}]\n",
    );
    refused(&asked.call("codex", "merge"), "deny: no exception covers it");
}

#[test]
fn what_is_no_file_is_no_map_and_lint_says_so() {
    let asked = Asked::new();
    let repo = &asked.gate.repo;
    let link = repo.branch("link").by("ana");
    link.write_mode("exledger-hooks.yaml", 0o120_000, b"other.yaml").commit("Link the map");
    repo.by("lee").merge("link", "Merge branch 'link'");
    asked.gate.fetch();
    refused(
        &asked.call("codex", "merge"),
        "exledger-hooks.yaml is a symbolic link, which is never followed",
    );
    repo.checkout();
    let lint = cli::run(repo.path(), &["lint"]);
    assert_eq!(lint.code, 1, "{}", lint.out);
    assert!(lint.out.contains("exledger-hooks.yaml is a symbolic link"), "{}", lint.out);
}

#[test]
fn a_hook_signs_each_receipt_and_asks_for_a_file_that_was_started() {
    let keys = made(&[("gate", &["-t", "ed25519"])]);
    let asked = Asked::new();
    asked.gate.list_key(&keys.path().join("gate.pub"));
    let repo = &asked.gate.repo;
    repo.branch("once").by("ana").edit(ID, "uses: {limit: 1}").commit("Once is enough");
    repo.by("lee").merge("once", "Merge branch 'once'");
    asked.gate.fetch();
    let (path, key) = (keys.path().join("receipts"), keys.path().join("gate"));
    let (path, key) = (path.to_str().unwrap(), key.to_str().unwrap());
    let more = ["--receipts", path, "--sign-receipts", key];
    let call = payload("claude-code", "merge", asked.work.path());
    let start = format!("exledger -C {} check --new-receipts {path}", asked.ledger());
    let without = asked.hook("claude-code", &[], &call);
    refused(
        &without,
        "its uses are counted: no receipts are given: start the gate with --receipts FILE",
    );
    let unstarted = asked.hook("claude-code", &more, &call);
    refused(&unstarted, &start);
    let words: Vec<&str> = start.split(' ').skip(1).collect();
    assert_eq!(crate::hook::hook(&words, &[], "").code, 0, "the command of the receipt's reason");
    assert_eq!(asked.hook("claude-code", &more, &call).code, 0);
    refused(&asked.hook("claude-code", &more, &call), "deny: EXC-2026-7F3KQ");
    let kept = fs::read_to_string(path).unwrap();
    let signed = kept.lines().filter(|line| line.contains("receipt-signature/v1")).count();
    assert_eq!((kept.lines().count(), signed), (4, 2), "what is not known begins no file");
    assert_eq!(
        asked.hook("claude-code", &more, &payload("claude-code", "Read", asked.work.path())).code,
        0
    );
    assert_eq!(fs::read_to_string(path).unwrap(), kept, "the map decided");
    let nowhere = ["--receipts", path, "--sign-receipts", "/nowhere/key"];
    refused(&asked.hook("claude-code", &nowhere, &call), "does not exist");
    refused(&asked.hook("claude-code", &["--sign-receipts", key], &call), "--receipts");
}

#[test]
fn a_call_that_begins_a_file_of_receipts_says_so() {
    let asked = Asked::new();
    let folder = crate::support::temporary();
    let call = |runtime: &str, name: &str| {
        let path = folder.path().join(name);
        let payload = payload(runtime, "merge", asked.work.path());
        asked.hook(runtime, &["--receipts", path.to_str().unwrap()], &payload)
    };
    for runtime in RUNTIMES {
        let first = call(runtime, runtime);
        let said = first.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(first.code, 0, "{said}");
        assert!(said.starts_with("note: this answer began a file that counts no uses: "), "{said}");
        let second = call(runtime, runtime);
        assert_eq!((second.code, second.out, second.err.as_str()), (0, first.out, ""), "{runtime}");
    }
    let closure =
        "closure: {outcome: revoked, date: 2026-11-21, by: ana@example.com, reason: Over}";
    asked.gate.repo.by("lee").edit(ID, closure).commit("Close it");
    asked.gate.fetch();
    let said = "; this answer began a file that counts no uses: ";
    refused(&call("claude-code", "refused"), said);
    assert!(!call("claude-code", "refused").err.contains(said));
}
