//! Malicious inputs: none stops the rest, none is lost, none crashes the program.

use serde_json::Value;

use crate::triage::{are, counts, json as asked, put, result, run, sarif, story};

const GOOD: &str = r#"{"ruleId": "CVE-2026-0001", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "services/a"}}}]}"#;

#[test]
fn a_broken_result_hides_no_other() {
    let repo = story();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for bad in [
        r#"{"ruleId": NaN}"#.to_owned(),
        r#"{"ruleId": "a" "level": "note"}"#.to_owned(),
        r#"{"ruleId": "a", "ruleId": "b"}"#.to_owned(),
        r#"{"ruleId": 7}"#.to_owned(),
        r#"{"ruleId": "\ud800"}"#.to_owned(),
        r#"{"level": {}}"#.to_owned(),
        "7".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        format!(r#"{{"ruleId": "a", "locations": {deep}}}"#),
    ] {
        let text = format!(
            r#"{{"version": "2.1.0", "runs": [{{"results": [{GOOD}, {bad}, {GOOD}], "tool": {{"driver": {{"name": "Trivy"}}}}}}]}}"#
        );
        put(&repo, "a.sarif", &text);
        let (code, answer) = asked(&repo, &["a.sarif"]);
        let shown: String = bad.chars().take(60).collect();
        assert_eq!(
            (code, counts(&answer)),
            (3, are(&[("covered", 2), ("unparsed", 1)])),
            "{shown}"
        );
        assert_eq!(answer["results"][1]["index"], 1, "{shown}");
        let (code, _) = asked(&repo, &["a.sarif", "--skip-bad"]);
        assert_eq!(code, 0, "{shown}");
    }
}

#[test]
fn bytes_that_are_no_text_spoil_one_result_alone() {
    let repo = story();
    let mut text = format!(r#"{{"runs": [{{"tool": {{"driver": {{"name": "Trivy"}}}}, "results": [{GOOD}, {{"ruleId": "#).into_bytes();
    text.extend(b"\"\xff\xfe\"}, ");
    text.extend(GOOD.as_bytes());
    text.extend(b"]}]}");
    put(&repo, "a.sarif", &text);
    let (code, answer) = asked(&repo, &["a.sarif"]);
    assert_eq!((code, counts(&answer)), (3, are(&[("covered", 2), ("unparsed", 1)])));
}

#[test]
fn what_ends_early_counts_what_came_before() {
    let repo = story();
    let whole =
        sarif("Trivy", &[result("CVE-2026-0001", "services/a"), result("CVE-2026-0004", "b")]);
    for end in 1..whole.len() {
        put(&repo, "a.sarif", &whole.as_bytes()[..end]);
        if end % 23 != 0 && end < whole.len() - 3 {
            continue;
        }
        let (code, answer) = asked(&repo, &["a.sarif"]);
        assert_eq!(code, 3, "{end}");
        assert!(answer["counts"]["unparsed"].as_u64().unwrap() >= 1, "{end}");
    }
    put(&repo, "a.sarif", format!("{whole} {{}}"));
    let (code, answer) = asked(&repo, &["a.sarif"]);
    assert_eq!(
        (code, counts(&answer)),
        (3, are(&[("covered", 1), ("dismissed", 1), ("unparsed", 1)]))
    );
}

#[test]
fn runs_that_can_not_be_judged_are_counted_once_each() {
    let repo = story();
    let good = format!(r#"{{"tool": {{"driver": {{"name": "Trivy"}}}}, "results": [{GOOD}]}}"#);
    for bad in [
        "7".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        format!(r#"{{"results": [{GOOD}]}}"#),
        format!(r#"{{"tool": {{"driver": {{}}}}, "results": [{GOOD}]}}"#),
        format!(
            r#"{{"tool": {{"driver": {{"name": "a"}}}}, "tool": {{"driver": {{"name": "b"}}}}, "results": [{GOOD}]}}"#
        ),
        r#"{"tool": {"driver": {"name": "a"}}, "results": {}}"#.to_owned(),
        r#"{"tool": {"driver": {"name": "a"}}, "artifacts": [], "results": [], "artifacts": []}"#
            .to_owned(),
        r#"{"tool": {"driver": {"name": "a"}}, "originalUriBaseIds": {"R": {"uri": "a/"}, "R": {"uri": "b/"}}}"#
            .to_owned(),
        r#"{"tool": {"driver": {"name": "a"}}, "invocations": [{"executionSuccessful": false}], "results": []}"#
            .to_owned(),
        r#"{"tool": {"driver": {"name": "a"}}, "externalPropertyFileReferences": {"results": [{"location": {"uri": "b"}}]}}"#
            .to_owned(),
    ] {
        put(
            &repo,
            "a.sarif",
            format!(r#"{{"runs": [{good}, {bad}, {good}]}}"#),
        );
        let (code, answer) = asked(&repo, &["a.sarif"]);
        assert_eq!(
            (code, counts(&answer)),
            (3, are(&[("covered", 2), ("unparsed", 1)])),
            "{bad}"
        );
    }
}

#[test]
fn a_report_of_nothing_is_told_from_no_report() {
    let repo = story();
    let runs = |inside: &str| format!(r#"{{"version": "2.1.0", "runs": [{inside}]}}"#);
    let silent = r#"{"tool": {"driver": {"name": "Trivy"}}, "results": []}"#;
    for (text, says) in [
        (String::new(), "the file is empty: it has neither a report nor an event"),
        ("\n \n".to_owned(), "the file is empty"),
        (runs(""), "the report has no run: no tool searched anything"),
        (r#"{"version": "2.1.0", "runs": null}"#.to_owned(), "`runs` is not a list"),
        (r#"{"version": "2.1.0"}"#.to_owned(), "the event has no `type`"),
        (format!(r#"{{"runs": [{silent}], "runs": [{silent}]}}"#), "`runs` appears twice"),
        (runs(&silent.replace("[]", r#"[], "tool": {}"#)), "`tool` appears twice"),
        (
            format!(
                r#"{{"runs": [{silent}], "inlineExternalProperties": [{{"results": [{GOOD}]}}]}}"#
            ),
            "`inlineExternalProperties`, which is not read",
        ),
    ] {
        put(&repo, "a.sarif", &text);
        let shown = run(&repo, &["a.sarif"]);
        assert_eq!(shown.code, 3, "{text:?}: {}{}", shown.out, shown.err);
        assert!(shown.out.contains(says), "{text:?}: {}", shown.out);
        assert_eq!(run(&repo, &["a.sarif", "--skip-bad"]).code, 0, "{text:?}");
    }
    put(&repo, "a.sarif", runs(silent));
    let shown = run(&repo, &["a.sarif"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("0 inputs: trivy ran and reported nothing"), "{}", shown.out);
}

#[test]
fn large_texts_and_odd_beginnings_are_read() {
    let repo = story();
    let long = "x".repeat(3 << 20);
    let text = format!(
        "\u{feff} {{\"note\": \"{long}\", \"runs\": [{{\"properties\": {{\"a\": \"{long}\"}}, \"tool\": {{\"driver\": \
         {{\"name\": \"Trivy\"}}}}, \"results\": [{GOOD}, {{\"ruleId\": \"{long}\", \"level\": \"note\"}}]}}]}}"
    );
    put(&repo, "a.sarif", &text);
    let (code, answer) = asked(&repo, &["a.sarif"]);
    assert_eq!((code, counts(&answer)), (0, are(&[("routine", 1), ("covered", 1)])));
    let nothing = r#"{"runs": [{"tool": {"driver": {"name": "Trivy"}}, "results": null}, {"tool": {"driver": {"name": "x"}}}]}"#;
    put(&repo, "a.sarif", nothing);
    let (code, answer) = asked(&repo, &["a.sarif"]);
    assert_eq!((code, answer["results"].clone()), (0, Value::Array(Vec::new())));
}
