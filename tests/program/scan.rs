//! `scan`: suppressions in real repositories against the ledger. Start at [`found`].

mod adopted;
mod advice;
mod anywhere;
mod branches;
mod cover;
mod cut;
mod endless;
mod entries;
mod features;
mod files;
mod formats;
mod obeyed;
mod planted;
mod round;
mod samples;
mod screen;
mod widened;
mod wiring;

use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::repo::{Repo, git};
use crate::support::samples::{FINDING, GRANTING};

/// The clock of the answers.
const ON: &str = "2026-11-21T00:00:00Z";

const ID: &str = "EXC-2026-7F3KQ";

const POLICY: &str = GRANTING;

/// Returns a record with findings.
fn record(findings: &str) -> String {
    let entries = format!(
        "{FINDING}title: Billing batch key cannot rotate\nscope: {{findings: [{findings}]}}\nstarts: 2026-11-20"
    );
    crate::support::samples::record(ID, &entries)
}

/// A ledger with one record in force.
fn ledger(policy: &str, record: &str) -> Repo {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("exledger.yaml", policy).commit("Keep exceptions in a ledger");
    repo.branch("work").by("ana").write(ID, record).commit("File it");
    repo.by("dana").merge("work", "Merge branch 'work'");
    repo
}

/// Commits files and checks them out, tracked.
fn track(repo: &Repo, files: &[(&str, &str)]) {
    let mut work = repo.by("ana");
    for (path, text) in files {
        work = work.write(path, text);
    }
    work.commit("Write files");
    repo.checkout();
}

fn scan(repo: &Repo, args: &[&str]) -> Run {
    cli::run(repo.path(), &[&["--on", ON, "scan"], args].concat())
}

/// Returns the exit code and each finding: path and line, and rule without `scan-`; what is unread has `unread`.
fn found(repo: &Repo, args: &[&str]) -> (i32, Vec<(String, String)>) {
    found_at(repo, ON, args)
}

/// Returns the same once the record has ended.
fn found_after_end(repo: &Repo) -> (i32, Vec<(String, String)>) {
    found_at(repo, "2026-12-21T00:00:00Z", &[])
}

fn found_at(repo: &Repo, at: &str, args: &[&str]) -> (i32, Vec<(String, String)>) {
    let run = cli::run(repo.path(), &[&["--on", at, "scan"], args, &["--format", "json"]].concat());
    let answer: Value = serde_json::from_str(&run.out)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {}{}", run.out, run.err));
    let findings = answer["findings"].as_array().unwrap().iter().map(|finding| {
        let rule = finding["rule"].as_str().unwrap().strip_prefix("scan-").unwrap().to_owned();
        (format!("{}:{}", finding["path"].as_str().unwrap(), finding["line"]), rule)
    });
    let unread = answer["unread"].as_array().unwrap().iter();
    let unread = unread.map(|it| {
        let place = format!("{}:{}", it["path"].as_str().unwrap(), it["line"]);
        (place, "unread".to_owned())
    });
    (run.code, findings.chain(unread).collect())
}

/// Returns findings in the form for comparison.
fn are(findings: &[(&str, &str)]) -> Vec<(String, String)> {
    findings.iter().map(|(place, rule)| ((*place).to_owned(), (*rule).to_owned())).collect()
}

/// Tracks several files, and returns the line and rule of each finding in each of them, found by one start.
fn found_in_each(repo: &Repo, files: &[(String, String)]) -> Vec<Vec<(u32, String)>> {
    track(repo, &files.iter().map(|(path, text)| (&**path, &**text)).collect::<Vec<_>>());
    let all = found(repo, &[]).1;
    let of = |path: &String| {
        let own = all.iter().filter_map(|(place, rule)| {
            let line = place.strip_prefix(&format!("{path}:"))?.parse().ok()?;
            Some((line, rule.clone()))
        });
        own.collect()
    };
    let each: Vec<Vec<(u32, String)>> = files.iter().map(|(path, _)| of(path)).collect();
    assert_eq!(each.iter().map(Vec::len).sum::<usize>(), all.len(), "{all:?}");
    each
}

/// Returns a ledger with one record in force, checked out.
fn repo(findings: &str) -> Repo {
    let repo = ledger(POLICY, &record(findings));
    repo.checkout();
    repo
}

/// Returns the rules of the findings in one file, which is tracked then.
fn rules(repo: &Repo, path: &str, bytes: &[u8]) -> Vec<String> {
    let place = repo.path().join(path);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(place, bytes).unwrap();
    git(repo.path(), &["add", "--", path]);
    found(repo, &[path]).1.into_iter().map(|(_, rule)| rule).collect()
}
