//! `receipt-altered`: the chain of receipts shows that one was changed.
//!
//! Pure. Follows `docs/spec/rules.md` (audit).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::gate::receipt::faults::ChainFault;
use crate::rules::example::Example;
use crate::rules::receipts_case::ReceiptsCase;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::ReceiptAltered,
    level: Level::Error,
    serves: &["M61", "M77"],
    summary: "a stored receipt was altered, or added by hand",
    why: "A receipt proves what the gate answered only as long as nobody can change it unnoticed.",
    bad: Example::history(&["ana proposes the sample", "lee merges", "receipts 1, 2 altered, 3"])
        .on("2026-12-31"),
    good: Example::WHOLE_RECEIPTS,
    checks: &[Check::Receipts(check)],
    special: SpecialCases::NONE,
};

fn check(file: &ReceiptsCase<'_>, findings: &mut Vec<Finding>) {
    for fault in &file.faults {
        let ChainFault::Altered { line, number } = fault else {
            continue;
        };
        let message = match number {
            Some(number) => {
                format!("receipt {number} was altered: the next one was linked to other content")
            }
            None => {
                "this receipt has no valid seq and previous, though the chain had begun".to_owned()
            }
        };
        let help = "restore the file from a backup, and find out who can write to it";
        findings.push(file.finding(RULE.code, *line, message, Remedy::stays().after(help)));
    }
}
