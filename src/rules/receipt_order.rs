//! `receipt-order`: a receipt is not in the place of its number.
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
    code: Code::ReceiptOrder,
    level: Level::Error,
    serves: &["M61", "M77"],
    summary: "a receipt was moved, or stored again",
    why: "The order of receipts shows which use came first.",
    bad: Example::history(&["ana proposes the sample", "lee merges", "receipts 1, 3, 2"])
        .on("2026-12-31"),
    good: Example::WHOLE_RECEIPTS,
    checks: &[Check::Receipts(check)],
    special: SpecialCases::NONE,
};

fn check(file: &ReceiptsCase<'_>, findings: &mut Vec<Finding>) {
    for fault in &file.faults {
        let ChainFault::Misplaced { line, number, is_repeated } = fault else {
            continue;
        };
        let message = if *is_repeated {
            format!("receipt {number} occurs more than once")
        } else {
            format!("receipt {number} is out of order")
        };
        let help = "restore the file from a backup, and find out who can write to it";
        findings.push(file.finding(RULE.code, *line, message, Remedy::stays().after(help)));
    }
}
