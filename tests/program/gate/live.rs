//! A long-running gate answers from the current ledger. Start at [`Gate`] and [`Held`].

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant as Elapsed, SystemTime, UNIX_EPOCH};

use exledger::record::time::Instant;
use serde_json::Value;

use crate::cli;
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, SAMPLE};

/// The question that the record answers.
pub(crate) const BILLING: &str = r#"{"application": "billing"}"#;

/// A ledger and a clone of it, in which questions are asked.
pub(crate) struct Gate {
    pub(crate) repo: Repo,
    pub(crate) clone: tempfile::TempDir,
}

/// Returns the present plus this many seconds.
pub(crate) fn present(seconds: i64) -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Instant::from_unix(i64::try_from(since.as_secs()).unwrap() + seconds).unwrap()
}

impl Gate {
    /// A record that ends after this many seconds, filed by Ana and merged by Lee some days ago.
    pub(crate) fn ending_after(seconds: i64, policy: &str) -> Gate {
        let repo = Repo::at(&present(-3 * 86_400).to_string());
        let policy = format!("version: 1\n{policy}");
        repo.by("root").write("exledger.yaml", &policy).commit("Begin");
        let end = present(seconds).to_string();
        let text = SAMPLE.replace("2026-12-20", &end);
        repo.branch("file").by("ana").write(ID, &text).commit("File it");
        repo.by("lee").merge("file", "Merge branch 'file'");
        let clone = repo.clone_with(&[]);
        Gate { repo, clone }
    }

    /// Lists a key for receipts alone, and names its owner in the clone.
    pub(crate) fn list_key(&self, public: &Path) {
        let public = std::fs::read_to_string(public).unwrap();
        let signers = format!("gate@example.com namespaces=\"exledger-receipt@v1\" {public}");
        let listing = self.repo.branch("keys").by("ana");
        listing.write(".github/allowed_signers", &signers).commit("List the gate's key");
        self.repo.by("lee").merge("keys", "Merge branch 'keys'");
        self.fetch();
        git(self.clone.path(), &["config", "user.email", "gate@example.com"]);
    }

    pub(crate) fn fetch(&self) {
        git(self.clone.path(), &["fetch", "--quiet"]);
    }

    /// Accepts whatever the approved branch lost.
    fn forget(&self) {
        git(self.clone.path(), &["reflog", "expire", "--expire=now", "--all"]);
    }

    pub(crate) fn hold(&self, more: &[&str]) -> Held {
        Held::start(self.clone.path(), more)
    }
}

/// A running gate that waits for questions.
pub(crate) struct Held {
    child: Child,
    input: Option<ChildStdin>,
    output: Option<BufReader<ChildStdout>>,
}

impl Held {
    /// Starts `check --stdin` in a folder.
    pub(crate) fn start(folder: &Path, more: &[&str]) -> Held {
        let path = std::env::var("PATH").unwrap_or_default();
        let args = [&["check", "--stdin"], more].concat();
        let mut child = cli::program(folder, &args, &[("PATH", &path), cli::REAL_CLOCK])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Held { input: child.stdin.take(), output: child.stdout.take().map(BufReader::new), child }
    }

    /// Asks one question, and waits for its receipt.
    pub(crate) fn ask(&mut self, line: &str) -> Value {
        let input = self.input.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).unwrap();
        input.flush().unwrap();
        let mut answer = String::new();
        self.output.as_mut().unwrap().read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{line}: `{answer}`"))
    }

    /// Writes a question without waiting for its receipt.
    pub(crate) fn tell(&mut self, line: &str) {
        // A gate that has ended no longer reads.
        let _ = self.input.as_mut().unwrap().write_all(format!("{line}\n").as_bytes());
    }

    /// Closes the reading end of the answers.
    pub(crate) fn stop_reading(&mut self) {
        self.output = None;
    }

    /// Asks one question, and returns verdict and reason.
    pub(crate) fn verdict(&mut self, line: &str) -> (String, String) {
        let answer = self.ask(line);
        let word = |key: &str| answer[key].as_str().unwrap().to_owned();
        (word("verdict"), word("reason"))
    }

    /// Repeats a question until it has this verdict, for at most some seconds.
    pub(crate) fn until(&mut self, line: &str, verdict: &str) -> String {
        let begun = Elapsed::now();
        loop {
            let (found, reason) = self.verdict(line);
            if found == verdict {
                return reason;
            }
            assert!(begun.elapsed() < Duration::from_secs(8), "{found}: {reason}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the questions, and returns the exit code.
    pub(crate) fn end(mut self) -> i32 {
        drop(self.input.take());
        self.child.wait().unwrap().code().unwrap()
    }
}

#[test]
fn a_gate_that_is_held_open_sees_the_end_pass() {
    let gate = Gate::ending_after(4, "");
    let mut held = gate.hold(&[]);
    let first = held.ask(BILLING);
    assert_eq!(first["verdict"], "allow", "{first}");
    let reason = held.until(BILLING, "deny");
    assert!(reason.contains("ended at"), "{reason}");
    let last = held.ask(BILLING);
    assert_ne!(first["ledger"]["instant"], last["ledger"]["instant"]);
    assert_eq!(first["ledger"]["commit"], last["ledger"]["commit"]);
    assert_eq!(held.end(), 1);
}

#[test]
fn a_revocation_a_removal_and_a_policy_that_lands_count_at_the_next_question() {
    let gate = Gate::ending_after(86_400, "");
    let mut held = gate.hold(&[]);
    assert_eq!(held.verdict(BILLING).0, "allow");
    let repo = &gate.repo;
    let before = repo.tip("main");
    let closure = "closure: {outcome: revoked, date: 2026-11-21, by: ana@example.com, reason: The key leaked}";
    repo.by("lee").edit(ID, closure).commit("Close it");
    assert_eq!(held.verdict(BILLING).0, "allow", "nothing was fetched");
    gate.fetch();
    let (verdict, reason) = held.verdict(BILLING);
    assert_eq!(verdict, "deny", "{reason}");
    repo.set_ref("refs/heads/main", before);
    repo.by("mal").remove(ID).commit("Remove it");
    git(gate.clone.path(), &["fetch", "--quiet", "--force"]);
    assert_eq!(held.verdict(BILLING).0, "deny");
    gate.forget();
    // A maximum term shorter than the record's, with an end that would deny it.
    repo.set_ref("refs/heads/main", before);
    let policy = "version: 1\ntiers: [{name: standard, review_every: 1d, degraded: deny}]\n";
    repo.branch("policy").by("ana").write("exledger.yaml", policy).commit("Look every day");
    repo.by("lee").merge("policy", "Merge branch 'policy'");
    git(gate.clone.path(), &["fetch", "--quiet", "--force"]);
    gate.forget();
    let (verdict, reason) = held.verdict(BILLING);
    assert_eq!(verdict, "deny", "{reason}");
    assert!(reason.contains("review"), "{reason}");
}

#[test]
fn updates_within_one_tick_of_the_clock_are_seen_each() {
    let gate = Gate::ending_after(86_400, "");
    let allowed = gate.repo.tip("main");
    let closure = "closure: {outcome: revoked, date: 2026-11-21, by: ana@example.com, reason: The key leaked}";
    let denied = gate.repo.by("lee").edit(ID, closure).commit("Close it");
    gate.fetch();
    let clone = git2::Repository::open(gate.clone.path()).unwrap();
    let mut held = gate.hold(&[]);
    for turn in 0..24 {
        let (oid, verdict) = if turn % 2 == 0 { (allowed, "allow") } else { (denied, "deny") };
        clone.reference("refs/remotes/origin/main", oid, true, "test").unwrap();
        if turn % 8 > 4 {
            // Packed refs keep their size, too.
            git(gate.clone.path(), &["pack-refs", "--all"]);
        }
        gate.forget();
        assert_eq!(held.verdict(BILLING).0, verdict, "{turn}");
    }
}

#[test]
fn the_approved_ref_is_found_anew() {
    let gate = Gate::ending_after(86_400, "");
    let old = gate.repo.tip("main");
    let closure = "closure: {outcome: revoked, date: 2026-11-21, by: ana@example.com, reason: The key leaked}";
    gate.repo.branch("next").by("lee").edit(ID, closure).commit("Close it");
    gate.fetch();
    let mut held = gate.hold(&[]);
    let answer = held.ask(BILLING);
    assert_eq!(
        (&answer["verdict"], &answer["ledger"]["ref"]),
        (&"allow".into(), &"refs/remotes/origin/main".into())
    );
    git(gate.clone.path(), &["remote", "set-head", "origin", "next"]);
    let answer = held.ask(BILLING);
    assert_eq!(
        (&answer["verdict"], &answer["ledger"]["ref"]),
        (&"deny".into(), &"refs/remotes/origin/next".into())
    );
    git(gate.clone.path(), &["config", "exledger.approvedRef", "refs/remotes/origin/main"]);
    let answer = held.ask(BILLING);
    assert_eq!(answer["verdict"], "allow", "{answer}");
    assert_eq!(answer["ledger"]["commit"], old.to_string());
}

#[test]
fn what_can_not_be_loaded_is_unknown_until_it_can() {
    let gate = Gate::ending_after(86_400, "");
    let clone = gate.clone.path();
    let mut held = gate.hold(&[]);
    assert_eq!(held.verdict(BILLING).0, "allow");
    let tip = gate.repo.tip("main").to_string();
    // The ref is gone.
    git(clone, &["update-ref", "-d", "refs/remotes/origin/main"]);
    let named = held.ask(r#"{"application": "billing", "id": "call-7"}"#);
    assert_eq!((&named["verdict"], &named["id"]), (&"unknown".into(), &"call-7".into()));
    assert_eq!(named["ledger"]["commit"], Value::Null);
    let reason = named["reason"].as_str().unwrap();
    assert!(reason.contains("which ref is approved"), "{reason}");
    git(clone, &["update-ref", "refs/remotes/origin/main", &tip]);
    assert_eq!(held.verdict(BILLING).0, "allow");
    // The history is cut.
    let shallow = clone.join(".git/shallow");
    std::fs::write(&shallow, format!("{tip}\n")).unwrap();
    let (verdict, reason) = held.verdict(BILLING);
    assert_eq!(verdict, "unknown", "{reason}");
    assert!(reason.contains("git fetch --unshallow"), "{reason}");
    std::fs::remove_file(&shallow).unwrap();
    assert_eq!(held.verdict(BILLING).0, "allow");
    // The policy is broken.
    let broken = gate.repo.by("lee").write("exledger.yaml", "version: [\n").commit("Break it");
    gate.fetch();
    let (verdict, reason) = held.verdict(BILLING);
    assert_eq!(verdict, "unknown", "{reason}");
    assert!(reason.contains("exledger.yaml"), "{reason}");
    assert_ne!(broken.to_string(), tip);
    git(clone, &["update-ref", "refs/remotes/origin/main", &tip]);
    assert_eq!(held.verdict(BILLING).0, "allow");
    assert_eq!(held.end(), 3, "the worst answer decides");
}

#[test]
fn a_gate_that_starts_without_an_approved_ref_waits_for_it() {
    let gate = Gate::ending_after(86_400, "");
    let clone = gate.clone.path();
    git(clone, &["update-ref", "-d", "refs/remotes/origin/main"]);
    let mut held = gate.hold(&[]);
    assert_eq!(held.verdict(BILLING).0, "unknown");
    gate.fetch();
    held.until(BILLING, "allow");
    let nothing = gate.hold(&["--approved-ref", "refs/heads/nothing"]);
    assert_eq!(nothing.end(), 3);
    let empty = crate::support::temporary();
    assert_eq!(Held::start(empty.path(), &[]).end(), 3);
}

#[test]
fn what_branches_propose_is_seen_within_a_second_or_so() {
    let gate = Gate::ending_after(86_400, "");
    let mut held = gate.hold(&[]);
    let wiki = r#"{"application": "wiki"}"#;
    assert_eq!(held.verdict(wiki).0, "deny");
    let text = SAMPLE
        .replace(ID, "EXC-2026-W1K1A")
        .replace("application: billing", "application: wiki")
        .replace("2026-12-20", &present(86_400).to_string());
    gate.repo.branch("wiki").by("ana").write("EXC-2026-W1K1A", &text).commit("File it");
    gate.fetch();
    let reason = held.until(wiki, "pending");
    assert!(reason.contains("wiki"), "{reason}");
    // A fixed clock or state stays fixed.
    let fixed = present(-3_600).to_string();
    let mut held = gate.hold(&["--on", &fixed]);
    let answer = held.ask(BILLING);
    assert_eq!(answer["ledger"]["instant"], fixed);
    assert_eq!(answer["simulated"], true);
}

#[test]
fn lines_that_are_no_questions_take_no_memory_and_spoil_no_others() {
    let gate = Gate::ending_after(86_400, "");
    let mut held = gate.hold(&[]);
    assert_eq!(held.verdict(BILLING).0, "allow");
    let long = format!(r#"{{"application": "billing", "id": "{}"}}"#, "x".repeat(65_536));
    let answer = held.ask(&long);
    assert_eq!(answer["verdict"], "unknown");
    assert_eq!(answer["reason"], "the line is longer than 65536 bytes");
    assert_eq!(answer["id"], Value::Null);
    assert_eq!(held.verdict(BILLING).0, "allow");
    let longer = "x".repeat(5 << 20);
    assert_eq!(held.verdict(&longer).0, "unknown");
    let first = resident(held.pid());
    for n in 0..2_000 {
        let answer = held.ask(&format!(r#"{{"application": "billing", "id": {n}}}"#));
        assert_eq!(answer["id"], n);
    }
    // Only Linux tells the memory use of a process.
    if let (Some(first), Some(last)) = (first, resident(held.pid())) {
        assert!(last <= first + 1_024, "{first} KiB, then {last} KiB");
    }
}

/// Returns the resident memory of a process, in KiB.
fn resident(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
