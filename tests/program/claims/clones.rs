//! Clones: what somebody who can write the git directory, or craft a commit, can't make the program say.

use std::fs;
use std::path::Path;

use super::{CLAIMED, POLICY, ledger};
use crate::cli::{self, Run};
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, SAMPLE};

const BOTH: &str = "\n\nReviewed-by: Dana <dana@example.com>\nReviewed-by: Lee <lee@example.com>";

/// A ledger with a record that two people approved, checked out.
fn approved() -> Repo {
    let repo = ledger(CLAIMED, &[]);
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("dana").merge("file", &format!("Merge branch 'file'{BOTH}"));
    repo.checkout();
    repo
}

/// A ledger with a record that nobody approved, checked out.
fn pushed() -> Repo {
    let repo = ledger(CLAIMED, &[]);
    repo.by("mallory").write(ID, SAMPLE).commit("File it");
    repo.by("bob").write("README.md", "Payments\n").commit("Describe it");
    repo.checkout();
    repo
}

/// Asks the gate, at a time after everything that landed.
fn gate(repo: &Repo, args: &[&str]) -> Run {
    gate_in(repo, repo.path(), args)
}

fn gate_in(repo: &Repo, folder: &Path, args: &[&str]) -> Run {
    let now = repo.now().to_string();
    let args = [&["check", "--application", "billing"], args].concat();
    cli::run_with(folder, &args, &[("EXLEDGER_TEST_CLOCK", now.as_str())])
}

fn raw(repo: &Repo, oid: git2::Oid) -> String {
    let odb = repo.git.objects().odb().unwrap();
    String::from_utf8(odb.read(oid).unwrap().data().to_vec()).unwrap()
}

/// Writes a commit anew, changed, as the tip of a branch.
fn rewrite(repo: &Repo, branch: &str, change: &dyn Fn(&str) -> String) -> git2::Oid {
    let before = raw(repo, repo.tip(branch));
    let after = change(&before);
    assert_ne!(before, after);
    repo.raw_commit(branch, after.as_bytes())
}

type Trick = Box<dyn Fn(&str) -> String>;

/// Ways to write a parent that git does not read, or reads and another reader doesn't.
fn tricks(other: git2::Oid) -> Vec<(&'static str, Trick)> {
    let later =
        |header: String| move |raw: &str| raw.replacen("\n\n", &format!("\n{header}\n\n"), 1);
    let first =
        |raw: &str, header: &str| raw.replacen("\nauthor", &format!("\n{header}\nauthor"), 1);
    let upper = other.to_string().to_ascii_uppercase();
    assert_ne!(upper, other.to_string());
    vec![
        ("later", Box::new(later(format!("parent {other}")))),
        ("later, in another case", Box::new(later(format!("Parent {other}")))),
        ("later, with a tab", Box::new(later(format!("parent\t{other}")))),
        ("later, without an id", Box::new(later("parent".to_owned()))),
        ("with a tab", Box::new(move |raw| first(raw, &format!("parent\t{other}")))),
        ("with two blanks", Box::new(move |raw| first(raw, &format!("parent  {other}")))),
        ("in upper case", Box::new(move |raw| first(raw, &format!("PARENT {other}")))),
        ("upper-case digits", Box::new(move |raw| first(raw, &format!("parent {upper}")))),
        (
            "cut short",
            Box::new(move |raw| first(raw, &format!("parent {}", &other.to_string()[..39]))),
        ),
    ]
}

/// Asserts that the gate can't tell, because of a commit.
fn refuses(repo: &Repo, bad: git2::Oid, what: &str) {
    let run = gate(repo, &[]);
    assert_eq!(run.code, 3, "{what}: {}{}", run.out, run.err);
    let said = [run.out, run.err].concat();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let short = &bad.to_string()[..12];
    let message = format!("{short} has a parent header that git does not read");
    assert!(said.contains(&message), "{what}: {said}");
}

#[test]
fn parents_that_git_does_not_read_leave_it_unknown() {
    let repo = approved();
    let other = repo.tip("file");
    let names: Vec<&str> = tricks(other).iter().map(|(name, _)| *name).collect();
    for (n, name) in names.into_iter().enumerate() {
        let trick = &tricks(other)[n].1;
        // At the tip of the approved branch.
        let repo = approved();
        let (file, merge) = (repo.tip("file"), repo.tip("main"));
        repo.by("bob").write("README.md", "Payments\n").commit("Describe it");
        let tip = repo.tip("main");
        repo.checkout();
        assert_eq!(gate(&repo, &[]).code, 0, "{name}");
        let bad = rewrite(&repo, "main", trick);
        if name.starts_with("later") {
            let read = git(repo.path(), &["log", "-1", "--format=%P", &bad.to_string()]);
            assert_eq!(read.trim(), merge.to_string(), "{name}: git reads one parent");
        }
        refuses(&repo, bad, &format!("{name}, at the tip"));
        // On its line, with the approval behind it.
        repo.raw_commit("main", raw(&repo, merge).as_bytes());
        let bad = rewrite(&repo, "main", trick);
        let above = raw(&repo, tip).replace(&merge.to_string(), &bad.to_string());
        repo.raw_commit("main", above.as_bytes());
        refuses(&repo, bad, &format!("{name}, on the line"));
        // On the merged branch, as what made the record.
        let bad = rewrite(&repo, "file", trick);
        let merged = raw(&repo, merge).replace(&file.to_string(), &bad.to_string());
        repo.raw_commit("main", merged.as_bytes());
        refuses(&repo, bad, &format!("{name}, on the merged branch"));
    }
}

/// Writes a line of history beside the approved branch, on which two people approve the record; its tip.
fn forge(repo: &Repo) -> String {
    let start = repo.find("main").unwrap();
    let root = raw(repo, start);
    let root = root.split("parent ").nth(1).unwrap()[..40].to_owned();
    let root = raw(repo, root.parse().unwrap());
    let root = root.split("parent ").nth(1).unwrap()[..40].to_owned();
    repo.branch_from("draft", &root).by("ana").write(ID, SAMPLE).commit("File it");
    let line = repo.branch_from("forged", &root);
    line.by("dana").merge("draft", &format!("Merge branch 'draft'{BOTH}")).to_string()
}

#[test]
fn clone_tricks_are_seen() {
    // Objects and parents that are replaced for git: not followed, and reported.
    for trick in ["replaced tip", "replaced parent", "replaced rules", "grafted", "grafted off"] {
        let repo = pushed();
        let (tip, forged) = (repo.tip("main"), forge(&repo));
        assert_eq!(gate(&repo, &[]).code, 1, "{trick}");
        let replace = |old: &str, new: &str| {
            git(repo.path(), &["update-ref", &format!("refs/replace/{old}"), new]);
        };
        let graft = |line: &str| {
            fs::create_dir_all(repo.path().join(".git/info")).unwrap();
            fs::write(repo.path().join(".git/info/grafts"), line).unwrap();
        };
        match trick {
            "replaced tip" => replace(&tip.to_string(), &forged),
            "replaced parent" => {
                let parent = git(repo.path(), &["rev-parse", "main~"]);
                replace(parent.trim(), &forged);
            }
            "replaced rules" => {
                let old = git(repo.path(), &["rev-parse", &format!("main:{POLICY}")]);
                let loose = "version: 1\napproval: {self_approval: allow}\n";
                let new = repo.git.blob(loose.as_bytes()).unwrap();
                replace(old.trim(), &new.to_string());
            }
            "grafted" => graft(&format!("{tip} {forged}\n")),
            _ => graft(&format!("{tip}\n")),
        }
        assert_eq!(gate(&repo, &[]).code, 1, "{trick}");
        let verify = cli::run(repo.path(), &["verify", "--format", "json"]);
        assert!(verify.out.contains("replaced-objects"), "{trick}: {}", verify.out);
    }
    // A clone that ends early, or says so.
    let repo = approved();
    assert_eq!(gate(&repo, &[]).code, 0);
    let short = repo.clone_with(&["--depth=1"]);
    let run = gate_in(&repo, short.path(), &[]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    for repo in [approved(), pushed()] {
        let text = format!("{}\n", repo.tip("main"));
        fs::write(repo.path().join(".git/shallow"), text).unwrap();
        let run = gate(&repo, &[]);
        assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    }
    // Refs with the name of the branch.
    for name in
        ["refs/tags/main", "refs/tags/heads/main", "refs/heads/refs/heads/main", "refs/main"]
    {
        let repo = pushed();
        let forged = forge(&repo);
        git(repo.path(), &["update-ref", name, &forged]);
        for named in [&[][..], &["--approved-ref", "main"]] {
            let run = gate(&repo, named);
            assert_eq!(run.code, 1, "{name} {named:?}: {}{}", run.out, run.err);
        }
    }
}

#[test]
fn a_repository_that_cannot_be_read_is_no_green() {
    let kinds = [
        (
            &["init", "--quiet", "--object-format=sha256", "."][..],
            "this repository uses SHA-256, which exledger does not support yet: libgit2 has it as an experiment since 1.6, and by default from 2.0 on help: keep the ledger in a repository with SHA-1",
        ),
        (
            &["config", "extensions.refStorage", "reftable"],
            "this repository keeps its refs in a reftable, which exledger does not support yet help: use a clone that keeps them in files (`git clone --ref-format=files`)",
        ),
    ];
    for (kind, message) in kinds {
        let place = crate::support::temporary();
        if kind[0] != "init" {
            git(place.path(), &["init", "--quiet", "."]);
            git(place.path(), &["config", "core.repositoryFormatVersion", "1"]);
        }
        git(place.path(), kind);
        fs::write(place.path().join(POLICY), CLAIMED).unwrap();
        for args in [&["check", "--application", "billing"][..], &["list"], &["verify"], &["queue"]]
        {
            let run = cli::run(place.path(), args);
            assert_eq!(run.code, 3, "{args:?}: {}", run.out);
            let said = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(message), "{args:?}: {said}");
            assert!(!said.contains("use a clone without it"), "{args:?}: {said}");
        }
    }
}

#[test]
fn the_mailmap_of_the_work_tree_says_nothing() {
    let line = "Ana Ruiz <ana@example.com> <ar@home.example.com>\n";
    let landed = |repo: Repo| {
        repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
        repo.by("A. R. <ar@home.example.com>").merge("file", "Merge branch 'file'");
        repo.checkout();
        repo
    };
    let plain = landed(ledger("version: 1\n", &[]));
    let start = ledger("version: 1\n", &[]);
    start.by("root").write(".mailmap", line).commit("Map");
    let mapped = landed(start);
    for (repo, honest) in [(plain, 0), (mapped, 1)] {
        assert_eq!(gate(&repo, &[]).code, honest);
        for text in ["", line, "Lee Chan <lee@example.com> <ar@home.example.com>\n"] {
            repo.scribble(".mailmap", text);
            assert_eq!(gate(&repo, &[]).code, honest, "{text}");
        }
        repo.scribble("elsewhere", line);
        repo.config("mailmap.file", &repo.path().join("elsewhere").display().to_string());
        assert_eq!(gate(&repo, &[]).code, honest);
        fs::remove_file(repo.path().join(".mailmap")).unwrap();
        assert_eq!(gate(&repo, &[]).code, honest);
    }
}
