//! Merges of every form: who changed a record in them, and what was changed in the merge itself.

use exledger::history::paths::LedgerPrefix;
use exledger::history::version::{MadeInMerge, TrailKey, VersionChange};
use exledger::history::walk;
use exledger::store::git::Repository;

use crate::history::versions::{OTHER, authors, changes, filed, last, other};
use crate::support::history::chain_of;
use crate::support::samples::{ID, SAMPLE};

#[test]
fn a_merge_lands_what_its_branch_holds_and_names_who_touched_it() {
    let repo = filed();
    repo.branch("renew").by("ana").edit(ID, "expires: 2026-12-10").commit("Shorten");
    repo.branch("renew").by("sam").write("README.md", "x").commit("Elsewhere");
    repo.branch("renew").by("sam").edit(ID, "expires: 2026-12-11").commit("A day more");
    repo.by("lee").through("github").merge("renew", "Merge pull request #7 from ana/renew");
    let version = last(&repo);
    assert_eq!(version.change, VersionChange::Amended);
    assert_eq!(authors(&version.touched), ["ana", "sam"]);
    assert_eq!(
        authors(&version.nested),
        ["sam"],
        "only the last commit holds the bytes that landed"
    );
    assert_eq!(version.made_in_merge, MadeInMerge::No);
    assert_eq!(version.truncated, None);
    assert_eq!(version.commit.author().email, "lee@example.com");
}

#[test]
fn a_change_that_the_branch_itself_undid_still_counts_its_author() {
    let repo = filed();
    repo.branch("x").by("sam").edit(ID, "expires: 2027-12-10").commit("Widen");
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-20").commit("Undo");
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    repo.by("lee").merge("x", "Merge");
    assert_eq!(authors(&last(&repo).touched), ["ana", "ana", "sam"]);
}

#[test]
fn a_broken_draft_on_a_branch_counts_its_author() {
    let repo = filed();
    repo.branch("x").by("sam").write(ID, "id: [").commit("Break");
    repo.branch("x").by("dana").write(ID, "id: [1").commit("Break it otherwise");
    repo.branch("x").by("ana").write(ID, &SAMPLE.replace("12-20", "12-01")).commit("Mend");
    repo.by("lee").merge("x", "Merge");
    assert_eq!(authors(&last(&repo).touched), ["ana", "dana", "sam"]);
}

#[test]
fn merging_the_mainline_into_a_branch_names_nobody_who_landed_before() {
    let repo = filed();
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    repo.by("dana").write(OTHER, &other()).commit("File another");
    repo.branch("x").by("sam").merge("main", "Merge branch 'main' into x");
    repo.by("lee").merge("x", "Merge pull request #8 from ana/x");
    let version = last(&repo);
    assert_eq!(authors(&version.touched), ["ana"]);
    assert_eq!(version.nested.len(), 1);
    assert_eq!(repo.trail(OTHER).versions.len(), 1);
}

#[test]
fn an_ours_merge_lands_nothing() {
    let repo = filed();
    repo.branch("x").by("ana").edit(ID, "expires: 2027-12-01").commit("Widen");
    repo.by("lee").merge_ours(&["x"], "Merge branch 'x'");
    assert_eq!(changes(&repo.trail(ID)), [VersionChange::Introduced]);
}

#[test]
fn a_clean_merge_of_both_sides_is_the_work_of_nobody_new() {
    let repo = filed();
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    repo.by("dana").edit(ID, "title: Another title").commit("Retitle");
    repo.by("lee").merge("x", "Merge");
    let version = last(&repo);
    assert_eq!(version.made_in_merge, MadeInMerge::AutoMerged);
    assert_eq!(authors(&version.touched), ["ana"]);
    assert!(version.nested.is_empty());
}

#[test]
fn what_a_merge_adds_itself_is_made_in_the_merge() {
    let repo = filed();
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    repo.by("dana").edit(ID, "title: Another title").commit("Retitle");
    repo.by("lee").edit(ID, "expires: 2028-01-01").merge("x", "Merge");
    assert_eq!(last(&repo).made_in_merge, MadeInMerge::Made);

    let repo = filed();
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    repo.by("lee").write("README.md", "x").edit(ID, "expires: 2028-01-01").merge("x", "Merge");
    assert_eq!(last(&repo).made_in_merge, MadeInMerge::Made, "the first parent did not change it");

    let repo = filed();
    repo.branch("x").by("ana").write("README.md", "x").commit("Else");
    repo.by("lee").write(OTHER, &other()).merge("x", "Merge");
    assert_eq!(repo.trail(OTHER).versions[0].made_in_merge, MadeInMerge::Made);
}

#[test]
fn a_move_on_one_side_and_a_change_on_the_other_are_made_in_the_merge() {
    let repo = filed();
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    repo.by("dana").rename(ID, "exceptions/a/EXC-2026-7F3KQ.yaml").commit("Move");
    repo.by("lee").merge("x", "Merge");
    let version = last(&repo);
    assert_eq!(version.change, VersionChange::Amended);
    assert_eq!(version.made_in_merge, MadeInMerge::No, "the bytes are those of the branch");
}

#[test]
fn a_removal_that_a_branch_brings_is_not_made_in_the_merge() {
    let repo = filed();
    repo.branch("x").by("ana").remove(ID).commit("Remove");
    repo.by("dana").write("README.md", "x").commit("Else");
    repo.by("lee").merge("x", "Merge");
    let version = last(&repo);
    assert_eq!(version.change, VersionChange::Removed);
    assert_eq!(version.made_in_merge, MadeInMerge::No);
    assert_eq!(authors(&version.touched), ["ana"]);
}

#[test]
fn an_octopus_holds_its_branches_or_is_made() {
    let repo = filed();
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    repo.branch("y").by("sam").write(OTHER, &other()).commit("File");
    repo.by("lee").octopus(&["x", "y"], "Merge branches 'x' and 'y'");
    assert_eq!(last(&repo).made_in_merge, MadeInMerge::No);
    assert_eq!(authors(&last(&repo).touched), ["ana"]);
    assert_eq!(authors(&repo.trail(OTHER).versions[0].touched), ["sam"]);

    let repo = filed();
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    repo.branch("y").by("sam").write(OTHER, &other()).commit("File");
    repo.by("lee").edit(ID, "expires: 2029-12-01").octopus(&["x", "y"], "Merge");
    assert_eq!(last(&repo).made_in_merge, MadeInMerge::Made);
}

#[test]
fn a_criss_cross_whose_bases_disagree_is_made_in_the_merge() {
    let repo = filed();
    // Both sides change different lines, then each merges the other's first commit.
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    repo.branch("y")
        .by("sam")
        .edit(ID, "expires: 2026-12-01")
        .edit(ID, "title: Y")
        .commit("Retitle");
    let (x, y) = (repo.tip("x").to_string(), repo.tip("y").to_string());
    repo.branch_from("first-x", &x);
    repo.branch_from("first-y", &y);
    repo.by("dana").merge("x", "Merge x");
    repo.by("dana").merge("first-y", "Merge y");
    repo.branch("y").by("sam").merge("first-x", "Merge x into y");
    repo.branch("y").by("sam").edit(ID, "root_cause: timeout").commit("Another cause");
    repo.by("dana")
        .edit(ID, "justification: Longer than before, and with good reasons for it")
        .commit("Say more");
    repo.by("lee").merge("y", "Merge y again");
    let version = last(&repo);
    assert_eq!(version.made_in_merge, MadeInMerge::Made);
    assert_eq!(authors(&version.touched), ["sam"]);
}

#[test]
fn an_unrelated_history_is_merged_as_new() {
    let repo = filed();
    repo.orphan("import").by("sam").write(OTHER, &other()).commit("Root");
    let (ours, theirs) = (repo.tip("main"), repo.tip("import"));
    let mut files = repo.files(Some(ours));
    files.0.extend(repo.files(Some(theirs)).0);
    let tree = files.store(&repo.git);
    let raw = format!(
        "tree {tree}\nparent {ours}\nparent {theirs}\nauthor L <lee@example.com> 1795000000 +0000\n\
         committer L <lee@example.com> 1795000000 +0000\n\nMerge\n"
    );
    repo.raw_commit("main", raw.as_bytes());
    let trail = repo.trail(OTHER);
    assert_eq!(changes(&trail), [VersionChange::Introduced]);
    assert_eq!(authors(&trail.versions[0].touched), ["sam"]);
    assert_eq!(authors(&trail.versions[0].nested), ["sam"]);
    assert_eq!(trail.versions[0].made_in_merge, MadeInMerge::No);
}

#[test]
fn a_squash_and_a_direct_push_have_no_branch() {
    let repo = filed();
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    repo.by("ana").through("github").squash("x", "Shorten (#9)");
    let version = last(&repo);
    assert!(version.touched.is_empty() && version.nested.is_empty());
    assert_eq!(version.commit.committer().name, "GitHub");
    repo.branch("y").by("ana").edit(ID, "expires: 2026-11-30").commit("Shorten more");
    repo.by("lee").rebase("y");
    let version = last(&repo);
    assert_eq!(
        (version.commit.author().email.as_str(), version.commit.committer().email.as_str()),
        ("ana@example.com", "lee@example.com")
    );
}

#[test]
fn a_few_records_have_the_same_trails_alone_as_among_all() {
    let repo = filed();
    repo.branch("x")
        .by("ana")
        .edit(ID, "expires: 2026-12-01")
        .write(OTHER, &other())
        .commit("Both");
    repo.branch("x").by("sam").rename(ID, "exceptions/a/EXC-2026-7F3KQ.yaml").commit("Move");
    repo.by("dana").write("README.md", "x").commit("Else");
    repo.by("lee").merge("x", "Merge");
    repo.by("lee").write("exledger.yaml", "version: 1\nname: x\n").commit("Name it");
    repo.by("lee").remove(OTHER).commit("Remove");
    repo.by("lee").write(OTHER, &other()).commit("Again");
    let git = Repository::discover(repo.path()).unwrap();
    let chain = chain_of(&git, repo.now());
    let all = repo.history();
    for id in [ID, OTHER] {
        let names = exledger::history::watched_paths::RecordFilter::of([id.to_owned()].into());
        let few =
            walk::walk_named(&git, chain.clone(), &LedgerPrefix::default(), None, (&names, None))
                .unwrap();
        let keys: Vec<&str> = few.trails.keys().map(TrailKey::as_str).collect();
        assert_eq!(keys, [id]);
        let key = TrailKey::Id(id.to_owned());
        assert_eq!(format!("{:?}", few.trails[&key]), format!("{:?}", all.trails[&key]));
        assert_eq!(format!("{:?}", few.governance), format!("{:?}", all.governance));
    }
}
