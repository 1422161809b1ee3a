//! Ended and degraded records: each duty that a reason names is fulfilled.

use super::status::{approved, begin, path, pushed};
use super::{ID, Stage, record};

const CLOSE: &str = "--outcome withdrawn --reason … --evidence …";

const REVIEWED: &str = "review_every: 5d\n";

const STALE: &str = "compensating_controls: [{id: CC1, description: Alert at night, owner: soc@example.com, status: active, verified: 2026-11-20, verify_every: 5d}]\n";

pub(super) fn ended_unapproved(words: &str) {
    let stage = pushed("");
    stage.repo.clock("2026-12-20T09:00:00Z");
    stage.follow(&stage.reason(words), "ana", "lee");
    assert_eq!(stage.status(), "rejected");
}

pub(super) fn ended_in_force(words: &str) {
    let stage = approved("");
    let other = stage.text().replace("application: billing", "application: orders");
    stage.repo.clock("2026-11-30T09:00:00Z");
    stage.land("ana", &[(ID, &other)]);
    stage.repo.clock("2026-12-20T09:00:00Z");
    assert!(stage.reason(words).contains("close it"));
    stage.run_on(&format!("exledger close {ID} {CLOSE}"), "ana", "lee");
    assert_eq!(stage.status(), "closed");
}

pub(super) fn ended(words: &str) {
    let renew = format!("exledger renew {ID} --until 2027-01-15 --reason …");
    let stage = approved("");
    stage.repo.clock("2026-12-20T09:00:00Z");
    assert!(stage.reason(words).ends_with("close it, or renew it with a reason"));
    stage.run_on(&renew, "ana", "lee");
    assert_eq!(stage.status(), "active");
    let stage = approved("");
    stage.repo.clock("2026-12-20T09:00:00Z");
    stage.run_on(&format!("exledger close {ID} {CLOSE}"), "ana", "lee");
    assert_eq!(stage.status(), "closed");
    // In a tier without renewals, renewing is no way out, unless a redesign is linked.
    let stage = approved("risk: {level: high}\n");
    stage.repo.clock("2026-12-20T09:00:00Z");
    let reason = stage.reason(words);
    assert!(
        reason.ends_with("close it; no renewals are left without a linked redesign"),
        "{reason}"
    );
    assert_eq!(stage.shell("ana", &renew.replace('…', "Later")).code, 2);
    let redesign = "references: {redesign: BILL-9}\nfix: {target: data, plan: Replace the job, due: 2027-02-01}\nrisk: {level: high}\n";
    let stage = approved(redesign);
    stage.repo.clock("2026-12-20T09:00:00Z");
    assert!(stage.reason(words).ends_with("renew it with a reason"));
    stage.run_on(&renew, "ana", "lee");
    assert_eq!(stage.status(), "active");
}

pub(super) fn trigger_ended(words: &str) {
    let stage = approved("triggers: [{id: T1, when: The vendor ships, then: revoke}]\n");
    stage.run_on(&format!("exledger fire {ID} T1"), "ana", "lee");
    assert!(stage.reason(words).contains("close it"));
    stage.run_on(&format!("exledger close {ID}"), "ana", "lee");
    assert_eq!(stage.status(), "closed");
}

fn review(stage: &Stage, advice: &str, by: &str, merged_by: &str) {
    stage.follow(advice, by, merged_by);
}

pub(super) fn review_overdue(words: &str) {
    let stage = approved(REVIEWED);
    stage.repo.clock("2026-11-28T09:00:00Z");
    review(&stage, &stage.reason(words), "ana", "lee");
    assert_eq!(stage.status(), "active");
}

pub(super) fn reviewed_by_author(words: &str) {
    let stage = approved(&format!("{REVIEWED}risk: {{level: high}}\n"));
    stage.repo.clock("2026-11-28T09:00:00Z");
    let advice = stage.reason("a review was due");
    review(&stage, &advice, "ana", "ana");
    assert_eq!(stage.status(), "degraded");
    assert!(stage.reason(words).contains("must push or merge one"));
    review(&stage, &advice, "dana", "lee");
    assert_eq!(stage.status(), "active");
}

pub(super) fn control_stale(words: &str) {
    let stage = approved(STALE);
    stage.repo.clock("2026-11-28T09:00:00Z");
    stage.follow(&stage.reason(words), "ana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn verified_by_author(words: &str) {
    let stage = approved(&format!("{STALE}risk: {{level: high}}\n"));
    stage.repo.clock("2026-11-28T09:00:00Z");
    let advice = stage.reason("had to be verified again");
    stage.follow(&advice, "ana", "ana");
    assert_eq!(stage.status(), "degraded");
    assert!(stage.reason(words).ends_with("must push or merge one, on a later date"));
    // On the same day there is nothing new to state.
    assert_eq!(stage.shell("dana", &format!("exledger review {ID} --control CC1")).code, 2);
    stage.repo.wait("1d");
    stage.follow(&advice, "dana", "lee");
    assert_eq!(stage.status(), "active");
}

fn dropped() -> Stage {
    let two = "compensating_controls: [{id: CC1, description: Alert at night, owner: soc@example.com, status: active}, {id: CC2, description: Egress is blocked, owner: soc@example.com, status: active}]\n";
    let stage = approved(two);
    let less = record("");
    stage.land("ana", &[(ID, &less)]);
    stage
}

pub(super) fn control_dropped(words: &str) {
    let stage = dropped();
    assert_eq!(stage.status(), "degraded");
    let reason = stage.reason(words);
    assert!(reason.ends_with("restore it, or have the change approved"), "{reason}");
    stage.follow(&stage.reason("someone else must"), "dana", "ana");
    assert_eq!(stage.status(), "active");
    let stage = dropped();
    let before = stage.repo.git.revparse_single("HEAD~1").unwrap().id();
    let text = stage.shell("ana", &format!("git show {before}:{}", path())).out;
    stage.land("ana", &[(ID, &text)]);
    assert_eq!(stage.status(), "active");
}

pub(super) fn no_control_left(words: &str) {
    let stage = approved("");
    let none = record("compensating_controls: []\n");
    stage.land("ana", &[(ID, &none)]);
    let reason = stage.reason(words);
    assert!(reason.ends_with("add one, and have that approved"), "{reason}");
    let one = record("").replace("Alert at night", "Alert by day");
    stage.merged(ID, &one, "ana", "lee");
    assert_eq!(stage.status(), "active");
}

pub(super) fn trigger_waits(words: &str) {
    let stage = approved("triggers: [{id: T1, when: The vendor ships, then: review}]\n");
    stage.run_on(&format!("exledger fire {ID} T1"), "ana", "lee");
    stage.repo.wait("1d");
    review(&stage, &stage.reason(words), "dana", "lee");
    assert_eq!(stage.status(), "active");
}

pub(super) fn ownerless(words: &str) {
    let stage = begin();
    let gone = record("owner: {name: Gone, email: gone@example.com}\n");
    stage.merged(ID, &gone, "ana", "lee");
    assert_eq!(stage.status(), "degraded");
    stage.follow(&stage.reason(words), "ana", "lee");
    assert_eq!(stage.status(), "active");
}
