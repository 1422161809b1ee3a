//! Each rule as `explain` shows it, and each code that the specification promises.

use std::collections::BTreeSet;

use exledger::diag::code::{Code, RuleGroup};
use exledger::render::format::OutputStyle;
use exledger::rules::ALL;
use exledger::rules::rule::Rule;
use exledger::view;
use serde_json::Value;

use crate::support::project;
use crate::support::render::render;

fn shown(format: &str, rules: &[&Rule]) -> String {
    render(format, &view::explain::doc(rules), &OutputStyle::PIPE)
}

#[test]
fn explain_prints_all_that_a_rule_says() {
    let answer: Value =
        serde_json::from_str(&shown("json", &ALL.iter().collect::<Vec<_>>())).unwrap();
    let rules = answer["rules"].as_array().unwrap();
    assert_eq!(rules.len(), ALL.len());
    for (rule, shown) in ALL.iter().zip(rules) {
        assert_eq!(shown["code"], rule.code.as_str());
        assert_eq!(shown["group"], rule.code.group().as_str());
        assert_eq!(shown["level"], rule.level.as_str());
        for key in ["summary", "why", "ends_by", "bad", "good"] {
            let text = shown[key].as_str().unwrap();
            assert!(!text.trim().is_empty(), "{} {key}", rule.code.as_str());
        }
        assert_ne!(shown["bad"], shown["good"], "{}", rule.code.as_str());
        assert_eq!(shown["serves"].as_array().unwrap().len(), rule.serves.len());
    }
}

#[test]
fn explain_of_one_code_shows_what_why_and_both_examples() {
    for rule in ALL {
        let screen = shown("table", &[rule]);
        let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let out = folded(&screen);
        let bad = rule.bad.shown(rule.good.field());
        let good = rule.good.shown(rule.bad.field());
        for text in [rule.summary, rule.why, rule.code.ends_by().as_str(), &bad, &good] {
            let text = folded(text);
            assert!(out.contains(&text), "{}: no {text:?} in\n{}", rule.code.as_str(), screen);
        }
    }
}

/// Returns the codes in a section of the specification: those in the first column of its table.
fn promised(title: &str) -> BTreeSet<String> {
    let spec = std::fs::read_to_string(project::root().join("docs/spec/rules.md")).unwrap();
    let section = spec.split(&format!("\n## {title}\n")).nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let firsts = rows.filter_map(|row| row.split('|').nth(1));
    let codes = firsts.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    codes.filter(|code| !code.contains('(')).map(str::to_owned).collect()
}

#[test]
fn the_specification_promises_the_codes_that_are_there() {
    for (title, group) in [
        ("Shape", RuleGroup::Shape),
        ("Content", RuleGroup::Content),
        ("Change", RuleGroup::Change),
        ("Audit", RuleGroup::Audit),
        ("Scan", RuleGroup::Scan),
    ] {
        let codes = Code::ALL.iter().filter(|code| code.group() == group);
        let codes: BTreeSet<String> = codes.map(|code| code.to_string()).collect();
        assert_eq!(promised(title), codes, "{title}");
    }
}
