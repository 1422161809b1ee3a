//! One state of the ledger of an open gate, and what shows that it is no longer the present one.
//!
//! Start at [`LoadedLedger`].

use crate::clock::Stopwatch;
use crate::features::check::respond::PreparedAnswers;
use crate::record::time::Instant;
use crate::session::Session;
use crate::session::error::Error;
use crate::session::notice::Notice;
use crate::session::snapshot::{Snapshot, SnapshotData};
use crate::store::git::watch::RepositoryWatch;

/// How many milliseconds to wait before loading again after a failure, or reading the proposals of branches again.
pub(super) const PAUSE: u128 = 1_000;

pub(super) struct LoadedLedger {
    /// Opened for this state; nothing else is asked of it, so its repository stays the one that was read.
    session: Session,
    watch: RepositoryWatch,
    /// Absent only while it is in use, and after a use that panicked.
    snapshot: Option<(SnapshotData, PreparedAnswers)>,
    notices: Vec<Notice>,
    is_watched: bool,
    loaded_at: Instant,
    /// When a landing with a future time starts to count.
    changes_at: Option<Instant>,
    is_past: bool,
    last_look: Stopwatch,
    must_look: bool,
}

impl LoadedLedger {
    pub(super) const LOST: &str = "the ledger has to be loaded again: ask again";

    pub(super) fn of(
        session: Session,
        watch: RepositoryWatch,
        data: SnapshotData,
        (loaded_at, is_past): (Instant, bool),
    ) -> LoadedLedger {
        let mut loaded = LoadedLedger {
            session,
            watch,
            snapshot: None,
            notices: Vec::new(),
            is_watched: false,
            loaded_at,
            changes_at: None,
            is_past,
            last_look: Stopwatch::start(),
            must_look: false,
        };
        if let Some(repository) = loaded.session.repository_or_none() {
            let snapshot = Snapshot { repository, data };
            let (_, chosen) = snapshot.origin();
            // A commit id never changes.
            loaded.is_watched =
                loaded.watch.covers(&chosen.reference) || !chosen.reference.starts_with("refs/");
            loaded.changes_at = snapshot.changes_at();
            loaded.notices = snapshot.notices().to_vec();
            let prepared = PreparedAnswers::from_snapshot(&snapshot);
            loaded.snapshot = Some((snapshot.data, prepared));
        }
        loaded
    }

    pub(super) fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Tells whether it may differ from the present state; what was loaded for a question answers it in any case.
    pub(super) fn is_outdated(&self, wall: Instant) -> bool {
        self.snapshot.is_none()
            || self.has_moved()
            || !self.is_watched
            || wall < self.loaded_at
            || self.changes_at.is_some_and(|at| at <= wall)
    }

    pub(super) fn has_moved(&self) -> bool {
        self.watch.has_moved()
    }

    /// Passes on the snapshot; `None` if an earlier use of it panicked.
    pub(super) fn with<T>(
        &mut self,
        then: impl FnOnce(&Snapshot<'_>, &PreparedAnswers) -> T,
    ) -> Option<T> {
        self.change(|snapshot, prepared| then(snapshot, prepared))
    }

    fn change<T>(
        &mut self,
        then: impl FnOnce(&mut Snapshot<'_>, &mut PreparedAnswers) -> T,
    ) -> Option<T> {
        let repository = self.session.repository_or_none()?;
        let (data, mut prepared) = self.snapshot.take()?;
        let mut snapshot = Snapshot { repository, data };
        let result = then(&mut snapshot, &mut prepared);
        self.snapshot = Some((snapshot.data, prepared));
        Some(result)
    }

    pub(super) fn evaluate_at(&mut self, wall: Instant) {
        self.change(|snapshot, prepared| {
            if snapshot.stamp.instant != wall {
                snapshot.stamp.instant = wall;
                snapshot.now = wall;
                snapshot.judge_all();
                *prepared = PreparedAnswers::from_snapshot(snapshot);
            }
        });
    }

    pub(super) fn proposals_may_have_moved(&self) -> bool {
        !self.is_past && (self.must_look || self.last_look.milliseconds() >= PAUSE)
    }

    /// Reads the branches at the next question, even if they just were.
    pub(super) fn look_again(&mut self) {
        self.must_look = true;
    }

    /// Reads the proposals of branches and of the work tree again, if they have changed, through a session that has just
    /// been opened: what git keeps in memory may be older.
    pub(super) fn propose_anew(&mut self, present: &Session) -> Result<(), Error> {
        self.last_look = Stopwatch::start();
        self.must_look = false;
        let changed = self.change(|snapshot, prepared| {
            if let Some(sources) = snapshot.moved_proposals(present.located())? {
                snapshot.propose_anew(present.located(), sources)?;
                *prepared = PreparedAnswers::from_snapshot(snapshot);
            }
            Ok::<(), Error>(())
        });
        changed.unwrap_or(Ok(()))
    }
}
