//! The fields of the issue form: what each asks, how, and which field of a record the answer fills.
//!
//! Uses record's words. Pure. Start at [`FIELDS`]. Ids and labels are a promise: forms that were written by an older
//! version are read by a newer one.

use crate::record::vocabulary::{Baseline, Class, IdentityType, Risk, RootCause, Vocabulary};

/// One field of the form.
#[derive(Debug)]
pub struct Field {
    /// The id, by which a heading may name it too.
    pub id: &'static str,
    /// The label, which becomes the heading of the answer.
    pub label: &'static str,
    /// How it is asked.
    pub form: Form,
    /// What the answer means.
    pub means: Means,
    /// Whether GitHub lets nobody leave it empty.
    pub is_required: bool,
    /// What stands below the label; may be empty.
    pub description: &'static str,
    /// What stands in the empty field; may be empty.
    pub placeholder: &'static str,
}

/// How a field is asked.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// One line.
    Line,
    /// Several lines; the language that they are shown in, empty for text.
    Area(&'static str),
    /// One of these words.
    Choice(fn() -> Vec<&'static str>),
    /// Boxes to tick.
    Boxes(&'static [Tick]),
}

/// A box to tick.
#[derive(Debug)]
pub struct Tick {
    /// What it says.
    pub text: &'static str,
    /// Whether it must be ticked.
    pub is_required: bool,
}

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// The text of a field of the record.
    Text(&'static str),
    /// The list of a field of the record, separated by commas or lines.
    Items(&'static str),
    /// The owner, as `Name <address>`.
    Owner,
    /// The compensating controls, one a line.
    Controls,
    /// The triggers, one a line.
    Triggers,
    /// The findings, as a list in YAML.
    Findings,
    /// Nothing that a record states.
    Nothing,
}

impl Form {
    /// Returns GitHub's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Form::Line => "input",
            Form::Area(_) => "textarea",
            Form::Choice(_) => "dropdown",
            Form::Boxes(_) => "checkboxes",
        }
    }
}

/// Returns the field that a heading names, by label or by id; letter case and blanks don't count.
pub fn named(heading: &str) -> Option<&'static Field> {
    let key = |text: &str| text.trim().to_lowercase().replace(' ', "_");
    let wanted = key(heading);
    FIELDS
        .iter()
        .find(|field| field.id == wanted || key(field.label) == wanted)
}

fn words<W: Vocabulary>() -> Vec<&'static str> {
    W::WORDS.iter().map(|(word, _)| *word).collect()
}

fn environments() -> Vec<&'static str> {
    vec!["production", "staging", "development"]
}

const fn field(id: &'static str, label: &'static str, form: Form, means: Means) -> Field {
    Field {
        id,
        label,
        form,
        means,
        is_required: false,
        description: "",
        placeholder: "",
    }
}

const fn line(id: &'static str, label: &'static str, path: &'static str) -> Field {
    field(id, label, Form::Line, Means::Text(path))
}

impl Field {
    const fn required(self) -> Field {
        Field {
            is_required: true,
            ..self
        }
    }

    const fn says(self, description: &'static str) -> Field {
        Field {
            description,
            ..self
        }
    }

    const fn such_as(self, placeholder: &'static str) -> Field {
        Field {
            placeholder,
            ..self
        }
    }
}

/// The fields, in the order in which they are asked.
pub const FIELDS: &[Field] = &[
    line("title", "Title", "title")
        .required()
        .says("One line that tells this exception from all others"),
    field("class", "Class", Form::Choice(words::<Class>), Means::Text("class"))
        .required()
        .says("Emergency starts before its review; regulated and third-party have reviewers of their own"),
    field("controls", "Controls", Form::Line, Means::Items("deviates_from.controls"))
        .says("What it deviates from, as catalog:id, separated by commas. Give this or a rule")
        .such_as("nist-csf:ID.RA-07"),
    line("rule", "Rule", "deviates_from.rule").says("The internal rule that it deviates from, in a sentence"),
    field("baseline", "Baseline", Form::Choice(words::<Baseline>), Means::Text("deviates_from.baseline"))
        .says("The kind of rule"),
    line("identity", "Identity", "subject.identity")
        .says("The account, key or agent that acts. Give this, an asset or an application. An identity that is not a person also has a type, a credential and a task")
        .such_as("svc:billing-batch"),
    field("identity_type", "Identity type", Form::Choice(words::<IdentityType>), Means::Text("subject.identity_type")),
    line("credential", "Credential reference", "subject.credential")
        .says("Where the credential is kept, never the credential")
        .such_as("vault:prod/billing/db"),
    line("task", "Task", "subject.task").says("What the identity does with it"),
    line("asset", "Asset", "subject.asset").such_as("host:billing-01"),
    line("application", "Application", "subject.application").such_as("billing"),
    field("environment", "Environment", Form::Choice(environments), Means::Text("subject.environment")),
    field("resources", "Resources", Form::Line, Means::Items("scope.resources"))
        .says("What may be used because of this, separated by commas")
        .such_as("db:invoices"),
    field("actions", "Actions", Form::Line, Means::Items("scope.actions"))
        .says("What may be done with it, separated by commas")
        .such_as("read"),
    line("vendor", "Vendor", "subject.vendor").says("For class third-party"),
    line("onboarding", "Onboarding record", "references.onboarding")
        .says("For class third-party")
        .such_as("VND-7"),
    field("owner", "Owner", Form::Line, Means::Owner)
        .required()
        .says("Who answers for it")
        .such_as("Ana Ruiz <ana@example.com>"),
    field("justification", "Justification", Form::Area(""), Means::Text("justification"))
        .required()
        .says("Why it is needed now and can't be avoided, and what ends the need"),
    field("risk", "Residual risk", Form::Choice(words::<Risk>), Means::Text("risk.level"))
        .required()
        .says("What remains with the compensating controls in place"),
    line("blast_radius", "Blast radius", "risk.blast_radius").says("What could be reached or broken at worst"),
    line("risk_owner", "Risk owner", "risk.owner")
        .says("Who accepts the risk")
        .such_as("dana@example.com"),
    field("root_cause", "Root cause", Form::Choice(words::<RootCause>), Means::Text("root_cause"))
        .required()
        .says("What makes the rule impossible to keep. A technical fault is no root cause"),
    field("compensating_controls", "Compensating controls", Form::Area(""), Means::Controls)
        .says("One per line: description | owner's address | planned or active. Left out, the owner is the record's and the control is planned")
        .such_as("Alert on any use outside 01:00-03:00 UTC | soc@example.com | active"),
    field("triggers", "Triggers", Form::Area(""), Means::Triggers)
        .says("What ends or reopens it sooner, one per line: when => close, review or revoke")
        .such_as("The vendor ships OAuth client credentials => close"),
    line("expires", "Expires", "expires")
        .required()
        .says("A date, which counts to its end in UTC, an instant, or a duration")
        .such_as("2026-12-20 or 30d"),
    line("rollback_plan", "Rollback plan", "rollback.plan").says("The steps back"),
    line("rollback_criteria", "Rollback criteria", "rollback.criteria").says("What makes them necessary"),
    line("change", "Change", "references.change")
        .says("The change request, for a change window")
        .such_as("CHG-1234"),
    line("ticket", "Ticket", "references.ticket").such_as("BILL-400"),
    field("findings", "Findings", Form::Area("yaml"), Means::Findings)
        .says("What scanners may suppress because of this: a list of {tool, id, purl, paths}")
        .such_as("- {tool: trivy, id: CVE-2026-1234}"),
    field("confirm", "Confirm", Form::Boxes(CONFIRM), Means::Nothing),
];

const CONFIRM: &[Tick] = &[
    Tick {
        text: "The request contains no secret",
        is_required: true,
    },
    Tick {
        text: "I asked the owner",
        is_required: false,
    },
];
