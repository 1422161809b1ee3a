//! `verify` and forge accounts: owners of accounts must be known, also for the rules that compare people.

use crate::support::audit::{audited, told};
use crate::support::repo::Repo;
use crate::support::samples::{ID, ONE, SAMPLE};

const ON: &str = "2026-12-10T12:00:00Z";
const SAM: &str = "sito <9+sito@users.noreply.github.com>";

fn ledger(people: &str) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana")
        .write("exledger.yaml", &format!("{ONE}{people}"))
        .commit("Keep exceptions in a ledger");
    repo
}

fn change(repo: &Repo, branch: &str, by: &str, text: &str) {
    repo.branch(branch).by(by).write(ID, text).commit("Change the sample");
    repo.by("lee").merge(branch, &format!("Merge branch '{branch}'"));
}

#[test]
fn an_account_that_nobody_knows_is_a_warning_that_names_the_line() {
    let repo = ledger("");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by(SAM).merge("file", "Merge branch 'file'");
    let findings = audited(&repo, ON);
    assert_eq!(told(&findings), ["error missing-approval", "warning unknown-account"]);
    let finding = findings.iter().find(|it| it.rule.as_str() == "unknown-account").unwrap();
    assert!(
        finding.message.starts_with(
            "it is not known that sito (users.noreply.github.com) is not ana@example.com"
        ),
        "{}",
        finding.message
    );
    assert_eq!(finding.remedy.words(), "add `sito: ADDRESS` to people.logins, then approve again");
    // Once another version is approved, nothing needs to be added.
    change(&repo, "again", "ana", &SAMPLE.replace("moderate", "low"));
    let findings = audited(&repo, ON);
    assert!(findings.iter().all(|it| it.rule.as_str() != "unknown-account"));
}

#[test]
fn a_decision_under_a_name_is_compared_with_the_owner_of_the_account() {
    let review = "reviews:\n- {date: 2026-11-20, by: sam@example.com, outcome: still-needed}\n";
    let mapped = "people: {logins: {sito: sam@example.com}}\n";
    for (people, later, expected) in [
        (mapped, "", None),
        ("", mapped, None),
        (
            "",
            "",
            Some("it is not known that sito (users.noreply.github.com), who wrote or merged it"),
        ),
        (
            "people: {logins: {sito: kim@example.com}}\n",
            "",
            Some("who neither wrote nor merged it"),
        ),
    ] {
        let repo = ledger(people);
        change(&repo, "file", "ana", SAMPLE);
        change(&repo, "look", SAM, &format!("{SAMPLE}{review}"));
        if !later.is_empty() {
            repo.branch("map")
                .by("sam")
                .write("exledger.yaml", &format!("{ONE}{later}"))
                .commit("Map it");
            repo.by("lee").merge("map", "Merge branch 'map'");
        }
        let findings = audited(&repo, ON);
        let found = findings.iter().find(|it| it.rule.as_str() == "decision-by-other");
        match expected {
            None => assert_eq!(found, None, "{people:?} {later:?}"),
            Some(text) => assert!(found.unwrap().message.contains(text), "{found:?}"),
        }
    }
}

#[test]
fn whoever_reviews_a_closure_must_be_known_not_to_have_closed_it() {
    let closed = "closure:\n  outcome: remediated\n  date: 2026-11-21\n  by: sam@example.com\n  reason: The job is retired\n  \
        evidence: [{kind: log, url: https://ci.example.com/7}]\n";
    let looked = "  reviewed: {date: 2026-11-22, by: kim@example.com, outcome: effective}\n";
    for (closer, reviewer, people, is_found) in [
        ("sam", "kim", "", false),
        ("sam", SAM, "", true),
        (SAM, "sam", "", true),
        ("sam", SAM, "people: {logins: {sito: sam@example.com}}\n", true),
        ("sam", SAM, "people: {logins: {sito: kim@example.com}}\n", false),
    ] {
        let repo = ledger(people);
        change(&repo, "file", "ana", SAMPLE);
        change(&repo, "close", closer, &format!("{SAMPLE}{closed}"));
        change(&repo, "look", reviewer, &format!("{SAMPLE}{closed}{looked}"));
        let findings = audited(&repo, ON);
        let found = findings.iter().any(|it| it.rule.as_str() == "review-by-self");
        assert_eq!(found, is_found, "{closer} {reviewer} {people:?}: {findings:#?}");
    }
}
