//! Another end. A later one is a new decision, with its reason; an earlier one only narrows what was approved, so it needs
//! no entry and no reason.
//!
//! Pure. Start at [`move_end`]. The rules `renewal-limit`, `total-limit` and `term-too-long` limit the number and duration
//! of renewals. Follows `docs/spec/cli.md`, decisions.

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
    let end = taken.present_end();
    let (new, present) = (not_after(&until), not_after(end));
    let open = record.renewals.get(taken.n_landed_renewals..).unwrap_or_default();
    let is_shortened = open.is_empty() && not_after(&record.expires) < present;
    if new == present && open.is_empty() && !is_shortened {
        return Err(DecisionRefusal::new(
            format!("{id} ends on {end} already"),
            "give a later end with --reason, or an earlier one",
        ));
    }
    let (mut planned, verb) = if new <= present {
        (shorten(taken, &until, reason)?, "taken back")
    } else {
        let Some(reason) = reason else {
            return Err(DecisionRefusal::new(
                format!("{id} ends on {end}, and a later end needs a reason"),
                "say with --reason why it cannot end yet",
            ));
        };
        (extend(taken, &until, reason)?.into(), "replaced")
    };
    planned.remarks.extend(open.iter().map(|renewal| {
        format!("the renewal until {}, which has not landed, is {verb}", renewal.until)
    }));
    if is_shortened {
        let verb = if new == present { "taken back" } else { "replaced" };
        planned
            .remarks
            .push(format!("the earlier end {}, which has not landed, is {verb}", record.expires));
    }
    planned.edits.extend(taken.moved_along(&until));
    Ok(planned)
}

impl DecisionInput<'_> {
    fn present_end(&self) -> &When {
        present_end(self.record, self.n_landed_renewals, self.landed)
    }

    // Returns the edits of the other ends: those that an earlier end would be before move with it, and what an earlier end that
    // has not landed moved goes back.
    fn moved_along(&self, until: &When) -> Vec<FileEdit> {
        let (record, landed) = (self.record, self.landed);
        let ends = [
            (
                "subject.credential_expires",
                &record.subject.credential_expires,
                landed.and_then(|landed| landed.subject.credential_expires.as_ref()),
            ),
            (
                "event_ends",
                &record.event_ends,
                landed.and_then(|landed| landed.event_ends.as_ref()),
            ),
        ];
        let (new, present) = (not_after(until), not_after(self.present_end()));
        let is_earlier = new < present || new == present && landed.is_none();
        let mut edits = Vec::new();
        for (path, end, landed) in ends {
            let Some(end) = end else { continue };
            let was_moved =
                |when: &&When| *end == record.expires && not_after(when) > not_after(end);
            let whole = landed.filter(was_moved).unwrap_or(end);
            let new = if is_earlier && not_after(whole) > not_after(until) { until } else { whole };
            if new != end {
                edits.push(FileEdit::set(path, new.to_string()));
            }
        }
        edits
    }
}

/// Returns the end before what has not landed, a renewal or an earlier end: a renewal replaces that.
pub fn present_end<'r>(
    record: &'r Record,
    n_landed_renewals: usize,
    landed: Option<&'r Record>,
) -> &'r When {
    let open = record.renewals.get(n_landed_renewals);
    let present = open.map_or(&record.expires, |renewal| &renewal.from);
    let landed = landed.map(|landed| &landed.expires);
    landed.filter(|landed| not_after(landed) > not_after(present)).unwrap_or(present)
}

fn extend(
    taken: &DecisionInput<'_>,
    until: &When,
    reason: &str,
) -> Result<Vec<FileEdit>, DecisionRefusal> {
    let record = taken.record;
    let id = &record.id;
    if let Some(fired) = ending(taken.record) {
        return Err(DecisionRefusal::new(
            format!("trigger {fired} of {id} fired, which ends it whatever its end date"),
            format!("run `exledger close {id}`; `exledger new --like {id}` files a new record"),
        ));
    }
    let from = taken.present_end();
    if not_after(until) <= taken.now {
        return Err(DecisionRefusal::new(
            format!("{id} ended on {from}, and {until} is also in the past"),
            "give an end in the future with --until, or close it",
        ));
    }
    let mut edits = vec![FileEdit::set("expires", until.to_string())];
    let kept = taken.n_landed_renewals;
    if record.renewals.get(kept).is_none() {
        let entry = EntryPairs::new()
            .text("date", taken.day)
            .text("from", from)
            .text("until", until)
            .text("reason", reason);
        edits.push(FileEdit::append("renewals", entry.line()));
        return Ok(edits);
    }
    edits.extend(remove_renewals(record, kept + 1));
    let entry = |key: &str| format!("renewals[{kept}].{key}");
    if record.renewals.get(kept).is_some_and(|renewal| renewal.from != *from) {
        edits.push(FileEdit::set(entry("from"), from.to_string()));
    }
    edits.extend([
        FileEdit::set(entry("date"), taken.day.to_string()),
        FileEdit::set(entry("until"), until.to_string()),
        FileEdit::set(entry("reason"), reason),
    ]);
    Ok(edits)
}

/// Returns the edits that remove all renewals but the first ones.
fn remove_renewals(record: &Record, kept: usize) -> Vec<FileEdit> {
    if kept == 0 && !record.renewals.is_empty() {
        return vec![FileEdit::Remove { path: "renewals".to_owned() }];
    }
    let rest = (kept..record.renewals.len()).rev();
    rest.map(|at| FileEdit::Remove { path: format!("renewals[{at}]") }).collect()
}

/// Returns the edits of an earlier end.
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
    edits.extend(remove_renewals(record, taken.n_landed_renewals));
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

/// Returns the latest end that tier, class and event allow a renewal of the present end; `None` without a limit.
///
/// Earlier records for the same exception, which only the history of all tells, may allow less.
pub fn latest_end(
    record: &Record,
    present: &When,
    governance: &Governance,
    now: Instant,
) -> Option<When> {
    let mut ends = Vec::new();
    if let Some(tier) = tier::resolve(&governance.policy, &Facts::of(record)) {
        ends.extend(term::latest(present, present, &tier.max_term));
        let begin = record.starts.as_ref();
        let begin = if !renewal::is_redesigned(record, Some(now)) { begin } else { None };
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
    let present = taken.present_end();
    match end {
        NewEnd::Until(until) => Ok(until.clone()),
        NewEnd::For(term) if term.is_zero() => Err(DecisionRefusal::new(
            format!("{term} is zero"),
            "give how much longer: 30d, 2w, 1mo",
        )),
        NewEnd::For(term) => later::after(present, *term).ok_or_else(|| {
            DecisionRefusal::new(
                format!(
                    "{} ends on a date ({present}), and {term} is not a whole number of days",
                    record.id
                ),
                "give --for in days, or the instant with --until",
            )
        }),
    }
}

/// Returns the trigger that fired and ends a record, so that nobody renews it.
pub fn ending(record: &Record) -> Option<&str> {
    let ends = |id: &str| {
        let mut triggers = record.triggers.iter();
        triggers.any(|trigger| trigger.id == id && trigger.then != Then::Review)
    };
    let mut fired = record.fired.iter().map(|fired| fired.trigger.as_str());
    fired.find(|id| ends(id))
}
