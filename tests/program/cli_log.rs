//! `log`: where the trail of a record ends, and what it says of statements.

mod lapses;
mod statements;

use serde_json::Value;

use crate::cli;
use crate::support::approval::filed;
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

/// Asks for the trail of the sample in JSON.
fn asked(repo: &Repo, args: &[&str]) -> Value {
    let args = [&["log", ID, "--format", "json"], args].concat();
    let run = cli::run(repo.path(), &args);
    assert_eq!(run.code, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

/// Returns the name of each event.
fn words(log: &Value) -> Vec<&str> {
    let events = log["events"].as_array().unwrap().iter();
    events.map(|event| event["event"].as_str().unwrap()).collect()
}

#[test]
fn the_trail_ends_where_it_is_asked_to_end() {
    let repo = filed();
    repo.wait("10d");
    repo.by("lee")
        .edit(ID, "title: A better title of the billing exception")
        .commit("Name it better");
    repo.checkout();
    assert_eq!(words(&asked(&repo, &["--as-of", "2026-11-22"])), ["filed"]);
    // The other clock asks about the ledger as it is now.
    let on = asked(&repo, &["--on", "2026-11-22"]);
    assert_eq!(words(&on), ["filed", "amended"]);
    assert_eq!(on["simulated"], true);
}

#[test]
fn what_stands_on_a_branch_alone_has_no_trail_and_says_so() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana").write("exledger.yaml", "version: 1\n").commit("Keep exceptions in a ledger");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.checkout();
    let log = asked(&repo, &[]);
    assert_eq!(log["events"], Value::Array(Vec::new()));
    let run = cli::run(repo.path(), &["log", ID]);
    assert!(run.out.contains("nothing of it was merged"), "{}", run.out);
    assert!(run.out.contains("file"), "{}", run.out);
    let run = cli::run(repo.path(), &["log", "EXC-2026-N0NE1"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
}
