//! What is normal: whether an input is material, by the baselines of the policy.
//!
//! Uses policy and `survey::triage`. Pure. Start at [`match_baselines`]. Follows
//! `docs/spec/policy.md`, baselines, and `docs/spec/interop.md`, 6.

use serde_json::Value;
use std::borrow::Cow;

use crate::policy::closing::{Baseline, Hours, Words};
use crate::record::time::Instant;
use crate::record::vocabulary::Vocabulary;
use crate::survey::triage::{CloudEvent, ScannerFinding, TriageInput};

/// Whether an input needs attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    /// It does; the reason, if a baseline gives one.
    Material(Option<String>),
    /// It does not; the reason.
    Routine(String),
}

/// Whether an input is material, and which baselines apply to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineMatch {
    pub matter: Matter,
    /// The indexes of the baselines that apply.
    pub baselines: Vec<usize>,
}

/// Judges an input: it is material if one of its baselines says so, and routine if baselines apply but none does.
/// Without any baseline, a finding is judged by its level, and an event is routine.
pub fn match_baselines(input: &TriageInput, baselines: &[Baseline]) -> BaselineMatch {
    let mut about = Vec::new();
    let mut material = None;
    let mut routine = None;
    for (place, baseline) in baselines.iter().enumerate() {
        if !is_about(baseline, input) {
            continue;
        }
        about.push(place);
        match outside(input, baseline) {
            Some(why) => {
                material.get_or_insert(why);
            }
            None => {
                routine.get_or_insert_with(|| format!("normal by baseline {}", baseline.id));
            }
        }
    }
    let matter = match (material, routine) {
        (Some(why), _) => Matter::Material(Some(why)),
        (None, Some(why)) => Matter::Routine(why),
        (None, None) => unknown(input),
    };
    BaselineMatch { matter, baselines: about }
}

/// Tells whether a baseline applies to an input. A baseline without selectors applies to events only: otherwise it
/// would make every finding routine.
fn is_about(baseline: &Baseline, input: &TriageInput) -> bool {
    let mut chosen = baseline.when.0.iter();
    let is_all = chosen.all(|(field, values)| holds(input, field, values));
    match input {
        TriageInput::Finding(_) => is_all && !baseline.when.0.is_empty(),
        TriageInput::Event(_) => is_all,
    }
}

/// Judges an input to which no baseline applies.
fn unknown(input: &TriageInput) -> Matter {
    match input {
        TriageInput::Finding(finding) if finding.kind != "fail" => {
            Matter::Routine(format!("its kind is {}", finding.kind))
        }
        TriageInput::Finding(finding) if matches!(finding.level.as_str(), "note" | "none") => {
            Matter::Routine(format!("its level is {}", finding.level))
        }
        TriageInput::Finding(_) => Matter::Material(None),
        TriageInput::Event(event) => {
            let kind = event.fields.get("type").and_then(Value::as_str);
            Matter::Routine(format!("no baseline covers {}", kind.unwrap_or_default()))
        }
    }
}

/// Returns why an input deviates from a baseline; `None` if it does not.
fn outside(input: &TriageInput, baseline: &Baseline) -> Option<String> {
    if let TriageInput::Finding(finding) = input
        && finding.kind != "fail"
    {
        return None;
    }
    let is_bad = |(field, values): &(&String, &Vec<String>)| holds(input, field, values);
    if let Some((field, _)) = baseline.material_if.0.iter().find(is_bad) {
        let value = texts(input, field).join(", ");
        return Some(format!("{field} is {value} (baseline {})", baseline.id));
    }
    let identity = texts(input, "data.identity");
    let expected = identity.first().and_then(|identity| baseline.expect.get(identity.as_ref()));
    let field = unexpected(input, expected?)?;
    let who = identity.first().map(Cow::as_ref).unwrap_or_default();
    Some(format!("{field} is not normal for {who} (baseline {})", baseline.id))
}

/// Returns the first field without an expected value; a missing field counts as unexpected.
fn unexpected<'w>(input: &TriageInput, expected: &'w Words) -> Option<&'w str> {
    let is_normal = |field: &str, values: &[String]| match field {
        "hours" => instant(input).is_some_and(|at| {
            let hours = values.iter().filter_map(|text| Hours::new(text));
            hours.into_iter().any(|hours| hours.covers(at))
        }),
        field => {
            let stated = texts(input, field);
            let is_expected = |text: &Cow<'_, str>| values.iter().any(|value| value == text);
            !stated.is_empty() && stated.iter().all(is_expected)
        }
    };
    let mut fields = expected.0.iter();
    let found = fields.find(|(field, values)| !is_normal(field, values));
    found.map(|(field, _)| field.as_str())
}

fn instant(input: &TriageInput) -> Option<Instant> {
    match input {
        TriageInput::Finding(finding) => finding.at,
        TriageInput::Event(event) => Some(event.at),
    }
}

/// Tells whether a field has one of the values.
fn holds(input: &TriageInput, field: &str, values: &[String]) -> bool {
    let stated = texts(input, field);
    stated.iter().any(|text| values.iter().any(|value| value == text))
}

/// Returns the values of a field, such as `data.environment`, as texts; for a list, its items.
fn texts<'i>(input: &'i TriageInput, field: &str) -> Vec<Cow<'i, str>> {
    match input {
        TriageInput::Finding(finding) => of_finding(finding, field),
        TriageInput::Event(event) => of_event(event, field),
    }
}

fn of_finding<'i>(finding: &'i ScannerFinding, field: &str) -> Vec<Cow<'i, str>> {
    let text: Option<&str> = match field {
        "type" => Some("finding"),
        "data.tool" => Some(&finding.tool),
        "data.id" => Some(&finding.id),
        "data.level" => Some(&finding.level),
        "data.severity" => finding.severity.map(Vocabulary::as_str),
        "data.path" => {
            let places = finding.places.iter();
            return places.map(|place| place.file.text().into()).collect();
        }
        "data.package" => {
            let package = finding.package.as_ref();
            finding.purl.as_deref().or(package.map(|package| package.name.as_str()))
        }
        _ => None,
    };
    text.map(Cow::from).into_iter().collect()
}

fn of_event<'i>(event: &'i CloudEvent, field: &str) -> Vec<Cow<'i, str>> {
    fn text(value: &Value) -> Vec<Cow<'_, str>> {
        match value {
            Value::Null | Value::Object(_) => Vec::new(),
            Value::String(text) => vec![text.into()],
            Value::Array(items) => items.iter().flat_map(text).collect(),
            other => vec![other.to_string().into()],
        }
    }
    at(&event.fields, field).map(text).unwrap_or_default()
}

/// Returns the value at a path; a key may itself contain dots.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    let mut dots = path.match_indices('.');
    dots.find_map(|(dot, _)| {
        let (key, rest) = path.split_at(dot);
        at(value.get(key)?, rest.strip_prefix('.')?)
    })
}
