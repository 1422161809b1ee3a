//! `approval-impossible`: only signatures approve, and no key is listed; or nobody could approve access, or a change of the
//! rules.
//!
//! Pure. Follows `docs/spec/rules.md` (content) and `docs/spec/approval.md`, G2.

use crate::approval::count::requirement;
use crate::approval::people::listed::{self, ListedPeople};
use crate::approval::sources::keys::Keys;
use crate::approval::sources::signature;
use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::ledger::Files;
use crate::policy;
use crate::policy::governance::State;
use crate::record::Record;
use crate::rules::case::RuleContext;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::ApprovalImpossible,
    level: Level::Error,
    serves: &["M24"],
    summary: "only signatures can approve, and no signing key is listed; nobody is listed who could approve access; or the listed people can't give what a change of the rules needs",
    why: "No record can be approved then, or no change of the rules that would fix it.",
    bad: Example::SAMPLE.policy("version: 1\napproval: {accept: [detached]}\n"),
    good: Example::SAMPLE.policy(
        "version: 1\napproval: {accept: [merge, detached]}\ngroups: {approvers: [dana@example.com, sam@example.com]}\n",
    ),
    checks: &[Check::Policy(check)],
    special: SpecialCases::NONE,
};

const FIELD: &str = "approval.accept";

fn check(context: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    let governance = context.governance;
    let approval = &governance.policy.approval;
    let is_possible = || {
        !approval.needs_keys()
            || Keys::from_governance(governance, governance).any_for(&signature::OF_PEOPLE)
    };
    if governance.state != State::Sound {
        return;
    }
    if is_possible() {
        findings.extend(unchangeable(context));
        findings.extend(unlisted(context));
        return;
    }
    let node = governance.document.as_ref().and_then(|root| root.at(FIELD));
    let kinds: Vec<String> = approval.accept.iter().map(|kind| kind.as_str().to_owned()).collect();
    findings.push(Finding {
        rule: RULE.code,
        level: RULE.level,
        path: policy::FILE.to_owned(),
        pos: node.map(|node| node.pos),
        field: Some(FIELD.to_owned()),
        id: None,
        message: format!(
            "nothing can be approved: `{FIELD}` is [{}], but {} lists no key that may sign",
            kinds.join(", "),
            approval.signers
        ),
        remedy: context.set_in_policy(FIELD, &format!("[merge, {}]", kinds.join(", "))).after(format!(
            "list a key in {}, in a change that someone else merges; or, if this policy is not merged yet, accept merges",
            approval.signers
        )),
    });
}

fn unlisted(context: &RuleContext<'_>) -> Option<Finding> {
    let governance = context.governance;
    let keys = Keys::from_governance(governance, governance);
    if !ListedPeople::of(governance, &keys).is_empty() || !has_record_for_listed(context) {
        return None;
    }
    Some(
        context.policy_error(
            RULE.code,
            &["groups"],
            "nobody is listed, so nobody can approve access".to_owned(),
            context
                .set_in_policy("groups", "{approvers: [ana@example.com, dana@example.com]}")
                .after("list people who approve access"),
        ),
    )
}

/// Tells whether a record that is not closed needs the approval of listed people; unreadable ones do not say so.
fn has_record_for_listed(context: &RuleContext<'_>) -> bool {
    let Ok(files) = Files::list(context.tree, &context.governance.policy.records) else {
        return false;
    };
    let needs = |record: &Record| {
        record.closure.is_none() && listed::is_for_listed(context.governance, record)
    };
    files.records.iter().any(|file| {
        let read = files.read(context.tree, file).ok();
        read.and_then(|read| read.record).is_some_and(|record| needs(&record))
    })
}

fn unchangeable(context: &RuleContext<'_>) -> Option<Finding> {
    let governance = context.governance;
    let impossible = requirement::impossible(governance, context.instant)?;
    let help = format!(
        "add members to groups and keys to {}, or ask for less; where it has landed, `--trusted-from` is the way out",
        governance.policy.approval.signers
    );
    Some(context.policy_error(RULE.code, &["groups", "tiers"], impossible, help))
}
