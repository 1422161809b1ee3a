//! The present ends of records, and the latest ones that a renewal may give them.
//!
//! Start at `read_ends`. Whether an end is possible is tried: the decision is worked out and dropped, so that every
//! rule has its say. Follows `docs/spec/cli.md`, decisions.

use crate::features::decide::answer::{Job, prepare_decision};
use crate::features::decide::landed::LandedRecords;
use crate::features::decide::select::{self, Which};
use crate::history::change::event::ChangeEvent;
use crate::ledger::Files;
use crate::plan::renew::{self, NewEnd};
use crate::record::address::Address;
use crate::record::later;
use crate::record::time::{Term, Unit, When, not_after};
use crate::session::error::{Error, Usage};
use crate::session::locate::{self, Located};
use crate::session::options::Moment;

/// A stand-in for the reason of a renewal that is only tried.
const REASON: &str = "The reason is asked for afterwards";

/// When a record ends.
#[derive(Clone, Debug)]
pub struct RecordEnd {
    /// The name of its file, without the extension.
    pub id: String,
    pub present: When,
    /// The latest end that the policy allows a renewal; `None` without a limit.
    pub allowed: Option<When>,
}

/// The latest end that a renewal may give a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LatestEnd {
    At(When),
    /// Nothing limits it.
    Unlimited,
    /// It can't be renewed, for this reason.
    Refused(String),
}

pub(crate) fn read_ends(
    located: &Located,
    at: &Moment,
    which: Which<'_>,
) -> Result<Vec<RecordEnd>, Error> {
    let governance = locate::governance(located.work_tree()?)?;
    let paths = select::paths(located, at, &governance, which, &mut Vec::new())?;
    let files = Files::list(&located.tree, &governance.policy.records)?;
    let landed = LandedRecords::new(located, &governance);
    let mut ends = Vec::new();
    for file in files.records.iter().filter(|file| paths.contains(&file.path)) {
        if let Some(record) = files.read(&located.tree, file)?.record {
            let (n_landed, landed) = landed.find(&record);
            let present = renew::present_end(&record, n_landed, landed.as_ref()).clone();
            ends.push(RecordEnd {
                id: file.stem().to_owned(),
                allowed: renew::latest_end(&record, &present, &governance, at.instant()),
                present,
            });
        }
    }
    Ok(ends)
}

pub(crate) fn latest_end(
    located: &Located,
    at: &Moment,
    by: &Address,
    end: &RecordEnd,
) -> Result<LatestEnd, Error> {
    // Where the limit is reached already, the next day tells why.
    let next = later::after(&end.present, Term { number: 1, unit: Unit::Days });
    let is_later = |when: &&When| not_after(when) > not_after(&end.present);
    let tried = end.allowed.as_ref().filter(is_later).or(next.as_ref());
    let Some(tried) = tried else {
        return Ok(LatestEnd::Unlimited);
    };
    let ids = [end.id.clone()];
    let which = Which::Several(&ids, &Default::default());
    match try_end(located, at, (which, by), &NewEnd::Until(tried.clone())) {
        Ok(()) if end.allowed.is_none() => Ok(LatestEnd::Unlimited),
        Ok(()) => Ok(LatestEnd::At(tried.clone())),
        Err(error @ Error::Usage(_)) => Ok(LatestEnd::Refused(first_reason(&error))),
        Err(error) => Err(error),
    }
}

pub(crate) fn try_end(
    located: &Located,
    at: &Moment,
    (which, by): (Which<'_>, &Address),
    end: &NewEnd,
) -> Result<(), Error> {
    let job = Job {
        event: ChangeEvent::Renewed,
        which,
        needs_history: true,
        by: by.clone(),
        plan: &|taken| renew::move_end(taken, end, Some(REASON)),
    };
    prepare_decision(located, at, &job).map(drop)
}

/// Returns why an end is impossible, on one line: the first finding, or the refusal.
pub fn first_reason(error: &Error) -> String {
    let Error::Usage(Usage::WouldNotLint { findings, .. }) = error else {
        return error.reason();
    };
    let mut errors = findings.iter().filter(|finding| finding.level == crate::diag::Level::Error);
    errors
        .next()
        .map_or_else(|| error.reason(), |it| format!("{}: {}", it.message, it.remedy.words()))
}
