//! `triage`: findings and events against a ledger with a made-up history. Start at [`story`].

mod accepted;
mod after;
mod again;
mod codeowners;
mod drafted_lines;
mod drafts;
mod events;
mod facts;
mod false_positives;
mod fuzz;
mod goldens;
mod hostile;
mod many;
mod messages;
mod native;
mod normal;
mod packages;
mod places;
mod repeated;
mod routes;
mod seen;
mod silence;
mod since_last;
mod spellings;
mod states;
mod tools;
mod weaknesses;

use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::project;
use crate::support::repo::Repo;
use crate::support::samples::{self, FINDING};

/// The clock of the answers.
pub(crate) const ON: &str = "2026-12-01T12:00:00Z";

pub(crate) const POLICY: &str = samples::BASELINES;

/// A record with findings, or other content in its scope.
fn record(id: &str, cause: &str, scope: &str, starts: &str, expires: &str) -> String {
    let entries = format!(
        "{FINDING}title: Finding of {id}\nscope: {scope}\nroot_cause: {cause}\nstarts: {starts}\nexpires: {expires}\n\
         owner: {{name: Ana Ruiz, email: ana@example.com, team: billing}}"
    );
    samples::record(id, &entries)
}

/// Files a record by Ana and merges it by Dana.
pub(crate) fn file(repo: &Repo, id: &str, text: &str) {
    let branch = repo.branch(id).by("ana").write(id, text);
    branch.commit(&format!("File {id}"));
    repo.by("dana").merge(id, &format!("Merge branch '{id}'"));
}

/// A record of the standard tier with one finding.
pub(crate) fn finding(id: &str, finding: &str) -> String {
    let scope = format!("{{findings: [{{{finding}}}]}}");
    record(id, "brittle-dependency", &scope, "2026-11-20", "2027-01-10")
}

/// A ledger without records.
pub(crate) fn ledger(policy: &str) -> Repo {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    let begin = repo.by("dana").write("exledger.yaml", policy);
    begin.commit("Keep exceptions in a ledger");
    repo
}

/// Builds the ledger: one record for each state that needs one.
pub(crate) fn story() -> Repo {
    let repo = ledger(POLICY);
    let one = |id: &str, text: &str| file(&repo, id, &finding(id, text));
    let batch = std::fs::read_to_string(data("EXC-2026-7F3KQ.yaml")).unwrap();
    file(&repo, "EXC-2026-7F3KQ", &batch);
    one("EXC-2026-C0VER", "tool: trivy, id: CVE-2026-0001, paths: ['services/**']");
    let scope = "{findings: [{tool: trivy, id: CVE-2026-0002}]}";
    let ended = record("EXC-2026-EN0ED", "brittle-dependency", scope, "2026-11-20", "2026-11-25");
    file(&repo, "EXC-2026-EN0ED", &ended);
    let scope = "{findings: [{tool: trivy, id: CVE-2026-0003}]}";
    let later = record("EXC-2026-1ATER", "brittle-dependency", scope, "2026-12-24", "2027-01-10");
    file(&repo, "EXC-2026-1ATER", &later);
    let scope = "{findings: [{tool: trivy, id: CVE-2026-0004}]}";
    let fa1se = record("EXC-2026-FA1SE", "bad-source-data", scope, "2026-11-20", "2027-01-10");
    file(&repo, "EXC-2026-FA1SE", &fa1se);
    // Pushed by its author, and approved by nobody.
    let lone = finding("EXC-2026-A1NE0", "tool: trivy, id: CVE-2026-0005");
    repo.by("ana").write("EXC-2026-A1NE0", &lone).commit("File it alone");
    // On a branch only.
    let asked = finding("EXC-2026-ASKED", "tool: trivy, id: CVE-2026-0006");
    let branch = repo.branch("asked").by("ana").write("EXC-2026-ASKED", &asked);
    branch.commit("Ask for it");
    repo.checkout();
    repo
}

/// Returns a test data file for triage.
pub(crate) fn data(name: &str) -> String {
    let path = project::root().join("tests/data/triage").join(name);
    path.to_str().unwrap().to_owned()
}

/// Triages at the clock of the answers.
fn run(repo: &Repo, args: &[&str]) -> Run {
    cli::run(repo.path(), &[&["--on", ON, "triage"], args].concat())
}

/// Triages in JSON.
fn json(repo: &Repo, args: &[&str]) -> (i32, Value) {
    let run = run(repo, &[args, &["--format", "json"]].concat());
    let value = serde_json::from_str(&run.out)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {}{}", run.out, run.err));
    (run.code, value)
}

/// Writes a file into the repository's folder, untracked, and returns its name.
pub(crate) fn put<'n>(repo: &Repo, name: &'n str, text: impl AsRef<[u8]>) -> &'n str {
    std::fs::write(repo.path().join(name), text).unwrap();
    name
}

/// Returns a SARIF run of a tool with results.
pub(crate) fn sarif(tool: &str, results: &[Value]) -> String {
    let run = serde_json::json!({
        "tool": {"driver": {"name": tool, "rules": []}},
        "results": results,
    });
    serde_json::json!({"version": "2.1.0", "runs": [run]}).to_string()
}

/// Returns a result of a rule at a path.
pub(crate) fn result(rule: &str, path: &str) -> Value {
    serde_json::json!({
        "ruleId": rule,
        "level": "error",
        "message": {"text": "It is so"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": 7}}}],
    })
}

/// Returns the count of each state that is not 0, and checks that they add up to the results.
fn counts(answer: &Value) -> Vec<(String, u64)> {
    let counts = answer["counts"].as_object().unwrap();
    assert_eq!(counts.len(), 7);
    let counts = counts.iter().map(|(state, n)| (state.clone(), n.as_u64().unwrap()));
    let counts: Vec<(String, u64)> = counts.collect();
    let sum: u64 = counts.iter().map(|(_, n)| n).sum();
    assert_eq!(sum, answer["results"].as_array().unwrap().len() as u64);
    counts.into_iter().filter(|(_, n)| *n > 0).collect()
}

/// Returns counts in the form for comparison.
fn are(counts: &[(&str, u64)]) -> Vec<(String, u64)> {
    let owned = counts.iter().map(|(state, n)| ((*state).to_owned(), *n));
    owned.collect()
}
