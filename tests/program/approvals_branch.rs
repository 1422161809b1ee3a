//! The branch `exledger-approvals`: what is written there, and what its statements count for. Start at [`Ledger`].

mod counted;
mod forged;
mod remote;
mod written;

use std::path::Path;
use std::process::Command;

use exledger::history::version::TrailKey;
use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::repo::speak::{self, Says};
use crate::support::repo::{Repo, Work};
use crate::support::samples;

const ID: &str = "EXC-2026-7F3KQ";
const RECORD: &str = samples::STARTED;
const BRANCH: &str = "exledger-approvals";
const SIGNERS: &str = ".github/allowed_signers";
const MERGED: &str = "2026-11-20T12:00:00Z";

const POLICY: &str = "version: 1
name: example/payments
groups: {approvers: [omar@example.com, nina@example.com]}
tiers:
  - name: standard
    max_term: 90d
    approvals: {count: 1, each_of: [approvers]}
    require: [compensating_controls]
";

/// A ledger whose approved ref is a local branch, so that the branch of statements is a local one, too. Nina files a record on
/// the branch `billing`, which Omar may approve.
struct Ledger {
    repo: Repo,
}

/// Returns the line of the signers file for a person's key, in a namespace.
fn line(name: &str, namespace: &str) -> String {
    format!("{name}@example.com namespaces=\"{namespace}\" {}\n", speak::public(name))
}

/// Runs a line as a shell does.
fn shell(folder: &Path, command: &str) -> bool {
    let mut shell = Command::new("sh");
    let done = shell.args(["-c", command]).current_dir(folder).output().unwrap();
    done.status.success()
}

fn approver(name: &str) -> String {
    line(name, "exledger-approval@v1")
}

/// Omar's approval of the record, as `approve` writes it.
fn omar(at: &str) -> Says {
    speak::yes("omar", ID, RECORD, at).ledger("example/payments")
}

impl Ledger {
    fn new() -> Ledger {
        Ledger::listing(&[approver("omar"), approver("nina"), speak::bridge_line()].concat())
    }

    fn listing(signers: &str) -> Ledger {
        let repo = Repo::at("2026-11-19T09:00:00Z");
        repo.by("lee")
            .write("exledger.yaml", POLICY)
            .write(SIGNERS, signers)
            .commit("Keep exceptions in a ledger");
        repo.branch("billing").by("nina").write(ID, RECORD).commit("File the billing exception");
        repo.checkout();
        repo.clock(MERGED);
        Ledger { repo }
    }

    /// A ledger in which the record has landed, as a squash that names nobody who approved it.
    fn merged() -> Ledger {
        let ledger = Ledger::new();
        ledger.merge();
        ledger
    }

    fn merge(&self) {
        self.repo.by("nina").through("github").squash("billing", "File it (#1)");
    }

    /// Somebody works on the branch of statements, at an instant.
    fn push(&self, at: &str) -> Work<'_> {
        self.repo.clock(at);
        self.repo.orphan(BRANCH).by("omar")
    }

    /// Pushes a statement at an instant.
    fn says(&self, at: &str, says: &Says) {
        self.push(at).says(says).commit("Approve");
    }

    fn run(&self, args: &[&str]) -> Run {
        cli::run(self.repo.path(), args)
    }

    fn record_at(&self, args: &[&str]) -> Value {
        let run = self.run(&[args, &["show", ID, "--format", "json"]].concat());
        assert!(run.code == 0 || run.code == 3, "{args:?}: {} {}", run.out, run.err);
        let shown: Value = serde_json::from_str(&run.out).unwrap();
        shown["record"].clone()
    }

    fn record(&self) -> Value {
        self.record_at(&["--on", "2026-11-25"])
    }

    /// Returns how many statements there are about the version at the tip, counted or not.
    fn n_statements(&self) -> usize {
        let verdicts = exledger::approval::judge(&self.repo.history()).trails;
        let verdict = verdicts[&TrailKey::Id(ID.to_owned())].last().unwrap();
        verdict.statements.len() + verdict.refused.len()
    }

    /// Returns the status of the record on the fifth day after it was merged.
    fn status(&self) -> String {
        self.record()["status"].as_str().unwrap().to_owned()
    }
}
