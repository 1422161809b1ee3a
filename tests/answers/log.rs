//! `log`: each change of meaning in a record's trail, in the commit that landed it. Start at [`shown`].

use std::collections::BTreeSet;

use exledger::approval;
use exledger::features::log::{self, Log};
use exledger::history::version::TrailKey;
use exledger::render::format::OutputStyle;
use exledger::status::stamp::Stamp;
use exledger::survey::acts;
use serde_json::Value;

use crate::support::approval::{amended, filed, sealed};
use crate::support::render::render;
use crate::support::repo::Repo;
use crate::support::repo::speak::{Says, yes};
use crate::support::samples::{ID, SAMPLE};
use crate::support::status::standing_in;

/// Returns the trail of the sample at the last commit, in a format.
fn shown(repo: &Repo, format: &str, width: Option<usize>) -> String {
    let history = repo.history();
    let approvals = approval::judge(&history);
    let key = TrailKey::Id(ID.to_owned());
    let instant = repo.now();
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
        approvals: None,
        trusted_from: None,
        left_out: Vec::new(),
        is_simulated: false,
    };
    let doc = log::doc(&Log {
        stamp: &stamp,
        record_state: &standing_in(&history, &key, &instant.to_string()),
        acts: acts::record_acts(&history, &history.trails[&key], &approvals.trails[&key]),
        lapses: Vec::new(),
        evidence: Vec::new(),
        shows_values: false,
    });
    render(format, &doc, &OutputStyle { width, is_coloured: false, is_quiet: true })
}

fn log(repo: &Repo) -> Value {
    serde_json::from_str(&shown(repo, "json", None)).unwrap()
}

/// Returns each event with its approval result.
fn told(log: &Value) -> Vec<(&str, &str)> {
    let events = log["events"].as_array().unwrap().iter();
    events
        .map(|event| (event["event"].as_str().unwrap(), event["result"].as_str().unwrap()))
        .collect()
}

fn words(log: &Value) -> Vec<&str> {
    told(log).into_iter().map(|(event, _)| event).collect()
}

fn last(log: &Value) -> &Value {
    log["events"].as_array().unwrap().last().unwrap()
}

fn filed_with(repo: &Repo, says: &Says) {
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("ana").says(says).commit("Add a statement");
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
    let log = log(&repo);
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
fn a_closure_that_is_taken_away_is_a_reopening() {
    let repo = filed();
    let closure = "closure: {outcome: remediated, date: 2026-11-21, by: ana@example.com, reason: Job retired}";
    let closed = format!("{SAMPLE}{closure}\n");
    repo.by("ana").write(ID, &closed).commit("Close it");
    repo.by("lee").write(ID, SAMPLE).commit("Open it again");
    let log = log(&repo);
    assert_eq!(words(&log), ["filed", "closed", "reopened"]);
    assert_eq!(last(&log)["changes"][0]["field"], "closure");
    assert!(shown(&repo, "table", Some(80)).contains("reopened"));
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
    let log = log(&repo);
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
fn an_approval_that_waits_for_its_bytes_counts_there_alone() {
    let repo = sealed();
    filed_with(&repo, &yes("dana", ID, &amended(), "2026-11-20T10:30:00Z"));
    repo.by("ana").write(ID, &amended()).commit("Change it");
    let log = log(&repo);
    assert_eq!(told(&log), [("filed", "self"), ("risk-lowered", "attested")]);
    let mut statements = last(&log)["statements"].as_array().unwrap().iter();
    let dana = statements.find(|statement| statement["email"] == "dana@example.com").unwrap();
    assert_eq!((&dana["counts"], &dana["why_not"]), (&Value::Bool(true), &Value::Null));
}

#[test]
fn a_version_that_carries_a_result_on_keeps_what_was_said_before() {
    let repo = sealed();
    filed_with(&repo, &yes("dana", ID, SAMPLE, "2026-11-20T10:30:00Z"));
    repo.by("ana").write(ID, &(SAMPLE.to_owned() + "# looks good\n")).commit("Reformat it");
    let log = log(&repo);
    let last = last(&log);
    assert_eq!(last["event"], "reformatted");
    assert_eq!(last["approvers"][0]["email"], "dana@example.com");
    let mut statements = last["statements"].as_array().unwrap().iter();
    assert!(statements.any(|statement| statement["email"] == "dana@example.com"), "{log:#}");
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
    let table = shown(&repo, "table", Some(80));
    for line in table.lines() {
        assert!(line.chars().count() <= 80, "{table}");
    }
    assert!(table.contains("extended"), "{table}");
    assert!(table.contains("no: is an author"), "{table}");
}
