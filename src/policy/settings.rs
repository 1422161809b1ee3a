//! The smaller settings of a policy: people, assets, rules, dates, profiles, patterns, closures, baselines.
//!
//! Pure. Follows `docs/spec/policy.md`.

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

use crate::diag::Level;
use crate::policy::tiers::days;
use crate::record::address::Address;
use crate::record::pattern;
use crate::record::time::Term;
use crate::record::vocabulary::{Class, words};

/// Who is who. In patterns `*` is any run of characters and alone special; letter case is ignored.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct People {
    /// A CSV of people, `email,name,team,active`; an owner not in it, or inactive, is ownerless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roster: Option<String>,
    /// Patterns of bots, by address or name.
    pub bots: Vec<String>,
    /// Patterns of AI agents, by address or name.
    pub agents: Vec<String>,
    /// The address behind a forge login or display name, for evidence and account addresses that name only that.
    /// Of another forge than that of `noreply` (GitHub, if that is empty) with the domain: `dkim@users.noreply.HOST`.
    pub logins: BTreeMap<String, Address>,
    /// Further domains of private addresses of forge accounts, beside `users.noreply.HOST` and `noreply.HOST`.
    pub noreply: Vec<String>,
    /// Committer identities of self-managed forges.
    pub forges: Vec<String>,
}

impl Default for People {
    fn default() -> People {
        People {
            roster: None,
            bots: texts(&["*[bot]@users.noreply.github.com", "renovate@*"]),
            agents: Vec::new(),
            logins: BTreeMap::new(),
            noreply: Vec::new(),
            forges: Vec::new(),
        }
    }
}

/// The sensitivity of some subjects, and who answers for them; at least one of the three values is given.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [
    {"required": ["sensitivity"]}, {"required": ["owner"]}, {"required": ["notify"]},
]))]
pub struct AssetRule {
    /// Patterns for identity, asset, credential, application and aliases; for `owner` and `notify` resource and path, too.
    #[serde(rename = "match")]
    pub matches: Vec<String>,
    /// A label that a tier can match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<String>,
    /// The person to whom `triage` and `access` route what concerns these subjects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Address>,
    /// Groups or addresses that are notified besides the owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub notify: Vec<NotifyTarget>,
}

/// Who is notified of something, besides its owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotifyTarget {
    /// The members of a group of the policy.
    Group(String),
    Address(Address),
}

impl NotifyTarget {
    /// Returns the word used in the policy.
    pub fn as_str(&self) -> &str {
        match self {
            NotifyTarget::Group(name) => name,
            NotifyTarget::Address(address) => address.as_str(),
        }
    }
}

impl Serialize for NotifyTarget {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// Thresholds and severities of the rules.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Lint {
    /// The shortest justification, in characters.
    pub justification_min: u32,
    /// How long after its business event an exception may end.
    pub event_grace: Term,
    /// The level of a content rule, by its code.
    #[schemars(schema_with = "crate::policy::schema::levels")]
    pub levels: BTreeMap<String, RuleLevel>,
    /// Patterns of values that are not secrets.
    pub not_secrets: Vec<String>,
}

impl Lint {
    /// Tells whether the policy lists a whole value as not a secret.
    pub fn is_no_secret(&self, whole: &str) -> bool {
        self.not_secrets.iter().any(|allowed| pattern::matches(allowed, whole))
    }
}

impl Default for Lint {
    fn default() -> Lint {
        Lint {
            justification_min: 40,
            event_grace: days(7),
            levels: BTreeMap::new(),
            not_secrets: Vec::new(),
        }
    }
}

words! {
    /// The level that a policy gives a rule.
    pub enum RuleLevel {
        /// A finding exits 1.
        Error,
        /// A finding exits 0, with `--strict` 1.
        Warning,
        /// The rule reports nothing.
        Off,
    }
    impl {
        fn from_word(word: &str) -> Option<RuleLevel> {
            let mut levels = RuleLevel::ALL.iter().copied();
            match word {
                "warn" => Some(RuleLevel::Warning),
                _ => levels.find(|level| level.as_str() == word),
            }
        }

        fn words() -> Vec<&'static str> {
            let levels = RuleLevel::ALL.iter();
            levels.map(|level| level.as_str()).chain(["warn"]).collect()
        }
    }
}

impl RuleLevel {
    /// Returns the level of the rule's findings; `None` if the rule is off.
    pub fn level(self) -> Option<Level> {
        match self {
            RuleLevel::Error => Some(Level::Error),
            RuleLevel::Warning => Some(Level::Warning),
            RuleLevel::Off => None,
        }
    }
}

/// When something counts as due.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Due {
    /// How long before its end.
    pub soon: Term,
    /// How long before its end it is urgent.
    pub urgent: Term,
    /// How many open records that end on one day, or are renewed at once, are worth a warning.
    #[schemars(range(min = 1))]
    pub cliff: u32,
}

impl Default for Due {
    fn default() -> Due {
        Due { soon: days(30), urgent: days(7), cliff: 10 }
    }
}

/// Who is notified of overdue records, and after how long.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// How long after the waiting limit, the degradation, the end, or the date on which closure was due.
    pub after: Term,
    /// `owner`, `backup`, `risk_owner` or a group.
    #[schemars(with = "String")]
    pub to: Recipient,
}

/// Who is notified.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recipient {
    /// The record's owner.
    Owner,
    /// The owner's backup.
    Backup,
    /// The person who accepts the risk.
    RiskOwner,
    /// The members of a group.
    Group(String),
}

impl Recipient {
    /// The words for recipients whom the record names; no group may use these names.
    pub const RESERVED: &'static [(&'static str, Recipient)] = &[
        ("owner", Recipient::Owner),
        ("backup", Recipient::Backup),
        ("risk_owner", Recipient::RiskOwner),
    ];

    /// Returns the recipient for a word.
    pub fn new(word: &str) -> Recipient {
        Recipient::RESERVED
            .iter()
            .find(|(known, _)| *known == word)
            .map_or_else(|| Recipient::Group(word.to_owned()), |(_, recipient)| recipient.clone())
    }

    /// Returns the word used in the policy.
    pub fn as_str(&self) -> &str {
        match self {
            Recipient::Owner => "owner",
            Recipient::Backup => "backup",
            Recipient::RiskOwner => "risk_owner",
            Recipient::Group(name) => name,
        }
    }
}

impl Serialize for Recipient {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

pub(crate) fn default_escalation() -> Vec<Escalation> {
    [(0, Recipient::Owner), (3, Recipient::Backup)]
        .map(|(after, to)| Escalation { after: days(after), to })
        .to_vec()
}

/// When repeated causes are frozen.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Patterns {
    /// How far back records are counted.
    pub window: Term,
    /// How many occurrences freeze a group.
    #[schemars(range(min = 1))]
    pub threshold: u32,
    /// Whether a frozen group refuses new records.
    pub freeze: bool,
    /// The fields by which records are grouped.
    #[schemars(length(min = 1))]
    pub key: Vec<PatternKey>,
    /// When a group of events is repeated.
    pub events: EventPatterns,
    /// What lifts a freeze.
    pub redesign: RedesignKind,
    /// How long after it landed a redesign may be due, and the longest time in which its effect is watched.
    pub redesign_max: Term,
    /// The classes that are grouped apart and never frozen, because their repetition is expected.
    pub expected: Vec<Class>,
    /// Groups or addresses that are told of frozen groups, besides the owners of their records.
    #[schemars(with = "Vec<String>")]
    pub notify: Vec<NotifyTarget>,
}

impl Default for Patterns {
    fn default() -> Patterns {
        Patterns {
            window: days(180),
            threshold: 3,
            freeze: true,
            key: vec![PatternKey::RootCause, PatternKey::Application],
            events: EventPatterns::default(),
            redesign: RedesignKind::Any,
            redesign_max: days(180),
            expected: vec![Class::Emergency, Class::Regulated, Class::ThirdParty],
            notify: Vec::new(),
        }
    }
}

/// When a group of events, uses or refusals is repeated: all four must hold.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventPatterns {
    /// How far back inputs are counted, in whole days.
    pub window: Term,
    /// The least number of deviations.
    #[schemars(range(min = 1))]
    pub threshold: u32,
    /// The least number of days with a deviation.
    #[schemars(range(min = 1))]
    pub days: u32,
    /// The least number of deviations in a hundred inputs of the application.
    #[schemars(range(min = 0, max = 100))]
    pub share: u32,
}

impl Default for EventPatterns {
    fn default() -> EventPatterns {
        EventPatterns { window: days(30), threshold: 20, days: 3, share: 5 }
    }
}

words! {
    /// What lifts a freeze, if a record links it.
    pub enum RedesignKind {
        /// A redesign file, or a ticket with a `fix` whose `due` is not past.
        Any,
        /// A redesign file.
        File,
    }
}

words! {
    /// A field by which records are grouped.
    pub enum PatternKey written "snake_case" {
        /// `root_cause`.
        RootCause,
        /// `subject.application`.
        Application,
        /// `subject.identity`.
        Identity,
        /// `subject.asset`.
        Asset,
        /// `subject.vendor`.
        Vendor,
        /// Each of `deviates_from.controls`.
        Control,
        /// `deviates_from.baseline`.
        Baseline,
        /// `owner.team`.
        Team,
        /// `owner.email`.
        Owner,
    }
}

/// When a new record on the same matter counts as a continuation of the previous one.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Recurrence {
    /// How long after the previous record ended.
    pub window: Term,
}

impl Default for Recurrence {
    fn default() -> Recurrence {
        Recurrence { window: days(90) }
    }
}

pub(crate) fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
