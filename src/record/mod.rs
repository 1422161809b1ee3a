//! One exception: what a person states, and how it is read.
//!
//! Uses diag, yaml. Pure. Start at [`Record`] and [`file::read`]. Follows `docs/spec/record.md`. Knows neither
//! policy nor git: approvers, status, dates of approval and counts of renewals are derived, never read here.

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
mod shape;
mod shape_decision;
pub mod subject;
pub mod template;
pub mod time;
pub mod version;
pub mod vocabulary;

use crate::record::address::Address;
use crate::record::decision::{Closure, Evidence, Firing, Handling, Renewal, Review, Transfer};
use crate::record::id::Id;
use crate::record::reference::ControlRef;
use crate::record::subject::{Scope, Subject};
use crate::record::time::{Day, Term, When};
use crate::record::vocabulary::{
    Baseline, Class, ControlStatus, FixTarget, Risk, RootCause, Test, Then,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One exception: an approved, temporary deviation from a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The id, which is also the file's name: prefix, year and five characters, such as `EXC-2026-7F3KQ`.
    pub id: Id,
    /// What is not as it should be, in one line.
    pub title: String,
    /// The kind of exception; each has its own review rule.
    pub class: Class,
    /// The controls or the rule that this deviates from.
    pub deviates_from: Deviation,
    /// What it is about: an identity, an asset or an application.
    pub subject: Subject,
    /// What is waived, as narrowly as possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The accountable person.
    pub owner: Owner,
    /// On whose behalf it is filed; by default the author of the commit that adds the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<Address>,
    /// Why it is needed now and why it can't be avoided.
    pub justification: String,
    /// The risk that remains with the compensating controls in place.
    pub risk: RiskStatement,
    /// Why the deviation exists at all.
    pub root_cause: RootCause,
    /// What will be corrected, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// What limits the risk meanwhile; an empty list is judged by the tier.
    pub compensating_controls: Vec<CompensatingControl>,
    /// The first moment at which it may grant; a date or an instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<When>,
    /// The end: a date covers that whole day in UTC, an instant is exclusive.
    pub expires: When,
    /// When the business event ends that it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_ends: Option<When>,
    /// How often it must be looked at again; the tier may demand more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_every: Option<Term>,
    /// What ends or reopens it sooner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// How often it may be used, counted from receipts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<Uses>,
    /// How it is undone, and when it must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Rollback>,
    /// Tickets and other records that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<Box<References>>,
    /// The looks taken since, one entry a decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<Review>,
    /// What was done about it, stage by stage; grants nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handling: Vec<Handling>,
    /// The later ends that were asked for, one entry each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renewals: Vec<Renewal>,
    /// The changes of owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transfers: Vec<Transfer>,
    /// The triggers that fired.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fired: Vec<Firing>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure: Option<Box<Closure>>,
    /// The team's own keys, judged by its own schema.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub x: BTreeMap<String, serde_json::Value>,
}

/// What a record deviates from: at least one control or a rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Deviation {
    /// Controls as `catalog:id`, such as `nist-csf:ID.RA-07`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controls: Option<Vec<ControlRef>>,
    /// An internal rule, in its own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The kind of baseline it deviates from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
}

/// The accountable person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// The person's name.
    pub name: String,
    /// The address under which the person is in the roster.
    pub email: Address,
    /// The team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Who stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<Address>,
}

/// The residual risk, and who accepts it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskStatement {
    /// The level that remains with the controls in place.
    pub level: Risk,
    /// What could be reached or broken at worst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blast_radius: Option<String>,
    /// Who accepts the risk; a tier may demand that this person is among the approvers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Address>,
}

/// What will be corrected, where, and by when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// Where the correction is made.
    pub target: FixTarget,
    /// What will be done.
    pub plan: String,
    /// The ticket that tracks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The day by which it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
}

/// Something that limits the risk while the exception lasts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompensatingControl {
    /// The control's id within the record, such as `CC1`.
    pub id: String,
    /// What it does.
    pub description: String,
    /// Who keeps it working.
    pub owner: Address,
    /// Whether it is there yet, or no longer.
    pub status: ControlStatus,
    /// The day on which it was last seen to work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<Day>,
    /// How often that must be repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_every: Option<Term>,
    /// What shows that it works.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// What ends or reopens the exception before its date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// The trigger's id within the record, such as `T1`.
    pub id: String,
    /// What has to happen.
    pub when: String,
    /// What follows.
    pub then: Then,
    /// A test that scanner output can answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Test>,
}

/// How often the exception may be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Uses {
    /// The number of uses, from 1.
    #[serde(deserialize_with = "form::uses_written")]
    #[schemars(extend("type" = ["integer", "string"], "minimum" = 1, "pattern" = "^[1-9][0-9]*$"))]
    pub limit: u32,
}

/// How the exception is undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// The steps.
    pub plan: String,
    /// What makes them necessary.
    pub criteria: String,
}

/// Tickets and records elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct References {
    /// The change request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// The incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// The ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The vendor's onboarding record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onboarding: Option<String>,
    /// The access review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_review: Option<String>,
    /// The rotation record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation: Option<String>,
    /// The offboarding record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offboarding: Option<String>,
    /// The privileged access request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pam: Option<String>,
    /// The entry in the risk register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<String>,
    /// The redesign that ends the need for it; lifts limits of renewal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redesign: Option<String>,
    /// The record that this one takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
}
