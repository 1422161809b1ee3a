//! Computes the verdict on one question from the state of all records at one instant.
//!
//! Pure. Start at [`ask`]. Follows `docs/spec/cli.md`, check: one record that allows is enough, and anything undetermined
//! is not allowed.

pub(crate) mod candidate;
pub mod deploy;

use crate::diag::sorting::StableSort as _;
use crate::gate::accepted_text::{NoFiles, ScannedFiles};
use crate::gate::answer::{Gap, GateAnswer, GateVerdict, Mismatch, Question, ReceiptCounts};
use crate::gate::cover::{self, RecordCoverage, Terms};
use crate::gate::facts::{self, CoverEnd, Facts, NoFacts};
use crate::gate::finding;
use crate::gate::verdict::candidate::{Candidate, Fits, answer, content, name};
use crate::policy::governance::{Governance, NO_POLICY, State};
use crate::record::{Record, dates};
use crate::status::reason;
use crate::status::state::{DutyKind, InForce, RecordState, Status};

/// What is read besides the ledger.
#[derive(Clone, Copy)]
pub struct Outside<'a> {
    /// The files in which findings are.
    pub files: &'a dyn ScannedFiles,
    pub facts: &'a dyn Facts,
}

impl Outside<'_> {
    pub const NOTHING: Outside<'static> = Outside { files: &NoFiles, facts: &NoFacts };
}

/// Answers a question without the files of a repository. `receipts` gives the uses of single-use records; `governance` is that of the tree in question
/// and determines how controls are written.
pub fn ask(
    question: &Question,
    record_states: &[RecordState],
    receipts: &ReceiptCounts,
    governance: &Governance,
) -> GateAnswer {
    let record_states: Vec<&RecordState> = record_states.iter().collect();
    ask_among(question, &record_states, receipts, governance, Outside::NOTHING)
}

/// Answers a question like [`ask`], from only the records that may be about it. Whether an application may be deployed is
/// answered by [`deploy::answer`] instead.
pub fn ask_among(
    question: &Question,
    record_states: &[&RecordState],
    receipts: &ReceiptCounts,
    governance: &Governance,
    outside: Outside<'_>,
) -> GateAnswer {
    if governance.state == State::Absent {
        return answer(GateVerdict::Unknown, NO_POLICY.to_owned(), None, &[]);
    }
    if question.deploy {
        let reason = "a deployment also depends on the frozen patterns, which are not given";
        return answer(GateVerdict::Unknown, reason.to_owned(), None, &[]);
    }
    let mut candidates: Vec<Candidate> = record_states
        .iter()
        .filter_map(|record_state| {
            candidate(question, record_state, receipts, (governance, outside))
        })
        .collect();
    candidates.order_by(|one, other| one.id.cmp(&other.id));
    let best = |fits: Fits| {
        candidates.iter().filter(|candidate| candidate.fits == fits).max_by_key(|candidate| {
            // What lacks only a limit shares all of the question.
            let is_whole = candidate.shared.is_none();
            let state = candidate.record_state;
            let is_over = matches!(state.status, Status::Closed | Status::Rejected);
            let may_allow = !is_over && state.ended.is_none();
            (is_whole, candidate.shared, may_allow, candidate.record_state.not_after)
        })
    };
    if let Some(allowing) = best(Fits::Allows) {
        let reason = format!("{} covers it {}", allowing.id, lasts(allowing.record_state));
        return answer(GateVerdict::Allow, reason, Some(allowing), &candidates);
    }
    let named = |candidate: &Candidate| {
        let why = candidate.why_not.as_deref().unwrap_or("it can't be determined");
        // A sentence whose subject is the record.
        let gap = if why.starts_with("accepts ") { " " } else { ": " };
        format!("{}{gap}{why}", candidate.id)
    };
    for (fits, verdict) in [
        (Fits::Undetermined, GateVerdict::Unknown),
        (Fits::Waits, GateVerdict::Pending),
        (Fits::NotInForce, GateVerdict::Deny),
        (Fits::Ended, GateVerdict::Deny),
        (Fits::LostText, GateVerdict::Deny),
        (Fits::Partly, GateVerdict::Deny),
    ] {
        if let Some(found) = best(fits) {
            return answer(verdict, named(found), Some(found), &candidates);
        }
    }
    let reason = "no exception covers it".to_owned();
    answer(GateVerdict::Deny, reason, None, &candidates)
}

/// Compares a question with one record; `None` if the record is about something else.
/// The uses of a single-use record are not known, so it is undetermined.
pub(crate) fn compare<'a>(
    question: &Question,
    record_state: &'a RecordState,
    governance: &Governance,
) -> Option<Candidate<'a>> {
    candidate(question, record_state, &ReceiptCounts::NotGiven, (governance, Outside::NOTHING))
}

pub(crate) fn lasts(record_state: &RecordState) -> String {
    let Some(last) = record_state.not_after.or(record_state.end) else {
        return "until its end".to_owned();
    };
    let Some(end) = record_state.end.filter(|end| *end < last) else {
        return dates::lasts(last);
    };
    let due = record_state.duties.iter().find(|duty| duty.at == end);
    let done = due.and_then(|duty| match duty.kind {
        DutyKind::Review => Some("it is reviewed".to_owned()),
        DutyKind::EmergencyReview => Some("it is approved".to_owned()),
        DutyKind::ControlVerification => {
            let control = duty.subject.as_deref().unwrap_or("the control");
            Some(format!("{control} is verified again"))
        }
        DutyKind::Start | DutyKind::Expiry | DutyKind::Fix | DutyKind::PostClosureReview => None,
    });
    done.map_or_else(
        || dates::lasts(end),
        |done| format!("{}, if {done} {}", dates::lasts(last), dates::by(end)),
    )
}

/// Why a gate without a file of receipts counts no uses; an agent can't give it one.
pub const NO_RECEIPTS: &str = "no receipts are given: start the gate with --receipts FILE";

fn candidate_of(record_state: &RecordState, fits: Fits, why_not: Option<String>) -> Candidate<'_> {
    let id = name(record_state);
    Candidate {
        record_state,
        id,
        why_not,
        fits,
        gap: Gap::None,
        shared: None,
        uncounted: None,
        content: None,
    }
}

fn candidate<'a>(
    question: &Question,
    record_state: &'a RecordState,
    receipts: &ReceiptCounts,
    (governance, outside): (&Governance, Outside<'_>),
) -> Option<Candidate<'a>> {
    let found = |fits, why_not| Some(candidate_of(record_state, fits, why_not));
    let reasons = || Some(reason::causes(&record_state.reasons));
    match record_state.status {
        Status::Removed => return None,
        Status::Invalid | Status::Conflicted => return found(Fits::Unreadable, reasons()),
        _ => {}
    }
    let (Some(record), Some(terms)) = (content(record_state), Terms::from_record(record_state))
    else {
        return match record_state.in_force {
            InForce::Undetermined => found(Fits::Undetermined, reasons()),
            _ => None,
        };
    };
    match cover::coverage(question, terms, governance, outside.files) {
        RecordCoverage::No(_, shared) if shared.is_nothing() => return None,
        RecordCoverage::No(why, shared) => {
            let gap = gap(&why);
            let partly = candidate_of(record_state, Fits::Partly, Some(why.text));
            return Some(Candidate { shared: Some(shared), gap, ..partly });
        }
        RecordCoverage::TextGone(why) => {
            let is_in_force = record_state.in_force == InForce::Yes;
            let fits = if is_in_force { Fits::LostText } else { Fits::Partly };
            let partly = candidate_of(record_state, fits, Some(why));
            return Some(Candidate { gap: Gap::Differs, ..partly });
        }
        RecordCoverage::Unstated(why) => {
            let gap = gap(&why);
            let why = Some(over(record_state, why.text));
            return Some(Candidate { gap, ..candidate_of(record_state, Fits::Partly, why) });
        }
        RecordCoverage::Yes => {}
    }
    let fits = match (record_state.in_force, record_state.status) {
        (InForce::Yes, _) => {
            match facts::cover_end(question, record, outside.facts) {
                Some(CoverEnd::Met(why)) => return found(Fits::Ended, Some(why)),
                Some(CoverEnd::Unknown(why)) => return found(Fits::Undetermined, Some(why)),
                None => {}
            }
            let content = finding::accepted_content(question, record, outside.files);
            let used = used(question, record_state, record, receipts)?;
            return Some(Candidate { content, ..used });
        }
        (InForce::Undetermined, _) => Fits::Undetermined,
        // A record that is over can no longer be approved.
        (_, Status::Proposed | Status::Unapproved) if record_state.ended.is_none() => Fits::Waits,
        _ => Fits::NotInForce,
    };
    found(fits, reasons())
}

fn gap(why: &Mismatch) -> Gap {
    if why.unstated.is_empty() { Gap::Differs } else { Gap::Unstated(why.unstated.clone()) }
}

fn over(record_state: &RecordState, why: String) -> String {
    match record_state.in_force {
        InForce::No => format!("{}; {why}", reason::causes(&record_state.reasons)),
        _ => why,
    }
}

fn used<'a>(
    question: &Question,
    record_state: &'a RecordState,
    record: &Record,
    receipts: &ReceiptCounts,
) -> Option<Candidate<'a>> {
    let candidate = |fits, why_not| candidate_of(record_state, fits, why_not);
    let Some(uses) = &record.uses else {
        return Some(candidate(Fits::Allows, None));
    };
    let counts = match receipts {
        ReceiptCounts::Counted(counts) => Ok(counts),
        ReceiptCounts::NotGiven => {
            let why = question.scanner_details.asker.how_to_count_uses();
            Err((why.to_owned(), NO_RECEIPTS.to_owned()))
        }
        ReceiptCounts::Doubted(cause) => {
            Err((format!("its uses are counted: {cause}"), cause.clone()))
        }
    };
    let counts = match counts {
        Ok(counts) => counts,
        Err((why, uncounted)) => {
            let found = candidate(Fits::Undetermined, Some(why));
            return Some(Candidate { uncounted: Some(uncounted), ..found });
        }
    };
    let n_used = counts.get(record.id.as_str()).copied().unwrap_or(0);
    if n_used < u64::from(uses.limit) {
        return Some(candidate(Fits::Allows, None));
    }
    let why = format!("used up: {n_used} of {} uses", uses.limit);
    Some(Candidate { gap: Gap::UsedUp, ..candidate(Fits::NotInForce, Some(why)) })
}
