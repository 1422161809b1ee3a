//! The events of a change, each with a description of its detail.
//!
//! Pure. Start at [`events`]. Follows `docs/spec/cli.md` (diff and the shared shapes).

use crate::history::change;
use crate::history::change::differ;
use crate::history::change::event::ChangeEvent;
use crate::history::change::fields::{self, FIELDS};
use crate::policy::tier::Resolved;
use crate::record::Record;
use crate::record::time::not_after;
use crate::rules::meaning::{self, FieldDifference};
use crate::rules::renewals;

/// An event with its detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDetail {
    /// The kind of the event.
    pub event: ChangeEvent,
    /// The amount, the items or the persons; empty without any.
    pub detail: String,
}

/// The context besides the contents.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'b> {
    /// The requirements of tier and class for the later content.
    pub tier: Option<&'b Resolved>,
    /// How many times an approved version ended later than the approved one before it.
    pub renewed: u32,
    /// The content of the last approved version; `None` if none is approved.
    pub approved: Option<&'b Record>,
}

/// Returns the changes in meaning between two contents, in the order of the events.
pub fn events(before: Option<&Record>, after: &Record, beside: Beside<'_>) -> Vec<EventDetail> {
    let events = change::events(before, after).into_iter();
    events
        .map(|event| EventDetail {
            event,
            detail: match before {
                Some(before) => detail(event, before, after, beside),
                None => filed(after, beside.tier),
            },
        })
        .collect()
}

fn filed(after: &Record, tier: Option<&Resolved>) -> String {
    let tier = tier.map_or_else(String::new, |tier| format!(", tier {}", tier.tier));
    let class = after.class.as_str();
    format!("class {class}{tier}, until {}", after.expires)
}

fn detail(event: ChangeEvent, before: &Record, after: &Record, beside: Beside<'_>) -> String {
    match event {
        ChangeEvent::Renewed => renewed(before, after, beside),
        ChangeEvent::Extended => format!("{}, now until {}", moved(before, after), after.expires),
        ChangeEvent::Shortened => shortened(before, after),
        ChangeEvent::ScopeWidened => joined(&meaning::widened(before, after)),
        ChangeEvent::ScopeNarrowed => joined(&meaning::narrowed(before, after)),
        ChangeEvent::ControlDropped => joined(&meaning::dropped(before, after)),
        ChangeEvent::ControlAdded => controls_added(before, after),
        ChangeEvent::RiskRaised | ChangeEvent::RiskLowered => {
            format!("{} → {}", before.risk.level.as_str(), after.risk.level.as_str())
        }
        ChangeEvent::OwnerChanged | ChangeEvent::Transferred => {
            format!("{} → {}", before.owner.email, after.owner.email)
        }
        ChangeEvent::Reviewed => entries(differ::beyond(&after.reviews, &before.reviews), |it| {
            format!("{} by {}: {}", it.date, it.by, it.outcome.as_str())
        }),
        ChangeEvent::Noted => entries(differ::beyond(&after.handling, &before.handling), |note| {
            format!("{} by {}: {}", note.date, note.by, note.stage.as_str())
        }),
        ChangeEvent::Fired => entries(differ::beyond(&after.fired, &before.fired), |firing| {
            format!("{} on {} by {}", firing.trigger, firing.date, firing.by)
        }),
        ChangeEvent::Attested => attested(before, after),
        ChangeEvent::Closed | ChangeEvent::Rejected => closed(after),
        ChangeEvent::Reopened => format!("was {}", closed(before)),
        ChangeEvent::PostReviewed => {
            let closure = after.closure.as_ref();
            let review = closure.and_then(|closure| closure.reviewed.as_ref());
            review.map_or_else(String::new, |review| {
                format!("{} by {}: {}", review.date, review.by, review.outcome.as_str())
            })
        }
        ChangeEvent::Amended => amended(before, after).join(", "),
        _ => String::new(),
    }
}

fn closed(record: &Record) -> String {
    let closure = record.closure.as_ref();
    closure.map_or_else(String::new, |closure| {
        format!("{} by {}: {}", closure.outcome.as_str(), closure.by, closure.reason.trim())
    })
}

/// Returns the fields that differ and have no event of their own.
fn amended(before: &Record, after: &Record) -> Vec<&'static str> {
    let differ = FIELDS.iter().filter(|field| !(field.equal)(before, after));
    let unnamed = differ.filter(|field| {
        let events = (field.events)(before, after);
        events.is_empty() || events.contains(&ChangeEvent::Amended)
    });
    unnamed.map(|field| field.name).collect()
}

fn shortened(before: &Record, after: &Record) -> String {
    let mut text = format!("{}, now until {}", moved(before, after), after.expires);
    for (what, old, new) in [
        ("credential", &before.subject.credential_expires, &after.subject.credential_expires),
        ("event", &before.event_ends, &after.event_ends),
    ] {
        if let Some(new) = new.as_ref().filter(|_| fields::is_earlier(old, new)) {
            text.push_str(&format!("; the {what} until {new}"));
        }
    }
    text
}

fn moved(before: &Record, after: &Record) -> String {
    meaning::shift(not_after(&before.expires), not_after(&after.expires))
}

/// Returns the days added, and which renewal this is of how many.
fn renewed(before: &Record, after: &Record, beside: Beside<'_>) -> String {
    let number = renewals::number(Some(before), after, beside.approved, beside.renewed);
    let of = beside.tier.map_or_else(String::new, |tier| format!(" of {}", tier.max_renewals));
    format!("{} ({}{of})", moved(before, after), meaning::ordinal(number))
}

fn joined(differences: &[FieldDifference]) -> String {
    let texts: Vec<&str> = differences.iter().map(|difference| difference.text.as_str()).collect();
    texts.join("; ")
}

fn entries<T>(added: Vec<&T>, describe: impl Fn(&T) -> String) -> String {
    let texts: Vec<String> = added.into_iter().map(describe).collect();
    texts.join("; ")
}

fn controls_added(before: &Record, after: &Record) -> String {
    let known = |id: &str| before.compensating_controls.iter().any(|control| control.id == id);
    let added = after.compensating_controls.iter();
    entries(added.filter(|entry| !known(&entry.id)).collect(), |entry| {
        format!("{} {}", entry.id, entry.description.trim())
    })
}

fn attested(before: &Record, after: &Record) -> String {
    let is_other = |it: &&crate::record::CompensatingControl| {
        let known = before.compensating_controls.iter().find(|other| other.id == it.id);
        known.is_some_and(|known| known.verified != it.verified || known.status != it.status)
    };
    let controls = after.compensating_controls.iter().filter(is_other);
    entries(controls.collect(), |control| {
        let verified = control.verified.map_or_else(String::new, |day| format!(", verified {day}"));
        format!("{} {}{verified}", control.id, control.status.as_str())
    })
}

/// Returns the landed, unapproved changes that would be approved together with a change, or that stay so where it carries on their
/// result; `None` if nothing of them is left.
pub fn also(
    (approved, landed, after): (Option<&Record>, &Record, &Record),
    carries_on: bool,
) -> Option<String> {
    let left: Vec<ChangeEvent> = change::events(approved, after);
    let landed = events(approved, landed, Beside::default()).into_iter();
    let lines: Vec<String> =
        landed.filter(|detail| left.contains(&detail.event)).map(|detail| detail.line()).collect();
    let does = if carries_on { "its merge does not approve" } else { "also approves" };
    (!lines.is_empty()).then(|| format!("{does} what landed unapproved: {}", lines.join("; ")))
}

impl EventDetail {
    /// Returns event and detail in one line: `scope widened: resources + db:orders`.
    pub fn line(&self) -> String {
        let event = self.event.as_str().replace('-', " ");
        match self.detail.as_str() {
            "" => event,
            detail => format!("{event}: {detail}"),
        }
    }
}
