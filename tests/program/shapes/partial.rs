//! Sparse checkouts of clones without blobs, where what is left out is neither in the work tree nor among the objects; and
//! what lies outside of a sparse checkout, in no index, or behind a filter that this clone alone has.

use std::path::Path;

use super::{Checkout, Origin, RECORDS, said, sample, write};
use crate::support::repo::git;

const QUESTIONS: [&[&str]; 3] =
    [&["lint", "--base", "origin/main"], &["diff", "origin/main"], &["lint"]];

/// How a checkout is made sparse, in the words of `git sparse-checkout`.
const SPARSE: [(&str, &[&str]); 5] = [
    ("cone, the top", &["set", "--cone"]),
    ("cone, src", &["set", "--cone", "src"]),
    ("cone, one of two record folders", &["set", "--cone", "team/exceptions"]),
    ("no cone, policy only", &["set", "--no-cone", "/exledger.yaml"]),
    ("sparse index", &["set", "--cone", "--sparse-index", "src"]),
];

/// Returns a clone without blobs in which only what a sparse checkout shows was ever checked out.
fn lazy(origin: &Origin, url: &str, set: &[&str]) -> Checkout {
    let folder = crate::support::temporary();
    let words = ["clone", "-q", "--filter=blob:none", "--no-checkout", "--no-local", "-b", "work"];
    git(folder.path(), &[&words[..], &[url, "clone"]].concat());
    let clone = Checkout::new(folder, "clone");
    clone.git(&[&["sparse-checkout"], set].concat());
    clone.git(&["checkout", "-q", "work"]);
    assert!(
        git(&clone.top, &["rev-list", "--objects", "--missing=print", "--all"]).contains('?'),
        "{}",
        origin.url()
    );
    clone
}

/// Asks each question in a clone of its own, so that each has to find its own way out.
fn assert_as_full(shape: &str, clone: impl Fn(&Origin) -> Checkout) {
    let origin = Origin::new();
    let full = origin.clone(&[]).said("full clone");
    for (words, full) in QUESTIONS.iter().zip(full) {
        assert_eq!(clone(&origin).ask(shape, words), full, "{shape}: {words:?}");
    }
}

#[test]
fn a_sparse_checkout_without_blobs_answers_as_a_full_one() {
    for (shape, set) in SPARSE {
        assert_as_full(shape, |origin| lazy(origin, &origin.url(), set));
    }
}

#[test]
fn what_a_shallow_clone_without_blobs_lacks_comes_with_one_command() {
    let origin = Origin::new();
    let full = origin.clone(&[]).said("full clone");
    let clone = || origin.clone(&["--depth=1", "--no-single-branch", "--filter=blob:none"]);
    for (words, full) in QUESTIONS.iter().zip(full) {
        assert_eq!(clone().ask("shallow and partial", words), full, "{words:?}");
    }
}

#[test]
fn blobs_that_a_folder_promises_are_missing_too() {
    assert_as_full("a path", |origin| {
        let path = origin.folder.path().join("origin").display().to_string();
        lazy(origin, &path, SPARSE[1].1)
    });
}

#[test]
fn a_partial_clone_of_an_older_git_is_as_sparse() {
    for (shape, set) in [SPARSE[1], SPARSE[3]] {
        assert_as_full(shape, |origin| {
            let clone = lazy(origin, &origin.url(), set);
            clone.git(&["config", "extensions.partialClone", "origin"]);
            clone
        });
    }
}

#[test]
fn a_file_outside_of_a_sparse_checkout_is_compared_as_it_lies() {
    let origin = Origin::new();
    let set: &[&str] = &["sparse-checkout", "set", "--cone", "src"];
    let full = origin.after(&[&["switch", "-q", "main"]]);
    let sparse = origin.after(&[&["switch", "-q", "main"], set]);
    let lazy = lazy(&origin, &origin.url(), SPARSE[1].1);
    lazy.git(&["switch", "-q", "main"]);
    for clone in [&full, &sparse, &lazy] {
        write(&clone.top, RECORDS[0], &sample(RECORDS[0]).replace("class: standard", "class: ["));
    }
    let expected = full.said("full clone");
    assert_eq!(expected.each_ref().map(|(code, _)| *code), [1, 1, 1], "{expected:#?}");
    assert_eq!(sparse.said("sparse"), expected);
    assert_eq!(lazy.said("without blobs"), expected);
}

#[test]
fn an_index_that_does_not_exist_is_empty() {
    let origin = Origin::new();
    let mut clone = origin.after(&[&["switch", "-q", "main"]]);
    let index = clone.top.join(".git/none").display().to_string();
    clone.variables = vec![("GIT_INDEX_FILE".to_owned(), index)];
    let (code, found) = said(&clone.run(&["lint", "--base", "origin/main", "--format", "json"]));
    assert_eq!(code, 1, "{found:?}");
    for path in RECORDS {
        assert!(found.contains(&format!("\"record-deleted\" \"{path}\"")), "{found:?}");
    }
}

#[test]
fn attributes_of_the_clone_alone_have_a_way_out_too() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-q", "main"]]);
    clone.git(&["config", "filter.vault.clean", "rev"]);
    clone.git(&["config", "filter.vault.smudge", "rev"]);
    write(&clone.top, ".git/info/attributes", "*.yaml filter=vault");
    let run = clone.run(&["lint"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    clone.follow_help(&run, "info/attributes");
    assert_eq!(clone.run(&["lint"]).code, 0);
    write(&clone.top, "exceptions/secrets.yaml", "password: hunter2\n");
    clone.git(&["add", "exceptions"]);
    assert_eq!(git(&clone.top, &["show", ":exceptions/secrets.yaml"]), "2retnuh :drowssap\n");
}

/// Returns a clone whose remote is called `up`, beside `origin`, a fork that lacks the branch; HEAD follows neither.
fn beside_a_fork(origin: &Origin, options: &[&str]) -> Checkout {
    let folder = crate::support::temporary();
    let fork = folder.path().join("fork.git").display().to_string();
    git(folder.path(), &["clone", "-q", "--bare", &origin.url(), &fork]);
    git(Path::new(&fork), &["update-ref", "-d", "refs/heads/work"]);
    let words = ["clone", "-q", "-o", "up", "--no-checkout", "-b", "work"];
    git(folder.path(), &[&words, options, &[&origin.url(), "clone"]].concat());
    let clone = Checkout::new(folder, "clone");
    clone.git(&["remote", "add", "origin", &format!("file://{fork}")]);
    clone.git(&["config", "exledger.approvedRef", "refs/remotes/up/main"]);
    clone.git(&["sparse-checkout", "set", "--cone", "src"]);
    clone.git(&["checkout", "-q", "--no-track", "-b", "mine", "up/work"]);
    clone
}

#[test]
fn the_remote_that_has_what_is_missing_is_named_where_git_would_ask_another() {
    let origin = Origin::new();
    let full = origin.clone(&[]).said("full clone");
    let old = |clone: &Checkout| clone.git(&["config", "extensions.partialClone", "up"]);
    for (options, is_old, command) in [
        (&["--filter=blob:none"][..], false, "git fetch --refetch --no-filter up"),
        (&["--filter=blob:none"], true, "git fetch --refetch --no-filter up"),
        (&["--depth=1", "--no-single-branch"], false, "git fetch --unshallow up"),
    ] {
        let clone = |follows: bool| {
            let mut clone = beside_a_fork(&origin, options);
            clone.base = "up/main";
            if is_old {
                old(&clone);
            }
            if follows {
                clone.git(&["branch", "-q", "--set-upstream-to=up/work"]);
            }
            clone
        };
        let question = ["lint", "--base", "up/main"];
        let run = clone(false).run(&question);
        assert!(run.code == 3 && run.err.contains(command), "{options:?}: {}", run.err);
        assert_eq!(clone(false).ask("beside a fork", &question), full[0], "{options:?}");
        let run = clone(true).run(&question);
        let by_itself = command.strip_suffix(" up").unwrap();
        let is_named = run.err.contains(command);
        assert!(run.err.contains(by_itself) && !is_named, "{options:?}: {}", run.err);
        assert_eq!(clone(true).ask("that is followed", &question), full[0], "{options:?}");
    }
}
