//! Which tier a record is in, and what tier and class require: leaving a field out is never an advantage.
//!
//! Follows `docs/spec/policy.md`, tiers and classes.

use exledger::policy::demand::Proof;
use exledger::policy::governance::Governance;
use exledger::policy::tier::fact::{Facts, Wildcard};
use exledger::policy::tier::{self, Resolved};
use exledger::policy::tiers::Degraded;
use exledger::record::file;

use crate::policy::sound;
use crate::support::samples::{PATH, SAMPLE};

/// Returns the facts of the smallest record with lines replaced by key.
fn facts(lines: &[&str]) -> Facts {
    let mut text = SAMPLE.to_owned();
    for line in lines {
        let key = line.split(':').next().unwrap();
        let kept = text.lines().filter(|old| !old.starts_with(&format!("{key}:")));
        text = kept.map(|old| format!("{old}\n")).collect::<String>() + line + "\n";
    }
    let source = file::read(PATH, text.as_bytes());
    let record = source.record.as_ref();
    let facts = Facts::of_source(&source);
    assert_eq!(record.map(Facts::of).unwrap_or_else(|| facts.clone()), facts);
    facts
}

fn policy(yaml: &str) -> Governance {
    sound(&format!("version: 1\n{yaml}"))
}

pub(crate) fn resolve(yaml: &str, lines: &[&str]) -> Resolved {
    tier::resolve(&policy(yaml).policy, &facts(lines)).unwrap()
}

/// Two tiers: `high` with one match, and the last.
fn matching(matches: &str) -> String {
    format!("tiers: [{{name: high, match: {matches}}}, {{name: low}}]")
}

fn in_tier(yaml: &str, lines: &[&str], expected: &str) {
    let resolved = resolve(yaml, lines);
    let path: Vec<&str> = resolved.silent.iter().map(|it| it.tier.as_str()).collect();
    let seen = format!("{}: {} + {}", resolved.tier, path.join(" + "), resolved.base);
    let seen = seen.replace(":  +", ":");
    assert_eq!(seen, expected, "{yaml}\n{lines:?}\n{:?}", resolved.why);
}

#[test]
fn the_first_tier_that_matches_by_what_is_stated_is_the_base() {
    let yaml = "tiers: [{name: a, match: {risk: [critical]}}, {name: b, match: {risk: [critical, high]}}, {name: c}]";
    in_tier(yaml, &["risk: {level: critical}"], "a: a");
    in_tier(yaml, &["risk: {level: high}"], "b: b");
    in_tier(yaml, &["risk: {level: low}"], "c: c");
}

#[test]
fn every_field_of_a_match_is_compared() {
    let cases = [
        ("{class: [emergency]}", "class: emergency", "class: regulated"),
        ("{risk: [high]}", "risk: {level: high}", "risk: {level: low}"),
        (
            "{environment: [production]}",
            "subject: {application: a, environment: production}",
            "subject: {application: a, environment: test}",
        ),
        (
            "{identity_type: [ai-agent]}",
            "subject: {identity: i, identity_type: ai-agent}",
            "subject: {identity: i, identity_type: human}",
        ),
        (
            "{baseline: [certificate]}",
            "deviates_from: {rule: r, baseline: certificate}",
            "deviates_from: {rule: r, baseline: token-use}",
        ),
        ("{root_cause: [timeout]}", "root_cause: timeout", "root_cause: tool-access"),
        ("{application: [pay]}", "subject: {application: pay}", "subject: {application: billing}"),
        (
            "{team: [ops]}",
            "owner: {name: A, email: a@example.com, team: ops}",
            "owner: {name: A, email: a@example.com, team: dev}",
        ),
        ("{wildcard: true}", "scope: {resources: [\"db:*\"]}", "scope: {resources: [\"*:db\"]}"),
    ];
    for (matches, fits, fits_not) in cases {
        in_tier(&matching(matches), &[fits], "high: high");
        in_tier(&matching(matches), &[fits_not], "low: low");
    }
}

#[test]
fn lists_of_words_mean_any_keys_mean_all_lists_of_maps_mean_any() {
    let yaml = matching("[{class: [emergency, regulated], risk: [high, critical]}, {team: [ops]}]");
    let owner = "owner: {name: A, email: a@example.com, team: dev}";
    in_tier(&yaml, &["class: regulated", "risk: {level: critical}", owner], "high: high");
    in_tier(&yaml, &["class: regulated", "risk: {level: low}", owner], "low: low");
    in_tier(&yaml, &["owner: {name: A, email: a@example.com, team: ops}"], "high: high");
    // A single word is a list of one.
    in_tier(&matching("{class: standard}"), &[], "high: high");
    // An empty list is stated and contains nothing.
    in_tier(&matching("{class: []}"), &[], "low: low");
}

#[test]
fn a_field_that_is_not_stated_counts_as_matching_and_adds() {
    for (matches, field) in [
        ("{environment: [production]}", "subject.environment"),
        ("{baseline: [certificate]}", "deviates_from.baseline"),
        ("{team: [ops]}", "owner.team"),
        ("{risk: [moderate], environment: [production]}", "subject.environment"),
    ] {
        in_tier(&matching(matches), &[], "high: high + low");
        let resolved = resolve(&matching(matches), &[]);
        assert_eq!(resolved.silent[0].fields, [field]);
        assert!(resolved.why[0].contains(field), "{:?}", resolved.why);
    }
    in_tier(&matching("{application: [pay]}"), &["subject: {asset: host}"], "high: high + low");
    // A stated field rules it out, whatever else is missing.
    in_tier(&matching("{risk: [high], environment: [production]}"), &[], "low: low");
}

#[test]
fn an_identity_type_is_silent_only_where_an_identity_is_stated() {
    let yaml = matching("{identity_type: [ai-agent]}");
    in_tier(&yaml, &[], "low: low");
    in_tier(&yaml, &["subject: {identity: svc, credential: c, task: t}"], "high: high + low");
}

#[test]
fn class_risk_sensitivity_and_wildcard_are_always_known() {
    let sensitivity = format!(
        "{}\nassets: [{{match: [\"svc:*\"], sensitivity: secret}}]",
        matching("{sensitivity: [secret]}")
    );
    in_tier(&sensitivity, &[], "low: low");
    in_tier(&matching("{wildcard: true}"), &[], "low: low");
    in_tier(&matching("{wildcard: true, environment: [production]}"), &[], "low: low");
}

#[test]
fn all_tiers_above_the_base_that_silence_lets_match_add_to_it() {
    let yaml = "tiers: [{name: a, match: {environment: [production]}}, {name: b, match: {team: [ops]}}, \
        {name: c, match: {risk: [moderate]}}, {name: d, match: {baseline: [certificate]}}, {name: e}]";
    in_tier(yaml, &[], "a: a + b + c");
    in_tier(yaml, &["risk: {level: low}"], "a: a + b + d + e");
    in_tier(yaml, &["subject: {application: x, environment: test}"], "b: b + c");
    in_tier(yaml, &["subject: {application: x, environment: production}"], "a: a");
}

#[test]
fn sensitivity_comes_from_patterns_over_every_name() {
    let yaml = format!(
        "{}\nassets: [{{match: [\"svc:billing-*\", \"vault:prod/**\"], sensitivity: secret}}]",
        matching("{sensitivity: [secret]}")
    );
    for (subject, expected) in [
        (
            "{identity: svc:billing-batch, identity_type: workload, credential: c, task: t}",
            "high: high",
        ),
        ("{asset: vault:prod/a/b}", "high: high"),
        ("{application: svc:billing-x}", "high: high"),
        ("{application: x, credential: vault:prod/k}", "high: high"),
        ("{application: x, aliases: [old, svc:billing-1]}", "high: high"),
        ("{application: svc:Billing-x}", "high: low"),
        ("{application: svc:billing-a/b}", "low: low"),
        ("{application: x, vendor: svc:billing-x}", "low: low"),
    ] {
        in_tier(&yaml, &[&format!("subject: {subject}")], expected);
    }
}

#[test]
fn an_asset_rule_without_a_sensitivity_leaves_the_tier_as_it_is() {
    let routed =
        "{match: ['svc:*'], owner: ana@example.com}, {match: ['**'], notify: [a@example.com]}";
    let sensitive = "{match: ['svc:billing-*'], sensitivity: secret}";
    let matching = matching("{sensitivity: [secret]}");
    let subject = "subject: {application: svc:billing-x}";
    in_tier(&format!("{matching}\nassets: [{routed}]"), &[subject], "low: low");
    for assets in [format!("{routed}, {sensitive}"), format!("{sensitive}, {routed}")] {
        in_tier(&format!("{matching}\nassets: [{assets}]"), &[subject], "high: high");
    }
}

#[test]
fn of_several_sensitivities_the_one_whose_tier_comes_first_decides() {
    let assets = [
        "{match: [\"svc:*\"], sensitivity: inner}",
        "{match: [\"*-batch\", \"svc:billing-batch\"], sensitivity: core}",
    ];
    let tiers = "tiers: [{name: one, match: {sensitivity: [core]}}, {name: two, match: {sensitivity: [inner]}}, {name: three}]";
    for order in [[0, 1], [1, 0]] {
        let yaml = format!("{tiers}\nassets: [{}, {}]", assets[order[0]], assets[order[1]]);
        in_tier(&yaml, &["subject: {application: svc:billing-batch}"], "one: one");
        in_tier(&yaml, &["subject: {application: svc:other}"], "two: two");
    }
}

#[test]
fn a_wildcard_is_allowed_only_where_the_matching_map_says_so() {
    let wild = "scope: {resources: [\"*\"]}";
    let cases: &[(&str, &[&str], Wildcard)] = &[
        ("{wildcard: true}", &[wild], Wildcard::Allowed),
        ("[{risk: [moderate]}, {wildcard: true}]", &[wild], Wildcard::Allowed),
        ("{risk: [moderate]}", &[wild], Wildcard::Refused),
        // The map with the wildcard does not match.
        ("[{risk: [moderate]}, {wildcard: true, risk: [high]}]", &[wild], Wildcard::Refused),
        // It matches only because of a missing field, while another map matches by stated fields.
        ("[{risk: [moderate]}, {wildcard: true, environment: [test]}]", &[wild], Wildcard::Refused),
        // Leaving a field out is no advantage: the base tier would refuse it.
        ("{wildcard: true, environment: [test]}", &[wild], Wildcard::Refused),
    ];
    for (matches, lines, expected) in cases {
        let resolved = resolve(&matching(matches), lines);
        assert_eq!(resolved.wildcard, *expected, "{matches}");
    }
    // A tier added because of a missing field must allow it, too.
    let yaml = "tiers: [{name: a, match: {environment: [production]}}, {name: b, match: {wildcard: true}}, {name: c}]";
    assert_eq!(resolve(yaml, &[wild]).wildcard, Wildcard::Refused);
    let stated = "subject: {application: a, environment: test}";
    assert_eq!(resolve(yaml, &[wild, stated]).wildcard, Wildcard::Allowed);
}

#[test]
fn a_field_that_decides_and_cannot_be_read_leaves_the_tier_unknown() {
    let unknown: &[(&str, &str)] = &[
        ("{risk: [high]}", "class: urgent"),
        ("{risk: [high]}", "risk: {level: huge}"),
        ("{risk: [high]}", "risk: {}"),
        ("{identity_type: [human]}", "subject: {identity: i, identity_type: robot}"),
        ("{environment: [production]}", "subject: [x]"),
        ("{sensitivity: [s]}", "subject: {application: {}, asset: []}"),
        ("{wildcard: true}", "scope: {resources: db}"),
    ];
    for (matches, line) in unknown {
        let policy = policy(&matching(matches)).policy;
        assert_eq!(tier::resolve(&policy, &facts(&[line])), None, "{matches} {line}");
    }
    // A field that no tier uses may be unreadable.
    in_tier(&matching("{class: [emergency]}"), &["risk: {level: huge}"], "low: low");
    in_tier(&matching("{class: [standard]}"), &["expires: never"], "high: high");
}

/// A cause and a baseline chosen by whoever files it, above a tier for what is risky.
const STATED: &str = "groups: {security: [dana@example.com, sam@example.com]}
tiers:
  - {name: alarm, match: [{root_cause: [false-positive]}, {baseline: [certificate]}], max_term: 2y, max_total: 2y, max_renewals: 9}
  - {name: risky, match: {risk: [high]}, max_term: 7d, max_renewals: 0, approvals: {count: 2, each_of: [security], proof: attested}, require: [rollback, compensating_controls], degraded: deny, post_closure_review: 30d, review_every: 7d}
  - {name: wild, match: {wildcard: true, risk: [low]}, require: [fix]}
  - {name: low, require: [compensating_controls]}";

const EXACT: &str = "scope: {findings: [{tool: bandit, id: B602, paths: [app/run.py], content: ['call(cmd, shell=True)']}]}";

#[test]
fn silence_adopts_nothing() {
    let adopted = matching("{baseline: [adopted]}");
    let stated = "deviates_from: {rule: r, baseline: adopted}";
    in_tier(&adopted, &[stated], "high: high");
    in_tier(&adopted, &["deviates_from: {rule: r}"], "low: low");
    assert!(resolve(&adopted, &["deviates_from: {rule: r}"]).silent.is_empty());
    // Another baseline that isn't stated may be any other one.
    let both = matching("{baseline: [adopted, certificate]}");
    assert_eq!(resolve(&both, &["deviates_from: {rule: r}"]).silent.len(), 1);
}

#[test]
fn no_cause_or_baseline_lowers_who_approves() {
    let cause = ["root_cause: false-positive", EXACT];
    let baseline = ["deviates_from: {rule: r, baseline: certificate}"];
    for stated in [&cause[..], &baseline[..]] {
        let resolved = resolve(STATED, &[stated, &["risk: {level: high}"]].concat());
        assert_eq!((&*resolved.tier, &*resolved.approving), ("alarm", "risky"));
        assert_eq!((resolved.count, resolved.degraded), (2, Degraded::Deny));
        assert_eq!(resolved.demand().proof, Proof::Attested);
        assert!(resolved.each_of.contains("security"));
        assert_eq!(resolved.post_closure_review.number, 30);
        assert_eq!(resolved.review_every.len(), 1);
        // Term, renewals and what must be stated are those of the tier that it chose.
        assert_eq!((resolved.max_term[0].term.number, resolved.max_renewals), (2, 9));
        assert_eq!(resolved.max_term.len(), 1);
        assert!(resolved.require.is_empty());
        assert!(resolved.why.iter().any(|why| why.contains("risky")), "{:?}", resolved.why);
        assert!(resolved.is_in(&["risky".to_owned()]));
        let resolved = resolve(STATED, stated);
        assert_eq!((resolved.count, &*resolved.approving), (1, "low"));
        assert!(resolved.each_of.is_empty());
        // A wildcard that only the other tier allows.
        let wild = "scope: {resources: ['db:*']}";
        let low = [&stated[..1], &["risk: {level: low}", wild]].concat();
        assert_eq!(resolve(STATED, &low).wildcard, Wildcard::Refused);
    }
    // Only what is stated is a cause, and none can be left out.
    in_tier(&matching("{root_cause: [timeout]}"), &["root_cause: timeout"], "high: high");
    in_tier(&matching("{root_cause: [timeout]}"), &["root_cause: tool-access"], "low: low");
}
