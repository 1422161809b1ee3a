//! `house-schema`: values under `x:` that the team's own schema rejects.
//!
//! Pure. A record without `x` is checked as if `x` were an empty map. Follows `docs/spec/rules.md` (content) and
//! `docs/spec/record.md` (schema and edits).

use crate::diag::code::Code;
use crate::diag::remedy::{Act, Remedy};
use crate::diag::{Finding, Level};
use crate::record::file::{self, FieldState};
use crate::record::free;
use crate::rules::case::{RecordCase, RuleContext};
use crate::rules::example::Example;
use crate::rules::extra_schema::refusal::SchemaStep;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::sample;
use serde_json::{Map, Value};

pub(super) const RULE: Rule = Rule {
    code: Code::HouseSchema,
    level: Level::Error,
    serves: &["M06"],
    summary: "the team's own schema rejects the values below `x`",
    why: "Additional fields are only reliable if every record is checked against the team's schema.",
    bad: Example::tree(&[
        ("exledger.yaml", POLICY),
        ("house.schema.json", SCHEMA),
        (sample::PATH, sample::RECORD.as_bytes()),
    ]),
    good: Example::tree(&[
        ("exledger.yaml", POLICY),
        ("house.schema.json", SCHEMA),
        (sample::PATH, GOOD),
    ]),
    checks: &[Check::Record(record), Check::Policy(policy)],
    special: SpecialCases::NONE,
};

fn record(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let extra_schema = case.context.extra_schema;
    if !extra_schema.judges() {
        return;
    }
    let map = match case.source.stated("x") {
        FieldState::Unreadable => return,
        FieldState::Absent => Value::Object(Map::new()),
        FieldState::Node(node) => free::json(node),
    };
    // An unreadable field has a finding of its own, and no value to check.
    let mut fields = case.source.findings.iter().filter_map(|finding| finding.field.as_deref());
    if fields.any(|field| field.starts_with("x.")) {
        return;
    }
    let refusals = extra_schema.refusals(&map).into_iter();
    findings.extend(refusals.map(|refusal| {
        let field = join_field(&refusal.path);
        let message = format!("`{field}` {}, according to the team's schema", refusal.message);
        let written = if refusal.wants_text { case.source.text(&field) } else { None };
        let described = refusal.description.map(|text| format!("{text}; "));
        let schema = &case.context.governance.policy.extra_schema;
        let note = format!(
            "{}see {}",
            described.unwrap_or_default(),
            schema.as_deref().unwrap_or("the schema")
        );
        let remedy = accepted(case, &field, written);
        case.finding(RULE.code, &field, message, remedy.after(note))
    }));
}

/// Returns the edit that gives a field the first value which the schema accepts: what is written, as a text, else an example.
fn accepted(case: &RecordCase<'_>, field: &str, written: Option<&str>) -> Remedy {
    const EXAMPLES: [&str; 10] = [
        "'1234'",
        "a text",
        "ABC-1",
        "1",
        "true",
        "2026-12-20",
        "ana@example.com",
        "[]",
        "{}",
        "https://example.com",
    ];
    let refused = |map: &Value| case.context.extra_schema.refusals(map).len();
    let quoted = written.map(|text| format!("\"{text}\""));
    let n_before = case
        .source
        .node("x")
        .map_or_else(|| refused(&Value::Object(Map::new())), |node| refused(&free::json(node)));
    let passes = |remedy: &Remedy| {
        let Act::Edit(edit) = &remedy.act else { return false };
        let read = edit
            .apply(case.source.text_of_file())
            .map(|text| file::read(&case.source.path, text.as_bytes()));
        read.and_then(|read| Some(refused(&free::json(read.root?.at("x")?))))
            .is_some_and(|n| n < n_before)
    };
    let as_text = quoted.map(|text| case.source.set(field, &text)).filter(passes);
    let mut examples = EXAMPLES.iter().map(|yaml| case.source.set_for_example(field, yaml));
    as_text.or_else(|| examples.find(passes)).unwrap_or_default()
}

fn join_field(path: &[SchemaStep]) -> String {
    let mut field = "x".to_owned();
    for step in path {
        match step {
            SchemaStep::Key(key) => field.push_str(&format!(".{key}")),
            SchemaStep::Item(index) => field.push_str(&format!("[{index}]")),
        }
    }
    field
}

/// Returns the finding about an unusable schema: then nothing below `x` is checked.
fn policy(context: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    let Some(error) = context.extra_schema.error() else {
        return;
    };
    findings.push(context.policy_error(
        RULE.code,
        &["extra_schema"],
        format!("the team's schema can't be used: {error}"),
        "correct the schema; it may not refer to anything outside itself".to_owned(),
    ));
}

const POLICY: &[u8] = b"version: 1\nextra_schema: house.schema.json\n";

const SCHEMA: &[u8] = b"\
{
  \"properties\": {\"cost_centre\": {\"type\": \"string\", \"pattern\": \"^[0-9]{4}$\"}},
  \"required\": [\"cost_centre\"]
}
";

const GOOD: &[u8] = b"\
id: EXC-2026-7F3KQ
title: Nightly invoices still read with the shared database user
class: standard
deviates_from: {rule: Every job has its own database user}
subject: {application: billing}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing.
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls:
  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}
expires: 2026-12-20
x: {cost_centre: '1234'}
";
