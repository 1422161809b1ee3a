//! The records of a tree: which files are records, and how they are found. Follows `docs/spec/record.md`.

use exledger::ledger::tree::{EntryKind, MapTree, Tree, TreeError, TreeItem};
use exledger::ledger::{Files, Ledger, NotFound};

use crate::support::samples::SAMPLE;

fn folders() -> Vec<String> {
    vec!["exceptions".to_owned(), "old/records".to_owned()]
}

fn tree(paths: &[&str]) -> MapTree {
    MapTree::of(paths.iter().map(|path| (*path, SAMPLE)))
}

/// A tree in which some names are no files.
struct Odd(MapTree, Vec<TreeItem>);

impl Tree for Odd {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        let odd = self.1.iter().filter(|item| item.path.starts_with(folder));
        Ok(self.0.list(folder)?.into_iter().chain(odd.cloned()).collect())
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        self.0.kind(path)
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        self.0.bytes(path)
    }
}

#[test]
fn records_are_yaml_files_outside_dot_folders() {
    let tree = tree(&[
        "exceptions/EXC-2026-7F3KQ.yaml",
        "exceptions/team/EXC-2026-7F3KR.yml",
        "exceptions/.approvals/EXC-2026-7F3KQ/a.yaml",
        "exceptions/team/.git/EXC-2026-7F3KS.yaml",
        "exceptions/README.md",
        "exceptions/notes.YAML",
        "exceptions/draft.yaml",
        "old/records/EXC-2025-7F3KQ.yaml",
        "exceptions-2/EXC-2026-7F3KT.yaml",
        "exledger.yaml",
    ]);
    let files = Files::list(&tree, &folders()).unwrap();
    let paths: Vec<&str> = files.records.iter().map(|file| file.path.as_str()).collect();
    let expected = [
        "exceptions/EXC-2026-7F3KQ.yaml",
        "exceptions/draft.yaml",
        "exceptions/team/EXC-2026-7F3KR.yml",
        "old/records/EXC-2025-7F3KQ.yaml",
    ];
    assert_eq!(paths, expected);
    let twice = ["exceptions".to_owned(), "exceptions/team".to_owned()];
    assert_eq!(Files::list(&tree, &twice).unwrap().records.len(), 3);
}

#[test]
fn two_files_of_one_id_are_both_named() {
    let tree = tree(&[
        "exceptions/EXC-2026-7F3KQ.yaml",
        "exceptions/a/exc-2026-7f3kq.yml",
        "exceptions/EXC-2026-7F3KR.yaml",
        "exceptions/note.yaml",
        "exceptions/a/note.yaml",
    ]);
    let ledger = Ledger::read(&tree, &folders()).unwrap();
    let found: Vec<(&str, String)> = ledger
        .entries
        .iter()
        .flat_map(|entry| &entry.source.findings)
        .filter(|finding| finding.rule.as_str() == "duplicate-id")
        .map(|finding| (finding.path.as_str(), finding.message.clone()))
        .collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].0, "exceptions/EXC-2026-7F3KQ.yaml");
    assert_eq!(found[1].0, "exceptions/a/exc-2026-7f3kq.yml");
    for (_, message) in &found {
        assert!(message.contains("exceptions/EXC-2026-7F3KQ.yaml"), "{message}");
        assert!(message.contains("exceptions/a/exc-2026-7f3kq.yml"), "{message}");
    }
    assert!(ledger.entries[0].source.record.is_none());
}

#[test]
fn what_is_no_file_is_named_and_never_read() {
    let odd = [
        ("exceptions/EXC-2026-7F3KR.yaml", EntryKind::Link),
        ("exceptions/EXC-2026-7F3KS.yaml", EntryKind::Folder),
        ("exceptions/sub.yml", EntryKind::Submodule),
        ("exceptions/pipe.yaml", EntryKind::Other),
        ("exceptions/team", EntryKind::Folder),
        ("exceptions/link", EntryKind::Link),
        ("exceptions/.hidden/a.yaml", EntryKind::Link),
    ];
    let item = |(path, kind): (&str, EntryKind)| TreeItem { path: path.to_owned(), kind };
    let tree = Odd(tree(&["exceptions/EXC-2026-7F3KQ.yaml"]), odd.map(item).to_vec());
    let ledger = Ledger::read(&tree, &folders()).unwrap();
    assert_eq!(ledger.entries.len(), 1);
    let found: Vec<(&str, Option<&str>)> = ledger
        .findings
        .iter()
        .map(|finding| (finding.path.as_str(), finding.id.as_deref()))
        .collect();
    let expected = [
        ("exceptions/EXC-2026-7F3KR.yaml", Some("EXC-2026-7F3KR")),
        ("exceptions/EXC-2026-7F3KS.yaml", Some("EXC-2026-7F3KS")),
        ("exceptions/pipe.yaml", None),
        ("exceptions/sub.yml", None),
    ];
    assert_eq!(found, expected);
    assert!(ledger.findings.iter().all(|finding| finding.rule.as_str() == "not-a-file"));
}

#[test]
fn a_record_is_found_by_any_part_that_names_it_alone() {
    let tree = tree(&[
        "exceptions/EXC-2026-7F3KQ.yaml",
        "exceptions/EXC-2026-7F3KR.yaml",
        "exceptions/SEC-2025-AAAAA.yaml",
        "exceptions/b/SEC-2025-BBBBB.yaml",
        "exceptions/SEC-2025-BBBBB.yml",
        "exceptions/EXC-2026-7F3KQ-draft.yaml",
    ]);
    let files = Files::list(&tree, &folders()).unwrap();
    let find = |text: &str| files.find(text).map(|file| file.stem().to_owned());
    for text in ["EXC-2026-7F3KQ", "exc-2026-7f3kq", "7F3KR", "7f3kr", " 7F3KR "] {
        assert!(find(text).is_ok(), "{text}");
    }
    assert_eq!(find("sec-2025-a"), Ok("SEC-2025-AAAAA".to_owned()));
    assert_eq!(find("q"), Ok("EXC-2026-7F3KQ".to_owned()));
    let like = vec!["EXC-2026-7F3KQ".to_owned(), "EXC-2026-7F3KR".to_owned()];
    assert_eq!(find("F3K"), Err(NotFound::Unknown(like)));
    assert_eq!(find("0000000"), Err(NotFound::Unknown(Vec::new())));
    let path = "exceptions/a/EXC-2026-7F3KQ.yaml";
    assert_eq!(find(path), Ok("EXC-2026-7F3KQ".to_owned()));
    assert_eq!(find(""), Err(NotFound::Unknown(Vec::new())));
    let both = vec!["EXC-2026-7F3KR".to_owned(), "SEC-2025-AAAAA".to_owned()];
    assert!(matches!(find("exc"), Err(NotFound::Ambiguous(ids)) if ids.len() == 3 && ids != both));
    let paths = ["exceptions/SEC-2025-BBBBB.yml", "exceptions/b/SEC-2025-BBBBB.yaml"];
    assert_eq!(find("BBBBB"), Err(NotFound::Ambiguous(paths.map(str::to_owned).to_vec())));
}
