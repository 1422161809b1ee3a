//! Patterns and renewals: authors take nothing out of them.

use serde_json::Value;

use super::{BOTH, REVOKED, SIGNED, answer, ledger};
use crate::support::repo::Repo;
use crate::support::repo::speak::{public, yes};
use crate::support::samples::{ID, SAMPLE};

const OTHERS: [&str; 3] = ["EXC-2026-00001", "EXC-2026-00002", "EXC-2026-00003"];

/// A record of the pattern, or one that another replaces, which ends in spring.
fn occurrence(id: &str) -> String {
    SAMPLE.replace(ID, id).replace("expires: 2026-12-20", "expires: 2027-01-31")
}

/// A ledger with three occurrences that Dana approved, and a branch with a fourth one.
fn frozen_pattern() -> Repo {
    let repo = ledger("version: 1\n", &[]);
    for id in OTHERS {
        repo.branch(id).by("ana").write(id, &occurrence(id)).commit("File it");
        repo.by("dana").merge(id, &format!("Merge branch '{id}'"));
        repo.wait("1d");
    }
    repo
}

/// Tells whether `lint --base`, `patterns` and `check --deploy` see the freeze.
fn is_frozen(repo: &Repo) -> [bool; 3] {
    refuses(repo, &occurrence(ID))
}

/// Tells the same, with this text of the fourth record.
fn refuses(repo: &Repo, text: &str) -> [bool; 3] {
    let head = |name: &str| repo.git.set_head(&format!("refs/heads/{name}")).unwrap();
    repo.branch("fourth").by("ana").write(ID, text).commit("File another");
    repo.checkout();
    head("fourth");
    let lint = answer(repo, &["lint", "--base", "main"]);
    head("main");
    let findings = lint["findings"].as_array().unwrap();
    let groups = answer(repo, &["patterns"])["groups"].clone();
    let mut groups = groups.as_array().unwrap().iter();
    [
        findings.iter().any(|it| it["rule"] == "frozen-pattern"),
        groups.any(|it| it["frozen"] == true && it["refused"].to_string().contains(ID)),
        answer(repo, &["check", "--application", "billing", "--deploy"])["verdict"] == "deny",
    ]
}

/// Changes after which a record would be no occurrence of its pattern: its new text, or its removal.
fn departures(id: &str) -> [(&'static str, Option<String>); 7] {
    let text = occurrence(id);
    let rejected =
        "closure: {date: 2026-11-24, by: ana@example.com, outcome: rejected, reason: Not needed}\n";
    [
        ("cause", Some(text.replace("brittle-dependency", "timeout"))),
        ("class", Some(text.replace("class: standard", "class: third-party"))),
        ("application", Some(text.replace("application: billing", "application: orders"))),
        ("removal", None),
        ("rejected", Some(text.clone() + rejected)),
        ("unreadable", Some("broken".to_owned())),
        (
            "rejected with another cause",
            Some(text.replace("brittle-dependency", "timeout") + rejected),
        ),
    ]
}

/// Lands a text or a removal in one of several ways.
fn depart(repo: &Repo, id: &str, text: Option<&String>, way: &str) {
    let edit = |work: crate::support::repo::Work<'_>| {
        let work = match text {
            Some(text) => work.write(id, text),
            None => work.remove(id),
        };
        work.commit("Change it");
    };
    match way {
        "push" => edit(repo.by("ana")),
        "again" => {
            edit(repo.by("ana"));
            repo.by("ana").remove(id).commit("Remove it");
            let text = occurrence(id).replace("brittle-dependency", "timeout");
            repo.by("ana").write(id, &text).commit("File it again");
        }
        lander => {
            edit(repo.branch("work").by("ana"));
            repo.by(lander).merge("work", "Merge branch 'work'");
        }
    }
}

/// Returns the ways in which an author lands the n-th change: all of them for the first, one of them for each other.
fn own_ways(n: usize) -> impl Iterator<Item = &'static str> {
    let ways = ["push", "ana", "Ana Ruiz <ana@home.example.com>"];
    ways.into_iter().cycle().skip(n).take(if n == 0 { ways.len() } else { 1 })
}

#[test]
fn author_lifts_no_freeze() {
    let repo = frozen_pattern();
    assert_eq!(is_frozen(&repo), [true; 3]);
    let id = OTHERS[1];
    for (n, (what, text)) in departures(id).into_iter().enumerate() {
        for way in own_ways(n) {
            let repo = frozen_pattern();
            depart(&repo, id, text.as_ref(), way);
            assert_eq!(is_frozen(&repo), [true; 3], "{what} by {way}");
        }
        if what == "unreadable" {
            continue;
        }
        // Somebody else approves it.
        let repo = frozen_pattern();
        depart(&repo, id, text.as_ref(), "dana");
        assert_eq!(is_frozen(&repo), [false; 3], "{what}, approved");
    }
    let repo = frozen_pattern();
    depart(&repo, id, Some(&occurrence(id).replace("timeout", "tool-access")), "again");
    assert_eq!(is_frozen(&repo), [true; 3], "filed again under its id");
    // Neither does an author who removes it a second time, after somebody wrote into a copy of it.
    let rejected = occurrence(id)
        + "closure: {date: 2026-11-24, by: ana@example.com, outcome: rejected, reason: Not needed}\n";
    for (what, last) in [("removed", None), ("rejected", Some(&rejected))] {
        let repo = frozen_pattern();
        depart(&repo, id, None, "push");
        let noted =
            occurrence(id) + "handling: [{date: 2026-11-24, by: lee@example.com, note: Seen}]\n";
        repo.by("lee").write(id, &noted).commit("Note it");
        depart(&repo, id, last, "ana");
        assert_eq!(is_frozen(&repo), [true; 3], "{what} again");
        let repo = frozen_pattern();
        depart(&repo, id, None, "push");
        repo.by("lee").write(id, &noted).commit("Note it");
        depart(&repo, id, last, "dana");
        assert_eq!(is_frozen(&repo), [false; 3], "{what} again, approved");
    }
    // Nor does somebody who lands another layout of what its author rejected.
    let rejected = rejected + "# Tidy\n";
    for way in ["push", "dana"] {
        let repo = frozen_pattern();
        depart(&repo, id, Some(&rejected.replace("# Tidy\n", "")), "push");
        match way {
            "push" => {
                repo.by("dana").write(id, &rejected).commit("Tidy");
            }
            _ => depart(&repo, id, Some(&rejected), "dana"),
        }
        assert_eq!(is_frozen(&repo), [true; 3], "another layout by {way}");
    }
    // A request that was never in force is its author's to take back.
    for (what, text) in
        departures(id).into_iter().filter(|it| ["removal", "rejected"].contains(&it.0))
    {
        let repo = ledger("version: 1\n", &[]);
        for id in OTHERS {
            repo.by("ana").write(id, &occurrence(id)).commit("File it");
            repo.wait("1d");
        }
        assert_eq!(is_frozen(&repo), [true; 3], "{what}");
        depart(&repo, id, text.as_ref(), "push");
        assert_eq!(is_frozen(&repo), [false; 3], "{what} of what was never in force");
    }
}

#[test]
fn former_name_lifts_no_freeze() {
    let named = |name: &str| occurrence(ID).replace("application: billing", name);
    let repo = frozen_pattern();
    assert_eq!(refuses(&repo, &named("application: ledger")), [false, false, true]);
    for name in ["application: ledger, aliases: [Billing]", "aliases: [orders, billing]"] {
        assert_eq!(refuses(&frozen_pattern(), &named(name)), [true; 3], "{name}");
        // Once it landed, it is named among those that came too late.
        let repo = frozen_pattern();
        repo.branch("fourth").by("ana").write(ID, &named(name)).commit("File another");
        repo.by("dana").merge("fourth", "Merge branch 'fourth'");
        let refused = answer(&repo, &["patterns"])["groups"][0]["refused"].to_string();
        assert!(refused.contains(ID), "{name}: {refused}");
    }
}

/// Returns how often a record counts as renewed: in `show`, in `list` and in `list --all`.
fn renewals(repo: &Repo, id: &str) -> [u64; 3] {
    let count = |record: &Value| record["renewals"]["count"].as_u64().unwrap();
    let listed = |args: &[&str]| {
        let answer = answer(repo, args);
        let mut records = answer["records"].as_array().unwrap().iter();
        count(records.find(|it| it["id"] == id).unwrap())
    };
    let shown = answer(repo, &["show", id])["record"].clone();
    [count(&shown), listed(&["list"]), listed(&["list", "--all"])]
}

#[test]
fn author_resets_no_renewals() {
    let filed = |text: Option<&String>, way: &str| {
        let repo = ledger("version: 1\n", &[]);
        let id = OTHERS[0];
        repo.branch("first").by("ana").write(id, &occurrence(id)).commit("File it");
        repo.by("dana").merge("first", "Merge branch 'first'");
        repo.clock("2026-11-24T10:00:00Z");
        depart(&repo, id, text, way);
        repo.clock("2026-11-25T10:00:00Z");
        repo.branch("next").by("ana").write(ID, &occurrence(ID)).commit("File it anew");
        repo.by("dana").merge("next", "Merge branch 'next'");
        renewals(&repo, ID)
    };
    let closed = |outcome: &str| {
        let closure = format!(
            "closure: {{date: 2026-11-24, by: ana@example.com, outcome: {outcome}, reason: Not needed}}\n"
        );
        occurrence(OTHERS[0]) + &closure
    };
    assert_eq!(filed(Some(&closed("remediated")), "push"), [1; 3]);
    let elsewhere = |text: &str| text.replace("application: billing", "application: orders");
    let changes = [
        ("rejected", Some(closed("rejected"))),
        ("removed", None),
        ("closed under another name", Some(elsewhere(&closed("remediated")))),
        ("closed long ago", Some(closed("remediated").replace("2026-11-24", "2026-01-24"))),
    ];
    for (n, (what, text)) in changes.into_iter().enumerate() {
        for way in own_ways(n) {
            assert_eq!(filed(text.as_ref(), way), [1; 3], "{what} by {way}");
        }
        if what != "closed long ago" {
            assert_eq!(filed(text.as_ref(), "dana"), [0; 3], "{what}, approved");
        }
    }
}

/// Lands a text of a record, signed by Dana and Lee.
fn file_signed(repo: &Repo, id: &str, text: &str) {
    repo.by("ana").write(id, text).commit("File it");
    approve(repo, id, text);
}

/// Lands signatures of Dana and Lee.
fn approve(repo: &Repo, id: &str, text: &str) {
    let at = repo.now().to_string();
    let says = BOTH.map(|(name, _)| yes(name, id, text, &at).ledger("example/payments"));
    let work = says.iter().fold(repo.by("ana"), |work, says| work.says(says));
    work.commit("Record approvals");
}

#[test]
fn second_file_hides_no_earlier_end() {
    for second in [None, Some("later"), Some("same")] {
        let repo = ledger(SIGNED, &["dana", "lee"]);
        let long = occurrence(OTHERS[0]);
        file_signed(&repo, OTHERS[0], &long);
        file_signed(&repo, ID, &occurrence(ID));
        match second {
            Some("later") => {
                let later = long.replace("2027-01-31", "2027-02-28");
                repo.by("mallory").write("exceptions/more/x.yaml", &later).commit("Copy it");
            }
            Some(_) => {
                repo.by("mallory").write("exceptions/more/x.yaml", &long).commit("Copy it");
            }
            None => {}
        }
        file_signed(&repo, OTHERS[0], &long.replace("2027-01-31", "2026-12-20"));
        repo.clock("2027-01-04T09:00:00Z");
        assert_eq!(renewals(&repo, ID), [1; 3], "{second:?}");
    }
}

#[test]
fn removal_hides_no_cause_that_is_approved_after_it() {
    let again = occurrence(OTHERS[1]) + "review_every: 30d\n";
    let frozen = |act: &dyn Fn(&Repo)| {
        let repo = ledger(SIGNED, &["dana", "lee"]);
        for id in OTHERS {
            file_signed(&repo, id, &occurrence(id));
        }
        let other = occurrence(OTHERS[1]).replace("brittle-dependency", "timeout");
        file_signed(&repo, OTHERS[1], &other);
        assert_eq!(is_frozen(&repo), [false; 3]);
        repo.by("ana").write(OTHERS[1], &again).commit("Name the cause again");
        act(&repo);
        is_frozen(&repo)
    };
    let approved = frozen(&|repo| approve(repo, OTHERS[1], &again));
    assert_eq!(approved, [true; 3]);
    for who in ["mallory", "ana"] {
        let removed = frozen(&|repo| {
            repo.by(who).remove(OTHERS[1]).commit("Remove it");
            approve(repo, OTHERS[1], &again);
        });
        assert_eq!(removed, [true; 3], "removed by {who}");
    }
    // A request that its author took back before was never in force.
    let repo = ledger(SIGNED, &["dana", "lee"]);
    for id in &OTHERS[..2] {
        file_signed(&repo, id, &occurrence(id));
    }
    repo.by("ana").write(OTHERS[2], &occurrence(OTHERS[2])).commit("File it");
    repo.by("ana").remove(OTHERS[2]).commit("Take it back");
    approve(&repo, OTHERS[2], &occurrence(OTHERS[2]));
    assert_eq!(is_frozen(&repo), [false; 3]);
}

#[test]
fn typed_name_ends_no_record_whose_keys_are_revoked() {
    let frozen = |removes: &dyn Fn(&Repo)| {
        let repo = ledger(SIGNED, &["dana", "lee"]);
        for id in OTHERS {
            file_signed(&repo, id, &occurrence(id));
        }
        let revoked = ["dana", "lee"].map(|name| public(name) + "\n").concat();
        repo.by("mallory").write(REVOKED, &revoked).commit("Revoke all keys");
        removes(&repo);
        is_frozen(&repo)
    };
    assert_eq!(frozen(&|_| ()), [true; 3]);
    let removed = frozen(&|repo| {
        repo.by("dana").remove(OTHERS[1]).commit("Remove it");
    });
    assert_eq!(removed, [true; 3], "removed");
    // Broken first, its last version asks for nothing.
    let broken = frozen(&|repo| {
        repo.by("mallory").write(OTHERS[1], "broken").commit("Break it");
        repo.by("dana").remove(OTHERS[1]).commit("Remove it");
    });
    assert_eq!(broken, [true; 3], "broken and removed");
}

#[test]
fn second_file_that_is_gone_ends_nothing() {
    let (id, copy) = (OTHERS[0], "exceptions/more/EXC-2026-00001.yaml");
    let text = occurrence(id);
    let short = text.replace("2027-01-31", "2026-11-25");
    let noted = text.clone()
        + "handling: [{date: 2026-11-24, by: ana@example.com, stage: triage, note: Seen}]\n";
    let filed = |second: bool| {
        let repo = ledger("version: 1\n", &[]);
        repo.branch("first").by("ana").write(id, &text).commit("File it");
        repo.by("dana").merge("first", "Merge branch 'first'");
        if second {
            repo.by("ana").write(copy, &short).commit("Copy it");
            assert_eq!(answer(&repo, &["show", id])["record"]["status"], "conflicted");
            repo.by("ana").remove(copy).write(id, &noted).commit("Note it");
        }
        repo.clock("2027-01-20T09:00:00Z");
        assert_eq!(answer(&repo, &["show", id])["record"]["status"], "active", "{second}");
        repo.clock("2027-03-20T09:00:00Z");
        let next = occurrence(ID).replace("2027-01-31", "2027-05-31");
        repo.branch("next").by("ana").write(ID, &next).commit("File it anew");
        repo.by("dana").merge("next", "Merge branch 'next'");
        renewals(&repo, ID)
    };
    assert_eq!(filed(false), [1; 3]);
    assert_eq!(filed(true), [1; 3]);
}
