//! The version by which a landed record is compared with others, and when it ended.
//!
//! Pure. Start at [`ComparedVersion::read`]. Follows `docs/spec/policy.md`, repetition: only evidence that counts takes an
//! occurrence out of its pattern, or changes what it is compared by.

use crate::approval::next::who::Identities;
use crate::approval::put_back;
use crate::history::version::{Content, Trail, Version};
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::record::time::{Day, Instant, not_after};
use crate::record::vocabulary::ClosureOutcome;
use crate::status::state::RecordFacts;
use crate::status::trace::Trace;
use std::rc::Rc;

/// The version by which a landed record is compared: the last approved one, otherwise the first that landed.
#[derive(Clone, Debug)]
pub struct ComparedVersion {
    pub record: Rc<Record>,
    /// The index of the version with which the record began.
    pub first: usize,
    pub end: ComparedEnd,
}

/// When a landed record no longer granted anything, by what landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparedEnd {
    /// The first instant at which it granted nothing.
    pub over: Instant,
    /// The day of its closure or removal.
    pub closed: Option<Day>,
    /// Whether the approved branch no longer has its file.
    pub is_removed: bool,
}

impl ComparedVersion {
    /// Returns the version by which a record is compared. `None` if it was rejected or removed, and either it was never in
    /// force or somebody outside its authors approved that; also if no version of it can be read.
    pub fn read(facts: RecordFacts<'_>) -> Option<ComparedVersion> {
        let trail = facts.history.trails.get(facts.key).filter(|trail| trail.became.is_none())?;
        let case = ComparedTrail { trail, facts, trace: Trace::new(facts) };
        let first = case.first_kept()?;
        let last = trail.versions.len();
        let mut readable = (first..last).filter(|index| case.record(*index).is_some());
        let first_readable = readable.next()?;
        let approved = (first..last).rev().find(|index| case.is_approved(*index));
        if case.is_rejected(first, last) {
            return None;
        }
        let landed = (first..last).rev().find(|index| case.record(*index).is_some());
        let from = match landed {
            Some(landed) if put_back::A6 => landed,
            _ => approved.unwrap_or(first_readable),
        };
        let record = Rc::clone(case.record(from)?);
        Some(ComparedVersion { end: case.end(from, &record), record, first })
    }
}

struct ComparedTrail<'a> {
    trail: &'a Trail,
    facts: RecordFacts<'a>,
    trace: Trace<'a>,
}

impl<'a> ComparedTrail<'a> {
    fn version(&self, index: usize) -> Option<&'a Version> {
        self.trail.versions.get(index)
    }

    fn record(&self, index: usize) -> Option<&'a Rc<Record>> {
        self.version(index)?.record.record()
    }

    fn is_gone(&self, index: usize) -> bool {
        let version = self.version(index);
        version.is_some_and(|version| matches!(version.record.content(), Content::Gone))
    }

    fn is_approved(&self, index: usize) -> bool {
        let verdict = self.facts.verdicts.get(index);
        verdict.is_some_and(|verdict| verdict.was_approved.is_some() || verdict.is_approved())
            && self.record(index).is_some()
    }

    /// Tells whether somebody outside the authors made or approved a change: those of its series, and those of the series
    /// before it that the record is still compared by.
    fn is_by_others(&self, first: usize, index: usize) -> bool {
        if put_back::A6 || self.is_approved(index) {
            return true;
        }
        let Some(verdict) = self.facts.verdicts.get(index) else { return false };
        let begins =
            |index: &usize| self.version(*index).is_some_and(|version| version.change.begins());
        let begin = (first..index).rev().find(begins).unwrap_or(first);
        let earlier = self.facts.verdicts.get(first..begin).unwrap_or_default();
        if earlier.is_empty() || verdict.witnesses.is_empty() {
            return !verdict.witnesses.is_empty();
        }
        let identities = Identities::from_governance(self.facts.governance);
        let is_other = |person: &Person| {
            let makers = earlier.iter().flat_map(|verdict| &verdict.makers);
            identities.relation(person, makers).is_different()
        };
        verdict.witnesses.iter().any(is_other)
    }

    /// Tells whether the versions from one to another granted anything, or may have done so, until the latter landed. One that
    /// was approved may have, whatever the rules of today say of its owner and its reviews.
    fn was_in_force(&self, first: usize, until: usize) -> bool {
        // What is approved after it was removed was not in force until then.
        let is_by_then = |index: usize| {
            let since = self.facts.verdicts.get(index).and_then(|verdict| verdict.had_effect());
            since <= self.trace.landed(until)
        };
        (first..until).any(|index| self.is_approved(index) && is_by_then(index))
            || self.trace.may_have_granted(first, until)
    }

    /// Returns the index of the version with which the record began: the one after the last removal that counts. `None` if
    /// that removal was the last change.
    fn first_kept(&self) -> Option<usize> {
        let mut first = 0;
        for index in 0..self.trail.versions.len() {
            let counts = || !self.was_in_force(first, index) || self.is_by_others(first, index);
            if self.is_gone(index) && counts() {
                first = index + 1;
            }
        }
        if first < self.trail.versions.len() { Some(first) } else { None }
    }

    fn is_rejected(&self, first: usize, last: usize) -> bool {
        let is_rejection = |index: usize| {
            let closure = self.record(index).and_then(|record| record.closure.as_ref());
            closure.is_some_and(|closure| closure.outcome == ClosureOutcome::Rejected)
        };
        let written = |index: &usize| self.record(*index).is_some();
        let Some(tip) = (first..last).rev().find(written).filter(|tip| is_rejection(*tip)) else {
            return false;
        };
        if put_back::N5 {
            return true;
        }
        let since = (first..tip).rev().filter(written).find(|index| !is_rejection(*index));
        let rejections = since.map_or(first, |since| since + 1)..=tip;
        let Some(rejected) = rejections.clone().find(|index| is_rejection(*index)) else {
            return false;
        };
        // Whoever lands another layout of it later says nothing about it.
        !self.was_in_force(first, rejected)
            || self.is_by_others(first, rejected)
            || rejections.into_iter().any(|index| is_rejection(index) && self.is_approved(index))
    }

    /// Returns when the record ended, as its version and everything landed since say. What nobody approved ends it no earlier
    /// than it landed.
    fn end(&self, from: usize, record: &Record) -> ComparedEnd {
        let mut closed = record.closure.as_ref().map(|closure| closure.date);
        let mut over = not_after(&record.expires);
        let mut is_removed = false;
        for index in from + 1..self.trail.versions.len() {
            let Some(landed) = self.trace.landed(index) else { continue };
            is_removed = self.is_gone(index);
            // What stays under its id was filed as another.
            if is_removed || self.version(index).is_some_and(Version::is_left_over) {
                closed.get_or_insert(landed.day());
                over = over.min(landed);
            }
            if is_removed {
                continue;
            }
            let Some(content) = self.version(index).map(|later| later.record.content()) else {
                continue;
            };
            // Once the other file is gone, or the name is right again, its end is no longer there to end anything.
            let is_there = index + 1 == self.trail.versions.len() || content.record().is_some();
            let end = if is_there { content.end() } else { None };
            over = over.min(end.map_or(over, |end| end.max(landed)));
            let ending = content.ending();
            if ending.is_some_and(|ending| ending.closure.is_some()) {
                closed.get_or_insert(landed.day());
            }
        }
        let over = closed.map_or(over, |day| over.min(day.end()));
        ComparedEnd { over, closed, is_removed }
    }
}
