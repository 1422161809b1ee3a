//! Which ended records have access that is gone: only a list that is said to be complete shows that.
//!
//! Pure. Start at [`AbsenceWatch`]. Follows `docs/spec/cli.md`, access, `--complete`: absence from any other list proves
//! nothing.

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::features::access::grant::AccessGrant;
use crate::record::folded::folded;
use crate::record::time::Instant;
use crate::record::{Record, pattern, time};
use crate::status::force_end::{EndCause, ForceEnd};
use crate::status::state::{RecordState, Status};
use crate::survey::revocations::close_command;

/// Watches which names of ended records occur in the lists.
#[derive(Debug, Default)]
pub struct AbsenceWatch {
    complete: Vec<String>,
    watched: BTreeSet<String>,
    seen: BTreeSet<String>,
    unspecific: BTreeSet<String>,
    observed: Option<Instant>,
    n_read: usize,
    has_gaps: bool,
}

/// An ended record whose access is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GoneAccess {
    /// The record's id.
    pub id: String,
    /// The command that closes it.
    pub command: String,
}

/// Why nothing is known to be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAbsence {
    /// No list is said to be complete.
    NotComplete,
    /// A line can't be read, and may be about anything.
    Unread,
    /// There is no line: the list may not have been made at all.
    Empty,
}

impl AbsenceWatch {
    /// Starts to watch for the records that ended; `complete` are the patterns that the user gave.
    pub fn new(complete: &[String], ends: &[Option<ForceEnd>]) -> AbsenceWatch {
        let mut watch = AbsenceWatch { complete: complete.to_vec(), ..AbsenceWatch::default() };
        if !complete.is_empty() {
            let granted = ends.iter().flatten().map(|end| &*end.granted);
            watch.watched = granted.flat_map(names).map(|name| folded(name).into_owned()).collect();
        }
        watch
    }

    /// Notes what a grant names.
    pub fn add(&mut self, grant: &AccessGrant) {
        self.n_read += 1;
        if let Some(observed) = grant.observed.as_ref().map(time::When::start) {
            self.observed = Some(self.observed.map_or(observed, |known| known.min(observed)));
        }
        let names = || [&grant.identity, &grant.credential].into_iter().flatten();
        // Such a line may be about anybody.
        self.has_gaps |= names().next().is_none() || names().any(|name| name.contains(['*', '?']));
        for name in names().map(|name| folded(name)) {
            if self.watched.contains(name.as_ref()) {
                self.seen.insert(name.into_owned());
            }
        }
        if let (Some(identity), None) = (&grant.identity, &grant.credential) {
            self.unspecific.insert(folded(identity).into_owned());
        }
    }

    /// Notes a line that can't be read.
    pub fn add_unread(&mut self) {
        self.has_gaps = true;
    }

    /// Returns the ended, unclosed records whose access is gone, by id.
    ///
    /// # Errors
    /// Why that can't be told.
    pub fn gone(
        &self,
        records: &[RecordState],
        ends: &[Option<ForceEnd>],
        instant: Instant,
    ) -> Result<Vec<GoneAccess>, NoAbsence> {
        match (self.complete.as_slice(), self.has_gaps, self.n_read) {
            ([], ..) => return Err(NoAbsence::NotComplete),
            (_, true, _) => return Err(NoAbsence::Unread),
            (_, _, 0) => return Err(NoAbsence::Empty),
            _ => {}
        }
        let taken = self.observed.map_or(instant, |observed| observed.min(instant));
        let gone = records.iter().zip(ends).filter_map(|(record_state, end)| {
            let end = end.as_ref().filter(|end| is_open(record_state, end) && end.at <= taken)?;
            let id = end.granted.id.to_string();
            self.is_gone(&end.granted)
                .then(|| GoneAccess { command: close_command(&id, taken.day()), id })
        });
        let mut gone: Vec<GoneAccess> = gone.collect();
        gone.order_by(|one, other| one.id.cmp(&other.id));
        Ok(gone)
    }

    /// Tells whether an identity or a credential for which the lists are complete occurs in no line, and no line gives
    /// the identity access without saying by which credential.
    fn is_gone(&self, granted: &Record) -> bool {
        let subject = &granted.subject;
        let is_complete =
            |name: &&String| self.complete.iter().any(|pattern| pattern::matches(pattern, name));
        let mut named = [&subject.identity, &subject.credential].into_iter().flatten();
        let is_seen = |name: &String| self.seen.contains(folded(name).as_ref());
        let is_absent = named.any(|name| is_complete(&name) && !is_seen(name));
        // An identity may have other access, by other credentials.
        let mut others = subject.aliases.iter().flatten().chain(&subject.credential);
        let identity = subject.identity.as_ref();
        let is_unspecific =
            identity.is_some_and(|identity| self.unspecific.contains(folded(identity).as_ref()));
        is_absent && !others.any(is_seen) && !is_unspecific
    }
}

fn names(record: &Record) -> impl Iterator<Item = &str> {
    let subject = &record.subject;
    let named = [&subject.identity, &subject.credential].into_iter().flatten();
    named.chain(subject.aliases.iter().flatten()).map(String::as_str)
}

fn is_open(record_state: &RecordState, end: &ForceEnd) -> bool {
    let is_readable = !matches!(record_state.status, Status::Invalid | Status::Conflicted);
    is_readable
        && !matches!(end.because, EndCause::Closed | EndCause::Removed)
        && !matches!(record_state.status, Status::Closed | Status::Rejected | Status::Removed)
}
