//! Every rule by its own examples: the bad one yields its findings, at the right place; the good one yields none of them.
//!
//! Other rules may report an example, too; that none reports the samples is tested once, in `samples`.
//! Follows `docs/style.md`, a complete rule. Start at [`of_example`].

use std::collections::BTreeSet;

use exledger::diag::Finding;
use exledger::diag::code::{Code, RuleGroup};
use exledger::ledger::tree::MapTree;
use exledger::record::file;
use exledger::rules::ALL;

use crate::support::lint::of_example;
use crate::support::project;

mod hostile;

#[test]
fn the_bad_example_of_a_rule_is_found() {
    for rule in ALL {
        let Some((tree, all)) = of_example(&rule.bad) else {
            continue;
        };
        let findings: Vec<&Finding> = all.iter().filter(|it| it.rule == rule.code).collect();
        assert!(!findings.is_empty(), "{}: {all:#?}", rule.code.as_str());
        for finding in findings {
            assert_eq!(finding.level, rule.level, "{}", rule.code.as_str());
            assert!(!finding.remedy.words().is_empty(), "{}", rule.code.as_str());
            assert_place(finding, &tree);
        }
    }
}

/// A finding about a field is on the line of the field, or of the parent that lacks it.
fn assert_place(finding: &Finding, tree: &MapTree) {
    let (Some(field), Some(pos)) = (&finding.field, finding.pos) else {
        return;
    };
    if !finding.path.starts_with("exceptions/") || finding.rule.as_str() == "duplicate-key" {
        return;
    }
    let source = file::read(&finding.path, &tree.0[&finding.path]);
    let lines = [source.pos(field).line, source.key_pos(field).line];
    assert!(lines.contains(&pos.line), "{finding:#?}");
}

#[test]
fn the_good_example_of_a_rule_has_none_of_its_findings() {
    for rule in ALL {
        if let Some((_, findings)) = of_example(&rule.good) {
            let is_clean = findings.iter().all(|finding| finding.rule != rule.code);
            assert!(is_clean, "{}: {findings:#?}", rule.code.as_str());
        }
    }
}

#[test]
fn every_file_of_a_rule_is_in_the_table() {
    let folder = project::root().join("src/rules");
    let mut files = BTreeSet::new();
    for path in project::files(&folder, "rs") {
        if std::fs::read_to_string(&path).unwrap().contains("const RULE: Rule") {
            files.insert(path.file_stem().unwrap().to_str().unwrap().replace('_', "-"));
        }
    }
    let codes: BTreeSet<String> = ALL.iter().map(|rule| rule.code.as_str().to_owned()).collect();
    assert_eq!(files, codes);
    assert_eq!(codes.len(), ALL.len(), "a code twice");
}

#[test]
fn every_rule_says_what_it_is_and_serves_a_requirement() {
    for rule in ALL {
        assert!(!rule.serves.is_empty(), "{}", rule.code.as_str());
        for number in rule.serves {
            let digits = number.strip_prefix('M').unwrap();
            assert!(digits.len() == 2 && digits.parse::<u8>().is_ok(), "{number}");
        }
        assert!(!rule.summary.ends_with('.') && rule.why.ends_with('.'), "{}", rule.code.as_str());
        assert!(!rule.bad.shown(None).is_empty(), "{}", rule.code.as_str());
        assert!(!rule.good.shown(rule.bad.field()).is_empty(), "{}", rule.code.as_str());
    }
}

#[test]
fn every_code_has_its_rule_in_the_same_order() {
    let codes: Vec<Code> = ALL.iter().map(|rule| rule.code).collect();
    assert_eq!(codes, Code::ALL);
}

/// Returns the name of a constant as a code is written: `NoOwner` as `no-owner`.
fn hyphenated(name: &str) -> String {
    let mut code = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !code.is_empty() {
            code.push('-');
        }
        code.extend(letter.to_lowercase());
    }
    code
}

macro_rules! check_codes {
    ($($group:ident { $($code:ident = $text:literal, $ends_by:ident;)+ })+) => {
        $($(
            assert_eq!(hyphenated(stringify!($code)), $text);
            assert_eq!((Code::$code.as_str(), Code::$code.group()), ($text, RuleGroup::$group));
        )+)+
    };
}

#[test]
fn a_constant_is_spelt_as_its_code_and_stands_in_its_group() {
    exledger::for_each_code!(check_codes);
}

#[test]
fn a_code_is_read_as_it_is_written() {
    for code in Code::ALL {
        assert_eq!(Code::parse(code.as_str()), Some(*code));
    }
    assert_eq!(Code::parse("no-such-code"), None);
}

#[test]
fn every_rule_serves_requirements_of_the_list() {
    let list = include_str!("../requirements.tsv").lines();
    let numbers: Vec<&str> = list.map(|line| line.split_once('\t').unwrap().0).collect();
    let expected: Vec<String> = (1..=numbers.len()).map(|number| format!("M{number:02}")).collect();
    assert_eq!(numbers, expected);
    for rule in ALL {
        let listed = |number: &&&str| numbers.contains(*number);
        assert_eq!(rule.serves.iter().find(|it| !listed(it)), None, "{}", rule.code.as_str());
    }
}
