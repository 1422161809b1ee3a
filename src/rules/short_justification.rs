//! `short-justification`: the justification has fewer characters than `lint.justification_min`.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level, count};
use crate::record::placeholder::holds_a_place;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::ShortJustification,
    level: Level::Error,
    serves: &["M04"],
    summary: "the justification is shorter than the policy requires",
    why: "Reviewers can only weigh a reason that is written down.",
    bad: Example::with("justification", "Vendor delay"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let Some(text) = case.source.text("justification") else {
        return;
    };
    let least = case.context.governance.policy.lint.justification_min;
    let lengths = text.split_whitespace().map(|word| word.chars().count() + 1);
    let n_characters = lengths.sum::<usize>().saturating_sub(1);
    if n_characters >= least as usize || holds_a_place(text) {
        return;
    }
    findings.push(
        case.finding(
            RULE.code,
            "justification",
            format!(
                "the justification has {} of the {least} required",
                count(n_characters, "character")
            ),
            case.source
                .set_for_example("justification", &long_enough(least as usize))
                .after("say why it is needed now, and when it will no longer be needed"),
        ),
    );
}

fn long_enough(least: usize) -> String {
    const TEXT: &str =
        "The job is replaced in December (BILL-412); splitting the user now would stop invoicing.";
    let n = least.div_ceil(TEXT.chars().count()).max(1);
    vec![TEXT; n].join(" ")
}
