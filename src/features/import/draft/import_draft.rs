//! The record of a group of entries: what they say, what bulk answers add, and `TODO(import)` for the rest.
//!
//! Pure. Start at [`draft()`]. Follows `docs/spec/interop.md`, 4: of two ends the earlier counts, and an end that is past
//! or beyond the tier is not copied.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::diag;
use crate::features::import::draft::agreed::agreed;
use crate::features::import::draft::row;
use crate::formats::suppressions::exception::{ForeignEnd, ForeignException};
use crate::formats::suppressions::text;
use crate::plan::answers::Answers;
use crate::plan::decision::DecisionRefusal;
use crate::plan::draft::{DerivedAnswers, RecordDraft};
use crate::plan::imported::{is_todo, todo};
use crate::plan::question::Because;
use crate::plan::setting::Setting;
use crate::plan::{draft, imported, question};
use crate::policy::tier::Limit;
use crate::policy::{term, tier};
use crate::record::map::MapSpec;
use crate::record::scalar::Scalar;
use crate::record::spec::ValueShape;
use crate::record::subject::FindingKey;
use crate::record::time::{When, not_after};
use crate::record::vocabulary::Baseline;
use crate::record::{Record, placeholder, spec, tool_ids};

/// The maximum length of a derived title, in characters.
const TITLE: usize = 120;

const MOST_TEXTS: usize = 20;

/// A draft of a group of entries.
#[derive(Clone, Debug)]
pub struct ImportDraft {
    pub record: RecordDraft,
    /// Why the end of the entries was not copied, and which fields they state differently.
    pub notes: Vec<String>,
    /// The fields that a person must fill in.
    pub todo: Vec<String>,
}

/// Drafts the record of a group of entries. `findings` are those that no record names yet.
///
/// # Errors
/// [`DecisionRefusal`] if the end among the bulk answers can't be that of the record.
pub fn draft(
    group: &[&ForeignException],
    findings: &[FindingKey],
    bulk: &Answers,
    setting: &Setting<'_>,
) -> Result<ImportDraft, DecisionRefusal> {
    let agreed = agreed(group, bulk, setting.now.day());
    let mut answers = bulk.clone();
    answers.overlay(&without_secrets(agreed.answers));
    // What is to be decided is as unknown to the tier as what nobody says.
    agreed.open.iter().for_each(|(path, _)| withdraw(&mut answers, path));
    if !findings.is_empty() {
        let keys: Vec<Value> = findings.iter().map(|key| json!(key)).collect();
        answers.set("scope.findings", keys);
        let ids = || findings.iter().filter_map(|key| key.id.as_deref());
        if ids().next().is_some() && ids().all(tool_ids::is_advisory) {
            answers.set_default("deviates_from.baseline", Baseline::Vulnerability.as_str());
        }
        answers.set_default("title", title(findings));
    }
    let rows = row::beside(group, answers.text("title"));
    if !rows.is_empty() {
        answers.set(row::NAMED, rows);
    }
    if !answers.states("title") {
        answers.set("title", todo("give a title, one line"));
    }
    let least = setting.governance.policy.lint.justification_min;
    answers.set("justification", justification(group, bulk, usize::try_from(least).unwrap_or(0)));
    // A first draft derives the owner's name, the start, the tier, and the date of a duration.
    let first = draft::derived(&answers, setting);
    for field in ["owner.name", "owner.team"] {
        answers.set_given(field, first.answers.text(field).map(str::to_owned));
    }
    let ends = end(group, bulk, &first, setting)?;
    answers.set("expires", ends.value);
    let mut open = Answers::default();
    agreed.open.into_iter().for_each(|(path, mark)| open.set(&path, mark));
    answers.overlay(&without_secrets(open));
    imported::open(&mut answers);
    let mut record = draft::draft(&answers, setting);
    let missing = question::missing(&record, setting, false);
    let demanded = missing.iter().filter(|missing| !matches!(missing.because, Because::Silence(_)));
    let mut is_more = false;
    for question in demanded {
        is_more |= fill_in(&mut answers, &question.of.field, question.of.prompt);
    }
    if is_more {
        record = draft::draft(&answers, setting);
    }
    let todo = todo_fields(&record.answers);
    let differs =
        (!agreed.differs.is_empty()).then(|| format!("differs: {}", agreed.differs.join(", ")));
    Ok(ImportDraft { record, notes: ends.note.into_iter().chain(differs).collect(), todo })
}

fn withdraw(answers: &mut Answers, path: &str) {
    match path.rsplit_once('.') {
        Some((map, key)) => answers.remove_at(map, key),
        None => answers.remove(path),
    }
}

fn fill_in(answers: &mut Answers, field: &str, prompt: &str) -> bool {
    let what = todo(&prompt.trim_end_matches('?').to_lowercase());
    let shape = spec::at(Record::FIELDS, field).map(|field| field.shape);
    match shape {
        _ if field == "triggers" => {
            answers.set(field, json!([{"id": "T1", "when": what, "then": "review"}]));
        }
        Some(ValueShape::List(ValueShape::Text)) => answers.set(field, json!([what])),
        Some(ValueShape::Text | ValueShape::Word { .. }) => answers.set(field, what),
        _ => return false,
    }
    true
}

/// Returns the fields of answers that hold the mark, by their paths.
pub fn todo_fields(answers: &Answers) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in answers.fields() {
        collect(key, value, &mut found);
    }
    found
}

fn collect(path: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if is_todo(text) => found.push(path.to_owned()),
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                collect(&format!("{path}[{n}]"), item, found);
            }
        }
        Value::Object(map) => {
            map.iter().for_each(|(key, item)| collect(&format!("{path}.{key}"), item, found));
        }
        _ => {}
    }
}

fn without_secrets(answers: Answers) -> Answers {
    fn replace(value: &mut Value) {
        match value {
            Value::String(stated) if text::is_secret(stated) => {
                *stated = todo("it looks like a secret, so it was not copied");
            }
            Value::Array(items) => items.iter_mut().for_each(replace),
            Value::Object(map) => map.values_mut().for_each(replace),
            _ => {}
        }
    }
    let mut fields = Value::Object(answers.fields().clone());
    replace(&mut fields);
    Answers::of_json(fields).unwrap_or_default()
}

/// Returns a title from findings: `CVE-2026-1 of trivy in src/a.rs`, or `12 findings of trivy: CVE-2026-1, …`.
fn title(findings: &[FindingKey]) -> String {
    let named: BTreeSet<&str> = findings.iter().filter_map(|key| key.tool.as_deref()).collect();
    let tools = named.into_iter().collect::<Vec<_>>().join(", ");
    let mut names: Vec<&str> = Vec::new();
    for key in findings {
        let name = key.id.as_deref().or(key.purl.as_deref()).unwrap_or("every finding");
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let place = match findings {
        [one] => match (&one.purl, one.paths.as_deref()) {
            (Some(purl), _) if one.id.is_some() => format!(" in {purl}"),
            (_, Some([path])) => format!(" in {path}"),
            (_, Some([path, rest @ ..])) => {
                format!(" in {path} and {}", diag::count(rest.len(), "other file"))
            }
            _ => String::new(),
        },
        _ => String::new(),
    };
    let text = match names.as_slice() {
        [one] => format!("{one} of {tools}{place}"),
        [one, two] => format!("{one} and {two} of {tools}"),
        [one, two, rest @ ..] => {
            format!("{one}, {two} and {} more findings of {tools}", rest.len())
        }
        [] => format!("Findings of {tools}"),
    };
    let text = text::one_line(&text);
    if text.chars().count() <= TITLE {
        return text;
    }
    text.chars().take(TITLE - 1).chain(['…']).collect()
}

/// Returns the justification: the texts of the entries, after the bulk answer where they don't say enough.
fn justification(group: &[&ForeignException], bulk: &Answers, least: usize) -> String {
    let mut texts: Vec<(String, Vec<&str>)> = Vec::new();
    let mut is_silent = false;
    for entry in group {
        let Some(said) = entry.text.as_deref().and_then(text::plain) else {
            is_silent = true;
            continue;
        };
        let id = entry.findings.first().and_then(|key| key.id.as_deref());
        let ids = match texts.iter_mut().find(|(known, _)| *known == said) {
            Some((_, ids)) => ids,
            None => {
                texts.push((said, Vec::new()));
                let Some((_, ids)) = texts.last_mut() else { continue };
                ids
            }
        };
        ids.extend(id);
    }
    let joined = match texts.as_slice() {
        [] => String::new(),
        [(only, _)] => only.clone(),
        _ => listed(&texts),
    };
    let is_enough = joined.chars().count() >= least && !placeholder::holds_a_place(&joined);
    match bulk.text("justification").map(str::trim).filter(|text| !text.is_empty()) {
        _ if is_enough && !is_silent => joined,
        Some(bulk) if joined.is_empty() => bulk.to_owned(),
        Some(bulk) => format!("{bulk}\n{joined}"),
        None if is_enough => joined,
        None if joined.is_empty() => todo("say why it can't be done now, and until when"),
        None => {
            let said = text::one_line(&joined);
            todo(&format!("say why it can't be done now, and until when; it says: {said}"))
        }
    }
}

fn listed(texts: &[(String, Vec<&str>)]) -> String {
    let line = |(said, ids): &(String, Vec<&str>)| {
        let said = text::one_line(said);
        match ids.as_slice() {
            [] => said,
            [one] => format!("{one}: {said}"),
            [one, rest @ ..] => format!("{one} and {} more: {said}", rest.len()),
        }
    };
    let mut lines: Vec<String> = texts.iter().take(MOST_TEXTS).map(line).collect();
    if let Some(more) = texts.len().checked_sub(MOST_TEXTS).filter(|more| *more > 0) {
        lines.push(format!("and {}", diag::count(more, "further reason")));
    }
    lines.join("\n")
}

struct DraftEnd {
    value: String,
    note: Option<String>,
}

impl DraftEnd {
    fn open(note: impl Into<String>) -> DraftEnd {
        let note = note.into();
        DraftEnd { value: todo(&format!("say when it ends; {note}")), note: Some(note) }
    }
}

/// Decides about the end: the earliest that entries and bulk answers state, if it can be that of a record.
fn end(
    group: &[&ForeignException],
    bulk: &Answers,
    first: &DerivedAnswers,
    setting: &Setting<'_>,
) -> Result<DraftEnd, DecisionRefusal> {
    let starts = first.answers.text("starts").and_then(|text| When::parse(text).ok());
    let starts = starts.unwrap_or(When::Day(setting.now.day()));
    let judged = EndJudge { starts, first, setting };
    let bulk = if bulk.states("expires") { Some(judged.bulk()?) } else { None };
    let stated = group.iter().filter_map(|entry| match &entry.end {
        ForeignEnd::Until(end) => Some(end),
        ForeignEnd::None | ForeignEnd::Missing | ForeignEnd::Unclear(_) => None,
    });
    let earliest = stated.min_by_key(|end| not_after(end));
    let unclear = group.iter().find_map(|entry| match &entry.end {
        ForeignEnd::Unclear(why) => Some(why.clone()),
        _ => None,
    });
    Ok(match (earliest, bulk, unclear) {
        // What can't be read may be earlier than any other.
        (_, _, Some(why)) => DraftEnd::open(why),
        (Some(own), Some(bulk), None) if not_after(&bulk) <= not_after(own) => {
            DraftEnd { value: bulk.to_string(), note: None }
        }
        (Some(own), _, None) => match judged.beyond(own) {
            _ if judged.is_past(own) => DraftEnd::open(format!("its end {own} is past")),
            None => DraftEnd { value: own.to_string(), note: None },
            Some(why) => DraftEnd::open(format!("its end {own} is {why}")),
        },
        (None, Some(bulk), None) => DraftEnd { value: bulk.to_string(), note: None },
        (None, None, None) => DraftEnd { value: todo("say when it ends"), note: None },
    })
}

struct EndJudge<'j> {
    starts: When,
    first: &'j DerivedAnswers,
    setting: &'j Setting<'j>,
}

impl EndJudge<'_> {
    /// Returns the end among the bulk answers, as a date or instant.
    fn bulk(&self) -> Result<When, DecisionRefusal> {
        let text = self.first.answers.text("expires").unwrap_or_default();
        let end = When::parse(text).map_err(|error| {
            let error = self.first.refused.get("expires").unwrap_or(&error);
            DecisionRefusal::new(format!("--expires: {}", error.message), error.help.as_str())
        })?;
        if self.is_past(&end) {
            let now = self.setting.now;
            return Err(DecisionRefusal::new(
                format!("--expires {end} is in the past"),
                format!("give an end in the future; it is now {now}"),
            ));
        }
        match self.beyond(&end) {
            Some(why) if self.first.resolved.is_some() || self.is_beyond_all(&end) => {
                Err(DecisionRefusal::new(
                    format!("--expires {end} is {why}"),
                    "give an earlier end, or renew the exception when it is due",
                ))
            }
            _ => Ok(end),
        }
    }

    fn is_past(&self, end: &When) -> bool {
        not_after(end) <= self.setting.now
    }

    /// Returns why an end is not within the limit; with an unknown tier, the strictest that may apply counts.
    fn beyond(&self, end: &When) -> Option<String> {
        if let Some(resolved) = &self.first.resolved {
            let broken = term::judge(&self.starts, end, &resolved.max_term);
            let worst = broken.first()?;
            return Some(format!(
                "beyond the limit of {} ({}): {} at the latest",
                worst.limit.term, worst.limit.by, worst.latest
            ));
        }
        let limits = self.possible().into_iter();
        let shortest = limits.min_by_key(|limit| not_after(&self.latest(limit.term)))?;
        (not_after(end) > not_after(&self.latest(shortest.term)))
            .then(|| format!("beyond the {} of {}, which may apply", shortest.term, shortest.by))
    }

    fn is_beyond_all(&self, end: &When) -> bool {
        let limits = self.possible();
        limits.iter().all(|limit| not_after(end) > not_after(&self.latest(limit.term)))
    }

    fn possible(&self) -> Vec<Limit> {
        let policy = &self.setting.governance.policy;
        tier::possible_terms(policy, &self.first.facts)
    }

    fn latest(&self, term: crate::record::time::Term) -> When {
        When::Day(term.after_day(self.starts.day()))
    }
}
