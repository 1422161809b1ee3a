//! A summary of a tree's records, and which of the open ones repeat a closed one.
//!
//! Pure. Start at [`Repeats`]. Only the subject of each file is kept, so that a large ledger is never in memory as a whole.
//! Follows `docs/spec/rules.md` (`recurrence`).

use crate::diag::Pos;
use crate::policy::governance::Governance;
use crate::record::file::RecordFile;
use crate::record::time::{Day, Instant, Term};
use crate::rules::ends::RecordPlace;
use crate::survey::refiling::{self, Peer};

/// A summary of a tree's records.
#[derive(Debug, Default)]
pub struct Repeats {
    peers: Vec<Peer>,
    /// The positions for findings about each of them; `None` for a record that is not linted.
    places: Vec<Option<RecordPlace>>,
}

/// An open record that repeats closed ones.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// The path of the open record.
    pub path: String,
    /// The id of the open record.
    pub id: Option<String>,
    /// The position of its `subject` key.
    pub pos: Pos,
    /// The ids of the closed records and when they were closed, the latest first.
    pub closed: Vec<(String, Day)>,
    /// The window in which they count.
    pub window: Term,
}

impl Repeats {
    /// Adds a record to lint; `landed` is when it landed, if known.
    pub fn judge(&mut self, source: RecordFile, landed: Option<Instant>) {
        let Some(record) = &source.record else {
            return;
        };
        // Closed records get no findings.
        let place =
            record.closure.is_none().then(|| RecordPlace::new(&source, source.key_pos("subject")));
        self.take(source, landed, place);
    }

    /// Adds a record to compare others with.
    pub fn remember(&mut self, source: RecordFile, landed: Option<Instant>) {
        self.take(source, landed, None);
    }

    fn take(&mut self, source: RecordFile, landed: Option<Instant>, place: Option<RecordPlace>) {
        let id = source.stem().to_owned();
        let peer = source.record.and_then(|record| Peer::from_record(&id, &record, landed));
        if let Some(peer) = peer {
            self.peers.push(peer);
            self.places.push(place);
        }
    }

    /// Adds a landed record, unless the tree has it. One that ended is compared as it landed, whatever the tree says.
    pub fn add(&mut self, peer: Peer) {
        let index = self.peers.iter().position(|known| known.id == peer.id);
        let place = index.and_then(|index| self.places.get(index)).is_some_and(Option::is_some);
        match index.and_then(|index| self.peers.get_mut(index)) {
            Some(known) if peer.closed.is_some() && !place => *known = peer,
            Some(_) => {}
            None => {
                self.peers.push(peer);
                self.places.push(None);
            }
        }
    }

    /// Returns the names by which the linted records may repeat closed ones.
    pub fn names(&self) -> Vec<&str> {
        let judged = self.peers.iter().zip(&self.places).filter(|(_, place)| place.is_some());
        judged.flat_map(|(peer, _)| peer.names()).collect()
    }

    pub(super) fn found(&self, governance: &Governance) -> Vec<Repeat> {
        let window = governance.policy.recurrence.window;
        let again = refiling::again(&self.peers, window, governance).into_iter();
        let found = again.filter_map(|again| {
            let place = self.places.get(again.index)?.clone()?;
            Some(Repeat {
                path: place.path,
                id: place.id,
                pos: place.pos,
                closed: again.closed,
                window,
            })
        });
        found.collect()
    }
}
