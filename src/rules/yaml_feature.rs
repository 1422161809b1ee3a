//! `yaml-feature`: anchor, alias, merge key or tag.
//!
//! Uses what the readers noted. Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RuleCase;
use crate::rules::example::Example;
use crate::rules::rule::Rule;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::YamlFeature,
    level: Level::Error,
    serves: &["M61"],
    summary: "an anchor, alias, merge key or tag",
    why: "Reader and reviewer must see the same text; references inside a file hide what a field says.",
    remedy: "Write the value out where it is meant.",
    bad: Example::with("title", "&same Billing key"),
    good: Example::SAMPLE,
    check,
};

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    case.noted(Code::YamlFeature)
}
