//! Ends of entries while the tier of the draft is not known yet.

use std::path::Path;

use serde_json::json;

use super::answer;
use super::drafts::{draft, put};
use crate::cli_new::ledger;

/// Tiers as `init` writes them, and a class with a limit of its own.
const TIERS: &str = "version: 1
tiers:
  - name: emergency
    match: [{class: [emergency]}]
    max_term: 72h
  - name: sensitive
    match: [{sensitivity: [sensitive]}, {risk: [high, critical], environment: [production]}]
    max_term: 30d
  - name: standard
    max_term: 90d
classes:
  regulated: {max_term: 10d}
";

/// Imports an entry with an end, with more arguments; returns the end of the draft, and what is said about it.
fn ended(folder: &Path, more: &[&str]) -> (String, String) {
    let found = answer(folder, 0, &[&["trivy", ".trivyignore"], more].concat());
    let record = draft(folder, &found, 0);
    std::fs::remove_dir_all(folder.join("exceptions")).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&record["expires"]), text(&found["entries"][0]["message"]))
}

#[test]
fn a_tier_that_what_is_known_rules_out_does_not_keep_an_end_from_being_copied() {
    let folder = ledger();
    let folder = folder.path();
    std::fs::write(folder.join("exledger.yaml"), TIERS).unwrap();
    put(folder, ".trivyignore", "CVE-1 exp:2026-12-20\n");
    for more in [
        &[][..],
        &["--class", "standard", "--risk-level", "low"],
        &["--class", "standard", "--risk-level", "low", "--application", "billing"],
    ] {
        assert_eq!(ended(folder, more), ("2026-12-19".to_owned(), String::new()), "{more:?}");
    }
    // What is known may still rule the end out.
    for (class, by) in
        [("emergency", "limit of 72h (tier emergency)"), ("regulated", "10d of class regulated")]
    {
        let (end, said) = ended(folder, &["--class", class]);
        assert!(end.starts_with("TODO(import): "), "{end}");
        assert!(said.starts_with(&format!("its end 2026-12-19 is beyond the {by}")), "{said}");
    }
    // So may a tier that nothing rules out.
    put(folder, ".trivyignore", "CVE-1 exp:2027-01-20\n");
    let said = "its end 2027-01-19 is beyond the 30d of tier sensitive, which may apply";
    assert_eq!(ended(folder, &[]).1, said);
    let known = &["--risk-level", "low", "--application", "billing"];
    assert_eq!(ended(folder, known), ("2027-01-19".to_owned(), String::new()));
}

#[test]
fn an_end_for_all_is_refused_if_every_tier_that_may_apply_is_shorter() {
    let folder = ledger();
    let folder = folder.path();
    std::fs::write(folder.join("exledger.yaml"), TIERS).unwrap();
    put(folder, ".trivyignore", "CVE-1\n");
    let found = answer(folder, 0, &["trivy", ".trivyignore", "--expires", "60d"]);
    assert_eq!(draft(folder, &found, 0)["expires"], json!("2027-01-20"));
    let args = ["trivy", ".trivyignore", "--class", "emergency", "--expires", "60d"];
    std::fs::remove_dir_all(folder.join("exceptions")).unwrap();
    let ran = super::imported(folder, &args);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("beyond the limit of 72h (tier emergency)"), "{}", ran.err);
}
