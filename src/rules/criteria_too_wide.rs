//! `criteria-too-wide`: without `id`: neither a purl with a name nor paths nor resources; or a key that is only stars.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::{Finding, Level};
use crate::gate::purl::Purl;
use crate::record::pattern;
use crate::rules::case::{Case, Of};
use crate::rules::example::Example;
use crate::rules::{Group, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "criteria-too-wide",
    level: Level::Error,
    group: Group::Content,
    serves: &["M67"],
    summary: "a criterion that covers everything",
    why: "Standing criteria cover findings that do not exist yet; one without a limit suppresses them all.",
    remedy: "Name a package, files or resources beside the weakness; write each without a star alone.",
    bad: Example::with("scope.findings", "[{cwe: CWE-79}]"),
    good: Example::with("scope.findings", "[{cwe: CWE-79, purl: pkg:npm/legacy-ui}]"),
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for index in 0..of.source.items("scope.findings").len() {
        let item = format!("scope.findings[{index}]");
        findings.extend(unlimited(of, &item));
        findings.extend(starred(of, &item));
    }
    findings
}

/// Returns the finding about a criterion that nothing limits.
fn unlimited(of: &Of<'_>, item: &str) -> Option<Finding> {
    let lacks = |key: &str| of.lacks(&format!("{item}.{key}"));
    let purl = of.source.text(&format!("{item}.purl"));
    let is_named = purl.and_then(Purl::parse).is_some();
    let is_broken = purl.is_none() && !lacks("purl");
    let is_limited = is_named || is_broken || !lacks("paths") || !lacks("resources");
    (lacks("id") && !is_limited).then(|| {
        of.finding(
            RULE.code,
            item,
            "the criterion names neither a package, paths nor resources".to_owned(),
            "add `purl` with a name, `paths` or `resources`".to_owned(),
        )
    })
}

/// Returns the findings about keys of a criterion that are only stars.
fn starred(of: &Of<'_>, item: &str) -> Vec<Finding> {
    let mut fields: Vec<String> = ["id", "purl"].map(|key| format!("{item}.{key}")).to_vec();
    for list in ["paths", "resources"] {
        let list = format!("{item}.{list}");
        let n_items = of.source.items(&list).len();
        fields.extend((0..n_items).map(|index| format!("{list}[{index}]")));
    }
    let is_wide = |field: &&String| of.source.text(field).is_some_and(is_everything);
    let finding = |field: &String| {
        let message = format!("`{field}` is only stars");
        let help = "write what is covered by its name".to_owned();
        of.finding(RULE.code, field, message, help)
    };
    fields.iter().filter(is_wide).map(finding).collect()
}

/// Says whether a value is only stars, `pkg:npm/*` included, or a word for everything.
fn is_everything(text: &str) -> bool {
    let is_star = |character: char| matches!(character, '*' | '?' | '/');
    let only_stars = |text: &str| text.contains('*') && text.chars().all(is_star);
    let package = text.strip_prefix("pkg:").map(|package| {
        let package = package.split(['@', '?', '#']).next().unwrap_or_default();
        package.split_once('/').map_or(package, |(_, name)| name)
    });
    only_stars(text) || pattern::is_everything(text) || package.is_some_and(only_stars)
}
