//! `replaced-objects`: `refs/replace` or grafts are there.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, M4.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::history::objects::Replaced;
use crate::rules::audit_cases;
use crate::rules::case::RuleCase;
use crate::rules::example::Example;
use crate::rules::rule::Rule;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::ReplacedObjects,
    level: Level::Error,
    serves: &["M24"],
    summary: "git shows other objects than those that were pushed",
    why: "`refs/replace` and grafts let one clone see another history than everyone else; this program reads the raw objects.",
    remedy: "Delete the refs below `refs/replace`, and the file `info/grafts`.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "lee replaces an object",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    check,
};

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    let replaced = case
        .line()
        .filter(|line| line.history.mainline.replaced == Replaced::Something);
    let found = replaced.map(|_| {
        let message = "objects or parents are replaced in this repository, by refs/replace or grafts".to_owned();
        let help = "run `git replace -l` and delete what it lists, and `info/grafts`; here the raw objects are read";
        audit_cases::of_line(RULE.code, Level::Error, message, help)
    });
    found.into_iter().collect()
}
