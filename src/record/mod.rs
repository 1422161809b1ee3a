//! One exception: what people state about it, and how it is read.
//!
//! Pure. Start at [`Record`] and [`file::read`]. Follows `docs/spec/record.md`. Knows neither policy nor git: approvers,
//! status, approval dates and renewal counts are derived, never read here.
#![warn(missing_docs)]

#[macro_use]
pub mod map;
pub mod address;
pub mod checklist;
pub mod consistent;
pub mod credential;
pub mod dates;
pub mod decision;
pub mod example;
pub mod fields;
pub mod file;
pub mod folded;
pub mod form;
pub mod free;
pub mod id;
pub mod json;
pub mod later;
pub mod mend;
pub mod near;
mod near_miss;
pub mod not_waived;
pub mod parse_error;
pub mod pattern;
pub mod placeholder;
pub mod places;
pub mod portable_name;
pub(crate) mod purl;
pub mod reader;
pub mod reference;
pub mod scalar;
pub mod schema;
pub mod spec;
pub mod subject;
pub mod template;
pub mod time;
pub mod tool_ids;
pub mod trigger_test;
pub mod version;
pub mod vocabulary;

use crate::record::address::Address;
use crate::record::decision::{Closure, Evidence, Firing, Handling, Renewal, Review, Transfer};
use crate::record::id::Id;
use crate::record::reader::NodeReader;
use crate::record::reference::ControlRef;
use crate::record::spec::{PERSON_HINT, WHEN_HINT};
use crate::record::subject::{FindingKey, Scope, Subject};
use crate::record::time::{Day, Term, When};
use crate::record::trigger_test::TriggerTest;
use crate::record::vocabulary::{Baseline, Class, ControlStatus, FixTarget, Risk, RootCause, Then};
use crate::yaml::node::{Node, Value};
use std::collections::BTreeMap;

map! {
    /// One exception: an approved, temporary deviation from a rule.
    pub struct Record {
        /// The id, which is also the file name: prefix, year and five characters, such as `EXC-2026-7F3KQ`.
        required id: Id,
        /// What deviates from the rule, in one line.
        required title: String;
            group ("Deviation");
            ask { flag: "--title", label: "Title", prompt: "Title, one line", hint: "such as: Billing batch key cannot rotate before the legacy job retires", rank: 1 };
            issue { label: "Title", required: true, description: "One line that distinguishes this exception from all others", rank: 1 },
        /// The kind of exception; each has its own review rule.
        required class: Class;
            group ("Deviation");
            ask { flag: "--class", help: "Class [default: standard]", label: "Class", prompt: "Which class is it?", rank: 18 };
            issue { label: "Class", required: true, description: "Emergency starts before it is reviewed; regulated and third-party have their own reviewers", rank: 2 },
        /// The controls or the rule that this deviates from.
        required deviates_from: Deviation;
            group ("Deviation");
            ask { flags: "--control CATALOG:ID or --rule TEXT", label: "Deviates from", prompt: "Which control or rule does it deviate from?", hint: "type an id or words of a title to search the catalogs; any other text is taken as the internal rule", rank: 2 },
        /// What it is about: an identity, an asset or an application.
        required subject: Subject;
            group ("Subject");
            ask { flags: "--identity, --asset or --application", label: "Subject", prompt: "Which application, asset or identity is it about?", hint: "type the name, then choose its kind", rank: 3 },
        /// What is waived, as narrowly as possible.
        optional scope: Scope;
            group ("Subject"),
        /// The accountable person.
        required owner: Owner;
            group ("People");
            ask { flags: "--owner-name and --owner-email, or git's user.name and user.email", label: "Owner", prompt: "Who is accountable for it?", hint: PERSON_HINT, rank: 10 };
            issue { label: "Owner", required: true, description: "The accountable person", such_as: "Ana Ruiz <ana@example.com>", rank: 17 },
        /// The person on whose behalf it is filed; by default the author of the commit that adds the file.
        optional requester: Address;
            group ("People");
            ask { flag: "--requester", value: "EMAIL", help: "Person on whose behalf it is filed", label: "Requester", prompt: "On whose behalf is it filed?", hint: PERSON_HINT, rank: 46 },
        /// Why it is needed now and why it cannot be avoided.
        required justification: String; read (justification);
            group ("Justification and risk");
            ask { flag: "--justification", help: "Why it is needed now and cannot be avoided", label: "Justification", prompt: "Why is it needed now, and why can it not be avoided?", hint: "say what would break, and when it will no longer be needed", rank: 8 };
            issue { label: "Justification", area: Some(""), required: true, description: "Why it is needed now, why it cannot be avoided, and when it will no longer be needed", rank: 18 },
        /// The risk that remains with the compensating controls in place.
        required risk: RiskStatement;
            group ("Justification and risk"),
        /// The root cause of the deviation.
        required root_cause: RootCause;
            group ("Justification and risk");
            ask { flag: "--root-cause", label: "Root cause", prompt: "What is the root cause of the deviation?", rank: 19 };
            issue { label: "Root cause", required: true, description: "Why the rule cannot be followed. A technical fault is not a root cause", rank: 22 },
        /// The planned fix, and what it changes.
        optional fix: Fix;
            group ("Justification and risk"),
        /// What limits the risk in the meantime; the tier decides whether the list may be empty.
        required compensating_controls: Vec<CompensatingControl>;
            group ("Compensating controls");
            ask { flags: "--compensating-control TEXT", label: "Compensating control", prompt: "What limits the risk in the meantime?", hint: "such as: Alert on use outside 01:00-03:00 UTC", rank: 9 };
            issue { label: "Compensating controls", area: Some(""), description: "One per line: description | owner's address | planned or active. By default, the owner of the record and planned", such_as: "Alert on any use outside 01:00-03:00 UTC | soc@example.com | active", rank: 23 },
        /// The earliest time at which it may grant: a date or an instant.
        optional starts: When;
            group ("Term");
            ask { flag: "--starts", value: "WHEN", help: "Start: a date, an instant, or a duration from now [default: today]", label: "Starts", prompt: "When does it start?", hint: WHEN_HINT, rank: 20 },
        /// The end: a date includes that whole day in UTC, an instant is exclusive.
        required expires: When = form::end;
            group ("Term");
            ask { flag: "--expires", value: "WHEN", help: "End: a date, an instant, or a duration from --starts (or from now)", label: "Expires", prompt: "When does it end?", hint: "a date such as 2026-12-20, an instant, or a duration such as 30d or 36h", rank: 21 };
            issue { label: "Expires", required: true, description: "A date (the whole day counts, in UTC), an instant, or a duration", such_as: "2026-12-20 or 30d", rank: 25 },
        /// When the business event that it supports ends.
        optional event_ends: When;
            group ("Term");
            ask { flag: "--event-ends", value: "WHEN", label: "Event ends", prompt: "When does the business event end?", hint: WHEN_HINT, rank: 45 },
        /// How often it must be reviewed; the tier may require a shorter interval.
        optional review_every: Term = form::term;
            group ("Term");
            ask { flag: "--review-every", value: "DURATION", help: "Interval between reviews, such as 14d", label: "Review", prompt: "How often should it be reviewed?", hint: "such as 7d", rank: 29 },
        /// Events that end it early or call for a review.
        list triggers: Vec<Trigger>;
            group ("Compensating controls");
            ask { flag: "--trigger", help: "What ends it early or calls for a review: \"WHEN => close|review|revoke\"; repeatable", flags: "--trigger \"WHEN => close|review|revoke\"", label: "Trigger", prompt: "What would end it early, or call for a review?", hint: "write WHEN => close, review or revoke, such as: The vendor ships OAuth => close", rank: 30 };
            issue { label: "Triggers", area: Some(""), description: "What ends it early or calls for a review, one per line: when => close, review or revoke", such_as: "The vendor ships OAuth client credentials => close", rank: 24 },
        /// How often it may be used, counted from receipts.
        optional uses: Uses;
            group ("Term"),
        /// How to roll it back, and when that is necessary.
        optional rollback: Rollback;
            group ("Compensating controls"),
        /// Related tickets and records in other systems.
        boxed references: References;
            group ("References"),
        /// The periodic reviews, one entry each.
        list reviews: Vec<Review>,
        /// The steps taken to handle it, by stage; they grant nothing.
        list handling: Vec<Handling>,
        /// The renewals, one entry each.
        list renewals: Vec<Renewal>,
        /// The changes of owner.
        list transfers: Vec<Transfer>,
        /// The triggers that have fired.
        list fired: Vec<Firing>,
        /// The closure.
        boxed closure: Closure,
        /// The team's own keys, checked by its own schema.
        list x: BTreeMap<String, serde_json::Value>; read (free::map),
    }
}

map! {
    /// What a record deviates from: at least one control or a rule.
    #[derive(Default)]
    pub struct Deviation (stated) {
        /// Controls as `catalog:id`, such as `nist-csf:ID.RA-07`.
        optional controls: Vec<ControlRef>;
            ask { flag: "--control", value: "CATALOG:ID", help: "Control that it deviates from, as catalog:id; repeatable", flags: "--control CATALOG:ID", label: "Controls", prompt: "Which controls does it deviate from?", hint: "as catalog:id, separated by commas", rank: 17 };
            issue { label: "Controls", description: "What it deviates from, as catalog:id, separated by commas. Give this or a rule", such_as: "nist-csf:ID.RA-07", rank: 3 },
        /// An internal rule, word for word.
        optional rule: String;
            ask { flag: "--rule", help: "Internal rule that it deviates from", label: "Rule", prompt: "Which internal rule does it deviate from?", rank: 16 };
            issue { label: "Rule", description: "Internal rule that it deviates from, as a sentence", rank: 4 },
        /// The kind of baseline that it deviates from.
        optional baseline: Baseline;
            ask { flag: "--baseline", help: "Kind of baseline that it deviates from", label: "Baseline", prompt: "What kind of rule is it?", rank: 15 };
            issue { label: "Baseline", description: "The kind of rule", rank: 5 },
    }
}

map! {
    /// The accountable person.
    pub struct Owner {
        /// The name of the person.
        required name: String;
            ask { flag: "--owner-name", value: "NAME", help: "Accountable person [default: you]", label: "Owner's name", prompt: "What is the owner's name?", rank: 23 },
        /// The email address of the person, as in the roster.
        required email: Address;
            ask { flag: "--owner-email", value: "EMAIL", help: "Email address of the owner [default: yours]", label: "Owner's address", prompt: "What is the owner's email address?", rank: 22 },
        /// The team.
        optional team: String;
            ask { flag: "--owner-team", value: "TEAM", help: "Team of the owner", label: "Team", prompt: "Which team is the owner in?", rank: 24 },
        /// The backup for the owner.
        optional backup: Address;
            ask { flag: "--owner-backup", value: "EMAIL", help: "Backup for the owner", label: "Backup", prompt: "Who is the backup for the owner?", hint: PERSON_HINT, rank: 25 },
    }
}

map! {
    /// The residual risk, and who accepts it.
    pub struct RiskStatement {
        /// The residual risk, with the compensating controls in place.
        required level: Risk;
            ask { flag: "--risk-level", value: "LEVEL", help: "Residual risk, with the compensating controls in place", label: "Residual risk", prompt: "What is the residual risk, with the controls in place?", rank: 7 };
            issue { id: "risk", label: "Residual risk", required: true, description: "The risk that remains with the compensating controls in place", rank: 19 },
        /// What could be reached or damaged in the worst case.
        optional blast_radius: String;
            ask { flag: "--blast-radius", below: "--risk-owner", label: "Blast radius", prompt: "What could be reached or damaged in the worst case?", rank: 26 };
            issue { label: "Blast radius", description: "What could be reached or damaged in the worst case", rank: 20 },
        /// The person who accepts the risk; a tier may require this person among the approvers.
        optional owner: Address;
            ask { flag: "--risk-owner", value: "EMAIL", help: "Person who accepts the risk", label: "Risk owner", prompt: "Who accepts the risk?", hint: PERSON_HINT, rank: 47 };
            issue { id: "risk_owner", label: "Risk owner", description: "Person who accepts the risk", such_as: "dana@example.com", rank: 21 },
    }
}

map! {
    /// The planned fix: what it changes, and by when.
    pub struct Fix {
        /// What the fix changes.
        required target: FixTarget;
            ask { flag: "--fix-target", value: "TARGET", help: "What the fix will change", label: "Fix", prompt: "What will the fix change?", rank: 42 },
        /// What will be done.
        required plan: String;
            ask { flag: "--fix-plan", value: "PLAN", help: "What will be done", label: "Fix plan", prompt: "What will be done?", rank: 43 },
        /// The ticket that tracks the fix.
        optional ticket: String,
        /// The date by which it is done.
        optional due: Day;
            ask { flag: "--fix-due", value: "DATE", help: "Date by which it is done", label: "Fix due", prompt: "By which date?", hint: "such as 2026-12-18", rank: 44 },
    }
}

map! {
    /// A control that limits the risk while the exception lasts.
    pub struct CompensatingControl {
        /// The id of the control within the record, such as `CC1`.
        required id: String,
        /// What the control does.
        required description: String;
            ask { flag: "--compensating-control", value: "TEXT", help: "Compensating control that limits the risk; repeatable", label: "Control", prompt: "What limits the risk in the meantime?" },
        /// The person who maintains the control.
        required owner: Address;
            ask { flag: "--control-owner", value: "EMAIL", help: "Person who maintains the n-th control [default: the owner]; repeatable", label: "Control's owner", prompt: "Who maintains this control?" },
        /// Whether the control is planned, active or withdrawn.
        required status: ControlStatus;
            ask { flag: "--control-status", value: "STATUS", help: "Status of the n-th control [default: planned]; repeatable", label: "Control's status", prompt: "Is it in place?" },
        /// The date on which the control was last verified.
        optional verified: Day,
        /// How often the control must be verified.
        optional verify_every: Term = form::term;
            ask { flag: "--control-verify-every", value: "DURATION", help: "How often the n-th control must be verified, such as 30d; repeatable" },
        /// Evidence that the control works.
        list evidence: Vec<Evidence>,
    }
}

map! {
    /// An event that ends the exception early or calls for a review.
    pub struct Trigger (inline) {
        /// The id of the trigger within the record, such as `T1`.
        required id: String,
        /// The event that fires the trigger.
        required when: String,
        /// What happens next.
        required then: Then,
        /// A test that scanner results and catalogs can answer.
        optional test: TriggerTest,
    }
}

map! {
    /// How often the exception may be used.
    pub struct Uses (inline) {
        /// The number of uses, at least 1.
        required limit: u32 = form::uses as { #[serde(deserialize_with = "form::uses_written")] #[schemars(extend("type" = ["integer", "string"], "minimum" = 1, "pattern" = "^[1-9][0-9]*$"))] };
            ask { flag: "--uses", value: "N", help: "How often it may be used, counted from receipts", label: "Uses" },
    }
}

map! {
    /// How to roll back the exception.
    pub struct Rollback {
        /// The steps to roll back.
        required plan: String;
            ask { flag: "--rollback-plan", value: "PLAN", help: "Steps to roll back", label: "Rollback", prompt: "What are the steps to roll back?", rank: 27 };
            issue { id: "rollback_plan", label: "Rollback plan", description: "Steps to roll back", rank: 26 },
        /// When a rollback is necessary.
        required criteria: String;
            ask { flag: "--rollback-criteria", value: "CRITERIA", label: "Rollback criteria", prompt: "When is a rollback necessary?", rank: 28 };
            issue { id: "rollback_criteria", label: "Rollback criteria", description: "When a rollback is necessary", rank: 27 },
    }
}

map! {
    /// Tickets and records in other systems.
    #[derive(Default)]
    pub struct References {
        /// The change request.
        optional change: String;
            ask { flag: "--change", label: "Change", prompt: "Which change request?", hint: "such as CHG-1234", rank: 33 };
            issue { label: "Change", description: "The change request, for a change window", such_as: "CHG-1234", rank: 28 },
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
            issue { label: "Onboarding record", description: "For class third-party", such_as: "VND-7", rank: 16 },
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
        /// The redesign that will make it unnecessary; lifts the limits on renewals.
        optional redesign: String;
            ask { flag: "--redesign", help: "Redesign that will make it unnecessary", label: "Redesign", prompt: "Which redesign will make it unnecessary?", hint: "such as BILL-500", rank: 36 },
        /// The record that this one replaces.
        optional supersedes: String;
            ask { flag: "--supersedes", value: "ID", help: "Record that it replaces", label: "Supersedes", prompt: "Which record does it replace?", rank: 37 },
    }
}

/// Reads the justification, even an empty one: the content rules decide whether it is sufficient.
fn justification<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<String> {
    match &node.value {
        Value::Scalar(scalar) => Some(scalar.text.clone()),
        _ => at.scalar(node, |text| Ok(text.to_owned())),
    }
}

impl Record {
    /// Returns the findings that it names, in the order of the file.
    pub fn findings(&self) -> impl Iterator<Item = &FindingKey> {
        self.scope.iter().flat_map(|scope| scope.findings.iter().flatten())
    }
}
