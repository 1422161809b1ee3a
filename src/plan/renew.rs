//! Another end. A later one is a new decision, with its reason; an earlier one only narrows what was approved, so it needs
//! no entry and no reason.
//!
//! Uses record, policy, plan's entries. Pure. Start at [`move_end`]. The rules `renewal-limit`, `total-limit` and `term-too-long`
//! limit the number and duration of renewals. Follows `docs/spec/cli.md`, decisions.

use crate::history::change::event::ChangeEvent;
use crate::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use crate::plan::edit::FileEdit;
use crate::plan::entry::EntryPairs;
use crate::policy::governance::Governance;
use crate::policy::term;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::record::Record;
use crate::record::later;
use crate::record::time::{Instant, Term, When, not_after};
use crate::record::vocabulary::Then;
use crate::status::renewal;

/// The new end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewEnd {
    Until(When),
    /// This long after the present end.
    For(Term),
}

/// Returns the edits that move the end of a record: later with a reason, or earlier.
///
/// # Errors
/// [`DecisionRefusal`] if it is closed, the new end is the present one or in the past, or it is later and there is no
/// reason, or a trigger ended the record.
pub fn move_end(
    taken: &DecisionInput<'_>,
    end: &NewEnd,
    reason: Option<&str>,
) -> Result<Planned, DecisionRefusal> {
    taken.open()?;
    let record = taken.record;
    let id = &record.id;
    let until = read_until(taken, end)?;
    if let NewEnd::For(term) = end
        && !until.can_be_stated()
    {
        return Err(DecisionRefusal::new(
            format!("{id} would end after the year 9999: {term} is too long"),
            "give how much longer: 30d, 2w, 1mo",
        ));
    }
    let (new, present) = (not_after(&until), not_after(&record.expires));
    if new == present {
        return Err(DecisionRefusal::new(
            format!("{id} ends on {} already", record.expires),
            "give a later end with --reason, or an earlier one",
        ));
    }
    if new < present {
        return shorten(taken, &until, reason);
    }
    let Some(reason) = reason else {
        return Err(DecisionRefusal::new(
            format!("{id} ends on {}, and a later end needs a reason", record.expires),
            "say with --reason why it cannot end yet",
        ));
    };
    Ok(extend(taken, &until, reason)?.into())
}

fn extend(
    taken: &DecisionInput<'_>,
    until: &When,
    reason: &str,
) -> Result<Vec<FileEdit>, DecisionRefusal> {
    let record = taken.record;
    let id = &record.id;
    if let Some(fired) = ending(taken) {
        return Err(DecisionRefusal::new(
            format!("trigger {fired} of {id} fired, which ends it whatever its end date"),
            format!("run `exledger close {id}`; `exledger new --like {id}` files a new record"),
        ));
    }
    let from = &record.expires;
    if not_after(until) <= taken.now {
        return Err(DecisionRefusal::new(
            format!("{id} ended on {from}, and {until} is also in the past"),
            "give an end in the future with --until, or close it",
        ));
    }
    let entry = EntryPairs::new()
        .text("date", taken.day)
        .text("from", from)
        .text("until", until)
        .text("reason", reason);
    Ok(vec![
        FileEdit::set("expires", until.to_string()),
        FileEdit::append("renewals", entry.line()),
    ])
}

/// Returns the edits of an earlier end; the ends of the credential and the event that would be later move with it.
fn shorten(
    taken: &DecisionInput<'_>,
    until: &When,
    reason: Option<&str>,
) -> Result<Planned, DecisionRefusal> {
    let record = taken.record;
    let id = &record.id;
    if not_after(until) <= taken.now {
        return Err(DecisionRefusal::new(
            format!("{until} is in the past: a record cannot end before now"),
            format!("give an end in the future, or run `exledger close {id}`"),
        ));
    }
    let mut edits = vec![FileEdit::set("expires", until.to_string())];
    for (path, end) in [
        ("subject.credential_expires", &record.subject.credential_expires),
        ("event_ends", &record.event_ends),
    ] {
        if end.as_ref().is_some_and(|end| not_after(end) > not_after(until)) {
            edits.push(FileEdit::set(path, until.to_string()));
        }
    }
    let remarks = reason.map(|_| {
        "the reason is not written: an earlier end needs none; give it in the commit message"
            .to_owned()
    });
    Ok(Planned {
        edits,
        remarks: remarks.into_iter().collect(),
        event: Some(ChangeEvent::Shortened),
        ..Planned::default()
    })
}

/// Returns the latest end that tier, class and event allow a renewal; `None` without a limit.
///
/// Earlier records for the same exception, which only the history of all tells, may allow less.
pub fn latest_end(record: &Record, governance: &Governance, now: Instant) -> Option<When> {
    let present = &record.expires;
    let mut ends = Vec::new();
    if let Some(tier) = tier::resolve(&governance.policy, &Facts::of(record)) {
        ends.extend(term::latest(present, present, &tier.max_term));
        let begin = record.starts.as_ref();
        let begin = begin.filter(|_| !renewal::is_redesigned(record, Some(now)));
        ends.extend(begin.and_then(|begin| term::latest(begin, present, &tier.max_total)));
    }
    if let Some(event) = &record.event_ends {
        let end = governance.policy.lint.event_grace.after(not_after(event));
        ends.push(match present {
            When::Day(_) => When::Day(end.plus_seconds(-1).day()),
            When::Instant(..) => When::instant(end),
        });
    }
    ends.into_iter().min_by_key(not_after)
}

fn read_until(taken: &DecisionInput<'_>, end: &NewEnd) -> Result<When, DecisionRefusal> {
    let record = taken.record;
    match end {
        NewEnd::Until(until) => Ok(until.clone()),
        NewEnd::For(term) if term.is_zero() => Err(DecisionRefusal::new(
            format!("{term} is zero"),
            "give how much longer: 30d, 2w, 1mo",
        )),
        NewEnd::For(term) => later::after(&record.expires, *term).ok_or_else(|| {
            DecisionRefusal::new(
                format!(
                    "{} ends on a date ({}), and {term} is not a whole number of days",
                    record.id, record.expires
                ),
                "give --for in days, or the instant with --until",
            )
        }),
    }
}

/// Returns the fired trigger that ends the record.
fn ending<'t>(taken: &DecisionInput<'t>) -> Option<&'t str> {
    let record = taken.record;
    let ends = |id: &str| {
        let mut triggers = record.triggers.iter();
        triggers.any(|trigger| trigger.id == id && trigger.then != Then::Review)
    };
    let mut fired = record.fired.iter().map(|fired| fired.trigger.as_str());
    fired.find(|id| ends(id))
}
