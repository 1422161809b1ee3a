//! The ledger of an open gate: loaded, loaded again when something has changed, or the reason why it can't be.
//!
//! Start at [`LiveLedger`]. Follows `docs/spec/cli.md`, check, live answers.

use std::path::PathBuf;

use crate::clock::Stopwatch;
use crate::features::live::loaded::{LoadedLedger, PAUSE};
use crate::history::refs;
use crate::record::time::Instant;
use crate::session::Session;
use crate::session::error::{Error, Undetermined};
use crate::session::notice::Notice;
use crate::session::options::{AsOf, Moment, Options};
use crate::session::snapshot::walk::Scope;
use crate::store::git::watch::RepositoryWatch;

pub(super) struct LiveLedger {
    folder: PathBuf,
    options: Options,
    on: Option<Instant>,
    as_of: Option<AsOf>,
    state: LedgerState,
    pub(super) report: Option<StepReport>,
    trouble: Option<String>,
}

pub(super) type StepReport = Box<dyn FnMut(LoadStep<'_>)>;

pub(super) enum LoadStep<'a> {
    Begun,
    Done(&'a [Notice]),
    Failed(&'a str),
}

enum LedgerState {
    Closed,
    Loaded(Box<LoadedLedger>),
    Failed { why: String, watch: Option<RepositoryWatch>, tried: Stopwatch },
}

impl LiveLedger {
    pub(super) fn find(
        folder: PathBuf,
        options: Options,
        (on, as_of): (Option<Instant>, Option<AsOf>),
    ) -> Result<LiveLedger, Error> {
        Session::open(&folder, options.clone())?;
        let (state, report, trouble) = (LedgerState::Closed, None, None);
        Ok(LiveLedger { folder, options, on, as_of, state, report, trouble })
    }

    pub(super) fn is_live(&self) -> bool {
        self.on.is_none() && self.as_of.is_none()
    }

    pub(super) fn fixed_instant(&self) -> Option<Instant> {
        self.on
    }

    /// Returns the ledger as it is at the clock's time: loaded again, if anything has changed.
    pub(super) fn at(&mut self, wall: Instant) -> Result<&mut LoadedLedger, String> {
        let is_outdated = match &self.state {
            LedgerState::Closed => true,
            LedgerState::Loaded(loaded) => loaded.is_outdated(wall),
            LedgerState::Failed { watch, tried, .. } => {
                tried.milliseconds() >= PAUSE
                    || watch.as_ref().is_some_and(RepositoryWatch::has_moved)
            }
        };
        if is_outdated {
            self.load(wall).map_err(|error| error.reason())?;
            if self.has_moved() {
                self.load(wall).map_err(|error| error.reason())?;
            }
        }
        match &mut self.state {
            LedgerState::Loaded(loaded) => Ok(loaded),
            LedgerState::Failed { why, .. } => Err(why.clone()),
            LedgerState::Closed => Err(LoadedLedger::LOST.to_owned()),
        }
    }

    /// Tells whether the approved ref has moved since the ledger was loaded: a branch that was merged and deleted in between is
    /// neither proposed nor landed in it.
    fn has_moved(&mut self) -> bool {
        self.loaded().is_some_and(|loaded| loaded.has_moved())
    }

    pub(super) fn loaded(&mut self) -> Option<&mut LoadedLedger> {
        match &mut self.state {
            LedgerState::Loaded(loaded) => Some(loaded),
            LedgerState::Closed | LedgerState::Failed { .. } => None,
        }
    }

    /// Loads the ledger as it is now, whether or not it has changed; an error is the reason of every answer until then.
    pub(super) fn load(&mut self, wall: Instant) -> Result<(), Error> {
        // Never two states of a large ledger at a time.
        self.state = LedgerState::Closed;
        self.tell(LoadStep::Begun);
        let (watch, loaded) = self.read(wall);
        match loaded {
            Ok(loaded) => {
                self.trouble = None;
                let notices = loaded.notices().to_vec();
                self.tell(LoadStep::Done(&notices));
                self.state = LedgerState::Loaded(Box::new(loaded));
                Ok(())
            }
            Err(error) => {
                let why = error.reason();
                if self.trouble.as_ref() != Some(&why) {
                    self.tell(LoadStep::Failed(&why));
                    self.trouble = Some(why.clone());
                }
                self.state = LedgerState::Failed { why, watch, tried: Stopwatch::start() };
                Err(error)
            }
        }
    }

    /// Reads the ledger. What is watched after a failure shows when to try again.
    fn read(&self, wall: Instant) -> (Option<RepositoryWatch>, Result<LoadedLedger, Error>) {
        let session = match Session::open(&self.folder, self.options.clone()) {
            Ok(session) => session,
            Err(error) => return (None, Err(error)),
        };
        // The watch starts before loading, so that no change in between is missed.
        let watch = match watch(&session) {
            Ok(watch) => watch,
            Err(error) => return (None, Err(error)),
        };
        let moment = Moment { now: wall, on: self.on, as_of: self.as_of.clone() };
        let snapshot = match session.snapshot(&moment, Scope::Everything) {
            Ok(snapshot) => snapshot.data,
            Err(error) => return (Some(watch), Err(error)),
        };
        let is_past = self.as_of.is_some();
        (None, Ok(LoadedLedger::of(session, watch, snapshot, (wall, is_past))))
    }

    /// Reads the proposals of branches and of the work tree again, if they have changed. If that fails, or the approved
    /// ref has moved meanwhile, everything is loaded again.
    pub(super) fn propose_anew(&mut self, wall: Instant) -> Result<(), Error> {
        let present = Session::open(&self.folder, self.options.clone());
        let read = match (self.loaded(), present) {
            (Some(loaded), Ok(present)) => loaded.propose_anew(&present),
            (_, Err(error)) => Err(error),
            (None, Ok(_)) => Ok(()),
        };
        if read.is_err() || self.has_moved() { self.load(wall) } else { Ok(()) }
    }

    fn tell(&mut self, step: LoadStep<'_>) {
        if let Some(report) = &mut self.report {
            report(step);
        }
    }
}

fn watch(session: &Session) -> Result<RepositoryWatch, Error> {
    let repository = session.repository()?;
    let refs = repository.refs().map_err(Undetermined::Git)?;
    let approved_ref = session.located().options.approved_ref.as_deref();
    Ok(repository.watch(refs::watched_refs(&refs, approved_ref)))
}
