//! What an exception is about, and what of it is waived.
//!
//! Uses record's own words. Pure. Follows `docs/spec/record.md`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::record::time::When;
use crate::record::vocabulary::{IdentityType, Risk};

/// What the exception is about: at least one of identity, asset, application.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Subject {
    /// The identity, such as `svc:billing-batch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// What kind of identity it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_type: Option<IdentityType>,
    /// A reference to the credential, never the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// When the credential stops working; not after the exception's end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_expires: Option<When>,
    /// The asset, such as `host:billing-01`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// The application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// The environment, such as `production`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The task that the identity performs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The vendor; required for class third-party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Former names, under which it is still found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aliases: Option<Vec<String>>,
}

/// What is waived. A list that is absent says nothing; an empty one grants nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// The resources, as patterns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<String>>,
    /// The actions, as patterns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<String>>,
    /// What stays forbidden; entries without blanks are judged, others are for the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_waived: Option<Vec<String>>,
    /// What scanners may suppress because of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<FindingKey>>,
}

/// What a scanner's finding must be to be covered: every key that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("anyOf" = [
    {"required": ["id"]},
    {"required": ["cwe"]},
    {"required": ["purl"]}
]))]
pub struct FindingKey {
    /// The scanner, such as `trivy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The finding's id, such as a CVE or a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A weakness, as `CWE-79`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^CWE-[0-9]+$"))]
    pub cwe: Option<String>,
    /// The highest severity that is covered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Risk>,
    /// The package, as a package URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    /// A range of versions, such as `<3.2.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions: Option<String>,
    /// The files, as patterns from the repository's root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paths: Option<Vec<String>>,
    /// The locators of a policy engine, as patterns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<String>>,
}
