//! The history of a record up to one of its versions.
//!
//! Pure. Start at [`TrailPast`].

use crate::approval::verdict::{ApprovalVerdict, BecomesApproved, Grace, Satisfied};
use crate::history::version::{Trail, Version, VersionChange};
use crate::record::Record;
use crate::record::time::Instant;
use crate::status::obstacle::StatusObstacle;
use std::ops::RangeInclusive;
use std::rc::Rc;

/// The trail of a record up to one of its versions, with what was known by then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrailPast<'a> {
    pub trail: &'a Trail,
    /// One verdict for each version.
    pub verdicts: &'a [Rc<ApprovalVerdict>],
    /// The index of the version at the tip.
    pub tip: usize,
    /// Ignores approvals that landed after this instant; `None` to include all.
    pub known: Option<Instant>,
    /// The effective times of the versions' landings.
    pub landed: &'a [Instant],
}

impl<'a> TrailPast<'a> {
    pub(crate) fn version(&self, index: usize) -> Option<&'a Version> {
        self.trail.versions.get(index)
    }

    pub(crate) fn record(&self, index: usize) -> Option<&'a Record> {
        self.shared(index).map(AsRef::as_ref)
    }

    /// Returns the record whose closure and fired entries count: that of a misnamed or doubled file, too.
    pub(crate) fn ending(&self, index: usize) -> Option<&'a Record> {
        self.version(index)?.record.content().ending().map(AsRef::as_ref)
    }

    pub(crate) fn shared(&self, index: usize) -> Option<&'a Rc<Record>> {
        self.version(index)?.record.record()
    }

    pub(crate) fn verdict(&self, index: usize) -> Option<&'a ApprovalVerdict> {
        self.verdicts.get(index).map(AsRef::as_ref)
    }

    pub(crate) fn landed(&self, index: usize) -> Option<Instant> {
        self.landed.get(index).copied()
    }

    pub(crate) fn last_approved(&self) -> Option<usize> {
        (self.first()..=self.tip).rev().find(|index| self.is_approved(*index))
    }

    /// Tells whether anything was approved, or has a grace: nothing else grants, whatever it says.
    pub(super) fn may_grant(&self) -> bool {
        let has_grace = |first: usize| {
            let verdict = self.verdict(first);
            verdict.is_some_and(|verdict| matches!(verdict.grace, Grace::Within(_)))
        };
        self.last_approved().is_some() || has_grace(self.first())
    }

    pub(crate) fn first(&self) -> usize {
        let begins = |index: &usize| {
            let version = self.version(*index);
            version.is_some_and(|version| {
                matches!(
                    version.change,
                    VersionChange::Introduced | VersionChange::Readded | VersionChange::Inherited
                ) || self.follows_unread_end(*index)
            })
        };
        (0..=self.tip).rev().find(begins).unwrap_or(0)
    }

    pub(crate) fn follows_unread_end(&self, index: usize) -> bool {
        // What follows an end that can't be read needs its own approval, whatever else broke the file after that.
        let unread =
            |index| self.version(index).map(|version| version.record.content().unread_end());
        let known = (0..index).rev().find_map(|index| self.ending(index));
        let n_known = known.map_or(0, |record| record.fired.len());
        let mut broken = (0..index).rev().take_while(|index| self.record(*index).is_none());
        self.record(index).is_some()
            && known.is_none_or(|record| record.closure.is_none())
            && broken.any(|index| unread(index).is_some_and(|end| end.is_beyond(n_known)))
    }

    pub(crate) fn is_approved(&self, index: usize) -> bool {
        let verdict = self.verdict(index);
        let Some((satisfied, becomes_approved)) =
            verdict.and_then(|verdict| self.as_known(verdict))
        else {
            return false;
        };
        *becomes_approved == BecomesApproved::AsApproved
            && *satisfied == Satisfied::Yes
            && self.record(index).is_some()
    }

    fn as_known<'v>(
        &self,
        verdict: &'v ApprovalVerdict,
    ) -> Option<(&'v Satisfied, &'v BecomesApproved)> {
        let Some(known) = self.known else {
            return Some((&verdict.satisfied, &verdict.becomes_approved));
        };
        let mut turns = verdict.turns.iter().rev();
        let turn = turns.find(|turn| turn.at <= known)?;
        Some((&turn.satisfied, &turn.becomes_approved))
    }

    pub(super) fn doubt(&self, mut range: RangeInclusive<usize>) -> Option<StatusObstacle> {
        range.find_map(|index| match &self.verdict(index)?.satisfied {
            Satisfied::Undetermined(doubt) => Some(StatusObstacle::Approval((**doubt).clone())),
            _ => None,
        })
    }
}
