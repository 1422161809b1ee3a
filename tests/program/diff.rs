//! What a branch changes in meaning, through the program: events, details, required approvals, findings, exit codes.
//!
//! Start at [`Ledger`]. Each case is a branch of one ledger whose records landed approved.

mod base;
mod cases;
mod comment;
mod events;
mod goldens;
mod policy;
mod repetition;
mod uncounted;
mod untouched;
mod workflows;

use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::repo::Repo;

/// Two approvers of two groups for high risks, one for the rest.
pub(crate) const POLICY: &str = "\
version: 1
name: example/payments
groups:
  security: [dana@example.com, sam@example.com]
  platform: [ana@example.com, lee@example.com]
tiers:
  - {name: sensitive, match: {risk: [high, critical]}, max_term: 60d, max_renewals: 2, max_total: 180d,
     approvals: {count: 2, each_of: [security, platform]}}
  - {name: standard, max_term: 90d, max_renewals: 2, max_total: 270d, approvals: {count: 1}}
";

/// The record that most cases change.
pub(crate) const ID: &str = "EXC-2026-7F3KQ";

/// The text of a record; `id` is its own.
pub(crate) fn record(id: &str) -> String {
    format!(
        "\
id: {id}
title: Nightly invoices still read with the shared database user
class: standard
deviates_from: {{rule: Every job has its own database user}}
subject: {{application: billing}}
scope: {{resources: [db:invoices], actions: [read], not_waived: [db:salaries]}}
owner: {{name: Ana Ruiz, email: ana@example.com}}
justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing.
risk: {{level: moderate}}
root_cause: brittle-dependency
compensating_controls:
  - {{id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}}
starts: 2026-11-20
expires: 2026-12-20
"
    )
}

/// A ledger with approved records, and branches of it.
pub(crate) struct Ledger {
    pub(crate) repo: Repo,
}

impl Ledger {
    /// Files records, which Lee merges; the policy landed before.
    pub(crate) fn with(ids: &[&str]) -> Ledger {
        Ledger::of(POLICY, ids)
    }

    /// Files records under a policy.
    pub(crate) fn of(policy: &str, ids: &[&str]) -> Ledger {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("dana").write("exledger.yaml", policy).commit("Begin the ledger");
        for (n, id) in ids.iter().enumerate() {
            let branch = format!("file-{id}");
            let work = repo.branch(&branch).by("ana");
            work.write(id, &record(id)).commit("File an exception");
            let message = format!("Merge pull request #{} from ana/{branch}", n + 1);
            repo.by("lee").merge(&branch, &message);
        }
        repo.checkout();
        Ledger { repo }
    }

    /// Runs the program in the ledger.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        cli::run(self.repo.path(), args)
    }

    /// Returns the answer of `diff main BRANCH`, with its exit code.
    pub(crate) fn diff(&self, branch: &str) -> (i32, Value) {
        let run = self.run(&["diff", "main", branch, "--format", "json"]);
        let json = serde_json::from_str(&run.out);
        (run.code, json.unwrap_or_else(|_| panic!("{}{}", run.out, run.err)))
    }

    /// Changes the one record on a branch of its own, by Ana, and returns the answer of `diff`.
    pub(crate) fn after(&self, branch: &str, edits: &[(&str, &str)]) -> (i32, Value) {
        let mut work = self.repo.branch(branch).by("ana");
        for (from, to) in edits {
            work = match *from {
                "" => {
                    let text = work.text(ID) + to + "\n";
                    work.write(ID, &text)
                }
                from => work.replace(ID, from, to),
            };
        }
        work.commit("Change the exception");
        self.diff(branch)
    }

    /// Checks out a branch.
    pub(crate) fn switch(&self, branch: &str) {
        self.repo.git.set_head(&format!("refs/heads/{branch}")).unwrap();
        self.repo.checkout();
    }
}

/// Returns the events of the one record that changes, each `event: detail`.
pub(crate) fn told(diff: &Value) -> Vec<String> {
    let changes = diff["changes"].as_array().unwrap();
    let [change] = changes.as_slice() else {
        panic!("{diff:#}");
    };
    let events = change["events"].as_array().unwrap();
    let told = |event: &Value| {
        let word = event["event"].as_str().unwrap();
        match event["detail"].as_str() {
            Some(detail) => format!("{word}: {detail}"),
            None => word.to_owned(),
        }
    };
    events.iter().map(told).collect()
}

/// Returns how many approvers each event of the one record needs.
pub(crate) fn counts(diff: &Value) -> Vec<u64> {
    let events = diff["changes"][0]["events"].as_array().unwrap();
    let count = |event: &Value| event["needs"]["count"].as_u64().unwrap();
    events.iter().map(count).collect()
}

/// Returns the findings, each `level rule`.
pub(crate) fn found(answer: &Value) -> Vec<String> {
    let findings = answer["findings"].as_array().unwrap();
    let words = |finding: &Value| {
        let word = |key: &str| finding[key].as_str().unwrap().to_owned();
        format!("{} {}", word("level"), word("rule"))
    };
    findings.iter().map(words).collect()
}
