//! Redesigns from a team's view: filed for a frozen pattern, followed up, assessed by somebody else, and told when they
//! are late or come to nothing.
//!
//! Start at [`Team`].

mod queue;
mod refused;
mod shown;
mod walk;

use serde_json::Value;

use crate::decisions::{Life, record};

/// Two groups, and a chain of escalation that ends with security.
pub(crate) const POLICY: &str = "\
version: 1
name: example/payments
groups:
  security: [dana@example.com, sam@example.com]
  platform: [lee@example.com, kim@example.com]
tiers: [{name: standard, max_term: 90d, max_renewals: 2, max_total: 270d, approvals: {count: 1}}]
escalate: [{after: 0d, to: owner}, {after: 7d, to: security}]
";

/// A ledger whose records of one cause are frozen, and people who redesign it.
pub(crate) struct Team {
    pub(crate) life: Life,
}

impl Team {
    /// Files three records of one cause, each merged by itself.
    pub(crate) fn frozen() -> Team {
        let team = Team { life: Life::of(POLICY) };
        (1..=3).for_each(|n| team.lands(n, ""));
        team
    }

    /// Lands a record of that cause; `more` are further lines of it.
    pub(crate) fn lands(&self, n: usize, more: &str) {
        self.life.filed(&id(n), &record(&id(n), more), "ana", "lee");
        self.life.repo.wait("1d");
    }

    /// Runs `redesign new` with standard answers and further ones, by Kim.
    pub(crate) fn new_args<'a>(due: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let standard = ["redesign", "new", "--pattern", "root_cause=brittle-dependency"];
        let rest = ["--title", "Invoices are sent by event", "--target", "automation"];
        let plan = ["--plan", "Replace the nightly job", "--due", due];
        [&standard[..], &rest, &plan, more].concat()
    }

    /// Files a redesign by Kim, merged by Lee, and returns its id.
    pub(crate) fn redesign(&self, due: &str, more: &[&str]) -> String {
        let answer = self.life.decided("kim", &Team::new_args(due, more), "lee");
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Records that a redesign was done, by Kim, merged by Lee.
    pub(crate) fn done(&self, id: &str) {
        self.life.decided("kim", &["redesign", "done", id], "lee");
    }

    /// Returns the redesigns of `redesign list`.
    pub(crate) fn list(&self) -> Vec<Value> {
        let answer = self.life.answer(0, "sam", &["redesign", "list"]);
        answer["redesigns"].as_array().unwrap().clone()
    }

    /// Returns the status of the only redesign.
    pub(crate) fn status(&self) -> String {
        let listed = self.list();
        assert_eq!(listed.len(), 1, "{listed:#?}");
        listed[0]["status"].as_str().unwrap().to_owned()
    }

    /// Returns exit code and answer of a command in JSON.
    pub(crate) fn json(&self, args: &[&str]) -> (i32, Value) {
        let run = self.life.run("sam", &[args, &["--format", "json"]].concat());
        (run.code, serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err)))
    }

    /// Returns the exit code of `queue` and the buckets of its redesigns.
    pub(crate) fn buckets(&self) -> (i32, Vec<String>) {
        let (code, answer) = self.json(&["queue"]);
        let redesigns = answer["redesigns"].as_array().unwrap().iter();
        (code, redesigns.map(|it| it["bucket"].as_str().unwrap().to_owned()).collect())
    }

    /// Returns how many groups `patterns` shows as frozen.
    pub(crate) fn n_frozen(&self) -> usize {
        let (_, answer) = self.json(&["patterns"]);
        let groups = answer["groups"].as_array().unwrap().iter();
        groups.filter(|it| it["frozen"] == true).count()
    }
}

/// Returns the id of the n-th record.
pub(crate) fn id(n: usize) -> String {
    format!("EXC-2026-0000{n:X}")
}
