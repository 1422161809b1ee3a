//! `policy-changed`: a commit of the branch changes a governance file, even if a later one reverts it.
//!
//! Pure. Follows `docs/spec/rules.md` (change) and `docs/spec/approval.md`, G3.

use crate::diag::code::Code;
use crate::diag::remedy::{Act, Remedy};
use crate::diag::{self, Finding, Level, Pos};
use crate::rules::change_cases::{GovernanceChange, InheritedLine, LineChange};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::PolicyChanged,
    level: Level::Warning,
    serves: &["M25"],
    summary: "a commit on the branch changes the policy or a file that it depends on",
    why: "The policy, its people and its keys decide which approvals count. A rebased branch is merged commit by commit, so what one commit loosens already applies to the next.",
    bad: Example::change("", "").policy("version: 1\napproval: {self_approval: allow}\n"),
    good: Example::change("", "title: A better title"),
    checks: &[Check::Governance(check)],
    special: SpecialCases::NONE,
};

fn check(change: &GovernanceChange, findings: &mut Vec<Finding>) {
    let path = &change.path;
    let but = match &change.author {
        Some(author) => format!(" other than {author}"),
        None => String::new(),
    };
    let help = match &change.only_listed {
        _ if change.is_first => format!(
            "merge it: before the first policy nothing has to be approved; the keys that come with it count in full if someone{but} merges it"
        )
        .into(),
        Some(only) if !change.standing.is_as_counted => format!(
            "only {only} is listed, and authors approve nothing: let somebody else write this change, and {only} merge it"
        )
        .into(),
        _ => change.approval(),
    };
    let message = format!("{} {path}, which decides which approvals count", change.actor());
    findings.push(change.finding(RULE.code, message, help));
    findings.extend(change.inherited.iter().take(MOST_LINES).map(|line| inherited(change, line)));
    let more = change.inherited.len().saturating_sub(MOST_LINES);
    if more > 0 {
        let message =
            format!("{} more came with versions that nobody approved", diag::count(more, "line"));
        findings.push(change.finding(RULE.code, message, remedy(change)));
    }
}

const MOST_LINES: usize = 20;

fn inherited(change: &GovernanceChange, line: &InheritedLine) -> Finding {
    let commit = &line.commit;
    let (pos, message) = match &line.change {
        LineChange::Added(number) => (
            Some(Pos { line: *number, column: 1 }),
            format!("line {number} came with {commit}, which nobody approved"),
        ),
        LineChange::TakenOut(text) => (
            None,
            format!("{commit}, which nobody approved, took this line out: `{}`", text.trim()),
        ),
    };
    Finding { pos, ..change.finding(RULE.code, message, remedy(change)) }
}

fn remedy(change: &GovernanceChange) -> Remedy {
    let back = "put the version that counts back first";
    if change.standing.next.missing.is_empty() {
        // It is signed.
        return change.approval();
    }
    if !change.standing.can_be_signed() {
        return back.into();
    }
    let approve = change.approve();
    let note = format!("approving the change approves this too, by `{approve}` alone; or {back}");
    Remedy { note, act: Act::Other { waits_for: Vec::new(), commands: vec![approve] } }
}
