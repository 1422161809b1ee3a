//! What baselines call normal: patterns, numbers, unlisted identities, and the time since the last event.
//!
//! Follows `docs/spec/policy.md`, baselines.

use exledger::features::triage::baseline::{BaselineMatch, Matter, match_baselines};
use exledger::features::triage::last_events::{EventMemory, LastEvents};
use exledger::policy::closing::Baseline;
use exledger::policy::governance::Governance;
use exledger::record::time::Instant;
use exledger::record::vocabulary::Risk;
use exledger::survey::event::{CloudEvent, ScannerFinding, TriageInput};
use serde_json::{Value, json};

pub(crate) const NOW: &str = "2026-12-01T12:00:00Z";

pub(crate) fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap_or_else(|| panic!("{text}"))
}

pub(crate) fn baselines(keys: &str) -> Vec<Baseline> {
    let yaml = format!("version: 1\nbaselines: [{{id: B1, kind: token-use, {keys}}}]");
    let governance = Governance::of_policy(&yaml);
    assert!(governance.findings.is_empty(), "{:#?}", governance.findings);
    governance.policy.baselines
}

pub(crate) fn event(time: &str, data: Value) -> TriageInput {
    let fields =
        json!({"type": "vault.read", "source": "vault", "id": "1", "time": time, "data": data});
    let at = instant(time);
    TriageInput::Event(CloudEvent { at, source: "vault".to_owned(), id: "1".to_owned(), fields })
}

/// Returns why an input is material; `None` if it is routine.
pub(crate) fn material(judged: &BaselineMatch) -> Option<&str> {
    match &judged.matter {
        Matter::Material(why) => Some(why.as_deref().unwrap_or_default()),
        Matter::Routine(_) => None,
    }
}

/// Judges the data of one event by one baseline.
fn judge(keys: &str, data: Value) -> Option<String> {
    let mut last_events = LastEvents::new(EventMemory::Run, instant(NOW));
    let judged = match_baselines(&event(NOW, data), &baselines(keys), &mut last_events);
    material(&judged).map(str::to_owned)
}

#[test]
fn numbers_are_compared_and_what_is_no_number_is_material() {
    let expect = "expect: {'svc:backup': {data.bytes: ['<=5000000', unlimited]}}";
    let material_if = "material_if: {data.bytes: ['>5000000', lots]}";
    let fits = [
        json!(5000000),
        json!(5e6),
        json!(-1),
        json!("5000000"),
        json!("5e6"),
        json!([1, "2"]),
        json!(0.5),
        json!("4999999.99"),
    ];
    for bytes in fits {
        let data = json!({"identity": "svc:backup", "bytes": bytes});
        assert_eq!(judge(expect, data.clone()), None, "{data}");
        assert_eq!(judge(material_if, data.clone()), None, "{data}");
    }
    let exceeds = [
        json!(5000001),
        json!(5000000.5),
        json!("5000000.0000000000000000001"),
        json!([1, 5000001]),
        json!(1e300),
    ];
    for bytes in exceeds {
        let data = json!({"identity": "svc:backup", "bytes": bytes});
        for keys in [expect, material_if] {
            let why = judge(keys, data.clone()).unwrap();
            assert!(why.starts_with("data.bytes is "), "{why}");
            assert!(!why.contains("not a number"), "{why}");
        }
    }
    let odd = [
        json!("x"),
        json!(true),
        json!({"n": 1}),
        json!([1, {"n": 1}]),
        json!("5,000"),
        json!("+5"),
        json!(" 5"),
        json!("0x5"),
        json!("NaN"),
        json!(""),
    ];
    for bytes in odd {
        let data = json!({"identity": "svc:backup", "bytes": bytes});
        for keys in [expect, material_if] {
            let why = judge(keys, data.clone()).unwrap();
            assert!(why.ends_with(", which is not a number (baseline B1)"), "{why}");
        }
    }
    // What is not stated has no number to exceed, but it is not what is expected.
    for bytes in [json!(null), json!([])] {
        let data = json!({"identity": "svc:backup", "bytes": bytes});
        assert_eq!(judge(material_if, data.clone()), None, "{data}");
        let why = judge(expect, data).unwrap();
        assert_eq!(
            why,
            "data.bytes is not stated, which is not normal for svc:backup (baseline B1)"
        );
    }
    // A word that is a text fits beside the numbers.
    assert_eq!(judge(expect, json!({"identity": "svc:backup", "bytes": "unlimited"})), None);
    assert!(judge(material_if, json!({"bytes": "lots"})).unwrap().contains("is lots (baseline"));
}

#[test]
fn large_integers_are_not_rounded() {
    let keys = "material_if: {data.n: '>9007199254740992'}";
    assert_eq!(judge(keys, json!({"n": 9007199254740992_u64})), None);
    assert!(judge(keys, json!({"n": 9007199254740993_u64})).is_some());
    assert!(judge(keys, json!({"n": "9007199254740993"})).is_some());
    let keys = "material_if: {data.n: '>=18446744073709551615'}";
    assert_eq!(judge(keys, json!({"n": u64::MAX - 1})), None);
    assert!(judge(keys, json!({"n": u64::MAX})).is_some());
}

#[test]
fn a_number_selects_events_and_what_can_not_be_compared_is_material() {
    let keys = "when: {type: vault.read, data.bytes: '>100'}, material_if: {data.decision: denied}";
    assert_eq!(
        judge(keys, json!({"bytes": 101, "decision": "denied"})).unwrap(),
        "data.decision is denied (baseline B1)"
    );
    assert_eq!(judge(keys, json!({"bytes": 100, "decision": "denied"})), None);
    let why = judge(keys, json!({"bytes": "many"})).unwrap();
    assert_eq!(why, "data.bytes is many, which is not a number (baseline B1)");
    // Another type: the baseline is not about it, whatever its bytes are.
    let keys = keys.replace("vault.read", "vault.write");
    assert_eq!(judge(&keys, json!({"bytes": "many"})), None);
}

#[test]
fn patterns_are_those_of_scopes() {
    let keys = "expect: {'svc:reports-*': {data.scope: ['kv/reports/**', kv/shared]}}";
    for (identity, scope, expected) in [
        ("svc:reports-eu", json!("kv/reports/2026/q4"), None),
        ("svc:reports-eu", json!(["kv/reports/a", "kv/shared"]), None),
        (
            "svc:reports-eu",
            json!("kv/shared/a"),
            Some(
                "data.scope is kv/shared/a: normal for svc:reports-eu is kv/reports/**, kv/shared",
            ),
        ),
        (
            "svc:reports-eu",
            json!(["kv/reports/a", "kv/admin"]),
            Some("data.scope is kv/reports/a, kv/admin: normal for"),
        ),
        (
            "svc:reports-eu",
            json!(["kv/reports/a", {"x": 1}]),
            Some("data.scope is kv/reports/a, a map: normal for"),
        ),
        ("svc:reports-eu", json!("KV/reports/a"), Some("data.scope is KV/reports/a: normal for")),
        // `*` does not cross a `/`.
        (
            "svc:reports-eu/x",
            json!("kv/reports/a"),
            Some("svc:reports-eu/x is not among the expected identities"),
        ),
        (
            "svc:billing",
            json!("kv/reports/a"),
            Some("svc:billing is not among the expected identities"),
        ),
    ] {
        let why = judge(keys, json!({"identity": identity, "scope": scope}));
        match expected {
            None => assert_eq!(why, None, "{identity} {scope}"),
            Some(start) => {
                assert!(why.as_ref().is_some_and(|why| why.starts_with(start)), "{why:?}")
            }
        }
    }
    let keys = "when: {type: 'vault.*'}, material_if: {data.path: 'kv/*/root'}";
    assert!(judge(keys, json!({"path": "kv/a/root"})).is_some());
    assert_eq!(judge(keys, json!({"path": "kv/a/b/root"})), None);
    // Only a scope takes these words for everything.
    for word in ["all", "any"] {
        let keys = format!("material_if: {{data.path: {word}}}");
        assert_eq!(judge(&keys, json!({"path": "kv"})), None, "{word}");
    }
    for word in ["'**'", "'*'", "'?*'"] {
        let keys = format!("material_if: {{data.path: {word}}}");
        assert!(judge(&keys, json!({"path": "kv"})).is_some(), "{word}");
    }
}

#[test]
fn who_is_not_listed_is_judged_by_others() {
    let expect = "expect: {'svc:backup': {data.scope: kv}}";
    let unlisted = Some("svc:new is not among the expected identities (baseline B1)");
    for (keys, expected) in [
        ("", unlisted),
        (", others: material", unlisted),
        (", others: routine", None),
        (", material_if: {data.decision: denied}", None),
        (", material_if: {data.decision: denied}, others: material", unlisted),
        (", material_if: {data.decision: denied}, others: routine", None),
    ] {
        let keys = format!("{expect}{keys}");
        let why = judge(&keys, json!({"identity": "svc:new", "scope": "kv"}));
        assert_eq!(why.as_deref(), expected, "{keys}");
        assert_eq!(judge(&keys, json!({"identity": "svc:backup", "scope": "kv"})), None, "{keys}");
        // Nobody, several, and what is no name.
        for identity in
            [json!(null), json!(["svc:backup", "svc:new"]), json!({"name": "svc:backup"}), json!(7)]
        {
            let why = judge(&keys, json!({"identity": identity, "scope": "kv"}));
            assert_eq!(why.is_some(), expected.is_some(), "{keys} {identity}: {why:?}");
        }
        // Each of several identities must be normal.
        let why = judge(&keys, json!({"identity": ["svc:new", "svc:backup"], "scope": "other"}));
        assert!(why.is_some(), "{keys}");
    }
    assert_eq!(judge("expect: {}", json!({"identity": "svc:new"})), None);
    assert_eq!(judge("expect: {'**': {}}", json!({"identity": "svc:new"})), None);
}

#[test]
fn long_values_are_cut_in_messages_and_still_compared() {
    let long = "k".repeat(1 << 20);
    let keys = "material_if: {data.scope: '**k'}";
    let why = judge(keys, json!({"scope": long})).unwrap();
    assert!(why.chars().count() < 200 && why.contains('…'), "{why}");
    let why = judge(keys, json!({"scope": vec!["k".repeat(1 << 14); 50]})).unwrap();
    assert!(why.chars().count() < 1_000, "{why}");
}

#[test]
fn a_finding_is_compared_too() {
    let mut last_events = LastEvents::new(EventMemory::Run, instant(NOW));
    let finding = |path: &str, kind: &str| {
        use exledger::survey::event::{FindingFile, FindingPlace};
        TriageInput::Finding(ScannerFinding {
            tool: "trivy".to_owned(),
            id: "CVE-2026-1".to_owned(),
            level: "error".to_owned(),
            kind: kind.to_owned(),
            places: vec![FindingPlace {
                file: FindingFile::Inside(path.to_owned()),
                ..FindingPlace::default()
            }],
            ..ScannerFinding::default()
        })
    };
    let baselines =
        baselines("when: {data.path: 'vendor/**'}, since_last: {by: [data.id], at_most: 1d}");
    for (path, kind, expected) in [
        (
            "vendor/a/b",
            "fail",
            Some("its time is not stated, so `since_last` can't be judged (baseline B1)"),
        ),
        ("vendor/a/b", "pass", None),
        ("src/a", "fail", Some("")),
    ] {
        let judged = match_baselines(&finding(path, kind), &baselines, &mut last_events);
        assert_eq!(material(&judged), expected, "{path}");
    }
}

#[test]
fn a_severity_level_or_kind_that_cannot_be_read_may_be_any() {
    let judge = |finding: ScannerFinding, keys: &str| {
        let mut last_events = LastEvents::new(EventMemory::Run, instant(NOW));
        let input = TriageInput::Finding(finding);
        let judged = match_baselines(&input, &baselines(keys), &mut last_events);
        material(&judged).map(str::to_owned)
    };
    let found = |level: &str, kind: &str, severity: Option<Risk>| ScannerFinding {
        tool: "trivy".to_owned(),
        level: level.to_owned(),
        kind: kind.to_owned(),
        severity,
        ..ScannerFinding::default()
    };
    let of_tool = "when: {data.tool: trivy}";
    let by_severity = format!("{of_tool}, material_if: {{data.severity: [high]}}");
    let by_level = format!("{of_tool}, material_if: {{data.level: [error]}}");
    let selecting = "when: {data.severity: [low, moderate]}";
    let (low, unknown) = (Some(Risk::Low), Some("data.severity is not known"));
    for (finding, keys, why) in [
        (found("error", "fail", low), &*by_severity, None),
        (found("error", "fail", None), &by_severity, unknown),
        (found("error", "fail", None), selecting, unknown),
        (found("warning", "fail", low), &by_level, None),
        (found("critical", "fail", low), &by_level, Some("data.level is not known")),
        (found("error", "pass", None), &by_severity, None),
        (found("error", "Fail", None), &by_severity, unknown),
    ] {
        let shown = format!("{finding:?} {keys}");
        let found = judge(finding, keys);
        assert_eq!(found.is_some(), why.is_some(), "{shown}: {found:?}");
        let says = found.unwrap_or_default();
        assert!(says.contains(why.unwrap_or_default()), "{shown}: {says}");
    }
    // Without a baseline, a kind that nobody knows is not one that is routine.
    let mut last_events = LastEvents::new(EventMemory::Run, instant(NOW));
    let input = TriageInput::Finding(found("error", "FAIL", None));
    assert!(material(&match_baselines(&input, &[], &mut last_events)).is_some());
}
