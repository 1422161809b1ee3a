//! What a branch changes in meaning, through the program: events, details, required approvals, findings, exit codes.
//!
//! Start at [`Ledger`]. Each case is a branch of one ledger whose records landed approved.

mod base;
mod cases;
mod comment;
mod cut_off;
mod events;
mod goldens;
mod policy;
mod repetition;
mod rules;
mod taken;
mod uncounted;
mod untouched;
mod workflows;

use exledger::diag::code::Code;
use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::lint::codes_of;
use crate::support::repo::Repo;
use crate::support::samples;

pub(crate) const POLICY: &str = samples::RISKS;

/// Ana and Lee may approve, and the policy accepts claims.
pub(crate) const TWO: &str = "version: 1
name: example/payments
groups: {approvers: [ana@example.com, lee@example.com]}
tiers: [{name: standard, max_term: 90d}]
";

pub(crate) const SIGNERS: &str = ".github/allowed_signers";

/// The record that most cases change.
pub(crate) const ID: &str = "EXC-2026-7F3KQ";

/// The text of a record; `id` is its own.
pub(crate) fn record(id: &str) -> String {
    let scope = "scope: {resources: [db:invoices], actions: [read], not_waived: [db:salaries]}";
    samples::record(id, &format!("{scope}\nstarts: 2026-11-20"))
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

/// The rules that these tests, and those of patterns and redesigns, are about.
const RULES: &[Code] = &[
    Code::BadId,
    Code::BadReference,
    Code::BadValue,
    Code::ClosedEdited,
    Code::ControlDropped,
    Code::DecisionRewritten,
    Code::DuplicateId,
    Code::EvidenceChanged,
    Code::FrozenPattern,
    Code::LandedUnapproved,
    Code::MissingEvidence,
    Code::NotAFile,
    Code::OwnerChanged,
    Code::PolicyChanged,
    Code::PolicyLoosened,
    Code::PolicyUnapproved,
    Code::RecordDeleted,
    Code::Recurrence,
    Code::RenewalLimit,
    Code::ReviewBySelf,
    Code::RiskLowered,
    Code::ScopeWidened,
    Code::SilentExtension,
    Code::TermTooLong,
    Code::TotalLimit,
    Code::UnclassifiedCause,
    Code::WorkflowChanged,
    Code::WrongRedesign,
    Code::WrongType,
    Code::DuplicateKey,
    Code::Placeholder,
    Code::Secret,
    Code::UnknownKey,
    Code::MissingField,
    Code::BulkRenewal,
    Code::ExpiryCliff,
];

/// Returns the findings of these rules, each `level rule`.
pub(crate) fn found(answer: &Value) -> Vec<String> {
    codes_of(RULES, answer)
}
