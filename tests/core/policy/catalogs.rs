//! Catalogs: the built-in ones, and how an id is found.
//!
//! Follows `docs/spec/policy.md`, files, and `schemas/catalogs/SOURCES.md`, matching.

use std::collections::BTreeSet;

use exledger::policy::catalog::built_in::ALL;
use exledger::policy::catalog::controls::{Catalog, ControlForm};
use exledger::policy::catalog::{self};
use exledger::record::reference::ControlRef;

use crate::policy::{Files, sound};
use crate::support::project;
use exledger::policy::governance::Governance;

/// Rows and withdrawn rows of each catalog, as its publisher counts them.
const SIZES: &[(&str, usize, usize)] = &[
    ("cis", 171, 0),
    ("cobit", 45, 0),
    ("csa-ccm", 214, 0),
    ("csa-maestro", 9, 0),
    ("cwe", 969, 25),
    ("dora", 64, 0),
    ("eu-ai-act", 113, 0),
    ("iso-27001", 247, 150),
    ("mitre-attack", 730, 18),
    ("nis2", 56, 0),
    ("nist-800-207", 21, 0),
    ("nist-800-53", 1216, 182),
    ("nist-ai-rmf", 95, 0),
    ("nist-csf", 254, 120),
    ("owasp-agentic", 27, 0),
    ("owasp-llm", 20, 10),
    ("owasp-nhi", 10, 0),
    ("pci-dss", 366, 3),
    ("soc2", 81, 0),
];

#[test]
fn every_file_of_the_folder_is_a_built_in_catalog_of_its_size() {
    let folder = project::root().join("schemas/catalogs");
    let files: Vec<String> = project::files(&folder, "csv")
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let names: Vec<&str> = catalog::names().collect();
    assert_eq!(names, files);
    let sources = std::fs::read_to_string(folder.join("SOURCES.md")).unwrap();
    for (built_in, (name, rows, withdrawn)) in ALL.iter().zip(SIZES) {
        let catalog = built_in.catalog();
        let gone = catalog.controls.iter().filter(|it| it.withdrawn).count();
        assert_eq!((built_in.name, catalog.controls.len(), gone), (*name, *rows, *withdrawn));
        let kept = std::fs::read(folder.join(format!("{name}.csv"))).unwrap();
        assert!(kept == built_in.csv(), "{name} is another file");
        assert!(sources.contains(&format!("`{name}`")), "{name} has no source");
    }
}

#[test]
fn the_built_in_catalogs_are_without_a_flaw() {
    for built_in in &ALL {
        let (catalog, findings) = Catalog::read(built_in.name, "x.csv", &built_in.csv());
        assert_eq!(findings, [], "{}", built_in.name);
        let ids: BTreeSet<String> =
            catalog.controls.iter().map(|it| it.id.to_lowercase()).collect();
        let active: BTreeSet<&str> =
            catalog.controls.iter().filter(|it| !it.withdrawn).map(|it| it.id.as_str()).collect();
        let mut aliases = BTreeSet::new();
        for control in &catalog.controls {
            for alias in &control.aliases {
                let alias = alias.to_lowercase();
                assert!(!ids.contains(&alias), "{}: {alias} is an id", built_in.name);
                assert!(aliases.insert(alias.clone()), "{}: {alias} appears twice", built_in.name);
            }
            for replacement in &control.replaced_by {
                assert!(
                    control.withdrawn && active.contains(replacement.as_str()),
                    "{}",
                    control.id
                );
            }
            assert!(control.title.chars().count() <= 200, "{}", control.title);
        }
    }
}

/// Returns the match of a reference: catalog and id, how it was written, and the replacements.
fn found(governance: &Governance, reference: &str) -> String {
    let Some(found) = governance.control(&ControlRef::new(reference).unwrap()) else {
        return "nothing".to_owned();
    };
    let replaced = found.control.replaced_by.join(" ");
    let withdrawn = match found.control.withdrawn {
        true => format!(", withdrawn for {replaced}"),
        false => String::new(),
    };
    let form = match found.form {
        ControlForm::Exact => "",
        ControlForm::OtherCase => ", other case",
        ControlForm::Alias => ", alias",
    };
    format!("{}{form}{withdrawn}", found.canonical())
}

#[test]
fn an_id_is_found_by_id_then_by_alias_and_nothing_else() {
    let governance = sound("version: 1\n");
    for (reference, expected) in [
        ("nist-csf:ID.RA-07", "nist-csf:ID.RA-07"),
        ("owasp-nhi:NHI7:2025", "owasp-nhi:NHI7:2025"),
        ("nist-csf:id.ra-07", "nist-csf:ID.RA-07, other case"),
        ("NIST-CSF:ID.RA-07", "nist-csf:ID.RA-07, other case"),
        ("nist-csf: ID.RA-07 ", "nist-csf:ID.RA-07, other case"),
        ("owasp-nhi:NHI-02", "owasp-nhi:NHI2:2025, alias"),
        ("owasp-nhi:nhi-02", "owasp-nhi:NHI2:2025, alias"),
        ("nist-csf:PR.AC-4", "nist-csf:PR.AC-4, withdrawn for PR.AA-05"),
        ("nist-csf:DE.CM-1", "nist-csf:DE.CM-1, withdrawn for DE.CM-01"),
        ("nist-csf:DE.CM-01", "nist-csf:DE.CM-01"),
        ("nist-csf:GV.RM", "nist-csf:GV.RM"),
        ("nist-csf:DE.CM", "nist-csf:DE.CM"),
        ("nist-ai-rmf:GOVERN", "nist-ai-rmf:GOVERN"),
        ("nist-800-53:SC-2", "nist-800-53:SC-2"),
        ("nist-800-53:AC-2(2)", "nist-800-53:AC-2(2)"),
        ("nist-800-207:SP800-207", "nist-800-207:SP800-207"),
        ("csa-maestro:MAESTRO", "csa-maestro:MAESTRO"),
        ("cwe:79", "cwe:CWE-79, alias"),
        // Hyphens, dots, blanks and leading zeros are never stripped.
        ("nist-800-207:SC-2", "nothing"),
        ("iso-27001:A51", "nothing"),
        ("iso-27001:8.2", "nothing"),
        ("nist-csf:ID.RA-99", "nothing"),
        ("no-such:ID.RA-07", "nothing"),
    ] {
        assert_eq!(found(&governance, reference), expected, "{reference}");
    }
}

#[test]
fn a_withdrawn_id_with_several_replacements_names_them_all() {
    let catalog = catalog::built_in("nist-csf").unwrap();
    let several = catalog.controls.iter().find(|it| it.replaced_by.len() > 1).unwrap();
    assert!(several.withdrawn);
    assert!(catalog.find(&several.id).unwrap().control.replaced_by.len() > 1);
}

#[test]
fn only_catalogs_that_the_policy_lists_are_known() {
    let governance = sound("version: 1\ncatalogs: [nist-csf]");
    assert_eq!(found(&governance, "nist-csf:GV"), "nist-csf:GV");
    assert_eq!(found(&governance, "nist-800-53:AC-1"), "nothing");
    assert!(governance.catalog("cwe").is_none());
}

#[test]
fn a_catalog_of_the_team_is_called_as_its_file() {
    let house = "\u{feff}ID,Title,replaced_by,withdrawn,aliases\nH-1,Own users,,,H1|h 1\nH-2,\"Old, gone\",H-1,yes,\n";
    let files = Files::of(&[
        ("exledger.yaml", "version: 1\ncatalogs: [a/house.csv]\n"),
        ("a/house.csv", house),
    ]);
    let governance = Governance::read(&files).unwrap();
    assert!(governance.findings.is_empty(), "{:#?}", governance.findings);
    assert_eq!(found(&governance, "house:H-1"), "house:H-1");
    assert_eq!(found(&governance, "house:h 1"), "house:H-1, alias");
    assert_eq!(found(&governance, "house:H-2"), "house:H-2, withdrawn for H-1");
    assert_eq!(governance.catalog("house").unwrap().controls[1].title, "Old, gone");
    assert_eq!(found(&governance, "nist-csf:GV"), "nothing");
}
