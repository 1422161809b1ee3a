//! Evidence outside the ledger's folder, or behind links: in a work tree and in a commit alike.
//!
//! Follows `docs/spec/record.md` (evidence). Start at [`found`].

use exledger::history::paths::LedgerPrefix;
use exledger::history::tree::CommitTree;
use exledger::ledger::tree::Tree;
use exledger::record::file;
use exledger::rules::evidence::{self, Found};
use exledger::store::files::WorkTree;
use exledger::store::git::Repository;

use crate::support::repo::Repo;
use crate::support::samples::{PATH, SAMPLE};

fn found(path: &str, tree: &dyn Tree) -> Found {
    let digest = "0".repeat(64);
    let handling = format!(
        "handling: [{{date: 2026-12-01, stage: triage, by: a@example.com, evidence: [{{kind: log, path: '{path}', sha256: {digest}}}]}}]"
    );
    let source = file::read(PATH, format!("{SAMPLE}{handling}\n").as_bytes());
    let mut found = evidence::of(&source, tree).unwrap();
    assert_eq!(found.len(), 1, "{path}");
    found.remove(0).found
}

#[cfg(unix)]
#[test]
fn evidence_may_lie_anywhere_in_the_repository_and_behind_links_that_stay_inside() {
    const LINK: u32 = 0o120_000;
    let outside = crate::support::temporary();
    std::fs::write(outside.path().join("a.txt"), "rotated").unwrap();
    let away = outside.path().to_str().unwrap();
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("ana")
        .write("ledger/exledger.yaml", "version: 1\n")
        .write("ledger/evidence/a.txt", "rotated")
        .write("logs/a.txt", "rotated")
        .write_mode("ledger/evidence/near", LINK, b"a.txt")
        .write_mode("ledger/evidence/beside", LINK, b"../../logs/a.txt")
        .write_mode("ledger/evidence/logs", LINK, b"../../logs")
        .write_mode("ledger/evidence/again", LINK, b"near")
        .write_mode("ledger/evidence/circle", LINK, b"circle")
        .write_mode("ledger/evidence/gone", LINK, b"nothing")
        .write_mode("ledger/evidence/out", LINK, b"../../../a.txt")
        .write_mode("ledger/evidence/away", LINK, format!("{away}/a.txt").as_bytes())
        .write_mode("ledger/evidence/folder", LINK, away.as_bytes())
        .commit("File evidence");
    repo.checkout();
    let work = WorkTree::within(repo.path(), "ledger");
    let git = Repository::discover(repo.path()).unwrap();
    let commit = git.find("HEAD").unwrap().oid;
    let commit = CommitTree::of_commit(&git, commit, &LedgerPrefix::new("ledger")).unwrap();
    use sha2::Digest;
    let digest = sha2::Sha256::digest("rotated");
    let file = Found::File(digest.iter().map(|byte| format!("{byte:02x}")).collect());
    let trees: [(&str, &dyn Tree); 2] = [("work tree", &work), ("commit", &commit)];
    for (name, tree) in trees {
        for (path, expected) in [
            ("evidence/a.txt", &file),
            ("evidence/../evidence/./a.txt", &file),
            ("../logs/a.txt", &file),
            ("evidence/near", &file),
            ("evidence/beside", &file),
            ("evidence/logs/a.txt", &file),
            ("evidence/logs/../ledger/evidence/a.txt", &file),
            ("evidence/again", &file),
            ("evidence/circle", &Found::Nothing),
            ("evidence/gone", &Found::Nothing),
            ("evidence/nothing", &Found::Nothing),
            ("evidence/out", &Found::Outside),
            ("evidence/away", &Found::Outside),
            ("evidence/folder/a.txt", &Found::Outside),
            ("../../a.txt", &Found::Outside),
            ("../nothing", &Found::Outside),
            ("evidence", &Found::NoFile),
            ("evidence/logs", &Found::NoFile),
        ] {
            assert_eq!(found(path, tree), *expected, "{path} in the {name}");
        }
        assert_eq!(found(&format!("{away}/a.txt"), tree), Found::Outside);
    }
}

#[test]
fn evidence_that_a_record_cites_is_unchanged_changed_or_missing() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("ana").write("evidence/a.txt", "rotated").commit("File evidence");
    repo.checkout();
    let tree = WorkTree::within(repo.path(), "");
    let digest = "f42546d5ecdd452509808b2d6d0413b5a738c70a793b99ccf8ed6f423aac83d3";
    let other = "0".repeat(64);
    let state = |source: &str, with_tree: Option<&dyn Tree>| {
        let note = format!(
            "handling: [{{date: 2026-12-01, stage: triage, by: a@example.com, evidence: [{{kind: log, {source}}}]}}]"
        );
        let read = file::read(PATH, format!("{SAMPLE}{note}\n").as_bytes());
        let record = read.record.unwrap_or_else(|| panic!("{source}: {:?}", read.findings));
        let cited = evidence::cited(&record, with_tree);
        assert_eq!(cited.len(), 1);
        assert_eq!(cited[0].field, "handling[0].evidence[0]");
        cited[0].state.map(|state| state.as_str())
    };
    for (source, expected) in [
        (format!("path: evidence/a.txt, sha256: {digest}"), Some("unchanged")),
        (format!("path: evidence/a.txt, sha256: {}", digest.to_uppercase()), Some("unchanged")),
        (format!("path: evidence/a.txt, sha256: {other}"), Some("changed")),
        (format!("path: evidence/b.txt, sha256: {digest}"), Some("missing")),
        (format!("path: evidence, sha256: {digest}"), Some("missing")),
        ("url: 'https://ci.example.com/7'".to_owned(), None),
        ("commit: 3f2c9a7b".to_owned(), None),
    ] {
        assert_eq!(state(&source, Some(&tree)), expected, "{source}");
        assert_eq!(state(&source, None), None, "without a tree nothing is known: {source}");
    }
}
