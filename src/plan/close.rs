//! The closure of an exception after checks, someone else's later review of it, and the rejection of a request, which its
//! file has as a closure.
//!
//! Pure. Start at [`close`], [`missing`], [`verified`], [`reviewed`] and [`reject`]. Follows `docs/spec/cli.md`, decisions,
//! and `docs/spec/rules.md`, `closure-incomplete`.

use crate::diag::remedy::Remedy;
use crate::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use crate::plan::edit::FileEdit;
use crate::plan::entry::EntryPairs;
use crate::plan::evidence::{self, EvidenceEntry, EvidenceInput};
use crate::policy::closing::{AFTER, TIMES};
use crate::policy::governance::Governance;
use crate::policy::tier::fact::Facts;
use crate::policy::tier::{self, Resolved};
use crate::record::Record;
use crate::record::checklist::{self, AnswerFlaw};
use crate::record::decision::Closure;
use crate::record::id::Id;
use crate::record::time::Day;
use crate::record::vocabulary::{ClosureOutcome, PostReviewOutcome, Vocabulary};
use std::collections::{BTreeMap, BTreeSet};

/// The checklist item that `--prevention` also answers.
const PREVENTION: &str = "prevention";

/// The answers given when closing.
#[derive(Clone, Debug)]
pub struct Closing {
    pub outcome: ClosureOutcome,
    /// The reason for closing.
    pub reason: String,
    /// The checklist items with their answers.
    pub checks: Vec<(String, String)>,
    /// The evidence that it ended.
    pub evidence: Vec<EvidenceInput>,
    /// The days on which access was verified, by [`TIMES`].
    pub access: BTreeMap<String, Day>,
    /// How it is prevented from happening again.
    pub prevention: Option<String>,
    /// The day by which somebody else must review the closure.
    pub review_by: Option<Day>,
}

/// A missing part of a closure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// A checklist item without an answer, and why the one that is given is not one.
    Check(String, Option<AnswerFlaw>),
    /// A day on which access was verified.
    Access(&'static str),
    Evidence,
}

impl Lack {
    /// Returns the flag that provides it.
    pub fn flag(&self) -> String {
        match self {
            Lack::Check(_, Some(AnswerFlaw::NoEvidence(id))) => {
                format!("--evidence {id}=KIND:PATH|URL|COMMIT")
            }
            Lack::Check(item, _) => format!("--check {item}=ANSWER"),
            Lack::Access(time) => format!("--access-verified {time}=DATE"),
            Lack::Evidence => "--evidence E1=KIND:PATH|URL|COMMIT".to_owned(),
        }
    }

    /// Returns the field of the record, and why its value does not do.
    pub fn field(&self) -> String {
        match self {
            Lack::Check(item, None) => format!("checks.{item}"),
            Lack::Check(item, Some(flaw)) => format!("checks.{item} ({flaw})"),
            Lack::Access(time) => format!("access_verified.{time}"),
            Lack::Evidence => "evidence".to_owned(),
        }
    }
}

/// Returns the missing parts of a record's closure, in the order of the policy.
pub fn missing(governance: &Governance, record: &Record, closing: &Closing) -> Vec<Lack> {
    let rules = &governance.policy.closure;
    let baseline = record.deviates_from.baseline.map(Vocabulary::as_str);
    let identity = record.subject.identity_type.map(Vocabulary::as_str);
    let items = rules.items([baseline, identity]).into_iter();
    let is_open = |item: &&str| {
        let is_prevented = *item == PREVENTION && closing.prevention.is_some();
        closing.checks.iter().all(|(known, _)| known != item) && !is_prevented
    };
    let unanswered = items.filter(is_open).map(|item| Lack::Check(item.to_owned(), None));
    let mut lacks: Vec<Lack> = unanswered.collect();
    lacks.extend(closing.checks.iter().filter_map(|(item, answer)| {
        Some(Lack::Check(item.clone(), Some(flaw(record, closing, answer)?)))
    }));
    let tier = resolved(governance, record);
    if tier.is_some_and(|tier| tier.is_in(&rules.access_verified)) {
        let open = TIMES.iter().filter(|time| !closing.access.contains_key(**time));
        lacks.extend(open.map(|time| Lack::Access(time)));
    }
    if closing.evidence.is_empty() {
        lacks.push(Lack::Evidence);
    }
    lacks
}

fn resolved(governance: &Governance, record: &Record) -> Option<Resolved> {
    tier::resolve(&governance.policy, &Facts::of(record))
}

/// Returns the edits that close a record.
///
/// # Errors
/// [`DecisionRefusal`] if it is closed already, or parts are missing; every part is then named.
pub fn close(taken: &DecisionInput<'_>, closing: &Closing) -> Result<Planned, DecisionRefusal> {
    taken.open()?;
    let record = taken.record;
    let lacks = missing(taken.governance, record, closing);
    if !lacks.is_empty() {
        let fields: Vec<String> = lacks.iter().map(Lack::field).collect();
        let flags: Vec<String> = lacks.iter().map(Lack::flag).collect();
        return Err(DecisionRefusal::new(
            format!("{} can't be closed: its closure lacks {}", record.id, fields.join(", ")),
            format!("give what is missing:\n{}", flags.join("\n")),
        ));
    }
    let evidence = evidence::entries(record, &closing.evidence, evidence::Ids::Given)?;
    let entry = closure_entry(taken, closing, &evidence);
    let insert =
        FileEdit::Insert { path: "closure".to_owned(), lines: entry.lines(), line: entry.line() };
    // An empty map is not a closure; the new one replaces it.
    let root = taken.source.root.as_ref();
    let is_hollow = root.is_some_and(|root| root.get("closure").is_some());
    let removal = is_hollow.then(|| FileEdit::Remove { path: "closure".to_owned() });
    Ok(Planned {
        edits: removal.into_iter().chain([insert]).collect(),
        files: evidence.files,
        remarks: Vec::new(),
        ..Planned::default()
    })
}

/// Returns the edits that reject a request.
///
/// # Errors
/// [`DecisionRefusal`] if the record is closed already.
pub fn reject(taken: &DecisionInput<'_>, reason: &str) -> Result<Planned, DecisionRefusal> {
    taken.open()?;
    let entry = EntryPairs::new()
        .text("outcome", ClosureOutcome::Rejected.as_str())
        .text("date", taken.day)
        .text("by", taken.by)
        .text("reason", reason);
    let edit =
        FileEdit::Insert { path: "closure".to_owned(), lines: entry.lines(), line: entry.line() };
    Ok(Planned::from(vec![edit]))
}

fn closure_entry(
    taken: &DecisionInput<'_>,
    closing: &Closing,
    evidence: &EvidenceEntry,
) -> EntryPairs {
    let record = taken.record;
    let mut answers = closing.checks.clone();
    let needed = taken.governance.policy.closure.items([
        record.deviates_from.baseline.map(Vocabulary::as_str),
        record.subject.identity_type.map(Vocabulary::as_str),
    ]);
    if let Some(prevention) = &closing.prevention
        && needed.contains(&PREVENTION)
        && closing.checks.iter().all(|(item, _)| item != PREVENTION)
    {
        answers.push((PREVENTION.to_owned(), prevention.trim().to_owned()));
    }
    let checks =
        answers.iter().fold(EntryPairs::new(), |entry, (item, answer)| entry.text(item, answer));
    let access = TIMES
        .iter()
        .fold(EntryPairs::new(), |entry, time| entry.text_or_none(time, closing.access.get(*time)));
    let by_tier = resolved(taken.governance, record)
        .map(|tier| tier.post_closure_review)
        .filter(|term| !term.is_zero())
        .map(|term| term.after_day(taken.day));
    EntryPairs::new()
        .text("outcome", closing.outcome.as_str())
        .text("date", taken.day)
        .text("by", taken.by)
        .text("reason", &closing.reason)
        .map("checks", checks)
        .map("access_verified", access)
        .list("evidence", &evidence.entries)
        .text_or_none("prevention", closing.prevention.as_ref())
        .text_or_none("review_by", closing.review_by.or(by_tier))
}

/// Returns why a text does not answer an item of the checklist; `None` if it does.
pub fn flaw(record: &Record, closing: &Closing, answer: &str) -> Option<AnswerFlaw> {
    let evidence = evidence::entries(record, &closing.evidence, evidence::Ids::Given);
    let mut ids = evidence.map_or_else(|_| BTreeSet::new(), |evidence| evidence.ids);
    ids.extend(evidence::known(record));
    checklist::flaw(answer, &|id| ids.contains(id))
}

/// Returns the edits that add to a closure when access was verified.
///
/// # Errors
/// [`DecisionRefusal`] if the record is open or was rejected, or its closure states such a date already. A later one
/// replaces the date after the exception: access may be looked at again.
pub fn verified(
    taken: &DecisionInput<'_>,
    access: &BTreeMap<String, Day>,
) -> Result<Planned, DecisionRefusal> {
    let (id, closure) = closed(taken)?;
    let known = closure.access_verified.as_ref();
    let mut edits = Vec::new();
    let mut added = EntryPairs::new();
    for time in TIMES {
        let Some(day) = access.get(*time) else {
            continue;
        };
        let path = format!("closure.access_verified.{time}");
        match known.and_then(|known| known.day(time)) {
            Some(stated) if *time != AFTER || *day <= stated => {
                return Err(DecisionRefusal::new(
                    format!("the closure of {id} says that access was verified {time} on {stated}"),
                    format!("give a later day with --access-verified {AFTER}=DATE, or leave it"),
                ));
            }
            _ if known.is_some() => edits.push(FileEdit::Set { path, value: day.to_string() }),
            _ => added = added.text(time, day),
        }
    }
    if known.is_none() {
        let path = "closure.access_verified".to_owned();
        edits.push(FileEdit::Insert { path, lines: added.line(), line: added.line() });
    }
    Ok(Planned { edits, ..Planned::default() })
}

/// An open or rejected record is refused.
fn closed<'r>(taken: &'r DecisionInput<'_>) -> Result<(&'r Id, &'r Closure), DecisionRefusal> {
    let id = &taken.record.id;
    let Some(closure) = &taken.record.closure else {
        return Err(DecisionRefusal::new(
            format!("{id} is not closed"),
            Remedy::run([format!("exledger close {id}")]).after("close it first"),
        ));
    };
    if closure.outcome == ClosureOutcome::Rejected {
        return Err(DecisionRefusal::new(
            format!("{id} was rejected: it never took effect, and needs no review"),
            "leave it as it is",
        ));
    }
    Ok((id, closure))
}

/// Returns the edits that record someone else's review of a closure.
///
/// # Errors
/// [`DecisionRefusal`] if the record is open, was rejected, or its closure was reviewed already.
pub fn reviewed(
    taken: &DecisionInput<'_>,
    outcome: PostReviewOutcome,
) -> Result<Planned, DecisionRefusal> {
    let (id, closure) = closed(taken)?;
    if let Some(review) = &closure.reviewed {
        return Err(DecisionRefusal::new(
            format!("the closure of {id} was reviewed on {} by {}", review.date, review.by),
            format!("file a new record for anything new: `exledger new --like {id}`"),
        ));
    }
    if closure.by == *taken.by {
        return Err(DecisionRefusal::new(
            format!("{} closed {id}", taken.by),
            "ask someone else to review the closure",
        ));
    }
    let entry = EntryPairs::new()
        .text("date", taken.day)
        .text("by", taken.by)
        .text("outcome", outcome.as_str());
    let edit = FileEdit::Insert {
        path: "closure.reviewed".to_owned(),
        lines: entry.line(),
        line: entry.line(),
    };
    let remarks = match outcome {
        PostReviewOutcome::Effective => Vec::new(),
        PostReviewOutcome::Recurred | PostReviewOutcome::NotEffective => vec![format!(
            "if the problem is back, file a new exception: `exledger new --like {id} --supersedes {id}`"
        )],
    };
    Ok(Planned { edits: vec![edit], remarks, ..Planned::default() })
}
