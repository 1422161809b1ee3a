//! `explain --controls`: what a ledger's own catalogs add, and what is shown. Start at [`found`].

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
fn a_ledger_adds_its_own_catalogs_and_says_which_it_does_not_list() {
    let folder = crate::support::temporary();
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
    let folder = crate::support::temporary();
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
