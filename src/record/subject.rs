//! What an exception is about, and what of it is waived.
//!
//! Uses record's own words. Pure. Follows `docs/spec/record.md`.

use crate::record::fields::Fields;
use crate::record::form;
use crate::record::time::When;
use crate::record::vocabulary::{IdentityType, Risk};

map! {
    /// What the exception is about: at least one of identity, asset, application.
    #[derive(Default)]
    pub struct Subject (stated) {
        /// The identity, such as `svc:billing-batch`.
        optional identity: String,
        /// What kind of identity it is.
        optional identity_type: IdentityType,
        /// A reference to the credential, never the secret.
        optional credential: String,
        /// When the credential stops working; not after the exception's end.
        optional credential_expires: When,
        /// The asset, such as `host:billing-01`.
        optional asset: String,
        /// The application.
        optional application: String,
        /// The environment, such as `production`.
        optional environment: String,
        /// The task that the identity performs.
        optional task: String,
        /// The vendor; required for class third-party.
        optional vendor: String,
        /// Former names, under which it is still found.
        optional aliases: Vec<String>,
    }
}

map! {
    /// What is waived. A list that is absent says nothing; an empty one grants nothing.
    #[derive(Default)]
    pub struct Scope {
        /// The resources, as patterns.
        optional resources: Vec<String>,
        /// The actions, as patterns.
        optional actions: Vec<String>,
        /// What stays forbidden; entries without blanks are judged, others are for the reader.
        optional not_waived: Vec<String>,
        /// What scanners may suppress because of this.
        optional findings: Vec<FindingKey>,
    }
}

map! {
    /// What a scanner's finding must be to be covered: every key that is given must hold.
    #[derive(Default)]
    #[schemars(extend("anyOf" = [
        {"required": ["id"]},
        {"required": ["cwe"]},
        {"required": ["purl"]}
    ]))]
    pub struct FindingKey (inline, check needs_name) {
        /// The scanner, such as `trivy`.
        optional tool: String,
        /// The finding's id, such as a CVE or a rule.
        optional id: String,
        /// A weakness, as `CWE-79`.
        optional cwe: String = form::cwe as { #[schemars(regex(pattern = r"^CWE-[0-9]+$"))] },
        /// The highest severity that is covered.
        optional severity: Risk,
        /// The package, as a package URL.
        optional purl: String,
        /// A range of versions, such as `<3.2.0`.
        optional versions: String = form::versions,
        /// The files, as patterns from the repository's root.
        optional paths: Vec<String>,
        /// The locators of a policy engine, as patterns.
        optional resources: Vec<String>,
    }
}

/// Notes a key that names no finding.
fn needs_name(map: &mut Fields<'_, '_>) -> Option<()> {
    map.need_any_of(&["id", "cwe", "purl"]);
    Some(())
}
