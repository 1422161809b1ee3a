//! The findings of a tree, as `lint` gives them. Start at [`findings_of`].

mod changes;

use exledger::diag::Finding;
use exledger::diag::code::Code;
use exledger::ledger::Files;
use exledger::ledger::tree::{MapTree, Tree};
use exledger::policy;
use exledger::policy::governance::Governance;
use exledger::record::time::{Day, Instant};
use exledger::rules::case::RuleContext;
use exledger::rules::ends::Ends;
use exledger::rules::example::{Example, Shape};
use exledger::rules::extra_schema::ExtraSchema;
use exledger::rules::lint;
use exledger::rules::past::RecordPast;
use exledger::rules::repeats::Repeats;
use exledger::session::judged;
use serde_json::Value;

use crate::support::samples::{PATH, POLICIES, SAMPLE};

pub(crate) fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap_or_else(|| Day::new(text).unwrap().last_instant())
}

/// Lints everything in an example.
pub(crate) fn findings(tree: &MapTree, on: Option<&str>) -> Vec<Finding> {
    let governance = Governance::read(tree).unwrap();
    let known = RuleContext {
        governance: &governance,
        extra_schema: &ExtraSchema::of(&governance),
        tree,
        instant: on.map(instant),
        neighbours: None,
    };
    let files = Files::list(tree, &governance.policy.records).unwrap();
    let mut findings = lint::policy(&known);
    findings.extend(lint::files(&files, &known));
    let lying = governance.policy.records.iter().flat_map(|folder| tree.list(folder).unwrap());
    let lying = lying.map(|item| (item.path, false)).collect();
    let strays = judged::search(&governance.policy).find(tree, &lying).unwrap();
    findings.extend(lint::strays(&strays, &known));
    let mut repeats = Repeats::default();
    let mut ends = Ends::default();
    for file in &files.records {
        let source = files.read(tree, file).unwrap();
        findings.extend(lint::record(&source, &known, RecordPast::UNKNOWN).unwrap());
        ends.judge(&source);
        repeats.judge(source, None);
    }
    findings.extend(lint::repeats(&repeats, &known));
    findings.extend(lint::ends(&ends, &known));
    findings
}

/// Lints everything in an example, and returns the findings of some rules, so that a test of a rule doesn't depend on others.
pub(crate) fn findings_of(rules: &[Code], tree: &MapTree, on: Option<&str>) -> Vec<Finding> {
    let mut findings = findings(tree, on);
    findings.retain(|finding| rules.contains(&finding.rule));
    findings
}

/// Returns the findings of some rules in an answer of the program, each `level rule`.
pub(crate) fn codes_of(rules: &[Code], answer: &Value) -> Vec<String> {
    let findings = answer["findings"].as_array().unwrap().iter().map(|finding| {
        let word = |key: &str| finding[key].as_str().unwrap();
        (Code::parse(word("rule")).unwrap(), word("level"))
    });
    let findings = findings.filter(|(rule, _)| rules.contains(rule));
    findings.map(|(rule, level)| format!("{level} {}", rule.as_str())).collect()
}

/// Returns the files of an example with its findings; none for a history, which is judged elsewhere.
pub(crate) fn of_example(example: &Example) -> Option<(MapTree, Vec<Finding>)> {
    let tree = tree_of(example)?;
    let findings = findings_in(example, &tree)?;
    Some((tree, findings))
}

/// Returns the files of an example; none for a history.
pub(crate) fn tree_of(example: &Example) -> Option<MapTree> {
    match example.shape {
        Shape::With(..) | Shape::Text(_) | Shape::Tree(_) => {
            Some(MapTree::of(example.files().into_iter().chain(example.neighbours())))
        }
        Shape::Change(..) => Some(MapTree::of(example.files())),
        Shape::History(_) => None,
    }
}

/// Returns the rules that report the samples of rules or of tests. There are none, as a test of the samples asserts: whoever adds
/// a rule that does so changes the sample, and no other test fails.
pub(crate) fn rules_of_sample() -> Vec<Code> {
    let sample = &Example::SAMPLE;
    let findings_of_rules = tree_of(sample).and_then(|tree| findings_in(sample, &tree));
    let files =
        [(PATH.to_owned(), SAMPLE.to_owned()), (policy::FILE.to_owned(), POLICIES[0].to_owned())];
    let all = findings_of_rules.into_iter().flatten().chain(findings(&MapTree::of(files), None));
    all.map(|finding| finding.rule).collect()
}

/// Lints an example of which the files may have been edited.
pub(crate) fn findings_in(example: &Example, tree: &MapTree) -> Option<Vec<Finding>> {
    match example.shape {
        Shape::With(..) | Shape::Text(_) | Shape::Tree(_) => Some(findings(tree, example.on)),
        Shape::Change(..) => Some(changes::findings(example, tree)),
        // Histories are judged elsewhere.
        Shape::History(_) => None,
    }
}
