//! What a rule is: its code, its texts, its examples, and the function that looks.
//!
//! Uses diag, the cases and examples of rules. Pure. Start at [`Rule`]; `rules::ALL` lists them. Follows `docs/spec/rules.md`.

use crate::diag::{Code, Finding, Level};
use crate::rules::case::RuleCase;
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
    pub check: fn(&RuleCase<'_>) -> Vec<Finding>,
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
