//! What a change of a record takes away, and what commits off the first-parent line took from each record.
//!
//! Pure. Start at [`RecordChange`] and [`OffLine`], which `history::former` determines. Follows `docs/spec/approval.md`, M5
//! and M5b.

use std::ops::Range;
use std::rc::Rc;

use crate::history::change;
use crate::history::commit::Commit;
use crate::history::content::ContentCache;
use crate::history::objects::{Obstacle, Oid};
use crate::history::off_line::Loss;
use crate::history::trails::Bytes;
use crate::history::version::{FileAt, Trail, Version, VersionBody};
use crate::record::decision::{Firing, Review};
use crate::record::time::Instant;
use crate::record::vocabulary::Then;
use crate::record::{Record, Trigger};

/// A record before and after a commit, each parsed on first use; `None` if it has no file.
#[derive(Clone, Debug)]
pub struct RecordChange {
    before: Option<VersionBody>,
    after: Option<VersionBody>,
    is_beside: bool,
}

impl RecordChange {
    /// Returns the change that a commit made; `RecordChange::parse` reads it.
    pub fn find(contents: &mut ContentCache<'_>, bytes: &Bytes) -> RecordChange {
        let mut body = |files: &[FileAt]| (!files.is_empty()).then(|| contents.read_all(files).0);
        RecordChange { before: body(&bytes.old), after: body(&bytes.new), is_beside: false }
    }

    /// Returns the change that a commit made, as read.
    pub fn read(contents: &mut ContentCache<'_>, bytes: &Bytes) -> RecordChange {
        let change = RecordChange::find(contents, bytes);
        change.parse(contents);
        change
    }

    pub(super) fn parse(&self, contents: &ContentCache<'_>) {
        [&self.before, &self.after].into_iter().flatten().for_each(|body| contents.parse(body));
    }

    pub(super) fn beside(
        stood: &VersionBody,
        contents: &mut ContentCache<'_>,
        added: &[FileAt],
    ) -> RecordChange {
        let after = contents.read_all(added).0;
        RecordChange { before: Some(stood.clone()), after: Some(after), is_beside: true }
    }

    pub(super) fn is_removal(&self) -> bool {
        self.after.is_none()
    }

    /// Returns why its bytes are missing.
    pub fn obstacle(&self) -> Option<&Obstacle> {
        [&self.before, &self.after].into_iter().flatten().find_map(VersionBody::obstacle)
    }

    pub(super) fn is_unread(&self) -> bool {
        self.after.as_ref().is_some_and(VersionBody::is_unread)
    }

    /// Tells whether it took something away, whatever is granted elsewhere. A removal does not count. `stood` returns the records
    /// that stood there until then, for a change of what can't be read.
    pub(super) fn takes(&self, stood: &dyn Fn() -> Vec<Rc<Record>>) -> bool {
        let (Some(before), Some(after)) = (&self.before, &self.after) else { return false };
        let unread = after.content().unread_end();
        if after.closes(before) {
            return ending(after).is_some() || unread.closes;
        }
        match before.record() {
            Some(granted) => self.loss(Some(granted)).is_some(),
            // What could not be read before may have been open.
            None => {
                unread.closes
                    || ending(after).is_some_and(|after| after.closure.is_some())
                    || stood().iter().any(|granted| self.loss(Some(granted)).is_some())
            }
        }
    }

    /// Returns what it took away, if that is still granted; `granted` is the record that is, if it can be read.
    pub fn loss(&self, granted: Option<&Rc<Record>>) -> Option<Loss> {
        self.loss_beside(granted, None)
    }

    /// Returns what it took away that the line doesn't have in another way: a trigger may have fired on both sides.
    pub fn loss_on_line(&self, line: Option<&Rc<Record>>) -> Option<Loss> {
        self.loss_beside(line, line)
    }

    // `line` is what the line has, if a firing there may stand for another one.
    fn loss_beside(&self, granted: Option<&Rc<Record>>, line: Option<&Rc<Record>>) -> Option<Loss> {
        let before = self.before.as_ref()?;
        if granted.is_some_and(|granted| granted.closure.is_some()) {
            return None;
        }
        let Some(after) = &self.after else { return Some(Loss::Removal) };
        let earlier = ending(before).or(granted);
        let later = ending(after);
        let [was_unread, unread] = [before, after].map(|body| body.content().unread_end());
        let is_closed = |record: &Rc<Record>| record.closure.is_some();
        let was_closed = was_unread.closes || earlier.is_some_and(is_closed);
        if (unread.closes || later.is_some_and(is_closed)) && !was_closed {
            return Some(Loss::Closure);
        }
        let known =
            earlier.into_iter().chain(granted).flat_map(|record| &record.fired).collect::<Vec<_>>();
        let adds = |later: &Rc<Record>| {
            let has = |firing: &Firing| line.is_some_and(|line| has_fired(line, later, firing));
            later.fired.iter().any(|firing| !known.contains(&firing) && !has(firing))
        };
        if later.is_some_and(adds) || unread.n_fired > known.len().max(was_unread.n_fired) {
            return Some(Loss::Fired);
        }
        let later = later?;
        // What can't be read, or stands twice, was not granted: what stood before it was. Under another name it says the same.
        let earlier = before.record().or(granted).or(earlier)?;
        // A second file about something else took the id by mistake, and narrows nothing.
        if self.is_beside && !change::meet(later, earlier).unequal.is_empty() {
            return None;
        }
        let rest = match granted {
            Some(granted) => {
                let both = change::meet(granted, earlier);
                if both.unequal.is_empty() { both.record } else { granted.as_ref().clone() }
            }
            None => earlier.as_ref().clone(),
        };
        (narrows(later, earlier) && narrows(later, &rest)).then_some(Loss::Narrowing)
    }
}

pub(super) fn stood_before(
    trail: &Trail,
    landing: usize,
    parse: &dyn Fn(&VersionBody),
) -> Vec<Rc<Record>> {
    let landed = trail.versions.iter().filter(|version| version.landing < landing);
    let records = landed.filter_map(|version| {
        parse(&version.record);
        version.record.record().map(Rc::clone)
    });
    records.collect()
}

/// Returns the record whose closure and fired entries count: that of a misnamed or doubled file, too.
fn ending(body: &VersionBody) -> Option<&Rc<Record>> {
    body.content().ending()
}

/// Tells whether the line has a firing of the same trigger that asks for as much.
fn has_fired(line: &Record, later: &Record, firing: &Firing) -> bool {
    let is_named = |trigger: &&Trigger| trigger.id == firing.trigger;
    let [own, other] = [line, later].map(|record| record.triggers.iter().find(is_named));
    let Some(trigger) = own.filter(|_| own == other) else { return false };
    // A firing on another day may ask for another review, and a review that only the line has may have answered its own.
    let waits_alike = |fired: &Firing| {
        let is_before =
            |review: &Review| review.date < fired.date && later.reviews.contains(review);
        fired.date == firing.date
            && !later.fired.contains(fired)
            && line.reviews.iter().all(is_before)
    };
    let mut fired = line.fired.iter().filter(|fired| fired.trigger == firing.trigger);
    fired.any(|fired| trigger.then != Then::Review || waits_alike(fired))
}

fn narrows(later: &Record, earlier: &Record) -> bool {
    let mut meeting = change::meet(later, earlier);
    // What fired is compared before.
    meeting.record.fired.clone_from(&earlier.fired);
    // A control in other words, or verified later, asks for no more.
    let is_known = |id: &_| earlier.compensating_controls.iter().any(|own| own.id == *id);
    if later.compensating_controls.iter().all(|control| is_known(&control.id)) {
        meeting.record.compensating_controls.clone_from(&earlier.compensating_controls);
    }
    !meeting.unequal.is_empty() || meeting.record != *earlier
}

/// What commits off the first-parent line did to a record or governance file, wherever it stood then.
#[derive(Clone, Debug, Default)]
pub struct OffLine {
    pub(super) bars: Vec<SupportBar>,
    /// The earliest time of such a commit that holds the record.
    pub held_since: Option<Instant>,
    /// The first merge that brought such a commit, by its landing.
    pub brought_by: Option<usize>,
    /// The emergencies that such commits filed, and the line did not begin with.
    pub filed: Vec<EmergencyOffLine>,
}

/// An emergency that a merge left out: the line never had its id, or began with another text of it.
#[derive(Clone, Debug)]
pub struct EmergencyOffLine {
    pub commit: Rc<Commit>,
    /// When it was made.
    pub at: Instant,
    pub landing: usize,
    pub record: Rc<Record>,
    /// Whether the record's trail begins with it: it counts where that landing has no grace.
    pub is_first: bool,
}

/// A commit that took something away: from a landing on, no statement of before supports anything.
#[derive(Clone, Debug)]
pub(super) struct SupportBar {
    pub(super) from: usize,
    /// The landing before which the record stood as the line had it when they parted, excluded.
    pub(super) parted: usize,
    pub(super) at: Instant,
    /// The change, if it is not known yet whether it took anything away.
    pub(super) unsure: Option<RecordChange>,
    /// What the commit left of the bytes that stood on the line: who names it speaks of what was taken.
    pub(super) left: Option<Oid>,
}

impl OffLine {
    /// Drops what was parsed of what may have taken something away.
    pub fn forget(&mut self) {
        let unsure = self.bars.iter_mut().filter_map(|bar| bar.unsure.as_mut());
        let bodies = unsure.flat_map(|change| [&mut change.before, &mut change.after]).flatten();
        bodies.for_each(VersionBody::forget);
    }

    pub(super) fn parse(&self, contents: &ContentCache<'_>) {
        let unsure = self.bars.iter().filter_map(|bar| bar.unsure.as_ref());
        unsure.for_each(|change| change.parse(contents));
    }

    /// Returns the instant before which no statement supports a version.
    pub fn bar(&self, version: &Version, trail: &Trail) -> Instant {
        let is_left = |bar: &SupportBar| match version.files.as_slice() {
            [file] => bar.left == Some(file.blob),
            _ => false,
        };
        let bars = self.bars.iter().filter(|bar| bar.from <= version.landing && !is_left(bar));
        bars.filter(|bar| bar.is_sure(trail)).map(|bar| bar.at).max().unwrap_or(Instant::MIN)
    }

    /// Tells whether something was taken away at one of some landings, as the line has it.
    pub fn bars_within(&self, landings: Range<usize>, trail: &Trail) -> bool {
        let mut bars = self.bars.iter();
        bars.any(|bar| landings.contains(&bar.parted) && bar.is_sure(trail))
    }
}

impl SupportBar {
    fn is_sure(&self, trail: &Trail) -> bool {
        let stood = || stood_before(trail, self.parted, &|_| ());
        self.unsure.as_ref().is_none_or(|change| change.takes(&stood))
    }
}
