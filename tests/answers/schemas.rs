//! Findings in third-party formats, validated with the official schemas of those formats.
//!
//! The schemas and their sources: `tests/data/schemas/SOURCES.md`. The XML reader and the validator are as small as
//! those schemas allow.

mod xml;
mod xsd;

use exledger::diag::code::Code;
use exledger::diag::{Finding, Level, Pos};
use exledger::features::lint::show::{LintView, doc};
use exledger::record::time::Instant;
use exledger::render::find;
use exledger::render::format::OutputStyle;
use exledger::session::judged::JudgedCounts;
use exledger::view::doc::FindingReaders;
use exledger::view::doc::{Doc, FindingList, FormatNeeds, JudgedFile, ShownFinding};
use serde_json::Value;

use crate::support::lint::of_example;
use crate::support::render::render;
use crate::support::schemas::{check_json, read};

/// Texts that would break, or change, their surroundings.
const ODD: &[&str] = &[
    "plain",
    "a \"quoted\" <tag/> & an &entity; ]]> `code` 'single'",
    "two\nlines\r\nand\ta tab",
    "\u{1B}[31mred\u{7}\u{0}\u{FFFE}\u{202E}end",
    "emoji \u{1F680}, wide \u{6771}\u{4EAC}, combining e\u{301}",
    "",
    "  blanks  around  ",
    "::error::x %0A --> | @team #12",
];

/// Findings with every odd text in every place, and those of every rule's bad example.
fn all_findings() -> Vec<Finding> {
    let mut all = Vec::new();
    for (n, text) in (1..).zip(ODD) {
        for level in [Level::Error, Level::Warning, Level::Note] {
            all.push(Finding {
                rule: Code::BadValue,
                level,
                path: format!("exceptions/{text}{n}.yaml"),
                pos: (n % 2 == 0).then_some(Pos { line: n, column: 1 }),
                field: (n % 3 == 0).then(|| (*text).to_owned()),
                id: (n % 3 == 1).then(|| format!("EXC-2026-{n:05}")),
                message: (*text).to_owned(),
                remedy: (*text).into(),
            });
        }
    }
    for rule in exledger::rules::ALL {
        all.extend(of_example(&rule.bad).into_iter().flat_map(|(_, findings)| findings));
    }
    all
}

fn answer(findings: Vec<Finding>, reads: FormatNeeds) -> Doc<'static> {
    let judged = (1..).zip(ODD).map(|(n, text)| JudgedFile {
        path: format!("exceptions/{text}{n}.yaml"),
        id: Some(format!("EXC-2026-{n:05}")),
        title: Some((*text).to_owned()),
        tier: Some((*text).to_owned()),
    });
    doc(LintView {
        name: Some("example/payments".to_owned()),
        commit: Some("3f2c9a7be1d03f2c9a7be1d03f2c9a7be1d03f2c".to_owned()),
        instant: Instant::parse("2026-11-20T09:00:00Z"),
        judged: JudgedCounts { records: ODD.len(), ..JudgedCounts::default() },
        is_in_doubt: false,
        redesigns: 0,
        folder: String::new(),
        reads,
        findings: FindingList {
            shown: findings.into_iter().map(ShownFinding::from).collect(),
            rules: exledger::view::findings::rules(),
            judged: judged.collect(),
            readers: FindingReaders::Everyone,
        },
    })
}

/// Returns an answer with findings, and one without, in a format.
fn shown(format: &str) -> [String; 2] {
    let format = find(format).unwrap();
    [all_findings(), Vec::new()].map(|findings| {
        let doc = answer(findings, format.reads);
        render(format.name, &doc, &OutputStyle::PIPE)
    })
}

#[test]
#[cfg(feature = "house-schema")]
fn sarif_is_what_its_schema_asks_for() {
    for text in shown("sarif") {
        let log: Value = serde_json::from_str(&text).unwrap();
        check_json("sarif-schema-2.1.0.json", &log);
    }
    let [text, _] = shown("sarif");
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "exledger/lint/");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), all_findings().len());
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(result["partialFingerprints"]["exledger/v1"].as_str().unwrap().len(), 64);
    }
}

#[test]
#[cfg(feature = "house-schema")]
fn gitlab_gets_what_its_schema_asks_for() {
    for text in shown("gitlab") {
        let issues: Value = serde_json::from_str(&text).unwrap();
        for issue in issues.as_array().unwrap() {
            check_json("gitlab-codeclimate.schema.json", issue);
            let severity = issue["severity"].as_str().unwrap();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
        }
    }
}

#[test]
fn junit_is_what_both_of_its_schemas_ask_for() {
    for text in shown("junit") {
        let report = xml::parse(&text);
        for schema in ["junit-windyroad.xsd", "junit-jenkins-10.xsd"] {
            let schema = xml::parse(&read(schema));
            assert_eq!(xsd::errors(&schema, &report), Vec::<String>::new(), "{text}");
        }
        let suite = report.all("testsuite").next().unwrap();
        let cases = suite.all("testcase").count();
        assert_eq!(suite.get("tests"), Some(cases.to_string().as_str()));
        let failed = suite.all("testcase").filter(|case| case.all("failure").count() == 1);
        assert_eq!(suite.get("failures"), Some(failed.count().to_string().as_str()));
    }
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let schema = xml::parse(&read("junit-windyroad.xsd"));
    let suite = |inside: &str, attributes: &str| {
        let text = format!(
            "<testsuites><testsuite package=\"p\" id=\"0\" name=\"n\" timestamp=\"2026-11-20T09:00:00\" \
             hostname=\"h\" tests=\"0\" failures=\"0\" errors=\"0\" time=\"0\" {attributes}>{inside}</testsuite></testsuites>"
        );
        xsd::errors(&schema, &xml::parse(&text)).len()
    };
    let rest = "<system-out/><system-err/>";
    assert_eq!(suite(&format!("<properties/>{rest}"), ""), 0);
    assert_eq!(suite(rest, ""), 1, "no properties");
    assert_eq!(suite(&format!("<properties/>{rest}"), "odd=\"1\""), 1);
    assert_eq!(suite("<properties/><system-err/><system-out/>", ""), 1);
    let case = "<testcase name=\"a\" classname=\"b\" time=\"0\"><failure/></testcase>";
    assert_eq!(suite(&format!("<properties/>{case}{rest}"), ""), 1, "no type");
    assert_eq!(suite(&format!("<properties/>{rest}text"), ""), 1);
}
