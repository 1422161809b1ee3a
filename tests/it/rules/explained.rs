//! Each rule as `explain` prints it, and each code that the specification promises.

use std::collections::BTreeSet;

use exledger::rules::ALL;
use exledger::rules::rule::Group;
use serde_json::Value;

use crate::cli;
use crate::house;

#[test]
fn explain_prints_all_that_a_rule_says() {
    let folder = tempfile::tempdir().unwrap();
    let run = cli::run(folder.path(), &["explain", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let rules = answer["rules"].as_array().unwrap();
    assert_eq!((run.code, rules.len()), (0, ALL.len()));
    for (rule, shown) in ALL.iter().zip(rules) {
        assert_eq!(shown["code"], rule.code);
        assert_eq!(shown["group"], rule.group.word());
        assert_eq!(shown["level"], rule.level.word());
        for key in ["summary", "why", "remedy", "bad", "good"] {
            let text = shown[key].as_str().unwrap();
            assert!(!text.trim().is_empty(), "{} {key}", rule.code);
        }
        assert_ne!(shown["bad"], shown["good"], "{}", rule.code);
        assert_eq!(shown["serves"].as_array().unwrap().len(), rule.serves.len());
    }
}

#[test]
fn explain_of_one_code_shows_what_why_and_both_examples() {
    let folder = tempfile::tempdir().unwrap();
    for rule in ALL {
        let run = cli::run(folder.path(), &["explain", rule.code]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", rule.code);
        let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let out = folded(&run.out);
        let bad = rule.bad.shown(rule.good.field());
        let good = rule.good.shown(rule.bad.field());
        for text in [rule.summary, rule.why, rule.remedy, &bad, &good] {
            let text = folded(text);
            assert!(
                out.contains(&text),
                "{}: no {text:?} in\n{}",
                rule.code,
                run.out
            );
        }
    }
    let run = cli::run(folder.path(), &["explain", "no-such-code"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
}

/// Returns the codes that a section of the specification promises: those in the first column of its table.
fn promised(title: &str) -> BTreeSet<String> {
    let spec = std::fs::read_to_string(house::root().join("docs/spec/rules.md")).unwrap();
    let section = spec.split(&format!("\n## {title}\n")).nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let firsts = rows.filter_map(|row| row.split('|').nth(1));
    let codes = firsts.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    codes
        .filter(|code| !code.contains('('))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_promised_code_of_shape_content_and_change_is_there() {
    for (title, group) in [
        ("Shape", Group::Shape),
        ("Content", Group::Content),
        ("Change", Group::Change),
    ] {
        let codes = ALL.iter().filter(|rule| rule.group == group);
        let codes: BTreeSet<String> = codes.map(|rule| rule.code.to_owned()).collect();
        let missing: Vec<_> = promised(title).difference(&codes).cloned().collect();
        assert!(missing.is_empty(), "{title}: {missing:?}");
    }
    let counts = [Group::Shape, Group::Content, Group::Change].map(|group| {
        let codes = ALL.iter().filter(|rule| rule.group == group);
        codes.count()
    });
    assert_eq!(counts, [12, 34, 14]);
}
