//! The ways to name a commit, as in git, also if its object is truncated.

use exledger::store::git::Repository;

use crate::history::damaged::{loose, small};
use crate::support::history::own;
use crate::support::repo::{Repo, git};

/// A repository with tags, an upstream, and reflogs.
fn many_names() -> Repo {
    let repo = small();
    repo.checkout();
    let person = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
    let commands: &[&[&str]] = &[
        &["tag", "-am", "First", "v1", "main~1"],
        &["tag", "-am", "First again", "v1-again", "v1"],
        &["checkout", "-q", "-b", "fix@2"],
        &["commit", "-q", "--allow-empty", "-m", "Mend it"],
        &["checkout", "-q", "-b", "next", "--track", "main"],
        &["commit", "-q", "--allow-empty", "-m", "Go on"],
        &["merge", "-q", "--no-ff", "-m", "Join them", "fix@2"],
        &["commit", "-q", "--allow-empty", "-m", "End it"],
    ];
    for command in commands {
        git(repo.path(), &[&person[..], command].concat());
    }
    repo
}

/// Names of a commit, besides ids.
const NAMES: &[&str] = &[
    "main",
    "heads/main",
    "refs/heads/main",
    "HEAD",
    "@",
    "@~1",
    "@~1^2",
    "@~1^2~1",
    "v1",
    "v1^{}",
    "v1^{commit}~0",
    "v1-again^0",
    "fix@2",
    "fix@2~1",
    "next@{0}",
    "next@{1}",
    "next@{2}~1",
    "@{1}",
    "HEAD@{1}",
    "HEAD@{3}",
    "@{-1}",
    "@{-2}~1",
    "@{u}",
    "next@{upstream}~1",
    "next@{now}",
];

/// Names of no commit, or that would require a search.
const NOT_NAMES: &[&str] = &[
    "",
    "~1",
    "nothing",
    "main~9",
    "main^2",
    "main^{tree}",
    "main^{/File}",
    ":/File",
    "main:exceptions",
    "main@{99}",
    "main@{u}",
    "main@{-1}",
    "@{-9}",
    "@{-0}",
    "main@{",
    "abcd",
];

#[test]
fn a_commit_is_found_by_every_name_that_git_finds_it_by_and_no_search_hangs() {
    let repo = many_names();
    let tip = repo.tip("next").to_string();
    let described = format!("v1-3-g{}", &tip[..7]);
    let ids = [&tip[..], &tip[..9], &described];
    for name in NAMES.iter().chain(&ids) {
        let expected = git(repo.path(), &["rev-parse", "--verify", &format!("{name}^{{commit}}")]);
        let expected = git2::Oid::from_str(expected.trim()).unwrap();
        let found = |at: &Repo| {
            let git = Repository::discover(at.path()).unwrap();
            git.find(name).map(|found| found.oid)
        };
        assert_eq!(found(&repo), Some(own(expected)), "{name}");
        let path = loose(&repo, expected);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 8]).unwrap();
        // A commit named as the parent of another one is not read.
        assert!(found(&repo).is_none_or(|it| it == own(expected)), "{name}, cut off");
        std::fs::write(&path, &whole).unwrap();
    }
    let git = Repository::discover(repo.path()).unwrap();
    for name in NOT_NAMES {
        assert!(git.find(name).is_none(), "{name}");
    }
}
