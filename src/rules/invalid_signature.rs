//! `invalid-signature`: a bad signature, or one by a key that was not listed, expired or revoked.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, S4.

use crate::approval::people::at_landing::{LandedSignature, SignedObject};
use crate::approval::sources::signature::SignatureState;
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::InvalidSignature,
    level: Level::Error,
    serves: &["M24"],
    summary: "a signature is invalid, or its key does not count",
    why: "A failed signature means that the content changed after signing, or that someone signed for another person.",
    bad: Example::history(&["ana proposes the sample", "lee merges, badly signed"]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases { each_landing: true, ..SpecialCases::NONE },
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    let signatures = landed.signatures.iter();
    findings.extend(signatures.filter_map(|signature| invalid(landed, signature)));
}

fn invalid(landed: &LandedCase<'_>, signature: &LandedSignature) -> Option<Finding> {
    let level = match (&signature.state, signature.of) {
        (SignatureState::Bad(_), _) => Level::Error,
        (
            SignatureState::UntrustedKey(_)
            | SignatureState::NotOfForge(_)
            | SignatureState::NotValidAtLanding(_)
            | SignatureState::Revoked(_),
            SignedObject::Landing,
        ) => Level::Warning,
        _ => return None,
    };
    let of = match signature.of {
        SignedObject::Landing => "landing",
        SignedObject::Branch => "merged commit",
        SignedObject::Tag => "merged tag",
    };
    let message =
        format!("the signature of the {of} {}: {}", signature.commit.short(), signature.state);
    let help = "find out who signed; a key counts if it was listed before, and until it expires or is revoked";
    Some(landed.finding(RULE.code, level, &message, Remedy::stays().after(help)))
}
