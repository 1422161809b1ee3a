//! A record compared with a question.
//!
//! Pure. Start at [`Candidate`]. Follows `docs/spec/cli.md`, check.

use crate::gate::answer::{
    Considered, Gap, GateAnswer, GateVerdict, GrantLimits, Question, SubjectMatch,
};
use crate::gate::cover::SharedParts;
use crate::record::Record;
use crate::status::state::RecordState;

pub(crate) struct Candidate<'a> {
    pub(crate) record_state: &'a RecordState,
    pub(crate) id: String,
    pub(crate) why_not: Option<String>,
    pub(crate) fits: Fits,
    pub(crate) gap: Gap,
    /// How much of the question it shares, if it does not match all that is stated.
    pub(crate) shared: Option<SharedParts>,
    /// Why its uses can't be counted, if that alone keeps it from allowing; in the program's words.
    pub(crate) uncounted: Option<String>,
    pub(crate) content: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fits {
    /// It covers the question and is in force.
    Allows,
    /// It is undetermined whether it allows.
    Undetermined,
    /// It covers the question and waits for approval.
    Waits,
    /// It covers the question and is not in force.
    NotInForce,
    /// It covers the question and is in force, but a test of its triggers is met.
    Ended,
    /// It is in force and would cover the question, but for its accepted text, which is gone.
    LostText,
    /// It is about the same subject but does not cover the question.
    Partly,
    /// It can't be read, so it is listed if no record allows.
    Unreadable,
}

pub(crate) fn name(record_state: &RecordState) -> String {
    content(record_state).map_or_else(|| record_state.key.clone(), |record| record.id.to_string())
}

/// Returns the record that the next step after an answer is about: the one that it names, else one that can't be read.
pub(crate) fn asked_record<'a>(
    question: &Question,
    answer: &GateAnswer,
    among: &[&'a RecordState],
) -> Option<&'a RecordState> {
    let is_asked = |record_state: &&&RecordState| match &answer.record {
        Some(id) => name(record_state) == *id,
        None => record_state.is_unread() && !question.deploy,
    };
    among.iter().find(is_asked).copied()
}

pub(crate) fn content(record_state: &RecordState) -> Option<&Record> {
    record_state.effective.as_deref().or(record_state.stated.as_deref())
}

/// Returns how a record relates to a question, ignoring its dates.
fn subject_match(fits: Fits) -> SubjectMatch {
    match fits {
        Fits::Allows | Fits::Waits | Fits::NotInForce | Fits::Ended => SubjectMatch::Covers,
        Fits::Undetermined | Fits::LostText | Fits::Partly | Fits::Unreadable => {
            SubjectMatch::IsNear
        }
    }
}

pub(crate) fn answer(
    verdict: GateVerdict,
    reason: String,
    named: Option<&Candidate>,
    candidates: &[Candidate],
) -> GateAnswer {
    let record_state = named.map(|candidate| candidate.record_state);
    let scope = record_state
        .filter(|_| verdict == GateVerdict::Allow)
        .and_then(content)
        .and_then(|record| record.scope.as_ref());
    let considered = candidates
        .iter()
        .filter(|candidate| verdict != GateVerdict::Allow || candidate.fits != Fits::Unreadable)
        .map(|candidate| Considered {
            id: candidate.id.clone(),
            status: candidate.record_state.status.as_str(),
            named: subject_match(candidate.fits),
            why_not: match (verdict, named) {
                (GateVerdict::Allow, Some(named)) if named.id == candidate.id => None,
                _ => Some(candidate.why_not.clone().unwrap_or_else(|| {
                    let end = |state: &RecordState| state.not_after;
                    let is_shorter = end(candidate.record_state) != record_state.and_then(end);
                    let than = if is_shorter {
                        "; another record lasts longer"
                    } else {
                        ", and lasts as long"
                    };
                    format!("it also allows it{than}")
                })),
            },
        })
        .collect();
    GateAnswer {
        verdict,
        reason,
        record: named.map(|candidate| candidate.id.clone()),
        named: named.map_or(SubjectMatch::Nobody, |candidate| subject_match(candidate.fits)),
        digest: record_state.and_then(|record_state| record_state.digest.clone()),
        approved_digest: record_state
            .and_then(|record_state| record_state.approved.as_ref())
            .and_then(|approved| approved.digest.clone()),
        not_after: record_state.and_then(|record_state| record_state.not_after),
        uncounted: named.and_then(|candidate| candidate.uncounted.clone()),
        gap: named.map_or(Gap::None, |candidate| candidate.gap.clone()),
        has_lost_text: named.is_some_and(|candidate| candidate.fits == Fits::LostText),
        is_ended: named.is_some_and(|candidate| candidate.fits == Fits::Ended),
        decided_at: record_state
            .filter(|_| verdict == GateVerdict::Deny)
            .and_then(|record_state| record_state.decided_at),
        scope: GrantLimits {
            resources: scope.and_then(|scope| scope.resources.clone()),
            actions: scope.and_then(|scope| scope.actions.clone()),
            not_waived: scope.and_then(|scope| scope.not_waived.clone()),
            content: named
                .filter(|_| verdict == GateVerdict::Allow)
                .and_then(|candidate| candidate.content.clone()),
        },
        considered,
    }
}
