//! `criteria-too-wide`: without `id`: neither a purl with a name nor paths nor resources; or a
//! key that is only asterisks.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::pattern;
use crate::record::purl::Purl;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::yaml::node::Node;

pub(super) const RULE: Rule = Rule {
    code: Code::CriteriaTooWide,
    level: Level::Error,
    serves: &["M67"],
    summary: "a finding criterion covers everything",
    why: "Criteria also cover future findings; a criterion without a limit suppresses all of them.",
    bad: Example::with("scope.findings", "[{cwe: CWE-79}]"),
    good: Example::with("scope.findings", "[{cwe: CWE-79, purl: pkg:npm/legacy-ui}]"),
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    for (index, item) in case.source.items("scope.findings").iter().enumerate() {
        let field = format!("scope.findings[{index}]");
        findings.extend(unlimited(case, item, &field));
        findings.extend(starred(case, item, &field));
    }
}

fn unlimited(case: &RecordCase<'_>, item: &Node, field: &str) -> Option<Finding> {
    if ["id", "paths", "resources"].iter().any(|key| item.get(key).is_some()) {
        return None;
    }
    let lacks = |key: &str| case.lacks(&format!("{field}.{key}"));
    let purl = case.source.text(&format!("{field}.purl"));
    let is_named = purl.and_then(Purl::parse).is_some();
    let is_broken = purl.is_none() && !lacks("purl");
    let is_unlimited = ["id", "paths", "resources"].iter().all(|key| lacks(key));
    (is_unlimited && !is_named && !is_broken).then(|| {
        case.finding(
            RULE.code,
            field,
            "the criterion names neither a package, paths nor resources".to_owned(),
            case.source.set_for_example(&format!("{field}.purl"), "pkg:cargo/openssl@0.10.60"),
        )
    })
}

fn starred(case: &RecordCase<'_>, item: &Node, field: &str) -> Vec<Finding> {
    let is_wide = |node: Option<&Node>| node.and_then(Node::text).is_some_and(is_everything);
    let keys = ["id", "purl"].iter().filter(|key| is_wide(item.get(key)));
    let mut wide: Vec<String> = keys.map(|key| format!("{field}.{key}")).collect();
    for list in ["paths", "resources"] {
        let items = item
            .get(list)
            .map_or(&[][..], Node::items)
            .iter()
            .enumerate()
            .filter(|(_, item)| is_wide(Some(item)));
        wide.extend(items.map(|(index, _)| format!("{field}.{list}[{index}]")));
    }
    let finding = |field: &String| {
        let message = format!("`{field}` consists only of stars");
        let help = case.source.set_for_example(field, example_of(field));
        case.finding(RULE.code, field, message, help)
    };
    let readable = wide.iter().filter(|field| case.source.text(field).is_some());
    readable.map(finding).collect()
}

fn example_of(field: &str) -> &'static str {
    match field.rsplit('.').next() {
        Some("id") => "CVE-2026-1234",
        Some("purl") => "pkg:cargo/openssl@0.10.60",
        Some(key) if key.starts_with("paths") => "services/billing/**",
        _ => "db:invoices",
    }
}

/// Tells whether a value is only asterisks, `pkg:npm/*` included, or a word for everything.
fn is_everything(text: &str) -> bool {
    let package = text.strip_prefix("pkg:").map(|package| {
        let package = package.split(['@', '?', '#']).next().unwrap_or_default();
        package.split_once('/').map_or(package, |(_, name)| name)
    });
    pattern::is_stars(text)
        || pattern::is_everything(text)
        || package.is_some_and(pattern::is_stars)
}
