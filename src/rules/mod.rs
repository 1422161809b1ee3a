//! One file per rule: what a code finds, why it matters, what to do, with an example of each side.
//!
//! Uses the whole line to its left. Pure. Start at [`ALL`] and [`lint::record`]. A rule's file is its
//! documentation: `explain`, SARIF and `docs/rules.md` are read from it. To add one, write the file and its
//! line in [`ALL`]; a test runs both examples. Follows `docs/spec/rules.md`.

pub mod case;
pub mod example;
pub mod lint;
mod sample;

mod bad_id;
mod bad_value;
mod duplicate_id;
mod duplicate_key;
mod encoding;
mod missing_field;
mod not_a_file;
mod syntax;
mod too_large;
mod unknown_key;
mod wrong_type;
mod yaml_feature;

use crate::diag::{Code, Finding, Level};
use crate::rules::case::Case;
use crate::rules::example::Example;

/// A rule: a code that findings carry, and all that is to be said of it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The code, which names the bad state.
    pub code: Code,
    /// The level of its findings, unless the policy gives it another.
    pub level: Level,
    /// The group that it belongs to.
    pub group: Group,
    /// The requirements that it serves, as `docs/mission.md` numbers them.
    pub serves: &'static [&'static str],
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// What it finds, as an example.
    pub bad: Example,
    /// What it has nothing against.
    pub good: Example,
    /// Looks at a case; what is no case of this rule is passed by.
    pub check: fn(&Case<'_>) -> Vec<Finding>,
}

/// What a rule is about, and who may change its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Whether a file can be read at all; can't be turned off.
    Shape,
    /// What a record says; the policy may turn it up, down or off.
    Content,
    /// What a change does.
    Change,
    /// What history proves.
    Audit,
    /// What suppressions elsewhere say.
    Drift,
}

impl Group {
    /// Returns the word of the group.
    pub fn word(self) -> &'static str {
        match self {
            Group::Shape => "shape",
            Group::Content => "content",
            Group::Change => "change",
            Group::Audit => "audit",
            Group::Drift => "drift",
        }
    }
}

/// All rules, in the order of the documentation.
pub const ALL: &[Rule] = &[
    syntax::RULE,
    encoding::RULE,
    too_large::RULE,
    yaml_feature::RULE,
    duplicate_key::RULE,
    unknown_key::RULE,
    missing_field::RULE,
    wrong_type::RULE,
    bad_value::RULE,
    bad_id::RULE,
    duplicate_id::RULE,
    not_a_file::RULE,
];

/// Returns the rule of a code.
pub fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.code == code)
}
