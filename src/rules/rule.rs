//! What a rule is: its code, its texts, its examples, and the function that looks.
//!
//! Uses diag, the cases and examples of rules. Pure. Start at [`Rule`]; `rules::ALL` lists them. Follows `docs/spec/rules.md`.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RuleCase;
use crate::rules::example::Example;

/// A rule: a code that findings carry, and all that is to be said of it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The code, which names the bad state.
    pub code: Code,
    /// The level of its findings, unless the policy gives it another.
    pub level: Level,
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
