//! The proposals of branches and the work tree.

use std::path::Path;

use exledger::history::branch::Branch;
use exledger::history::paths::LedgerPrefix;
use exledger::history::proposal::{self, Proposals, Sources};
use exledger::history::refs;
use exledger::history::version::{Content, TrailKey};
use exledger::store::git::Repository;

use crate::history::versions::{OTHER, filed, other};
use crate::support::history::{chain_of, own, read_history};
use crate::support::repo::{self, Repo};
use crate::support::samples::{ID, SAMPLE};

/// Returns the proposals in the repository of a folder.
fn proposals_of(folder: &Path) -> Proposals {
    let git = Repository::discover(folder).unwrap();
    let refs = git.refs().unwrap();
    let chosen = refs::choose(&refs, None, &|name| git.find(name), None).unwrap();
    let now = exledger::record::time::Instant::MAX;
    let prefix = LedgerPrefix::default();
    let history = read_history(&git, chain_of(&git, now), &prefix);
    let records = ["exceptions".to_owned()];
    let mut sources = Sources::from_refs(&refs, &chosen, Vec::new());
    sources.loose = git.loose(sources.head, &prefix, &records).unwrap();
    proposal::read(&git, &history, &prefix, &records, &sources).unwrap()
}

/// Returns each proposal as `<id> <branch> <author> <events>`, in order.
fn told(proposals: &Proposals) -> Vec<String> {
    assert_eq!(proposals.obstacles, []);
    let mut told = Vec::new();
    for (key, of_one) in &proposals.by_key {
        for one in of_one {
            let author =
                one.author.as_ref().map_or("-", |(_, email)| email.split('@').next().unwrap());
            let events: Vec<&str> = one.events.iter().map(|event| event.as_str()).collect();
            let branch = one.branch.as_deref().unwrap_or("-");
            told.push(format!("{key} {branch} {author} {}", events.join("+")));
        }
    }
    told
}

/// A repository whose `main` is checked out.
fn checked_out() -> Repo {
    let repo = filed();
    repo.checkout();
    repo
}

#[test]
fn nothing_is_proposed_where_all_has_landed() {
    let repo = filed();
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-10").commit("Shorten");
    repo.by("lee").merge("x", "Merge");
    repo.branch("y").by("ana").write("README.md", "x").commit("Else");
    repo.checkout();
    assert_eq!(told(&proposals_of(repo.path())), Vec::<String>::new());
}

#[test]
fn branches_propose_what_they_change_since_they_set_out() {
    let repo = checked_out();
    repo.branch("renew").by("ana").edit(ID, "expires: 2027-01-10").commit("Extend");
    repo.branch("renew").by("sam").edit(ID, "title: Another").commit("Retitle");
    repo.branch("new").by("sam").write(OTHER, &other()).commit("File");
    repo.branch("gone").by("dana").remove(ID).commit("Remove");
    repo.branch("broken").by("dana").write(ID, "id: [").commit("Break");
    assert_eq!(
        told(&proposals_of(repo.path())),
        [
            "EXC-2026-0THER new sam filed".to_owned(),
            format!("{ID} broken dana broken"),
            format!("{ID} gone dana removed"),
            format!("{ID} renew ana extended+amended"),
        ]
    );
    let proposals = proposals_of(repo.path());
    let renewal = &proposals.by_key[&TrailKey::Id(ID.to_owned())][2];
    assert_eq!(renewal.since.unwrap().to_string(), "2026-11-20T11:00:00Z");
    assert_eq!(renewal.latest.unwrap().to_string(), "2026-11-20T12:00:00Z");
    assert_eq!(renewal.record.record().unwrap().title, "Another");
}

#[test]
fn a_stale_branch_proposes_nothing_about_a_record_that_moved_on() {
    let repo = checked_out();
    repo.branch("stale").by("sam").write("README.md", "x").commit("Else");
    repo.branch("same").by("sam").edit(ID, "expires: 2026-12-10").commit("Shorten");
    repo.by("ana").edit(ID, "expires: 2026-12-10").commit("Shorten");
    repo.checkout();
    assert_eq!(told(&proposals_of(repo.path())), Vec::<String>::new());
}

#[test]
fn a_branch_that_was_squashed_and_kept_proposes_nothing() {
    let repo = checked_out();
    repo.branch("kept").by("sam").edit(ID, "title: First").commit("Retitle");
    repo.branch("kept").by("sam").edit(ID, "title: Second").commit("Retitle again");
    repo.by("ana").edit(ID, "title: Second").commit("Squash kept (#1)");
    repo.by("ana").edit(ID, "expires: 2026-12-10").commit("Shorten");
    repo.checkout();
    assert_eq!(told(&proposals_of(repo.path())), Vec::<String>::new());
    let before = SAMPLE.to_owned();
    repo.branch("revert").by("sam").write(ID, &before).commit("Put it back");
    let told = told(&proposals_of(repo.path()));
    assert_eq!(told.len(), 1, "what landed before the branch began is proposed anew: {told:?}");
}

#[test]
fn a_branch_that_merged_the_mainline_proposes_its_own_changes_alone() {
    let repo = checked_out();
    repo.branch("x").by("sam").write(OTHER, &other()).commit("File");
    repo.by("ana").edit(ID, "expires: 2026-12-10").commit("Shorten");
    repo.branch("x").by("sam").merge("main", "Merge branch 'main' into x");
    repo.checkout();
    assert_eq!(told(&proposals_of(repo.path())), ["EXC-2026-0THER x sam filed"]);
}

#[test]
fn a_branch_with_a_beginning_of_its_own_proposes_what_it_has_and_removes_nothing() {
    let repo = checked_out();
    repo.orphan("pages").by("sam").write("index.html", "Docs").commit("Publish");
    assert_eq!(told(&proposals_of(repo.path())), Vec::<String>::new());
    repo.orphan("other").by("sam").write(OTHER, &other()).commit("File");
    assert_eq!(told(&proposals_of(repo.path())), ["EXC-2026-0THER other sam filed"]);
}

#[test]
fn the_work_tree_proposes_what_is_not_committed() {
    let repo = checked_out();
    repo.scribble(OTHER, &other());
    repo.scribble(ID, &SAMPLE.replace("12-20", "12-30"));
    repo.scribble("exceptions/notes.txt", "not a record");
    repo.scribble("exceptions/.drafts/EXC-2026-DRAFT.yaml", "not a record either");
    let expected = ["EXC-2026-0THER - - filed".to_owned(), format!("{ID} - - extended")];
    assert_eq!(told(&proposals_of(repo.path())), expected);
    std::fs::remove_file(repo.path().join("exceptions/EXC-2026-7F3KQ.yaml")).unwrap();
    assert_eq!(told(&proposals_of(repo.path()))[1], format!("{ID} - - removed"));
}

#[test]
fn the_current_branch_and_the_work_tree_are_told_apart() {
    let repo = checked_out();
    repo.branch("topic").by("ana").edit(ID, "expires: 2026-12-30").commit("Extend");
    repo.git.set_head("refs/heads/topic").unwrap();
    repo.checkout();
    assert_eq!(told(&proposals_of(repo.path())), [format!("{ID} topic ana extended")]);
    repo.scribble(ID, &SAMPLE.replace("12-20", "12-31"));
    let expected = [format!("{ID} topic ana extended"), format!("{ID} - - extended")];
    assert_eq!(told(&proposals_of(repo.path())), expected);
    repo.scribble(ID, SAMPLE);
    assert_eq!(
        told(&proposals_of(repo.path())),
        [format!("{ID} topic ana extended")],
        "the work tree takes it back"
    );
}

#[test]
fn a_commit_on_no_branch_is_proposed_like_the_work_tree() {
    let repo = checked_out();
    repo.config("exledger.approvedRef", "main");
    let tip = repo.branch("topic").by("ana").edit(ID, "expires: 2026-12-30").commit("Extend");
    repo.git.set_head_detached(tip).unwrap();
    repo.checkout();
    repo.git.find_reference("refs/heads/topic").unwrap().delete().unwrap();
    assert_eq!(told(&proposals_of(repo.path())), [format!("{ID} - - extended")]);
    repo.scribble(
        ID,
        &SAMPLE
            .replace("expires: 2026-12-20", "expires: 2026-12-30")
            .replace("title: N", "title: M"),
    );
    assert_eq!(told(&proposals_of(repo.path())), [format!("{ID} - - extended+amended")]);
}

#[test]
fn in_a_clone_the_branches_of_the_remote_propose() {
    let repo = filed();
    repo.branch("renew").by("ana").edit(ID, "expires: 2027-01-10").commit("Extend");
    let clone = repo.clone_with(&[]);
    assert_eq!(told(&proposals_of(clone.path())), [format!("{ID} origin/renew ana extended")]);
    repo::git(clone.path(), &["checkout", "-q", "renew"]);
    assert_eq!(
        told(&proposals_of(clone.path())),
        [format!("{ID} origin/renew ana extended")],
        "it is named once"
    );
    repo::git(clone.path(), &["checkout", "-q", "-b", "own", "origin/main"]);
    std::fs::write(clone.path().join("exceptions/EXC-2026-0THER.yaml"), other()).unwrap();
    repo::git(clone.path(), &["add", "."]);
    let me = ["-c", "user.name=Me", "-c", "user.email=me@example.com", "commit", "-qm", "File"];
    repo::git(clone.path(), &me);
    let expected =
        ["EXC-2026-0THER own me filed".to_owned(), format!("{ID} origin/renew ana extended")];
    assert_eq!(told(&proposals_of(clone.path())), expected);
}

#[test]
fn files_that_a_sparse_work_tree_leaves_out_are_not_removed() {
    let repo = filed();
    let clone = repo.clone_with(&["--sparse"]);
    assert!(!clone.path().join("exceptions").exists());
    assert_eq!(told(&proposals_of(clone.path())), Vec::<String>::new());
}

#[test]
fn line_ends_that_git_converts_propose_nothing() {
    let repo = checked_out();
    repo.config("core.autocrlf", "true");
    repo.scribble(ID, &SAMPLE.replace('\n', "\r\n"));
    assert_eq!(told(&proposals_of(repo.path())), Vec::<String>::new());
}

#[test]
fn a_link_in_the_work_tree_is_no_record() {
    let repo = checked_out();
    let place = repo.path().join("exceptions/EXC-2026-7F3KQ.yaml");
    std::fs::rename(&place, repo.path().join("elsewhere.yaml")).unwrap();
    std::os::unix::fs::symlink("../elsewhere.yaml", &place).unwrap();
    assert_eq!(told(&proposals_of(repo.path())), [format!("{ID} - - removed")]);
}

#[test]
fn a_shallow_branch_proposes_only_what_never_landed() {
    let repo = filed();
    repo.branch("x")
        .by("sam")
        .edit(ID, "expires: 2027-01-10")
        .write(OTHER, &other())
        .commit("Both");
    repo.branch("x").by("sam").write("README.md", "x").commit("Else");
    let clone = repo.clone_with(&["--depth=1", "--no-single-branch"]);
    let proposals = proposals_of(clone.path());
    let keys: Vec<&str> = proposals.by_key.keys().map(TrailKey::as_str).collect();
    assert_eq!(keys, [OTHER]);
    assert_eq!(proposals.obstacles[0].0, "origin/x");
    assert!(proposals.obstacles[0].1.repair().contains("--unshallow"));
}

#[test]
fn a_branch_between_two_commits_is_what_git_says_is_ahead() {
    let repo = filed();
    let base = repo.tip("main");
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-10").commit("One");
    repo.by("dana").write("README.md", "x").commit("Else");
    repo.branch("x").by("sam").merge("main", "Merge branch 'main' into x");
    let merged = repo.tip("main");
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-11").commit("Two");
    repo.by("dana").write("README.md", "y").commit("Else again");
    let git = Repository::discover(repo.path()).unwrap();
    let (main, tip) = (own(repo.tip("main")), own(repo.tip("x")));
    let branch = Branch::between(&git, main, tip).unwrap().unwrap();
    let subjects: Vec<String> = branch.commits.iter().map(|commit| commit.subject()).collect();
    assert_eq!(subjects, ["One", "Merge branch 'main' into x", "Two"]);
    assert_eq!(branch.bases, [own(merged)]);
    assert_eq!(branch.truncated, None);
    assert!(Branch::between(&git, main, own(base)).unwrap().is_none());
    let back = Branch::between(&git, tip, main).unwrap().unwrap();
    assert_eq!(back.commits.len(), 1);
}

#[test]
fn two_copies_on_a_branch_are_in_conflict() {
    let repo = checked_out();
    let branch = repo.branch("x").by("sam").write("exceptions/a/EXC-2026-0THER.yaml", &other());
    branch.write(OTHER, &other()).commit("Twice");
    let proposals = proposals_of(repo.path());
    let proposed = &proposals.by_key[&TrailKey::Id(OTHER.to_owned())][0];
    assert!(matches!(&proposed.record, Content::Conflicted(paths) if paths.n == 2));
}
