//! Tiers and classes, as a policy states them.
//!
//! Pure. Start at [`Tier`]. Follows `docs/spec/policy.md`, tiers and classes; [`crate::policy::tier`] determines which tier
//! a record is in.

use schemars::JsonSchema;
use serde::Serialize;
use strum::{EnumMessage, IntoStaticStr, VariantArray};

use crate::policy::demand::Proof;
use crate::record::time::{Term, Unit};
use crate::record::vocabulary::{self, Baseline, Class, IdentityType, Risk, RootCause, words};

/// The requirements for the records that it matches. Missing values are taken from [`Tier::standard`].
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("required" = ["name"]))]
pub struct Tier {
    /// The name, unique among the tiers.
    pub name: String,
    /// Which records it applies to: those matching any of these maps. Only the last tier has no `match`.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "crate::policy::schema::matches")]
    pub matches: Option<Vec<Match>>,
    /// The longest term between two decisions.
    pub max_term: Term,
    /// How often it may be renewed.
    pub max_renewals: u32,
    /// The longest total term, from the first start to the last end.
    pub max_total: Term,
    /// Who must approve.
    pub approvals: Approvals,
    /// What the record must state.
    pub require: Vec<Require>,
    /// How often it must be reviewed; absent if no review is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_every: Option<Term>,
    /// Whether a degraded record still grants.
    pub degraded: Degraded,
    /// How long after the end the closure must be reviewed; `0d` for never.
    pub post_closure_review: Term,
}

impl Tier {
    /// Returns the built-in tier, from which others take missing values.
    pub fn standard() -> Tier {
        Tier {
            name: "standard".to_owned(),
            matches: None,
            max_term: days(90),
            max_renewals: 2,
            max_total: days(270),
            approvals: Approvals::default(),
            require: vec![Require::CompensatingControls],
            review_every: None,
            degraded: Degraded::Grant,
            post_closure_review: days(0),
        }
    }
}

impl Default for Tier {
    /// A tier that states nothing: the built-in one, with nothing required.
    fn default() -> Tier {
        Tier { name: String::new(), require: Vec::new(), ..Tier::standard() }
    }
}

pub(crate) fn days(number: u32) -> Term {
    Term { number, unit: Unit::Days }
}

/// The records of a tier: a record must match every key that is given, with any of its values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// Its class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Vec<Class>>,
    /// Its residual risk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<Vec<Risk>>,
    /// The sensitivity that `assets` gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Vec<String>>,
    /// Its environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Vec<String>>,
    /// The kind of its identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_type: Option<Vec<IdentityType>>,
    /// The kind of baseline that it deviates from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Vec<Baseline>>,
    /// Its root cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_cause: Option<Vec<RootCause>>,
    /// Its application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<Vec<String>>,
    /// Its owner's team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<Vec<String>>,
    /// That its scope holds a wildcard; `true` is the only value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "crate::policy::schema::only_true")]
    pub wildcard: Option<OnlyTrue>,
}

impl Match {
    /// Tells whether it matches by what the filer says about the deviation alone, which never decides who approves.
    pub(crate) fn is_by_statement(&self) -> bool {
        self.root_cause.is_some() || self.baseline.is_some()
    }
}

/// The only value of `wildcard`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray, IntoStaticStr, EnumMessage)]
#[strum(serialize_all = "snake_case")]
pub enum OnlyTrue {
    /// It must hold one.
    True,
}

impl vocabulary::Vocabulary for OnlyTrue {}

impl Serialize for OnlyTrue {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bool(true)
    }
}

/// Who must approve.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Approvals {
    /// How many people, at least 1.
    #[schemars(range(min = 1))]
    pub count: u32,
    /// The groups that must each give one person, a different one each.
    pub each_of: Vec<String>,
    /// People who must be among the approvers.
    pub must_include: Vec<Must>,
    /// A level of proof beyond that of `approval.proof`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Default for Approvals {
    fn default() -> Approvals {
        Approvals { count: 1, each_of: Vec::new(), must_include: Vec::new(), proof: None }
    }
}

words! {
    /// A person named in the record who must be among the approvers.
    pub enum Must written "snake_case" {
        /// `risk.owner`, which the record must then state.
        RiskOwner,
    }
}

words! {
    /// Whether a degraded record still grants; the stricter sorts first.
    pub enum Degraded {
        /// It grants nothing.
        Deny,
        /// It still grants.
        Grant,
    }
}

words! {
    /// Something that a record must state.
    pub enum Require written "snake_case" {
        /// `risk.blast_radius`.
        BlastRadius,
        /// `rollback`, plan and criteria.
        Rollback,
        /// A control that is active or planned.
        CompensatingControls,
        /// `review_every`, stated by the record itself.
        ReviewEvery,
        /// A trigger.
        Triggers,
        /// `subject.vendor`.
        Vendor,
        /// `references.onboarding`.
        Onboarding,
        /// `references.change`.
        Change,
        /// `references.risk`.
        RiskRegister,
        /// `scope.resources` and `scope.actions`, both.
        Scope,
        /// `fix`, with `due`.
        Fix,
        /// `event_ends`.
        EventEnds,
        /// `requester`.
        Requester,
        /// `risk.owner`.
        RiskOwner,
        /// `subject.environment`.
        Environment,
    }
}

/// Additional requirements of each class.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Classes {
    /// The usual path.
    pub standard: ClassRule,
    /// Cases that cannot wait for approval.
    pub emergency: EmergencyRule,
    /// Cases that compliance also reviews.
    pub regulated: ClassRule,
    /// Access needed by a vendor.
    #[serde(rename = "third-party")]
    pub third_party: ClassRule,
}

impl Default for Classes {
    fn default() -> Classes {
        Classes {
            standard: ClassRule::default(),
            emergency: EmergencyRule {
                max_term: Some(Term { number: 72, unit: Unit::Hours }),
                review_within: Some(Term { number: 24, unit: Unit::Hours }),
                ..EmergencyRule::default()
            },
            regulated: ClassRule::default(),
            third_party: ClassRule {
                require: vec![Require::Vendor, Require::Onboarding, Require::Triggers],
                ..ClassRule::default()
            },
        }
    }
}

impl Classes {
    /// Returns the additions of a class, in a form common to all four.
    pub fn of(&self, class: Class) -> EmergencyRule {
        let rule = match class {
            Class::Emergency => return self.emergency.clone(),
            Class::Standard => &self.standard,
            Class::Regulated => &self.regulated,
            Class::ThirdParty => &self.third_party,
        };
        EmergencyRule {
            max_term: rule.max_term,
            review_within: None,
            require: rule.require.clone(),
            each_of: rule.each_of.clone(),
            count: rule.count,
        }
    }
}

/// Requirements that a class adds to those of the tier; it cannot relax them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClassRule {
    /// The longest term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_term: Option<Term>,
    /// What the record must state.
    pub require: Vec<Require>,
    /// The groups that must each give one person.
    pub each_of: Vec<String>,
    /// How many people must approve, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub count: Option<u32>,
}

/// Requirements that the class `emergency` adds to those of the tier; it cannot relax them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EmergencyRule {
    /// The longest term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_term: Option<Term>,
    /// How long the first version counts before it is approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_within: Option<Term>,
    /// What the record must state.
    pub require: Vec<Require>,
    /// The groups that must each give one person.
    pub each_of: Vec<String>,
    /// How many people must approve, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub count: Option<u32>,
}
