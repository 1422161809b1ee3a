//! Access that is gone: only a complete list shows it.

use serde_json::json;

use crate::support::access::{ON, PARTNER, ask_on, grant, ledger};

fn gone(list: &str, complete: &[&str]) -> serde_json::Value {
    ask_on(&ledger(), ON, &[list], complete)["gone"].clone()
}

#[test]
fn absence_proves_nothing_without_a_complete_list() {
    let other = grant("{}");
    assert_eq!(gone(&other, &[]), json!(null));
    assert_eq!(gone(&other, &["vault:dev/**"]), json!([]), "another vault is complete");
    let told = gone(&other, &["vault:prod/**"]);
    assert_eq!(
        told,
        json!([{
            "id": PARTNER,
            "command": format!("exledger close {PARTNER} --access-verified after=2026-12-01"),
        }]),
        "the record in force is not among them"
    );
    assert_eq!(gone(&other, &["svc:*"]), told, "by its identity");
}

#[test]
fn what_is_in_a_line_is_not_gone() {
    for (line, is_gone) in [
        (r#"{"credential":"vault:prod/partner/7"}"#, false),
        (r#"{"identity":"svc:partner-gw","credential":"vault:prod/partner/7"}"#, false),
        // Whatever credential it uses is not stated.
        (r#"{"identity":"svc:partner-gw","resource":"x"}"#, false),
        (r#"{"identity":"svc:partner-gw","credential":"vault:prod/partner/8"}"#, true),
        (r#"{"identity":"svc:other"}"#, true),
    ] {
        let told = gone(line, &["vault:prod/**"]);
        assert_eq!(told.as_array().unwrap().len(), usize::from(is_gone), "{line}: {told}");
    }
    // The list is complete for identities only, and this one is in it.
    let line = r#"{"identity":"svc:partner-gw","credential":"vault:prod/partner/8"}"#;
    assert_eq!(gone(line, &["svc:*"]), json!([]));
}

#[test]
fn a_list_with_gaps_proves_nothing() {
    assert_eq!(gone(&format!("{}\nbroken", grant("{}")), &["**"]), json!(null));
    assert_eq!(gone("", &["**"]), json!(null), "an empty list may not have been made at all");
}

#[test]
fn a_list_from_before_the_end_proves_nothing() {
    let told = |observed: &str| gone(&grant(&format!(r#"{{"observed":"{observed}"}}"#)), &["**"]);
    assert_eq!(told("2026-11-25"), json!([]));
    let after = told("2026-11-28T10:00:00Z");
    assert!(after[0]["command"].as_str().unwrap().ends_with("after=2026-11-28"), "{after}");
    let future = told("2027-05-01");
    assert!(future[0]["command"].as_str().unwrap().ends_with("after=2026-12-01"), "{future}");
}
