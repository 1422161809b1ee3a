//! No rule reports a sample: the only test that a new warning about them breaks. Start at [`findings_about`].

use std::collections::BTreeSet;

use exledger::diag::code::Code;
use exledger::diag::{Finding, Level};
use exledger::ledger::tree::MapTree;
use exledger::policy::governance::Governance;
use exledger::rules::example::Example;

use crate::support::lint::{findings, of_example};
use crate::support::samples::{PATH, POLICIES, RECORDS, SAMPLE};

/// The instant of the lint: the samples are in force.
const ON: &str = "2026-11-25T12:00:00Z";

/// Returns the policy with every rule that it may adjust as an error.
fn with_every_rule(policy: &str) -> String {
    let levels: Vec<String> =
        Code::adjustable().map(|code| format!("{}: error", code.as_str())).collect();
    let text = format!("{policy}lint: {{levels: {{{}}}}}\n", levels.join(", "));
    let levels = &Governance::of_policy(&text).policy.lint.levels;
    assert_eq!(levels.len(), Code::adjustable().count(), "{text}");
    text
}

/// Lints a record under a policy, with every rule on.
fn findings_about(record: &str, policy: &str) -> Vec<Finding> {
    let path = format!("exceptions/{}.yaml", &record[4..record.find('\n').unwrap()]);
    let files = [(path, record.to_owned()), ("exledger.yaml".to_owned(), with_every_rule(policy))];
    findings(&MapTree::of(files), Some(ON))
}

#[test]
fn no_rule_reports_a_sample() {
    let (_, mut found) = of_example(&Example::SAMPLE).unwrap();
    for record in RECORDS {
        for policy in POLICIES {
            found.extend(findings_about(&record(), policy));
        }
    }
    let messages: BTreeSet<String> = found
        .iter()
        .map(|finding| format!("{}: {}: {}", finding.rule.as_str(), finding.path, finding.message))
        .collect();
    assert_eq!(messages, BTreeSet::new());
}

#[test]
fn every_rule_is_on_where_the_samples_are_linted() {
    let bare = SAMPLE.replace("brittle-dependency", "unclassified");
    let mut found = findings_about(&bare, "version: 1\n");
    found.retain(|finding| finding.rule == Code::UnclassifiedCause);
    let seen: Vec<_> = found.iter().map(|it| (it.level, it.path.as_str())).collect();
    assert_eq!(seen, [(Level::Error, PATH)]);
}
