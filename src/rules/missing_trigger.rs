//! `missing-trigger`: third-party or ai-agent without triggers.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::tier::Resolved;
use crate::policy::tiers::Require;
use crate::record::vocabulary::{Class, IdentityType};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::MissingTrigger,
    level: Level::Error,
    serves: &["M07"],
    summary: "no trigger ends the exception when conditions change",
    why: "A vendor or an agent can change at any time, so an end date alone is not enough.",
    bad: Example::text(AGENT),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases { asked_later: true, ..SpecialCases::NONE },
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let is_agent = case.value("subject.identity_type") == Some(IdentityType::AiAgent);
    let is_vendor = case.value("class") == Some(Class::ThirdParty);
    let tier = case.tier.as_ref();
    let is_required = tier.is_some_and(|tier| tier.require.contains(&Require::Triggers));
    let reason = match (is_vendor, is_agent, tier) {
        (true, ..) => "a third-party exception".to_owned(),
        (_, true, _) => "an exception for an AI agent".to_owned(),
        (.., Some(tier)) if is_required => format!("an exception of tier {}", tier.tier),
        _ => return,
    };
    if !case.holds_nothing("triggers") {
        return;
    }
    let message = format!("{reason} needs a trigger that ends it or calls for a review");
    let silence = tier.filter(|_| !is_vendor && !is_agent).map(Resolved::silence);
    let trigger = "[{id: T1, when: The vendor ships OAuth client credentials, then: close}]";
    let help = case.source.set_for_example("triggers", trigger).after(silence.unwrap_or_default());
    findings.push(case.finding(RULE.code, "triggers", message, help));
}

const AGENT: &[u8] = b"\
id: EXC-2026-7F3KQ
title: Migration agent needs the export tool for one weekend
class: standard
deviates_from: {rule: Agents read no personal data, baseline: tool-invocation}
subject: {identity: agent:migration, identity_type: ai-agent, credential: vault:prod/agent, task: customer migration}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The old system has no other export; the agent moves 12,000 customers over one weekend.
risk: {level: moderate}
root_cause: tool-access
compensating_controls: [{id: CC1, description: Session recording, owner: soc@example.com, status: active}]
expires: 2026-12-20
";
