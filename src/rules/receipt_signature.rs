//! `receipt-signature`: a signature that does not verify, or whose signer is not listed for receipts.
//!
//! Pure. Follows `docs/spec/rules.md` (audit).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::gate::receipt::faults::ChainFault;
use crate::rules::example::Example;
use crate::rules::receipts_case::ReceiptsCase;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::ReceiptSignature,
    level: Level::Error,
    serves: &["M61", "M77"],
    summary: "a signature of the receipts proves nothing",
    why: "Without a valid signature, whoever can write to the file can replace all of it.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "receipts 1, 2, signed badly",
    ])
    .on("2026-12-31"),
    good: Example::WHOLE_RECEIPTS,
    checks: &[Check::Receipts(check)],
    special: SpecialCases::NONE,
};

fn check(file: &ReceiptsCase<'_>, findings: &mut Vec<Finding>) {
    for fault in &file.faults {
        let ChainFault::BadSignature { line, why } = fault else {
            continue;
        };
        let help = "restore the file, or list the gate's key in the signers file, for namespaces=\"exledger-receipt@v1\" alone";
        let message = format!("the signature {why}");
        findings.push(file.finding(RULE.code, *line, message, file.put_aside(help)));
    }
}
