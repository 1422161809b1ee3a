//! Repositories of every form: what can be read, and what is refused with the name of the setting.

use exledger::history::chain;
use exledger::history::objects::{Extent, Merge, ObjectKind, Objects, Obstacle, Oid};
use exledger::history::paths::LedgerPrefix;
use exledger::history::refs;
use exledger::history::tree::CommitTree;
use exledger::ledger::tree::{self, Tree};
use exledger::store::git::Repository;
use exledger::store::git::open::OpenError;

use crate::support::history::own;
use crate::support::repo::{self, Repo};
use crate::support::samples::{ID, SAMPLE};

fn small() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("ana").write(ID, SAMPLE).write("sub/notes.txt", "x").commit("File it");
    repo.by("ana").edit(ID, "expires: 2027-01-10").commit("Renew it");
    repo
}

fn refused(folder: &std::path::Path) -> OpenError {
    match Repository::discover(folder) {
        Ok(_) => panic!("it opens"),
        Err(error) => error,
    }
}

#[test]
fn objects_are_read_from_anywhere_inside() {
    let repo = small();
    repo.checkout();
    let git = Repository::discover(&repo.path().join("exceptions")).unwrap();
    assert_eq!(git.extent(), Extent::Full);
    assert_eq!(git.prefix(&repo.path().join("sub")).as_deref(), Some("sub"));
    assert_eq!(git.prefix(repo.path()).as_deref(), Some(""));
    let tip = own(repo.tip("main"));
    let (kind, raw) = git.read(tip).unwrap();
    assert_eq!(kind, ObjectKind::Commit);
    assert!(raw.starts_with(b"tree "));
    assert!(!git.is_shallow(tip));
    let gone = Oid::from_bytes(&[1; 20]).unwrap();
    let missing = Obstacle::Missing { object: gone, extent: Extent::Full };
    assert_eq!(git.read(gone), Err(missing));
}

#[test]
fn a_folder_outside_git_is_none() {
    let folder = crate::support::temporary();
    assert!(matches!(refused(folder.path()), OpenError::NotFound { .. }));
}

#[test]
fn the_tree_of_a_commit_is_read_below_the_ledgers_folder() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("ana")
        .write("team/exledger.yaml", "version: 1\n")
        .write("team/exceptions/a/x.yaml", "a")
        .write("team/exceptions/b.yaml", "b")
        .write_mode("team/exceptions/link.yaml", 0o120_000, b"b.yaml")
        .write(".mailmap", "top")
        .write("people.csv", "email")
        .commit("All");
    let git = Repository::discover(repo.path()).unwrap();
    let prefix = LedgerPrefix::new("team");
    let tree = CommitTree::of_commit(&git, own(repo.tip("main")), &prefix).unwrap();
    let listed: Vec<(String, tree::EntryKind)> =
        tree.list("exceptions").unwrap().into_iter().map(|item| (item.path, item.kind)).collect();
    let expected = [
        ("exceptions/a", tree::EntryKind::Folder),
        ("exceptions/a/x.yaml", tree::EntryKind::File),
        ("exceptions/b.yaml", tree::EntryKind::File),
        ("exceptions/link.yaml", tree::EntryKind::Link),
    ];
    assert_eq!(listed, expected.map(|(path, kind)| (path.to_owned(), kind)));
    let text = |path: &str| tree.bytes(path).unwrap().map(|it| String::from_utf8(it).unwrap());
    assert_eq!(text("exledger.yaml").as_deref(), Some("version: 1\n"));
    assert_eq!(text("../people.csv").as_deref(), Some("email"));
    assert_eq!(text(".mailmap").as_deref(), Some("top"), "git's own file is at the top");
    assert_eq!(text("../../people.csv"), None);
    assert_eq!(text("exceptions/link.yaml"), None);
    assert_eq!(text("exceptions"), None);
    assert_eq!(tree.kind("exceptions/link.yaml").unwrap(), Some(tree::EntryKind::Link));
    assert_eq!(tree.list("nowhere").unwrap(), []);
}

#[test]
fn a_shallow_clone_knows_where_it_ends() {
    let repo = small();
    let clone = repo.clone_with(&["--depth=1"]);
    let git = Repository::discover(clone.path()).unwrap();
    let extent = Extent::shallow(Some(""));
    assert_eq!(git.extent(), extent);
    let tip = own(repo.tip("main"));
    assert!(git.is_shallow(tip));
    let refs = git.refs().unwrap();
    let chosen = refs::choose(&refs, None, &|name| git.find(name), None).unwrap();
    assert_eq!(chosen.reference, "refs/remotes/origin/main");
    assert!(git.fetched(&chosen.reference).is_some());
    let chain = chain::walk(&git, &chosen, repo.now()).unwrap();
    assert_eq!(chain.mainline.landings.len(), 1);
    assert_eq!(chain.mainline.boundary, Some(Obstacle::Shallow { commit: tip, extent }));
}

#[test]
fn a_linked_work_tree_shares_the_boundary_of_its_clone() {
    let repo = small();
    let clone = repo.clone_with(&["--depth=1"]);
    let linked = crate::support::temporary();
    let place = linked.path().join("linked");
    repo::git(clone.path(), &["worktree", "add", "-q", "-b", "topic", place.to_str().unwrap()]);
    let git = Repository::discover(&place).unwrap();
    assert!(git.is_shallow(own(repo.tip("main"))));
    assert_eq!(git.refs().unwrap().head, refs::HeadState::Branch("refs/heads/topic".to_owned()));
}

#[test]
fn a_partial_clone_opens_in_both_of_its_forms_and_says_what_is_missing() {
    let repo = small();
    let clone = repo.clone_with(&["--filter=blob:none", "--no-checkout"]);
    let blob = repo.files(repo.find("main")).0["exceptions/EXC-2026-7F3KQ.yaml"].1;
    for older in [false, true] {
        if older {
            repo::git(clone.path(), &["config", "extensions.partialClone", "origin"]);
            repo::git(clone.path(), &["config", "core.repositoryFormatVersion", "1"]);
        }
        let git = Repository::discover(clone.path()).unwrap();
        assert_eq!(git.extent(), Extent::partial("", false));
        let missing = git.read(own(blob)).unwrap_err();
        assert_eq!(
            missing,
            Obstacle::Missing { object: own(blob), extent: Extent::partial("", false) }
        );
        assert!(missing.repair().contains("git fetch"), "{missing}");
        let refs = git.refs().unwrap();
        let chosen = refs::choose(&refs, None, &|name| git.find(name), None).unwrap();
        assert_eq!(chosen.tip, own(repo.tip("main")));
        assert_eq!(git.find("main").unwrap().oid, chosen.tip);
        let top = std::fs::canonicalize(git.work_dir().unwrap()).unwrap();
        assert_eq!(top, std::fs::canonicalize(clone.path()).unwrap());
        assert_eq!(git.user(), git.user());
    }
}

#[test]
fn a_form_that_cannot_be_read_is_refused_by_the_name_of_its_setting() {
    let cases = [
        ("extensions.objectFormat", "sha512", "extensions.objectFormat = sha512"),
        ("extensions.nowhere", "true", "extensions.nowhere"),
    ];
    for (key, value, named) in cases {
        let repo = small();
        repo.config("core.repositoryFormatVersion", "1");
        repo.config(key, value);
        let error = refused(repo.path());
        assert!(matches!(error, OpenError::Setting { .. }), "{error:?}");
        assert!(error.to_string().contains(named), "{error}");
    }
    let repo = small();
    repo.config("core.repositoryFormatVersion", "1");
    repo.config("extensions.objectFormat", "sha256");
    let error = refused(repo.path());
    assert!(matches!(error, OpenError::Sha256), "{error:?}");
}

#[test]
fn files_merge_as_git_merges_them() {
    let git = Repository::discover(small().path()).unwrap();
    let base = b"a\nb\nc\nd\ne\n";
    let merged = git.merge(base, b"A\nb\nc\nd\ne\n", b"a\nb\nc\nd\nE\n");
    assert_eq!(merged, Merge::Clean(b"A\nb\nc\nd\nE\n".to_vec()));
    assert_eq!(git.merge(base, b"1\n", b"2\n"), Merge::Conflict);
    assert_eq!(git.merge(b"a\n", b"", b""), Merge::Clean(Vec::new()));
}

#[test]
fn replaced_objects_are_seen_and_not_followed() {
    let repo = small();
    let git = Repository::discover(repo.path()).unwrap();
    assert!(!git.has_replacements());
    let tip = repo.tip("main");
    let parent = repo.git.find_commit(tip).unwrap().parent_id(0).unwrap();
    repo.set_ref(&format!("refs/replace/{tip}"), parent);
    assert!(git.has_replacements());
    assert_eq!(chain::read(&git, own(tip)).unwrap().parents[..], [own(parent)]);
}
