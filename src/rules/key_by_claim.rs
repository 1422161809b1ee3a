//! `key-by-claim`: a key of the signers file that no signature let in.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, G2.

use std::collections::BTreeSet;

use crate::approval::governance::key_levels::Admission;
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::diag::{self, Finding, Level};
use crate::rules::audit_cases::{KeyUse, LandedCase};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::KeyByClaim,
    level: Level::Warning,
    serves: &["M24"],
    summary: "a key of the signers file was let in by no signature",
    why: "A key proves no more than what let it in: whoever could type an approval could have listed their own key under another name.",
    bad: Example::history(&[
        "ana proposes key: dana@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGDL9rcwC7Dl2EmakK7y2DKkUSCLXhavXFcRsJZ8CxwK",
        "lee merges",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Landed(check)],
    special: SpecialCases::NONE,
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    let all = [
        Admission::Claim,
        Admission::ClaimedName,
        Admission::ForgeSigned,
        Admission::FirstList,
        Admission::FirstPolicy,
    ];
    for by in all {
        let keys: Vec<&KeyUse> = landed.keys.iter().filter(|key| key.key.by == by).collect();
        if !keys.is_empty() {
            findings.push(finding(landed, by, &keys));
        }
    }
}

fn finding(landed: &LandedCase<'_>, by: Admission, keys: &[&KeyUse]) -> Finding {
    let named = |key: &&KeyUse| {
        let line = &key.key.line;
        format!("{} ({})", line.principals.join(","), line.key.fingerprint())
    };
    let named = diag::names(&keys.iter().map(named).collect::<Vec<_>>());
    let sorted = |ids: BTreeSet<&String>| ids.into_iter().cloned().collect::<Vec<String>>();
    let resting = sorted(keys.iter().flat_map(|key| &key.approved).collect());
    let asking = sorted(keys.iter().flat_map(|key| &key.refused).collect());
    let by_claim = match by {
        Admission::ClaimedName => {
            "belong to people of whom a claim says who they are, so they prove no more than a claim"
        }
        _ => "were let in by a claim, so they prove no more than a claim",
    };
    let by_forge = "were let in by a merge that the forge signed, so they prove no more than that";
    let (level, how) = match by {
        Admission::FirstPolicy if keys.iter().any(|key| key.completes_policy) => (
            Level::Warning,
            "came with the first policy that could be used, after one that could not, and nobody could approve them",
        ),
        Admission::FirstPolicy => {
            (Level::Note, "came with the first policy, which nobody could approve")
        }
        Admission::FirstList => {
            (Level::Warning, "stand in the first list of keys, which nobody could sign")
        }
        Admission::ForgeSigned if asking.is_empty() => (Level::Note, by_forge),
        Admission::ForgeSigned => (Level::Error, by_forge),
        _ if asking.is_empty() => (Level::Warning, by_claim),
        _ => (Level::Error, by_claim),
    };
    let rests = match (asking.as_slice(), resting.as_slice()) {
        ([], []) => String::new(),
        ([], _) => format!("; they approved {}", diag::names(&resting)),
        _ => format!("; what they signed for {} needs more", diag::names(&asking)),
    };
    let approve = match by {
        Admission::Claim | Admission::ClaimedName | Admission::ForgeSigned => format!(
            "; then people whose keys prove more run `{}`, or in your clone",
            shell::command("exledger approve --governance", &[landed.path])
        ),
        _ => "; then, in your clone".to_owned(),
    };
    let trust = Remedy::run([format!("git config exledger.trustedFrom {}", landed.landing.oid)]);
    let help = trust.after(format!("compare the fingerprints with their owners{approve}"));
    let message = format!("the keys of {named} {how}{rests}");
    Finding { level, ..landed.finding(RULE.code, level, &message, help) }
}
