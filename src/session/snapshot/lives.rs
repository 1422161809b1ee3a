//! The records that landed: what is needed to detect repetitions, and their life dates.
//!
//! Start at [`Snapshot::neighbours`]. Follows `docs/spec/policy.md`, repetition: the window ends
//! at the instant in question.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::approval;
use crate::history::taken::OffLine;
use crate::history::version::{Trail, TrailKey};
use crate::history::walked::{ApprovalFileChange, History};
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::time::{Instant, Term};
use crate::record::vocabulary::ClosureOutcome;
use crate::session::snapshot::walk::Scope;
use crate::session::snapshot::{Snapshot, SnapshotData, nearby};
use crate::status::state::{RecordFacts, RecordState};
use crate::survey::life::Life;
use crate::survey::neighbour::{Neighbour, Neighbours};
use crate::survey::occurrence::Filing;
use crate::survey::redesign::landed::landed_redesigns;
use crate::survey::refiling::{Peer, PeerIndex};
use crate::survey::{life, renewed, repeated_emergencies};

/// Records that are not evaluated, but compared with others.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    peers: Vec<(Peer, usize)>,
    /// Those that may still count toward a pattern, or against a redesign.
    recent: Vec<Neighbour>,
    /// Those that are judged when something may refile them, each with what it stated.
    unjudged: BTreeMap<TrailKey, Vec<Peer>>,
    approvals: Vec<ApprovalFileChange>,
}

pub(crate) struct PatternWindow {
    pub(crate) redesigned: Option<Instant>,
    pub(crate) landings: Vec<Instant>,
    pub(crate) window: Term,
    pub(crate) until: Instant,
}

impl PatternWindow {
    /// Tells whether a record may count; one whose landing is not known may.
    pub(crate) fn holds_trail(&self, trail: &Trail) -> bool {
        let first = nearby::first(trail).and_then(|first| self.landings.get(first.landing));
        first.is_none_or(|landed| self.holds(*landed))
    }

    fn holds(&self, landed: Instant) -> bool {
        self.window.after(landed) >= self.until
            || self.redesigned.is_some_and(|since| landed >= since)
    }
}

impl Passed {
    /// Takes a record that is left out and whose text at the tip is that by which it is compared.
    pub(crate) fn take(&mut self, trail: &Trail, window: &PatternWindow) {
        let record = trail.last().and_then(|version| version.record.record());
        let first = if trail.became.is_none() { trail.versions.first() } else { None };
        let landing = first.map(|version| version.landing);
        let peer = record.and_then(|record| Peer::from_record(record.id.as_str(), record, None));
        self.peers.extend(peer.zip(landing));
        let recent = first.zip(record).and_then(|(first, record)| {
            let landed = *window.landings.get(first.landing)?;
            window.holds(landed).then(|| Neighbour {
                id: record.id.to_string(),
                landed,
                filing: Filing::from_version(first),
                record: Rc::clone(record),
                end: None,
            })
        });
        self.recent.extend(recent);
    }

    /// Puts off judging the records that only matter if something refiles them, and returns the others: those that may count
    /// toward a pattern, and the emergencies on which a grace may depend. Each is given with whether its text may not be that
    /// by which it is compared.
    pub(crate) fn put_off(
        &mut self,
        history: &mut History,
        unsure: BTreeMap<TrailKey, bool>,
        (governance, window): (&Governance, &PatternWindow),
    ) -> BTreeSet<TrailKey> {
        let is_unsure = |trail: &Trail| unsure.get(&trail.key) != Some(&false);
        let linked = repeated_emergencies::linked(history, governance, &is_unsure);
        let (mut judged, mut left_out) = (BTreeSet::new(), BTreeSet::new());
        for (key, is_unsure) in unsure {
            let Some(trail) = history.trails.get(&key) else { continue };
            if linked.contains(&key) || is_unsure && window.holds_trail(trail) {
                judged.insert(key);
                continue;
            }
            if is_unsure {
                let records = trail.telling().filter_map(|version| version.record.record());
                let peers = records.map(|record| Peer::unclosed("", record, None));
                self.unjudged.insert(key.clone(), peers.collect());
            } else {
                self.take(trail, window);
            }
            left_out.insert(key);
        }
        self.approvals = leave_out(history, &left_out);
        for key in left_out {
            history.former.get_mut(&key).into_iter().for_each(Trail::forget);
            history.off_line.get_mut(&key).into_iter().for_each(OffLine::forget);
        }
        judged
    }

    fn take_judged(&mut self, facts: RecordFacts<'_>, window: Option<&PatternWindow>) {
        let Some(neighbour) = nearby::neighbour(facts) else {
            return;
        };
        let landing = neighbour.filing.landing.unwrap_or_default();
        self.peers.extend(neighbour.peer().map(|peer| (peer, landing)));
        let is_recent = window.is_some_and(|window| window.holds(neighbour.landed));
        self.recent.extend(is_recent.then_some(neighbour));
    }
}

/// Tells whether a record that is left out must be judged first, because its text at the tip may not be that by which it
/// is compared: it was removed or rejected, or earlier versions differ in more than entries that others add.
pub(crate) fn needs_verdicts(trail: &Trail, landings: &[Instant]) -> bool {
    let [.., before, last] = trail.versions.as_slice() else {
        return false;
    };
    let Some(tip) = last.record.record() else {
        return trail.versions.iter().any(|version| version.record.record().is_some());
    };
    let bare = |record: &Record| Record {
        closure: None,
        reviews: Vec::new(),
        handling: Vec::new(),
        fired: Vec::new(),
        ..record.clone()
    };
    let is_only_closed = last.record.closes(&before.record);
    let closing = tip.closure.as_ref().is_some_and(|closure| {
        let closed = |record: &Rc<Record>| record.closure.is_some();
        let was_closed = !is_only_closed && before.record.record().is_some_and(closed);
        let landed = landings.get(last.landing).map(|landed| landed.day());
        closure.outcome == ClosureOutcome::Rejected || was_closed || landed != Some(closure.date)
    });
    let mut versions = trail.telling().skip(1).peekable();
    if closing || versions.peek().is_none() {
        return closing;
    }
    let tip = bare(tip);
    !versions.all(|version| version.record.record().is_some_and(|record| bare(record) == tip))
}

fn leave_out(history: &mut History, keys: &BTreeSet<TrailKey>) -> Vec<ApprovalFileChange> {
    for key in keys {
        if let Some(trail) = history.trails.remove(key) {
            history.left_out.extend(trail.became.is_none().then(|| key.clone()));
            history.former.insert(key.clone(), trail);
        }
    }
    history.approvals.extract_if(.., |file| keys.contains(&file.record())).collect()
}

impl Snapshot<'_> {
    /// Leaves out records that had to be judged, and keeps what others are compared with.
    pub(crate) fn leave_out_judged(
        &mut self,
        keys: &BTreeSet<TrailKey>,
        window: Option<&PatternWindow>,
    ) {
        for key in keys {
            let SnapshotData { approvals, history, governance, passed, .. } = &mut self.data;
            let verdicts = approvals.trails.get(key).map(Vec::as_slice).unwrap_or_default();
            passed.take_judged(RecordFacts { key, history, verdicts, governance }, window);
        }
        for key in keys {
            self.approvals.trails.remove(key);
        }
        leave_out(&mut self.history, keys);
    }

    /// Judges the records that were put off, as far as one that is shown may refile them.
    fn judge_refiled(&mut self, shown: &[Peer]) {
        let mut unjudged = std::mem::take(&mut self.passed.unjudged);
        if unjudged.is_empty() {
            return;
        }
        let index = PeerIndex::new(shown.iter().map(|peer| (peer, ())), &self.governance);
        unjudged.retain(|_, peers| !peers.iter().all(|peer| index.like(peer).is_empty()));
        let wanted: BTreeSet<TrailKey> = unjudged.into_keys().collect();
        if wanted.is_empty() {
            return;
        }
        let SnapshotData { history, passed, approvals, .. } = &mut self.data;
        let back = wanted.iter().filter_map(|key| history.former.remove_entry(key));
        history.trails.extend(back);
        history.parse(self.repository);
        std::mem::swap(&mut history.approvals, &mut passed.approvals);
        let is_wanted = |key: &TrailKey| wanted.contains(key);
        let judged = approval::judge_chosen(history, &approvals.counted, &is_wanted);
        std::mem::swap(&mut history.approvals, &mut passed.approvals);
        approvals.trails.extend(judged.trails);
        self.leave_out_judged(&wanted, None);
    }

    /// Counts earlier filings as renewals of a refiled record, if all records were read.
    pub(crate) fn count_refilings(&mut self, scope: Scope<'_>) {
        if scope == Scope::Findings {
            return;
        }
        let own = self.evaluated().peers();
        let texts =
            self.record_states.iter().flat_map(|state| [&state.effective, &state.stated]).flatten();
        let texts = texts.filter_map(|record| Peer::from_record("", record, None));
        let shown: Vec<Peer> = own.iter().cloned().chain(texts).collect();
        self.judge_refiled(&shown);
        let mut record_states = std::mem::take(&mut self.record_states);
        let landings = &self.history.mainline.landings;
        let effective = |landing: usize| landings.get(landing).map(|landed| landed.effective);
        let passed = self.passed.peers.iter().map(|(peer, landing)| {
            let mut copy = peer.clone();
            copy.begin = copy.begin.or(effective(*landing));
            copy
        });
        let peers: Vec<Peer> = own.into_iter().chain(passed).collect();
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

    fn evaluated(&self) -> Neighbours {
        let keys = self.history.trails.keys();
        Neighbours {
            all: nearby::landed(keys, &self.history, &self.approvals, &self.governance),
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
