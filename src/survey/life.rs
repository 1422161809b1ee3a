//! The life of a record in dates: requested, landed, decided, closed.
//!
//! Pure. Start at [`read_life`]. Follows M36, M42 and M56 of the mission. What it is today is in its `RecordState`; nothing
//! here compares dates with the clock.

use std::rc::Rc;

use crate::approval::verdict::{ApprovalVerdict, Satisfied};
use crate::history::version::{Trail, Version};
use crate::history::walked::History;
use crate::record::Record;
use crate::record::time::Instant;
use crate::record::vocabulary::ClosureOutcome;
use crate::status::state::RecordState;

/// The dates of a record that landed.
#[derive(Clone, Debug)]
pub struct Life<'a> {
    pub record_state: &'a RecordState,
    /// Its content, or its last readable content.
    pub record: Rc<Record>,
    /// When it was requested: the claimed time of the first commit that adds it, but no later than the landing.
    pub requested: Instant,
    pub opened: Instant,
    /// When it was first approved, or closed without approval; `None` while it waits.
    pub decided: Option<Instant>,
    /// When its closure landed, and with which outcome.
    pub closed: Option<(Instant, ClosureOutcome)>,
}

/// Returns the life of a record; `None` if no readable version of it has landed.
pub fn read_life<'a>(
    history: &History,
    trail: &Trail,
    verdicts: &[Rc<ApprovalVerdict>],
    record_state: &'a RecordState,
) -> Option<Life<'a>> {
    let landed = |version: &Version| {
        let landing = history.mainline.landings.get(version.landing);
        landing.map(|landing| landing.effective)
    };
    let first = trail.versions.first()?;
    let opened = landed(first)?;
    // A file that is unreadable now may have been readable before.
    let mut written =
        trail.versions.iter().rev().filter_map(|version| Some((version.record.record()?, version)));
    let (record, mut closing) = written.next()?;
    for (before, version) in written {
        if record.closure.is_none() || before.closure.is_none() {
            break;
        }
        closing = version;
    }
    let outcome = record.closure.as_ref().map(|closure| closure.outcome);
    let closed = outcome.and_then(|outcome| Some((landed(closing)?, outcome)));
    let touched = first.touched.iter().chain([&first.commit]);
    let typed = touched.filter_map(|commit| commit.committed());
    Some(Life {
        record_state,
        record: Rc::clone(record),
        requested: typed.chain([opened]).min()?,
        opened,
        decided: approved(verdicts).or(closed.map(|(at, _)| at)),
        closed,
    })
}

fn approved(verdicts: &[Rc<ApprovalVerdict>]) -> Option<Instant> {
    let met = verdicts.iter().filter(|verdict| verdict.satisfied == Satisfied::Yes);
    met.filter_map(|verdict| verdict.approved_at).min()
}

impl Life<'_> {
    /// Tells whether it was rejected, so that it never took effect.
    pub fn is_rejected(&self) -> bool {
        matches!(self.closed, Some((_, ClosureOutcome::Rejected)))
    }
}
