//! The governance files of one tree as one value, and what they require of a record.
//!
//! Pure. Start at [`Policy`] and [`governance::Governance`]. Follows `docs/spec/policy.md`. Knows nothing about the past:
//! callers determine which policy applies.

pub mod catalog;
pub mod closing;
pub mod demand;
pub mod expectation;
pub mod governance;
pub mod governs;
pub mod hooks;
pub mod mailmap;
pub mod number;
pub mod people;
pub mod profile;
pub mod read;
pub mod redesign;
pub mod roster;
pub mod schema;
pub mod settings;
pub mod table;
pub mod term;
pub mod tier;
pub mod tiers;
pub mod wire;

use crate::policy::demand::Proof;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

use crate::policy::closing::{Baseline, ClosureRules, Scan};
use crate::policy::demand::Approval;
use crate::policy::profile::Profile;
use crate::policy::settings::{AssetRule, Due, Escalation, Lint, Patterns, People, Recurrence};
use crate::policy::tiers::{Classes, Tier};
use crate::record::address::Address;

/// The file that makes a directory a ledger.
pub const FILE: &str = "exledger.yaml";

/// A team's requirements for its exceptions. Every value has a default.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("required" = ["version"]))]
pub struct Policy {
    /// The version of this file format: 1.
    #[schemars(schema_with = "schema::version")]
    pub version: u32,
    /// The name of this ledger in receipts and detached approvals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The id prefixes: 2 to 10 characters of A-Z and 0-9, starting with a letter. `new` uses the first; all are read.
    #[schemars(schema_with = "schema::prefixes")]
    pub id_prefix: Vec<String>,
    /// The folders of records. `new` writes to the first; records in the others count equally.
    #[schemars(length(min = 1))]
    pub records: Vec<String>,
    /// The folder of redesign files.
    pub redesigns: String,
    /// People, bots and forge accounts.
    pub people: People,
    /// The approver groups, each with its members' email addresses.
    pub groups: BTreeMap<String, Vec<Address>>,
    /// Requirements for approvals.
    pub approval: Approval,
    /// The sensitivity of subjects, by pattern; records cannot declare it themselves.
    pub assets: Vec<AssetRule>,
    /// The tiers. The first one that matches applies; the last has no `match`.
    #[schemars(length(min = 1))]
    pub tiers: Vec<Tier>,
    /// Additional requirements of each class.
    pub classes: Classes,
    /// Thresholds and severities of the rules.
    pub lint: Lint,
    /// When something counts as due.
    pub due: Due,
    /// Who is notified of overdue records, and after how long.
    pub escalate: Vec<Escalation>,
    /// Presets for `new --profile`.
    pub profiles: BTreeMap<String, Profile>,
    /// When repeated causes are frozen.
    pub patterns: Patterns,
    /// When a new record on the same matter counts as a continuation of the previous one.
    pub recurrence: Recurrence,
    /// What a closure must answer.
    pub closure: ClosureRules,
    /// A JSON Schema for the keys under `x:` in records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra_schema: Option<String>,
    /// Where not to look for suppressions.
    pub scan: Scan,
    /// The control catalogs that may be cited: built-in names, or the team's CSV files.
    pub catalogs: Vec<String>,
    /// What is normal activity, for `triage`.
    pub baselines: Vec<Baseline>,
}

impl Policy {
    /// Returns the strongest proof that any rule asks for.
    pub fn strongest_proof(&self) -> Proof {
        let tiers = self.tiers.iter().filter_map(|tier| tier.approvals.proof);
        let stated = tiers.chain(self.approval.governance.proof);
        let own = [self.approval.proof, self.approval.authors.for_rules()];
        stated.chain(own).max().unwrap_or(Proof::Attested)
    }
}

impl Default for Policy {
    /// The settings of a file with only `version: 1`.
    fn default() -> Policy {
        Policy {
            version: 1,
            name: None,
            id_prefix: vec!["EXC".to_owned()],
            records: vec!["exceptions".to_owned()],
            redesigns: "redesigns".to_owned(),
            people: People::default(),
            groups: BTreeMap::new(),
            approval: Approval::default(),
            assets: Vec::new(),
            tiers: vec![Tier::standard()],
            classes: Classes::default(),
            lint: Lint::default(),
            due: Due::default(),
            escalate: settings::default_escalation(),
            profiles: BTreeMap::new(),
            patterns: Patterns::default(),
            recurrence: Recurrence::default(),
            closure: ClosureRules::default(),
            extra_schema: None,
            scan: Scan::default(),
            catalogs: catalog::names().map(str::to_owned).collect(),
            baselines: Vec::new(),
        }
    }
}
