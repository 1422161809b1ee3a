//! What must be known to file a record, and how it is asked for: a prompt on a terminal, a flag everywhere.
//!
//! Uses record, policy. Pure. Start at [`missing`]. Follows `docs/spec/cli.md`, new, and `docs/spec/policy.md`,
//! tiers and classes.

use crate::plan::answers::Answers;
use crate::policy::tier::Resolved;
use crate::policy::tiers::Require;
use crate::record::word::{Class, IdentityType, Risk, Word};

/// Something that must be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The field that the answer fills.
    pub field: &'static str,
    /// The flags that answer it, as they are written.
    pub flags: &'static str,
    /// The prompt.
    pub prompt: &'static str,
    /// The words to choose from; empty for free text.
    pub choices: Vec<&'static str>,
    /// Why it is asked.
    pub because: Because,
}

/// Why something is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// Every record states it.
    Always,
    /// The identity is not a person's.
    Identity,
    /// Tier or class requires it.
    Required(String),
    /// Silence about it would decide the tier.
    Silence(String),
}

const TITLE: (&str, &str, &str) = ("title", "--title", "Title, one line");
const DEVIATION: (&str, &str, &str) = (
    "deviates_from",
    "--control CATALOG:ID or --rule TEXT",
    "Control (catalog:id) or rule that it deviates from",
);
const SUBJECT: (&str, &str, &str) = (
    "subject",
    "--identity, --asset or --application",
    "Subject (identity:NAME, asset:NAME, or an application)",
);
const RISK: (&str, &str, &str) = (
    "risk.level",
    "--risk-level",
    "Residual risk, with the controls in place",
);
const JUSTIFICATION: (&str, &str, &str) = (
    "justification",
    "--justification",
    "Why it is needed now and can't be avoided",
);
const OWNER_NAME: (&str, &str, &str) = (
    "owner.name",
    "--owner-name, or git's user.name",
    "Name of the accountable person",
);
const OWNER_EMAIL: (&str, &str, &str) = (
    "owner.email",
    "--owner-email, or git's user.email",
    "Address of the accountable person",
);
const CONTROL: (&str, &str, &str) = (
    "compensating_controls",
    "--compensating-control TEXT",
    "What limits the risk meanwhile",
);

/// Returns what is missing, in the order in which it is asked; nothing where the record can be written.
pub fn missing(answers: &Answers, resolved: Option<&Resolved>) -> Vec<Question> {
    let mut questions = Vec::new();
    let mut ask = |of: (&'static str, &'static str, &'static str), because: Because| {
        let (field, flags, prompt) = of;
        let known: &Vec<Question> = &questions;
        if !known
            .iter()
            .any(|question: &Question| question.field == field)
        {
            questions.push(Question {
                field,
                flags,
                prompt,
                choices: choices(field),
                because,
            });
        }
    };
    for of in [
        TITLE,
        DEVIATION,
        SUBJECT,
        RISK,
        JUSTIFICATION,
        OWNER_NAME,
        OWNER_EMAIL,
    ] {
        if !is_answered(answers, of.0) {
            ask(of, Because::Always);
        }
    }
    if answers.states("subject.identity") {
        if !answers.states("subject.identity_type") {
            ask(
                (
                    "subject.identity_type",
                    "--identity-type",
                    "Kind of identity",
                ),
                Because::Identity,
            );
        }
        if answers
            .text("subject.identity_type")
            .is_none_or(|kind| kind != IdentityType::Human.word())
        {
            for of in [
                (
                    "subject.credential",
                    "--credential",
                    "Credential, as a reference, never the secret",
                ),
                ("subject.task", "--task", "Task that the identity performs"),
            ] {
                if !answers.states(of.0) {
                    ask(of, Because::Identity);
                }
            }
        }
    }
    for (of, because) in demanded(answers, resolved) {
        ask(of, because);
    }
    questions
}

/// Returns what tier and class demand and the answers do not state.
fn demanded(
    answers: &Answers,
    resolved: Option<&Resolved>,
) -> Vec<((&'static str, &'static str, &'static str), Because)> {
    let Some(resolved) = resolved else {
        return Vec::new();
    };
    let silent = resolved.silent.iter().flat_map(|silence| {
        silence.fields.iter().filter_map(|field| {
            Some((
                field_question(field)?,
                Because::Silence(silence.tier.clone()),
            ))
        })
    });
    let stated = resolved.require.iter().flat_map(|require| {
        let because = Because::Required(resolved.tier.clone());
        required(*require)
            .iter()
            .map(move |of| (*of, because.clone()))
    });
    let agent = answers.text("subject.identity_type") == Some(IdentityType::AiAgent.word());
    let triggers = agent
        .then(|| required(Require::Triggers))
        .into_iter()
        .flatten();
    let triggers = triggers.map(|of| (*of, Because::Identity));
    let asked = silent.chain(stated).chain(triggers);
    asked
        .filter(|((field, ..), _)| !is_answered(answers, field))
        .collect()
}

/// Tells whether a question of a field needs no asking.
fn is_answered(answers: &Answers, field: &str) -> bool {
    match field {
        "deviates_from" => {
            answers.states("deviates_from.controls") || answers.states("deviates_from.rule")
        }
        "subject" => ["identity", "asset", "application"]
            .iter()
            .any(|key| answers.states(&format!("subject.{key}"))),
        _ => answers.states(field),
    }
}

fn choices(field: &str) -> Vec<&'static str> {
    fn words<W: Word>() -> Vec<&'static str> {
        W::WORDS.iter().map(|(word, _)| *word).collect()
    }
    match field {
        "risk.level" => words::<Risk>(),
        "class" => words::<Class>(),
        "subject.identity_type" => words::<IdentityType>(),
        "fix.target" => words::<crate::record::word::FixTarget>(),
        "deviates_from.baseline" => words::<crate::record::word::Baseline>(),
        _ => Vec::new(),
    }
}

/// Returns the question of a field whose silence decides the tier.
fn field_question(field: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match field {
        "subject.environment" => ("subject.environment", "--environment", "Environment"),
        "subject.identity_type" => (
            "subject.identity_type",
            "--identity-type",
            "Kind of identity",
        ),
        "subject.application" => ("subject.application", "--application", "Application"),
        "deviates_from.baseline" => ("deviates_from.baseline", "--baseline", "Kind of baseline"),
        "owner.team" => ("owner.team", "--owner-team", "Team of the owner"),
        _ => return None,
    })
}

/// Returns the questions of what a tier requires.
fn required(require: Require) -> &'static [(&'static str, &'static str, &'static str)] {
    match require {
        Require::BlastRadius => &[(
            "risk.blast_radius",
            "--blast-radius",
            "Blast radius: what could be reached or broken at worst",
        )],
        Require::Rollback => &[
            (
                "rollback.plan",
                "--rollback-plan",
                "Rollback: the steps back",
            ),
            (
                "rollback.criteria",
                "--rollback-criteria",
                "Rollback: what makes them necessary",
            ),
        ],
        Require::CompensatingControls => &[CONTROL],
        Require::ReviewEvery => &[(
            "review_every",
            "--review-every",
            "Reviewed how often, such as 7d",
        )],
        Require::Triggers => &[(
            "triggers",
            "--trigger \"WHEN => close|review|revoke\"",
            "Trigger: WHEN => close, review or revoke",
        )],
        Require::Vendor => &[("subject.vendor", "--vendor", "Vendor")],
        Require::Onboarding => &[(
            "references.onboarding",
            "--onboarding",
            "Onboarding record of the vendor",
        )],
        Require::Change => &[("references.change", "--change", "Change request")],
        Require::RiskRegister => &[(
            "references.risk",
            "--from FILE with references.risk",
            "Entry in the risk register",
        )],
        Require::Scope => &[
            ("scope.resources", "--resource", "Resource that is waived"),
            ("scope.actions", "--action", "Action that is waived"),
        ],
        Require::Fix => &[
            ("fix.target", "--fix-target", "Fix: where"),
            ("fix.plan", "--fix-plan", "Fix: what"),
            (
                "fix.due",
                "--fix-due",
                "Fix: by which day, such as 2026-12-18",
            ),
        ],
        Require::EventEnds => &[("event_ends", "--event-ends", "When the business event ends")],
        Require::Requester => &[("requester", "--requester", "On whose behalf, as an address")],
        Require::RiskOwner => &[(
            "risk.owner",
            "--risk-owner",
            "Who accepts the risk, as an address",
        )],
        Require::Environment => &[("subject.environment", "--environment", "Environment")],
    }
}
