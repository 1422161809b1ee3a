//! `wildcard-scope`: a resource or action that covers everything, outside a tier that matches `wildcard: true`.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::tier::fact::Wildcard;
use crate::record::pattern;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::WildcardScope,
    level: Level::Error,
    serves: &["M12"],
    summary: "the scope covers everything",
    why: "An exception for everything is a new rule that nobody approved.",
    bad: Example::with("scope.resources", "['*']"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let Some(tier) = case.tier.as_ref().filter(|tier| tier.wildcard == Wildcard::Refused) else {
        return;
    };
    for list in ["scope.resources", "scope.actions"] {
        for (index, item) in case.source.items(list).iter().enumerate() {
            let Some(text) = item.text().filter(|text| pattern::is_wildcard(text)) else {
                continue;
            };
            let field = format!("{list}[{index}]");
            let named = if list == "scope.actions" { "read" } else { "db:invoices" };
            let remedy = case.source.set_for_example(&field, named);
            findings.push(case.finding(
                RULE.code,
                &field,
                format!("`{text}` is a wildcard, which tier {} does not allow", tier.tier),
                remedy.after(format!("list what is needed by name{}", tier.silence())),
            ));
        }
    }
}
