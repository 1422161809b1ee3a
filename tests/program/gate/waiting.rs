//! `check --wait`: one answer as soon as it is not pending any more, and one receipt.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::cli::{self, REAL_CLOCK, Run, run_with};
use crate::gate::live::{Gate, present};
use crate::support::repo::git;
use crate::support::samples::{ID, SAMPLE};

const WIKI: &str = "EXC-2026-W1K1A";

/// A gate for which a record that names CHG-1234 is proposed.
fn proposed() -> (Gate, tempfile::TempDir) {
    let gate = Gate::ending_after(86_400, "");
    let text = SAMPLE
        .replace(ID, WIKI)
        .replace("application: billing", "application: wiki")
        .replace("2026-12-20", &present(86_400).to_string());
    let text = format!("{text}references: {{change: CHG-1234}}\n");
    gate.repo.branch("wiki").by("ana").write(WIKI, &text).commit("File it");
    gate.fetch();
    (gate, crate::support::temporary())
}

fn check(gate: &Gate, more: &[&str]) -> Run {
    let path = std::env::var("PATH").unwrap_or_default();
    let args = [&["check", "--format", "json"], more].concat();
    run_with(gate.clone.path(), &args, &[("PATH", &path), REAL_CLOCK])
}

fn waiting(gate: &Gate, more: &[&str]) -> Command {
    let path = std::env::var("PATH").unwrap_or_default();
    let args = [&["check", "--format", "json", "--reference", "CHG-1234"], more].concat();
    cli::program(gate.clone.path(), &args, &[("PATH", &path), REAL_CLOCK])
}

fn started(mut waiting: Command) -> Child {
    waiting.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Returns a command that ends at SIGINT, whatever whoever started the tests does with it: `nohup … &` ignores it, and
/// what a process ignores, the ones that it starts ignore too.
#[cfg(unix)]
fn interruptible(program: &Command) -> Command {
    const START: &str = "import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])";
    let mut python = Command::new(crate::support::tools::python());
    python.args(["-ISc", START]).arg(program.get_program()).args(program.get_args()).env_clear();
    python.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    python.current_dir(program.get_current_dir().unwrap());
    python
}

#[test]
fn a_change_that_is_approved_while_the_pipeline_waits_is_allowed() {
    let (gate, folder) = proposed();
    let receipts = folder.path().join("receipts");
    let path = receipts.to_str().unwrap();
    let waiting = started(waiting(&gate, &["--wait", "60s", "--receipts", path]));
    // It has looked, and waits.
    thread::sleep(Duration::from_secs(1));
    gate.repo.by("lee").merge("wiki", "Merge branch 'wiki'");
    gate.fetch();
    let output = waiting.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{out}");
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.starts_with("note: this answer began a file") && err.lines().count() == 1, "{err}");
    let kept = fs::read_to_string(&receipts).unwrap();
    assert_eq!(kept.lines().count(), 1, "{kept}");
    assert!(kept.contains(r#""verdict":"allow""#), "{kept}");
}

#[test]
fn the_ledger_is_fetched_while_it_waits() {
    let (gate, _folder) = proposed();
    gate.repo.by("lee").merge("wiki", "Merge branch 'wiki'");
    let asked = check(&gate, &["--reference", "CHG-1234", "--wait", "0s"]);
    assert_eq!(asked.code, 1, "nothing was fetched: {}", asked.out);
    let asked = check(&gate, &["--reference", "CHG-1234", "--wait", "60s", "--fetch"]);
    assert_eq!(asked.code, 0, "{}", asked.out);
}

#[cfg(unix)]
#[test]
fn the_deadline_fetches_once_more() {
    use std::os::unix::fs::PermissionsExt as _;
    let (gate, folder) = proposed();
    let (repo, script) = (gate.repo.path(), folder.path().join("serve"));
    let before = gate.repo.tip("main").to_string();
    gate.repo.by("lee").merge("wiki", "Merge branch 'wiki'");
    let merged = gate.repo.tip("main").to_string();
    git(repo, &["update-ref", "refs/heads/main", &before]);
    // The remote: between the first fetch and the second, somebody merges.
    let (repo, seen) = (repo.display(), folder.path().join("seen"));
    let text = format!(
        "#!/bin/sh\nif test -e {seen}; then git -C {repo} update-ref refs/heads/main {merged}; fi\ntouch {seen}\nexec git-upload-pack \"$@\"\n",
        seen = seen.display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    git(gate.clone.path(), &["config", "remote.origin.uploadpack", script.to_str().unwrap()]);
    let asked = check(&gate, &["--reference", "CHG-1234", "--wait", "0s", "--fetch"]);
    assert_eq!(asked.code, 0, "{}{}", asked.out, asked.err);
}

#[test]
fn the_deadline_answers_pending_and_any_other_verdict_at_once() {
    let (gate, folder) = proposed();
    let receipts = folder.path().join("receipts");
    let path = receipts.to_str().unwrap();
    let lines = || fs::read_to_string(&receipts).unwrap().lines().count();
    let asked = check(&gate, &["--reference", "CHG-1234", "--wait", "1s", "--receipts", path]);
    assert_eq!(asked.code, 1);
    assert!(asked.out.contains(r#""verdict": "pending""#), "{}", asked.out);
    assert_eq!(lines(), 1, "one for the last answer");
    for (question, code) in [(["--application", "nobody"], 1), (["--application", "billing"], 0)] {
        let args = [&question[..], &["--wait", "24h", "--receipts", path]].concat();
        assert_eq!(check(&gate, &args).code, code);
    }
    let old = ["--application", "billing", "--wait", "24h", "--max-age", "1h"];
    let local = [&old[..], &["--approved-ref", "refs/heads/main"]].concat();
    assert_eq!(check(&gate, &local).code, 3, "unknown is no reason to wait");
    assert_eq!(lines(), 3);
}

#[test]
fn waiting_is_refused_where_it_has_no_meaning() {
    let (gate, _folder) = proposed();
    for more in [
        &["--wait", "25h"][..],
        &["--wait", "1d"],
        &["--wait", "10"],
        &["--wait", "-1s"],
        &["--wait", "1s", "--at", "2026-11-20"],
        &["--wait", "1s", "--on", "2026-11-20"],
        &["--wait", "1s", "--as-of", "2026-11-20"],
    ] {
        let refused = check(&gate, &[&["--application", "billing"], more].concat());
        assert_eq!(refused.code, 2, "{more:?}: {}", refused.err);
    }
    assert_eq!(check(&gate, &["--stdin", "--wait", "1s"]).code, 2);
    let empty = crate::support::temporary();
    let none = run_with(empty.path(), &["check", "--application", "x", "--wait", "1h"], &[]);
    assert_eq!(none.code, 3, "there is nothing to wait for");
}

#[cfg(unix)]
#[test]
fn an_interrupted_wait_leaves_no_receipt() {
    let (gate, folder) = proposed();
    let receipts = folder.path().join("receipts");
    let path = receipts.to_str().unwrap();
    let waiting = waiting(&gate, &["--wait", "1h", "--new-receipts", path]);
    let mut waiting = started(interruptible(&waiting));
    while !receipts.exists() {
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(Duration::from_millis(300));
    let id = waiting.id().to_string();
    let killed = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(killed.success());
    let begun = std::time::Instant::now();
    let status = loop {
        if let Some(status) = waiting.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > Duration::from_secs(60) {
            waiting.kill().unwrap();
            panic!("the wait goes on");
        }
        thread::sleep(Duration::from_millis(20));
    };
    // A shell reports this signal as 130.
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    assert!(signal == Some(2) || status.code() == Some(130), "{status:?}");
    assert_eq!(fs::read_to_string(&receipts).unwrap(), "");
}
