//! The text of errors that hold more than a name: findings, unmatched names, refs.
//!
//! Start at [`finding_text`].

use crate::diag::code::Code;
use crate::diag::remedy::Act;
use crate::diag::{self, Finding, Level};
use crate::history::refs::{Cause, NoRef};
use crate::ledger::NotFound;

/// Lists findings; what several of them say is one line, with their places.
pub(super) fn listed(findings: &[Finding]) -> String {
    let mut problems: Vec<(&Finding, Vec<String>)> = Vec::new();
    for finding in findings {
        match problems.iter_mut().find(|(known, _)| problem(known) == problem(finding)) {
            Some((_, places)) => places.push(finding.place()),
            None => problems.push((finding, vec![finding.place()])),
        }
    }
    let each = problems.iter().map(|(known, places)| {
        let help = match &known.remedy.act {
            // The edit is one of a text that was not written.
            Act::Edit(_) if !known.remedy.note.is_empty() => known.remedy.note.clone(),
            _ => known.remedy.words(),
        };
        text_at(known, &diag::first_of(places, "place"), &help)
    });
    each.map(|text| format!("\n  {text}")).collect()
}

fn problem(finding: &Finding) -> (Level, Code, &str, String) {
    (finding.level, finding.rule, &finding.message, finding.remedy.words())
}

pub(crate) fn finding_text(finding: &Finding) -> String {
    text_at(finding, &finding.place(), &finding.remedy.words())
}

fn text_at(finding: &Finding, places: &str, help: &str) -> String {
    let Finding { level, rule, message, .. } = finding;
    format!("{level}[{rule}] {places}: {message}\n    {help}")
}

pub(super) fn unnamed(nobody: &str, text: &str, error: &NotFound) -> String {
    match error {
        NotFound::Unknown(_) => format!("{nobody} {text}"),
        NotFound::Ambiguous(ids) => format!("{text} names {} records", ids.len()),
    }
}

pub(super) fn no_ref(error: &NoRef) -> String {
    match error.cause {
        Cause::Empty => "the repository has no commits yet".to_owned(),
        _ => format!("which ref is approved: {error}"),
    }
}

pub(super) fn policy_removed(path: &str, reference: &Option<String>) -> String {
    match reference {
        Some(reference) => format!(
            "{path} is on {reference}, but not in this work tree, and no ledger above answers for its folder"
        ),
        None => format!(
            "{path} was removed, and nobody approved that: no ledger above answers for its folder"
        ),
    }
}

pub(super) fn first_error(findings: &[Finding]) -> String {
    let mut errors = findings.iter().filter(|finding| finding.level == Level::Error);
    let first = errors.next().map(|finding| format!("{}: {}", finding.place(), finding.message));
    let more = match errors.count() {
        0 => String::new(),
        n => format!(", and {}", diag::count(n, "further error")),
    };
    format!("{}{more}", first.unwrap_or_default())
}
