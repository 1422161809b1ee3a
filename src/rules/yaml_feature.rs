//! `yaml-feature`: anchor, alias, merge key or tag.
//!
//! Pure. Follows `docs/spec/rules.md` (shape).

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::YamlFeature,
    level: Level::Error,
    serves: &["M61"],
    summary: "an anchor, alias, merge key or tag is used",
    why: "References inside the file hide what a field says from its reviewer.",
    bad: Example::with("title", "&same Billing key"),
    good: Example::SAMPLE,
    checks: &[Check::Noted],
    special: SpecialCases::NONE,
};
