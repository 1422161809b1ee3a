//! Presets for new records, as the policy states them.
//!
//! Pure. Follows `docs/spec/policy.md`, profiles.

use schemars::JsonSchema;
use serde::Serialize;

use crate::record;
use crate::record::reference::ControlRef;
use crate::record::trigger_test::TriggerTest;
use crate::record::vocabulary::{Class, FixTarget, Risk, RootCause, Then};

/// A preset for `new --profile`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// The class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// The kind of baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<record::vocabulary::Baseline>,
    /// The controls, as `catalog:id`.
    pub controls: Vec<ControlRef>,
    /// The rule, in its own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The root cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_cause: Option<RootCause>,
    /// The environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The residual risk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<Risk>,
    /// What the fix changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix_target: Option<FixTarget>,
    /// The triggers; a plain text calls for a review.
    #[schemars(schema_with = "crate::policy::schema::triggers")]
    pub triggers: Vec<ProfileTrigger>,
}

/// A trigger of a profile.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileTrigger {
    /// Its id; by default `T1`, `T2` and so on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The event that fires the trigger.
    pub when: String,
    /// What happens next.
    pub then: Then,
    /// A test that scanner results and catalogs can answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<TriggerTest>,
}
