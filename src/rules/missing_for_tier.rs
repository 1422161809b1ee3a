//! `missing-for-tier`: a field that tier or class requires.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::{Finding, Level};
use crate::policy::tiers::Require;
use crate::record::word::Word;
use crate::rules::case::{Case, Of};
use crate::rules::example::Example;
use crate::rules::{Group, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "missing-for-tier",
    level: Level::Error,
    group: Group::Content,
    serves: &["M11", "M17"],
    summary: "a field is absent that tier or class requires",
    why: "The tier asks for what its reviewers need to decide; without it they approve what they can't see.",
    remedy: "Add the field that is named.",
    bad: Example::with("class", "third-party"),
    good: Example::SAMPLE,
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let Some(tier) = &of.tier else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for require in &tier.require {
        let missing: Vec<&str> = fields(*require)
            .iter()
            .filter(|field| of.lacks(field))
            .copied()
            .collect();
        let Some(first) = missing.first() else {
            continue;
        };
        // Of a map that is not there at all, its key says more than its fields.
        let map = first.split('.').next().unwrap_or(first);
        let is_whole = missing.len() == fields(*require).len() && of.lacks(map);
        let first = if is_whole && missing.len() > 1 {
            map
        } else {
            first
        };
        let names = missing.join(" and ");
        let message = format!("tier {} requires {names}", named(of, &tier.tier));
        let help = format!("add {names} (`{}` of `require`)", require.word());
        findings.push(of.finding(RULE.code, first, message, help));
    }
    findings
}

/// Returns the fields that a requirement is about; triggers and controls have rules of their own.
fn fields(require: Require) -> &'static [&'static str] {
    match require {
        Require::BlastRadius => &["risk.blast_radius"],
        Require::Rollback => &["rollback.plan", "rollback.criteria"],
        Require::CompensatingControls | Require::Triggers => &[],
        Require::ReviewEvery => &["review_every"],
        Require::Vendor => &["subject.vendor"],
        Require::Onboarding => &["references.onboarding"],
        Require::Change => &["references.change"],
        Require::RiskRegister => &["references.risk"],
        Require::Scope => &["scope.resources", "scope.actions"],
        Require::Fix => &["fix.due"],
        Require::EventEnds => &["event_ends"],
        Require::Requester => &["requester"],
        Require::RiskOwner => &["risk.owner"],
        Require::Environment => &["subject.environment"],
    }
}

/// Returns how a message names what requires the field: the tier, and the class where it adds to it.
fn named(of: &Of<'_>, tier: &str) -> String {
    match of.source.text("class") {
        Some(class) if class != "standard" => format!("{tier} with class {class}"),
        _ => tier.to_owned(),
    }
}
