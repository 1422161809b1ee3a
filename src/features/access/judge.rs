//! The state of one grant: the gate is asked about each of its resources and actions, then the baselines.
//!
//! Pure. Start at [`AccessJudge::decide`]. Follows `docs/spec/cli.md`, access: a grant is covered only if all of it is, and
//! until it ends.

use std::cmp::Reverse;

use serde_json::json;

use crate::features::access::combined;
use crate::features::access::combined::{AccessDecision, ItemDecision};
use crate::features::access::grant::{AccessGrant, AccessState};
use crate::features::triage::baseline;
use crate::features::triage::baseline::BaselineMatch;
use crate::features::triage::last_events::{EventMemory, LastEvents};
use crate::gate;
use crate::gate::answer::Question;
use crate::gate::index::Index;
use crate::gate::verdict;
use crate::gate::verdict::candidate::{Candidate, Fits};
use crate::policy::closing::Baseline;
use crate::policy::expectation::BaselineWord;
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::record::{dates, time};
use crate::status::force_end::{EndCause, ForceEnd};
use crate::status::reason;
use crate::status::state::{InForce, RecordState, Status};
use crate::survey::event::{CloudEvent, TriageInput};

/// The type of the event as which baselines see a grant.
pub const ACCESS_EVENT: &str = "access";

/// Everything needed to judge grants.
pub struct AccessJudge<'a> {
    index: Index,
    records: &'a [RecordState],
    /// The ends of the records that were in force and are not any more, in the order of the records.
    ends: &'a [Option<ForceEnd>],
    governance: &'a Governance,
    baselines: Vec<Baseline>,
    numbers: Vec<usize>,
    instant: Instant,
}

impl<'a> AccessJudge<'a> {
    /// Prepares the judgement of grants at an instant; `ends` has one entry for each record.
    pub fn new(
        records: &'a [RecordState],
        ends: &'a [Option<ForceEnd>],
        governance: &'a Governance,
        instant: Instant,
    ) -> AccessJudge<'a> {
        let mut index = Index::from_records(records);
        for (place, end) in ends.iter().enumerate() {
            if let Some(end) = end {
                index.add(place, &end.granted);
            }
        }
        let is_access = |baseline: &Baseline| {
            let types = baseline.when.0.get("type");
            let is_type =
                |word: &BaselineWord| baseline.spelling().is_same(word.as_str(), ACCESS_EVENT);
            types.is_some_and(|types| types.iter().any(is_type))
        };
        let chosen = governance.policy.baselines.iter().enumerate().filter(|(_, it)| is_access(it));
        let (numbers, baselines) =
            chosen.map(|(number, baseline)| (number, baseline.clone())).unzip();
        AccessJudge { index, records, ends, governance, baselines, numbers, instant }
    }

    /// Returns the state of a grant, and why.
    pub fn decide(&self, grant: &AccessGrant) -> AccessDecision {
        let question = grant.question();
        if !question.names_a_subject() {
            let why = "it states neither identity, asset, application, credential nor reference";
            return AccessDecision::uncovered(why.to_owned());
        }
        let places: Vec<usize> = self.index.places(&question).into_iter().collect();
        let items = grant.questions().map(|question| {
            let item = self.item(&question, &places, grant);
            (question, item)
        });
        let mut decision = combined::combine(items, self.instant);
        if self.baselines.is_empty() {
            return decision;
        }
        let baselines = self.baseline(grant);
        // Without a baseline that applies, an event would be routine.
        if baselines.baselines.is_empty() {
            return decision;
        }
        combined::apply_baseline(&mut decision, &baselines.matter);
        let number = |place: &usize| self.numbers.get(*place).copied();
        decision.baselines = baselines.baselines.iter().filter_map(number).collect();
        decision
    }

    /// Returns the record of a decision.
    pub fn record_state(&self, decision: &AccessDecision) -> Option<&'a RecordState> {
        self.records.get(decision.place?)
    }

    /// Returns what a record last granted, if it was in force and is not any more.
    pub fn ended(&self, decision: &AccessDecision) -> Option<&'a ForceEnd> {
        self.ends.get(decision.place?)?.as_ref()
    }

    fn item(&self, question: &Question, places: &[usize], grant: &AccessGrant) -> ItemDecision {
        let found = places.iter().flat_map(|place| self.compare(question, *place, grant));
        let best = found.min_by_key(|item| (item.rank(), Reverse(item.end)));
        match best {
            Some(near) if near.state == AccessState::Uncovered && !near.is_doubtful => {
                ItemDecision::uncovered(format!("no exception covers it; {}", near.message))
            }
            Some(item) => item,
            None => ItemDecision::uncovered("no exception covers it".to_owned()),
        }
    }

    /// Compares a question with what a record grants, would grant, and last granted.
    fn compare(&self, question: &Question, place: usize, grant: &AccessGrant) -> Vec<ItemDecision> {
        let record_state = self.records.get(place);
        let end = self.ends.get(place).and_then(Option::as_ref);
        let granted = |end: &&ForceEnd| gate::covers(question, &end.granted, self.governance);
        let ended = end.filter(granted).map(|end| over(place, end, record_state));
        let candidate = record_state
            .and_then(|state| verdict::compare(question, state, self.governance))
            .and_then(|candidate| judged(place, &candidate, grant));
        candidate.into_iter().chain(ended).collect()
    }

    fn baseline(&self, grant: &AccessGrant) -> BaselineMatch {
        let at = grant.observed.as_ref().map_or(self.instant, time::When::start);
        let event = CloudEvent {
            at,
            source: grant.source.clone().unwrap_or_default(),
            id: grant.id.clone().unwrap_or_default(),
            fields: json!({
                "type": ACCESS_EVENT,
                "source": grant.source,
                "id": grant.id,
                "data": {
                    "identity": grant.identity,
                    "credential": grant.credential,
                    "asset": grant.asset,
                    "application": grant.application,
                    "environment": grant.environment,
                    "reference": grant.reference,
                    "resource": grant.resources,
                    "action": grant.actions,
                },
            }),
        };
        // No earlier access is known: a baseline with `since_last` finds it material.
        let mut last_events = LastEvents::new(EventMemory::Run, self.instant);
        baseline::match_baselines(&TriageInput::Event(event), &self.baselines, &mut last_events)
    }
}

fn judged(place: usize, candidate: &Candidate<'_>, grant: &AccessGrant) -> Option<ItemDecision> {
    let record_state = candidate.record_state;
    let why_not = candidate.why_not.as_deref().unwrap_or("it can't be determined");
    let later = ends_later(grant, record_state.not_after);
    let why = match &later {
        Some(later) => format!("{}: {why_not}; {later}", candidate.id),
        None => format!("{}: {why_not}", candidate.id),
    };
    let is_scheduled = record_state.status == Status::Scheduled;
    let (state, message) = match candidate.fits {
        Fits::Allows => match later {
            None => {
                let lasts = verdict::lasts(record_state);
                (AccessState::Covered, format!("{} covers it {lasts}", candidate.id))
            }
            Some(later) => (AccessState::Wider, format!("{}: {later}", candidate.id)),
        },
        Fits::Waits => (AccessState::Pending, why),
        Fits::NotInForce if is_scheduled => (AccessState::Pending, why),
        Fits::Partly if record_state.in_force == InForce::Yes => (AccessState::Wider, why),
        Fits::Undetermined | Fits::LostText | Fits::Partly | Fits::NotInForce | Fits::Ended => {
            (AccessState::Uncovered, format!("{}: {why_not}", candidate.id))
        }
        Fits::Unreadable => return None,
    };
    let is_near = state == AccessState::Uncovered;
    Some(ItemDecision {
        state,
        place: if is_near { None } else { Some(place) },
        end: if !is_near { record_state.not_after } else { None },
        record: if is_near { None } else { Some(candidate.id.clone()) },
        message,
        is_beyond: candidate.fits != Fits::Allows,
        is_doubtful: candidate.fits == Fits::Undetermined,
    })
}

fn over(place: usize, end: &ForceEnd, record_state: Option<&RecordState>) -> ItemDecision {
    let id = end.granted.id.to_string();
    let at = end.at;
    let message = match end.because {
        EndCause::Expired => format!("{id} ended {}", dates::ended(at)),
        EndCause::Revoked => format!("{id} was revoked {}", dates::begins(at)),
        EndCause::Closed => format!("{id} was closed {}", dates::begins(at)),
        EndCause::Removed => format!("the file of {id} was removed {}", dates::begins(at)),
        EndCause::Suspended => {
            let why = record_state.map(|state| reason::joined(&state.reasons)).unwrap_or_default();
            format!("{id} has granted nothing since {}: {why}", dates::shown(at))
        }
    };
    ItemDecision {
        state: AccessState::Ended,
        place: Some(place),
        end: Some(at),
        record: Some(id),
        message: format!("{message}, and the access is still there"),
        is_beyond: false,
        is_doubtful: false,
    }
}

/// Says that a grant outlasts a record, naming both ends; `None` if it doesn't. A grant that states no end lasts for ever.
fn ends_later(grant: &AccessGrant, not_after: Option<Instant>) -> Option<String> {
    let end = not_after?;
    let lasts = dates::lasts(end);
    let Some(expires) = &grant.expires else {
        return Some(format!(
            "it lasts {lasts}, but the grant states no end: limit the grant, and state expires"
        ));
    };
    let granted = time::not_after(expires);
    (granted > end).then(|| {
        format!("it lasts {lasts}, but the grant {}: end it by then", dates::lasts(granted))
    })
}
