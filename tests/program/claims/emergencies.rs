//! Emergencies: one grace for a subject.

use super::merges::reroute;
use super::{answer, is_new, ledger};
use crate::cli;
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

/// An emergency about an application, which may last for days.
fn emergency(id: &str, application: &str) -> String {
    let text = SAMPLE.replace(ID, id).replace("class: standard", "class: emergency");
    let text = text.replace("application: billing", &format!("application: {application}"));
    text.replace("expires: 2026-12-20", "expires: 2026-12-18T09:00:00Z")
}

/// Returns the status of a record, which `list` and `check` agree with.
fn status_of(repo: &Repo, id: &str) -> String {
    let record = answer(repo, &["show", id])["record"].clone();
    let status = record["status"].as_str().unwrap().to_owned();
    let listed = answer(repo, &["list"]);
    let mut listed = listed["records"].as_array().unwrap().iter();
    if let Some(listed) = listed.find(|it| it["id"] == id) {
        assert_eq!(listed["status"], record["status"], "list of {id}");
    }
    status
}

/// Tells whether `check` allows what records about an application would grant.
fn is_allowed(repo: &Repo, application: &str) -> bool {
    let rule = "Every job has its own database user";
    let asked = ["check", "--application", application, "--rule", rule];
    answer(repo, &asked)["verdict"] == "allow"
}

const FIRST: &str = "EXC-2026-AAAAA";

/// A ledger in which Mallory pushed an emergency, which was in force, a day ago.
fn first_emergency() -> Repo {
    let repo = ledger("version: 1\n", &[]);
    repo.by("mallory").write(FIRST, &emergency(FIRST, "billing")).commit("Emergency");
    let is_new = is_new("a first emergency");
    if is_new {
        assert_eq!(status_of(&repo, FIRST), "active");
        assert!(is_allowed(&repo, "billing"));
    }
    repo.wait("1d");
    if is_new {
        assert_eq!(status_of(&repo, FIRST), "unapproved");
        assert!(!is_allowed(&repo, "billing"));
    }
    repo
}

#[test]
fn dates_ahead_prolong_no_grace() {
    let repo = ledger("version: 1\n", &[]);
    let begun = repo.now();
    // The merge brings a commit of every hour to come.
    for hour in 0..72 {
        let note = format!("{hour}\n");
        repo.wait("1h").branch("ahead").by("mallory").write("README.md", &note).commit("Work");
    }
    let text = emergency(FIRST, "billing");
    repo.wait("60d").branch("ahead").by("mallory").write(FIRST, &text).commit("Emergency");
    repo.by("mallory").merge("ahead", "Merge branch 'ahead'");
    repo.checkout();
    for hours in [2, 30, 60] {
        let clock = begun.plus_seconds(hours * 3_600).to_string();
        let asked = ["check", "--application", "billing", "--format", "json"];
        let run = cli::run_with(repo.path(), &asked, &[("EXLEDGER_TEST_CLOCK", &*clock)]);
        let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(answer["verdict"], "pending", "{hours}: {answer:#}");
    }
}

#[test]
fn one_grace_a_subject() {
    // Five emergencies on five days have one grace.
    let repo = ledger("version: 1\n", &[]);
    let ids = "ABCDE".chars().map(|letter| format!("EXC-2026-{}", letter.to_string().repeat(5)));
    let mut granted = Vec::new();
    for id in ids {
        repo.by("mallory").write(&id, &emergency(&id, "billing")).commit("Emergency");
        granted.extend(is_allowed(&repo, "billing").then(|| id.clone()));
        let is_first = id == FIRST;
        assert_eq!(status_of(&repo, &id) == "active", is_first, "{id}");
        repo.wait("23h");
    }
    assert_eq!(granted, [FIRST]);
    let reasons = answer(&repo, &["show", "EXC-2026-BBBBB"])["record"]["reasons"].to_string();
    let expected = "no grace: mallory@example.com filed EXC-2026-AAAAA about the same subject, and nobody else looked at it";
    assert!(reasons.contains(expected), "{reasons}");

    // What she does about the first one before the second, and how the second one lands.
    let closed = |outcome: &str| {
        let closure = format!(
            "closure: {{date: 2026-11-21, by: mallory@example.com, outcome: {outcome}, reason: It is over}}\n"
        );
        emergency(FIRST, "billing") + &closure
    };
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let nothing: Act = ("nothing", &|_| ());
    let before: [Act; 6] = [
        nothing,
        ("closes it", &|repo| {
            repo.by("mallory").write(FIRST, &closed("remediated")).commit("Close it");
        }),
        ("rejects it", &|repo| {
            repo.by("mallory").write(FIRST, &closed("rejected")).commit("Reject it");
        }),
        ("removes it", &|repo| {
            repo.by("mallory").remove(FIRST).commit("Remove it");
        }),
        ("renames what it is about", &|repo| {
            repo.by("mallory").write(FIRST, &emergency(FIRST, "ledger")).commit("Rename");
        }),
        ("makes it another class", &|repo| {
            let text = emergency(FIRST, "billing").replace("class: emergency", "class: standard");
            repo.by("mallory").write(FIRST, &text).commit("Change it");
        }),
    ];
    let text = emergency(ID, "billing");
    let push = |repo: &Repo, author: &str, lander: &str| {
        repo.branch("work").by(author).write(ID, &text).commit("Emergency");
        repo.by(lander).merge("work", "Merge branch 'work'");
    };
    let landings: [Act; 5] = [
        ("pushed", &|repo| {
            repo.by("mallory").write(ID, &text).commit("Emergency");
        }),
        ("merged by herself", &|repo| push(repo, "mallory", "mallory")),
        ("merged by another", &|repo| push(repo, "mallory", "mallory <mal@home.example.com>")),
        ("under a second address", &|repo| {
            let again = "mallory <mal@home.example.com>";
            repo.by(again).write(ID, &text).commit("Emergency");
        }),
        ("with a typed co-author", &|repo| {
            repo.by("mallory").with("bob").write(ID, &text).commit("Emergency");
        }),
    ];
    for (does, act) in before {
        for (how, landing) in landings.iter().take(if does == "nothing" { 5 } else { 1 }) {
            let repo = first_emergency();
            act(&repo);
            landing(&repo);
            assert_eq!(status_of(&repo, ID), "unapproved", "before: {does}; then: {how}");
            assert!(!is_allowed(&repo, "billing"), "before: {does}; then: {how}");
        }
    }

    // Lee rejects the first one: that is no look that lets her file another.
    let repo = first_emergency();
    let rejected = closed("rejected").replace("by: mallory", "by: lee");
    repo.by("lee").write(FIRST, &rejected).commit("Reject it");
    repo.by("mallory").write(ID, &text).commit("Emergency");
    assert_eq!(status_of(&repo, ID), "unapproved");

    // A merge that brings an emergency does not begin its grace: it began when it was made.
    let repo = ledger("version: 1\n", &[]);
    repo.branch("late").by("mallory").write(ID, &text).commit("Emergency");
    repo.wait("23h");
    repo.by("mallory").merge("late", "Merge branch 'late'");
    assert_eq!(status_of(&repo, ID), "unapproved");
}

#[test]
fn stricter_rules_open_no_second_grace() {
    let again = "mallory <mal@home.example.com>";
    for (what, people) in [
        ("an agent", "people: {agents: ['*@example.com']}\n"),
        ("a bot", "people: {bots: ['mallory@example.com']}\n"),
    ] {
        let repo = ledger("version: 1\n", &[]);
        repo.by("mallory")
            .write("exledger.yaml", &format!("version: 1\n{people}"))
            .commit("Ask more");
        repo.by("mallory").write(FIRST, &emergency(FIRST, "billing")).commit("Emergency");
        assert_eq!(status_of(&repo, FIRST), "unapproved", "{what}");
        repo.wait("1d");
        repo.by(again).write(ID, &emergency(ID, "billing")).commit("Emergency");
        assert_eq!(status_of(&repo, ID), "unapproved", "{what}");
        assert!(!is_allowed(&repo, "billing"), "{what}");
        // About something else, that person has one.
        let other = "EXC-2026-BBBBB";
        repo.by(again).write(other, &emergency(other, "orders")).commit("Emergency");
        assert_eq!(status_of(&repo, other), "active", "{what}");
    }
}

#[test]
fn merge_opens_no_second_grace() {
    for (id, depth) in [(ID, 0), (ID, 2), (FIRST, 0)] {
        let repo = ledger("version: 1\n", &[]);
        let fork = repo.tip("main");
        repo.by("mallory").write(FIRST, &emergency(FIRST, "billing")).commit("Emergency");
        repo.wait("1d");
        reroute(&repo, fork, depth, false, "Tidy up");
        repo.by("mallory").write(id, &emergency(id, "billing")).commit("Emergency");
        assert_eq!(status_of(&repo, id), "unapproved", "{id}, {depth} below");
        assert!(!is_allowed(&repo, "billing"), "{id}, {depth} below");
        // Who did not file the first one has a grace.
        let other = "EXC-2026-BBBBB";
        if id == ID {
            repo.by("omar").write(other, &emergency(other, "billing")).commit("Emergency");
            assert_eq!(status_of(&repo, other), "active", "{depth} below");
        }
    }
    // Nor where the merge that leaves it out holds the second one.
    let first = emergency(FIRST, "billing");
    let left: [(&str, Option<String>); 3] = [
        ("left out", None),
        ("another class", Some(first.replace("class: emergency", "class: standard"))),
        ("about something else", Some(emergency(FIRST, "ledger"))),
    ];
    for (what, left) in left {
        for again in [ID, "EXC-2026-BBBBB"] {
            let repo = ledger("version: 1\n", &[]);
            let fork = repo.tip("main").to_string();
            repo.by("mallory").write(FIRST, &first).commit("Emergency");
            repo.wait("1d");
            let merge = repo.branch_from("mine", &fork).by("mallory");
            let merge = left.iter().fold(merge, |merge, text| merge.write(FIRST, text));
            let merge = merge.write(ID, &emergency(ID, "billing")).merge_ours(&["main"], "Tidy up");
            repo.set_ref("refs/heads/main", merge);
            if again != ID {
                repo.by("mallory").write(again, &emergency(again, "billing")).commit("Emergency");
            }
            assert_eq!(status_of(&repo, again), "unapproved", "{what}, {again}");
            assert!(!is_allowed(&repo, "billing"), "{what}, {again}");
        }
    }
    // Nor where the first one is filed again as something else, which is over: no answer may leave it out.
    let repo = ledger("version: 1\n", &[]);
    let fork = repo.tip("main");
    repo.by("mallory").write(FIRST, &emergency(FIRST, "billing")).commit("Emergency");
    repo.wait("1d");
    reroute(&repo, fork, 0, false, "Tidy up");
    let closure =
        "closure: {date: 2026-11-21, by: mallory@example.com, outcome: remediated, reason: Done}\n";
    let again =
        emergency(FIRST, "billing").replace("class: emergency", "class: standard") + closure;
    repo.by("mallory").write(FIRST, &again).commit("File it again");
    repo.by("mallory").write(ID, &emergency(ID, "billing")).commit("Emergency");
    assert_eq!(status_of(&repo, ID), "unapproved");
}

#[test]
fn merge_that_gives_no_grace_frees_no_other_emergency() {
    let first = emergency(FIRST, "billing");
    for lander in ["dependabot[bot]", "scan-agent", "late"] {
        let policy = "version: 1\npeople: {agents: ['scan-agent@example.com']}\n";
        let repo = ledger(policy, &[]);
        let fork = repo.tip("main").to_string();
        repo.by("mallory").write(FIRST, &first).commit("Emergency");
        assert!(is_allowed(&repo, "billing"), "{lander}");
        repo.wait("26h");
        let now = repo.now();
        let is_late = lander == "late";
        if is_late {
            repo.wait("90d");
        }
        let merge = repo.branch_from("mine", &fork).by(if is_late { "mallory" } else { lander });
        let merge = merge.write(FIRST, &first).merge_ours(&["main"], "Update");
        repo.set_ref("refs/heads/main", merge);
        repo.clock(&now.to_string());
        repo.by("mallory").write(ID, &emergency(ID, "billing")).commit("Emergency");
        assert_eq!(status_of(&repo, ID), "unapproved", "{lander}");
        assert!(!is_allowed(&repo, "billing"), "{lander}");
    }
}

#[test]
fn decoy_hides_no_emergency_that_a_merge_left_out() {
    let standard = emergency(FIRST, "billing").replace("class: emergency", "class: standard");
    let elsewhere = emergency(FIRST, "ledger");
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let decoys: [Act; 5] = [
        ("standard", &|repo| {
            repo.branch("base").by("mallory").write(FIRST, &standard).commit("File it");
        }),
        ("standard, removed", &|repo| {
            repo.branch("base").by("mallory").write(FIRST, &standard).commit("File it");
            repo.branch("base").by("mallory").remove(FIRST).commit("Remove it");
        }),
        ("misnamed", &|repo| {
            let work = repo.branch("base").by("mallory");
            work.write("exceptions/x.yaml", &emergency(FIRST, "billing")).commit("File it");
        }),
        ("about something else", &|repo| {
            repo.branch("base").by("mallory").write(FIRST, &elsewhere).commit("File it");
        }),
        ("the second one", &|repo| {
            let work = repo.branch("base").by("mallory");
            work.write(ID, &emergency(ID, "billing")).commit("Emergency");
        }),
    ];
    for (what, act) in decoys {
        let repo = ledger("version: 1\n", &[]);
        let fork = repo.tip("main");
        repo.by("mallory").write(FIRST, &emergency(FIRST, "billing")).commit("Emergency");
        repo.wait("1d");
        repo.branch_from("base", &fork.to_string());
        act(&repo);
        reroute(&repo, repo.tip("base"), 0, false, "Tidy up");
        if what != "the second one" {
            repo.by("mallory").write(ID, &emergency(ID, "billing")).commit("Emergency");
        }
        assert_eq!(status_of(&repo, ID), "unapproved", "{what}");
        assert!(!is_allowed(&repo, "billing"), "{what}");
    }
}

#[test]
fn approval_of_another_record_under_its_id_is_no_look_at_an_emergency() {
    let billing = emergency(FIRST, "billing");
    let wiki = emergency(FIRST, "wiki");
    let standard = wiki.replace("class: emergency", "class: standard");
    let alias =
        |text: &str| text.replace("application: billing", "application: billing, aliases: [wiki]");
    let rule = "rule: Every job has its own database user";
    let control = |text: &str| text.replace(rule, "controls: [nist-800-53:IA-5]");
    let both = |text: &str| text.replace(rule, &format!("{rule}, controls: [nist-800-53:IA-5]"));
    for (what, is_left_out, first, decoy) in [
        ("an emergency, left out", true, &billing, &wiki),
        ("a standard one, left out", true, &billing, &standard),
        ("a standard one, removed", false, &billing, &standard),
        ("by an alias", false, &alias(&billing), &wiki),
        ("by a control", false, &both(&billing), &control(&billing)),
    ] {
        let repo = ledger("version: 1\n", &[]);
        let fork = repo.tip("main");
        repo.by("mallory").write(FIRST, first).commit("Emergency");
        repo.wait("1d");
        if is_left_out {
            reroute(&repo, fork, 0, false, "Tidy up");
        } else {
            repo.by("mallory").remove(FIRST).commit("Remove it");
        }
        repo.branch("work").by("mallory").write(FIRST, decoy).commit("File it");
        repo.by("dana").merge("work", "Merge branch 'work'");
        repo.by("mallory").write(ID, &emergency(ID, "billing")).commit("Emergency");
        assert_eq!(status_of(&repo, ID), "unapproved", "{what}");
        assert!(!is_allowed(&repo, "billing"), "{what}");
    }
    // Nor is that of somebody else's emergency, which lands with the merge that leaves it out.
    let other = "EXC-2026-BBBBB";
    let repo = ledger("version: 1\n", &[]);
    let fork = repo.tip("main").to_string();
    repo.by("mallory").write(FIRST, &billing).commit("Emergency");
    repo.wait("1d");
    repo.branch_from("base", &fork)
        .by("bob")
        .write(other, &emergency(other, "billing"))
        .commit("Emergency");
    let merge =
        repo.branch_from("mine", &fork).by("bob").write(other, &emergency(other, "billing"));
    let merge = merge.merge_ours(&["base", "main"], "Tidy up");
    repo.set_ref("refs/heads/main", merge);
    repo.branch("more").by("bob").edit(other, "title: In other words").commit("Amend");
    repo.by("dana").merge("more", "Merge branch 'more'");
    repo.by("mallory").write(ID, &emergency(ID, "billing")).commit("Emergency");
    assert_eq!(status_of(&repo, ID), "unapproved");
}

#[test]
fn draft_that_became_another_class_and_was_approved_uses_up_no_grace() {
    let standard = emergency(FIRST, "billing").replace("class: emergency", "class: standard");
    let repo = ledger("version: 1\n", &[]);
    repo.branch("work").by("omar").write(FIRST, &emergency(FIRST, "billing")).commit("Emergency");
    repo.branch("work").by("omar").write(FIRST, &standard).commit("It can wait");
    repo.by("dana").merge("work", "Merge branch 'work'");
    repo.wait("1d");
    repo.by("omar").write(ID, &emergency(ID, "billing")).commit("Emergency");
    assert_eq!(status_of(&repo, ID), "active");
}

#[test]
fn id_that_a_branch_gave_up_uses_up_no_grace() {
    let other = "EXC-2026-BBBBB";
    let repo = ledger("version: 1\n", &[]);
    repo.branch("work").by("omar").write(FIRST, &emergency(FIRST, "billing")).commit("Emergency");
    let text = emergency(other, "billing");
    repo.branch("work").by("omar").remove(FIRST).write(other, &text).commit("Give it another id");
    repo.by("dana").merge("work", "Merge branch 'work'");
    assert_eq!(status_of(&repo, other), "active");
    repo.wait("1d");
    // Dana looked at what landed.
    repo.by("omar").write(ID, &emergency(ID, "billing")).commit("Emergency");
    assert_eq!(status_of(&repo, ID), "active");
}

#[test]
fn draft_of_an_approved_emergency_uses_up_no_grace() {
    // Its branch, which Dana squashed, lives on, and brings its commits with the next one.
    let repo = ledger("version: 1\n", &[]);
    let text = emergency(FIRST, "billing");
    let draft = text.replace("class: emergency", "class: emergency\n# A draft.");
    repo.branch("work").by("omar").write(FIRST, &draft).commit("Emergency");
    repo.branch("work").by("omar").write(FIRST, &text).commit("Correct it");
    repo.by("omar").through("dana").write(FIRST, &text).commit("Emergency (#7)");
    assert_eq!(status_of(&repo, FIRST), "active");
    repo.wait("60h");
    repo.branch("work").by("omar").write(ID, &emergency(ID, "billing")).commit("Emergency");
    repo.by("omar").merge("work", "Merge branch 'work'");
    assert_eq!(status_of(&repo, ID), "active");
}

#[test]
fn honest_emergencies_have_a_grace() {
    let text = emergency(ID, "billing");
    let closed = emergency(FIRST, "billing")
        + "closure: {date: 2026-11-21, by: lee@example.com, outcome: remediated, reason: It is over}\n";
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let honest: [Act; 5] = [
        ("somebody else files it", &|repo| {
            repo.by("bob").write(ID, &text).commit("Emergency");
        }),
        ("it is about something else", &|repo| {
            repo.by("mallory").write(ID, &emergency(ID, "ledger")).commit("Emergency");
        }),
        ("Lee closed the first one", &|repo| {
            repo.by("lee").write(FIRST, &closed).commit("Close it");
            repo.by("mallory").write(ID, &text).commit("Emergency");
        }),
        ("Lee approved the first one", &|repo| {
            repo.branch("more").by("mallory").edit(FIRST, "title: In other words").commit("Amend");
            repo.by("lee").merge("more", "Merge branch 'more'");
            repo.by("mallory").write(ID, &text).commit("Emergency");
        }),
        ("the window has passed", &|repo| {
            repo.clock("2027-06-20T09:00:00Z");
            let text = text.replace("2026-12-18", "2027-06-22");
            repo.by("mallory").write(ID, &text).commit("Emergency");
        }),
    ];
    for (what, act) in honest {
        let repo = first_emergency();
        act(&repo);
        assert_eq!(status_of(&repo, ID), "active", "{what}");
        let application = if what.contains("something else") { "ledger" } else { "billing" };
        assert!(is_allowed(&repo, application), "{what}");
    }
    // One that is merged at once counts for the rest of its day.
    let repo = ledger("version: 1\n", &[]);
    repo.branch("soon").by("mallory").write(ID, &text).commit("Emergency");
    repo.by("mallory").merge("soon", "Merge branch 'soon'");
    assert_eq!(status_of(&repo, ID), "active");
    repo.wait("21h");
    assert_eq!(status_of(&repo, ID), "active");
    repo.wait("2h");
    assert_eq!(status_of(&repo, ID), "unapproved");
}

#[test]
fn an_emergency_that_names_no_finding_uses_up_the_grace_of_one_that_does() {
    let second = "EXC-2026-BBBBB";
    let named = "scope: {findings: [{tool: trivy, id: CVE-2026-0001}]}\n";
    let result = r#"{"ruleId": "CVE-2026-0001", "message": {"text": "x"}}"#;
    let report = format!(
        r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "trivy"}}}}, "results": [{result}]}}]}}"#
    );
    let folder = crate::support::temporary();
    let place = folder.path().join("report.sarif");
    std::fs::write(&place, report).unwrap();
    let covered = |first: Option<String>| {
        let repo = ledger("version: 1\n", &[]);
        if let Some(first) = first {
            repo.by("mallory").write(FIRST, &first).commit("Emergency");
            repo.wait("2d");
        }
        repo.by("mallory").write(second, &(emergency(second, "billing") + named)).commit("Another");
        let n_covered =
            answer(&repo, &["triage", place.to_str().unwrap()])["counts"]["covered"].clone();
        n_covered.as_u64()
    };
    let without = covered(None);
    let plain = emergency(FIRST, "billing");
    let escaped = plain.replace("class: emergency", r#"class: "emerg\u0065ncy""#);
    for first in [plain, escaped] {
        assert_ne!(covered(Some(first)), without);
    }
    // About another subject, it uses up nothing.
    assert_eq!(covered(Some(emergency(FIRST, "payroll"))), without);
    assert_eq!(without, Some(1));
}
