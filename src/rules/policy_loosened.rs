//! `policy-loosened`: a record on the branch needs the looser policy that the branch introduces.
//!
//! Pure. Start at [`eased`]. Follows `docs/spec/rules.md` (change) and `docs/spec/approval.md`, G3 and D1. The governance
//! before the branch is compared with that of each of its commits: a rebase lands them one by one.

use crate::approval::next::steps::{self, ApprovalStep, ApprovalWay, Merging};
use crate::diag::code::Code;
use crate::diag::remedy::{Act, Remedy};
use crate::diag::shell;
use crate::diag::{Finding, Level};
use crate::policy;
use crate::policy::demand::Approval;
use crate::policy::governance::{Governance, State};
use crate::policy::tier::fact::Facts;
use crate::policy::{people, tier};
use crate::record::{Record, file};
use crate::rules::audit::policy_bypass::{Loosening, Why};
use crate::rules::audit_cases::LandedCase;
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::example::Example;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::rule::{Check, JudgeRecord, Rule, SpecialCases};
use crate::rules::{renewal_limit, total_limit};
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule {
    code: Code::PolicyLoosened,
    level: Level::Error,
    serves: &["M25", "M54"],
    summary: "a record depends on a looser policy introduced together with it",
    why: "Someone who files an exception and loosens the policy in the same branch approves their own exception.",
    bad: Example::change("absent", "expires: 2027-02-28").policy(
        "version: 1\ntiers: [{name: standard, max_term: 120d, max_renewals: 2, max_total: 270d, approvals: {count: 1}}]\n",
    ),
    good: Example::change("absent", "expires: 2027-01-31"),
    checks: &[Check::Loosened(change), Check::Landed(landed)],
    special: SpecialCases { stays_error: true, ..SpecialCases::NONE },
};

fn change(
    changed: &ChangeCase<'_>,
    context: &RuleContext<'_>,
    judge: JudgeRecord,
    findings: &mut Vec<Finding>,
) {
    findings.extend(loosened(changed, context, judge));
}

fn landed(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(on_mainline(landed));
}

/// On the mainline: a version is approved only because of an untrusted change of governance.
fn on_mainline(landed: &LandedCase<'_>) -> Option<Finding> {
    if landed.loosened.is_empty() {
        return None;
    }
    let because = |loosening: &Loosening| {
        let why = match loosening.why {
            Why::ByAuthor => "an author of this version made it in the seven days before",
            Why::Undone => "it was undone in the seven days after",
        };
        let n = loosening.version.saturating_add(1);
        format!("version {n} of {}: {why}", loosening.path)
    };
    let reasons: Vec<String> = landed.loosened.iter().map(because).collect();
    let message = format!("it is approved only because of a policy change: {}", reasons.join("; "));
    let help = by_earlier_rules(landed);
    Some(Finding { level: Level::Error, ..landed.finding(RULE.code, Level::Error, &message, help) })
}

fn by_earlier_rules(landed: &LandedCase<'_>) -> Remedy {
    let may_sign =
        |step: &ApprovalStep| step.way == ApprovalWay::SignedFile && step.after.is_none();
    let open = landed.record.filter(|_| landed.at_tip).map(|record| {
        let authors = landed.verdict.author_persons();
        let at = (landed.landing.effective, Merging::default());
        steps::for_change(landed.today, record, &authors, at).steps
    });
    if !open.into_iter().flatten().any(|step| may_sign(&step)) {
        return Remedy::stays()
            .after("a later version ends it that the rules before that change approve, too");
    }
    let commands = vec![shell::command("exledger approve", &[file::stem(landed.path)])];
    let note = "an approval ends it that counts by the rules before that change, too".to_owned();
    Remedy { note, act: Act::Other { waits_for: Vec::new(), commands } }
}

fn loosened(
    changed: &ChangeCase<'_>,
    context: &RuleContext<'_>,
    judge: JudgeRecord,
) -> Option<Finding> {
    let after = changed.after?;
    // Before the first policy there was nothing to loosen.
    if changed.base.state == State::Absent {
        return None;
    }
    let states = changed.brought.iter().filter(|state| state.state != State::Broken);
    let mut reasons = BTreeSet::new();
    for state in states.filter(|state| ***state != *changed.base) {
        reasons.extend(forgiven(changed, context, judge, state));
        if let Some(record) = &after.record
            && changed.needs.needed.count > 0
        {
            reasons.extend(eased(changed.base, state, record));
        }
    }
    if reasons.is_empty() {
        return None;
    }
    let reasons: Vec<String> = reasons.into_iter().collect();
    Some(Finding {
        rule: RULE.code,
        level: Level::Error,
        path: after.path.clone(),
        pos: None,
        field: None,
        id: after.id().map(|id| id.to_string()),
        message: format!("it needs the looser policy of this branch: {}", reasons.join("; ")),
        remedy: approve_policy("merge the policy change separately before this record"),
    })
}

/// Returns the errors of the record that no longer occur under another governance.
fn forgiven(
    changed: &ChangeCase<'_>,
    context: &RuleContext<'_>,
    judge: JudgeRecord,
    state: &Governance,
) -> Vec<String> {
    let Some(after) = changed.after else {
        return Vec::new();
    };
    let errors = |governance: &Governance| {
        let context =
            RuleContext { governance, extra_schema: &ExtraSchema::of(governance), ..*context };
        let found = judge(after, &context, changed.past);
        let limits =
            [renewal_limit::found(changed, &context), total_limit::found(changed, &context)];
        let found = found.into_iter().chain(limits.into_iter().flatten());
        found.filter(|finding| finding.level == Level::Error)
    };
    let left: BTreeSet<_> = errors(state).map(|finding| (finding.rule, finding.field)).collect();
    errors(changed.base)
        .filter(|finding| !left.contains(&(finding.rule, finding.field.clone())))
        .map(|finding| format!("before, {} ({})", finding.message, finding.rule))
        .collect()
}

fn eased(base: &Governance, state: &Governance, record: &Record) -> Vec<String> {
    let mut reasons = switches(&base.policy.approval, &state.policy.approval);
    let demand = |governance: &Governance| {
        let resolved = tier::resolve(&governance.policy, &Facts::of(record));
        resolved.map(|resolved| resolved.demand())
    };
    let (Some(before), Some(after)) = (demand(base), demand(state)) else {
        return reasons;
    };
    if before.and(&after) != after {
        let describe = |demand: &tier::TierDemand| {
            let needed = demand.needed();
            let groups = if needed.each_of.is_empty() {
                String::new()
            } else {
                format!(" of {}", needed.each_of.join(" and "))
            };
            let role = if needed.must_include.is_empty() { "" } else { " with the risk owner" };
            let count = needed.count;
            let proof = crate::record::vocabulary::Vocabulary::as_str(demand.proof);
            format!("{count} {proof}{groups}{role}")
        };
        reasons.push(format!(
            "approvals needed before: {}, now: {}",
            describe(&before),
            describe(&after)
        ));
    }
    for group in &before.each_of {
        let known = people::members(base, group);
        let is_new =
            |person: &people::person::Person| !known.iter().any(|other| other.key == person.key);
        let new: Vec<String> = people::members(state, group)
            .into_iter()
            .filter(is_new)
            .map(|person| person.email.clone())
            .collect();
        if !new.is_empty() {
            reasons.push(format!("group {group} now has {}", new.join(", ")));
        }
    }
    reasons
}

fn switches(before: &Approval, after: &Approval) -> Vec<String> {
    let kinds = |approval: &Approval| approval.accept.iter().copied().collect::<BTreeSet<_>>();
    let eased = [
        (after.self_approval > before.self_approval, "self_approval"),
        (after.self_asserted > before.self_asserted, "self_asserted"),
        (after.nested > before.nested, "nested"),
        (after.authors < before.authors, "authors"),
        (after.owner_may_approve && !before.owner_may_approve, "owner_may_approve"),
        (!kinds(after).is_subset(&kinds(before)), "accept"),
        (after.forge != before.forge, "forge"),
    ]
    .into_iter()
    .filter(|(is_eased, _)| *is_eased);
    eased.map(|(_, name)| format!("approval.{name} accepts more")).collect()
}

fn approve_policy(note: &str) -> Remedy {
    let commands = vec![shell::command("exledger approve --governance", &[policy::FILE])];
    Remedy { note: note.to_owned(), act: Act::Other { waits_for: Vec::new(), commands } }
}
