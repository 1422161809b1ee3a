//! What an exception is about, and what of it is waived.
//!
//! Uses record's own words. Pure. Follows `docs/spec/record.md`.

use crate::record::fields::Fields;
use crate::record::form;
use crate::record::spec::WHEN_HINT;
use crate::record::time::When;
use crate::record::vocabulary::{IdentityType, Risk};

map! {
    /// What the exception is about: at least one of identity, asset, application.
    #[derive(Default)]
    pub struct Subject (stated) {
        /// The identity, such as `svc:billing-batch`.
        optional identity: String;
            ask { flag: "--identity", help: "The identity that it is about", label: "Identity", prompt: "Of which identity?", rank: 14 };
            issue { label: "Identity", says: "The account, key or agent that acts. Give this, an asset or an application. An identity that is not a person also has a type, a credential and a task", such_as: "svc:billing-batch", rank: 6 },
        /// What kind of identity it is.
        optional identity_type: IdentityType;
            ask { flag: "--identity-type", help: "What kind of identity that is", label: "Kind of identity", prompt: "What kind of identity is that?", rank: 4 };
            issue { label: "Identity type", rank: 7 },
        /// A reference to the credential, never the secret.
        optional credential: String;
            ask { flag: "--credential", help: "The credential, as a reference, never the secret", label: "Credential", prompt: "Which credential does it use?", hint: "a reference such as vault:prod/billing/db, never the secret", rank: 5 };
            issue { label: "Credential reference", says: "Where the credential is kept, never the credential", such_as: "vault:prod/billing/db", rank: 8 },
        /// When the credential stops working; not after the exception's end.
        optional credential_expires: When;
            ask { flag: "--credential-expires", value: "WHEN", help: "When the credential stops working", label: "Credential expires", prompt: "When does the credential stop working?", hint: WHEN_HINT, rank: 48 },
        /// The asset, such as `host:billing-01`.
        optional asset: String;
            ask { flag: "--asset", help: "The asset that it is about", label: "Asset", prompt: "Of which asset?", rank: 13 };
            issue { label: "Asset", such_as: "host:billing-01", rank: 10 },
        /// The application.
        optional application: String;
            ask { flag: "--application", help: "The application that it is about", label: "Application", prompt: "Of which application?", rank: 12 };
            issue { label: "Application", such_as: "billing", rank: 11 },
        /// The environment, such as `production`.
        optional environment: String;
            ask { flag: "--environment", help: "The environment, such as production", label: "Environment", prompt: "In which environment?", hint: "such as production", rank: 11 };
            issue { label: "Environment", rank: 12 },
        /// The task that the identity performs.
        optional task: String;
            ask { flag: "--task", label: "Task", prompt: "What does it do with it?", hint: "such as: nightly invoice run", rank: 6 };
            issue { label: "Task", says: "What the identity does with it", rank: 9 },
        /// The vendor; required for class third-party.
        optional vendor: String;
            ask { flag: "--vendor", help: "The vendor", label: "Vendor", prompt: "Which vendor?", rank: 31 };
            issue { label: "Vendor", says: "For class third-party", rank: 15 },
        /// Former names, under which it is still found.
        optional aliases: Vec<String>;
            ask { flag: "--alias", help: "A former name under which it is still found; repeatable", label: "Aliases", prompt: "Under which former names is it still found?", hint: "separated by commas", rank: 49 },
    }
}

map! {
    /// What is waived. A list that is absent says nothing; an empty one grants nothing.
    #[derive(Default)]
    pub struct Scope {
        /// The resources, as patterns.
        optional resources: Vec<String>;
            ask { flag: "--resource", help: "A resource that is waived; repeatable", label: "Resources", prompt: "Which resources are waived?", hint: "separated by commas, such as db:invoices", rank: 39 };
            issue { label: "Resources", says: "What may be used because of this, separated by commas", such_as: "db:invoices", rank: 13 },
        /// The actions, as patterns.
        optional actions: Vec<String>;
            ask { flag: "--action", help: "An action that is waived; repeatable", label: "Actions", prompt: "Which actions are waived?", hint: "separated by commas, such as read", rank: 40 };
            issue { label: "Actions", says: "What may be done with it, separated by commas", such_as: "read", rank: 14 },
        /// What stays forbidden; entries without blanks are judged, others are for the reader.
        optional not_waived: Vec<String>;
            ask { flag: "--not-waived", help: "What stays forbidden; repeatable", label: "Not waived", prompt: "What stays forbidden?", hint: "separated by commas", rank: 41 },
        /// What scanners may suppress because of this.
        optional findings: Vec<FindingKey>;
            ask { flag: "--finding", value: "TOOL:ID", help: "A finding that scanners may suppress; repeatable" };
            issue { label: "Findings", area: Some("yaml"), says: "What scanners may suppress because of this: a list of {tool, id, purl, paths}", such_as: "- {tool: trivy, id: CVE-2026-1234}", rank: 30 },
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
