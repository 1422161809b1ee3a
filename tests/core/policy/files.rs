//! The governance files of a tree: which there are, and what makes them unusable.
//!
//! Follows `docs/spec/policy.md`, governance files, and `docs/spec/approval.md` 1.11.

use exledger::diag::Level;
use exledger::ledger::tree::EntryKind;
use exledger::policy::governance::{Governance, State};

use crate::policy::{Files, short};

const POLICY: &str = "version: 1
people: {roster: .github/people.csv}
extra_schema: schemas/house.schema.json
catalogs: [nist-csf, schemas/catalogs/house.csv]
records: [exceptions, old]
";
const ROSTER: &str = "email,name,team,active\nana@example.com,Ana,billing,yes\n";
const HOUSE: &str = "id,title\nH-1,Every job has its own user\n";

fn tree() -> Files {
    Files::of(&[
        ("exledger.yaml", POLICY),
        (".github/people.csv", ROSTER),
        (".github/allowed_signers", "ana@example.com ssh-ed25519 AAAA\n"),
        (".github/revoked_keys", "ssh-ed25519 AAAB\n"),
        ("schemas/house.schema.json", "{\"type\": \"object\"}"),
        ("schemas/catalogs/house.csv", HOUSE),
        (".mailmap", "Ana Ruiz <ana@example.com>\n"),
    ])
}

fn check(tree: &Files, state: State, expected: &[&str]) -> Governance {
    let governance = Governance::read(tree).unwrap();
    let found: Vec<String> =
        governance.findings.iter().map(|it| format!("{} {}", it.path, short(it))).collect();
    assert_eq!(found, expected, "{:#?}", governance.findings);
    assert_eq!(governance.state, state);
    governance
}

#[test]
fn all_governance_files_are_read() {
    let governance = check(&tree(), State::Sound, &[]);
    assert_eq!(governance.roster.as_ref().unwrap().entries.len(), 1);
    assert!(governance.signers.as_ref().unwrap().starts_with("ana@"));
    assert!(governance.revoked.as_ref().unwrap().starts_with("ssh-"));
    assert!(governance.extra_schema.is_some());
    assert_eq!(governance.catalogs["house"].controls.len(), 1);
    assert_eq!(governance.mailmap.map("x", "ana@example.com").0, "Ana Ruiz");
    assert_eq!(
        governance.paths(),
        [
            ".github/allowed_signers",
            ".github/people.csv",
            ".github/revoked_keys",
            ".mailmap",
            "exledger-hooks.yaml",
            "exledger.yaml",
            "schemas/catalogs/house.csv",
            "schemas/house.schema.json"
        ]
    );
}

#[test]
fn without_a_policy_the_defaults_hold() {
    let governance = check(&Files::default(), State::Absent, &[]);
    assert_eq!(governance, Governance::default());
    let paths = [
        ".github/allowed_signers",
        ".github/revoked_keys",
        ".mailmap",
        "exledger-hooks.yaml",
        "exledger.yaml",
    ];
    assert_eq!(governance.paths(), paths);
}

#[test]
fn signers_revoked_keys_and_mailmap_that_are_not_there_are_empty() {
    let governance = check(&Files::of(&[("exledger.yaml", "version: 1\n")]), State::Sound, &[]);
    assert_eq!((governance.signers, governance.revoked), (None, None));
}

#[test]
fn a_named_file_that_is_not_there_is_an_error() {
    let signers = POLICY.to_owned()
        + "approval: {signers: .github/allowed_signers, revoked: .github/revoked_keys}\n";
    let governance = check(
        &Files::of(&[("exledger.yaml", &signers)]),
        State::Broken,
        &[
            "exledger.yaml bad-value 2:18 people.roster",
            "exledger.yaml bad-value 3:15 extra_schema",
            "exledger.yaml bad-value 4:22 catalogs[1]",
            "exledger.yaml bad-value 6:21 approval.signers",
            "exledger.yaml bad-value 6:55 approval.revoked",
        ],
    );
    let mut levels = governance.findings.iter().map(|it| it.level);
    assert!(levels.all(|level| level == Level::Error));
    assert_eq!(
        governance.findings[0].message,
        "there is no file .github/people.csv, which is used here as the roster"
    );
    // With its other files, the same policy is usable.
    let files = tree().with("exledger.yaml", EntryKind::File, &signers);
    check(&files, State::Sound, &[]);
}

#[test]
fn the_policy_is_a_regular_file_and_never_a_link() {
    for kind in [EntryKind::Link, EntryKind::Folder, EntryKind::Submodule, EntryKind::Other] {
        let tree = Files::default().with("exledger.yaml", kind, "version: 1\n");
        check(&tree, State::Broken, &["exledger.yaml not-a-file - -"]);
    }
}

#[test]
fn nothing_that_the_policy_names_may_lie_behind_a_link() {
    let link = |path: &str| tree().with(path, EntryKind::Link, "/etc");
    for (path, expected) in [
        (".github/people.csv", "exledger.yaml bad-value 2:18 people.roster"),
        (".github/allowed_signers", "exledger.yaml bad-value 1:1 approval.signers"),
        ("schemas/house.schema.json", "exledger.yaml bad-value 3:15 extra_schema"),
        ("schemas/catalogs/house.csv", "exledger.yaml bad-value 4:22 catalogs[1]"),
        ("old", "exledger.yaml bad-value 5:23 records[1]"),
    ] {
        check(&link(path), State::Broken, &[expected]);
    }
    let behind = Files::of(&[("exledger.yaml", "version: 1\npeople: {roster: a/b/people.csv}\n")])
        .with("a", EntryKind::Link, "/etc");
    check(&behind, State::Broken, &["exledger.yaml bad-value 2:18 people.roster"]);
    // git does not follow a link to a mailmap either.
    check(&link(".mailmap"), State::Sound, &[]);
}

#[test]
fn a_folder_in_place_of_a_file_is_refused() {
    let tree = tree().with(".github/people.csv", EntryKind::Folder, "");
    check(&tree, State::Broken, &["exledger.yaml bad-value 2:18 people.roster"]);
}

#[test]
fn what_is_wrong_in_a_file_is_found_at_its_line() {
    let with = |path: &str, text: &str| tree().with(path, EntryKind::File, text);
    for (roster, expected) in [
        ("", &["missing-field 1:1 -", "missing-field 1:1 -"][..]),
        ("mail,name,team,active\n", &["unknown-key 1:1 -"]),
        ("email,name,team,activ\n", &["unknown-key 1:1 -"]),
        ("email,name,team,active,phone\na@example.com,A,t,yes,1\n", &[]),
        (
            "email,name,team,active\na@example.com,A,t,maybe\nnobody,N,t,yes\n",
            &["bad-value 2:1 -", "bad-value 3:1 -"],
        ),
        (
            "email,name,team,active\na@example.com,A,t,yes\nA@example.com,A,t,no\n",
            &["bad-value 3:1 -"],
        ),
        ("email,name,team,active\na@example.com,A,t\n", &["bad-value 2:1 -"]),
        ("email,name,team,active\na@example.com,A,t,yes,extra\n", &["bad-value 2:1 -"]),
    ] {
        let expected: Vec<String> =
            expected.iter().map(|it| format!(".github/people.csv {it}")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        // A row may be wrong, but not a header.
        let state = match expected.iter().any(|it| it.contains(" 1:1 ")) {
            true => State::Broken,
            false => State::Sound,
        };
        check(&with(".github/people.csv", roster), state, &expected);
    }
    for (house, expected) in [
        ("id\nH-1\n", "missing-field 1:1 -"),
        ("id,title\nH-1,\n", "bad-value 2:1 -"),
        ("id,title\n,Title\n", "bad-value 2:1 -"),
        ("id,title\nH-1,a\nh-1,b\n", "bad-value 3:1 -"),
        ("id,title,withdrawn\nH-1,a,perhaps\n", "bad-value 2:1 -"),
    ] {
        let state = match expected.contains(" 1:1 ") {
            true => State::Broken,
            false => State::Sound,
        };
        let expected = format!("schemas/catalogs/house.csv {expected}");
        check(&with("schemas/catalogs/house.csv", house), state, &[&expected]);
    }
    check(
        &with("schemas/house.schema.json", "{\n  oops"),
        State::Broken,
        &["schemas/house.schema.json syntax 2:3 -"],
    );
}

fn replaced(path: &str, text: &str) -> Files {
    tree().with(path, EntryKind::File, text)
}

#[test]
fn a_roster_may_have_eight_mebibytes_and_no_byte_more() {
    for (path, most) in [
        (".github/people.csv", 8_388_608),
        ("schemas/catalogs/house.csv", 1_048_576),
        (".github/allowed_signers", 1_048_576),
        (".github/revoked_keys", 1_048_576),
        (".mailmap", 1_048_576),
    ] {
        let begin = match path {
            ".github/people.csv" => ROSTER,
            "schemas/catalogs/house.csv" => HOUSE,
            _ => "",
        };
        // Empty lines have no effect in any of them.
        let padded = |size: usize| format!("{begin}{}", "\n".repeat(size - begin.len()));
        check(&replaced(path, &padded(most)), State::Sound, &[]);
        let told = format!("{path} too-large - -");
        check(&replaced(path, &padded(most + 1)), State::Broken, &[&told]);
    }
}

#[test]
fn of_many_bad_rows_fifty_are_told_and_the_number_of_the_rest() {
    let rows = "nobody\n".repeat(2_000);
    let roster = format!("email,name,team,active\nana@example.com,Ana,t,yes\n{rows}");
    let governance = Governance::read(&replaced(".github/people.csv", &roster)).unwrap();
    assert_eq!(governance.findings.len(), 51);
    assert_eq!(governance.findings[50].message, "1950 mistakes more in this file");
    assert_eq!(governance.findings[50].pos.unwrap().line, 53);
    // Any number of rows may be wrong.
    assert_eq!(governance.state, State::Sound);
    assert_eq!(governance.roster.unwrap().entries.len(), 1);
    let long = format!("email,active\n{},yes\n", "x".repeat(500_000));
    let governance = Governance::read(&replaced(".github/people.csv", &long)).unwrap();
    assert!(governance.findings[0].message.len() < 300);
}
