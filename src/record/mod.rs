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
use crate::record::reader::NodeReader;
use crate::record::reference::ControlRef;
use crate::record::spec::{PERSON_HINT, WHEN_HINT};
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
        required title: String;
            group ("What it deviates from");
            ask { flag: "--title", label: "Title", prompt: "Title, one line", hint: "such as: Billing batch key cannot rotate before the legacy job retires", rank: 1 };
            issue { label: "Title", required: true, says: "One line that tells this exception from all others", rank: 1 },
        /// The kind of exception; each has its own review rule.
        required class: Class;
            group ("What it deviates from");
            ask { flag: "--class", help: "The class; by default standard", label: "Class", prompt: "Which class is it of?", rank: 18 };
            issue { label: "Class", required: true, says: "Emergency starts before its review; regulated and third-party have reviewers of their own", rank: 2 },
        /// The controls or the rule that this deviates from.
        required deviates_from: Deviation;
            group ("What it deviates from");
            ask { flags: "--control CATALOG:ID or --rule TEXT", label: "Deviates from", prompt: "Which control or rule does it deviate from?", hint: "an id or words of a title search the catalogs; anything else is the internal rule, in your words", rank: 2 },
        /// What it is about: an identity, an asset or an application.
        required subject: Subject;
            group ("What it is about");
            ask { flags: "--identity, --asset or --application", label: "Subject", prompt: "What is it about: which application, asset or identity?", hint: "type its name, then choose what it is", rank: 3 },
        /// What is waived, as narrowly as possible.
        optional scope: Scope;
            group ("What it is about"),
        /// The accountable person.
        required owner: Owner;
            group ("People");
            ask { flags: "--owner-name and --owner-email, or git's user.name and user.email", label: "Owner", prompt: "Who answers for it?", hint: PERSON_HINT, rank: 10 };
            issue { label: "Owner", required: true, says: "Who answers for it", such_as: "Ana Ruiz <ana@example.com>", rank: 17 },
        /// On whose behalf it is filed; by default the author of the commit that adds the file.
        optional requester: Address;
            group ("People");
            ask { flag: "--requester", value: "EMAIL", help: "On whose behalf it is filed", label: "Requester", prompt: "On whose behalf is it?", hint: PERSON_HINT, rank: 46 },
        /// Why it is needed now and why it can't be avoided.
        required justification: String; read (justification);
            group ("Why, and at which risk");
            ask { flag: "--justification", help: "Why it is needed now and can't be avoided", label: "Justification", prompt: "Why is it needed now, and why can't it be avoided?", hint: "name what would break, and what ends the need", rank: 8 };
            issue { label: "Justification", area: Some(""), required: true, says: "Why it is needed now and can't be avoided, and what ends the need", rank: 18 },
        /// The risk that remains with the compensating controls in place.
        required risk: RiskStatement;
            group ("Why, and at which risk"),
        /// Why the deviation exists at all.
        required root_cause: RootCause;
            group ("Why, and at which risk");
            ask { flag: "--root-cause", label: "Root cause", prompt: "Why does the deviation exist at all?", rank: 19 };
            issue { label: "Root cause", required: true, says: "What makes the rule impossible to keep. A technical fault is no root cause", rank: 22 },
        /// What will be corrected, and where.
        optional fix: Fix;
            group ("Why, and at which risk"),
        /// What limits the risk meanwhile; an empty list is judged by the tier.
        required compensating_controls: Vec<CompensatingControl>;
            group ("What limits it");
            ask { flags: "--compensating-control TEXT", label: "Compensating control", prompt: "What limits the risk meanwhile?", hint: "such as: Alert on use outside 01:00-03:00 UTC", rank: 9 };
            issue { label: "Compensating controls", area: Some(""), says: "One per line: description | owner's address | planned or active. Left out, the owner is the record's and the control is planned", such_as: "Alert on any use outside 01:00-03:00 UTC | soc@example.com | active", rank: 23 },
        /// The first moment at which it may grant; a date or an instant.
        optional starts: When;
            group ("From when to when");
            ask { flag: "--starts", value: "WHEN", help: "When it starts: a date, an instant, or a duration from now; by default today", label: "Starts", prompt: "From when on?", hint: WHEN_HINT, rank: 20 },
        /// The end: a date covers that whole day in UTC, an instant is exclusive.
        required expires: When = form::end;
            group ("From when to when");
            ask { flag: "--expires", value: "WHEN", help: "When it ends: a date, an instant, or a duration: from --starts, else from now", label: "Expires", prompt: "Until when?", hint: "a date such as 2026-12-20, an instant, or a duration such as 30d or 36h", rank: 21 };
            issue { label: "Expires", required: true, says: "A date, which counts to its end in UTC, an instant, or a duration", such_as: "2026-12-20 or 30d", rank: 25 },
        /// When the business event ends that it serves.
        optional event_ends: When;
            group ("From when to when");
            ask { flag: "--event-ends", value: "WHEN", label: "Event ends", prompt: "When does the business event end?", hint: WHEN_HINT, rank: 45 },
        /// How often it must be looked at again; the tier may demand more.
        optional review_every: Term = form::term;
            group ("From when to when");
            ask { flag: "--review-every", value: "DURATION", help: "How often it is looked at again, such as 14d", label: "Review", prompt: "How often is it reviewed?", hint: "such as 7d", rank: 29 },
        /// What ends or reopens it sooner.
        list triggers: Vec<Trigger>;
            group ("What limits it");
            ask { flag: "--trigger", help: "What ends or reopens it sooner: \"WHEN => close|review|revoke\"; repeatable", flags: "--trigger \"WHEN => close|review|revoke\"", label: "Trigger", prompt: "What ends or reopens it sooner?", hint: "write WHEN => close, review or revoke, such as: The vendor ships OAuth => close", rank: 30 };
            issue { label: "Triggers", area: Some(""), says: "What ends or reopens it sooner, one per line: when => close, review or revoke", such_as: "The vendor ships OAuth client credentials => close", rank: 24 },
        /// How often it may be used, counted from receipts.
        optional uses: Uses,
        /// How it is undone, and when it must be.
        optional rollback: Rollback;
            group ("What limits it"),
        /// Tickets and other records that belong to it.
        boxed references: References;
            group ("References"),
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
        optional controls: Vec<ControlRef>;
            ask { flag: "--control", value: "CATALOG:ID", help: "A control that it deviates from, as catalog:id; repeatable", flags: "--control CATALOG:ID", label: "Controls", prompt: "Which controls does it deviate from?", hint: "as catalog:id, separated by commas", rank: 17 };
            issue { label: "Controls", says: "What it deviates from, as catalog:id, separated by commas. Give this or a rule", such_as: "nist-csf:ID.RA-07", rank: 3 },
        /// An internal rule, in its own words.
        optional rule: String;
            ask { flag: "--rule", help: "The internal rule that it deviates from", label: "Rule", prompt: "Which internal rule does it deviate from?", rank: 16 };
            issue { label: "Rule", says: "The internal rule that it deviates from, in a sentence", rank: 4 },
        /// The kind of baseline it deviates from.
        optional baseline: Baseline;
            ask { flag: "--baseline", help: "The kind of baseline that it deviates from", label: "Baseline", prompt: "What kind of rule is it?", rank: 15 };
            issue { label: "Baseline", says: "The kind of rule", rank: 5 },
    }
}

map! {
    /// The accountable person.
    pub struct Owner {
        /// The person's name.
        required name: String;
            ask { flag: "--owner-name", value: "NAME", help: "The accountable person; by default you", label: "Owner's name", prompt: "What is the owner's name?", rank: 23 },
        /// The address under which the person is in the roster.
        required email: Address;
            ask { flag: "--owner-email", value: "EMAIL", help: "The owner's address; by default yours", label: "Owner's address", prompt: "What is the owner's address?", rank: 22 },
        /// The team.
        optional team: String;
            ask { flag: "--owner-team", value: "TEAM", help: "The owner's team", label: "Team", prompt: "Of which team is the owner?", rank: 24 },
        /// Who stands in.
        optional backup: Address;
            ask { flag: "--owner-backup", value: "EMAIL", help: "Who stands in for the owner", label: "Backup", prompt: "Who stands in for the owner?", hint: PERSON_HINT, rank: 25 },
    }
}

map! {
    /// The residual risk, and who accepts it.
    pub struct RiskStatement {
        /// The level that remains with the controls in place.
        required level: Risk;
            ask { flag: "--risk-level", value: "LEVEL", help: "What remains with the controls in place", label: "Residual risk", prompt: "Residual risk: what remains with the controls in place?", rank: 7 };
            issue { id: "risk", label: "Residual risk", required: true, says: "What remains with the compensating controls in place", rank: 19 },
        /// What could be reached or broken at worst.
        optional blast_radius: String;
            ask { flag: "--blast-radius", below: "--risk-owner", label: "Blast radius", prompt: "What could be reached or broken at worst?", rank: 26 };
            issue { label: "Blast radius", says: "What could be reached or broken at worst", rank: 20 },
        /// Who accepts the risk; a tier may demand that this person is among the approvers.
        optional owner: Address;
            ask { flag: "--risk-owner", value: "EMAIL", help: "Who accepts the risk", label: "Risk owner", prompt: "Who accepts the risk?", hint: PERSON_HINT, rank: 47 };
            issue { id: "risk_owner", label: "Risk owner", says: "Who accepts the risk", such_as: "dana@example.com", rank: 21 },
    }
}

map! {
    /// What will be corrected, where, and by when.
    pub struct Fix {
        /// Where the correction is made.
        required target: FixTarget;
            ask { flag: "--fix-target", value: "TARGET", help: "Where it will be corrected", label: "Fix", prompt: "Where will it be corrected?", rank: 42 },
        /// What will be done.
        required plan: String;
            ask { flag: "--fix-plan", value: "PLAN", help: "What will be corrected", label: "Fix plan", prompt: "What will be done?", rank: 43 },
        /// The ticket that tracks it.
        optional ticket: String,
        /// The day by which it is done.
        optional due: Day;
            ask { flag: "--fix-due", value: "DATE", help: "By which day", label: "Fix due", prompt: "By which day?", hint: "such as 2026-12-18", rank: 44 },
    }
}

map! {
    /// Something that limits the risk while the exception lasts.
    pub struct CompensatingControl {
        /// The control's id within the record, such as `CC1`.
        required id: String,
        /// What it does.
        required description: String;
            ask { flag: "--compensating-control", value: "TEXT", help: "What limits the risk meanwhile; repeatable", label: "Control", prompt: "What limits the risk meanwhile?" },
        /// Who keeps it working.
        required owner: Address;
            ask { flag: "--control-owner", value: "EMAIL", help: "Who keeps the n-th control working; by default the owner; repeatable", label: "Control's owner", prompt: "Who keeps this control up?" },
        /// Whether it is there yet, or no longer.
        required status: ControlStatus;
            ask { flag: "--control-status", value: "STATUS", help: "Whether the n-th control is in place; by default planned; repeatable", label: "Control's status", prompt: "Is it in place?" },
        /// The day on which it was last seen to work.
        optional verified: Day,
        /// How often that must be repeated.
        optional verify_every: Term = form::term;
            ask { flag: "--control-verify-every", value: "DURATION", help: "How often the n-th control is seen to work, such as 30d; repeatable" },
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
        required plan: String;
            ask { flag: "--rollback-plan", value: "PLAN", help: "The steps back", label: "Rollback", prompt: "What are the steps back?", rank: 27 };
            issue { id: "rollback_plan", label: "Rollback plan", says: "The steps back", rank: 26 },
        /// What makes them necessary.
        required criteria: String;
            ask { flag: "--rollback-criteria", value: "CRITERIA", label: "Rollback criteria", prompt: "What makes them necessary?", rank: 28 };
            issue { id: "rollback_criteria", label: "Rollback criteria", says: "What makes them necessary", rank: 27 },
    }
}

map! {
    /// Tickets and records elsewhere.
    #[derive(Default)]
    pub struct References {
        /// The change request.
        optional change: String;
            ask { flag: "--change", label: "Change", prompt: "Which change request?", hint: "such as CHG-1234", rank: 33 };
            issue { label: "Change", says: "The change request, for a change window", such_as: "CHG-1234", rank: 28 },
        /// The incident.
        optional incident: String;
            ask { flag: "--incident", label: "Incident", prompt: "Which incident?", hint: "such as INC-88", rank: 34 },
        /// The ticket.
        optional ticket: String;
            ask { flag: "--ticket", label: "Ticket", prompt: "Which ticket?", hint: "such as BILL-400 or an address", rank: 35 };
            issue { label: "Ticket", such_as: "BILL-400", rank: 29 },
        /// The vendor's onboarding record.
        optional onboarding: String;
            ask { flag: "--onboarding", label: "Onboarding", prompt: "Where is the vendor's onboarding recorded?", hint: "such as VND-7", rank: 32 };
            issue { label: "Onboarding record", says: "For class third-party", such_as: "VND-7", rank: 16 },
        /// The access review.
        optional access_review: String,
        /// The rotation record.
        optional rotation: String,
        /// The offboarding record.
        optional offboarding: String,
        /// The privileged access request.
        optional pam: String,
        /// The entry in the risk register.
        optional risk: String;
            ask { flags: "--from FILE with references.risk", label: "Risk register", prompt: "Which entry of the risk register?", hint: "such as RISK-12", rank: 38 },
        /// The redesign that ends the need for it; lifts limits of renewal.
        optional redesign: String;
            ask { flag: "--redesign", help: "The redesign that ends the need for it", label: "Redesign", prompt: "Which redesign ends the need for it?", hint: "such as BILL-500", rank: 36 },
        /// The record that this one takes the place of.
        optional supersedes: String;
            ask { flag: "--supersedes", value: "ID", help: "The record that it takes the place of", label: "Supersedes", prompt: "Which record does it take the place of?", rank: 37 },
    }
}

/// Reads the justification, of which the content rules say whether it says enough, also of an empty one.
fn justification<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<String> {
    match &node.value {
        Value::Scalar(scalar) => Some(scalar.text.clone()),
        _ => at.scalar(node, |text| Ok(text.to_owned())),
    }
}
