//! The governance files of one tree as one value, and what they demand of a record.
//!
//! Uses diag, yaml, record, ledger. Pure. Start at [`Policy`] and [`governance::Governance`]. Follows
//! `docs/spec/policy.md`. Knows no past: whose policy judges what is told to it.

pub mod catalog;
pub mod closing;
pub mod demand;
pub mod governance;
pub mod mailmap;
pub mod people;
pub mod read;
pub mod roster;
pub mod schema;
pub mod settings;
pub mod stricter;
pub mod table;
pub mod term;
pub mod tier;
pub mod tiers;

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

use crate::policy::closing::{Baseline, ClosureRules, Drift};
use crate::policy::demand::Approval;
use crate::policy::settings::{
    AssetRule, Due, Escalation, Lint, Patterns, People, Profile, Recurrence,
};
use crate::policy::tiers::{Classes, Tier};
use crate::record::address::Address;

/// The file that makes a directory a ledger.
pub const FILE: &str = "exledger.yaml";

/// What a team demands of its exceptions. Every value has a default.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("required" = ["version"]))]
pub struct Policy {
    /// The version of this format: 1.
    #[schemars(schema_with = "schema::version")]
    pub version: u32,
    /// The name of this ledger in receipts and detached approvals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The prefixes of ids: 2 to 10 of A-Z 0-9, letter first. The first is what `new` writes, all are read.
    #[schemars(schema_with = "schema::prefixes")]
    pub id_prefix: Vec<String>,
    /// The folders of records. The first is where `new` writes; a record in the others counts like any other.
    #[schemars(length(min = 1))]
    pub records: Vec<String>,
    /// Who is who.
    pub people: People,
    /// Who may approve as what: the addresses of each group.
    pub groups: BTreeMap<String, Vec<Address>>,
    /// What an approval must be.
    pub approval: Approval,
    /// The sensitivity of what records are about, by pattern; records don't declare it themselves.
    pub assets: Vec<AssetRule>,
    /// The tiers; the first whose match fits wins, the last has none.
    #[schemars(length(min = 1))]
    pub tiers: Vec<Tier>,
    /// What each class adds to its tier.
    pub classes: Classes,
    /// The numbers and levels of the rules.
    pub lint: Lint,
    /// When something counts as due.
    pub due: Due,
    /// Who hears of what is overdue, and after how long.
    pub escalate: Vec<Escalation>,
    /// Presets for `new --profile`.
    pub profiles: BTreeMap<String, Profile>,
    /// When repetition freezes.
    pub patterns: Patterns,
    /// When the same thing filed again counts as one with the one before.
    pub recurrence: Recurrence,
    /// What a close must answer.
    pub closure: ClosureRules,
    /// A JSON Schema for the keys below `x:` of a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra_schema: Option<String>,
    /// Where suppressions are not looked for.
    pub drift: Drift,
    /// The catalogs whose ids may be cited: built-in names, or CSV files of the team.
    pub catalogs: Vec<String>,
    /// What is normal, for `triage`.
    pub baselines: Vec<Baseline>,
}

impl Default for Policy {
    /// What holds when only `version: 1` is there.
    fn default() -> Policy {
        Policy {
            version: 1,
            name: None,
            id_prefix: vec!["EXC".to_owned()],
            records: vec!["exceptions".to_owned()],
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
            drift: Drift::default(),
            catalogs: catalog::names().map(str::to_owned).collect(),
            baselines: Vec::new(),
        }
    }
}
