//! `log`: each change of meaning in a record's trail, in the commit that landed it.

mod statements;

use std::collections::BTreeSet;

use exledger::features::log;
use exledger::features::log::Log;
use exledger::history::version::TrailKey;
use exledger::policy::governance::Governance;
use exledger::record::time::Instant;
use exledger::render::format::OutputStyle;
use exledger::status::stamp::Stamp;
use exledger::status::state::RecordFacts;
use exledger::survey::acts;
use exledger::{approval, status};
use serde_json::Value;

use crate::cli;
use crate::support::render::render;
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

/// Asks for the trail of the sample in JSON.
fn asked(repo: &Repo, args: &[&str]) -> Value {
    let args = [&["log", ID, "--format", "json"], args].concat();
    let run = cli::run(repo.path(), &args);
    assert_eq!(run.code, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

/// Returns each event with its approval result.
fn told(log: &Value) -> Vec<(String, String)> {
    let text = |event: &Value, key: &str| event[key].as_str().unwrap().to_owned();
    let events = log["events"].as_array().unwrap().iter();
    events.map(|event| (text(event, "event"), text(event, "result"))).collect()
}

fn words(log: &Value) -> Vec<String> {
    told(log).into_iter().map(|(event, _)| event).collect()
}

/// A ledger in which the sample was filed by Ana and merged by Lee.
fn filed() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana").write("exledger.yaml", "version: 1\n").commit("Keep exceptions in a ledger");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge pull request #7 from ana/file");
    repo
}

#[test]
fn each_change_of_meaning_is_an_event_of_the_commit_that_landed_it() {
    let repo = filed();
    repo.by("lee")
        .edit(ID, "title: A better title of the billing exception")
        .commit("Name it better");
    repo.by("lee").rename(ID, "exceptions/2026/EXC-2026-7F3KQ.yaml").commit("Sort by year");
    let path = "exceptions/2026/EXC-2026-7F3KQ.yaml";
    repo.by("lee").edit(path, "expires: never").commit("Break it");
    repo.by("lee").remove(path).commit("Remove it");
    repo.by("ana").write(ID, SAMPLE).commit("Put it back");
    repo.checkout();
    let log = asked(&repo, &[]);
    assert_eq!(words(&log), ["filed", "amended", "moved", "broken", "removed", "restored"]);
    let events = log["events"].as_array().unwrap();
    assert_eq!(events[0]["pull_request"], "#7");
    assert_eq!(events[0]["approvers"][0]["email"], "lee@example.com");
    assert_eq!(events[0]["authors"][0]["email"], "ana@example.com");
    let change = &events[1]["changes"][0];
    assert_eq!(change["field"], "title");
    assert_eq!(change["to"], "A better title of the billing exception");
    assert_eq!(events[2]["changes"][0]["to"], path);
    assert_eq!(events[4]["result"], "n/a");
    assert_eq!(events[5]["result"], "self");
    assert_eq!(events[5]["statements"][0]["counts"], false);
    assert_eq!(events[5]["statements"][0]["why_not"], "is an author");
}

#[test]
fn a_landing_with_several_meanings_has_as_many_events_and_each_its_own_values() {
    let repo = filed();
    repo.branch("renew")
        .by("ana")
        .edit(ID, "expires: 2027-01-10")
        .edit(ID, "title: A better title of the billing exception")
        .edit(
            ID,
            "renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: The vendor is late}]",
        )
        .commit("Renew");
    repo.by("lee").merge("renew", "Merge branch 'renew'");
    repo.checkout();
    let log = asked(&repo, &[]);
    assert_eq!(words(&log), ["filed", "renewed", "amended"]);
    let fields = |n: usize| -> BTreeSet<String> {
        let changes = log["events"][n]["changes"].as_array().unwrap().iter();
        changes.map(|change| change["field"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(log["events"][1]["commit"], log["events"][2]["commit"]);
    let of_renewal = ["expires", "renewals"].map(str::to_owned);
    assert_eq!(fields(1), BTreeSet::from(of_renewal));
    assert_eq!(fields(2), BTreeSet::from(["title".to_owned()]));
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

#[test]
fn the_table_fits_80_columns() {
    let repo = filed();
    repo.branch("renew")
        .by("ana")
        .edit(ID, "expires: 2027-01-10")
        .edit(ID, "title: A better title of the billing exception")
        .commit("Extend");
    repo.by("Maximiliane Hohenstein-Waldegg <max@example.com>")
        .merge("renew", "Merge pull request #4711 from ana/renew");
    repo.by("ana").edit(ID, "title: A title that its own author pushed").commit("Name it anew");
    let history = repo.history();
    let approvals = approval::judge(&history);
    let key = TrailKey::Id(ID.to_owned());
    let (trail, verdicts) = (&history.trails[&key], &approvals.trails[&key]);
    let instant = Instant::parse("2026-12-01T12:00:00Z").unwrap();
    let record_state = status::evaluate(
        RecordFacts { key: &key, history: &history, verdicts, governance: &Governance::default() },
        instant,
    );
    let stamp = Stamp {
        name: None,
        called: None,
        folder: String::new(),
        reference: Some("refs/heads/main".to_owned()),
        label: None,
        commit: None,
        effective: None,
        instant,
        notes: None,
        trusted_from: None,
        left_out: Vec::new(),
        is_simulated: false,
    };
    let doc = log::doc(&Log {
        stamp: &stamp,
        record_state: &record_state,
        acts: acts::record_acts(&history, trail, verdicts),
        evidence: Vec::new(),
        shows_values: false,
    });
    let style = OutputStyle { width: Some(80), is_coloured: false, is_quiet: true };
    let table = render("table", &doc, &style);
    for line in table.lines() {
        assert!(line.chars().count() <= 80, "{table}");
    }
    assert!(table.contains("extended"), "{table}");
    assert!(table.contains("no: is an author"), "{table}");
}
