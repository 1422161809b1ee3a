//! The walk along first parents: clocks, boundaries, suspicious merges, and the state at a date.

use exledger::history::mainline::{Flag, Guard};
use exledger::history::objects::{Extent, Obstacle};
use exledger::history::paths::LedgerPrefix;
use exledger::history::version::{Content, TrailKey, Version, VersionChange};
use exledger::history::walked::History;
use exledger::history::{refs, walk};
use exledger::record::time::Instant;
use exledger::store::git::Repository;

use crate::history::versions::{OTHER, changes, filed, other};
use crate::support::history::{chain_of, history_of, own};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// Commit times, and the mainline's effective times.
#[test]
fn effective_time_never_goes_back_and_never_lies_in_the_future() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let times = [
        "2026-11-20T09:00:00Z",
        "2026-11-22T09:00:00Z",
        "2026-11-21T09:00:00Z",
        "2031-01-01T00:00:00Z",
        "2026-11-23T09:00:00Z",
    ];
    for time in times {
        repo.clock(time);
        repo.by("ana").write("README.md", time).commit(time);
    }
    let git = Repository::discover(repo.path()).unwrap();
    let told = |now: exledger::record::time::Instant| -> Vec<(String, Vec<Flag>)> {
        let landings = chain_of(&git, now).mainline.landings;
        landings
            .iter()
            .map(|it| (it.effective.to_string(), it.flags.iter().copied().collect()))
            .collect()
    };
    let day = |text: &str, flags: &[Flag]| (format!("{text}T09:00:00Z"), flags.to_vec());
    let expected = [
        day("2026-11-20", &[]),
        day("2026-11-22", &[]),
        day("2026-11-22", &[Flag::ClockSkew]),
        day("2026-11-22", &[Flag::FutureDated]),
        day("2026-11-23", &[]),
    ];
    assert_eq!(told(instant("2026-11-23T09:00:00Z")), expected);
    let late = told(instant("2031-01-01T00:00:00Z"));
    assert_eq!(late[3].1, []);
    assert_eq!(late[4], ("2031-01-01T00:00:00Z".to_owned(), vec![Flag::ClockSkew]));
    let tolerated = told(instant("2026-11-23T08:55:00Z"));
    assert_eq!(tolerated[4].1, [], "a clock may be five minutes ahead");
    assert_eq!(told(instant("2026-11-23T08:54:59Z"))[4].1, [Flag::FutureDated]);
}

#[test]
fn a_commit_whose_time_cannot_be_read_takes_the_time_before() {
    let repo = filed();
    let parent = repo.tip("main");
    let tree = repo.files(Some(parent)).store(&repo.git);
    let raw = format!(
        "tree {tree}\nparent {parent}\nauthor Ana ana@example.com\n\
         committer Ana <ana@example.com> 99999999999999999999 +0000\n\nOdd\n"
    );
    repo.raw_commit("main", raw.as_bytes());
    repo.by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    let history = repo.history();
    let odd = &history.mainline.landings[2];
    assert_eq!((odd.committed, odd.effective), (None, history.mainline.landings[1].effective));
    assert!(odd.flags.contains(&Flag::Malformed));
    assert_eq!(history.trails[&TrailKey::Id(ID.to_owned())].versions.len(), 2);
}

#[test]
fn a_branch_whose_name_has_a_slash_is_known_under_any_remote() {
    let repo = filed();
    repo.set_ref("refs/heads/release/2.0", repo.tip("main"));
    for (message, suspicious) in [
        ("Merge remote-tracking branch 'origin/release/2.0'", true),
        ("Merge remote-tracking branch 'fork/release/2.0'", true),
        ("Merge remote-tracking branch 'acme/pay/release/2.0'", true),
        ("Merge remote-tracking branch 'fork/release/1.0'", false),
    ] {
        repo.branch("x").by("ana").write("README.md", message).commit("Else");
        repo.branch("release/2.0").by("lee").merge("x", message);
        let git = Repository::discover(repo.path()).unwrap();
        let refs = git.refs().unwrap();
        let find = |name: &str| git.find(name);
        let chosen = refs::choose(&refs, Some("refs/heads/release/2.0"), &find, None).unwrap();
        let chain = exledger::history::chain::walk(&git, &chosen, repo.now()).unwrap();
        let flags = chain.mainline.landings.last().unwrap().flags.clone();
        assert_eq!(flags.contains(&Flag::Suspicious), suspicious, "{message}");
    }
}

fn check_merges(cases: &[(&str, bool)]) {
    for (message, suspicious) in cases {
        let repo = filed();
        repo.branch("x").by("ana").write("README.md", "x").commit("Else");
        repo.by("lee").merge("x", message);
        let flags = repo.history().mainline.landings.pop().unwrap().flags;
        assert_eq!(flags.contains(&Flag::Suspicious), *suspicious, "{message}");
    }
}

#[test]
fn merges_of_the_mainline_into_itself_are_suspicious() {
    let cases = [
        ("Merge branch 'main'", true),
        ("Merge branch 'main' into topic", true),
        ("Merge branch 'main' of https://example.com/repo", true),
        ("Merge remote-tracking branch 'origin/main'", true),
        ("Merge remote-tracking branch 'upstream/master' into x", true),
        ("Merge branch 'master'", true),
        ("Merge branch 'origin/main' into topic", true),
        ("Merge branch 'base1' into feat", true),
        ("Merge branch 'acme:main' into main", true),
        ("Merge remote-tracking branch 'fork/main'", true),
        ("Merge commit 'main^0' into work", true),
        ("Merge remote-tracking branch 'origin/HEAD'", true),
        ("Merge remote-tracking branch 'origin'", true),
        ("Merge remote-tracking branch 'remotes/fork/main'", true),
        ("Merge branch 'refs/heads/main'", true),
        ("Merge branch 'refs/remotes/origin/HEAD' into main", true),
        ("Merge commit 'origin/main~0'", true),
        ("Merge commit 'origin/main^{commit}'", true),
        ("Merge commit 'main@{upstream}'", true),
        ("Merge commit 'origin/topic~0'", false),
        ("Merge branch 'upstream'", false),
        ("Merge branch 'fix@main'", false),
        ("Merge remote-tracking branch 'origin/topic/main'", false),
        ("Merge tag 'v1' into work", true),
        ("Merge branches 'main' and 'other' into work", true),
        ("Merge branch 'b'1' into feat", true),
        ("Merge branch 'a','b' into feat", true),
        ("Merge branch 'main'' into feat", true),
        ("Merge branch 'base1' into main'", true),
        ("Merge branch 'base1' into main\u{a0}\n\nBody", true),
        ("Merge branch 'base1' into refs/heads/main", true),
        ("Merge branch 'b'1' into main", false),
        ("Merge branch 'x' into 'main'", true),
        ("Merge branch 'x' into 'main'\n\nSee merge request acme/x!3", false),
        ("Merge \"Pay\" into fe\"at", true),
        ("Merge \"Pay\" into feat\"", true),
        ("Merge \"fix:docs into archive\"", false),
        ("Merge changes from topic 'foo into bar'", false),
        ("Pull request #7: Pay\n\nMerge in PAY/pay from pay to feat", true),
        ("Pull request #7: Pay\n\nMerge in PAY/pay from pay to main", false),
        ("Merge tag 'v1' into feat\n\nSee merge request acme/x!1", true),
        ("Merge branch 'main' into 'feat'\n\nSee merge request acme/x!3", true),
        ("Merge branch 'main'; commit 'other^0' into work", true),
        ("Merge branch 'other', tag 'v1' into work", true),
        ("Merge branch 'other', remote-tracking branch 'up/main'", true),
        ("Merge remote-tracking branches 'up/main' and 'up/other'", true),
        ("Merge commit 'abc123' into main", false),
        ("Merge branch 'main' (early part) into work", true),
        ("Merge https://example.com/repo into work", true),
        ("Merge commit 'abc' into main (#12)", false),
        ("Merge commit 'abc' into refs/heads/main", true),
        ("Merge commit 'abc': move jobs into a queue", false),
        ("Merge tag 'v1' and fold its fixes into billing", false),
        ("Merge branches 'a' and 'b' into main", false),
        ("Merge tag 'v1'", false),
        ("Merge branch 'topic' into main", false),
        ("Merge remote-tracking branch 'origin/topic'", false),
        ("Merge branch 'topic'", false),
        ("Merge branch 'main-2'", false),
        ("Merge branch 'main' and more", true),
        ("Merge pull request #7 from ana/main", false),
        ("Merge pull request #7 from ana/feat to fix Pay", false),
        ("Merge pull request 'Pay' (#7) from pay into feat", true),
        ("Merge pull request 'Pay' (!7) from main into feat", true),
        ("Merge pull request 'x' (#7) from a into main' (#8) from b into feat", true),
        ("Merge pull request 'Move it into feat' (#7) from ana/repo:main into main", false),
        ("Merge pull request #7 in PAY/pay from pay to release/1", true),
        ("Merge pull request #7 in PAY/pay from pay to main", false),
        ("Merge pull request 7 from pay into feat", true),
        ("Merge \"Pay\" into stable-2.1", true),
        ("Merge \"Move it into feat\" into main", false),
        ("Merge \"Move it into feat\"", false),
        ("Merge changes from topic \"pay\" into stable-2.1", true),
        ("Revert \"Merge branch 'main'\"", false),
        (
            "Merge branch 'main' into 'main'\n\nFrom a fork\n\nSee merge request group/project!7",
            false,
        ),
    ];
    check_merges(&cases);
}

#[test]
fn merges_of_what_head_names_elsewhere_are_suspicious() {
    let cases = [
        ("Merge https://example.com/repo into main", true),
        ("Merge https://example.com/repo", true),
        ("Merge ../pay into main", true),
        ("Merge git@example.com:acme/pay", true),
        ("Merge /srv/our repos/pay into feat", true),
        ("Merge feature/pay into main", false),
        ("Merge feature/pay", false),
        ("Merge /login", false),
        ("Merge /login and /logout", false),
        ("Merge /srv/our repos/pay", true),
        ("Merge branch 'y' of ../b; ../c; branch 'main' of ../a", true),
        ("Merge ../b; ../c; branch 'y' of ../a", true),
        ("Merge commit 'acme/main^0'", true),
        ("Merge commit 'team/x/main~0'", true),
        ("Merge commit '@{u}^0'", true),
        ("Merge commit 'acme/pay^0'", false),
        ("Merge fix: refunds", false),
        ("Merge HEAD, branch 'topic' of https://example.com/repo", true),
        ("Merge HEAD, branch 'topic' of https://example.com/repo into main", true),
        ("Merge branch 'y' of ../b; branch 'main' of ../a", true),
        ("Merge branch 'y' of ../b; branch 'x' of ../a", false),
        ("Merge branch 'y' of the team; see 'main' there", false),
        ("Merge remote-tracking branch 'acme/pay/main'", true),
        ("Merge remote-tracking branch 'acme/pay'", false),
        ("Merge ../a; ../b", true),
        ("Merge ../a; branch 'y' of ../b", true),
        ("Merge branch 'y' of ../b; ../a", true),
        ("Merge branch 'z' of ../c; HEAD, branch 't' of ../b", true),
        ("Merge branch 'y' of ../b; tag 'v1' of ../a into main", false),
        ("Merge ../our repo", true),
        ("Merge ..", true),
        ("Merge work:pay into develop", true),
        ("Merge https://example.com/acme/pay/pull/7", false),
        ("Merge v1.2:hotfix", false),
        ("Merge remote-tracking branch 'fork/pay/master'", true),
        ("Merged main into feat", true),
        ("Merged feat into main", false),
        ("Merged invoices into billing", true),
        ("Merged develop into feat", true),
        ("Merged the last fixes into feat", false),
        ("Merged in main (pull request #3)", true),
        ("Merged in pay (pull request #3)", false),
    ];
    check_merges(&cases);
}

#[test]
fn merges_whose_subject_somebody_typed_or_a_forge_made_up_are_read_alike() {
    let cases = [
        ("Merge main into feat", true),
        ("Merge main", true),
        ("Merge origin/main", true),
        ("Merge upstream/main into feat", true),
        ("Merge develop into feat", true),
        ("Merge feat into main", false),
        ("Merge feat", false),
        ("Merge branch main into feat", true),
        ("Merge branch \"main\" into feat", true),
        ("Merge branch feat", false),
        ("Merge remote branch 'origin/main' into feat", true),
        ("Merge remote-tracking branch origin/main", true),
        ("Merge 3f2a1b2 into 9c1b2d3", true),
        ("merge branch 'main' into feat", true),
        ("\n Merge branch 'main' into feat", true),
        ("Merge branch 'main' into feat [skip ci]", true),
        ("Merge branch 'main' [skip ci]", true),
        ("Merge branch 'pay' into feat [skip ci]", true),
        ("Merge branch 'pay' into main [skip ci] (#12)", false),
        ("Merge branch 'pay' [skip ci]", false),
        ("Merge branch 'pay' into 'feat' (!12)", true),
        ("Merge branch 'main' into feat, conflicts resolved", true),
        ("Merge branch 'main' into feat (resolve conflicts)", true),
        ("Merge branch 'main' - resolve conflicts", true),
        ("Merge branch 'main' into feat resolve conflicts", true),
        ("Merge branch 'pay' into main, at last", false),
        ("Merge the exception for main into the ledger", false),
        ("Merge Branch 'main' into feat", true),
        ("Merge branch main of https://example.com/a/b into feat", true),
        ("Merge main, again", true),
        ("Merge branch 'develop' into feat ***NO_CI***", true),
        ("Merge pull request 'x' (#7) from main into feat [skip ci]", true),
        ("Merge branch 'main' of ../a\n\n* main:\n  See merge request acme/x!3", true),
        ("Merge branch 'pay': move jobs into billing", false),
        ("Merge branch 'pay' - move logic into billing (#12)", false),
        ("Merge tag 'v1': fold fixes into billing", false),
        ("Merge branch 'pay', which folds x into y", false),
        ("Merge branch 'pay' into 'main' (!12)", false),
        ("Merge branch 'pay' into 'main' [skip ci]", false),
        ("Merge branch \"pay\" into \"main\"", false),
        ("Merge pay into main.", false),
        ("Merge FAQ into handbook (#12)", false),
        ("Merge FAQ into handbook (docs) (#12)", false),
        ("Merge main into feat (#12)", true),
        ("Merge branch main into feat (#12)", true),
        ("Merge #7: move jobs into billing", false),
        ("Merge PAY-7 - move jobs into billing", false),
        ("Merge pay: Merge main into feat", false),
        ("Merge EX-12, EX-13 into EX-7", false),
        ("Merge duplicates of EX-12 into EX-7", false),
        ("Merge pull request templates into one (#12)", false),
        ("Merge \"login\" into session (#12)", false),
        ("Merge changelog into README (#12)", false),
        ("Merge pull request 'x' (#7) from main into feat (#3)", true),
        ("Merge branch 'y' of ../b2; ../our repos", true),
        ("Merge branch 'main'  into feat", true),
        ("Merge branch 'main' to feat", true),
        ("Merge branch 'main' into 'feat' and resolve\n\nSee merge request a/b!3", true),
        ("Merge branch 'pay' into 'main': Pay", false),
        ("Merge commit '@{push}'", true),
        ("Merge EXC-12 into EXC-7 (#31)", false),
        ("Merge branch 'pay' into feat (#12)", true),
        ("Merge /etc/hosts fixes", false),
        ("Merge /api/v2 endpoints into main", false),
        ("Merge branch 'pay'; ./gradlew works again", false),
        ("Merge commit '@{-1}^0'", false),
        ("Merge branch 'pay': the main jobs", false),
        ("Merge", false),
    ];
    check_merges(&cases);
}

#[test]
fn a_foxtrot_swaps_the_sides_and_is_suspicious() {
    let repo = filed();
    repo.branch("mine").by("sam").edit(ID, "expires: 2027-06-01").commit("Widen on the side");
    repo.by("lee").write(OTHER, &other()).commit("File another");
    repo.branch("mine").by("sam").merge("main", "Merge branch 'main' into mine");
    repo.set_ref("refs/heads/main", repo.tip("mine"));
    let history = repo.history();
    let landings = &history.mainline.landings;
    assert!(landings.last().unwrap().flags.contains(&Flag::Suspicious));
    assert_eq!(landings.len(), 4);
    let version = history.trails[&TrailKey::Id(ID.to_owned())].last().unwrap();
    assert_eq!(version.commit.subject(), "Widen on the side");
    let filed = history.trails[&TrailKey::Id(OTHER.to_owned())].last().unwrap();
    assert_eq!(filed.touched[0].author().email, "lee@example.com");
}

#[test]
fn the_state_of_a_date_is_that_of_the_last_commit_until_then() {
    let repo = filed();
    let git = Repository::discover(repo.path()).unwrap();
    let chain = chain_of(&git, repo.now());
    let at = |text: &str| chain.mainline.at(instant(text));
    assert_eq!(at("2026-11-20T08:59:59Z"), None);
    assert_eq!(at("2026-11-20T09:00:00Z"), Some(0));
    assert_eq!(at("2026-11-20T09:59:59Z"), Some(0));
    assert_eq!(at("2026-11-20T10:00:00Z"), Some(1));
    let cut = chain.clone().cut(0);
    assert_eq!(
        (cut.mainline.tip, cut.mainline.landings.len()),
        (chain.mainline.landings[0].oid, 1)
    );
    assert!(walk::walk(&git, cut, &LedgerPrefix::default(), None).unwrap().trails.is_empty());
}

#[test]
fn a_commit_beside_the_mainline_is_contained_in_the_merge_that_brought_it() {
    let repo = filed();
    let side = repo.branch("x").by("ana").write("README.md", "x").commit("Else");
    repo.by("dana").write("LICENSE", "x").commit("More");
    let merge = repo.by("lee").merge("x", "Merge");
    let loose = repo.branch("y").by("ana").write("README.md", "y").commit("Never merged");
    let git = Repository::discover(repo.path()).unwrap();
    let chain = chain_of(&git, repo.now());
    assert_eq!(chain.mainline.position(own(merge)), Some(3));
    assert_eq!(chain.mainline.position(own(side)), None);
    assert_eq!(chain.containing(&git, own(side)), Some(3));
    assert_eq!(chain.containing(&git, own(loose)), None);
}

#[test]
fn a_repository_without_remotes_says_that_its_branch_is_local() {
    let repo = filed();
    assert_eq!(repo.history().mainline.guard, Guard::Local);
    let clone = repo.clone_with(&[]);
    let mainline = history_of(clone.path(), repo.now()).mainline;
    assert_eq!(
        (mainline.guard, mainline.reference.as_str()),
        (Guard::Remote, "refs/remotes/origin/main")
    );
}

fn version<'h>(history: &'h History, id: &str, n: usize) -> &'h Version {
    &history.trails[&TrailKey::Id(id.to_owned())].versions[n]
}

#[test]
fn what_stands_at_the_edge_of_a_shallow_clone_is_inherited() {
    let repo = filed();
    repo.by("ana").write(OTHER, &other()).commit("File another");
    repo.by("ana").edit(OTHER, "expires: 2026-12-01").commit("Shorten it");
    let clone = repo.clone_with(&["--depth=1"]);
    let history = history_of(clone.path(), repo.now());
    let tip = own(repo.tip("main"));
    let edge = Obstacle::Shallow { commit: tip, extent: Extent::shallow(Some("")) };
    assert_eq!(history.gap.as_ref(), Some(&edge));
    for id in [ID, OTHER] {
        let version = version(&history, id, 0);
        assert_eq!(version.change, VersionChange::Inherited);
        assert_eq!(version.truncated.as_ref(), Some(&edge));
        assert!(version.record.record().is_some());
    }

    let clone = repo.clone_with(&["--depth=2"]);
    let history = history_of(clone.path(), repo.now());
    let trail = &history.trails[&TrailKey::Id(OTHER.to_owned())];
    assert_eq!(changes(trail), [VersionChange::Inherited, VersionChange::Amended]);
    assert_eq!(trail.versions[1].truncated, None);
}

#[test]
fn a_branch_that_leaves_a_shallow_clone_ends_its_history() {
    let repo = filed();
    repo.branch("x").by("sam").edit(ID, "expires: 2026-12-11").commit("One");
    repo.branch("x").by("ana").edit(ID, "expires: 2026-12-12").commit("Two");
    repo.by("dana").write("README.md", "x").commit("Else");
    repo.by("dana").write("README.md", "y").commit("Else");
    repo.by("lee").merge("x", "Merge");
    repo.by("dana").write(OTHER, &other()).commit("File another");
    let edge = |depth: &str| {
        let clone = repo.clone_with(&[depth]);
        history_of(clone.path(), repo.now()).gap
    };
    assert!(matches!(edge("--depth=3"), Some(Obstacle::Shallow { .. })));
    assert_eq!(edge("--depth=6"), None);
}

#[test]
fn old_bytes_that_a_partial_clone_left_out_are_followed_by_the_files_name() {
    let repo = filed();
    repo.by("ana").edit(ID, "expires: 2026-12-01").commit("Shorten");
    let clone = repo.clone_with(&["--filter=blob:none"]);
    let history = history_of(clone.path(), repo.now());
    let trail = &history.trails[&TrailKey::Id(ID.to_owned())];
    assert_eq!(changes(trail), [VersionChange::Introduced, VersionChange::Amended]);
    assert!(matches!(trail.versions[0].record.content(), Content::Missing(_)));
    assert!(trail.versions[1].record.record().is_some(), "what is checked out is here");
}

#[test]
fn a_mainline_folder_that_is_missing_or_malformed_stops_the_walk() {
    let repo = filed();
    let parent = repo.tip("main");
    let missing = "1".repeat(40);
    let raw = format!(
        "tree {missing}\nparent {parent}\nauthor A <a@example.com> 1795000000 +0000\n\
         committer A <a@example.com> 1795000000 +0000\n\nLost\n"
    );
    repo.raw_commit("main", raw.as_bytes());
    let git = Repository::discover(repo.path()).unwrap();
    let chain = chain_of(&git, repo.now());
    let obstacle = walk::walk(&git, chain, &LedgerPrefix::default(), None).unwrap_err();
    assert!(matches!(obstacle, Obstacle::Missing { .. }), "{obstacle}");
    assert!(!obstacle.repair().is_empty());

    let repo = filed();
    let blob = repo.git.blob(SAMPLE.as_bytes()).unwrap();
    let mut raw = Vec::new();
    for name in ["b.yaml", "a.yaml"] {
        raw.extend(format!("100644 {name}\0").bytes());
        raw.extend(blob.as_bytes());
    }
    let folder = repo.git.odb().unwrap().write(git2::ObjectType::Tree, &raw).unwrap();
    let mut top = b"40000 exceptions\0".to_vec();
    top.extend(folder.as_bytes());
    let tree = repo.git.odb().unwrap().write(git2::ObjectType::Tree, &top).unwrap();
    let raw = format!(
        "tree {tree}\nparent {}\nauthor A <a@example.com> 1795000000 +0000\n\
         committer A <a@example.com> 1795000000 +0000\n\nUnsorted\n",
        repo.tip("main")
    );
    repo.raw_commit("main", raw.as_bytes());
    let git = Repository::discover(repo.path()).unwrap();
    let chain = chain_of(&git, repo.now());
    let obstacle = walk::walk(&git, chain, &LedgerPrefix::default(), None).unwrap_err();
    assert!(matches!(obstacle, Obstacle::Malformed { .. }), "{obstacle}");
}

#[test]
fn folders_without_end_are_refused_and_not_followed() {
    let repo = filed();
    let odb = repo.git.odb().unwrap();
    let mut folder = odb.write(git2::ObjectType::Tree, b"").unwrap();
    for _ in 0..120 {
        let mut raw = b"40000 deeper\0".to_vec();
        raw.extend(folder.as_bytes());
        folder = odb.write(git2::ObjectType::Tree, &raw).unwrap();
    }
    let mut top = b"40000 exceptions\0".to_vec();
    top.extend(folder.as_bytes());
    let tree = odb.write(git2::ObjectType::Tree, &top).unwrap();
    let raw = format!(
        "tree {tree}\nparent {}\nauthor A <a@example.com> 1795000000 +0000\n\
         committer A <a@example.com> 1795000000 +0000\n\nDeep\n",
        repo.tip("main")
    );
    repo.raw_commit("main", raw.as_bytes());
    let git = Repository::discover(repo.path()).unwrap();
    let chain = chain_of(&git, repo.now());
    let obstacle = walk::walk(&git, chain, &LedgerPrefix::default(), None).unwrap_err();
    assert!(matches!(obstacle, Obstacle::TooLarge { .. }), "{obstacle}");
}
