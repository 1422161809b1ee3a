//! Reads what decides a record's tier: values stated, left out, or unreadable.
//!
//! Pure. Start at [`Facts::of`]. Follows `docs/spec/policy.md`, tiers and classes.

use crate::policy::tier::fact::{Fact, Facts};
use crate::record::Record;
use crate::record::file::{FieldState, RecordFile};
use crate::record::scalar::Scalar;

impl Facts {
    /// Returns the facts of a record.
    pub fn of(record: &Record) -> Facts {
        let subject = &record.subject;
        let names = [&subject.identity, &subject.asset, &subject.credential, &subject.application]
            .into_iter()
            .flatten()
            .cloned();
        let scope = record.scope.iter();
        Facts {
            class: Fact::Stated(record.class),
            risk: Fact::Stated(record.risk.level),
            environment: Fact::of(subject.environment.clone()),
            identity: Fact::of(subject.identity.clone()),
            identity_type: Fact::of(subject.identity_type),
            baseline: Fact::of(record.deviates_from.baseline),
            root_cause: Fact::Stated(record.root_cause),
            application: Fact::of(subject.application.clone()),
            aliases: Fact::of(subject.aliases.clone()),
            team: Fact::of(record.owner.team.clone()),
            names: Fact::Stated(names.chain(subject.aliases.iter().flatten().cloned()).collect()),
            scope: Fact::Stated(
                scope
                    .flat_map(|scope| [&scope.resources, &scope.actions])
                    .flatten()
                    .flatten()
                    .cloned()
                    .collect(),
            ),
        }
    }

    /// Returns the facts of a file, as far as it can be read.
    pub fn of_source(source: &RecordFile) -> Facts {
        if let Some(record) = &source.record {
            return Facts::of(record);
        }
        let names = ["identity", "asset", "credential", "application"]
            .map(|name| text(source, &format!("subject.{name}")));
        let aliases = texts(source, "subject.aliases");
        let scope = ["scope.resources", "scope.actions"];
        Facts {
            class: demanded(value(source, "class")),
            risk: demanded(value(source, "risk.level")),
            environment: text(source, "subject.environment"),
            identity: text(source, "subject.identity"),
            identity_type: value(source, "subject.identity_type"),
            baseline: value(source, "deviates_from.baseline"),
            root_cause: value(source, "root_cause"),
            application: text(source, "subject.application"),
            aliases: aliases.clone(),
            team: text(source, "owner.team"),
            names: together(names.into_iter().map(one).chain([aliases])),
            scope: together(scope.into_iter().map(|field| texts(source, field))),
        }
    }
}

/// A required field is never silent: if missing, it counts as unreadable.
fn demanded<T>(fact: Fact<T>) -> Fact<T> {
    match fact {
        Fact::Silent => Fact::Unreadable,
        fact => fact,
    }
}

fn value<T: Scalar>(source: &RecordFile, field: &str) -> Fact<T> {
    match source.stated(field) {
        FieldState::Absent => Fact::Silent,
        FieldState::Unreadable => Fact::Unreadable,
        FieldState::Node(_) => {
            source.value(field).map_or(Fact::Unreadable, |value| Fact::Stated(value))
        }
    }
}

fn text(source: &RecordFile, field: &str) -> Fact<String> {
    value(source, field)
}

fn texts(source: &RecordFile, field: &str) -> Fact<Vec<String>> {
    match source.stated(field) {
        FieldState::Absent => Fact::Silent,
        FieldState::Unreadable => Fact::Unreadable,
        FieldState::Node(_) => {
            let items = source.items(field).iter();
            let texts: Option<Vec<String>> =
                items.map(|item| item.text().map(str::to_owned)).collect();
            texts.map_or(Fact::Unreadable, Fact::Stated)
        }
    }
}

fn one(fact: Fact<String>) -> Fact<Vec<String>> {
    match fact {
        Fact::Stated(text) => Fact::Stated(vec![text]),
        Fact::Silent => Fact::Silent,
        Fact::Unreadable => Fact::Unreadable,
    }
}

/// The values of several fields together; a silent field adds none.
fn together(facts: impl Iterator<Item = Fact<Vec<String>>>) -> Fact<Vec<String>> {
    let mut all = Vec::new();
    for fact in facts {
        match fact {
            Fact::Stated(texts) => all.extend(texts),
            Fact::Silent => {}
            Fact::Unreadable => return Fact::Unreadable,
        }
    }
    Fact::Stated(all)
}
