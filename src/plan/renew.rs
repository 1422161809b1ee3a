//! Another end. A later one is a new decision, with its reason; an earlier one only narrows what was approved, so it needs
//! no entry and no reason.
//!
//! Uses record, plan's entries. Pure. Start at [`renew`] and [`shorten`]. The rules `renewal-limit`, `total-limit` and `term-too-long`
//! limit the number and duration of renewals. Follows `docs/spec/cli.md`, decisions.

use crate::plan::decision::{DecisionInput, DecisionRefusal};
use crate::plan::edit::FileEdit;
use crate::plan::entry::EntryPairs;
use crate::record::later;
use crate::record::time::{Term, When, not_after};
use crate::record::vocabulary::Then;

/// The later end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Later {
    Until(When),
    /// This long after the present end.
    For(Term),
}

/// Returns the edits that renew a record.
///
/// # Errors
/// [`DecisionRefusal`] if it is closed or revoked, or the new end would not be later, or is in the past.
pub fn renew(
    taken: &DecisionInput<'_>,
    later: &Later,
    reason: &str,
) -> Result<Vec<FileEdit>, DecisionRefusal> {
    taken.open()?;
    let record = taken.record;
    let id = &record.id;
    if let Some(fired) = ending(taken) {
        return Err(DecisionRefusal::new(
            format!("trigger {fired} of {id} fired, which ends it whatever its end date"),
            format!("run `exledger close {id}`; `exledger new --like {id}` files a new record"),
        ));
    }
    let from = &record.expires;
    let until = read_until(taken, later)?;
    if not_after(&until) <= not_after(from) {
        return Err(DecisionRefusal::new(
            format!("{id} ends on {from} already, and {until} is not later"),
            format!("give a later end; use `exledger shorten {id} --until …` to end it earlier"),
        ));
    }
    if not_after(&until) <= taken.now {
        return Err(DecisionRefusal::new(
            format!("{id} ended on {from}, and {until} is also in the past"),
            "give an end in the future with --until, or close it",
        ));
    }
    let entry = EntryPairs::new()
        .text("date", taken.day)
        .text("from", from)
        .text("until", &until)
        .text("reason", reason);
    Ok(vec![
        FileEdit::set("expires", until.to_string()),
        FileEdit::append("renewals", entry.line()),
    ])
}

/// Returns the edits that move the end of a record earlier.
///
/// # Errors
/// [`DecisionRefusal`] if it is closed, or the new end would not be earlier, or is in the past.
pub fn shorten(taken: &DecisionInput<'_>, until: &When) -> Result<Vec<FileEdit>, DecisionRefusal> {
    taken.open()?;
    let record = taken.record;
    let id = &record.id;
    let present = &record.expires;
    if not_after(until) >= not_after(present) {
        return Err(DecisionRefusal::new(
            format!("{id} ends on {present} already, and {until} is not earlier"),
            format!("run `exledger renew {id} --until {until} --reason …` for a later end"),
        ));
    }
    if not_after(until) <= taken.now {
        return Err(DecisionRefusal::new(
            format!("{until} is in the past: a record cannot end before now"),
            format!("give an end in the future, or run `exledger close {id}`"),
        ));
    }
    Ok(vec![FileEdit::set("expires", until.to_string())])
}

fn read_until(taken: &DecisionInput<'_>, later: &Later) -> Result<When, DecisionRefusal> {
    let record = taken.record;
    match later {
        Later::Until(until) => Ok(until.clone()),
        Later::For(term) if term.is_zero() => Err(DecisionRefusal::new(
            format!("{term} is zero"),
            "give how much longer: 30d, 2w, 1mo",
        )),
        Later::For(term) => later::after(&record.expires, *term).ok_or_else(|| {
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
