//! Adding statements to the local branch, on top of what others pushed. Start at [`add`].

use std::path::Path;

use exledger::history::objects::Oid;
use exledger::record::time::Instant;
use exledger::store::approvals_branch::StatementCommit;
use exledger::store::commits::{ScribeError, WriterSignature};
use exledger::store::git::Repository;

use crate::support::repo::{Repo, git};

const OMAR: &str = "exceptions/.approvals/EXC-2026-7F3KQ/0123456789ab-omar@example.com.txt";
const NINA: &str = "exceptions/.approvals/EXC-2026-7F3KQ/0123456789ab-nina@example.com.txt";

/// A remote with a first statement on its branch, and two clones of it.
struct World {
    remote: tempfile::TempDir,
    repo: Repo,
}

impl World {
    fn new() -> World {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("lee").write("README.md", "Payments\n").commit("Start");
        World { remote: repo.clone_with(&["--bare"]), repo }
    }

    fn clone(&self) -> tempfile::TempDir {
        let folder = crate::support::temporary();
        let url = self.remote.path().display().to_string();
        git(folder.path(), &["clone", "-q", &url, "."]);
        folder
    }

    /// Pushes files as an orphan branch of statements, by somebody who writes what they like.
    fn push(&self, files: &[(&str, &str)]) {
        let mut work = self.repo.orphan("exledger-approvals").by("mallory");
        for (path, text) in files {
            work = work.write(path, text);
        }
        work.commit("Approve");
        let url = self.remote.path().display().to_string();
        git(self.repo.path(), &["push", "-q", "-f", &url, "exledger-approvals"]);
    }
}

fn add(folder: &Path, remote: Option<&str>, files: &[(&str, &str)]) -> Result<Oid, ScribeError> {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    let at = Instant::parse("2026-11-20T12:00:00Z").unwrap();
    let commit = StatementCommit {
        files: &files.collect::<Vec<_>>(),
        by: WriterSignature { name: "A", email: "a@example.com", at },
        message: "Approve EXC-2026-7F3KQ\n",
        setup: None,
    };
    Repository::discover(folder).unwrap().add_statements(remote, &commit)
}

fn listed(folder: &Path, name: &str) -> Vec<String> {
    let text = git(folder, &["ls-tree", "-r", "--name-only", name]);
    text.lines().map(str::to_owned).collect()
}

/// Fetches and pushes as the program prints it.
fn send(folder: &Path) {
    git(folder, &["fetch", "-q", "origin", "exledger-approvals"]);
    git(folder, &["push", "-q", "origin", "exledger-approvals"]);
}

#[test]
fn the_first_statement_begins_a_branch_of_its_own() {
    let world = World::new();
    let clone = world.clone();
    let tip = add(clone.path(), Some("origin"), &[(OMAR, "yes")]).unwrap();
    assert_eq!(listed(clone.path(), "exledger-approvals"), [OMAR]);
    let parents = git(clone.path(), &["log", "--format=%H|%P", "exledger-approvals"]);
    assert_eq!(parents.trim(), format!("{tip}|"));
    // Without a remote, the next one stands on it.
    let next = add(clone.path(), None, &[(NINA, "yes")]).unwrap();
    let parents = git(clone.path(), &["log", "-1", "--format=%H|%P", "exledger-approvals"]);
    assert_eq!(parents.trim(), format!("{next}|{tip}"));
}

#[test]
fn what_others_pushed_meanwhile_is_kept_and_a_refused_push_needs_the_same_command_again() {
    let world = World::new();
    let [nina, omar] = [world.clone(), world.clone()];
    add(nina.path(), Some("origin"), &[(NINA, "yes")]).unwrap();
    git(nina.path(), &["push", "-q", "origin", "exledger-approvals"]);
    add(omar.path(), Some("origin"), &[(OMAR, "yes")]).unwrap();
    let refused = std::process::Command::new("git")
        .args(["push", "-q", "origin", "exledger-approvals"])
        .current_dir(omar.path())
        .output()
        .unwrap();
    assert!(!refused.status.success(), "{refused:?}");
    git(omar.path(), &["fetch", "-q", "origin", "exledger-approvals"]);
    // Nothing new: his own statement is put on top of what he fetched.
    let tip = add(omar.path(), Some("origin"), &[]).unwrap();
    send(omar.path());
    let both = [NINA, OMAR];
    assert_eq!(listed(world.remote.path(), "exledger-approvals"), both);
    let line = git(world.remote.path(), &["log", "--format=%P", "exledger-approvals"]);
    assert!(line.lines().all(|parents| !parents.contains(' ')), "{line}");
    // Again: the tip stays, and no empty commit is made.
    assert_eq!(add(omar.path(), Some("origin"), &[(OMAR, "yes")]).unwrap(), tip);
    assert_eq!(add(nina.path(), Some("origin"), &[]).unwrap().to_string().len(), 40);
}

#[test]
fn a_local_branch_that_holds_something_else_brings_nothing_of_it() {
    let world = World::new();
    let clone = world.clone();
    world.push(&[(NINA, "yes")]);
    git(clone.path(), &["branch", "exledger-approvals", "origin/main"]);
    git(clone.path(), &["fetch", "-q", "origin"]);
    add(clone.path(), Some("origin"), &[(OMAR, "yes")]).unwrap();
    assert_eq!(listed(clone.path(), "exledger-approvals"), [NINA, OMAR]);
    send(clone.path());
}

#[test]
fn junk_in_the_way_of_a_statement_gives_way() {
    for junk in ["exceptions", "exceptions/.approvals", &format!("{OMAR}/x")] {
        let world = World::new();
        let clone = world.clone();
        world.push(&[(junk, "junk"), ("other/README.md", "kept")]);
        git(clone.path(), &["fetch", "-q", "origin"]);
        add(clone.path(), Some("origin"), &[(OMAR, "yes")]).unwrap();
        assert_eq!(listed(clone.path(), "exledger-approvals"), [OMAR, "other/README.md"], "{junk}");
        send(clone.path());
    }
}

#[test]
fn a_branch_that_is_checked_out_stays_as_it_is() {
    let world = World::new();
    let clone = world.clone();
    git(clone.path(), &["checkout", "-q", "-b", "exledger-approvals"]);
    let refused = add(clone.path(), Some("origin"), &[(OMAR, "yes")]).unwrap_err();
    assert!(matches!(refused, ScribeError::CheckedOut(_)), "{refused}");
    assert!(refused.to_string().contains("checked out in"), "{refused}");
    assert_eq!(listed(clone.path(), "exledger-approvals"), ["README.md"]);
}
