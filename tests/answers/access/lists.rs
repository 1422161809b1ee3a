//! What can't be read as a grant, and what is not dropped silently.

use serde_json::json;

use crate::support::access::{ask, ask_on, grant, ledger, one};

#[test]
fn what_is_not_a_grant_is_unparsed_and_says_why() {
    let repo = ledger();
    let many: Vec<String> = (0..101).map(|n| format!("r:{n}")).collect();
    let product = json!({"identity": "svc:billing", "resource": many, "action": many}).to_string();
    for (line, why) in [
        ("[{}]", "not a JSON object"),
        (r#"{"identity":"a""#, "as `jq -c` does"),
        (r#"{"identity":"a","identity":"b"}"#, "appears twice"),
        (r#"{"identity":"a","resources":["b"]}"#, "`resources` is not a key of a grant"),
        (r#"{"identity":["a"]}"#, "`identity` is not a text"),
        (r#"{"identity":7}"#, "`identity` is not a text"),
        (r#"{"identity":" "}"#, "`identity` is empty"),
        (r#"{"identity":"a\u001b[2J"}"#, "`identity` has control characters"),
        (r#"{"identity":"a","action":[]}"#, "`action` is an empty list"),
        (r#"{"identity":"a","action":["read",null]}"#, "`action` is not a text"),
        (r#"{"identity":"a","action":{"read":true}}"#, "`action` is neither a text nor a list"),
        (r#"{"identity":"a","expires":"tomorrow"}"#, "`expires` is neither a date nor an instant"),
        (r#"{"identity":"a","expires":1795000000}"#, "`expires` is not a text"),
        (&product, "10201 combinations of resource and action"),
    ] {
        let row = one(&repo, line);
        assert_eq!(row["state"], "unparsed", "{line}: {row}");
        assert!(row["message"].as_str().unwrap().contains(why), "{line}: {row}");
    }
    let key = "k".repeat(5_000);
    let row = one(&repo, &format!(r#"{{"{key}":1}}"#));
    assert!(row["message"].as_str().unwrap().len() < 200, "{row}");
}

#[test]
fn an_unreadable_line_does_not_hide_the_others() {
    let repo = ledger();
    let long = format!(r#"{{"identity":"{}"}}"#, "x".repeat(1 << 20));
    let list = format!("\u{feff}{}\n\n{long}\n\u{0}\n{}\r\n", grant("{}"), grant("{}"));
    let answer = ask(&repo, &list);
    let rows = answer["grants"].as_array().unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|it| (it["index"].as_u64().unwrap(), it["state"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(1, "covered"), (3, "unparsed"), (4, "unparsed"), (5, "covered")]);
    assert_eq!(answer["counts"]["unparsed"], 2);
}

#[test]
fn several_files_are_counted_together() {
    let repo = ledger();
    let other = r#"{"identity":"role:adm"}"#;
    let answer = ask_on(&repo, crate::support::access::ON, &[&grant("{}"), other], &[]);
    assert_eq!(answer["grants"][1]["source"], "b.jsonl");
    assert_eq!(answer["grants"][1]["index"], 1);
    assert_eq!((&answer["counts"]["covered"], &answer["counts"]["none"]), (&json!(1), &json!(1)));
}

#[test]
fn the_sample_of_the_format_is_read() {
    let repo = ledger();
    let sample = r#"{"source":"vault","id":"lease/7f3k","identity":"svc:billing-batch","credential":"vault:prod/billing/db","resource":["db:invoices"],"action":["read"],"environment":"production","since":"2026-11-20T02:00:00Z","expires":"2026-11-21T02:00:00Z"}
{"source":"aws","identity":"role:adm","resource":"bucket:payroll","action":"read","asset":null,"application":null,"reference":null,"observed":"2026-12-01"}"#;
    let answer = ask(&repo, sample);
    assert_eq!(answer["counts"]["unparsed"], 0, "{answer}");
}
