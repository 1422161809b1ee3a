//! The page of all rules, which is written from their files.

use std::fmt::Write;

use exledger::rules::ALL;
use exledger::rules::rule::{Group, Rule};

use crate::house;

const GROUPS: &[(Group, &str)] = &[
    (
        Group::Shape,
        "Found by `lint`: whether a file can be read at all. A record with one of these is `invalid` and grants nothing.",
    ),
    (
        Group::Content,
        "Found by `lint` over record and policy together. `lint.levels` in the policy turns a code of this group up, down \
         or off.",
    ),
    (
        Group::Change,
        "Found by `lint --base` and `diff`, and by `verify` where it landed.",
    ),
    (Group::Audit, "Found by `verify`: what history proves."),
    (
        Group::Drift,
        "Found by `drift`: what suppressions elsewhere say.",
    ),
];

const HEAD: &str = "\
# Rules, code by code

Written from the files below `src/rules/`, which a test compares with this page; `exledger explain CODE` prints the same.
What each code promises stands in [spec/rules.md](spec/rules.md).
";

/// Returns the page.
fn page() -> String {
    let mut page = HEAD.to_owned();
    for (group, what) in GROUPS {
        let rules: Vec<&Rule> = ALL.iter().filter(|rule| rule.group == *group).collect();
        if rules.is_empty() {
            continue;
        }
        let word = group.word();
        let (first, rest) = word.split_at(1);
        let title = first.to_uppercase() + rest;
        write!(
            page,
            "\n## {title}\n\n{what}\n\n| code | level | finds |\n| --- | --- | --- |\n"
        )
        .unwrap();
        for rule in &rules {
            let (code, level, summary) = (rule.code, rule.level.word(), rule.summary);
            writeln!(page, "| [`{code}`](#{code}) | {level} | {summary} |").unwrap();
        }
        rules.iter().for_each(|rule| page.push_str(&section(rule)));
    }
    page
}

fn section(rule: &Rule) -> String {
    let example = |title: &str, shown: &str| {
        // A fence that the example itself does not hold.
        let mut fence = "```".to_owned();
        while shown.contains(&fence) {
            fence.push('`');
        }
        format!("\n{title}:\n\n{fence}yaml\n{}\n{fence}\n", shown.trim_end())
    };
    format!(
        "\n### {}\n\n{}: {}. Serves {}.\n\n{}\n\n{}\n{}{}",
        rule.code,
        rule.level.word(),
        rule.summary,
        rule.serves.join(", "),
        rule.why,
        rule.remedy,
        example("Found", &rule.bad.shown(rule.good.field())),
        example("Clean", &rule.good.shown(rule.bad.field())),
    )
}

#[test]
fn the_page_of_the_rules_is_what_their_files_say() {
    let path = house::root().join("docs/rules.md");
    let expected = page();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, expected).unwrap();
        return;
    }
    let actual = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = actual
        .lines()
        .zip(expected.lines())
        .find(|(one, other)| one != other);
    assert!(
        actual == expected,
        "docs/rules.md is stale: UPDATE_GOLDEN=1 writes it again; first difference {differs:?}"
    );
}

#[test]
fn the_specification_names_every_code() {
    let spec = std::fs::read_to_string(house::root().join("docs/spec/rules.md")).unwrap();
    for rule in ALL {
        assert!(spec.contains(&format!("`{}`", rule.code)), "{}", rule.code);
    }
}
