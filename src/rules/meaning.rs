//! The meaning of a change of a record: which entries, whose, by how much; in words that rules and views share.
//!
//! Pure. Start at [`widened`], [`rewritten`]. Follows `docs/spec/rules.md` (change) and `docs/spec/approval.md`, V5 and V9.

use std::fmt::Display;

use crate::gate::accepted_text;
use crate::record::Record;
use crate::record::subject::{FindingKey, Scope};
use crate::record::time::Instant;
use crate::record::vocabulary::ControlStatus;

/// A list of the record's scope, and the entries added or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListDifference {
    /// The list, as a path in the record.
    pub list: &'static str,
    /// Whether the list itself is stated.
    pub stated: ListPresence,
    /// The added entries, each with its index in the list after the change.
    pub came: Vec<(usize, String)>,
    /// The removed entries.
    pub went: Vec<String>,
}

/// Whether a list is stated before and after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListPresence {
    /// In both contents, or in neither.
    Alike,
    /// Only the content after the change states it.
    Added,
    /// Only the content before the change states it.
    Dropped,
}

impl ListDifference {
    fn between<T: PartialEq>(
        list: &'static str,
        before: Option<&Vec<T>>,
        after: Option<&Vec<T>>,
        shown: impl Fn(&T) -> String,
    ) -> ListDifference {
        let none = Vec::new();
        let (old, new) = (before.unwrap_or(&none), after.unwrap_or(&none));
        let came = new.iter().enumerate().filter(|(_, entry)| !old.contains(entry));
        let went = old.iter().filter(|entry| !new.contains(entry));
        ListDifference {
            list,
            stated: match (before, after) {
                (None, Some(_)) => ListPresence::Added,
                (Some(_), None) => ListPresence::Dropped,
                _ => ListPresence::Alike,
            },
            came: came.map(|(at, entry)| (at, shown(entry))).collect(),
            went: went.map(&shown).collect(),
        }
    }

    /// Returns the last part of the list's path, as the user calls it.
    pub fn name(&self) -> &'static str {
        self.list.rsplit('.').next().unwrap_or(self.list)
    }
}

/// Returns the lists that define what a record waives, before and after a change: those
/// of the scope, aliases, controls.
fn lists(before: &Record, after: &Record) -> [ListDifference; 6] {
    let (none, text) = (Scope::default(), String::clone);
    let old = before.scope.as_ref().unwrap_or(&none);
    let new = after.scope.as_ref().unwrap_or(&none);
    [
        ListDifference::between(
            "scope.resources",
            old.resources.as_ref(),
            new.resources.as_ref(),
            text,
        ),
        ListDifference::between("scope.actions", old.actions.as_ref(), new.actions.as_ref(), text),
        ListDifference::between(
            "scope.findings",
            old.findings.as_ref(),
            new.findings.as_ref(),
            finding,
        ),
        ListDifference::between(
            "scope.not_waived",
            old.not_waived.as_ref(),
            new.not_waived.as_ref(),
            text,
        ),
        ListDifference::between(
            "subject.aliases",
            before.subject.aliases.as_ref(),
            after.subject.aliases.as_ref(),
            text,
        ),
        ListDifference::between(
            "deviates_from.controls",
            before.deviates_from.controls.as_ref(),
            after.deviates_from.controls.as_ref(),
            |control| control.as_str().to_owned(),
        ),
    ]
}

/// Returns a scanner's finding in one line.
pub fn finding(key: &FindingKey) -> String {
    let severity = key.severity.map(|level| format!("up to {}", level.as_str()));
    let lists = [("in", &key.paths), ("on", &key.resources)].map(|(preposition, list)| {
        let list = list.as_ref()?;
        Some(format!("{preposition} {}", list.join(", ")))
    });
    let text = key.content.as_ref().map(|content| {
        let items: Vec<String> =
            content.iter().map(|item| accepted_text::shown(item).replace('\n', " ⏎ ")).collect();
        format!("where it says {}", items.join(" | "))
    });
    let parts: Vec<String> = [
        key.tool.clone(),
        key.id.clone(),
        key.cwe.clone(),
        severity,
        key.purl.clone(),
        key.versions.clone(),
    ]
    .into_iter()
    .chain(lists)
    .chain([text])
    .flatten()
    .collect();
    parts.join(" ")
}

/// A difference by which more or less is waived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDifference {
    /// Its path in the record after the change.
    pub field: String,
    /// Its text: `resources + db:orders`.
    pub text: String,
}

/// Returns the differences by which more is waived: `scope` or one of its lists added or dropped, more aliases or
/// waived controls, a removed `not_waived`.
pub fn widened(before: &Record, after: &Record) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    let mut add = |field: String, text: String| found.push(FieldDifference { field, text });
    match (&before.scope, &after.scope) {
        (None, Some(_)) => add("scope".to_owned(), "the scope was added".to_owned()),
        (Some(_), None) => add("scope".to_owned(), "the scope was dropped".to_owned()),
        _ => {}
    }
    let has_scope = before.scope.is_some() && after.scope.is_some();
    for list in lists(before, after) {
        let name = list.name();
        let in_scope = list.list.starts_with("scope.");
        if name == "not_waived" {
            if has_scope && !list.went.is_empty() {
                add(list.list.to_owned(), format!("{name} - {}", list.went.join(", ")));
            }
            continue;
        }
        if in_scope && !has_scope {
            continue;
        }
        match list.stated {
            ListPresence::Dropped if in_scope => {
                add(list.list.to_owned(), format!("{name} was dropped"));
            }
            ListPresence::Added if in_scope && list.came.is_empty() => {
                add(list.list.to_owned(), format!("{name} was added"));
            }
            _ => {}
        }
        if let Some((first, _)) = list.came.first() {
            let came: Vec<&str> = list.came.iter().map(|(_, entry)| entry.as_str()).collect();
            add(format!("{}[{first}]", list.list), format!("{name} + {}", came.join(", ")));
        }
    }
    found
}

/// Returns the differences by which less is waived: a removed entry, an additional `not_waived`.
pub fn narrowed(before: &Record, after: &Record) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    for list in lists(before, after) {
        let name = list.name();
        let is_kept = name == "not_waived";
        let entries: Vec<&str> = if is_kept {
            list.came.iter().map(|(_, entry)| entry.as_str()).collect()
        } else {
            list.went.iter().map(String::as_str).collect()
        };
        if !entries.is_empty() && (is_kept || list.stated != ListPresence::Dropped) {
            let sign = if is_kept { '+' } else { '-' };
            found.push(FieldDifference {
                field: list.list.to_owned(),
                text: format!("{name} {sign} {}", entries.join(", ")),
            });
        }
    }
    found
}

/// Returns the compensating controls that were removed or withdrawn.
pub fn dropped(before: &Record, after: &Record) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    for control in &before.compensating_controls {
        let mut kept = after.compensating_controls.iter().enumerate();
        match kept.find(|(_, other)| other.id == control.id) {
            None => found.push(FieldDifference {
                field: "compensating_controls".to_owned(),
                text: format!("{} removed: {}", control.id, control.description),
            }),
            Some((at, other))
                if other.status == ControlStatus::Withdrawn
                    && control.status != ControlStatus::Withdrawn =>
            {
                found.push(FieldDifference {
                    field: format!("compensating_controls[{at}].status"),
                    text: format!("{} withdrawn: {}", control.id, control.description),
                });
            }
            Some(_) => {}
        }
    }
    found
}

/// Returns the lists of decisions in which an entry was changed or removed, each with its position and description.
pub fn rewritten(before: &Record, after: &Record) -> Vec<FieldDifference> {
    let found = [
        lost("reviews", &before.reviews, &after.reviews, |review| &review.date),
        lost("handling", &before.handling, &after.handling, |note| &note.date),
        lost("renewals", &before.renewals, &after.renewals, |renewal| &renewal.date),
        lost("transfers", &before.transfers, &after.transfers, |transfer| &transfer.date),
        lost("fired", &before.fired, &after.fired, |firing| &firing.date),
    ];
    found.into_iter().flatten().collect()
}

fn lost<T: PartialEq, D: Display>(
    list: &'static str,
    before: &[T],
    after: &[T],
    date: impl Fn(&T) -> &D,
) -> Option<FieldDifference> {
    let mut rest = after.iter();
    let (at, entry) =
        before.iter().enumerate().find(|(_, entry)| !rest.any(|other| other == *entry))?;
    let is_changed = after.get(at).is_some_and(|other| !before.contains(other));
    let (field, how) = if is_changed {
        (format!("{list}[{at}]"), "changed")
    } else {
        (list.to_owned(), "removed")
    };
    Some(FieldDifference {
        field,
        text: format!("the entry of {} in {list} was {how}", date(entry)),
    })
}

/// Returns how much later, or earlier, an end is: `+21 d`, `-10 d`, `+36 h`, `+90 min`.
pub fn shift(before: Instant, after: Instant) -> String {
    let seconds = after.seconds_since(before);
    let sign = if seconds < 0 { '-' } else { '+' };
    let size = seconds.unsigned_abs();
    let (number, unit) = match size {
        _ if size.is_multiple_of(86_400) => (size / 86_400, "d"),
        _ if size.is_multiple_of(3_600) => (size / 3_600, "h"),
        _ if size >= 172_800 => (size / 86_400, "d"),
        _ => (size / 60, "min"),
    };
    format!("{sign}{number} {unit}")
}

/// Returns an ordinal number: `1st`, `2nd`, `3rd`, `4th`, `11th`.
pub fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
