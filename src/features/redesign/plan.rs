//! A redesign: its new file, the note that it was done, and someone else's assessment of its effect.
//!
//! Pure. Start at [`fields`], [`done`] and [`assess`]. Follows `docs/spec/cli.md`, redesign.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::diag::remedy::Remedy;
use crate::plan::decision::{DecisionRefusal, Planned};
use crate::plan::edit::FileEdit;
use crate::plan::entry::EntryPairs;
use crate::plan::evidence::{self, EvidenceInput};
use crate::policy::governance::Governance;
use crate::policy::redesign::{Redesign, RedesignOutcome};
use crate::policy::settings::PatternKey;
use crate::record::address::Address;
use crate::record::id::Id;
use crate::record::near;
use crate::record::placeholder::holds_a_place;
use crate::record::scalar::Scalar;
use crate::record::time::{Day, Term};
use crate::record::vocabulary::{Baseline, FixTarget, RootCause, Vocabulary};
use crate::survey::redesign::assessor::{AssessorDoubt, Assessors};

const FINDING: &str = "finding";

/// The answers for a new redesign.
#[derive(Clone, Debug)]
pub struct RedesignAnswers {
    /// The words of the pattern with their values, as given.
    pub pattern: Vec<(String, String)>,
    pub title: String,
    pub target: FixTarget,
    pub plan: String,
    pub due: Day,
    pub ticket: Option<String>,
    pub owner_name: String,
    pub owner_email: Address,
    /// How many occurrences may land after it is done.
    pub at_most: Option<u32>,
    /// How long after it is done they are counted.
    pub within: Option<Term>,
}

/// A redesign that a decision is about, with its context.
#[derive(Clone, Copy)]
pub struct RedesignInput<'t> {
    pub redesign: &'t Redesign,
    pub governance: &'t Governance,
    pub by: &'t Address,
    /// The day of the decision.
    pub day: Day,
}

/// Occurrences that landed although a redesign was done, if they are more than were expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecurredPattern {
    /// The ids of their records.
    pub ids: Vec<String>,
}

/// Returns the keys that a pattern may have, in the order of the policy.
pub fn pattern_keys(governance: &Governance) -> Vec<&'static str> {
    let keys = governance.policy.patterns.key.iter().map(|key| key.as_str());
    keys.chain([FINDING]).collect()
}

/// Returns the fields of a new redesign.
///
/// # Errors
/// [`DecisionRefusal`] if the pattern or a date can't be as given.
pub fn fields(
    governance: &Governance,
    today: Day,
    id: &Id,
    answers: &RedesignAnswers,
) -> Result<Map<String, Value>, DecisionRefusal> {
    let pattern = pattern(governance, &answers.pattern)?;
    for (flag, text) in [("--title", &answers.title), ("--plan", &answers.plan)] {
        if holds_a_place(text) {
            return Err(DecisionRefusal::new(
                format!("{flag} is placeholder text"),
                "say what will be different, and what will be done for it",
            ));
        }
    }
    in_time(governance, today, answers)?;
    let mut fields = Map::new();
    let mut set = |key: &str, value: Value| drop(fields.insert(key.to_owned(), value));
    set("id", json!(id.as_str()));
    set("title", json!(answers.title));
    set("owner", json!({"name": answers.owner_name, "email": answers.owner_email.as_str()}));
    set("pattern", Value::Object(pattern));
    set("target", json!(answers.target.as_str()));
    set("plan", json!(answers.plan));
    set("due", json!(answers.due.to_string()));
    if let Some(ticket) = &answers.ticket {
        set("ticket", json!(ticket));
    }
    let mut effect = Map::new();
    if let Some(at_most) = answers.at_most {
        effect.insert("at_most".to_owned(), json!(at_most.to_string()));
    }
    if let Some(within) = answers.within {
        effect.insert("within".to_owned(), json!(within.to_string()));
    }
    if !effect.is_empty() {
        set("effect", Value::Object(effect));
    }
    Ok(fields)
}

/// Returns the pattern; its keys are words of the policy's `patterns.key`, or `finding`.
fn pattern(
    governance: &Governance,
    given: &[(String, String)],
) -> Result<Map<String, Value>, DecisionRefusal> {
    let keys = pattern_keys(governance);
    let listed = keys.join(", ");
    if given.is_empty() {
        return Err(DecisionRefusal::new(
            "the pattern is missing",
            format!("give the words that its records share, with --pattern KEY=VALUE: {listed}"),
        ));
    }
    let mut pattern = Map::new();
    for (key, value) in given {
        if !keys.contains(&key.as_str()) {
            let similar = near::question(key, keys.iter().copied());
            let addition = match PatternKey::from_word(key) {
                Some(_) => {
                    "; or add it to `patterns.key` in exledger.yaml, which somebody else approves"
                }
                None => "",
            };
            return Err(DecisionRefusal::new(
                format!("--pattern {key}: records are not grouped by {key}"),
                format!("{similar}use {listed}{addition}"),
            ));
        }
        if key == "root_cause" && value == RootCause::Unclassified.as_str() {
            return Err(DecisionRefusal::new(
                "--pattern root_cause=unclassified names no cause",
                "find the cause first, and state it in the records",
            ));
        }
        let word = match key.as_str() {
            "root_cause" => RootCause::parse_of(value, key).map(drop),
            "baseline" => Baseline::parse_of(value, key).map(drop),
            _ => Ok(()),
        };
        word.map_err(|error| {
            DecisionRefusal::new(format!("--pattern {key}: {}", error.message), error.help)
        })?;
        if pattern.insert(key.clone(), json!(value)).is_some() {
            return Err(DecisionRefusal::new(
                format!("--pattern {key} is given twice"),
                "give each word once; a second redesign covers another pattern",
            ));
        }
    }
    Ok(pattern)
}

fn in_time(
    governance: &Governance,
    today: Day,
    answers: &RedesignAnswers,
) -> Result<(), DecisionRefusal> {
    let patterns = &governance.policy.patterns;
    let (due, most) = (answers.due, patterns.redesign_max);
    let latest = most.after_day(today);
    let range = format!("give a date from {today} to {latest}");
    if due < today {
        return Err(DecisionRefusal::new(format!("--due {due} is in the past"), range));
    }
    let limit = "`patterns.redesign_max` in exledger.yaml";
    if due > latest {
        return Err(DecisionRefusal::new(
            format!("--due {due} is more than {most} away, the most that {limit} permits"),
            format!("{range}, for the first part of the work if need be"),
        ));
    }
    if let Some(within) = answers.within.filter(|within| within.seconds() > most.seconds()) {
        return Err(DecisionRefusal::new(
            format!("--within {within} is longer than {most}, the most that {limit} permits"),
            format!("give at most {most}"),
        ));
    }
    let threshold = patterns.threshold;
    if let Some(at_most) = answers.at_most.filter(|at_most| *at_most >= threshold) {
        return Err(DecisionRefusal::new(
            format!("--at-most {at_most}: so many occurrences are a pattern again"),
            format!("give less than {threshold}, the threshold of `patterns` in exledger.yaml"),
        ));
    }
    Ok(())
}

/// Returns the edits that record that a redesign was done.
///
/// # Errors
/// [`DecisionRefusal`] if it was done or given up already, or evidence can't be stored.
pub fn done(
    taken: &RedesignInput<'_>,
    shown: &[EvidenceInput],
) -> Result<Planned, DecisionRefusal> {
    let redesign = taken.redesign;
    let id = &redesign.id;
    if let Some(assessed) = &redesign.assessed {
        return Err(assessed_already(redesign, assessed.outcome));
    }
    if let Some(done) = &redesign.done {
        return Err(DecisionRefusal::new(
            format!("{id} was done on {} by {}", done.date, done.by),
            format!("someone else assesses it: {}", assess_command(id)),
        ));
    }
    let evidence = evidence::entries_of(id, BTreeSet::new(), shown, evidence::Ids::Given)?;
    let entry = EntryPairs::new()
        .text("date", taken.day)
        .text("by", taken.by)
        .list("evidence", &evidence.entries);
    let mut remarks = vec![format!(
        "records of its pattern count against it until {}",
        redesign.within().after_day(taken.day)
    )];
    if shown.is_empty() {
        remarks.push("no evidence is given: --evidence E1=KIND:PATH|URL|COMMIT".to_owned());
    }
    Ok(Planned {
        edits: vec![insert("done", &entry)],
        files: evidence.files,
        remarks,
        ..Planned::default()
    })
}

/// Returns the edits that record the assessment of a redesign; `recurrence` are the occurrences that make it recurred.
///
/// # Errors
/// [`DecisionRefusal`] if it was assessed already or isn't done, by its owner or who did it, and as effective if its
/// exceptions came back.
pub fn assess(
    taken: &RedesignInput<'_>,
    outcome: RedesignOutcome,
    reason: &str,
    recurrence: Option<&RecurredPattern>,
) -> Result<Planned, DecisionRefusal> {
    let redesign = taken.redesign;
    let id = &redesign.id;
    if let Some(assessed) = &redesign.assessed {
        return Err(assessed_already(redesign, assessed.outcome));
    }
    if redesign.done.is_none() && outcome != RedesignOutcome::Abandoned {
        return Err(DecisionRefusal::new(
            format!("{id} isn't done, so its effect can't be assessed"),
            format!(
                "run `exledger redesign done {id}` once it is; `--outcome abandoned` gives it up"
            ),
        ));
    }
    if holds_a_place(reason) {
        return Err(DecisionRefusal::new(
            "--reason is placeholder text",
            "say what shows it: what landed since, or what was measured",
        ));
    }
    by_somebody_else(taken)?;
    if let Some(done) = redesign.done.as_ref().filter(|done| taken.day < done.date) {
        return Err(DecisionRefusal::new(
            format!("{id} was done on {}, later than {}", done.date, taken.day),
            "assess it on a later day; --on sets it",
        ));
    }
    if let Some(recurrence) = recurrence.filter(|_| outcome == RedesignOutcome::Effective) {
        return Err(DecisionRefusal::new(
            format!(
                "{id} was not effective: its pattern came back after it was done, in {}",
                recurrence.ids.join(", ")
            ),
            "assess it as recurred or abandoned, and file another one with `exledger redesign new`",
        ));
    }
    let entry = EntryPairs::new()
        .text("date", taken.day)
        .text("by", taken.by)
        .text("outcome", outcome.as_str())
        .text("reason", reason);
    let end = redesign.done.as_ref().map(|done| redesign.within().after_day(done.date));
    let early = end.filter(|end| outcome == RedesignOutcome::Effective && taken.day < *end);
    let remarks =
        early.map(|end| format!("records of its pattern still count against it until {end}"));
    Ok(Planned {
        edits: vec![insert("assessed", &entry)],
        files: Vec::new(),
        remarks: remarks.into_iter().collect(),
        ..Planned::default()
    })
}

fn insert(path: &str, entry: &EntryPairs) -> FileEdit {
    FileEdit::Insert { path: path.to_owned(), lines: entry.line(), line: entry.line() }
}

fn by_somebody_else(taken: &RedesignInput<'_>) -> Result<(), DecisionRefusal> {
    let (redesign, by) = (taken.redesign, taken.by);
    let Some(doubt) = Assessors::of(redesign).doubt(by, taken.governance) else {
        return Ok(());
    };
    let id = &redesign.id;
    let what = match doubt {
        AssessorDoubt::Owner => format!("{by} owns {id}, so somebody else assesses it"),
        AssessorDoubt::Doer => format!("{by} did {id}, so somebody else assesses it"),
        AssessorDoubt::NoPerson => format!("{by} is not a person, who could assess {id}"),
        AssessorDoubt::Unknown(_) => {
            format!("it is not known whether {by} owns or did {id}, so somebody else assesses it")
        }
    };
    let owner = &redesign.owner.email;
    let doer = redesign.done.as_ref().map(|done| &done.by).filter(|doer| *doer != owner);
    let others = doer.map_or_else(|| owner.to_string(), |doer| format!("{owner} and {doer}"));
    Err(DecisionRefusal::new(what, format!("ask someone other than {others} to run this command")))
}

fn assessed_already(redesign: &Redesign, outcome: RedesignOutcome) -> DecisionRefusal {
    let id = &redesign.id;
    let assessed = redesign.assessed.as_ref();
    let when = assessed
        .map_or_else(String::new, |assessed| format!(" on {} by {}", assessed.date, assessed.by));
    DecisionRefusal::new(
        format!("{id} was assessed as {}{when}", outcome.as_str()),
        Remedy::run(["exledger redesign new"]).after("file another for anything new"),
    )
}

fn assess_command(id: &Id) -> String {
    format!("exledger redesign assess {id} --outcome … --reason …")
}
