//! The content rules, sentence by sentence. Follows `docs/spec/rules.md` (content). Start at [`check`].

use exledger::diag::code::Code;
use exledger::ledger::tree::MapTree;

use crate::support::lint::findings_of;
use crate::support::samples::BLOCK;

/// The rules that these tests are about.
const RULES: &[Code] = &[
    Code::UnknownKey,
    Code::MissingField,
    Code::WrongType,
    Code::BadValue,
    Code::NoDeviation,
    Code::WindowInverted,
    Code::TermTooLong,
    Code::MissingTrigger,
    Code::NoCompensatingControl,
    Code::IncompleteIdentity,
    Code::MissingForTier,
    Code::WildcardScope,
    Code::StandingAccess,
    Code::OutlivesEvent,
    Code::FixOverdue,
    Code::MissingChange,
    Code::UnclassifiedCause,
];

/// Lints the record with texts replaced, under a policy; returns `rule line field` of each finding.
fn found(edits: &[(&str, &str)], policy: &str, on: Option<&str>) -> Vec<String> {
    let mut text = BLOCK.to_owned();
    for (from, to) in edits {
        assert!(from.is_empty() || text.contains(from), "no {from:?}");
        text = match from.is_empty() {
            true => format!("{text}{to}\n"),
            false => text.replacen(from, to, 1),
        };
    }
    let policy = format!("version: 1\n{policy}");
    let tree = MapTree::of([("exceptions/EXC-2026-7F3KQ.yaml", text), ("exledger.yaml", policy)]);
    let findings = findings_of(RULES, &tree, on);
    let shown = findings.iter().map(|finding| {
        let line = finding.pos.map_or(0, |pos| pos.line);
        format!("{} {line} {}", finding.rule.as_str(), finding.field.as_deref().unwrap_or("-"))
    });
    shown.collect()
}

/// Checks a table: `from => to | … => rule line field; …`.
fn check_all(policy: &str, on: Option<&str>, table: &str) {
    for row in table.lines().filter(|row| !row.trim().is_empty()) {
        let (edits, expected) = row.rsplit_once(" => ").unwrap();
        let edits: Vec<(String, String)> = edits
            .split(" | ")
            .map(|edit| {
                let (from, to) = edit.split_once(" -> ").unwrap_or(("", edit));
                (from.replace("\\n", "\n"), to.replace("\\n", "\n"))
            })
            .collect();
        let edits: Vec<(&str, &str)> =
            edits.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let expected: Vec<&str> = expected.split("; ").filter(|it| !it.is_empty()).collect();
        assert_eq!(found(&edits, policy, on), expected, "{row}");
    }
}

#[test]
fn a_record_in_block_style_is_clean() {
    assert_eq!(found(&[], "", None), Vec::<String>::new());
}

#[test]
fn findings_point_at_the_value_or_at_the_key_it_is_missing_from() {
    check_all(
        "",
        None,
        r"
  controls: [owasp-nhi:NHI7:2025]\n  rule: Service-account secrets rotate every 30 days\n ->  => no-deviation 4 deviates_from
  controls: [owasp-nhi:NHI7:2025]\n ->   controls: []\n |   rule: Service-account secrets rotate every 30 days\n ->  => no-deviation 4 deviates_from
  rule: Service-account secrets rotate every 30 days\n ->  => 
  credential: vault:prod/billing/db\n ->  |   task: nightly invoice run\n ->  => incomplete-identity 8 subject
  identity: svc:billing-batch\n ->  => incomplete-identity 8 subject
  identity_type: service-account\n ->  => incomplete-identity 8 subject
  identity_type: service-account ->   identity_type: human |   credential: vault:prod/billing/db\n ->  |   task: nightly invoice run\n ->  => 
  credential_expires: 2026-12-20 ->   credential_expires: 2026-12-21 => standing-access 12 subject.credential_expires
  credential_expires: 2026-12-20 ->   credential_expires: 2026-12-21T00:00:00Z => 
  credential_expires: 2026-12-20 ->   credential_expires: 2026-12-21T00:00:01Z => standing-access 12 subject.credential_expires
  resources: [db:invoices] ->   resources: [db:invoices, 'db:*'] => wildcard-scope 17 scope.resources[1]
  actions: [read] ->   actions: [ALL] => wildcard-scope 18 scope.actions[0]
  baseline: credential-rotation ->   baseline: change-window => missing-change 37 references.change
  baseline: credential-rotation ->   baseline: change-window | references: {ticket: BILL-400}\n ->  => missing-change 1 references.change
starts: 2026-11-20 -> starts: 2026-12-21 => window-inverted 34 expires
starts: 2026-11-20 -> starts: 2026-12-20 => 
starts: 2026-11-20 -> starts: 2026-09-20 => term-too-long 34 expires
starts: 2026-11-20 -> starts: 2026-09-21 => 
event_ends: 2026-12-12 => outlives-event 34 expires
event_ends: 2026-12-13 => 
due: 2026-12-18 -> due: 2026-12-21 => fix-overdue 25 fix.due
due: 2026-12-18 -> due: 2026-12-20 => 
root_cause: brittle-dependency -> root_cause: unclassified => unclassified-cause 24 root_cause
    status: active ->     status: withdrawn => no-compensating-control 27 compensating_controls
    status: active ->     status: planned => 
class: standard -> class: third-party | triggers: [{id: T1, when: The vendor ships OAuth, then: close}]\n ->  => missing-trigger 1 triggers; missing-for-tier 8 subject.vendor; missing-for-tier 36 references.onboarding
  identity_type: service-account ->   identity_type: ai-agent | triggers: [{id: T1, when: The vendor ships OAuth, then: close}] -> triggers: [] => missing-trigger 35 triggers
",
    );
}

#[test]
fn what_a_tier_requires_is_named_where_it_is_missing() {
    let policy = "tiers: [{name: strict, require: [blast_radius, rollback, compensating_controls, review_every, \
        triggers, vendor, onboarding, change, risk_register, scope, fix, event_ends, requester, risk_owner, \
        environment]}]\n";
    check_all(
        policy,
        None,
        r"
review_every: 14d | event_ends: 2026-12-20 | requester: ana@example.com | references: {ticket: BILL-400} -> references: {onboarding: VND-1, change: CHG-1, risk: RISK-1} |   level: high ->   level: high\n  owner: dana@example.com | subject: -> subject:\n  vendor: Example Ltd => 
review_every: 14d | event_ends: 2026-12-20 | requester: ana@example.com | references: {ticket: BILL-400} -> references: {onboarding: VND-1, change: CHG-1, risk: RISK-1} => missing-for-tier 8 subject.vendor; missing-for-tier 21 risk.owner
",
    );
    let all = found(
        &[
            ("  blast_radius: Read access to invoices of one region\n", ""),
            ("rollback: {plan: Disable the key, criteria: Any use from an unknown address}\n", ""),
            ("  actions: [read]\n", ""),
            (", due: 2026-12-18", ""),
            ("  environment: production\n", ""),
            ("triggers: [{id: T1, when: The vendor ships OAuth, then: close}]\n", ""),
            ("    status: active", "    status: withdrawn"),
        ],
        policy,
        None,
    );
    let expected = [
        "missing-for-tier 1 event_ends",
        "missing-for-tier 1 requester",
        "missing-for-tier 1 review_every",
        "missing-for-tier 1 rollback",
        "missing-trigger 1 triggers",
        "missing-for-tier 8 subject.environment",
        "missing-for-tier 8 subject.vendor",
        "missing-for-tier 15 scope.actions",
        "missing-for-tier 19 risk.blast_radius",
        "missing-for-tier 19 risk.owner",
        "missing-for-tier 22 fix.due",
        "no-compensating-control 24 compensating_controls",
        "missing-for-tier 32 references.change",
        "missing-for-tier 32 references.onboarding",
        "missing-for-tier 32 references.risk",
    ];
    assert_eq!(all, expected);
}

#[test]
fn a_term_begins_at_starts_else_at_the_instant_asked() {
    let without = [("starts: 2026-11-20\n", "")];
    assert!(found(&without, "", None).is_empty());
    assert!(found(&without, "", Some("2026-09-21")).is_empty());
    let too_long = ["term-too-long 33 expires"];
    assert_eq!(found(&without, "", Some("2026-09-20")), too_long);
    let forever = [("\nexpires: 2026-12-20", "\nexpires: 9999-12-31")];
    assert_eq!(found(&forever, "", None), ["term-too-long 34 expires"]);
    let emergency = [
        ("class: standard", "class: emergency"),
        ("\nexpires: 2026-12-20", "\nexpires: 2026-11-22"),
    ];
    let hours = [emergency[0], ("\nexpires: 2026-12-20", "\nexpires: 2026-11-23T00:00:01Z")];
    let others =
        [("  credential_expires: 2026-12-20\n", ""), ("due: 2026-12-18", "due: 2026-11-21")];
    let edits = |edits: &[(&'static str, &'static str)]| [edits, &others].concat();
    assert!(found(&edits(&emergency), "", None).is_empty());
    assert_eq!(found(&edits(&hours), "", None), ["term-too-long 33 expires"]);
}

#[test]
fn after_a_renewal_the_last_period_is_judged() {
    let renewed = |from: &str| {
        format!(
            "renewals: [{{date: 2026-12-01, from: {from}, until: 2026-12-20, reason: The consumer is late}}]"
        )
    };
    let old = ("starts: 2026-11-20", "starts: 2026-01-20");
    let near = renewed("2026-09-21");
    assert!(found(&[old, ("", &near)], "", None).is_empty());
    let far = renewed("2026-09-20");
    assert_eq!(found(&[old, ("", &far)], "", None), ["term-too-long 34 expires"]);
}

#[test]
fn a_wildcard_is_allowed_where_the_matching_map_says_so() {
    let policy = "tiers: [{name: wide, match: {wildcard: true}, require: [compensating_controls]}, {name: standard}]\n";
    let wild = [("[db:invoices]", "['db:*']")];
    assert!(found(&wild, policy, None).is_empty());
    assert_eq!(found(&wild, "", None), ["wildcard-scope 17 scope.resources[0]"]);
}

#[test]
fn the_policy_turns_content_rules_up_down_and_off() {
    let edits = [("brittle-dependency", "unclassified")];
    assert!(found(&edits, "lint: {levels: {unclassified-cause: off}}\n", None).is_empty());
    assert_eq!(found(&edits, "lint: {levels: {unclassified-cause: error}}\n", None).len(), 1);
}

#[test]
fn a_broken_policy_judges_by_shape_alone() {
    let edits = [("brittle-dependency", "unclassified"), ("class: standard", "class: odd")];
    let found = found(&edits, "recordz: [exceptions]\n", None);
    assert_eq!(found, ["unknown-key 2 recordz", "bad-value 3 class"]);
}

#[test]
fn broken_fields_hide_no_rule_about_others() {
    check_all(
        "",
        None,
        r"
  rule: Service-account ->   ruel: Service-account |   controls: [owasp-nhi:NHI7:2025]\n ->  => unknown-key 5 deviates_from.ruel
class: standard -> class: odd | root_cause: brittle-dependency -> root_cause: unclassified => bad-value 3 class; unclassified-cause 24 root_cause
\nexpires: -> \nexpire: | due: 2026-12-18 -> due: 2027-12-18 => unknown-key 34 expire
justification: -> justification:\n  - | owner: {name: Ana Ruiz -> owner: {name: '' => missing-field 19 owner.name; wrong-type 21 justification
",
    );
}

#[test]
fn an_end_before_the_start_may_be_the_day_itself() {
    for (starts, way) in [
        ("2026-12-21", "write for example `2027-01-04`"),
        ("2026-12-21T10:00:00Z", "write for example `2027-01-04`"),
    ] {
        let text = BLOCK.replace("starts: 2026-11-20", &format!("starts: {starts}"));
        assert_ne!(text, BLOCK);
        let tree = MapTree::of([("exceptions/EXC-2026-7F3KQ.yaml", text.as_str())]);
        let found = findings_of(RULES, &tree, None);
        let inverted = found.iter().find(|it| it.rule == Code::WindowInverted).unwrap();
        assert_eq!(inverted.remedy.words(), way);
    }
}
