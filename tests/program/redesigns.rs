//! Redesigns in real repositories: what each state is, what lifts a freeze, and what counts only once somebody else approved
//! it. Start at [`states`].

mod hostile;
mod signed;

use exledger::features;
use exledger::features::verify::answer::AuditRequest;
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;
use exledger::survey::redesign::{RedesignState, redesign_states};
use serde_json::Value;

use crate::diff::{ID, Ledger, POLICY, found, record};
use crate::patterns::THREE;
use crate::support::audit::told;
use crate::support::repo::Repo;

pub(crate) const RED: &str = "redesigns/RED-2026-4T9PK.yaml";

/// The redesign of the pattern of the three records.
pub(crate) const REDESIGN: &str = "\
id: RED-2026-4T9PK
title: Invoices are read by a service of their own
owner: {name: Kim Sato, email: kim@example.com}
pattern: {root_cause: brittle-dependency, application: billing}
target: automation
plan: Replace the nightly job with the event consumer
due: 2026-12-31
ticket: HR-500
";

const DONE: &str = "done: {date: 2026-12-10, by: kim@example.com}\n";
const ASSESSED: &str = "assessed: {date: 2027-02-20, by: dana@example.com, outcome: effective, reason: None was merged in 60 days}\n";

/// A record of the pattern that links a redesign; it states no fix.
pub(crate) fn linking(id: &str, link: &str) -> String {
    format!("{}references: {{redesign: {link}}}\n", record(id))
}

/// Returns the redesigns on the approved branch at an instant.
fn redesigns(repo: &Repo, on: &str) -> Vec<RedesignState> {
    let at = Instant::parse(on).unwrap();
    let session = Session::open(repo.path(), Options::default()).unwrap();
    let snapshot = session.snapshot_of_landed(&Moment::at(at), Scope::Everything).unwrap();
    redesign_states(&snapshot.neighbours(), snapshot.governance(), at)
}

/// Returns the status of each redesign, with `lifts` if records that link it pass a freeze.
pub(crate) fn states(repo: &Repo, day: &str) -> Vec<String> {
    let states = redesigns(repo, &format!("{day}T12:00:00Z"));
    let word = |it: &RedesignState| {
        let lifts = if it.lifts { ", lifts" } else { "" };
        format!("{}{lifts}", it.status.as_str())
    };
    states.iter().map(word).collect()
}

/// Returns the findings of `verify`, but not about how the test's history is made.
fn audited(repo: &Repo, on: &str) -> Vec<String> {
    let session = Session::open(repo.path(), Options::default()).unwrap();
    let request = AuditRequest { folder: repo.path(), ids: &[], checkpoints: &[], receipts: None };
    let at = Moment::at(Instant::parse(on).unwrap());
    let findings = features::verify::answer(&session, &at, &request).unwrap().findings;
    let mut told = told(&findings);
    told.retain(|it| !it.ends_with("direct-push"));
    told
}

/// Three records freeze their pattern.
pub(crate) fn frozen() -> Ledger {
    Ledger::with(&THREE)
}

/// Merges a text of the redesign: written by one person, merged by another.
pub(crate) fn merge(ledger: &Ledger, (by, merger): (&str, &str), on: &str, text: &str) {
    let repo = &ledger.repo;
    repo.clock(on);
    let branch = on.replace(':', "-");
    repo.branch(&branch).by(by).write(RED, text).commit("Plan the redesign");
    repo.by(merger).merge(&branch, &format!("Merge branch '{branch}'"));
    repo.checkout();
}

/// Merges a record, written by Ana and merged by Lee.
fn file(ledger: &Ledger, on: &str, id: &str, text: &str) {
    let repo = &ledger.repo;
    repo.clock(on);
    repo.branch(id).by("ana").write(id, text).commit("File an exception");
    repo.by("lee").merge(id, &format!("Merge branch '{id}'"));
    repo.checkout();
}

/// Lints a branch that adds files.
pub(crate) fn linted(ledger: &Ledger, branch: &str, files: &[(&str, &str)]) -> Vec<String> {
    let mut work = ledger.repo.branch(branch).by("ana");
    for (path, text) in files {
        work = work.write(path, text);
    }
    work.commit("Propose something");
    ledger.switch(branch);
    let run = ledger.run(&["lint", "--base", "main", "--format", "json"]);
    ledger.switch("main");
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    found(&answer)
}

/// Returns the findings of a command in the work tree.
pub(crate) fn linked_codes(ledger: &Ledger, args: &[&str]) -> Vec<String> {
    let run = ledger.run(&[args, &["--format", "json"]].concat());
    found(&serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err)))
}

#[test]
fn a_frozen_pattern_is_redesigned_and_stays_away() {
    let ledger = frozen();
    let repo = &ledger.repo;
    assert_eq!(linted(&ledger, "none", &[(ID, &record(ID))]), ["error frozen-pattern"]);
    merge(&ledger, ("kim", "lee"), "2026-11-21T09:00:00Z", REDESIGN);
    assert_eq!(states(repo, "2026-11-22"), ["open, lifts"]);
    // Its own fix isn't needed, and the ticket of the file does as well.
    assert_eq!(linted(&ledger, "by-id", &[(ID, &linking(ID, "RED-2026-4T9PK"))]), [""; 0]);
    assert_eq!(linted(&ledger, "by-ticket", &[(ID, &linking(ID, "HR-500"))]), [""; 0]);
    assert_eq!(states(repo, "2026-12-31"), ["open, lifts"]);
    assert_eq!(states(repo, "2027-01-01"), ["overdue"]);

    merge(&ledger, ("kim", "lee"), "2026-12-11T09:00:00Z", &format!("{REDESIGN}{DONE}"));
    assert_eq!(states(repo, "2026-12-12"), ["watching, lifts"]);
    assert_eq!(states(repo, "2027-02-08"), ["watching, lifts"]);
    assert_eq!(states(repo, "2027-02-09"), ["unassessed"]);
    // What landed before no longer freezes the pattern.
    assert_eq!(linted(&ledger, "later", &[(ID, &record(ID))]), [""; 0]);

    let effective = format!("{REDESIGN}{DONE}{ASSESSED}");
    merge(&ledger, ("dana", "lee"), "2027-02-20T09:00:00Z", &effective);
    assert_eq!(states(repo, "2027-02-21"), ["effective"]);
    let [state] = &redesigns(repo, "2027-02-21T12:00:00Z")[..] else { panic!() };
    let days = [state.due, state.first_due, state.done].map(|day| day.unwrap().to_string());
    assert_eq!(days, ["2026-12-31", "2026-12-31", "2026-12-10"]);
    assert!(state.landed_after.is_empty() && state.records.is_empty());
}

#[test]
fn a_pattern_that_comes_back_reopens_it() {
    let ledger = frozen();
    let repo = &ledger.repo;
    merge(&ledger, ("kim", "lee"), "2026-11-21T09:00:00Z", REDESIGN);
    merge(&ledger, ("kim", "lee"), "2026-12-11T09:00:00Z", &format!("{REDESIGN}{DONE}"));
    let id = "EXC-2026-00004";
    assert_eq!(states(repo, "2026-12-14"), ["watching, lifts"]);
    file(&ledger, "2026-12-15T09:00:00Z", id, &linking(id, "RED-2026-4T9PK"));
    assert_eq!(states(repo, "2026-12-16"), ["recurred"]);
    let [state] = &redesigns(repo, "2026-12-16T12:00:00Z")[..] else { panic!() };
    assert_eq!(state.landed_after[0].ids, [id]);
    assert_eq!(state.records, [id]);
    // All of them count again, and the redesign lifts nothing.
    repo.clock("2026-12-17T09:00:00Z");
    let fifth = linking(ID, "RED-2026-4T9PK");
    assert_eq!(linted(&ledger, "fifth", &[(ID, &fifth)]), ["error frozen-pattern"]);
    // An assessment changes nothing about that.
    let effective = format!("{REDESIGN}{DONE}{ASSESSED}");
    merge(&ledger, ("dana", "lee"), "2027-02-20T09:00:00Z", &effective);
    assert_eq!(states(repo, "2027-02-21"), ["recurred"]);
}

#[test]
fn the_expected_effect_and_the_assessment_decide() {
    let with = |effect: &str, assessed: &str| {
        let ledger = frozen();
        let text = format!("{REDESIGN}{effect}{DONE}{assessed}");
        merge(&ledger, ("dana", "lee"), "2026-12-11T09:00:00Z", &text);
        let id = "EXC-2026-00004";
        file(&ledger, "2026-12-15T09:00:00Z", id, &record(id));
        states(&ledger.repo, "2027-02-21").remove(0)
    };
    assert_eq!(with("", ""), "recurred");
    assert_eq!(with("effect: {at_most: 1}\n", ""), "unassessed");
    assert_eq!(with("effect: {at_most: 1}\n", ASSESSED), "effective");
    let outcome = |word: &str| ASSESSED.replace("outcome: effective", &format!("outcome: {word}"));
    assert_eq!(with("effect: {at_most: 1}\n", &outcome("recurred")), "recurred");
    assert_eq!(with("effect: {at_most: 1}\n", &outcome("abandoned")), "abandoned");
    // Later than the days in which its effect shows; and the policy bounds what the file states.
    assert_eq!(with("effect: {within: 3d}\n", ""), "unassessed");
    assert_eq!(with("effect: {at_most: 9, within: 999d}\n", ""), "watching, lifts");
}

#[test]
fn the_first_landing_bounds_the_due_date() {
    let ledger = frozen();
    let late = REDESIGN.replace("2026-12-31", "2028-01-01");
    merge(&ledger, ("kim", "lee"), "2026-11-21T09:00:00Z", &late);
    merge(&ledger, ("kim", "lee"), "2027-03-01T09:00:00Z", &late.replace("2028", "2029"));
    assert_eq!(states(&ledger.repo, "2027-05-20"), ["open, lifts"]);
    assert_eq!(states(&ledger.repo, "2027-05-21"), ["overdue"]);
    let changed = late.replace("2028", "2030");
    assert_eq!(linted(&ledger, "longer", &[(RED, &changed)]), ["error bad-value"]);
}

#[test]
fn a_done_date_in_the_future_counts_from_its_landing() {
    let ledger = frozen();
    let future = format!("{REDESIGN}done: {{date: 2027-06-01, by: kim@example.com}}\n");
    merge(&ledger, ("kim", "lee"), "2026-12-11T09:00:00Z", &future);
    file(&ledger, "2026-12-15T09:00:00Z", "EXC-2026-00004", &record("EXC-2026-00004"));
    assert_eq!(states(&ledger.repo, "2026-12-16"), ["recurred"]);
}

#[test]
fn without_approval_by_somebody_else_it_lifts_nothing() {
    let ledger = frozen();
    let repo = &ledger.repo;
    repo.by("kim").write(RED, REDESIGN).commit("Plan the redesign");
    repo.checkout();
    assert_eq!(states(repo, "2026-11-22"), ["unapproved"]);
    let link = linking(ID, "RED-2026-4T9PK");
    assert_eq!(linted(&ledger, "refused", &[(ID, &link)]), ["error frozen-pattern"]);
    // Beside its record it counts for lint; landed, only once it is approved.
    let changed = REDESIGN.replace("2026-12-31", "2026-12-30");
    assert_eq!(linted(&ledger, "beside", &[(ID, &link), (RED, &changed)]), [""; 0]);
    file(&ledger, "2026-11-22T09:00:00Z", ID, &link);
    let findings = audited(repo, "2026-11-23T09:00:00Z");
    assert_eq!(findings, ["error frozen-pattern", "error policy-unapproved"]);
    merge(&ledger, ("kim", "lee"), "2026-11-24T09:00:00Z", &changed);
    assert_eq!(states(repo, "2026-11-25"), ["open, lifts"]);
    let findings = audited(repo, "2026-11-25T09:00:00Z");
    assert_eq!(findings, ["warning policy-unapproved"]);
}

#[test]
fn of_a_changed_file_the_last_approved_version_counts() {
    let ledger = frozen();
    let repo = &ledger.repo;
    merge(&ledger, ("kim", "lee"), "2026-11-21T09:00:00Z", REDESIGN);
    let longer = REDESIGN.replace("2026-12-31", "2027-03-31");
    repo.by("kim").write(RED, &longer).commit("Take more time");
    assert_eq!(states(repo, "2026-12-31"), ["open, lifts"]);
    assert_eq!(states(repo, "2027-01-01"), ["overdue"]);
    // Nor does its removal count without approval, so that nobody gets rid of an overdue one.
    repo.by("kim").remove(RED).commit("Forget about it");
    assert_eq!(states(repo, "2027-01-01"), ["overdue"]);
    repo.branch("removed").by("kim").write("README.md", "Gone").commit("Say so");
    repo.branch("back").by("kim").write(RED, REDESIGN).commit("Restore it");
    repo.by("lee").merge("back", "Merge branch 'back'");
    repo.branch("gone").by("kim").remove(RED).commit("Remove it");
    repo.by("lee").merge("gone", "Merge branch 'gone'");
    assert_eq!(states(repo, "2027-01-01"), [""; 0]);
}

#[test]
fn nobody_assesses_their_own_redesign() {
    let done = format!("{REDESIGN}done: {{date: 2026-12-10, by: sam@example.com}}\n");
    let by = |name: &str, author: &str| {
        let ledger = frozen();
        let assessed = ASSESSED.replace("dana@", &format!("{name}@"));
        merge(&ledger, ("kim", "lee"), "2026-12-11T09:00:00Z", &done);
        merge(&ledger, (author, "lee"), "2027-02-20T09:00:00Z", &format!("{done}{assessed}"));
        let findings = audited(&ledger.repo, "2027-02-21T12:00:00Z");
        (states(&ledger.repo, "2027-02-21").remove(0), findings)
    };
    let refused = ("unassessed".to_owned(), vec!["error review-by-self".to_owned()]);
    assert_eq!(by("kim", "dana"), refused);
    assert_eq!(by("Kim", "dana"), refused);
    assert_eq!(by("sam", "dana"), refused);
    // In somebody else's name, but written by the owner or by who did it.
    assert_eq!(by("dana", "kim"), refused);
    assert_eq!(by("dana", "sam"), refused);
    assert_eq!(by("dana", "dana"), ("effective".to_owned(), Vec::new()));
    let ledger = frozen();
    let own = format!("{done}{}", ASSESSED.replace("dana@", "kim@"));
    assert_eq!(linted(&ledger, "own", &[(RED, &own)]), ["error review-by-self"]);
}

#[test]
fn a_record_links_the_redesign_of_its_own_pattern() {
    let ledger = frozen();
    merge(&ledger, ("kim", "lee"), "2026-11-21T09:00:00Z", REDESIGN);
    let other = |from: &str, to: &str| linking(ID, "RED-2026-4T9PK").replace(from, to);
    let lint = |branch: &str, text: &str| linted(&ledger, branch, &[(ID, text)]);
    let wrong = ["error wrong-redesign"];
    assert_eq!(lint("cause", &other("brittle-dependency", "timeout")), wrong);
    assert_eq!(lint("system", &other("application: billing", "application: orders")), wrong);
    assert_eq!(lint("unknown", &linking(ID, "RED-2026-00000")), ["error frozen-pattern", wrong[0]]);
    assert_eq!(lint("spelled", &other("application: billing", "application: ' Billing'")), [""; 0]);
    // One that states no cause could be of any.
    assert_eq!(
        lint("unsaid", &other("brittle-dependency", "unclassified")),
        ["warning unclassified-cause"]
    );
    // The work tree alone tells the same.
    ledger.switch("cause");
    let run = ledger.run(&["lint", "--format", "json"]);
    assert_eq!(found(&serde_json::from_str(&run.out).unwrap()), wrong);
}

#[test]
fn a_ticket_lifts_a_freeze_unless_the_policy_wants_a_file() {
    let fix = "fix: {target: automation, plan: Replace the job, due: 2026-12-18}\n";
    let ticket = format!("{}{fix}", linking(ID, "BILL-500"));
    let under = |policy: &str| {
        let ledger = Ledger::of(policy, &THREE);
        let lint = linted(&ledger, "ticket", &[(ID, &ticket)]);
        file(
            &ledger,
            "2026-11-21T09:00:00Z",
            "EXC-2026-00004",
            &ticket.replace(ID, "EXC-2026-00004"),
        );
        (lint, states(&ledger.repo, "2026-11-22"), states(&ledger.repo, "2026-12-19"))
    };
    let told = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    assert_eq!(under(POLICY), (told(&[]), told(&["ticket, lifts"]), told(&["ticket"])));
    let strict = format!("{POLICY}patterns: {{redesign: file}}\n");
    assert_eq!(
        under(&strict),
        (told(&["error frozen-pattern"]), told(&["ticket"]), told(&["ticket"]))
    );
}
