//! Approving the content of a branch without checking it out, and writing the files elsewhere.

use super::{BRANCH, ID, POLICY, World};
use crate::support::repo::git;

#[test]
fn the_branch_of_statements_gets_one_commit_by_nobody_and_nothing_else_moves() {
    let world = World::new(POLICY);
    let (main, tip) = (world.repo.tip("main"), world.repo.tip("billing"));
    let run = world.speak("dana", &[ID, "--ref", "billing"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let made = world.repo.git.find_commit(world.repo.tip(BRANCH)).unwrap();
    assert_eq!(made.parent_count(), 0);
    for hand in [made.author(), made.committer()] {
        assert_eq!(hand.name().unwrap(), "exledger approvals");
        assert_eq!(hand.email().unwrap(), "approvals@exledger.invalid");
    }
    assert_eq!(made.message().unwrap(), "Approve EXC-2026-7F3KQ\n");
    let files = git(world.repo.path(), &["ls-tree", "-r", "--name-only", BRANCH]);
    assert_eq!(files.lines().count(), 2, "{files}");
    assert_eq!((world.repo.tip("main"), world.repo.tip("billing")), (main, tip));
    assert_eq!(git(world.repo.path(), &["status", "--porcelain"]), "");
    // The next one stands on it; what is checked out doesn't matter.
    world.switch("billing");
    world.said("lee", &[ID]);
    let next = world.repo.git.find_commit(world.repo.tip(BRANCH)).unwrap();
    assert_eq!(next.parent_ids().collect::<Vec<_>>(), [made.id()]);
    assert!(world.written().is_empty());
}

#[test]
fn where_the_branch_of_statements_is_checked_out_nothing_is_signed() {
    let world = World::new(POLICY);
    world.said("lee", &[ID, "--ref", "billing"]);
    let tip = world.repo.tip(BRANCH);
    let other = crate::support::temporary();
    let place = other.path().join("tree").display().to_string();
    git(world.repo.path(), &["worktree", "add", "-q", &place, BRANCH]);
    let run = world.speak("dana", &[ID, "--ref", "billing"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("is checked out in"), "{}", run.err);
    assert_eq!(world.repo.tip(BRANCH), tip);
    let help = run.err.split('`').nth(1).unwrap().to_owned();
    assert!(help.ends_with("switch --detach"), "{}", run.err);
    let words: Vec<&str> = help.split(' ').skip(1).collect();
    git(world.repo.path(), &words);
    world.said("dana", &[ID, "--ref", "billing"]);
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
    assert!(world.repo.find(BRANCH).is_none());
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
    assert!(world.repo.find(BRANCH).is_none());
    assert_eq!(world.repo.tip("billing"), tip);
}
