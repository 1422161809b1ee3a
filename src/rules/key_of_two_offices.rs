//! `key-of-two-offices`: a key that signs receipts is also listed for something else.
//!
//! Pure. Follows `docs/spec/rules.md` (content) and `docs/spec/approval.md`, S3.

use crate::approval::sources::keys;
use crate::approval::sources::signers::{SignerLine, Signers};
use crate::diag::code::Code;
use crate::diag::remedy::{Edit, Remedy};
use crate::diag::{Finding, Level, Pos};
use crate::rules::case::RuleContext;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::KeyOfTwoOffices,
    level: Level::Error,
    serves: &["M24"],
    summary: "a key that signs receipts is also listed for something else",
    why: "Receipt keys are stored where programs run; if they could approve, so could those programs.",
    bad: Example::tree(&[
        ("exledger.yaml", b"version: 1\n"),
        (
            ".github/allowed_signers",
            b"gate@example.com namespaces=\"exledger-receipt@v1\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG7Kz0jGJppv65p8q1uSa8X0QwpSOfZqQ8SKIZzlkOBY\n\
              dana@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG7Kz0jGJppv65p8q1uSa8X0QwpSOfZqQ8SKIZzlkOBY\n",
        ),
    ]),
    good: Example::tree(&[
        ("exledger.yaml", b"version: 1\n"),
        (
            ".github/allowed_signers",
            b"gate@example.com namespaces=\"exledger-receipt@v1\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG7Kz0jGJppv65p8q1uSa8X0QwpSOfZqQ8SKIZzlkOBY\n\
              dana@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGDL9rcwC7Dl2EmakK7y2DKkUSCLXhavXFcRsJZ8CxwK\n",
        ),
    ]),
    checks: &[Check::Policy(check)],
    special: SpecialCases::NONE,
};

fn check(context: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    let governance = context.governance;
    let Some(text) = &governance.signers else {
        return;
    };
    let signers = Signers::parse(text);
    let lines = keys::of_two_offices(&signers).into_iter();
    let finding = |line: &SignerLine| {
        Finding {
        rule: RULE.code,
        level: RULE.level,
        path: governance.policy.approval.signers.clone(),
        pos: Some(Pos {
            line: line.number,
            column: 1,
        }),
        field: None,
        id: None,
        message: format!(
            "this key of {} signs receipts and is also listed for something else, so its signatures on approvals and commits do not count",
            line.principals.join(",")
        ),
        remedy: without_line(&governance.policy.approval.signers, text, line.number).after(
            "list another key here; a receipt key has a single line, with only namespaces=\"exledger-receipt@v1\"",
        ),
    }
    };
    findings.extend(lines.map(finding));
}

fn without_line(path: &str, text: &str, number: u32) -> Remedy {
    let before = usize::try_from(number).unwrap_or(1).saturating_sub(1);
    let lines = text.split_inclusive('\n').enumerate().filter(|(at, _)| *at != before);
    let edited: String = lines.map(|(_, line)| line).collect();
    Edit::between(path, text, &edited, "remove the line").into()
}
