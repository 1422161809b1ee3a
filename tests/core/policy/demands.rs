//! The combined requirements of tiers and classes: the stricter of each.
//!
//! Follows `docs/spec/policy.md`, tiers and classes.

use exledger::policy::demand::Proof;
use exledger::policy::tier::{self, TierDemand};
use exledger::policy::tiers::{Degraded, Must};

use crate::policy::tiers::resolve;

const ADDING: &str = "groups: {g: [a@example.com], h: [b@example.com], i: [c@example.com]}
approval: {proof: claimed}
tiers:
  - {name: top, match: {environment: [production]}, max_term: 20d, max_renewals: 3, max_total: 4mo,
     approvals: {count: 1, each_of: [g], proof: attested}, require: [rollback], review_every: 7d,
     degraded: grant, post_closure_review: 30d}
  - {name: mid, match: {team: [ops]}, max_term: 30d, max_renewals: 1, max_total: 60d,
     approvals: {count: 3, each_of: [h], must_include: [risk_owner]}, require: [fix], review_every: 2w,
     degraded: deny, post_closure_review: 10d}
  - {name: base, max_term: 40d, max_renewals: 5, max_total: 100d, require: [scope], review_every: 10d}
classes:
  emergency: {max_term: 36h, review_within: 12h, each_of: [i], count: 2, require: [vendor]}
";

#[test]
fn adding_takes_the_stricter_of_everything() {
    let resolved = resolve(ADDING, &["class: emergency"]);
    assert_eq!((resolved.tier.as_str(), resolved.base.as_str()), ("top", "base"));
    let shown = |limits: &[tier::Limit]| {
        let limits = limits.iter().map(|it| format!("{} {}", it.term, it.by));
        limits.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(shown(&resolved.max_term), "36h class emergency, 20d tier top");
    assert_eq!(shown(&resolved.max_total), "60d tier mid, 4mo tier top");
    assert_eq!(resolved.max_renewals, 1);
    assert_eq!(resolved.count, 3);
    assert_eq!(resolved.each_of.iter().collect::<Vec<_>>(), ["g", "h", "i"]);
    assert!(resolved.must_include.contains(&Must::RiskOwner));
    assert_eq!(resolved.proof, Proof::Attested);
    let words: Vec<&str> = resolved.require.iter().map(|it| it.as_str()).collect();
    assert_eq!(words, ["rollback", "vendor", "scope", "fix", "risk_owner"]);
    let intervals: Vec<String> = resolved.review_every.iter().map(ToString::to_string).collect();
    assert_eq!(intervals, ["7d", "2w"]);
    assert_eq!(resolved.review_within.unwrap().to_string(), "12h");
    assert_eq!(resolved.degraded, Degraded::Deny);
    assert_eq!(resolved.post_closure_review.to_string(), "30d");
}

#[test]
fn a_tier_alone_demands_what_it_states() {
    let lines = [
        "subject: {application: a, environment: test}",
        "owner: {name: A, email: a@example.com, team: dev}",
    ];
    let resolved = resolve(ADDING, &lines);
    assert_eq!(resolved.tier, "base");
    assert_eq!(resolved.max_term.len(), 1);
    assert_eq!((resolved.count, resolved.max_renewals), (1, 5));
    assert_eq!(resolved.proof, Proof::Claimed);
    assert_eq!(resolved.degraded, Degraded::Grant);
    assert_eq!(resolved.review_within, None);
}

#[test]
fn a_class_adds_to_its_tier_and_never_lessens_it() {
    let yaml = "groups: {g: [a@example.com]}
tiers: [{name: only, max_term: 1d, approvals: {count: 4, each_of: [g]}, require: [fix]}]
classes: {emergency: {max_term: 9d, count: 1}, regulated: {max_term: 1d, count: 5}, third-party: {}, standard: {require: [scope]}}";
    let cases = [
        ("standard", "1d tier only", 4, "scope fix"),
        ("emergency", "1d tier only", 4, "fix"),
        ("regulated", "1d tier only", 5, "fix"),
        ("third-party", "1d tier only", 4, "triggers vendor onboarding fix"),
    ];
    for (class, limit, count, require) in cases {
        let resolved = resolve(yaml, &[&format!("class: {class}")]);
        let limits: Vec<String> =
            resolved.max_term.iter().map(|it| format!("{} {}", it.term, it.by)).collect();
        assert_eq!(limits, [limit], "{class}");
        assert_eq!(resolved.count, count, "{class}");
        let words: Vec<&str> = resolved.require.iter().map(|it| it.as_str()).collect();
        assert_eq!(words.join(" "), require, "{class}");
    }
    let emergency = resolve("", &["class: emergency"]);
    let limits: Vec<String> = emergency.max_term.iter().map(|it| it.term.to_string()).collect();
    assert_eq!(limits, ["72h", "90d"], "limits in different units are each judged");
    assert_eq!(emergency.review_within.unwrap().to_string(), "24h");
}

#[test]
fn a_policy_that_wants_attested_everywhere_is_not_weakened_by_a_tier() {
    let yaml = "approval: {proof: attested}\ntiers: [{name: only, approvals: {proof: claimed}}]";
    assert_eq!(resolve(yaml, &[]).proof, Proof::Attested);
}

#[test]
fn zero_as_a_review_interval_demands_none() {
    let yaml =
        "tiers: [{name: a, match: {team: [x]}, review_every: 0d}, {name: b, review_every: 9d}]";
    let intervals: Vec<String> =
        resolve(yaml, &[]).review_every.iter().map(ToString::to_string).collect();
    assert_eq!(intervals, ["9d"]);
}

#[test]
fn people_needed_are_at_least_as_many_as_groups() {
    let demand = |count, groups: &[&str]| TierDemand {
        count,
        each_of: groups.iter().map(|it| (*it).to_owned()).collect(),
        must_include: [].into(),
        proof: Proof::Claimed,
    };
    assert_eq!(demand(1, &["a", "b"]).needed().count, 2);
    assert_eq!(demand(3, &["a"]).needed().count, 3);
    let both = demand(1, &["a"]).and(&TierDemand {
        must_include: [Must::RiskOwner].into(),
        proof: Proof::Attested,
        ..demand(2, &["b", "c"])
    });
    let needed = serde_json::to_value(both.needed()).unwrap();
    assert_eq!(
        needed,
        serde_json::json!({"count": 3, "each_of": ["a", "b", "c"], "must_include": ["risk_owner"]})
    );
    assert_eq!(both.proof, Proof::Attested);
}
