//! The flags of `new`: one for each field that people state.
//!
//! Start at [`Flags`]. Follows `docs/spec/cli.md`, flags that scripts use. Values are texts: the reader of records
//! judges them, so that a flag and a file are refused with the same words.

use clap::Args;
use serde_json::{Value, json};

use crate::commands::context::words::Words;
use exledger::ledger;
use exledger::plan::answers::Answers;
use exledger::plan::part;
use exledger::record::vocabulary::{
    Baseline, Class, ControlStatus, FixTarget, IdentityType, Risk, RootCause,
};

/// The fields of the record; those of lists may be given several times.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Flags {
    /// What is not as it should be, in one line
    #[arg(long, help_heading = "What it deviates from")]
    title: Option<String>,
    /// The class; by default standard
    #[arg(long, value_parser = Words::of::<Class>(), help_heading = "What it deviates from")]
    class: Option<String>,
    /// A control that it deviates from, as catalog:id; repeatable
    #[arg(
        long,
        value_name = "CATALOG:ID",
        help_heading = "What it deviates from"
    )]
    control: Vec<String>,
    /// The internal rule that it deviates from
    #[arg(long, help_heading = "What it deviates from")]
    rule: Option<String>,
    /// The kind of baseline that it deviates from
    #[arg(long, value_parser = Words::of::<Baseline>(), help_heading = "What it deviates from")]
    baseline: Option<String>,
    /// The identity that it is about
    #[arg(long, help_heading = "What it is about")]
    identity: Option<String>,
    /// What kind of identity that is
    #[arg(long, value_parser = Words::of::<IdentityType>(), help_heading = "What it is about")]
    identity_type: Option<String>,
    /// The credential, as a reference, never the secret
    #[arg(long, help_heading = "What it is about")]
    credential: Option<String>,
    /// When the credential stops working
    #[arg(long, value_name = "WHEN", help_heading = "What it is about")]
    credential_expires: Option<String>,
    /// The asset that it is about
    #[arg(long, help_heading = "What it is about")]
    asset: Option<String>,
    /// The application that it is about
    #[arg(long, help_heading = "What it is about")]
    application: Option<String>,
    /// The environment, such as production
    #[arg(long, help_heading = "What it is about")]
    environment: Option<String>,
    /// The task that the identity performs
    #[arg(long, help_heading = "What it is about")]
    task: Option<String>,
    /// The vendor
    #[arg(long, help_heading = "What it is about")]
    vendor: Option<String>,
    /// A former name under which it is still found; repeatable
    #[arg(long, help_heading = "What it is about")]
    alias: Vec<String>,
    /// A resource that is waived; repeatable
    #[arg(long, help_heading = "What it is about")]
    resource: Vec<String>,
    /// An action that is waived; repeatable
    #[arg(long, help_heading = "What it is about")]
    action: Vec<String>,
    /// What stays forbidden; repeatable
    #[arg(long, help_heading = "What it is about")]
    not_waived: Vec<String>,
    /// A finding that scanners may suppress; repeatable
    #[arg(long, value_name = "TOOL:ID", help_heading = "What it is about")]
    finding: Vec<String>,
    /// The accountable person; by default you
    #[arg(long, value_name = "NAME", help_heading = "People")]
    owner_name: Option<String>,
    /// The owner's address; by default yours
    #[arg(long, value_name = "EMAIL", help_heading = "People")]
    owner_email: Option<String>,
    /// The owner's team
    #[arg(long, value_name = "TEAM", help_heading = "People")]
    owner_team: Option<String>,
    /// Who stands in for the owner
    #[arg(long, value_name = "EMAIL", help_heading = "People")]
    owner_backup: Option<String>,
    /// On whose behalf it is filed
    #[arg(long, value_name = "EMAIL", help_heading = "People")]
    requester: Option<String>,
    /// Why it is needed now and can't be avoided
    #[arg(long, help_heading = "Why, and at which risk")]
    justification: Option<String>,
    /// What remains with the controls in place
    #[arg(long, value_parser = Words::of::<Risk>(), value_name = "LEVEL", help_heading = "Why, and at which risk")]
    risk_level: Option<String>,
    /// Who accepts the risk
    #[arg(long, value_name = "EMAIL", help_heading = "Why, and at which risk")]
    risk_owner: Option<String>,
    /// What could be reached or broken at worst
    #[arg(long, help_heading = "Why, and at which risk")]
    blast_radius: Option<String>,
    /// Why the deviation exists at all
    #[arg(long, value_parser = Words::of::<RootCause>(), help_heading = "Why, and at which risk")]
    root_cause: Option<String>,
    /// Where it will be corrected
    #[arg(long, value_parser = Words::of::<FixTarget>(), value_name = "TARGET", help_heading = "Why, and at which risk")]
    fix_target: Option<String>,
    /// What will be corrected
    #[arg(long, value_name = "PLAN", help_heading = "Why, and at which risk")]
    fix_plan: Option<String>,
    /// By which day
    #[arg(long, value_name = "DATE", help_heading = "Why, and at which risk")]
    fix_due: Option<String>,
    /// What limits the risk meanwhile; repeatable
    #[arg(long, value_name = "TEXT", help_heading = "What limits it")]
    compensating_control: Vec<String>,
    /// Who keeps the n-th control working; by default the owner; repeatable
    #[arg(long, value_name = "EMAIL", help_heading = "What limits it")]
    control_owner: Vec<String>,
    /// Whether the n-th control is in place; by default planned; repeatable
    #[arg(long, value_parser = Words::of::<ControlStatus>(), value_name = "STATUS", help_heading = "What limits it")]
    control_status: Vec<String>,
    /// How often the n-th control is seen to work, such as 30d; repeatable
    #[arg(long, value_name = "DURATION", help_heading = "What limits it")]
    control_verify_every: Vec<String>,
    /// When it starts: a date, an instant, or a duration from now; by default today
    #[arg(long, value_name = "WHEN", help_heading = "From when to when")]
    starts: Option<String>,
    /// When it ends: a date, an instant, or a duration: from --starts, else from now
    #[arg(long, value_name = "WHEN", help_heading = "From when to when")]
    expires: Option<String>,
    /// When the business event ends that it serves
    #[arg(long, value_name = "WHEN", help_heading = "From when to when")]
    event_ends: Option<String>,
    /// How often it is looked at again, such as 14d
    #[arg(long, value_name = "DURATION", help_heading = "From when to when")]
    review_every: Option<String>,
    /// What ends or reopens it sooner: "WHEN => close|review|revoke"; repeatable
    #[arg(long, value_name = "TRIGGER", help_heading = "What limits it")]
    trigger: Vec<String>,
    /// The steps back
    #[arg(long, value_name = "PLAN", help_heading = "What limits it")]
    rollback_plan: Option<String>,
    /// What makes them necessary
    #[arg(long, value_name = "CRITERIA", help_heading = "What limits it")]
    rollback_criteria: Option<String>,
    /// The change request
    #[arg(long, help_heading = "References")]
    change: Option<String>,
    /// The incident
    #[arg(long, help_heading = "References")]
    incident: Option<String>,
    /// The ticket
    #[arg(long, help_heading = "References")]
    ticket: Option<String>,
    /// The vendor's onboarding record
    #[arg(long, help_heading = "References")]
    onboarding: Option<String>,
    /// The redesign that ends the need for it
    #[arg(long, help_heading = "References")]
    redesign: Option<String>,
    /// The record that it takes the place of
    #[arg(long, value_name = "ID", help_heading = "References")]
    supersedes: Option<String>,
}

impl Flags {
    /// Puts what the flags state over what is known already.
    ///
    /// # Errors
    /// What is wrong with a trigger or a finding.
    pub(super) fn fill(&self, answers: &mut Answers) -> Result<(), String> {
        for (path, value) in self.texts() {
            answers.set_given(path, value.as_deref());
        }
        for (path, values) in [
            ("deviates_from.controls", &self.control),
            ("subject.aliases", &self.alias),
            ("scope.resources", &self.resource),
            ("scope.actions", &self.action),
            ("scope.not_waived", &self.not_waived),
        ] {
            if !values.is_empty() {
                answers.set(path, values.clone());
            }
        }
        if !self.finding.is_empty() {
            let findings: Result<Vec<Value>, String> = self
                .finding
                .iter()
                .map(|text| part::finding(text))
                .collect();
            answers.set("scope.findings", findings?);
        }
        if !self.trigger.is_empty() {
            let triggers = self
                .trigger
                .iter()
                .enumerate()
                .map(|(n, text)| part::trigger(text, n + 1));
            answers.set(
                "triggers",
                triggers.collect::<Result<Vec<Value>, String>>()?,
            );
        }
        self.controls(answers)
    }

    /// Returns the fields that are one text each.
    fn texts(&self) -> [(&'static str, &Option<String>); 35] {
        [
            ("title", &self.title),
            ("class", &self.class),
            ("deviates_from.rule", &self.rule),
            ("deviates_from.baseline", &self.baseline),
            ("subject.identity", &self.identity),
            ("subject.identity_type", &self.identity_type),
            ("subject.credential", &self.credential),
            ("subject.credential_expires", &self.credential_expires),
            ("subject.asset", &self.asset),
            ("subject.application", &self.application),
            ("subject.environment", &self.environment),
            ("subject.task", &self.task),
            ("subject.vendor", &self.vendor),
            ("owner.name", &self.owner_name),
            ("owner.email", &self.owner_email),
            ("owner.team", &self.owner_team),
            ("owner.backup", &self.owner_backup),
            ("requester", &self.requester),
            ("justification", &self.justification),
            ("risk.level", &self.risk_level),
            ("risk.owner", &self.risk_owner),
            ("risk.blast_radius", &self.blast_radius),
            ("root_cause", &self.root_cause),
            ("fix.target", &self.fix_target),
            ("fix.plan", &self.fix_plan),
            ("fix.due", &self.fix_due),
            ("starts", &self.starts),
            ("expires", &self.expires),
            ("event_ends", &self.event_ends),
            ("review_every", &self.review_every),
            ("rollback.plan", &self.rollback_plan),
            ("rollback.criteria", &self.rollback_criteria),
            ("references.change", &self.change),
            ("references.incident", &self.incident),
            ("references.ticket", &self.ticket),
        ]
    }

    fn controls(&self, answers: &mut Answers) -> Result<(), String> {
        for (path, value) in [
            ("references.onboarding", &self.onboarding),
            ("references.redesign", &self.redesign),
        ] {
            answers.set_given(path, value.as_deref());
        }
        let supersedes = self.supersedes.as_deref().map(ledger::id_of);
        answers.set_given("references.supersedes", supersedes);
        let n = self.compensating_control.len();
        let parts = [
            ("owner", "--control-owner", &self.control_owner),
            ("status", "--control-status", &self.control_status),
            (
                "verify_every",
                "--control-verify-every",
                &self.control_verify_every,
            ),
        ];
        if let Some((_, flag, _)) = parts.iter().find(|(_, _, given)| given.len() > n) {
            return Err(format!(
                "more {flag} than --compensating-control: give one each, in order"
            ));
        }
        let control = |(n, text): (usize, &String)| {
            let mut control = json!({"description": text});
            let given = parts.map(|(key, _, values)| (key, values.get(n)));
            if let Some(map) = control.as_object_mut() {
                map.extend(
                    given
                        .into_iter()
                        .filter_map(|(key, value)| Some((key.to_owned(), json!(value?)))),
                );
            }
            control
        };
        if n > 0 {
            let controls: Vec<Value> = self
                .compensating_control
                .iter()
                .enumerate()
                .map(control)
                .collect();
            answers.set("compensating_controls", controls);
        }
        Ok(())
    }
}
