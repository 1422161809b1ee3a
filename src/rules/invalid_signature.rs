//! `invalid-signature`: a bad signature, or one by a key that was not listed, expired or revoked.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, S4.

use crate::approval::signature::SignatureState;
use crate::approval::signature_checks::{LandedSignature, SignedObject};
use crate::diag::code::Code;
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
    remedy: "Find out who signed. List keys before they sign, and renew expired ones.",
    bad: Example::history(&["ana proposes the sample", "lee merges, badly signed"]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases { each_landing: true, ..SpecialCases::NONE },
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    let looked = landed.signatures.iter();
    findings.extend(looked.filter_map(|looked| invalid(landed, looked)));
}

fn invalid(landed: &LandedCase<'_>, looked: &LandedSignature) -> Option<Finding> {
    let level = match (&looked.state, looked.of) {
        (SignatureState::Bad(_), _) => Level::Error,
        (
            SignatureState::UntrustedKey(_)
            | SignatureState::NotValidAtLanding(_)
            | SignatureState::Revoked(_),
            SignedObject::Landing,
        ) => Level::Warning,
        _ => return None,
    };
    let of = match looked.of {
        SignedObject::Landing => "landing",
        SignedObject::Branch => "merged commit",
        SignedObject::Tag => "merged tag",
    };
    let message = format!("the signature of the {of} {}: {}", looked.commit.short(), looked.state);
    let help = "find out who signed; a key counts if it was listed before, and until it expires or is revoked";
    Some(landed.finding(RULE.code, level, &message, help.to_owned()))
}
