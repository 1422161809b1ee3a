//! Where the first match decides, it is found by bytes and folded, and both hold: a capital chooses no laxer row.

use exledger::gate::tool_call::{CallContext, CallDecision, ToolCall, decide};
use exledger::gate::withheld::escaped;
use exledger::policy::hooks::{HookFile, HookRuntime};
use exledger::policy::tier::fact::{Facts, Wildcard};
use exledger::policy::tier::{self, Resolved};
use serde_json::json;

use crate::policy::sound;
use crate::spelling::{quoted, record, record_spellings, spellings};

fn resolve(policy: &str, lines: &str) -> Resolved {
    let governance = sound(&format!("version: 1\n{policy}"));
    tier::resolve(&governance.policy, &Facts::of(&record(lines))).unwrap()
}

const STRICT: &str =
    "max_term: 10d, max_renewals: 0, approvals: {count: 2}, require: [fix], degraded: deny";

#[test]
fn a_field_of_a_tier_leads_to_it_in_any_spelling() {
    let values = [
        ("environment", "subject: {application: x, environment: VALUE}"),
        ("application", "subject: {application: VALUE}"),
        ("team", "owner: {name: Ana Ruiz, email: ana@example.com, team: VALUE}"),
    ];
    for (key, lines) in values {
        let policy = format!(
            "tiers: [{{name: strict, match: {{{key}: [main api]}}, {STRICT}}}, {{name: standard}}]"
        );
        for name in record_spellings("main api").iter().map(String::as_str).chain(["main api"]) {
            let found = resolve(&policy, &lines.replace("VALUE", &quoted(name)));
            assert_eq!(found.tier, "strict", "{key} {name:?}");
            assert_eq!((found.count, found.max_renewals), (2, 0), "{key} {name:?}");
            let says = format!("the record spells `{name}` where the policy says `main api`");
            let is_said = found.why.iter().any(|why| why.ends_with(&says));
            assert_eq!(is_said, name != "main api", "{key} {name:?}: {:?}", found.why);
            assert_eq!(found.silence().contains(&says), is_said);
        }
        let other = resolve(&policy, &lines.replace("VALUE", "main"));
        assert_eq!((other.tier.as_str(), other.count), ("standard", 1), "{key}");
    }
}

#[test]
fn another_spelling_leaves_no_stricter_tier() {
    let policy = format!(
        "tiers: [{{name: sandbox, match: [{{environment: [dev]}}], max_term: 300d, max_renewals: 9}}, {{name: standard, {STRICT}}}]"
    );
    let subject =
        |environment: &str| format!("subject: {{application: x, environment: {environment}}}");
    let honest = resolve(&policy, &subject("dev"));
    assert_eq!((honest.tier.as_str(), honest.count, honest.spelling), ("sandbox", 1, None));
    let other = resolve(&policy, &subject("DEV"));
    // The first in the policy's order is named, and both hold.
    assert_eq!((other.tier.as_str(), other.base.as_str(), other.count), ("sandbox", "standard", 2));
    assert_eq!(other.max_term.iter().map(|it| it.term.number).collect::<Vec<_>>(), [10]);
    assert_eq!((other.max_renewals, other.require.len()), (0, 1));
    assert_eq!(
        other.spelling.as_deref(),
        Some("tier sandbox applies, too: the record spells `DEV` where the policy says `dev`")
    );
}

#[test]
fn the_sensitivity_of_an_asset_holds_in_both_spellings() {
    let policy = format!(
        "assets: [{{match: ['svc:public-*'], sensitivity: public}}, {{match: ['svc:*'], sensitivity: secret}}]
tiers: [{{name: open, match: {{sensitivity: [public]}}}}, {{name: secret, match: {{sensitivity: [secret]}}, {STRICT}}}, {{name: standard, approvals: {{count: 2}}}}]"
    );
    let resolve =
        |name: &str| resolve(&policy, &format!("subject: {{application: {}}}", quoted(name)));
    assert_eq!(
        (resolve("svc:public-pay").tier, resolve("svc:public-pay").count),
        ("open".to_owned(), 1)
    );
    for name in record_spellings("svc:main") {
        let found = resolve(&name);
        assert_eq!((found.tier.as_str(), found.count), ("secret", 2), "{name:?}");
    }
    for name in ["SVC:PUBLIC-pay", "svc:\u{ff50}ublic-pay"] {
        let found = resolve(name);
        assert_eq!((found.tier.as_str(), found.count), ("open", 2), "{name}");
    }
}

#[test]
fn a_wildcard_is_allowed_only_in_both_readings() {
    let policy =
        "tiers: [{name: wide, match: [{environment: [dev], wildcard: true}]}, {name: standard}]";
    let wildcard = |environment: &str| {
        resolve(policy, &format!("subject: {{application: x, environment: {environment}}}\nscope: {{resources: ['db:*']}}"))
            .wildcard
    };
    assert_eq!((wildcard("dev"), wildcard("DEV")), (Wildcard::Allowed, Wildcard::Refused));
}

#[test]
fn closures_are_checked_by_the_tiers_of_both_readings() {
    let policy = "tiers: [{name: sandbox, match: {environment: [dev]}}, {name: standard}]";
    let found = resolve(policy, "subject: {application: x, environment: DEV}");
    assert!(found.is_in(&["sandbox".to_owned()]) && found.is_in(&["standard".to_owned()]));
}

/// Decides about a call of a tool with an environment.
fn decided(unmatched: &str, rules: &str, tool: &str, environment: &str) -> CallDecision {
    let text = format!("version: 1\nunmatched: {unmatched}\nrules:\n{rules}");
    let map = HookFile::read("map", text.as_bytes());
    let map = map.map.unwrap_or_else(|| panic!("{:#?}", map.findings));
    let serde_json::Value::Object(arguments) = json!({ "environment": environment }) else {
        panic!("not an object")
    };
    let runtime = HookRuntime::ClaudeCode;
    let call = ToolCall { runtime, tool: tool.to_owned(), arguments, folders: Vec::new() };
    let below = |path: &str| exledger::gate::inside(path);
    decide(&map, &call, &CallContext { identity: None, below: &below })
}

#[test]
fn the_map_lets_a_call_run_only_in_both_readings() {
    let pass = "  - {tool: deploy, when: {environment: dev}, pass: true}\n";
    let deny = "  - {tool: deploy, when: {environment: dev}, deny: not there}\n";
    let ask = "  - {tool: deploy, when: {environment: dev}, ask: {application: dev}}\n";
    let ask_rest = "  - {tool: '*', ask: {application: rest}}\n";
    let kind = |decision: CallDecision| match decision {
        CallDecision::Pass => "pass".to_owned(),
        CallDecision::Deny(reason) => reason,
        CallDecision::Ask(question) => format!("ask {}", question.application.unwrap()),
    };
    let unmatched = "no rule of exledger-hooks.yaml matches this call";
    let spelled = "DEV is spelled dev in the map";
    for (default, rules, exact, other) in [
        ("deny", pass.to_owned(), "pass", unmatched),
        ("pass", pass.to_owned(), "pass", "pass"),
        ("pass", deny.to_owned(), "not there", "not there"),
        ("pass", ask.to_owned(), "ask dev", "ask dev"),
        ("deny", ask.to_owned(), "ask dev", unmatched),
        ("deny", format!("{pass}{ask_rest}"), "pass", "ask rest"),
        ("deny", format!("{ask}{ask_rest}"), "ask dev", spelled),
        ("deny", format!("{deny}{ask_rest}"), "not there", "not there"),
    ] {
        assert_eq!(kind(decided(default, &rules, "deploy", "dev")), exact, "{default} {rules}");
        assert_eq!(kind(decided(default, &rules, "deploy", "DEV")), other, "{default} {rules}");
        for name in spellings("dev") {
            let found = kind(decided(default, &rules, "deploy", &name));
            let other = if other == spelled {
                format!("{} is spelled dev in the map", escaped(&name))
            } else {
                other.to_owned()
            };
            assert_eq!(found, other, "{default} {rules} {name:?}");
        }
    }
    let two = format!("{ask}{ask_rest}");
    assert_eq!(kind(decided("deny", &two, "Deploy", "dev")), "Deploy is spelled deploy in the map");
    assert_eq!(kind(decided("pass", deny, "DEPLOY", "dev")), "not there");
}
