//! The present level of a finding about the approval of a version.
//!
//! Pure. Start at [`Levels::level`]. Follows `docs/spec/rules.md`, levels in verify: an error at the tip and for a version
//! that was in force, that is, whose own approval or grace something depended on; otherwise a note. A note if it only
//! narrows, a warning for an emergency inside its window.

use std::rc::Rc;

use crate::approval::verdict::{ApprovalVerdict, Satisfied};
use crate::diag::Level;
use crate::history::version::{Trail, Version, VersionChange};
use crate::record::Record;
use crate::record::time::Instant;
use crate::rules::audit_cases::Healed;
use crate::status::trace::Trace;

pub(super) struct Levels<'a> {
    trail: &'a Trail,
    verdicts: &'a [Rc<ApprovalVerdict>],
    trace: Trace<'a>,
    now: Instant,
}

impl<'a> Levels<'a> {
    pub(super) fn new(
        trail: &'a Trail,
        verdicts: &'a [Rc<ApprovalVerdict>],
        trace: Trace<'a>,
        now: Instant,
    ) -> Levels<'a> {
        Levels { trail, verdicts, trace, now }
    }

    pub(super) fn is_approved(&self, index: usize) -> bool {
        self.verdicts.get(index).is_some_and(|verdict| verdict.is_approved())
    }

    pub(super) fn first(&self, index: usize) -> usize {
        let begins = |at: &usize| {
            self.trail.versions.get(*at).is_some_and(|version| {
                matches!(
                    version.change,
                    VersionChange::Introduced | VersionChange::Readded | VersionChange::Inherited
                )
            })
        };
        (0..=index).rev().find(begins).unwrap_or(0)
    }

    /// Returns the last approved version before another one in its series.
    pub(super) fn approved_before(&self, index: usize) -> Option<usize> {
        let counts = |at: &usize| {
            let version = self.trail.versions.get(*at);
            let readable = version.is_some_and(|version| version.record.record().is_some());
            readable && self.is_approved(*at)
        };
        (self.first(index)..index).rev().find(counts)
    }

    pub(super) fn approved_records(&self, index: usize) -> impl Iterator<Item = &'a Record> {
        let versions: &'a [Version] = &self.trail.versions;
        let first = self.first(index);
        let approved: Vec<&Record> = (first..index)
            .filter(|at| self.is_approved(*at))
            .filter_map(|at| versions.get(at)?.record.record())
            .map(AsRef::as_ref)
            .collect();
        approved.into_iter()
    }

    /// Tells whether a later version is approved by evidence of its own, restores approved content (V7b), or removes the file.
    pub(super) fn healed(&self, index: usize) -> Healed {
        let later = index + 1..self.verdicts.len();
        let own = |at: &usize| {
            let verdict = self.verdicts.get(*at);
            verdict.is_some_and(|verdict| verdict.carries.is_none()) && self.is_approved(*at)
        };
        let restores = |at: &usize| {
            let verdict = self.verdicts.get(*at);
            verdict.is_some_and(|verdict| {
                verdict.flags.contains("restored-to-approved-content")
                    && verdict.carries.is_some_and(|from| from < index)
            })
        };
        if later.clone().any(|at| own(&at)) {
            Healed::Yes
        } else if later.into_iter().any(|at| restores(&at)) {
            Healed::Restored
        } else if index + 1 < self.verdicts.len()
            && self.trail.last().is_some_and(|trail| trail.change == VersionChange::Removed)
        {
            Healed::Gone
        } else {
            Healed::No
        }
    }

    /// Returns the versions that a verdict applies to: the one that it was given to, and those that inherit it.
    fn bearers(&self, index: usize) -> impl Iterator<Item = usize> {
        let all = self.verdicts.iter().enumerate();
        all.filter(move |(at, verdict)| *at == index || verdict.carries == Some(index))
            .map(|(at, _)| at)
    }

    /// Tells whether a version is at the tip, itself or as a version that inherits its verdict.
    pub(super) fn at_tip(&self, index: usize) -> bool {
        let tip = self.verdicts.len().saturating_sub(1);
        self.bearers(index).any(|at| at == tip)
    }

    pub(super) fn level(&self, index: usize, review_due: Option<Instant>) -> Level {
        let Some(verdict) = self.verdicts.get(index) else {
            return Level::Error;
        };
        let narrows = verdict.satisfied == Satisfied::Yes && verdict.needed.count == 0;
        if narrows || verdict.carries.is_some() {
            return Level::Note;
        }
        if index == 0 && review_due.is_some_and(|due| self.until(index) <= due) {
            return Level::Warning;
        }
        let was_in_force = || self.bearers(index).any(|at| self.trace.held(at, self.now));
        if self.at_tip(index) || was_in_force() { Level::Error } else { Level::Note }
    }

    /// Returns how long a version was at the tip: until now if it still is.
    fn until(&self, index: usize) -> Instant {
        let last = self.bearers(index).last().unwrap_or(index);
        self.trace.landed(last + 1).unwrap_or(self.now)
    }
}
