//! `placeholder`: a word that holds the place of a text.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::{Finding, Level};
use crate::rules::case::{Case, Of};
use crate::rules::example::Example;
use crate::rules::{Group, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "placeholder",
    level: Level::Error,
    group: Group::Content,
    serves: &["M04"],
    summary: "a text that says nothing stands where a reason must",
    why: "A word that holds the place is approved as if it were a reason, and never filled.",
    remedy: "Write what is meant, or remove the field where it is optional.",
    bad: Example::with("risk.blast_radius", "TBD"),
    good: Example::SAMPLE,
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for field in fields(of) {
        if of.source.text(&field).is_some_and(holds_a_place) {
            let message = format!("`{field}` only holds a place");
            let help = "write what is meant".to_owned();
            findings.push(of.finding(RULE.code, &field, message, help));
        }
    }
    findings
}

/// The fields that a placeholder may stand in.
const FIELDS: &[&str] = &[
    "title",
    "justification",
    "deviates_from.rule",
    "subject.task",
    "risk.blast_radius",
    "rollback.plan",
    "rollback.criteria",
    "fix.plan",
    "closure.reason",
    "closure.prevention",
];

/// The lists whose items have such a field.
const ITEMS: &[(&str, &str)] = &[
    ("compensating_controls", "description"),
    ("triggers", "when"),
    ("renewals", "reason"),
    ("transfers", "reason"),
];

fn fields(of: &Of<'_>) -> impl Iterator<Item = String> {
    let items = ITEMS.iter().flat_map(|(list, key)| {
        let n_items = of.source.items(list).len();
        (0..n_items).map(move |index| format!("{list}[{index}].{key}"))
    });
    FIELDS.iter().map(|field| (*field).to_owned()).chain(items)
}

/// Words that hold a place when they are the whole text.
const WORDS: &[&str] = &[
    "tbd",
    "tba",
    "todo",
    "fixme",
    "wip",
    "n/a",
    "na",
    "none",
    "nil",
    "null",
    "unknown",
    "pending",
    "later",
    "test",
    "asdf",
    "placeholder",
];

/// Beginnings that hold a place, whatever follows.
const BEGINNINGS: &[&str] = &["todo(", "tbd:", "lorem ipsum"];

/// Says whether a text only holds a place; letter case and the punctuation at its end are ignored.
pub(super) fn holds_a_place(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return false;
    }
    let is_end = |character: char| !character.is_alphanumeric() && !matches!(character, '(' | ')');
    let bare = text.trim_end_matches(is_end);
    let is_run = bare.len() >= 3 && bare.bytes().all(|byte| byte == b'x');
    bare.is_empty()
        || is_run
        || WORDS.contains(&bare)
        || BEGINNINGS
            .iter()
            .any(|beginning| text.starts_with(beginning))
}
