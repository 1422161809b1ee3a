//! One question, answered from a snapshot.
//!
//! Start at `Responder`. Follows `docs/spec/cli.md`, check. The question may be the only one, or one of many.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::features::check::receipts::ReceiptLog;
use crate::features::check::receipts::failure::AnswerContext;
use crate::gate::answer::{GateVerdict, Question};
use crate::gate::facts::ending_tests;
use crate::gate::index::Index;
use crate::gate::receipt::{CheckAnswer, DeploymentFacts};
use crate::gate::verdict::deploy::{self, FrozenPattern};
use crate::gate::verdict::{Outside, candidate};
use crate::gate::{self, unnamed, verdict};
use crate::record::time::Instant;
use crate::session::notice::Notice;
use crate::session::snapshot::Snapshot;
use crate::status::stamp::Stamp;
use crate::status::state::RecordState;
use crate::survey::escalate::AdviceContext;
use crate::survey::follow_up::{FollowUp, group};
use crate::survey::neighbour::Neighbours;
use crate::survey::patterns::CausePattern;
use crate::survey::patterns::facts::PatternFacts;
use crate::survey::{next_step, patterns};
use crate::view;

/// A question with its instant, and the id that the asker gave it.
#[derive(Clone, Debug)]
pub struct TimedQuestion {
    /// The question.
    pub question: Question,
    /// The instant of the question.
    pub at: Instant,
    /// A text, an integer or null.
    pub id: Value,
}

impl TimedQuestion {
    /// Returns what is needed to store an answer from a snapshot; `now` is the clock's time.
    pub(super) fn context<'a>(
        &'a self,
        snapshot: &'a Snapshot<'_>,
        now: Instant,
    ) -> AnswerContext<'a> {
        let governance = Some(&*snapshot.governance);
        AnswerContext { question: &self.question, id: &self.id, governance, now }
    }
}

pub(crate) struct Responder<'s, 'h> {
    snapshot: &'s Snapshot<'h>,
    prepared: &'s PreparedAnswers,
    edit: Option<&'s AnswerEdit>,
}

/// Changes an answer before it is stored, given the records it was computed from; never its verdict.
pub type AnswerEdit = dyn Fn(&mut CheckAnswer, &[&RecordState]);

pub(crate) struct PreparedAnswers {
    index: Index,
    shared: SharedFacts,
}

impl PreparedAnswers {
    pub(crate) fn from_snapshot(snapshot: &Snapshot<'_>) -> PreparedAnswers {
        let index = Index::from_records(&snapshot.record_states);
        PreparedAnswers { index, shared: SharedFacts::default() }
    }
}

/// What deployments depend on besides their own records; computed at the first question about one.
#[derive(Default)]
pub(super) struct SharedFacts {
    applications: OnceCell<BTreeSet<String>>,
    neighbours: OnceCell<Neighbours>,
}

#[derive(Clone, Copy)]
pub(super) struct AskedRecords<'s> {
    pub(super) among: &'s [&'s RecordState],
    pub(super) record_states: &'s [RecordState],
    pub(super) shared: &'s SharedFacts,
}

impl SharedFacts {
    fn applications(&self, snapshot: &Snapshot<'_>) -> &BTreeSet<String> {
        let names = || snapshot.applications().into_iter().map(str::to_owned);
        self.applications.get_or_init(|| names().collect())
    }

    fn frozen(
        &self,
        snapshot: &Snapshot<'_>,
        record_states: &[RecordState],
        at: Instant,
        around: AdviceContext<'_>,
    ) -> Vec<(FrozenPattern, Option<FollowUp>)> {
        let neighbours = self.neighbours.get_or_init(|| snapshot.neighbours());
        let neighbours = Neighbours { until: at, ..neighbours.clone() };
        let facts = PatternFacts { governance: &snapshot.governance, record_states };
        let frozen = patterns::frozen_groups(&neighbours, facts);
        let lacking = frozen.iter().filter(|pattern| pattern.lacks_redesign());
        let with_step = |it: &CausePattern<'_>| {
            (FrozenPattern::new(it.describe(), it.names()), group::follow_up(it, around))
        };
        lacking.map(with_step).collect()
    }
}

/// Answers `unknown` because no ledger can be read, and stores the receipt; `now` is the clock's time.
pub(crate) fn refuse(
    reason: &str,
    timed: &TimedQuestion,
    (stamp, now): (&Stamp, Instant),
    receipts: &ReceiptLog,
    edit: Option<&AnswerEdit>,
) -> CheckAnswer {
    let stamp = Stamp { instant: timed.at, ..stamp.clone() };
    let unknown = |reason: String| {
        let mut check = CheckAnswer::unknown(reason, stamp.clone());
        check.next = Some(view::next::of_answer(next_step::answer::after_doubt(None)));
        edit.into_iter().for_each(|edit| edit(&mut check, &[]));
        check
    };
    let context = AnswerContext { question: &timed.question, id: &timed.id, governance: None, now };
    match receipts.answered(&context, &mut |_| Some(unknown(reason.to_owned()))) {
        Ok(Some(answer)) => answer,
        Ok(None) => unknown(reason.to_owned()),
        Err(cause) => unknown(cause),
    }
}

impl<'s, 'h> Responder<'s, 'h> {
    pub(crate) fn of(
        snapshot: &'s Snapshot<'h>,
        prepared: &'s PreparedAnswers,
    ) -> Responder<'s, 'h> {
        Responder { snapshot, prepared, edit: None }
    }

    /// Changes each answer before it is stored.
    pub(crate) fn editing(self, edit: Option<&'s AnswerEdit>) -> Responder<'s, 'h> {
        Responder { edit, ..self }
    }

    /// Answers a question, and stores the receipt before the answer is shown, at the clock's time; an answer that can't
    /// be stored is not given. `None` if the answer is not wanted: then nothing is stored.
    pub(crate) fn answer(
        &self,
        timed: &TimedQuestion,
        (receipts, now): (&ReceiptLog, Instant),
        is_wanted: &dyn Fn(GateVerdict) -> bool,
    ) -> Option<CheckAnswer> {
        let mut kept = Ok(None);
        self.among(timed, &mut |among| {
            kept = receipts.answered(&timed.context(self.snapshot, now), &mut |uses| {
                let mut check = judged(self.snapshot, timed, self.asked(among), uses);
                if let Some(edit) = self.edit {
                    edit(&mut check, among);
                }
                if is_wanted(check.answer.verdict) { Some(check) } else { None }
            });
        });
        match kept {
            Ok(None) => None,
            kept => Some(answered(kept, self.snapshot, timed.at)),
        }
    }

    /// Returns the verdict without the lock of the receipts, under which it may differ; `None` if uses can't be counted.
    pub(crate) fn foreseen(
        &self,
        timed: &TimedQuestion,
        receipts: &ReceiptLog,
    ) -> Option<GateVerdict> {
        let mut verdict = None;
        self.among(timed, &mut |among| {
            verdict = receipts.known(&|uses| {
                judged(self.snapshot, timed, self.asked(among), uses).answer.verdict
            });
        });
        verdict
    }

    fn asked<'a>(&'a self, among: &'a [&'a RecordState]) -> AskedRecords<'a> {
        let record_states = &self.snapshot.record_states;
        AskedRecords { among, record_states, shared: &self.prepared.shared }
    }

    fn among(&self, timed: &TimedQuestion, then: &mut dyn FnMut(&[&RecordState])) {
        let snapshot = self.snapshot;
        let places = self.prepared.index.places(&timed.question);
        let few = places.iter().filter_map(|place| snapshot.record_states.get(*place));
        if timed.at == snapshot.stamp.instant {
            then(&few.collect::<Vec<_>>());
        } else {
            let moved: Vec<RecordState> =
                few.map(|state| snapshot.moved(state, timed.at)).collect();
            then(&moved.iter().collect::<Vec<_>>());
        }
    }
}

/// Returns the stored answer; an answer that could not be stored becomes `unknown`.
pub(super) fn answered(
    kept: Result<Option<CheckAnswer>, String>,
    snapshot: &Snapshot<'_>,
    at: Instant,
) -> CheckAnswer {
    let unknown = |reason: String| CheckAnswer {
        next: Some(view::next::of_answer(next_step::answer::after_doubt(None))),
        ..CheckAnswer::unknown(reason, stamp_at(snapshot, at))
    };
    match kept {
        Ok(Some(answer)) => answer,
        Ok(None) => unknown("no record answers the question".to_owned()),
        Err(cause) => unknown(cause),
    }
}

pub(super) fn judged(
    snapshot: &Snapshot<'_>,
    timed: &TimedQuestion,
    asked: AskedRecords<'_>,
    uses: &gate::answer::ReceiptCounts,
) -> CheckAnswer {
    let AskedRecords { among, record_states, shared } = asked;
    let question = &timed.question;
    let among = among.iter().copied().filter(|state| snapshot.may_concern(state, question));
    let among = &among.collect::<Vec<_>>()[..];
    let mut follow_ups = Vec::new();
    let mut frozen = Vec::new();
    let facts = snapshot.facts_at(timed.at);
    let gap = snapshot.history.gap.as_ref();
    let answer = if question.deploy {
        let around = AdviceContext { instant: timed.at, ..snapshot.around() };
        let found = shared.frozen(snapshot, record_states, timed.at, around);
        (frozen, follow_ups) = found.into_iter().unzip();
        let incomplete = gap.map(|gap| gap.remedy().beside(&gap.to_string()));
        deploy::answer(question, among, &frozen, (&snapshot.governance, incomplete), &facts)
    } else {
        let files = snapshot.scanned_files();
        let outside = Outside { files: &files, facts: &facts };
        verdict::ask_among(question, among, uses, &snapshot.governance, outside)
    };
    log::debug!("asked about {}: {}", timed.at, answer.verdict.as_str());
    let is_named = |state: &&&RecordState| Some(&candidate::name(state)) == answer.record.as_ref();
    let next = if answer.verdict == GateVerdict::Allow {
        None
    } else if let (Some(gap), GateVerdict::Unknown, None) = (gap, answer.verdict, &answer.record) {
        let command = gap.remedy().command().map(str::to_owned);
        Some(next_step::answer::after_doubt(command))
    } else {
        let asker = snapshot.asker();
        let around = AdviceContext { instant: timed.at, ..snapshot.around_for(&asker) };
        let asked = candidate::asked_record(question, &answer, among);
        let name = question.application.as_deref();
        let is_frozen = asked.is_none() && answer.verdict == GateVerdict::Deny;
        let concerned = name.filter(|_| is_frozen).and_then(|name| {
            let mut patterns = frozen.iter().zip(follow_ups);
            patterns.find(|(pattern, _)| pattern.concerns(name))?.1
        });
        next_step::answer::after((question, &answer), asked, concerned, around)
    };
    let application = if question.deploy { question.application.as_deref() } else { None };
    let doubt = application.and_then(|application| {
        unnamed::doubt(application, shared.applications(snapshot), &snapshot.governance.policy)
    });
    let deployment = application.map(|application| DeploymentFacts {
        application_known: doubt.is_none(),
        waiting: deploy::waiting(application, record_states),
    });
    let asked = among.iter().filter_map(|state| match application {
        Some(application) => deploy::tested(application, state),
        None => state.effective.as_deref().filter(|_| is_named(&state)),
    });
    let n_tests = asked.flat_map(ending_tests).count();
    let warning = if answer.verdict == GateVerdict::Allow { doubt } else { None };
    let unheard = snapshot.notices().iter().filter_map(Notice::warning);
    CheckAnswer {
        answer,
        stamp: stamp_at(snapshot, timed.at),
        next: next.map(view::next::of_answer),
        warnings: warning.into_iter().chain(unheard).collect(),
        hints: Vec::new(),
        deployment,
        facts: snapshot.facts.asked(n_tests),
        link: None,
        is_first_unstarted: false,
    }
}

fn stamp_at(snapshot: &Snapshot<'_>, instant: Instant) -> Stamp {
    Stamp { instant, ..snapshot.stamp.clone() }
}
