//! What is normal: whether an input is material, by the baselines of the policy.
//!
//! Pure. Start at [`match_baselines`]. Follows `docs/spec/policy.md`, baselines, and `docs/spec/interop.md`, 6.

use serde_json::Value;

use crate::features::triage::fields;
use crate::features::triage::last_events::{BaselineDeviation, LastEvents};
use crate::policy::closing::{Baseline, Hours};
use crate::policy::expectation::{BaselineWord, WordMatch, Words};
use crate::record::folded::Spelling;
use crate::record::time::Instant;
use crate::survey::event::TriageInput;

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
    /// Whether a baseline could not be evaluated, which makes the input material.
    pub is_doubtful: bool,
}

/// Judges an input: it is material if one of its baselines says so, and routine if baselines apply but none does.
/// Without any baseline, a finding is judged by its level, and an event is routine.
///
/// The input becomes the last event of the baselines with `since_last`, so inputs are judged in their order, each once.
pub fn match_baselines(
    input: &TriageInput,
    baselines: &[Baseline],
    last_events: &mut LastEvents,
) -> BaselineMatch {
    let mut about = Vec::new();
    let mut material: Option<BaselineDeviation> = None;
    let mut routine = None;
    let mut is_doubtful = false;
    for (place, baseline) in baselines.iter().enumerate() {
        let found = match selected(baseline, input) {
            Selected::No => continue,
            Selected::Unclear(why) => Some(BaselineDeviation { why, is_doubtful: false }),
            Selected::Yes if is_no_failure(input) => None,
            Selected::Yes => {
                // Always asked: the input becomes the last event, whatever else is wrong with it.
                let since = last_events.compare(place, baseline, input);
                let outside = outside(input, baseline);
                outside.map(|why| BaselineDeviation { why, is_doubtful: false }).or(since)
            }
        };
        about.push(place);
        match found {
            Some(found) => {
                is_doubtful |= found.is_doubtful;
                let why = format!("{} (baseline {})", found.why, baseline.id);
                material.get_or_insert(BaselineDeviation { why, ..found });
            }
            None => {
                routine.get_or_insert_with(|| format!("normal by baseline {}", baseline.id));
            }
        }
    }
    let matter = match (material, routine) {
        (Some(found), _) => Matter::Material(Some(found.why)),
        (None, Some(why)) => Matter::Routine(why),
        (None, None) => unknown(input),
    };
    BaselineMatch { matter, baselines: about, is_doubtful }
}

enum Selected {
    Yes,
    No,
    /// A value can't be compared as `when` says: the reason. The input is then material.
    Unclear(String),
}

/// Tells whether a baseline applies to an input. A baseline without selectors applies to events only: otherwise it
/// would make every finding routine.
fn selected(baseline: &Baseline, input: &TriageInput) -> Selected {
    if baseline.when.0.is_empty() && matches!(input, TriageInput::Finding(_)) {
        return Selected::No;
    }
    let mut unclear = None;
    for (field, words) in &baseline.when.0 {
        match any(input, field, words, baseline.spelling()) {
            WordMatch::Yes => {}
            WordMatch::No if is_unknown(input, field) => {
                unclear.get_or_insert_with(|| format!("{field} is not known"));
            }
            WordMatch::No => return Selected::No,
            WordMatch::NotNumber => {
                unclear.get_or_insert_with(|| not_a_number(input, field));
            }
        }
    }
    unclear.map_or(Selected::Yes, Selected::Unclear)
}

fn unknown(input: &TriageInput) -> Matter {
    match input {
        TriageInput::Finding(finding) if is_undecided(&finding.kind) => Matter::Material(None),
        TriageInput::Finding(finding) if finding.kind != "fail" => {
            Matter::Routine(format!("its kind is {}", finding.kind))
        }
        TriageInput::Finding(finding) if matches!(finding.level.as_str(), "note" | "none") => {
            Matter::Routine(format!("its level is {}", finding.level))
        }
        TriageInput::Finding(_) => Matter::Material(None),
        TriageInput::Event(event) => {
            let kind = event.fields.get("type").and_then(Value::as_str);
            let kind = fields::shorten(kind.unwrap_or_default());
            Matter::Routine(format!("no baseline covers {kind}"))
        }
    }
}

// Tells whether the tool leaves a result to a person, or says nothing that SARIF knows. SARIF gives such a result no level.
fn is_undecided(kind: &str) -> bool {
    !matches!(kind, "fail" | "pass" | "informational" | "notApplicable")
}

// Tells whether a tool states a severity or level that can't be read: it may be any.
fn is_unknown(input: &TriageInput, field: &str) -> bool {
    let TriageInput::Finding(finding) = input else { return false };
    match field {
        "data.severity" => finding.severity.is_none(),
        "data.level" => !matches!(&*finding.level, "error" | "warning" | "note" | "none"),
        _ => false,
    }
}

fn is_no_failure(input: &TriageInput) -> bool {
    matches!(input, TriageInput::Finding(finding) if finding.kind != "fail" && !is_undecided(&finding.kind))
}

/// Returns why an input deviates from `material_if` or `expect`; `None` if it does not.
fn outside(input: &TriageInput, baseline: &Baseline) -> Option<String> {
    for (field, words) in &baseline.material_if.0 {
        match any(input, field, words, Spelling::Folded) {
            WordMatch::Yes => {
                let value = fields::shown(&fields::values(input, field));
                return Some(format!("{field} is {value}"));
            }
            WordMatch::NotNumber => return Some(not_a_number(input, field)),
            WordMatch::No if is_unknown(input, field) => {
                return Some(format!("{field} is not known"));
            }
            WordMatch::No => {}
        }
    }
    if baseline.expect.is_empty() {
        return None;
    }
    let identities = fields::values(input, "data.identity");
    if identities.is_empty() {
        let why = "data.identity is not stated, and `expect` names whose activity is normal";
        return baseline.are_others_material().then(|| why.to_owned());
    }
    identities.iter().find_map(|identity| {
        let name = identity.as_deref().unwrap_or("a map");
        match identity.as_deref().and_then(|identity| baseline.expect.of(identity)) {
            Some(expected) => unexpected(input, expected, name),
            None => baseline
                .are_others_material()
                .then(|| format!("{} is not among the expected identities", fields::shorten(name))),
        }
    })
}

/// Returns why a field does not have an expected value; a missing field counts as unexpected.
fn unexpected(input: &TriageInput, expected: &Words, identity: &str) -> Option<String> {
    let who = fields::shorten(identity);
    expected.0.iter().find_map(|(field, words)| {
        if field == "hours" {
            let hours = words.iter().filter_map(|word| Hours::new(word.as_str()));
            let is_covered = |at: Instant| hours.into_iter().any(|hours: Hours| hours.covers(at));
            return (!fields::instant(input).is_some_and(is_covered)).then(|| {
                let normal = BaselineWord::join(words);
                format!("its time is outside the normal hours of {who}, {normal}")
            });
        }
        let stated = fields::values(input, field);
        let compare =
            |value: &Option<_>| BaselineWord::compare_any(words, value.as_deref(), Spelling::Exact);
        let mut each = stated.iter().map(compare);
        match each.clone().min() {
            None => Some(format!("{field} is not stated, which is not normal for {who}")),
            Some(WordMatch::Yes) => None,
            Some(_) if each.any(|result| result == WordMatch::NotNumber) => {
                Some(not_a_number(input, field))
            }
            Some(_) => {
                let value = fields::shown(&stated);
                let words = fields::shorten(&BaselineWord::join(words)).into_owned();
                Some(format!("{field} is {value}: normal for {who} is {words}"))
            }
        }
    })
}

/// Compares the values of a field with words: one value that fits is enough; then, one that is not a number.
fn any(input: &TriageInput, field: &str, words: &[BaselineWord], spelling: Spelling) -> WordMatch {
    let stated = fields::values(input, field);
    let each =
        stated.iter().map(|value| BaselineWord::compare_any(words, value.as_deref(), spelling));
    each.max().unwrap_or(WordMatch::No)
}

fn not_a_number(input: &TriageInput, field: &str) -> String {
    let value = fields::shown(&fields::values(input, field));
    format!("{field} is {value}, which is not a number")
}
