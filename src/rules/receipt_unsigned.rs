//! `receipt-unsigned`: receipts that the signatures after them pass over, and all unsigned ones if signatures are required.
//!
//! Pure. Follows `docs/spec/rules.md` (audit).

use crate::diag::code::Code;
use crate::diag::{self, Finding, Level};
use crate::gate::receipt::faults::ChainFault;
use crate::rules::example::Example;
use crate::rules::receipts_case::ReceiptsCase;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::ReceiptUnsigned,
    level: Level::Error,
    serves: &["M61", "M77"],
    summary: "receipts are not covered by a signature",
    why: "Whoever can write to the file can replace what no signature covers.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "receipts 1, 2, 3",
        "signatures required",
    ])
    .on("2026-12-31"),
    good: Example::WHOLE_RECEIPTS,
    checks: &[Check::Receipts(check)],
    special: SpecialCases::NONE,
};

fn check(file: &ReceiptsCase<'_>, findings: &mut Vec<Finding>) {
    for fault in &file.faults {
        let ChainFault::Unsigned { line, count, is_passed_over } = fault else {
            continue;
        };
        let receipts = diag::count(*count, "receipt");
        let verb = if *count == 1 { "is" } else { "are" };
        let message = format!("from here, {receipts} {verb} not covered by a good signature");
        let help = if *is_passed_over {
            "the gates that sign this file did not store what they pass over: if a gate of another clone runs, verify again after 60 seconds, in which it signs; else look for another gate without --sign-receipts, or somebody who appended it"
        } else {
            "ask with `exledger check --sign-receipts KEY`, which signs what the gates of its clone stored; in place of receipts from before the chain"
        };
        findings.push(file.finding(RULE.code, *line, message, file.put_aside(help)));
    }
}
