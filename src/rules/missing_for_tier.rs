//! `missing-for-tier`: a field that tier or class requires.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::tier::Resolved;
use crate::policy::tiers::Require;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::MissingForTier,
    level: Level::Error,
    serves: &["M11", "M17"],
    summary: "a field that the tier or class requires is missing",
    why: "Reviewers of this tier need the field to decide.",
    bad: Example::with("class", "third-party"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases { asked_later: true, ..SpecialCases::NONE },
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let Some(tier) = &case.tier else {
        return;
    };
    for require in &tier.require {
        let missing: Vec<&str> =
            fields(*require).iter().filter(|field| case.lacks(field)).copied().collect();
        let Some(first) = missing.first() else {
            continue;
        };
        // For a map that is entirely missing, name its key instead of its fields.
        let map = first.split('.').next().unwrap_or(first);
        let is_whole = missing.len() == fields(*require).len() && case.lacks(map);
        let first = if is_whole && missing.len() > 1 { map } else { first };
        let names = missing.join(" and ");
        let message = format!("tier {} requires {names}", named(case, &tier.tier));
        let values = missing.iter().map(|field| ((*field).to_owned(), sample(tier, field)));
        let help = case.source.set_all_for_example(&values.collect::<Vec<_>>()).after(format!(
            "{} it (`{}` of `require`){}",
            requires(case, &tier.tier),
            require.as_str(),
            tier.silence()
        ));
        findings.push(case.finding(RULE.code, first, message, help));
    }
}

fn sample(tier: &Resolved, field: &str) -> String {
    let sample = match field {
        "review_every" => {
            let shortest = tier.review_every.iter().min_by_key(|term| term.seconds());
            return shortest.map_or("7d".to_owned(), ToString::to_string);
        }
        "references.onboarding" => "VND-7",
        "references.change" => "CHG-1234",
        "references.risk" => "RISK-12",
        "scope.resources" => "[db:invoices]",
        "scope.actions" => "[read]",
        "fix.due" | "event_ends" => "2026-12-18",
        "requester" => "ana@example.com",
        "risk.owner" => "dana@example.com",
        "subject.environment" => "production",
        "risk.blast_radius" => "Read access to invoices of one region",
        "rollback.plan" => "Disable the key and pause the job",
        "rollback.criteria" => "Any use from an unknown address",
        _ => "Example Ltd",
    };
    sample.to_owned()
}

fn requires(case: &RecordCase<'_>, tier: &str) -> String {
    match case.source.text("class") {
        Some(class) if class != "standard" => {
            format!("the tier {tier} or the class {class} of the policy requires")
        }
        _ => format!("the tier {tier} of the policy requires"),
    }
}

/// Returns the fields of a requirement; triggers and controls have rules of their own.
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

fn named(case: &RecordCase<'_>, tier: &str) -> String {
    match case.source.text("class") {
        Some(class) if class != "standard" => format!("{tier} with class {class}"),
        _ => tier.to_owned(),
    }
}
