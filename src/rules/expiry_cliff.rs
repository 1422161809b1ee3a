//! `expiry-cliff`: too many open records end on one day.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::diag::{self, Finding, Level};
use crate::rules::ends::CrowdedDay;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::ExpiryCliff,
    level: Level::Warning,
    serves: &["M38"],
    summary: "too many open exceptions end on one day",
    why: "What ends together is renewed together, and nobody looks at each one.",
    bad: Example::with("expires", "2026-12-20")
        .beside(&["expires: 2026-12-20"])
        .policy("version: 1\ndue: {cliff: 2}\n"),
    good: Example::with("expires", "2026-12-20")
        .beside(&["expires: 2027-01-08"])
        .policy("version: 1\ndue: {cliff: 2}\n"),
    checks: &[Check::Ends(check)],
    special: SpecialCases::NONE,
};

fn check(crowded: &CrowdedDay<'_>, findings: &mut Vec<Finding>) {
    let (n, place) = (crowded.ids.len(), crowded.place);
    let verb = if n == 1 { "ends" } else { "end" };
    findings.push(Finding {
        rule: RULE.code,
        level: RULE.level,
        path: place.path.clone(),
        pos: Some(place.pos),
        field: Some("expires".to_owned()),
        id: place.id.clone(),
        message: format!(
            "{} {verb} on {}: {}",
            diag::count(n, "open record"),
            crowded.day,
            diag::some(&crowded.ids, n)
        ),
        remedy: place
            .id
            .as_ref()
            .map_or_else(Remedy::default, |id| {
                let before = crowded.day.plus_days(-1);
                Remedy::run([shell::command(
                    "exledger renew",
                    &[id, "--until", &before.to_string()],
                )])
            })
            .after(
                "give each the end that its own work needs, or set `due.cliff` in exledger.yaml",
            ),
    });
}
