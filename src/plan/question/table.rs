//! Each field that people are asked for: its flag, its prompt, and what helps to answer.
//!
//! Uses record's words. Pure. Start at [`FIELDS`].

use crate::record::vocabulary::{
    Baseline, Class, ControlStatus, FixTarget, IdentityType, Risk, RootCause, Vocabulary,
};

/// How a field is asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// The field of the record.
    pub field: &'static str,
    /// The flags that answer it, as they are written.
    pub flags: &'static str,
    /// What names the answer.
    pub label: &'static str,
    /// What is asked.
    pub prompt: &'static str,
    /// What helps to answer; may be empty.
    pub hint: &'static str,
}

const fn field(
    field: &'static str,
    flags: &'static str,
    label: &'static str,
    prompt: &'static str,
    hint: &'static str,
) -> Field {
    Field {
        field,
        flags,
        label,
        prompt,
        hint,
    }
}

const WHEN: &str =
    "a date, which counts to its end in UTC, or an instant such as 2026-12-20T18:00:00Z";
const PERSON: &str = "type letters of a name of the roster, or an address";

/// The fields, in the order in which they are asked.
#[rustfmt::skip]
pub const FIELDS: &[Field] = &[
    field("title", "--title", "Title", "Title, one line",
        "such as: Billing batch key cannot rotate before the legacy job retires"),
    field("deviates_from", "--control CATALOG:ID or --rule TEXT", "Deviates from", "Which control or rule does it deviate from?",
        "an id or words of a title search the catalogs; anything else is the internal rule, in your words"),
    field("subject", "--identity, --asset or --application", "Subject", "What is it about: which application, asset or identity?",
        "type its name, then choose what it is"),
    field("subject.identity_type", "--identity-type", "Kind of identity", "What kind of identity is that?", ""),
    field("subject.credential", "--credential", "Credential", "Which credential does it use?",
        "a reference such as vault:prod/billing/db, never the secret"),
    field("subject.task", "--task", "Task", "What does it do with it?", "such as: nightly invoice run"),
    field("risk.level", "--risk-level", "Residual risk", "Residual risk: what remains with the controls in place?", ""),
    field("justification", "--justification", "Justification", "Why is it needed now, and why can't it be avoided?",
        "name what would break, and what ends the need"),
    field("compensating_controls", "--compensating-control TEXT", "Compensating control", "What limits the risk meanwhile?",
        "such as: Alert on use outside 01:00-03:00 UTC"),
    field("owner", "--owner-name and --owner-email, or git's user.name and user.email", "Owner", "Who answers for it?", PERSON),
    field("subject.environment", "--environment", "Environment", "In which environment?", "such as production"),
    field("subject.application", "--application", "Application", "Of which application?", ""),
    field("subject.asset", "--asset", "Asset", "Of which asset?", ""),
    field("subject.identity", "--identity", "Identity", "Of which identity?", ""),
    field("deviates_from.baseline", "--baseline", "Baseline", "What kind of rule is it?", ""),
    field("deviates_from.rule", "--rule", "Rule", "Which internal rule does it deviate from?", ""),
    field("deviates_from.controls", "--control CATALOG:ID", "Controls", "Which controls does it deviate from?",
        "as catalog:id, separated by commas"),
    field("class", "--class", "Class", "Which class is it of?", ""),
    field("root_cause", "--root-cause", "Root cause", "Why does the deviation exist at all?", ""),
    field("starts", "--starts", "Starts", "From when on?", WHEN),
    field("expires", "--expires", "Expires", "Until when?", "a date such as 2026-12-20, an instant, or a duration such as 30d or 36h"),
    field("owner.email", "--owner-email", "Owner's address", "What is the owner's address?", ""),
    field("owner.name", "--owner-name", "Owner's name", "What is the owner's name?", ""),
    field("owner.team", "--owner-team", "Team", "Of which team is the owner?", ""),
    field("owner.backup", "--owner-backup", "Backup", "Who stands in for the owner?", PERSON),
    field("risk.blast_radius", "--blast-radius", "Blast radius", "What could be reached or broken at worst?", ""),
    field("rollback.plan", "--rollback-plan", "Rollback", "What are the steps back?", ""),
    field("rollback.criteria", "--rollback-criteria", "Rollback criteria", "What makes them necessary?", ""),
    field("review_every", "--review-every", "Review", "How often is it reviewed?", "such as 7d"),
    field("triggers", "--trigger \"WHEN => close|review|revoke\"", "Trigger", "What ends or reopens it sooner?",
        "write WHEN => close, review or revoke, such as: The vendor ships OAuth => close"),
    field("subject.vendor", "--vendor", "Vendor", "Which vendor?", ""),
    field("references.onboarding", "--onboarding", "Onboarding", "Where is the vendor's onboarding recorded?", "such as VND-7"),
    field("references.change", "--change", "Change", "Which change request?", "such as CHG-1234"),
    field("references.incident", "--incident", "Incident", "Which incident?", "such as INC-88"),
    field("references.ticket", "--ticket", "Ticket", "Which ticket?", "such as BILL-400 or an address"),
    field("references.redesign", "--redesign", "Redesign", "Which redesign ends the need for it?", "such as BILL-500"),
    field("references.supersedes", "--supersedes", "Supersedes", "Which record does it take the place of?", ""),
    field("references.risk", "--from FILE with references.risk", "Risk register", "Which entry of the risk register?", "such as RISK-12"),
    field("scope.resources", "--resource", "Resources", "Which resources are waived?", "separated by commas, such as db:invoices"),
    field("scope.actions", "--action", "Actions", "Which actions are waived?", "separated by commas, such as read"),
    field("scope.not_waived", "--not-waived", "Not waived", "What stays forbidden?", "separated by commas"),
    field("fix.target", "--fix-target", "Fix", "Where will it be corrected?", ""),
    field("fix.plan", "--fix-plan", "Fix plan", "What will be done?", ""),
    field("fix.due", "--fix-due", "Fix due", "By which day?", "such as 2026-12-18"),
    field("event_ends", "--event-ends", "Event ends", "When does the business event end?", WHEN),
    field("requester", "--requester", "Requester", "On whose behalf is it?", PERSON),
    field("risk.owner", "--risk-owner", "Risk owner", "Who accepts the risk?", PERSON),
    field("subject.credential_expires", "--credential-expires", "Credential expires", "When does the credential stop working?", WHEN),
    field("subject.aliases", "--alias", "Aliases", "Under which former names is it still found?", "separated by commas"),
];

/// Returns how a field is asked for; `None` for one that nobody is asked for.
pub fn of(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.field == name)
}

/// Returns the words of a field that has some, each with what it means.
pub fn choices(field: &str) -> Vec<&'static str> {
    fn words<W: Vocabulary>() -> Vec<&'static str> {
        W::WORDS.iter().map(|(word, _)| *word).collect()
    }
    let last = field.rsplit('.').next().unwrap_or_default();
    match field {
        "risk.level" => words::<Risk>(),
        "class" => words::<Class>(),
        "root_cause" => words::<RootCause>(),
        "subject.identity_type" => words::<IdentityType>(),
        "fix.target" => words::<FixTarget>(),
        "deviates_from.baseline" => words::<Baseline>(),
        _ if field.starts_with("compensating_controls[") && last == "status" => {
            words::<ControlStatus>()
        }
        _ => Vec::new(),
    }
}
