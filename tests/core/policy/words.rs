//! Names in a policy that must match: groups, tiers, sensitivities, codes, prefixes, paths.
//!
//! Follows `docs/spec/policy.md`, words, files and patterns.

use exledger::policy::governance::{Governance, State};

use crate::policy::reading::check_all;
use crate::policy::sound;

#[test]
fn a_group_that_is_used_and_not_defined_is_an_error_at_that_word() {
    check_all(&[
        (
            "escalate: [{after: 0d, to: owner}, {after: 1d, to: ops}]",
            &["bad-value 2:52 escalate[1].to"],
        ),
        (
            "classes: {regulated: {each_of: [compliance]}}",
            &["bad-value 2:33 classes.regulated.each_of[0]"],
        ),
        (
            "tiers: [{name: a, approvals: {each_of: [g, h]}}]\ngroups: {g: [a@example.com]}",
            &["bad-value 2:44 tiers[0].approvals.each_of[1]"],
        ),
    ]);
    for word in ["owner", "backup", "risk_owner"] {
        sound(&format!("version: 1\nescalate: [{{after: 0d, to: {word}}}]"));
        check_all(&[(
            &format!("groups: {{{word}: [a@example.com]}}"),
            &[&format!("bad-value 2:10 groups.{word}")],
        )]);
    }
}

#[test]
fn logins_name_accounts_and_people() {
    check_all(&[
        (
            "people: {logins: {dkim: approvals@exledger.invalid}}",
            &["bad-value 2:25 people.logins.dkim"],
        ),
        ("groups: {all: [Approvals@exledger.invalid]}", &["bad-value 2:16 groups.all[0]"]),
        (
            "people: {logins: {dkim@example.com: dana@example.com}}",
            &["bad-value 2:19 people.logins.dkim@example.com"],
        ),
        (
            "people: {noreply: ['a@example.com', 'a b']}",
            &["bad-value 2:20 people.noreply[0]", "bad-value 2:37 people.noreply[1]"],
        ),
    ]);
    sound(
        "version: 1\npeople: {noreply: [example.com], logins: {dkim@example.com: d@example.org, 7+sam: s@example.org}}",
    );
}

#[test]
fn tiers_are_not_empty_have_unique_names_and_only_the_last_has_no_match() {
    check_all(&[
        ("tiers: []", &["bad-value 2:8 tiers"]),
        ("tiers: [{name: a, match: {class: standard}}]", &["bad-value 2:19 tiers[0].match"]),
        ("tiers: [{name: a}, {name: b}]", &["bad-value 2:9 tiers[0].match"]),
        ("tiers: [{name: a, match: {}}, {name: b}]", &["bad-value 2:19 tiers[0].match"]),
        ("tiers: [{name: a, match: []}, {name: b}]", &["bad-value 2:26 tiers[0].match"]),
        ("tiers: [{name: a, match: {risk: [low]}}, {name: a}]", &["bad-value 2:49 tiers[1].name"]),
        ("tiers: [{max_term: 1d}]", &["missing-field 2:9 tiers[0].name"]),
    ]);
    sound("version: 1\ntiers: [{name: a, match: {}}]");
}

#[test]
fn a_sensitivity_that_no_tier_matches_is_refused() {
    check_all(&[
        ("assets: [{match: [a], sensitivity: high}]", &["bad-value 2:36 assets[0].sensitivity"]),
        (
            "assets: [{match: [a], sensitivity: hihg}]\ntiers: [{name: a, match: [{risk: [low]}, {sensitivity: [high]}]}, {name: b}]",
            &["bad-value 2:36 assets[0].sensitivity"],
        ),
        ("assets: [{match: [a]}]", &["missing-field 2:10 assets[0].sensitivity"]),
    ]);
    sound(
        "version: 1\nassets: [{match: [a], sensitivity: high}]\ntiers: [{name: a, match: {sensitivity: [high]}}, {name: b}]",
    );
}

#[test]
fn only_content_rules_have_a_level_of_their_own() {
    for code in ["secret", "recurrence", "unclassified-cause", "stale-baseline", "frozen-pattern"] {
        for level in ["error", "warning", "off", "warn"] {
            sound(&format!("version: 1\nlint: {{levels: {{{code}: {level}}}}}"));
        }
    }
    for code in [
        "syntax",
        "bad-id",
        "silent-extension",
        "policy-changed",
        "missing-approval",
        "scan-dead",
        "no-such",
    ] {
        check_all(&[(
            &format!("lint: {{levels: {{{code}: off}}}}"),
            &[&format!("bad-value 2:17 lint.levels.{code}")],
        )]);
    }
    check_all(&[("lint: {levels: {secret: note}}", &["bad-value 2:25 lint.levels.secret"])]);
}

#[test]
fn prefixes_have_their_form() {
    for good in ["EXC", "A1", "ABCDEFGHIJ", "[EXC, RISK]"] {
        sound(&format!("version: 1\nid_prefix: {good}"));
    }
    for bad in ["E", "exc", "1AB", "ABCDEFGHIJK", "A-B", "\"\"", "[]", "[EXC, x]"] {
        let governance = Governance::of_policy(&format!("version: 1\nid_prefix: {bad}"));
        assert_eq!(governance.findings.len(), 1, "{bad}: {:#?}", governance.findings);
    }
}

#[test]
fn paths_stay_inside_the_repository_by_name() {
    for field in [
        "records: [?]",
        "people: {roster: ?}",
        "approval: {signers: ?}",
        "approval: {revoked: ?}",
        "extra_schema: ?",
        "catalogs: [?]",
    ] {
        sound(&format!("version: 1\n{}", field.replace('?', "a/b/c.csv")));
        for bad in [
            "/etc/x.csv",
            "../x.csv",
            "a/../../x.csv",
            "a/../x.csv",
            "'C:\\x.csv'",
            "'\\x.csv'",
            ".git/x.csv",
        ] {
            let governance =
                Governance::of_policy(&format!("version: 1\n{}", field.replace('?', bad)));
            let codes: Vec<_> = governance.findings.iter().map(|it| it.rule.as_str()).collect();
            assert_eq!(codes, ["bad-value"], "{field} {bad}");
        }
    }
}

#[test]
fn catalogs_are_built_in_or_files_and_no_two_have_one_name() {
    check_all(&[
        ("catalogs: [nist]", &["bad-value 2:12 catalogs[0]"]),
        ("catalogs: [nist-csf, nist-csf]", &["bad-value 2:22 catalogs[1]"]),
        ("catalogs: [nist-csf, a/nist-csf.csv]", &["bad-value 2:22 catalogs[1]"]),
        ("catalogs: [a/house.csv, b/house.csv]", &["bad-value 2:25 catalogs[1]"]),
    ]);
}

#[test]
fn where_records_lie_is_known_in_a_broken_policy_too() {
    let governance = Governance::of_policy("version: 1\nrecords: [waivers]\nnope: 1\n");
    assert_eq!(governance.state, State::Broken);
    assert_eq!(governance.policy.records, ["waivers"]);
}

#[test]
fn owners_and_those_notified_are_addresses_or_groups() {
    check_all(&[
        ("assets: [{match: [a], owner: ana}]", &["bad-value 2:30 assets[0].owner"]),
        ("assets: [{match: [a], notify: [ops]}]", &["bad-value 2:32 assets[0].notify[0]"]),
        ("assets: [{match: [a], notify: [a@b@c]}]", &["bad-value 2:32 assets[0].notify[0]"]),
        (
            "assets: [{match: [a], owner: approvals@exledger.invalid}]",
            &["bad-value 2:30 assets[0].owner"],
        ),
        ("assets: [{match: [a], notify: []}]", &["missing-field 2:10 assets[0].sensitivity"]),
        (
            "baselines: [{id: B1, kind: token-use, notify: [ops]}]",
            &["bad-value 2:48 baselines[0].notify[0]"],
        ),
        (
            "baselines: [{id: B1, kind: token-use, notify: ['@ops']}]",
            &["bad-value 2:48 baselines[0].notify[0]"],
        ),
        (
            "baselines: [{id: B1, kind: token-use, notify: [approvals@exledger.invalid]}]",
            &["bad-value 2:48 baselines[0].notify[0]"],
        ),
    ]);
    let policy = &sound(
        "version: 1\ngroups: {ops: [sam@example.com]}\nassets: [{match: [a], owner: Ana@example.com}, {match: [b], notify: [ops, kim@example.com]}]\nbaselines: [{id: B1, kind: token-use, notify: [ops]}]",
    )
    .policy;
    let [a, b] = policy.assets.as_slice() else { panic!("{:#?}", policy.assets) };
    assert_eq!(a.owner.as_ref().unwrap().as_str(), "ana@example.com");
    assert_eq!(a.sensitivity, None);
    let notified: Vec<&str> = b.notify.iter().map(|it| it.as_str()).collect();
    assert_eq!(notified, ["ops", "kim@example.com"]);
    assert_eq!(policy.baselines[0].notify[0].as_str(), "ops");
}
