//! The records that landed: what is needed to detect repetitions, and their life dates.
//!
//! Start at [`Snapshot::neighbours`]. Follows `docs/spec/policy.md`, repetition: the window ends
//! at the instant in question.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::history::version::Trail;
use crate::record::Record;
use crate::record::time::{Instant, Term};
use crate::session::snapshot::walk::Scope;
use crate::session::snapshot::{Snapshot, nearby};
use crate::status::state::RecordState;
use crate::survey::life::Life;
use crate::survey::neighbour::{Neighbour, Neighbours};
use crate::survey::occurrence::Filing;
use crate::survey::redesign::landed::landed_redesigns;
use crate::survey::refiling::Peer;
use crate::survey::{life, renewed};

/// Records that are not evaluated, but compared with others.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// Each with the index of its landing.
    peers: Vec<(Peer, usize)>,
    /// Those that may still count toward a pattern, or against a redesign.
    recent: Vec<Neighbour>,
}

/// Which records may count toward a pattern, or against a redesign.
pub(crate) struct PatternWindow {
    /// Since when the effect of a redesign is watched.
    pub(crate) redesigned: Option<Instant>,
    /// When each landing took effect.
    pub(crate) landings: Vec<Instant>,
    pub(crate) window: Term,
    pub(crate) until: Instant,
}

impl Passed {
    /// Takes a record that is left out. A removed one is ignored: it was filed by mistake, or `verify` reports it.
    pub(crate) fn take(&mut self, trail: &Trail, window: &PatternWindow) {
        let record = trail.last().and_then(|version| version.record.record());
        let first = nearby::first(trail).filter(|_| trail.became.is_none());
        let landing = first.map(|version| version.landing);
        let peer = record.and_then(|it| Peer::from_record(it.id.as_str(), Record::clone(it), None));
        self.peers.extend(peer.zip(landing));
        let recent = first.zip(record).and_then(|(first, record)| {
            let landed = *window.landings.get(first.landing)?;
            let is_recent = window.window.after(landed) >= window.until
                || window.redesigned.is_some_and(|since| landed >= since);
            is_recent.then(|| Neighbour {
                id: record.id.to_string(),
                landed,
                filing: Filing::from_version(first),
                record: Rc::clone(record),
            })
        });
        self.recent.extend(recent);
    }
}

impl Snapshot<'_> {
    /// Counts earlier filings as renewals of a refiled record, if all records were read.
    pub(crate) fn count_refilings(&mut self, scope: Scope<'_>) {
        if !matches!(scope, Scope::Everything | Scope::Open | Scope::Worklist) {
            return;
        }
        let mut record_states = std::mem::take(&mut self.record_states);
        let landings = &self.history.mainline.landings;
        let effective = |landing: usize| landings.get(landing).map(|it| it.effective);
        let passed = self.passed.peers.iter().map(|(peer, landing)| {
            let mut copy = peer.clone();
            copy.begin = copy.begin.or(effective(*landing));
            copy
        });
        let peers: Vec<Peer> = self.evaluated().peers().into_iter().chain(passed).collect();
        let landed = |record_state: &RecordState| match self.trail(record_state) {
            Some(trail) => nearby::began(trail, &self.history),
            None => record_state.pending.first().and_then(|pending| pending.since),
        };
        let instant = self.stamp.instant;
        renewed::count(&mut record_states, &peers, &landed, &self.governance, instant);
        self.record_states = record_states;
    }

    /// Returns the records that exist on the approved ref, each with the time it landed. Closed ones that are not
    /// evaluated are included if they landed within the window of patterns.
    pub fn neighbours(&self) -> Neighbours {
        let mut neighbours = self.evaluated();
        neighbours.all.extend(self.passed.recent.iter().cloned());
        neighbours
    }

    /// Returns the records that are evaluated, each with the time it landed.
    fn evaluated(&self) -> Neighbours {
        let neighbour = |trail: &Trail| {
            let record = trail.last()?.record.record()?;
            nearby::neighbour(record.id.to_string(), trail, Rc::clone(record), &self.history)
        };
        let trails = self.history.trails.values();
        let record_state = trails.filter(|trail| trail.became.is_none());
        Neighbours {
            all: record_state.filter_map(neighbour).collect(),
            redesigns: landed_redesigns(&self.history, &self.approvals.counted, &self.governance),
            further_ids: BTreeSet::new(),
            until: self.stamp.instant,
        }
    }

    /// Returns the life dates of the landed records, by key.
    pub fn lives(&self) -> Vec<Life<'_>> {
        self.record_states.iter().filter_map(|record_state| self.life(record_state)).collect()
    }

    /// Returns the life dates of a record; `None` if no readable version of it has landed.
    pub(crate) fn life<'s>(&'s self, record_state: &'s RecordState) -> Option<Life<'s>> {
        let trail = self.trail(record_state)?;
        let verdicts = self.approvals.trails.get(&trail.key)?;
        life::read_life(&self.history, trail, verdicts, record_state)
    }
}
