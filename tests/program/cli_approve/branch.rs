//! Approving the content of a branch without checking it out, and writing the files elsewhere.

use super::{ID, POLICY, World};
use crate::cli;
use crate::support::repo::git;

#[test]
fn a_branch_gets_one_commit_by_nobody_and_nothing_else_moves() {
    let world = World::new(POLICY);
    let (main, tip) = (world.repo.tip("main"), world.repo.tip("billing"));
    let run = world.speak("dana", &[ID, "--ref", "billing"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("git push origin billing"), "{}", run.out);
    let made = world.repo.git.find_commit(world.repo.tip("billing")).unwrap();
    assert_eq!(made.parent_ids().collect::<Vec<_>>(), [tip]);
    for hand in [made.author(), made.committer()] {
        assert_eq!(hand.name().unwrap(), "exledger approvals");
        assert_eq!(hand.email().unwrap(), "approvals@exledger.invalid");
    }
    assert_eq!(made.message().unwrap(), "Approve EXC-2026-7F3KQ\n");
    let changed = git(world.repo.path(), &["diff", "--name-only", "billing~", "billing"]);
    assert_eq!(changed.lines().count(), 2, "{changed}");
    assert_eq!(world.repo.tip("main"), main);
    assert_eq!(git(world.repo.path(), &["status", "--porcelain"]), "");
    assert!(world.written().is_empty());
}

#[test]
fn a_branch_that_is_checked_out_is_left_alone() {
    let world = World::new(POLICY);
    world.switch("billing");
    let tip = world.repo.tip("billing");
    let run = world.speak("dana", &[ID, "--ref", "billing"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("is checked out in"), "{}", run.err);
    assert_eq!(world.repo.tip("billing"), tip);
    // A branch checked out in another work tree is refused, too.
    world.switch("main");
    let other = crate::support::temporary();
    let place = other.path().join("tree").display().to_string();
    git(world.repo.path(), &["worktree", "add", "-q", &place, "billing"]);
    let run = world.speak("dana", &[ID, "--ref", "billing"]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("tree"), "{}", run.err);
    assert_eq!(world.repo.tip("billing"), tip);
}

/// A clone of the world, in which Dana works.
fn cloned(world: &World) -> tempfile::TempDir {
    let clone = world.repo.clone_with(&[]);
    let key = world.key("dana").display().to_string();
    for (key, value) in
        [("user.name", "Dana Kim"), ("user.email", "dana@example.com"), ("user.signingkey", &key)]
    {
        git(clone.path(), &["config", key, value]);
    }
    clone
}

fn approve(folder: &std::path::Path, branch: &str) -> cli::Run {
    let path = std::env::var("PATH").unwrap_or_default();
    let args = ["--on", "2026-11-20T12:00:00Z", "approve", ID, "--ref", branch];
    cli::run_with(folder, &args, &[("PATH", &path)])
}

#[test]
fn a_branch_of_the_remote_is_approved_and_pushed_as_it_says() {
    let world = World::new(POLICY);
    let clone = cloned(&world);
    let run = approve(clone.path(), "billing");
    assert_eq!(run.code, 0, "{}", run.err);
    let push = run.out.lines().last().unwrap();
    assert_eq!(push, "git push origin billing");
    git(clone.path(), &["push", "-q", "origin", "billing"]);
    let log = git(world.repo.path(), &["log", "-1", "--format=%an %s", "billing"]);
    assert_eq!(log.trim(), "exledger approvals Approve EXC-2026-7F3KQ");
}

#[test]
fn a_branch_that_fell_behind_is_refused_with_the_one_to_name() {
    let world = World::new(POLICY);
    let clone = cloned(&world);
    git(clone.path(), &["branch", "-q", "billing", "origin/billing"]);
    let work = world.repo.branch("billing").by("ana");
    work.edit(ID, "expires: 2026-12-18").commit("Two days less");
    git(clone.path(), &["fetch", "-q"]);
    let run = approve(clone.path(), "billing");
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("--ref origin/billing"), "{}", run.err);
    let run = approve(clone.path(), "origin/billing");
    assert_eq!(run.code, 0, "{}", run.err);
    git(clone.path(), &["push", "-q", "origin", "billing"]);
}

#[test]
fn with_a_folder_the_files_go_there_and_nowhere_else() {
    let world = World::new(POLICY);
    let tip = world.repo.tip("billing");
    let out = crate::support::temporary();
    let place = out.path().join("signed").display().to_string();
    let said = world.said("dana", &[ID, "--ref", "billing", "--out", &place]);
    for file in said["files"].as_array().unwrap() {
        let file = std::path::Path::new(file.as_str().unwrap());
        assert_eq!(file.parent().unwrap(), out.path().join("signed"));
        assert!(file.is_file());
    }
    assert_eq!(world.repo.tip("billing"), tip);
    assert!(world.written().is_empty());
    let again = world.speak("dana", &[ID, "--ref", "billing", "--out", &place]);
    assert!(again.out.contains("said before"), "{}", again.out);
}

#[test]
fn a_dry_run_shows_the_text_and_leaves_no_trace() {
    let world = World::new(POLICY);
    world.switch("billing");
    let tip = world.repo.tip("billing");
    let run = world.speak("dana", &[ID, "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("\nsha256 "), "{}", run.out);
    assert!(run.out.contains("would write"), "{}", run.out);
    assert!(world.written().is_empty());
    assert_eq!(world.repo.tip("billing"), tip);
}
