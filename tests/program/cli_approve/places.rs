//! Ledgers in other places: below a folder, in a linked work tree, in a bare repository, before their first policy.

use std::path::Path;

use super::{BRANCH, ID, POLICY, RECORD, World, keys};
use crate::cli;
use crate::support::repo::{Repo, git, speak};

const NOW: &str = "2026-11-20T12:00:00Z";

/// Runs `approve` in a folder, and returns its answer.
fn approve(folder: &Path, args: &[&str]) -> serde_json::Value {
    let path = std::env::var("PATH").unwrap_or_default();
    let args = [&["--on", NOW, "approve"], args, &["--format", "json"]].concat();
    let run = cli::run_with(folder, &args, &[("PATH", &path)]);
    assert_eq!(run.code, 0, "{args:?}: {}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn a_ledger_below_a_folder_keeps_its_approvals_there() {
    let keys = keys();
    let world = World { repo: Repo::at("2026-11-20T09:00:00Z"), keys };
    let signers = [world.line("dana"), world.line("lee"), speak::bridge_line()].concat();
    let repo = &world.repo;
    repo.by("lee")
        .write("svc/exledger.yaml", POLICY)
        .write("svc/.github/allowed_signers", &signers)
        .commit("Keep exceptions in a ledger");
    repo.branch("billing")
        .by("ana")
        .write("svc/exceptions/2026/EXC-2026-7F3KQ.yaml", RECORD)
        .commit("File it");
    let head = repo.tip("billing").to_string();
    repo.checkout();
    let ledger = repo.path().join("svc");
    world.is("dana", "dana");
    let said = approve(&ledger, &[ID, "--ref", "billing"]);
    let path = said["files"][0].as_str().unwrap();
    assert!(path.starts_with("exceptions/.approvals/EXC-2026-7F3KQ/"), "{path}");
    let changed = git(repo.path(), &["ls-tree", "-r", "--name-only", BRANCH]);
    assert!(changed.starts_with(&format!("svc/{path}\n")), "{changed}");
    // Of the checked-out record, from the folder and from above it.
    git(repo.path(), &["checkout", "-q", "billing"]);
    world.is("lee", "lee");
    let said = approve(repo.path(), &["-C", "svc", ID]);
    let path = said["files"][0].as_str().unwrap();
    git(repo.path(), &["cat-file", "-e", &format!("{BRANCH}:svc/{path}")]);
    git(repo.path(), &["checkout", "-q", "main"]);
    // The forge's reviews of landed content.
    let landing = repo.by("ana").through("github").squash("billing", "File it (#1)");
    repo.checkout();
    let json = format!(
        r##"{{"pull_request": "#1", "landing": "{landing}", "reviews": [{{"login": "sfox", "email": "sam@example.com",
            "permission": "write", "state": "approved", "commit": "{head}", "at": "2026-11-20T10:30:00Z",
            "url": "https://forge.example.com/1", "reason": "Two\nlines"}}]}}"##
    );
    std::fs::write(ledger.join("reviews.json"), json).unwrap();
    let key = world.key("bridge").display().to_string();
    let said = approve(&ledger, &["--from-reviews", "reviews.json", "--key", &key]);
    let path = said["results"][0]["files"][0].as_str().unwrap();
    let text = git(repo.path(), &["show", &format!("{BRANCH}:svc/{path}")]);
    assert!(text.contains("\nreason Two lines\nvia https://forge.example.com/1\n"), "{text}");
}

#[test]
fn a_linked_work_tree_is_approved_where_it_is() {
    let world = World::new(POLICY);
    world.is("dana", "dana");
    let other = crate::support::temporary();
    let place = other.path().join("tree");
    let place_text = place.display().to_string();
    git(world.repo.path(), &["worktree", "add", "-q", &place_text, "billing"]);
    let said = approve(&place, &[ID]);
    let path = said["files"][0].as_str().unwrap().to_owned();
    assert_eq!(world.stated().remove(0).0, path);
    assert!(world.written().is_empty());
}

#[test]
fn a_bare_repository_has_branches_to_approve_and_nothing_else() {
    let world = World::new(POLICY);
    let folder = crate::support::temporary();
    let from = world.repo.path().display().to_string();
    git(folder.path(), &["clone", "-q", "--bare", &from, "bare"]);
    let bare = folder.path().join("bare");
    let key = world.key("dana").display().to_string();
    for (name, value) in [("user.email", "dana@example.com"), ("user.signingkey", &key)] {
        git(&bare, &["config", name, value]);
    }
    approve(&bare, &[ID, "--ref", "billing"]);
    assert!(git(&bare, &["ls-tree", "-r", "--name-only", BRANCH]).contains(ID));
    let run = cli::run(&bare, &["--on", NOW, "approve", ID]);
    assert_eq!((run.code, run.out.as_str()), (3, ""), "{}", run.err);
}

#[test]
fn what_lands_with_the_first_policy_is_approved_under_that() {
    for is_named in [true, false] {
        let world = World { repo: Repo::at("2026-11-20T09:00:00Z"), keys: keys() };
        let repo = &world.repo;
        let root = repo.by("lee").write("README.md", "Payments\n").commit("Start").to_string();
        let name = "name: example/payments\n";
        let plain = POLICY.replace(name, "");
        let named = plain.replacen("version: 1\n", &format!("version: 1\n{name}"), 1);
        repo.branch("ledger")
            .by("ana")
            .write("exledger.yaml", if is_named { &named } else { &plain })
            .write(".github/allowed_signers", &world.line("dana"))
            .write(ID, RECORD)
            .commit("Keep exceptions in a ledger");
        repo.checkout();
        world.switch("ledger");
        world.is("dana", "dana");
        let run = world.run(&["approve", ID]);
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        assert!(run.out.contains("it counts once that is merged"), "{}", run.out);
        let text = world.stated().remove(0).1;
        let ledger = if is_named { "example/payments" } else { root.as_str() };
        assert!(text.contains(&format!("\nledger {ledger}\n")), "{text}");
        // Once is enough, and another key needs its line on this branch.
        assert_eq!(world.run(&["approve", ID]).code, 0);
        assert_eq!(world.stated().len(), 1);
        world.is("lee", "lee");
        let run = world.run(&["approve", ID]);
        assert_eq!(run.code, 1, "{}{}", run.out, run.err);
        let first = "First have this line added to .github/allowed_signers on this branch";
        assert!(run.out.contains(first), "{}", run.out);
    }
}

#[test]
fn a_shallow_clone_records_no_review_by_rules_that_may_not_count() {
    let world = World::new(POLICY);
    let head = world.repo.tip("billing").to_string();
    let landing = world.squash("billing");
    for ways in [&["--depth=1", "--no-single-branch"][..], &["--depth=1"]] {
        let clone = world.repo.clone_with(ways);
        git(clone.path(), &["fetch", "-q", "origin", "refs/heads/billing"]);
        let json = format!(
            r##"{{"pull_request": "#1", "landing": "{landing}", "reviews": [{{"login": "lchen", "email": null,
                "state": "approved", "commit": "{head}", "at": "2026-11-20T10:30:00Z",
                "url": "https://forge.example.com/1", "reason": null}}]}}"##
        );
        std::fs::write(clone.path().join("reviews.json"), json).unwrap();
        let key = world.key("bridge").display().to_string();
        let bridge = ["approve", "--from-reviews", "reviews.json", "--key", &key];
        let run = cli::run(clone.path(), &[&["--on", NOW], &bridge[..]].concat());
        assert_eq!((run.code, run.out.as_str()), (3, ""), "{ways:?}: {}", run.err);
        assert!(run.err.contains("unshallow"), "{ways:?}: {}", run.err);
    }
}
