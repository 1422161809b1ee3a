//! A policy is read as strictly as a record: all errors at once, each with its position.
//!
//! Follows `docs/spec/policy.md` and `docs/spec/rules.md` (shape).

use exledger::policy::governance::{Governance, State};

use proptest::prelude::*;

use crate::policy::{short, sound};

/// Checks a table: a policy without its first line, `version: 1`, and the findings, `rule line:column field`.
pub(crate) fn check_all(table: &[(&str, &[&str])]) {
    for (yaml, expected) in table {
        let governance = Governance::of_policy(&format!("version: 1\n{yaml}"));
        let found: Vec<String> = governance.findings.iter().map(short).collect();
        assert_eq!(found, *expected, "{yaml}\n{:#?}", governance.findings);
        assert_eq!(governance.state == State::Broken, !expected.is_empty());
        for finding in &governance.findings {
            assert_eq!(finding.path, "exledger.yaml");
            assert!(
                !finding.remedy.words().is_empty() && !finding.message.ends_with('.'),
                "{finding:?}"
            );
        }
    }
}

#[test]
fn unknown_keys_are_errors_at_every_depth() {
    check_all(&[
        ("aproval: {}", &["unknown-key 2:1 aproval"]),
        ("approval: {prof: claimed}", &["unknown-key 2:12 approval.prof"]),
        ("people: {robots: []}", &["unknown-key 2:10 people.robots"]),
        ("classes: {urgent: {}}", &["unknown-key 2:11 classes.urgent"]),
        (
            "classes: {standard: {review_within: 1d}}",
            &["unknown-key 2:22 classes.standard.review_within"],
        ),
        (
            "classes: {emergency: {max_total: 1d}}",
            &["unknown-key 2:23 classes.emergency.max_total"],
        ),
        ("tiers: [{name: a, max_terms: 3d}]", &["unknown-key 2:19 tiers[0].max_terms"]),
        (
            "tiers: [{name: a, match: {clas: [standard]}}, {name: b}]",
            &["unknown-key 2:27 tiers[0].match.clas"],
        ),
        ("profiles: {p: {risk: low}}", &["unknown-key 2:16 profiles.p.risk"]),
        ("escalate: [{after: 0d, to: owner, who: x}]", &["unknown-key 2:35 escalate[0].who"]),
        ("closure: {checks: {certificat: [a]}}", &["unknown-key 2:20 closure.checks.certificat"]),
        (
            "baselines: [{id: B, kind: certificate, samples: 1}]",
            &["unknown-key 2:40 baselines[0].samples"],
        ),
        (
            "assets: [{match: [a], sensitivity: s, x: 1}]\ntiers: [{name: a, match: {sensitivity: s}}, {name: b}]",
            &["unknown-key 2:39 assets[0].x"],
        ),
    ]);
}

#[test]
fn a_misspelt_key_is_told_what_it_means() {
    let meant = [
        ("aproval: {}", "did you mean `approval`?"),
        ("ID-Prefix: A", "did you mean `id_prefix`?"),
        ("lint: {levels: {placeholders: off}}", "did you mean `placeholder`?"),
        ("classes: {third_party: {}}", "did you mean `third-party`?"),
        ("closure: {checks: {certificat: []}}", "did you mean `certificate`?"),
        (
            "groups: {security: [a@example.com]}\nescalate: [{after: 1d, to: securty}]",
            "did you mean `security`?",
        ),
        ("catalogs: [nist-cfs]", "did you mean nist-csf?"),
    ];
    for (yaml, hint) in meant {
        let governance = Governance::of_policy(&format!("version: 1\n{yaml}"));
        let [finding] = governance.findings.as_slice() else {
            panic!("{yaml}: {:#?}", governance.findings);
        };
        let said = format!("{} {}", finding.message, finding.remedy.words());
        assert!(said.contains(hint), "{yaml}: {said}");
    }
}

#[test]
fn every_mistake_is_reported_at_once() {
    check_all(&[(
        "records: [../out]\nidprefix: x\napproval:\n  proof: sworn\n  forge: sourcehut\ndue: {soon: -3d}\ntiers: []\n",
        &[
            "bad-value 2:11 records[0]",
            "unknown-key 3:1 idprefix",
            "bad-value 5:10 approval.proof",
            "bad-value 6:10 approval.forge",
            "bad-value 7:13 due.soon",
            "bad-value 8:8 tiers",
        ],
    )]);
}

#[test]
fn what_is_no_policy_at_all_is_refused() {
    for (yaml, expected) in [
        ("", "syntax"),
        ("version: 2\n", "bad-value"),
        ("version: 1.0\n", "bad-value"),
        ("name: x\n", "missing-field"),
        ("version:\n", "missing-field"),
        ("[1]\n", "wrong-type"),
        ("version: 1\nversion: 1\n", "duplicate-key"),
        ("version: &v 1\n", "yaml-feature"),
        ("version: 1\n---\nversion: 1\n", "syntax"),
        ("version: 1\nname: \"a\\u202eb\"\n", "encoding"),
        ("version: [\n", "syntax"),
    ] {
        let governance = Governance::of_policy(yaml);
        assert_eq!(governance.state, State::Broken, "{yaml:?}");
        let codes: Vec<_> = governance.findings.iter().map(|it| it.rule.as_str()).collect();
        assert!(codes.contains(&expected), "{yaml:?}: {codes:?}");
    }
}

#[test]
fn a_policy_may_be_a_mebibyte_and_no_byte_more() {
    let padded = |size: usize| {
        let start = "version: 1\n#";
        format!("{start}{}\n", "x".repeat(size - start.len() - 1))
    };
    sound(&padded(1_048_576));
    let governance = Governance::of_policy(&padded(1_048_577));
    assert_eq!(governance.findings[0].rule.as_str(), "too-large");
}

#[test]
fn nothing_after_a_colon_is_a_missing_field() {
    check_all(&[
        ("people:", &["missing-field 2:8 people"]),
        ("tiers: ~", &["missing-field 2:8 tiers"]),
        ("groups: {g: [null]}", &["missing-field 2:14 groups.g[0]"]),
        ("due: {cliff: 0}", &["bad-value 2:14 due.cliff"]),
        ("due: {soon: }", &["missing-field 2:12 due.soon"]),
    ]);
}

#[test]
fn values_of_the_wrong_kind_are_refused() {
    check_all(&[
        ("people: []", &["wrong-type 2:9 people"]),
        ("groups: {g: a@example.com}", &["wrong-type 2:13 groups.g"]),
        ("lint: {justification_min: [4]}", &["wrong-type 2:27 lint.justification_min"]),
        ("tiers: {name: a}", &["wrong-type 2:8 tiers"]),
        ("approval: {accept: merge}", &["wrong-type 2:20 approval.accept"]),
    ]);
}

#[test]
fn words_numbers_and_addresses_are_judged_at_their_place() {
    check_all(&[
        ("approval: {accept: [merge, review, oath]}", &["bad-value 2:36 approval.accept[2]"]),
        ("approval: {owner_may_approve: yes}", &["bad-value 2:31 approval.owner_may_approve"]),
        ("groups: {g: [nobody]}", &["bad-value 2:14 groups.g[0]"]),
        ("people: {logins: {dkim: Dana}}", &["bad-value 2:25 people.logins.dkim"]),
        ("patterns: {key: [colour]}", &["bad-value 2:18 patterns.key[0]"]),
        ("patterns: {key: []}", &["bad-value 2:17 patterns.key"]),
        ("patterns: {threshold: 0}", &["bad-value 2:23 patterns.threshold"]),
        ("profiles: {p: {class: urgent}}", &["bad-value 2:23 profiles.p.class"]),
        (
            "tiers: [{name: a, match: {wildcard: false}}, {name: b}]",
            &["bad-value 2:37 tiers[0].match.wildcard"],
        ),
        ("tiers: [{name: a, require: [tea]}]", &["bad-value 2:29 tiers[0].require[0]"]),
        ("tiers: [{name: a, approvals: {count: 0}}]", &["bad-value 2:38 tiers[0].approvals.count"]),
        (
            "tiers: [{name: a, approvals: {must_include: [owner]}}]",
            &["bad-value 2:46 tiers[0].approvals.must_include[0]"],
        ),
        ("classes: {regulated: {count: 0}}", &["bad-value 2:30 classes.regulated.count"]),
        (
            "baselines: [{id: B, kind: certificate, sample: 101}]",
            &["bad-value 2:48 baselines[0].sample"],
        ),
        (
            "baselines: [{id: B, kind: certificate, review_by: soon}]",
            &["bad-value 2:51 baselines[0].review_by"],
        ),
        ("baselines: [{id: B, kind: habit}]", &["bad-value 2:27 baselines[0].kind"]),
        (
            "baselines: [{id: B, kind: certificate, expect: {a: {hours: night}}}]",
            &["bad-value 2:60 baselines[0].expect.a.hours"],
        ),
        (
            "baselines: [{id: B, kind: certificate}, {id: B, kind: certificate}]",
            &["bad-value 2:46 baselines[1].id"],
        ),
        ("name: \"-\"", &["bad-value 2:7 name"]),
        ("closure: {access_verified: [gold]}", &["bad-value 2:29 closure.access_verified[0]"]),
    ]);
    sound("version: 1\nclosure: {access_verified: [standard]}");
}

#[test]
fn negative_durations_are_refused_and_zero_is_not() {
    for field in [
        "due: {soon: ?}",
        "due: {urgent: ?}",
        "lint: {event_grace: ?}",
        "approval: {request_sla: ?}",
        "patterns: {window: ?}",
        "recurrence: {window: ?}",
        "escalate: [{after: ?, to: owner}]",
        "classes: {emergency: {review_within: ?}}",
        "classes: {standard: {max_term: ?}}",
        "tiers: [{name: a, max_term: ?}]",
        "tiers: [{name: a, max_total: ?}]",
        "tiers: [{name: a, review_every: ?}]",
        "tiers: [{name: a, post_closure_review: ?}]",
    ] {
        sound(&format!("version: 1\n{}", field.replace('?', "0d")));
        sound(&format!("version: 1\n{}", field.replace('?', "3mo")));
        for bad in ["-1d", "1", "d", "1.5d", "1 d", "1D", "99999999999d"] {
            let governance =
                Governance::of_policy(&format!("version: 1\n{}", field.replace('?', bad)));
            let codes: Vec<_> = governance.findings.iter().map(|it| it.rule.as_str()).collect();
            assert_eq!(codes, ["bad-value"], "{field} {bad}");
        }
    }
}

/// Random combinations of policy words: they need not make sense, but reading must end.
fn pieces() -> impl Strategy<Value = String> {
    let words = vec![
        "version: 1",
        "tiers:",
        "- ",
        "  ",
        "\n",
        "match: ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "name: a",
        "classes: ",
        "emergency: ",
        "max_term: ",
        "9999999999d",
        "0d",
        "-3h",
        "90d",
        "groups: ",
        "owner",
        "escalate: ",
        "after: 1d",
        "to: x",
        "null",
        "~",
        "\"",
        "baselines: ",
        "expect: ",
        "hours: 25:00-1",
        "01:00-03:00Z",
        "catalogs: ",
        "a/b.csv",
        "../x",
        "é",
        "\u{202e}",
        "#",
        "&a ",
        "*a",
        "lint: {levels: {",
        "secret: off",
        "approval: ",
        "accept: ",
        "x: ",
        "assets: ",
        "sensitivity: s",
        "true",
        "checks: ",
    ];
    prop::collection::vec(prop::sample::select(words), 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn whatever_a_policy_holds_there_is_an_answer(text in pieces()) {
        let governance = Governance::of_policy(&text);
        prop_assert_eq!(governance.state == State::Broken, !governance.findings.is_empty());
        let again = Governance::of_policy(&text);
        prop_assert_eq!(governance, again);
    }
}

#[test]
fn the_address_of_approval_commits_is_no_person() {
    check_all(&[
        (
            "groups: {security: [dana@example.com, Approvals@Exledger.Invalid]}",
            &["bad-value 2:39 groups.security[1]"],
        ),
        (
            "people: {logins: {dkim: approvals@exledger.invalid}}",
            &["bad-value 2:25 people.logins.dkim"],
        ),
    ]);
}

#[test]
fn a_key_that_is_gone_names_what_replaces_it() {
    let found = Governance::of_policy("version: 1\npeople: {bridges: [a@example.com]}\n").findings;
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert!(
        only.remedy.words().contains("namespaces=\"exledger-review@v1\""),
        "{}",
        only.remedy.words()
    );
}
