//! Reviews, controls, triggers and owners: what degrades a record, and whose review counts.

use crate::support::approval::{file_as, ledger};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};
use crate::support::status::{check, record_state};

const DENY: &str = "tiers: [{name: standard, degraded: deny, review_every: 7d}]\n";
const GRANT: &str = "tiers: [{name: standard, degraded: grant, review_every: 7d}]\n";

fn filed(policy: &str, text: &str) -> Repo {
    let repo = ledger(policy);
    file_as(&repo, text);
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo
}

#[test]
fn a_missed_review_degrades_from_the_day_after() {
    let text = format!("{SAMPLE}starts: 2026-11-20\n");
    for (policy, grants) in [(DENY, false), (GRANT, true)] {
        check(
            policy,
            &filed(policy, &text),
            &[
                ("2026-11-27T23:59:59Z", "active", true),
                ("2026-11-28T00:00:00Z", "degraded", grants),
            ],
        );
    }
    let denied = record_state(&filed(DENY, &text), "2026-11-21T00:00:00Z");
    assert_eq!(denied.end.unwrap().to_string(), "2026-11-28T00:00:00Z");
}

#[test]
fn where_degraded_denies_a_review_counts_by_somebody_else_alone() {
    let review = "reviews: [{date: 2026-11-26, by: ana@example.com, outcome: still-needed}]";
    let after = "2026-11-28T00:00:00Z";
    let looked = |policy: &str, how: fn(&Repo, &str)| {
        let repo = filed(policy, &format!("{SAMPLE}starts: 2026-11-20\n"));
        repo.clock("2026-11-26T09:00:00Z");
        how(&repo, review);
        repo
    };
    let own = looked(DENY, |repo, review| {
        repo.by("ana").edit(ID, review).commit("Review it");
    });
    check("own", &own, &[(after, "degraded", false)]);
    let reasons = exledger::status::reason::joined(&record_state(&own, after).reasons);
    assert!(reasons.contains("someone who could approve this"), "{reasons}");
    check(
        "own, where degraded grants",
        &looked(GRANT, |repo, review| {
            repo.by("ana").edit(ID, review).commit("Review it");
        }),
        &[(after, "active", true)],
    );
    check(
        "by another",
        &looked(DENY, |repo, review| {
            repo.by("sam").edit(ID, review).commit("Review it");
        }),
        &[
            (after, "active", true),
            ("2026-12-03T23:59:59Z", "active", true),
            ("2026-12-04T00:00:00Z", "degraded", false),
        ],
    );
    check(
        "own, merged by another",
        &looked(DENY, |repo, review| {
            repo.branch("review").by("ana").edit(ID, review).commit("Review it");
            repo.by("lee").merge("review", "Merge branch 'review'");
        }),
        &[(after, "active", true)],
    );
    check(
        "by a bot",
        &looked(DENY, |repo, review| {
            repo.by("bot").edit(ID, review).commit("Review it");
        }),
        &[(after, "degraded", false)],
    );
}

#[test]
fn a_date_counts_as_the_day_it_landed_at_the_latest() {
    let repo = filed(GRANT, &format!("{SAMPLE}starts: 2026-11-20\n"));
    repo.clock("2026-11-22T09:00:00Z");
    let review = "reviews: [{date: 2026-12-15, by: sam@example.com, outcome: still-needed}]";
    repo.by("sam").edit(ID, review).commit("Review it");
    check(
        "dated ahead",
        &repo,
        &[("2026-11-29T23:59:59Z", "active", true), ("2026-11-30T00:00:00Z", "degraded", true)],
    );
}

#[test]
fn a_control_is_fresh_through_the_day() {
    let text = SAMPLE
        .replace("status: active}", "status: active, verified: 2026-11-15, verify_every: 10d}");
    let repo = filed("", &text);
    check(
        "verified before",
        &repo,
        &[("2026-11-25T23:59:59Z", "active", true), ("2026-11-26T00:00:00Z", "degraded", true)],
    );
    let stale = record_state(&repo, "2026-11-26T00:00:00Z");
    assert!(!stale.controls[0].fresh);
    repo.clock("2026-11-26T09:00:00Z");
    repo.by("ana").replace(ID, "verified: 2026-11-15", "verified: 2026-11-26").commit("Verify it");
    let verified = record_state(&repo, "2026-11-26T12:00:00Z");
    assert_eq!(verified.status.as_str(), "active");
    assert!(verified.controls[0].fresh);
    assert!(!verified.changed_since_approval);
    let never = SAMPLE.replace("status: active}", "status: active, verify_every: 10d}");
    check(
        "never verified",
        &filed("", &format!("{never}starts: 2026-11-20\n")),
        &[("2026-11-30T23:59:59Z", "active", true), ("2026-12-01T00:00:00Z", "degraded", true)],
    );
    let planned = SAMPLE.replace("status: active}", "status: planned, verify_every: 10d}");
    check("planned", &filed("", &planned), &[("2026-12-15T00:00:00Z", "active", true)]);
}

#[test]
fn a_fired_trigger_ends_it_or_waits_for_a_review() {
    for (then, fired, reviewed) in [
        ("revoke", ("revoked", false), ("revoked", false)),
        ("close", ("revoked", false), ("revoked", false)),
        ("review", ("degraded", true), ("active", true)),
    ] {
        let text =
            format!("{SAMPLE}triggers: [{{id: T1, when: The vendor ships a fix, then: {then}}}]\n");
        let repo = filed("", &text);
        repo.clock("2026-11-22T09:00:00Z");
        let early = "reviews: [{date: 2026-11-22, by: sam@example.com, outcome: still-needed}]";
        repo.by("sam").edit(ID, early).commit("Review it early");
        let entry = "fired: [{date: 2026-11-22, trigger: T1, by: sam@example.com}]";
        repo.by("sam").edit(ID, entry).commit("Fire it");
        check(then, &repo, &[("2026-11-22T12:00:00Z", fired.0, fired.1)]);
        let fired_text = repo.by("sam").text(ID);
        let hidden = repo.by("sam").edit(ID, "fired: []").edit(ID, "triggers: []");
        hidden.commit("Hide it");
        check("hidden", &repo, &[("2026-11-22T13:00:00Z", fired.0, fired.1)]);
        repo.by("sam").write(ID, &fired_text).commit("Show it");
        let later = "reviews: [{date: 2026-11-22, by: sam@example.com, outcome: still-needed}, {date: 2026-11-23, by: sam@example.com, outcome: still-needed}]";
        repo.clock("2026-11-23T09:00:00Z");
        repo.by("sam").edit(ID, later).commit("Review it");
        check("reviewed", &repo, &[("2026-11-23T12:00:00Z", reviewed.0, reviewed.1)]);
    }
}

#[test]
fn an_owner_who_left_degrades_it() {
    let policy = "people: {roster: people.csv}\n";
    let repo = ledger(policy);
    repo.by("root")
        .write("people.csv", "email,name,team,active\nana@example.com,Ana Ruiz,billing,yes\n")
        .commit("List people");
    file_as(&repo, SAMPLE);
    repo.by("lee").merge("file", "Merge branch 'file'");
    let at = "2026-11-21T00:00:00Z";
    check("there", &repo, &[(at, "active", true)]);
    repo.by("root")
        .write("people.csv", "email,name,team,active\nana@example.com,Ana Ruiz,billing,no\n")
        .commit("She left");
    check("left", &repo, &[(at, "degraded", true)]);
    assert_eq!(record_state(&repo, at).ownerless.len(), 1);
}

#[test]
fn a_tier_that_wants_a_control_misses_the_last() {
    let repo = filed("", SAMPLE);
    let text = repo.by("ana").text(ID);
    let withdrawn = text.replace("status: active", "status: withdrawn");
    repo.branch("drop").by("ana").write(ID, &withdrawn).commit("Withdraw it");
    repo.by("lee").merge("drop", "Merge branch 'drop'");
    check("approved", &repo, &[("2026-11-21T00:00:00Z", "degraded", true)]);
}

#[test]
fn a_control_that_was_dropped_since_the_approval_degrades_it_and_is_not_active() {
    let at = "2026-11-21T00:00:00Z";
    let two = SAMPLE.replace(
        "status: active}",
        "status: active}\n  - {id: CC2, description: Somebody watches the job, owner: soc@example.com, status: active}",
    );
    let second = "  - {id: CC2, description: Somebody watches the job, owner: soc@example.com, status: active}\n";
    for (name, from, to, status) in [
        ("withdrawn", "status: active}\nexpires", "status: withdrawn}\nexpires", "withdrawn"),
        ("planned", "status: active}\nexpires", "status: planned}\nexpires", "planned"),
        ("gone", second, "", "gone"),
    ] {
        for (policy, grants) in [(DENY, false), (GRANT, true)] {
            let repo = filed(policy, &two);
            let text = repo.by("ana").text(ID);
            assert!(text.contains(from), "{name}: {text}");
            let less = text.replace(from, to);
            repo.by("ana").write(ID, &less).commit("Drop a control");
            check(name, &repo, &[(at, "degraded", grants)]);
            let dropped = record_state(&repo, at);
            let reason = format!("control CC2 was dropped since the approval (now {status})");
            assert!(
                dropped.reasons[0].to_string().starts_with(&reason),
                "{name}: {:?}",
                dropped.reasons
            );
            let control = dropped.controls.iter().find(|it| it.id == "CC2").unwrap();
            let word =
                control.status.map_or("gone", exledger::record::vocabulary::Vocabulary::as_str);
            assert_eq!((word, control.dropped, control.fresh), (status, true, false), "{name}");
            assert!(!dropped.controls.iter().any(|it| it.id == "CC1" && it.dropped), "{name}");
            // Restored, as the reason suggests.
            repo.by("ana").write(ID, &text).commit("Put it back");
            check(name, &repo, &[("2026-11-22T00:00:00Z", "active", true)]);
            // Or approved, by someone who did not write it.
            repo.branch("less").by("ana").write(ID, &less).commit("Drop it all the same");
            repo.by("lee").merge("less", "Merge branch 'less'");
            check(name, &repo, &[("2026-11-22T00:00:00Z", "active", true)]);
        }
    }
}

#[test]
fn a_verification_brings_its_evidence_and_reopens_nothing() {
    let text = SAMPLE.replace(
        "status: active}",
        "status: active, verified: 2026-11-20, verify_every: 10d, evidence: [{kind: log, url: 'https://ci.example.com/1'}]}",
    );
    let more = ", {kind: log, url: 'https://ci.example.com/2'}]}";
    let verified = |text: &str| text.replace("verified: 2026-11-20", "verified: 2026-11-28");
    let shown = |text: &str| text.replace("]}", more);
    let other = |text: &str| text.replace("com/1", "com/3");
    let at = "2026-12-01T00:00:00Z";
    let policy = "tiers: [{name: standard, degraded: deny}]\n";
    for (name, by, change, status, reopened) in [
        (
            "both",
            "dana",
            &(|text: &str| shown(&verified(text))) as &dyn Fn(&str) -> String,
            "active",
            false,
        ),
        ("its author", "ana", &|text: &str| shown(&verified(text)), "degraded", false),
        ("no date", "dana", &|text: &str| shown(text), "degraded", true),
        ("another", "dana", &|text: &str| other(&verified(text)), "degraded", true),
    ] {
        let repo = filed(policy, &text);
        repo.clock("2026-11-28T09:00:00Z");
        let before = repo.by(by).text(ID);
        repo.by(by).write(ID, &change(&before)).commit("Verify it");
        let record_state = record_state(&repo, at);
        assert_eq!(record_state.status.as_str(), status, "{name}: {:?}", record_state.reasons);
        assert_eq!(record_state.changed_since_approval, reopened, "{name}");
        // Reopening the approval does not make anything stale.
        check(name, &repo, &[("2026-11-29T00:00:00Z", "active", true)]);
    }
}
