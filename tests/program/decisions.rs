//! The decisions in a record's life: what they write, what they refuse, and that no file is ever partially written.
//!
//! Start at [`Life`]. Layouts and edits are tested without a process; wiring, locks and stories run the program.

mod closed;
mod codes;
mod evidence;
mod followed;
mod keys;
mod killed;
mod layouts;
mod limits;
mod merged;
mod notified;
mod people;
mod portable;
mod proved;
mod refused;
mod renewed_again;
mod several;
mod shortened;
mod silence;
mod told;
mod torn;
mod written;

use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::repo::Repo;
use crate::support::samples;

/// The record of most cases.
pub(crate) const ID: &str = "EXC-2026-7F3KQ";

pub(crate) const POLICY: &str = samples::TEAMS;

/// A repository in which people make decisions and merge each other's branches.
pub(crate) struct Life {
    pub(crate) repo: Repo,
}

impl Life {
    /// Starts with a policy, on the morning of 20 November 2026.
    pub(crate) fn new() -> Life {
        Life::of(POLICY)
    }

    /// Starts with another policy.
    pub(crate) fn of(policy: &str) -> Life {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("dana").write("exledger.yaml", policy).commit("Begin the ledger");
        repo.checkout();
        Life { repo }
    }

    /// Files a record on a branch; nobody approves it yet.
    pub(crate) fn file(&self, id: &str, text: &str, by: &str) {
        let branch = format!("file-{id}");
        let work = self.repo.branch(&branch).by(by);
        work.write(id, text).commit("File an exception");
    }

    /// Files a record and lets another person merge it.
    pub(crate) fn filed(&self, id: &str, text: &str, by: &str, merged_by: &str) {
        self.file(id, text, by);
        self.merge(&format!("file-{id}"), merged_by, "");
    }

    /// Merges a branch; `said` is appended to the message.
    pub(crate) fn merge(&self, branch: &str, by: &str, said: &str) {
        let message = format!("Merge pull request #1 from ana/{branch}\n\n{said}");
        self.repo.by(by).merge(branch, message.trim_end());
        self.switch("main");
    }

    /// Checks out a branch.
    pub(crate) fn switch(&self, branch: &str) {
        let name = format!("refs/heads/{branch}");
        self.repo.git.set_head(&name).unwrap();
        self.repo.checkout();
    }

    /// Runs the program as a person, at the time of the repository's clock.
    pub(crate) fn run(&self, by: &str, args: &[&str]) -> Run {
        let (name, address) = crate::support::repo::person(by);
        self.repo.config("user.name", &name);
        self.repo.config("user.email", &address);
        let now = self.repo.now().to_string();
        cli::run(self.repo.path(), &[args, &["--on", &now]].concat())
    }

    /// Runs the program, checks its exit code, and returns its answer in JSON.
    pub(crate) fn answer(&self, code: i32, by: &str, args: &[&str]) -> Value {
        let (found, answer) = self.answered(by, args);
        assert_eq!(found, code, "{args:?}: {answer}");
        answer
    }

    /// Runs the program, and returns its exit code and its answer in JSON.
    pub(crate) fn answered(&self, by: &str, args: &[&str]) -> (i32, Value) {
        let run = self.run(by, &[args, &["--format", "json"]].concat());
        let answer = serde_json::from_str(&run.out);
        (run.code, answer.unwrap_or_else(|_| panic!("{args:?}: {}{}", run.out, run.err)))
    }

    /// Makes a decision on a branch of its own and commits it there.
    pub(crate) fn decide(&self, branch: &str, by: &str, args: &[&str]) -> Value {
        self.repo.branch(branch);
        self.switch(branch);
        let answer = self.answer(0, by, args);
        self.commit(branch, by);
        answer
    }

    /// Makes a decision, which another person merges.
    pub(crate) fn decided(&self, by: &str, args: &[&str], merged_by: &str) -> Value {
        let branch = format!("branch-{}", self.repo.now().unix());
        let answer = self.decide(&branch, by, args);
        self.merge(&branch, merged_by, "");
        answer
    }

    /// Commits the work tree.
    pub(crate) fn commit(&self, branch: &str, by: &str) {
        let top = self.repo.path();
        let mut work = self.repo.branch(branch).by(by);
        for folder in ["exceptions", "evidence", "redesigns"] {
            for path in crate::support::project::files(&top.join(folder), "") {
                let name = path.strip_prefix(top).unwrap().to_str().unwrap();
                let text = std::fs::read_to_string(&path).unwrap();
                work = work.write(name, &text);
            }
        }
        work.commit("Take a decision");
        self.switch(branch);
    }

    /// Returns what `show` says of a record.
    pub(crate) fn show(&self, id: &str) -> Value {
        self.answer(0, "sam", &["show", id])["record"].clone()
    }

    /// Returns verdict and record for a question.
    pub(crate) fn check(&self, args: &[&str]) -> (String, String) {
        let run = self.run("sam", &[&["check", "--format", "json"], args].concat());
        let answer: Value =
            serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
        let word = |key: &str| answer[key].as_str().unwrap_or("none").to_owned();
        (word("verdict"), word("reason"))
    }

    /// Returns the exit code of `queue --strict` and the buckets of a record in it; none if nothing is due about it.
    pub(crate) fn due(&self, id: &str) -> (i32, Vec<String>) {
        let run = self.run("sam", &["queue", "--strict", "--format", "json"]);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let records = answer["records"].as_array().unwrap();
        let is_due = |record: &&Value| record["id"] == id && !record["bucket"].is_null();
        let Some(record) = records.iter().find(is_due) else {
            return (run.code, Vec::new());
        };
        let mut buckets = vec![record["bucket"].as_str().unwrap().to_owned()];
        let also = record["also"].as_array().unwrap().iter();
        buckets.extend(also.map(|bucket| bucket.as_str().unwrap().to_owned()));
        (run.code, buckets)
    }

    /// Returns the text of a record in the work tree.
    pub(crate) fn text(&self, id: &str) -> String {
        let path = self.repo.path().join(crate::support::repo::path_of(id));
        std::fs::read_to_string(path).unwrap()
    }
}

/// Returns the sample until 2026-12-15, with entries replaced or added.
pub(crate) fn record(id: &str, more: &str) -> String {
    let entries = "title: Nightly invoices still read with the shared user
compensating_controls: [{id: CC1, description: Alert at night, owner: soc@example.com, status: active}]
starts: 2026-11-20
expires: 2026-12-15";
    samples::with_last(&samples::record(id, entries), more)
}
