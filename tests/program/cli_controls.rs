//! `explain --controls`: what searches find in the catalogs, without a ledger and in one. Start at [`found`].

use std::path::Path;

use serde_json::Value;

use crate::cli;
use crate::support::golden;

/// Returns the controls that a search finds in a folder.
fn found(folder: &Path, search: &[&str]) -> Vec<Value> {
    let run = cli::run(folder, &[&["explain", "--format", "json", "--controls"], search].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{search:?}");
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(answer["schema"], "exledger/controls/v1");
    answer["controls"].as_array().unwrap().clone()
}

fn ids(controls: &[Value]) -> Vec<&str> {
    let ids = controls.iter().map(|control| control["id"].as_str());
    ids.map(Option::unwrap).collect()
}

#[test]
fn a_control_is_found_by_id_alias_and_words_of_its_title() {
    let folder = tempfile::tempdir().unwrap();
    let cases: &[(&[&str], &str, &str)] = &[
        (&["NHI7:2025"], "owasp-nhi:NHI7:2025", "NHI7:2025"),
        (&["owasp-nhi:nhi-02"], "owasp-nhi:NHI2:2025", "NHI-02"),
        (&["nhi-02"], "owasp-nhi:NHI2:2025", "NHI-02"),
        (&["PR.AC-04"], "nist-csf:PR.AC-4", "PR.AC-04"),
        (&["NIST-CSF:ID.RA-07"], "nist-csf:ID.RA-07", "ID.RA-07"),
        (&["secret", "leak"], "owasp-nhi:NHI2:2025", "Secret Leakage"),
        (&["leakage secret"], "owasp-nhi:NHI2:2025", "Secret Leakage"),
        (&["owasp-nhi", "secret leakage"], "owasp-nhi:NHI2:2025", "Secret Leakage"),
        (&["cwe-79"], "cwe:CWE-79", "CWE-79"),
        (&["AC-2"], "nist-800-53:AC-2", "AC-2"),
    ];
    for (search, id, matched) in cases {
        let controls = found(folder.path(), search);
        assert_eq!(controls[0]["id"], *id, "{search:?}");
        assert_eq!(controls[0]["matched"], *matched, "{search:?}");
    }
    assert_eq!(found(folder.path(), &["nothing like it"]), Vec::<Value>::new());
    let part = found(folder.path(), &["nist-800-53:AC-2"]);
    assert!(ids(&part).contains(&"nist-800-53:AC-2(1)"), "{part:#?}");
    assert!(!ids(&part).contains(&"nist-800-53:AC-20"), "{part:#?}");
}

#[test]
fn a_withdrawn_control_is_shown_with_all_that_took_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let controls = found(folder.path(), &["nist-csf:PR.AC-4"]);
    assert_eq!(controls[0]["withdrawn"], true);
    assert_eq!(controls[0]["replaced_by"], serde_json::json!(["nist-csf:PR.AA-05"]));
    let current = found(folder.path(), &["nist-csf:PR.AA-05"]);
    assert_eq!(current[0]["withdrawn"], false);
    assert_eq!(current[0]["replaced_by"], serde_json::json!([]));
}

#[test]
fn the_name_of_a_catalog_lists_it_and_no_search_lists_them_all() {
    let folder = tempfile::tempdir().unwrap();
    let nhi = found(folder.path(), &["OWASP-NHI"]);
    assert_eq!(nhi.len(), 10);
    assert_eq!(nhi[0]["matched"], "owasp-nhi");
    let all = found(folder.path(), &[]);
    assert!(all.len() > 4_000);
    assert!(all.iter().all(|control| control["matched"].is_null()));
}

#[test]
fn a_ledger_adds_its_own_catalogs_and_says_which_it_does_not_list() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("exledger.yaml", "version: 1\ncatalogs: [nist-csf, house.csv]\n");
    write(
        "house.csv",
        "id,title,group,withdrawn,replaced_by,aliases\nH-1,Keys rotate every 30 days,keys,,,H1\nH-0,Old,keys,true,H-1,\n",
    );
    let house = found(folder.path(), &["h1"]);
    assert_eq!(ids(&house), ["house:H-1"]);
    assert_eq!(house[0]["matched"], "H1");
    let table = cli::run(folder.path(), &["explain", "--controls", "secret leakage"]);
    assert!(table.out.contains("does not list owasp-nhi"), "{}", table.out);
    let table = cli::run(folder.path(), &["explain", "--controls", "house:H-0"]);
    assert!(table.out.contains("withdrawn, now H-1"), "{}", table.out);
    assert!(!table.out.contains("does not list"), "{}", table.out);
    write("exledger.yaml", "version: 1\nnothing: 1\n");
    let broken = cli::run(folder.path(), &["explain", "--controls", "secret leakage"]);
    assert_eq!(broken.code, 0);
    assert!(broken.err.contains("exledger lint"), "{}", broken.err);
}

#[test]
fn what_controls_shows_looks_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    for (name, search) in [
        ("controls-alias", &["NHI-02"][..]),
        ("controls-withdrawn", &["nist-csf:PR.AC-4"]),
        ("controls-words", &["long-lived", "secrets"]),
        ("controls-none", &["nothing like it"]),
    ] {
        for format in ["table", "json", "jsonl", "csv", "markdown"] {
            let run = cli::run(
                folder.path(),
                &[&["explain", "--format", format, "--controls"], search].concat(),
            );
            assert_eq!(run.code, 0, "{}", run.err);
            golden::check(&format!("cli/{name}.{format}"), &run.out);
        }
    }
}
