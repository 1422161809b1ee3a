//! `too-broad`: an accepted text with too few letters and digits to be told from others.
//!
//! Pure. Follows `docs/spec/rules.md` (content). Of a reference only `check` and `triage` can tell, which read the blob.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::gate::accepted_text::{self, AcceptedItem, FEWEST_LETTERS};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::finding_content;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::yaml::node::Node;

pub(super) const RULE: Rule = Rule {
    code: Code::TooBroad,
    level: Level::Error,
    serves: &["M67"],
    summary: "an accepted text is so short that it fits other lines, too",
    why: "A line such as `else:` says nothing about what was accepted, so it covers nothing.",
    bad: Example::with(
        "scope.findings",
        "[{tool: bandit, id: B110, paths: [app/run.py], content: ['else:']}]",
    ),
    good: Example::with(
        "scope.findings",
        "[{tool: bandit, id: B602, paths: [app/run.py], content: ['subprocess.call(cmd, shell=True)']}]",
    ),
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    for (index, item) in case.source.items("scope.findings").iter().enumerate() {
        let content = item.get("content").map_or(&[][..], Node::items);
        for (nth, item) in content.iter().enumerate() {
            let Some(Ok(AcceptedItem::Run(lines))) = item.text().map(AcceptedItem::read) else {
                continue;
            };
            if accepted_text::is_too_broad(&lines) {
                let field = format!("scope.findings[{index}].content[{nth}]");
                let message =
                    format!("`{field}` has fewer than {FEWEST_LETTERS} letters and digits");
                let remedy = case.source.set_for_example(&field, finding_content::TEXT);
                findings.push(case.finding(RULE.code, &field, message, remedy));
            }
        }
    }
}
