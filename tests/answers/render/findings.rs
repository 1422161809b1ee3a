//! Findings in the formats made for them.

use exledger::diag::{Finding, Level, Pos};
use exledger::render::ALL;
use exledger::render::format::{Offered, OutputStyle};
use exledger::view::doc::{Block, Doc, FindingList};
use serde_json::{Value, json};

use super::finding;
use crate::support::render::render;

fn doc(findings: Vec<Finding>) -> Doc<'static> {
    let mut doc = Doc::new(json!({
        "schema": "exledger/lint/v1",
        "ledger": {"commit": null, "instant": null},
        "findings": [],
    }));
    doc.rows = Some("findings");
    doc.blocks.push(Block::Findings(FindingList::for_all_readers(findings)));
    doc
}

#[test]
fn only_an_answer_with_findings_has_the_formats_for_findings() {
    for format in ALL {
        let special = ["github", "sarif", "junit", "gitlab"].contains(&format.name);
        assert_eq!(format.offered == Offered::ForFindings, special, "{}", format.name);
        assert_eq!(format.shows(&Doc::new(json!({}))), !special, "{}", format.name);
        assert!(format.shows(&doc(Vec::new())), "{}", format.name);
    }
}

#[test]
fn github_shows_the_worst_and_counts_the_rest() {
    let level = |count: usize, level| vec![finding("stale-control", level, None); count];
    let all = [level(3, Level::Note), level(11, Level::Warning), level(12, Level::Error)].concat();
    let cases = [
        (all, 10, 10, "::notice title=exledger::20 findings shown, 6 more in the job summary"),
        (
            level(1, Level::Error),
            1,
            0,
            "::notice title=exledger::1 finding shown, 0 more in the job summary",
        ),
        (
            level(1, Level::Note),
            0,
            0,
            "::notice title=exledger::0 findings shown, 1 more in the job summary",
        ),
    ];
    for (findings, errors, warnings, last) in cases {
        let output = render("github", &doc(findings), &OutputStyle::PIPE);
        let lines: Vec<&str> = output.lines().collect();
        assert!(lines.iter().take(errors).all(|line| line.starts_with("::error ")));
        assert!(
            lines.iter().skip(errors).take(warnings).all(|line| line.starts_with("::warning "))
        );
        assert_eq!(lines.len(), errors + warnings + 1);
        assert_eq!(lines.last(), Some(&last));
    }
    assert_eq!(render("github", &doc(Vec::new()), &OutputStyle::PIPE), "");
}

#[test]
fn github_escapes_what_would_end_a_property_or_a_message() {
    let mut odd = finding("bad-value", Level::Error, Some(Pos { line: 3, column: 7 }));
    odd.path = "exceptions/a,b:c%.yaml".into();
    odd.message = "100% of\r\n::error::x".into();
    odd.remedy = "say: less".into();
    let output = render("github", &doc(vec![odd]), &OutputStyle::PIPE);
    assert_eq!(
        output.lines().next(),
        Some(
            "::error file=exceptions/a%2Cb%3Ac%25.yaml,line=3,endLine=3,col=7,title=bad-value::\
             100%25 of%0A::error::x%0Asay: less"
        )
    );
}

#[test]
fn a_finding_without_place_field_or_id_is_line_1_and_joins_empty_texts() {
    let mut bare = finding("bad-id", Level::Note, None);
    (bare.field, bare.id) = (None, None);
    bare.path = "exceptions/Ünlaut name.yaml".into();
    let doc = doc(vec![bare]);
    // printf 'bad-id\0exceptions/Ünlaut name.yaml\0\0' | sha256sum
    let expected = "f412edd04477c497291f0f6664c07a63f1b1a6970ef1541d710f4c232f62c7d1";
    let sarif: Value = serde_json::from_str(&render("sarif", &doc, &OutputStyle::PIPE)).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["partialFingerprints"], json!({ "exledger/v1": expected }));
    assert_eq!(result["locations"][0]["physicalLocation"]["region"], json!({ "startLine": 1 }));
    assert_eq!(
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "exceptions/%C3%9Cnlaut%20name.yaml"
    );
    assert_eq!(sarif["runs"][0]["automationDetails"]["id"], "exledger/lint/");
    let gitlab: Value = serde_json::from_str(&render("gitlab", &doc, &OutputStyle::PIPE)).unwrap();
    assert_eq!(gitlab[0]["fingerprint"], expected);
    assert_eq!(gitlab[0]["severity"], "info");
    assert_eq!(gitlab[0]["location"]["lines"]["begin"], 1);
    assert!(render("github", &doc, &OutputStyle::PIPE).starts_with("::notice title=exledger::0"));
}

#[test]
fn a_record_is_one_test_case_and_fails_once() {
    let mut second = finding("no-subject", Level::Error, None);
    second.message = "names < 1 \"subject\"".into();
    let mut other = finding("stale-baseline", Level::Warning, None);
    (other.path, other.id) = ("exledger.yaml".into(), None);
    let all = vec![finding("term-too-long", Level::Error, None), second, other];
    let output = render("junit", &doc(all), &OutputStyle::PIPE);
    assert!(output.contains("tests=\"2\" failures=\"1\" errors=\"0\""), "{output}");
    assert!(output.contains("timestamp=\"1970-01-01T00:00:00\""), "{output}");
    assert!(output.contains("(and 1 more error)\" type=\"term-too-long\">"), "{output}");
    assert!(output.contains("error[no-subject]: names &lt; 1 \"subject\"; end it"), "{output}");
    assert!(
        output
            .contains("<testcase name=\"exledger.yaml\" classname=\"exledger.lint\" time=\"0\"/>"),
        "{output}"
    );
    assert!(output.contains("<system-out>exledger.yaml: warning[stale-baseline]: "), "{output}");
    assert_eq!(output.matches("<failure").count(), 1);
}

#[test]
fn a_command_in_a_sentence_is_never_broken() {
    let command = "exledger approve EXC-2026-7F3KQ --on refs/remotes/origin/a-branch-of-somebody";
    let texts = [
        format!("ask somebody else of the platform team to run `{command}`, then merge the branch"),
        format!("`{command}`"),
        "with `EXC-2026-7F3KQ`, which is a name, a sentence that is as long as this is wrapped, too".to_owned(),
    ];
    for (text, lines) in texts.iter().zip([3, 1, 2]) {
        let mut finding = finding("term-too-long", Level::Error, None);
        finding.remedy = text.as_str().into();
        for width in [20, 80] {
            let style = OutputStyle { width: Some(width), ..OutputStyle::PIPE };
            let output = render("table", &doc(vec![finding.clone()]), &style);
            assert_eq!(
                output.contains(&format!("`{command}`")),
                text.contains(command),
                "{output}"
            );
            let (_, help) = output.split_once("  help: ").unwrap();
            let words: Vec<&str> = help.split_whitespace().collect();
            assert_eq!(words.join(" "), *text, "{width}");
            assert!(width == 20 || help.trim_end().lines().count() == lines, "{output}");
        }
    }
}
