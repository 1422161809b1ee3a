//! Questions read from lines, and receipts counted as uses.

use exledger::gate::answer::{Asker, ReceiptCounts};
use exledger::gate::question::{self as line, NoQuestion};
use exledger::gate::receipt::{self, NoReceipt};

use crate::support::gate::{ask_with, question, with};
use crate::support::samples::ID;

const AT: &str = "2026-11-25T00:00:00Z";

fn allowing(id: &str) -> String {
    format!(r#"{{"schema": "exledger/check/v1", "verdict": "allow", "record": "{id}"}}"#)
}

#[test]
fn a_single_use_is_counted_or_not_told() {
    let repo = with(|text| format!("{text}uses: {{limit: 2}}\n"));
    let asked = question(&[("application", "billing")]);
    let counted =
        |lines: &[String]| ReceiptCounts::Counted(receipt::count(&lines.join("\n")).unwrap());
    let once = allowing(ID);
    for (receipts, verdict) in [
        (ReceiptCounts::NotGiven, "unknown"),
        (counted(&[]), "allow"),
        (counted(&[once.clone(), allowing("EXC-2026-0THER")]), "allow"),
        (counted(&[once.clone(), once]), "deny"),
    ] {
        let answer = ask_with(&repo, &asked, AT, &receipts);
        assert_eq!(answer.verdict.as_str(), verdict, "{}", answer.reason);
    }
}

#[test]
fn a_line_that_is_no_receipt_can_not_be_counted() {
    let good = allowing(ID);
    for bad in [
        "{",
        "[]",
        r#"{"verdict": "allow", "record": "EXC-2026-7F3KQ"}"#,
        r#"{"schema": "exledger/list/v1", "verdict": "allow", "record": "EXC-2026-7F3KQ"}"#,
        r#"{"schema": "exledger/check/v1", "verdict": "maybe", "record": null}"#,
    ] {
        let text = format!("{good}\n\n{bad}\n");
        assert_eq!(receipt::count(&text), Err(NoReceipt { line: 3 }), "{bad}");
    }
    // As printed by `--format json`, a receipt takes several lines.
    let printed = good.replace(", ", ",\n  ");
    assert_eq!(receipt::count(&format!("{good}\n{printed}\n")).unwrap()[ID], 2);
    assert_eq!(receipt::count(&format!("{printed}\n\n{{")), Err(NoReceipt { line: 5 }));
    let denied =
        r#"{"schema": "exledger/check/v1", "verdict": "deny", "record": "EXC-2026-7F3KQ"}"#;
    assert!(receipt::count(denied).unwrap().is_empty());
}

#[test]
fn a_question_is_read_strictly() {
    let wrong = |key: &str| NoQuestion::WrongValue(key.to_owned());
    for (text, expected) in [
        ("[]", NoQuestion::NoObject),
        ("{}", NoQuestion::NoSubject),
        (r#"{"action": "read"}"#, NoQuestion::NoSubject),
        (r#"{"identity": 7}"#, wrong("identity")),
        (r#"{"identity": " "}"#, wrong("identity")),
        (r#"{"identity": "x", "at": "soon"}"#, wrong("at")),
        (r#"{"identity": "x", "severity": "awful"}"#, wrong("severity")),
        (r#"{"identity": "x", "deploy": "yes"}"#, wrong("deploy")),
        (r#"{"identity": "x", "deploy": true}"#, NoQuestion::NoApplication),
        (r#"{"identity": "x", "line": 3}"#, NoQuestion::NoPath),
        (r#"{"finding": "CVE-2026-1"}"#, wrong("finding")),
        (r#"{"finding": "trivy: "}"#, wrong("finding")),
        (r#"{"identitty": "x"}"#, NoQuestion::UnknownKey("identitty".to_owned())),
    ] {
        assert_eq!(line::read(text.as_bytes()).question, Err(expected), "{text}");
    }
    assert_eq!(line::read(b"{\"identity\": \"\xff\"}").question, Err(NoQuestion::NoText));
    for (text, why) in [
        ("", "EOF"),
        (r#"{"identity": "x"} {}"#, "trailing"),
        (r#"{"identity": "x", "identity": "y"}"#, "the key `identity` appears twice"),
        (r#"{"identity": "x", "id": {"a": 1, "a": 1}}"#, "the key `a` appears twice"),
    ] {
        let read = line::read(text.as_bytes());
        assert_eq!(read.id, serde_json::Value::Null, "{text}");
        let Err(NoQuestion::NoJson(cause)) = read.question else {
            panic!("{text}");
        };
        assert!(cause.contains(why), "{text}: {cause}");
    }
    let asked =
        line::read(br#"{"identity": "x", "action": null, "at": "2026-12-20"}"#).question.unwrap();
    assert_eq!(asked.question.identity.as_deref(), Some("x"));
    assert_eq!(asked.at.unwrap().to_string(), "2026-12-20T23:59:59Z");
}

#[test]
fn a_question_may_have_a_name_which_is_kept_even_where_it_is_no_question() {
    let longest = "é".repeat(256);
    for (id, kept) in [
        ("null".to_owned(), true),
        ("\"call-7\"".to_owned(), true),
        ("-7".to_owned(), true),
        ("18446744073709551615".to_owned(), true),
        (format!("\"{longest}\""), true),
        (format!("\"{longest}e\""), false),
        ("7.5".to_owned(), false),
        ("18446744073709551616".to_owned(), false),
        ("[7]".to_owned(), false),
        ("true".to_owned(), false),
    ] {
        let read = line::read(format!(r#"{{"identity": "x", "id": {id}}}"#).as_bytes());
        assert_eq!(read.question.is_ok(), kept, "{id}");
        let value: serde_json::Value = serde_json::from_str(&id).unwrap();
        let repeated = if kept { value.clone() } else { serde_json::Value::Null };
        assert_eq!(read.id, repeated, "{id}");
        let wrong = line::read(format!(r#"{{"id": {id}, "colour": "red"}}"#).as_bytes());
        assert!(wrong.question.is_err());
        assert_eq!(wrong.id, repeated, "{id}");
    }
}

#[test]
fn each_asker_reads_once_how_uses_are_counted() {
    let repo = with(|text| format!("{text}uses: {{limit: 2}}\n"));
    for (asker, why) in [
        (Asker::Question, "its uses are counted: ask with --receipts FILE"),
        (Asker::Event, "only `exledger check --receipts FILE` counts its uses"),
        (Asker::Scan, "only `exledger check --receipts FILE` counts its uses"),
        (Asker::Grant, "its uses are counted: a grant states none, so run `exledger check`"),
    ] {
        let mut asked = question(&[("application", "billing")]);
        asked.scanner_details.asker = asker;
        let answer = ask_with(&repo, &asked, AT, &ReceiptCounts::NotGiven);
        assert_eq!(answer.reason, format!("EXC-2026-7F3KQ: {why}"));
    }
}
