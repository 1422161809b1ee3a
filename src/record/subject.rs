//! The subject and scope of an exception.
//!
//! Pure. Follows `docs/spec/record.md`.

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
            ask { flag: "--identity", help: "Identity covered by the exception", label: "Identity", prompt: "Which identity?", rank: 14 };
            issue { label: "Identity", description: "The account, key or agent that acts. Give this, an asset or an application. A non-human identity also needs a type, a credential and a task", such_as: "svc:billing-batch", rank: 6 },
        /// The type of the identity.
        optional identity_type: IdentityType;
            ask { flag: "--identity-type", help: "Type of the identity", label: "Kind of identity", prompt: "What type of identity is it?", rank: 4 };
            issue { label: "Identity type", rank: 7 },
        /// A reference to the credential, never the secret.
        optional credential: String;
            ask { flag: "--credential", help: "Reference to the credential, never the secret itself", label: "Credential", prompt: "Which credential does it use?", hint: "a reference such as vault:prod/billing/db, never the secret itself", rank: 5 };
            issue { label: "Credential reference", description: "Where the credential is stored, never the credential itself", such_as: "vault:prod/billing/db", rank: 8 },
        /// When the credential stops working; not later than the end of the exception.
        optional credential_expires: When;
            ask { flag: "--credential-expires", value: "WHEN", help: "When the credential stops working", label: "Credential expires", prompt: "When does the credential stop working?", hint: WHEN_HINT, rank: 48 },
        /// The asset, such as `host:billing-01`.
        optional asset: String;
            ask { flag: "--asset", help: "Asset covered by the exception", label: "Asset", prompt: "Which asset?", rank: 13 };
            issue { label: "Asset", such_as: "host:billing-01", rank: 10 },
        /// The application.
        optional application: String;
            ask { flag: "--application", help: "Application covered by the exception", label: "Application", prompt: "Which application?", rank: 12 };
            issue { label: "Application", such_as: "billing", rank: 11 },
        /// The environment, such as `production`.
        optional environment: String;
            ask { flag: "--environment", help: "Environment, such as production", label: "Environment", prompt: "Which environment?", hint: "such as production", rank: 11 };
            issue { label: "Environment", rank: 12 },
        /// The task that the identity performs.
        optional task: String;
            ask { flag: "--task", label: "Task", prompt: "What does the identity do with it?", hint: "such as: nightly invoice run", rank: 6 };
            issue { label: "Task", description: "What the identity does with it", rank: 9 },
        /// The vendor; required for class third-party.
        optional vendor: String;
            ask { flag: "--vendor", help: "Vendor", label: "Vendor", prompt: "Which vendor?", rank: 31 };
            issue { label: "Vendor", description: "For class third-party", rank: 15 },
        /// Former names under which it can still be found.
        optional aliases: Vec<String>;
            ask { flag: "--alias", help: "Former name under which the subject can still be found; repeatable", label: "Aliases", prompt: "What former names does it have?", hint: "separated by commas", rank: 49 },
    }
}

impl Subject {
    /// Tells whether the record is about access: it states an identity or a credential.
    pub fn is_access(&self) -> bool {
        self.identity.is_some() || self.credential.is_some()
    }

    /// Returns what can have access: the identity, the credential and the asset, as far as they are stated.
    pub fn access(&self) -> impl Iterator<Item = &String> {
        [&self.identity, &self.credential, &self.asset].into_iter().flatten()
    }
}

map! {
    /// What the exception covers. A missing list sets no limit; an empty list grants nothing.
    #[derive(Default)]
    pub struct Scope {
        /// Resources that are covered, as patterns.
        optional resources: Vec<String>;
            ask { flag: "--resource", help: "Resource that the exception covers; repeatable", label: "Resources", prompt: "Which resources does it cover?", hint: "separated by commas, such as db:invoices", rank: 39 };
            issue { label: "Resources", description: "What may be used under this exception, separated by commas", such_as: "db:invoices", rank: 13 },
        /// Actions that are covered, as patterns.
        optional actions: Vec<String>;
            ask { flag: "--action", help: "Action that the exception covers; repeatable", label: "Actions", prompt: "Which actions does it cover?", hint: "separated by commas, such as read", rank: 40 };
            issue { label: "Actions", description: "What may be done under this exception, separated by commas", such_as: "read", rank: 14 },
        /// What remains forbidden. Entries without blanks are enforced; others are for human readers.
        optional not_waived: Vec<String>;
            ask { flag: "--not-waived", help: "What remains forbidden; repeatable", label: "Not waived", prompt: "What remains forbidden?", hint: "separated by commas", rank: 41 },
        /// Scanner findings that may be suppressed.
        optional findings: Vec<FindingKey>;
            ask { flag: "--finding", value: "TOOL:ID", help: "Scanner finding that may be suppressed; repeatable" };
            issue { label: "Findings", area: Some("yaml"), description: "Scanner findings that may be suppressed: a list of {tool, id, purl, paths}", such_as: "- {tool: trivy, id: CVE-2026-1234}", rank: 30 },
    }
}

map! {
    /// The scanner findings that are covered: a finding must match every key that is given.
    #[derive(Default)]
    #[schemars(extend("anyOf" = [
        {"required": ["id"]},
        {"required": ["cwe"]},
        {"required": ["purl"]}
    ]))]
    pub struct FindingKey (inline, check needs_name) {
        /// The scanner, such as `trivy`.
        optional tool: String,
        /// The id of the finding, such as a CVE or a rule.
        optional id: String,
        /// A weakness, as `CWE-79`.
        optional cwe: String = form::cwe as { #[schemars(regex(pattern = r"^CWE-[0-9]+$"))] },
        /// The highest severity that is covered.
        optional severity: Risk,
        /// The package, as a package URL.
        optional purl: String,
        /// A range of versions, such as `<3.2.0`.
        optional versions: String = form::versions,
        /// The files, as patterns relative to the root of the repository.
        optional paths: Vec<String>,
        /// The locators of a policy engine, as patterns.
        optional resources: Vec<String>,
        /// The accepted text: lines of the file, at most 10, or lines of a git blob, as `FIRST-LAST@BLOB`.
        optional content: Vec<String>,
    }
}

fn needs_name(map: &mut Fields<'_, '_>) -> Option<()> {
    map.need_any_of(&["id", "cwe", "purl"]);
    Some(())
}
