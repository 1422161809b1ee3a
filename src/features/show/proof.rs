//! What git proves about a record, and its pending changes.
//!
//! Start at [`pairs`].

use crate::diag;
use crate::features::show::answers;
use crate::features::show::text::{Pairs, add};
use crate::history::objects;
use crate::record::dates;
use crate::record::time::Instant;
use crate::status::state::{Pending, RecordState};
use crate::view::doc::{StyledText, Tone};
use crate::view::record::approval;
use crate::view::{next, shape};

pub(super) fn pairs(record_state: &RecordState) -> Pairs {
    let mut pairs = Pairs::new();
    add(&mut pairs, "file", Some(&record_state.path));
    if let Some(tier) = &record_state.tier {
        let why =
            if tier.why.is_empty() { String::new() } else { format!(": {}", tier.why.join("; ")) };
        add(&mut pairs, "tier", Some(format!("{}{why}", tier.tier)));
    }
    add(&mut pairs, "needs", Some(shape::needed_text(&approval::needed(record_state))));
    if let Some(verdict) = &record_state.approval {
        let names: Vec<String> =
            verdict.authors.iter().map(|author| shape::name(&author.person)).collect();
        add(&mut pairs, "authors", (!names.is_empty()).then(|| names.join(", ")));
        pairs.push(("four eyes".to_owned(), shape::result(verdict.result)));
        let missing: Vec<String> = verdict.missing.iter().map(answers::missing_text).collect();
        add(&mut pairs, "missing", (!missing.is_empty()).then(|| missing.join("\n")));
        let flags: Vec<&str> = verdict.flags.iter().copied().collect();
        add(&mut pairs, "flags", (!flags.is_empty()).then(|| flags.join(", ")));
    }
    if let Some(landed) = &record_state.landed {
        let by =
            landed.by.as_ref().map(|by| format!(" by {}", shape::name(by))).unwrap_or_default();
        let request =
            landed.pull_request.as_ref().map(|request| format!(" ({request})")).unwrap_or_default();
        add(
            &mut pairs,
            "landed",
            Some(format!(
                "not before {}{by}{request}, {}",
                landed.at,
                objects::short(&landed.commit)
            )),
        );
    }
    if let Some(approved) = &record_state.approved {
        add(
            &mut pairs,
            "approved",
            Some(format!("not before {}, {}", approved.at, objects::short(&approved.commit))),
        );
    }
    add(&mut pairs, "digest", record_state.digest.as_ref());
    in_place(&mut pairs, record_state);
    pairs
}

pub(super) fn pending(record_state: &RecordState, instant: Instant) -> Pairs {
    let change = |pending: &Pending| {
        let place = pending.branch.clone().unwrap_or_else(|| "work tree".to_owned());
        let makers: Vec<String> = pending.makers.iter().map(shape::name).collect();
        let by = match makers.is_empty() {
            true => String::new(),
            false => format!(" by {}", diag::names(&makers)),
        };
        let since = pending.since.map(|since| {
            if since > instant {
                return format!(", {}", next::future(since));
            }
            format!(", since {since} ({}), at least claimed", dates::distance(since, instant))
        });
        let events = if pending.events.is_empty() {
            "a change".to_owned()
        } else {
            pending.events.join(", ")
        };
        (
            place,
            StyledText::with_tone(Tone::Warn, events)
                .and(Tone::Plain, format!("{by}{}", since.unwrap_or_default())),
        )
    };
    record_state.pending.iter().map(change).collect()
}

fn in_place(pairs: &mut Pairs, record_state: &RecordState) {
    let renewals = &record_state.renewals;
    let of = |limit: Option<String>| limit.map(|limit| format!(" of {limit}")).unwrap_or_default();
    let before = match renewals.refiled.as_slice() {
        [] => String::new(),
        ids => format!(", previously filed as {}", ids.join(", ")),
    };
    let times =
        format!("{}{}{before}", renewals.count, of(renewals.limit.map(|limit| limit.to_string())));
    let days = renewals.total_days.map(|days| {
        format!("; {days}{} days in all", of(renewals.limit_days.map(|limit| limit.to_string())))
    });
    add(pairs, "renewals", Some(format!("{times}{}", days.unwrap_or_default())));
    let days = |days: i64| diag::count(usize::try_from(days).unwrap_or(0), "day");
    let over = match record_state.in_place.overrun_days {
        0 => String::new(),
        over => format!(", and {} past its end", days(over)),
    };
    let in_force = days(record_state.in_place.days);
    add(pairs, "in place", Some(format!("{in_force} in force{over}")));
}
