//! One exception: what a person states, and how it is read.
//!
//! Uses diag, yaml. Pure. Start at [`Record`] and [`file::read`]. Follows `docs/spec/record.md`. Knows neither
//! policy nor git: approvers, status, dates of approval and counts of renewals are derived, never read here.

#[macro_use]
pub mod map;
pub mod address;
mod consistent;
pub mod credential;
pub mod dates;
pub mod decision;
pub mod fields;
pub mod file;
pub mod form;
pub mod free;
pub mod id;
pub mod json;
pub mod later;
mod meant;
pub mod near;
mod no_time;
pub mod parse_error;
pub mod pattern;
pub mod placeholder;
pub mod places;
pub mod reader;
pub mod reference;
pub mod scalar;
pub mod schema;
pub mod spec;
pub mod subject;
pub mod template;
pub mod time;
pub mod version;
pub mod vocabulary;

use crate::record::address::Address;
use crate::record::decision::{Closure, Evidence, Firing, Handling, Renewal, Review, Transfer};
use crate::record::id::Id;
use crate::record::reader::Reader;
use crate::record::reference::ControlRef;
use crate::record::subject::{Scope, Subject};
use crate::record::time::{Day, Term, When};
use crate::record::vocabulary::{
    Baseline, Class, ControlStatus, FixTarget, Risk, RootCause, Test, Then,
};
use crate::yaml::node::{Node, Value};
use std::collections::BTreeMap;

map! {
    /// One exception: an approved, temporary deviation from a rule.
    pub struct Record {
        /// The id, which is also the file's name: prefix, year and five characters, such as `EXC-2026-7F3KQ`.
        required id: Id,
        /// What is not as it should be, in one line.
        required title: String,
        /// The kind of exception; each has its own review rule.
        required class: Class,
        /// The controls or the rule that this deviates from.
        required deviates_from: Deviation,
        /// What it is about: an identity, an asset or an application.
        required subject: Subject,
        /// What is waived, as narrowly as possible.
        optional scope: Scope,
        /// The accountable person.
        required owner: Owner,
        /// On whose behalf it is filed; by default the author of the commit that adds the file.
        optional requester: Address,
        /// Why it is needed now and why it can't be avoided.
        required justification: String; read (justification),
        /// The risk that remains with the compensating controls in place.
        required risk: RiskStatement,
        /// Why the deviation exists at all.
        required root_cause: RootCause,
        /// What will be corrected, and where.
        optional fix: Fix,
        /// What limits the risk meanwhile; an empty list is judged by the tier.
        required compensating_controls: Vec<CompensatingControl>,
        /// The first moment at which it may grant; a date or an instant.
        optional starts: When,
        /// The end: a date covers that whole day in UTC, an instant is exclusive.
        required expires: When = form::end,
        /// When the business event ends that it serves.
        optional event_ends: When,
        /// How often it must be looked at again; the tier may demand more.
        optional review_every: Term = form::term,
        /// What ends or reopens it sooner.
        list triggers: Vec<Trigger>,
        /// How often it may be used, counted from receipts.
        optional uses: Uses,
        /// How it is undone, and when it must be.
        optional rollback: Rollback,
        /// Tickets and other records that belong to it.
        boxed references: References,
        /// The looks taken since, one entry a decision.
        list reviews: Vec<Review>,
        /// What was done about it, stage by stage; grants nothing.
        list handling: Vec<Handling>,
        /// The later ends that were asked for, one entry each.
        list renewals: Vec<Renewal>,
        /// The changes of owner.
        list transfers: Vec<Transfer>,
        /// The triggers that fired.
        list fired: Vec<Firing>,
        /// How it ended.
        boxed closure: Closure,
        /// The team's own keys, judged by its own schema.
        list x: BTreeMap<String, serde_json::Value>; read (free::map),
    }
}

map! {
    /// What a record deviates from: at least one control or a rule.
    #[derive(Default)]
    pub struct Deviation (stated) {
        /// Controls as `catalog:id`, such as `nist-csf:ID.RA-07`.
        optional controls: Vec<ControlRef>,
        /// An internal rule, in its own words.
        optional rule: String,
        /// The kind of baseline it deviates from.
        optional baseline: Baseline,
    }
}

map! {
    /// The accountable person.
    pub struct Owner {
        /// The person's name.
        required name: String,
        /// The address under which the person is in the roster.
        required email: Address,
        /// The team.
        optional team: String,
        /// Who stands in.
        optional backup: Address,
    }
}

map! {
    /// The residual risk, and who accepts it.
    pub struct RiskStatement {
        /// The level that remains with the controls in place.
        required level: Risk,
        /// What could be reached or broken at worst.
        optional blast_radius: String,
        /// Who accepts the risk; a tier may demand that this person is among the approvers.
        optional owner: Address,
    }
}

map! {
    /// What will be corrected, where, and by when.
    pub struct Fix {
        /// Where the correction is made.
        required target: FixTarget,
        /// What will be done.
        required plan: String,
        /// The ticket that tracks it.
        optional ticket: String,
        /// The day by which it is done.
        optional due: Day,
    }
}

map! {
    /// Something that limits the risk while the exception lasts.
    pub struct CompensatingControl {
        /// The control's id within the record, such as `CC1`.
        required id: String,
        /// What it does.
        required description: String,
        /// Who keeps it working.
        required owner: Address,
        /// Whether it is there yet, or no longer.
        required status: ControlStatus,
        /// The day on which it was last seen to work.
        optional verified: Day,
        /// How often that must be repeated.
        optional verify_every: Term = form::term,
        /// What shows that it works.
        list evidence: Vec<Evidence>,
    }
}

map! {
    /// What ends or reopens the exception before its date.
    pub struct Trigger (inline) {
        /// The trigger's id within the record, such as `T1`.
        required id: String,
        /// What has to happen.
        required when: String,
        /// What follows.
        required then: Then,
        /// A test that scanner output can answer.
        optional test: Test,
    }
}

map! {
    /// How often the exception may be used.
    pub struct Uses (inline) {
        /// The number of uses, from 1.
        required limit: u32 = form::uses as { #[serde(deserialize_with = "form::uses_written")] #[schemars(extend("type" = ["integer", "string"], "minimum" = 1, "pattern" = "^[1-9][0-9]*$"))] },
    }
}

map! {
    /// How the exception is undone.
    pub struct Rollback {
        /// The steps.
        required plan: String,
        /// What makes them necessary.
        required criteria: String,
    }
}

map! {
    /// Tickets and records elsewhere.
    #[derive(Default)]
    pub struct References {
        /// The change request.
        optional change: String,
        /// The incident.
        optional incident: String,
        /// The ticket.
        optional ticket: String,
        /// The vendor's onboarding record.
        optional onboarding: String,
        /// The access review.
        optional access_review: String,
        /// The rotation record.
        optional rotation: String,
        /// The offboarding record.
        optional offboarding: String,
        /// The privileged access request.
        optional pam: String,
        /// The entry in the risk register.
        optional risk: String,
        /// The redesign that ends the need for it; lifts limits of renewal.
        optional redesign: String,
        /// The record that this one takes the place of.
        optional supersedes: String,
    }
}

/// Reads the justification, of which the content rules say whether it says enough, also of an empty one.
fn justification<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<String> {
    match &node.value {
        Value::Scalar(scalar) => Some(scalar.text.clone()),
        _ => at.scalar(node, |text| Ok(text.to_owned())),
    }
}
