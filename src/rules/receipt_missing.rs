//! `receipt-missing`: receipts that were stored are missing.
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
    code: Code::ReceiptMissing,
    level: Level::Error,
    serves: &["M61", "M77"],
    summary: "receipts that were stored are missing",
    why: "A removed receipt hides a use, and may allow another one.",
    bad: Example::history(&["ana proposes the sample", "lee merges", "receipts 1, 3"])
        .on("2026-12-31"),
    good: Example::WHOLE_RECEIPTS,
    checks: &[Check::Receipts(check)],
    special: SpecialCases::NONE,
};

fn check(file: &ReceiptsCase<'_>, findings: &mut Vec<Finding>) {
    let help = "restore the file from a backup, and find out who can write to it";
    for fault in &file.faults {
        let ChainFault::Missing { line, first, last } = fault else {
            continue;
        };
        let message = if first == last {
            format!("receipt {first} is missing")
        } else {
            format!("receipts {first} to {last} are missing")
        };
        findings.push(file.finding(RULE.code, *line, message, Remedy::stays().after(help)));
    }
    if file.is_cut && file.faults.is_empty() && file.lost.is_empty() {
        let message =
            "it lacks the end that this clone stored: it was cut off or replaced".to_owned();
        findings.push(file.finding(RULE.code, 1, message, Remedy::stays().after(help)));
    }
    for lost in file.lost {
        let message = match lost.seq {
            Some(seq) => format!("receipt {seq}, kept here, is not in {}", file.path),
            None => {
                format!("this receipt was not stored by --receipts, so it is not in {}", file.path)
            }
        };
        findings.push(lost.finding(RULE.code, message, Remedy::stays().after(help)));
    }
}
