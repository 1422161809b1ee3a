//! Which changes of governance only add requirements.
//!
//! Follows `docs/spec/rules.md` (`policy-unapproved`).

use exledger::policy::governance::Governance;
use exledger::policy::stricter;

use crate::policy::Files;

const POLICY: &str = "version: 1
name: example/ledger
people:
  roster: people.csv
  bots: [a@*]
  agents: [b@*]
  logins: {dkim: dana@example.com, lee: lee@example.com}
  bridges: [c@*, d@*]
groups: {g: [dana@example.com, lee@example.com], h: [sam@example.com]}
approval: {self_approval: allow, self_asserted: allow, nested: allow, signers: keys, revoked: gone}
tiers:
  - {name: high, match: {risk: [high]}, max_term: 30d, max_renewals: 2, max_total: 60d, approvals: {count: 1, each_of: [g]}, require: [fix], review_every: 9d, degraded: grant}
  - {name: low}
classes: {emergency: {review_within: 24h}, regulated: {count: 2}}
";
const ROSTER: &str =
    "email,name,team,active\ndana@example.com,Dana,x,yes\nlee@example.com,Lee,x,yes\n";
const KEYS: &str = "dana@example.com ssh-ed25519 AAAA\nlee@example.com ssh-ed25519 AAAB\n";

fn governance(policy: &str, roster: &str, keys: &str, gone: &str, mailmap: &str) -> Governance {
    let files = [
        ("exledger.yaml", policy),
        ("people.csv", roster),
        ("keys", keys),
        ("gone", gone),
        (".mailmap", mailmap),
    ];
    let governance = Governance::read(&Files::of(&files)).unwrap();
    assert!(governance.findings.is_empty(), "{:#?}", governance.findings);
    governance
}

/// Checks the policy with one text replaced by another, and in the opposite direction.
fn check(from: &str, to: &str) {
    assert!(POLICY.contains(from), "{from}");
    let before = governance(POLICY, ROSTER, KEYS, "", "");
    let after = governance(&POLICY.replacen(from, to, 1), ROSTER, KEYS, "", "");
    assert!(stricter::only_adds(&before, &after), "{from} -> {to}");
    assert!(!stricter::only_adds(&after, &before), "{to} -> {from}");
}

#[test]
fn what_makes_approval_harder_only_adds() {
    check("count: 1", "count: 2");
    check("each_of: [g]", "each_of: [g, h]");
    check("each_of: [g]", "each_of: [g], must_include: [risk_owner]");
    check("each_of: [g]", "each_of: [g], proof: attested");
    check("require: [fix]", "require: [fix, rollback]");
    check("max_term: 30d", "max_term: 29d");
    check("max_total: 60d", "max_total: 1d");
    check("max_renewals: 2", "max_renewals: 0");
    check("review_every: 9d", "review_every: 1d");
    check("degraded: grant", "degraded: deny");
    check("review_within: 24h", "review_within: 1h");
    check("regulated: {count: 2}", "regulated: {count: 3}");
    check("regulated: {count: 2}", "regulated: {count: 2, max_term: 5d}");
    check("self_approval: allow", "self_approval: forbid");
    check("self_asserted: allow", "self_asserted: deny");
    check("nested: allow", "nested: deny");
    check("nested: allow", "nested: allow, proof: attested");
    check("nested: allow", "nested: allow, authors: attested");
}

#[test]
fn people_may_leave_and_bots_may_join() {
    check("g: [dana@example.com, lee@example.com]", "g: [dana@example.com]");
    check(", lee: lee@example.com", "");
    check("bridges: [c@*, d@*]", "bridges: [d@*]");
    check("bots: [a@*]", "bots: [a@*, e@*]");
    check("agents: [b@*]", "agents: [b@*, e@*]");
    let before = governance(POLICY, ROSTER, KEYS, "", "");
    let both_ways = |after: Governance| {
        assert!(stricter::only_adds(&before, &after));
        assert!(!stricter::only_adds(&after, &before));
    };
    both_ways(governance(
        POLICY,
        "email,name,team,active\ndana@example.com,Dana,x,yes\n",
        KEYS,
        "",
        "",
    ));
    both_ways(governance(POLICY, &ROSTER.replacen("Lee,x,yes", "Lee,x,no", 1), KEYS, "", ""));
    both_ways(governance(POLICY, ROSTER, "dana@example.com ssh-ed25519 AAAA\n", "", ""));
    both_ways(governance(POLICY, ROSTER, KEYS, "ssh-ed25519 AAAB\n", ""));
}

#[test]
fn anything_else_is_a_change_to_look_at() {
    let before = governance(POLICY, ROSTER, KEYS, "", "");
    for (from, to) in [
        ("example/ledger", "example/other"),
        ("risk: [high]", "risk: [high, critical]"),
        ("max_term: 30d", "max_term: 1w"),
        ("nested: allow", "nested: allow, forge: gerrit"),
        ("nested: allow", "nested: allow, accept: [merge]"),
        ("nested: allow", "nested: allow, owner_may_approve: false"),
        ("version: 1", "version: 1\nlint: {justification_min: 90}"),
        ("version: 1", "version: 1\nrecords: [other]"),
        ("dkim: dana@example.com", "dkim: lee@example.com"),
        ("{name: low}", "{name: low, post_closure_review: 9d}"),
    ] {
        let after = governance(&POLICY.replacen(from, to, 1), ROSTER, KEYS, "", "");
        assert!(!stricter::only_adds(&before, &after), "{from} -> {to}");
    }
    assert!(stricter::only_adds(&before, &before));
    let mapped = governance(POLICY, ROSTER, KEYS, "", "<dana@example.com> <lee@example.com>\n");
    assert!(!stricter::only_adds(&before, &mapped));
    let comment =
        governance(&format!("# why\n{POLICY}"), ROSTER, &format!("# key\n{KEYS}"), "", "");
    assert!(stricter::only_adds(&before, &comment));
}

#[test]
fn who_is_routed_to_does_not_bear_on_approvals() {
    let rule = |assets: &str| {
        let tiers = "tiers: [{name: a, match: {sensitivity: s}}, {name: b}]\n";
        governance(&format!("version: 1\n{tiers}assets: [{assets}]\n"), ROSTER, "", "", "")
    };
    let plain = rule("{match: [a], sensitivity: s}");
    for (assets, expected) in [
        ("{match: [a], sensitivity: s, owner: dana@example.com}", false),
        ("{match: [a], sensitivity: s}, {match: [b], notify: [lee@example.com]}", false),
        ("{match: [a], owner: dana@example.com}", true),
        ("{match: [a, b], sensitivity: s}", true),
    ] {
        assert_eq!(stricter::bears_on_approval(&plain, &rule(assets)), expected, "{assets}");
    }
}
