//! The words that a record may use where a field has a fixed vocabulary.
//!
//! Uses nothing else of the line. Pure. Start at [`Vocabulary`]. Follows `docs/spec/record.md`.

use crate::record::parse_error;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A vocabulary: each value and the word that files use for it.
pub trait Vocabulary: Copy + PartialEq + Sized + 'static {
    /// All values with their words, in the order of the documentation.
    const WORDS: &'static [(&'static str, Self)];

    /// Returns the value of a word, compared exactly.
    fn from_word(word: &str) -> Option<Self> {
        let mut words = Self::WORDS.iter();
        words.find(|(known, _)| *known == word).map(|(_, it)| *it)
    }

    /// Returns why a text is refused, where more is to be said than that it is none of the words.
    fn refusal(_text: &str) -> Option<String> {
        None
    }

    /// Returns the word of a value.
    fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(_, value)| *value == self)
            .map_or("", |(word, _)| word)
    }
}

/// The kind of exception; expected special cases are kept apart.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The usual path.
    Standard,
    /// May start before it is approved, for hours, and is reviewed afterwards.
    Emergency,
    /// Needs the compliance side too.
    Regulated,
    /// A vendor's; names the vendor and the onboarding record.
    ThirdParty,
}

impl Vocabulary for Class {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("standard", Class::Standard),
        ("emergency", Class::Emergency),
        ("regulated", Class::Regulated),
        ("third-party", Class::ThirdParty),
    ];

    fn refusal(text: &str) -> Option<String> {
        parse_error::technical_error(text, "class")
    }
}

/// The kind of baseline that is deviated from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// Use of a token.
    TokenUse,
    /// Rotation of a credential.
    CredentialRotation,
    /// Storage of a secret.
    SecretStorage,
    /// A certificate.
    Certificate,
    /// Use of a tool by an agent.
    ToolInvocation,
    /// More privilege than the role has.
    PrivilegeElevation,
    /// A policy that is not met.
    PolicyViolation,
    /// A vulnerability that stays for now.
    Vulnerability,
    /// A setting other than the baseline's.
    Configuration,
    /// A change outside its window.
    ChangeWindow,
}

impl Vocabulary for Baseline {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("token-use", Baseline::TokenUse),
        ("credential-rotation", Baseline::CredentialRotation),
        ("secret-storage", Baseline::SecretStorage),
        ("certificate", Baseline::Certificate),
        ("tool-invocation", Baseline::ToolInvocation),
        ("privilege-elevation", Baseline::PrivilegeElevation),
        ("policy-violation", Baseline::PolicyViolation),
        ("vulnerability", Baseline::Vulnerability),
        ("configuration", Baseline::Configuration),
        ("change-window", Baseline::ChangeWindow),
    ];
}

/// What kind of identity acts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityType {
    /// An account of a service.
    ServiceAccount,
    /// A key of an interface.
    ApiKey,
    /// A certificate that authenticates.
    Certificate,
    /// An application registered for delegated access.
    OauthApp,
    /// A workload identity.
    Workload,
    /// An agent that decides by a model.
    AiAgent,
    /// A person.
    Human,
}

impl Vocabulary for IdentityType {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("service-account", IdentityType::ServiceAccount),
        ("api-key", IdentityType::ApiKey),
        ("certificate", IdentityType::Certificate),
        ("oauth-app", IdentityType::OauthApp),
        ("workload", IdentityType::Workload),
        ("ai-agent", IdentityType::AiAgent),
        ("human", IdentityType::Human),
    ];
}

/// A level of risk or severity, lowest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Little would be lost.
    Low,
    /// Some would be lost.
    Moderate,
    /// Much would be lost.
    High,
    /// It must not happen.
    Critical,
}

impl Vocabulary for Risk {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("low", Risk::Low),
        ("moderate", Risk::Moderate),
        ("high", Risk::High),
        ("critical", Risk::Critical),
    ];
}

/// Why the deviation exists at all.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RootCause {
    /// The data that a rule judges is wrong.
    BadSourceData,
    /// Who decides could not know enough.
    MissingApprovalContext,
    /// It was lost between two teams.
    HandoffFailure,
    /// Nobody knew whose it is.
    UnclearOwnership,
    /// It was not done in time.
    Timeout,
    /// Two rules contradict each other.
    PolicyConflict,
    /// Something it depends on can't be changed yet.
    BrittleDependency,
    /// A tool is needed that the role lacks.
    ToolAccess,
    /// Not known yet.
    Unclassified,
}

impl Vocabulary for RootCause {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("bad-source-data", RootCause::BadSourceData),
        (
            "missing-approval-context",
            RootCause::MissingApprovalContext,
        ),
        ("handoff-failure", RootCause::HandoffFailure),
        ("unclear-ownership", RootCause::UnclearOwnership),
        ("timeout", RootCause::Timeout),
        ("policy-conflict", RootCause::PolicyConflict),
        ("brittle-dependency", RootCause::BrittleDependency),
        ("tool-access", RootCause::ToolAccess),
        ("unclassified", RootCause::Unclassified),
    ];

    fn refusal(text: &str) -> Option<String> {
        parse_error::technical_error(text, "root cause")
    }
}

/// Where the correction is made.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FixTarget {
    /// In the policy.
    Policy,
    /// In who may do what.
    Entitlement,
    /// In the automation.
    Automation,
    /// In the data.
    Data,
    /// In the process.
    Process,
}

impl Vocabulary for FixTarget {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("policy", FixTarget::Policy),
        ("entitlement", FixTarget::Entitlement),
        ("automation", FixTarget::Automation),
        ("data", FixTarget::Data),
        ("process", FixTarget::Process),
    ];
}

/// Whether a compensating control is there.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ControlStatus {
    /// Not yet.
    Planned,
    /// It works.
    Active,
    /// No longer.
    Withdrawn,
}

impl Vocabulary for ControlStatus {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("planned", ControlStatus::Planned),
        ("active", ControlStatus::Active),
        ("withdrawn", ControlStatus::Withdrawn),
    ];
}

/// What follows when a trigger fires.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// The exception ends and is closed.
    Close,
    /// It must be looked at.
    Review,
    /// It grants nothing from then on.
    Revoke,
}

impl Vocabulary for Then {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("close", Then::Close),
        ("review", Then::Review),
        ("revoke", Then::Revoke),
    ];
}

/// A test of a trigger that scanner output can answer.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// A fixed release exists.
    FixAvailable,
    /// The finding is no longer reported.
    FindingGone,
    /// What was found has changed.
    ValueChanged,
}

impl Vocabulary for Test {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("fix-available", Test::FixAvailable),
        ("finding-gone", Test::FindingGone),
        ("value-changed", Test::ValueChanged),
    ];
}

/// What follows from a review.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewOutcome {
    /// It stays as it is.
    StillNeeded,
    /// It is narrowed.
    Reduce,
    /// It is closed.
    Close,
}

impl Vocabulary for ReviewOutcome {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("still-needed", ReviewOutcome::StillNeeded),
        ("reduce", ReviewOutcome::Reduce),
        ("close", ReviewOutcome::Close),
    ];
}

/// A stage in handling the exception.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// First look.
    Triage,
    /// Finding out.
    Investigation,
    /// Putting right.
    Remediation,
}

impl Vocabulary for Stage {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("triage", Stage::Triage),
        ("investigation", Stage::Investigation),
        ("remediation", Stage::Remediation),
    ];
}

/// How the exception ended.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ClosureOutcome {
    /// What it was about has been put right.
    Remediated,
    /// It was taken back.
    Revoked,
    /// Another record took its place.
    Superseded,
    /// It was not needed.
    Withdrawn,
    /// It was refused.
    Rejected,
}

impl Vocabulary for ClosureOutcome {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("remediated", ClosureOutcome::Remediated),
        ("revoked", ClosureOutcome::Revoked),
        ("superseded", ClosureOutcome::Superseded),
        ("withdrawn", ClosureOutcome::Withdrawn),
        ("rejected", ClosureOutcome::Rejected),
    ];
}

/// What the look at a closure found.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PostReviewOutcome {
    /// It stayed closed.
    Effective,
    /// It came back.
    Recurred,
    /// The fix did not work.
    NotEffective,
}

impl Vocabulary for PostReviewOutcome {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("effective", PostReviewOutcome::Effective),
        ("recurred", PostReviewOutcome::Recurred),
        ("not-effective", PostReviewOutcome::NotEffective),
    ];
}
