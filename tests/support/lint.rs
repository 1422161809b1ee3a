//! All findings of a tree, as `lint` gives them. Start at [`findings`].

mod changes;

use exledger::diag::Finding;
use exledger::ledger::Files;
use exledger::ledger::tree::MapTree;
use exledger::policy::governance::Governance;
use exledger::record::time::{Day, Instant};
use exledger::rules::case::RuleContext;
use exledger::rules::ends::Ends;
use exledger::rules::example::{Example, Shape};
use exledger::rules::extra_schema::ExtraSchema;
use exledger::rules::lint;
use exledger::rules::past::RecordPast;
use exledger::rules::repeats::Repeats;

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

/// Returns the files of an example with its findings; none for a history, which is judged elsewhere.
pub(crate) fn of_example(example: &Example) -> Option<(MapTree, Vec<Finding>)> {
    match example.shape {
        Shape::With(..) | Shape::Text(_) | Shape::Tree(_) => {
            let tree = MapTree::of(example.files().into_iter().chain(example.neighbours()));
            let findings = findings(&tree, example.on);
            Some((tree, findings))
        }
        Shape::Change(..) => Some((MapTree::of(example.files()), changes::findings(example))),
        // Histories are judged elsewhere.
        Shape::History(_) => None,
    }
}
