//! `no-compensating-control`: the tier requires a compensating control that is `active` or `planned`.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::tiers::Require;
use crate::record::file::FieldState;
use crate::record::vocabulary::ControlStatus;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::NoCompensatingControl,
    level: Level::Error,
    serves: &["M08"],
    summary: "no compensating control is active or planned",
    why: "Without a control that limits it, the risk is larger than the one that was accepted.",
    bad: Example::with("compensating_controls", "[]"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases { asked_later: true, ..SpecialCases::NONE },
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let Some(tier) = &case.tier else {
        return;
    };
    let list = "compensating_controls";
    if !tier.require.contains(&Require::CompensatingControls)
        || !matches!(case.source.stated(list), FieldState::Node(_))
    {
        return;
    }
    let n_controls = case.source.items(list).len();
    let limits = |index: usize| {
        let status: Option<ControlStatus> = case.value(&format!("{list}[{index}].status"));
        // An unreadable status may be one of these.
        status.is_none_or(|status| status != ControlStatus::Withdrawn)
    };
    if (0..n_controls).any(limits) {
        return;
    }
    findings.push(
        case.finding(
            RULE.code,
            list,
            format!("tier {} requires a compensating control that is active or planned", tier.tier),
            match n_controls {
                0 => case.source.set_for_example(list, CONTROL),
                _ => case.source.set_for_example(&format!("{list}[0].status"), "planned"),
            }
            .after(tier.silence()),
        ),
    );
}

const CONTROL: &str = "[{id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: dana@example.com, status: planned}]";
