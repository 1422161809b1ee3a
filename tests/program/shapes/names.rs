//! Names that stand for several refs, or for a ref and a commit: whoever may push tags must not choose what a branch is compared with.

use super::Origin;
use crate::support::repo::git;

#[test]
fn a_name_of_several_refs_is_refused_with_the_full_names() {
    let origin = Origin::new();
    let full = origin.clone(&[]).said("full clone");
    let top = origin.folder.path().join("origin");
    // An annotated one, which has an id of its own.
    git(&top, &["tag", "-am", "Release", "origin/main", "main"]);
    assert_eq!(origin.clone(&[]).said("a tag of the same commit"), full);
    git(&top, &["tag", "-f", "origin/main", "work"]);
    let clone = origin.clone(&[]);
    clone.git(&["branch", "origin/main", "work"]);
    let [tag, head, remote] =
        ["tags", "heads", "remotes"].map(|folder| format!("refs/{folder}/origin/main"));
    for words in [
        &["lint", "--base", "origin/main"][..],
        &["lint", "--base", "origin/main~0"],
        &["diff", "origin/main"],
        &["diff", "refs/remotes/origin/main", "origin/main"],
        &["scan", "--base", "origin/main"],
        &["list", "--as-of", "origin/main"],
        &["list", "--as-of", "origin/main@{0}"],
    ] {
        let run = clone.run(words);
        assert_eq!(run.code, 2, "{words:?}: {}{}", run.out, run.err);
        let help = format!(
            "help: give the full name of the one that is meant: {tag} or {head} or {remote}"
        );
        assert!(run.err.contains(&help), "{words:?}: {}", run.err);
    }
    git(&clone.top, &["tag", "-d", "origin/main"]);
    git(&clone.top, &["tag", "origin", "work"]);
    let run = clone.run(&["lint", "--base", "origin"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.err.contains("refs/tags/origin or refs/remotes/origin/HEAD"), "{}", run.err);
    assert_eq!(clone.ask("in full", &["lint", "--base", &remote]), full[0]);
    assert_eq!(clone.ask("in full", &["lint", "--base", "refs/remotes/origin/HEAD"]), full[0]);
    assert_eq!(clone.ask("in full", &["diff", &remote]), full[1]);
    for words in [&["list", "--as-of", &remote][..], &["scan", "--base", &remote]] {
        assert_eq!(clone.run(words).code, 0, "{words:?}");
    }
}

#[test]
fn a_ref_named_like_the_short_id_of_another_commit_is_refused_with_the_full_names() {
    let origin = Origin::new();
    let top = origin.folder.path().join("origin");
    let clone = origin.clone(&[]);
    let full = clone.ask("full clone", &["lint", "--base", "origin/main"]);
    let repository = git2::Repository::open(&top).unwrap();
    let main = repository.revparse_single("main").unwrap().id().to_string();
    let [short, shortest] = [8, 4].map(|n_digits| &main[..n_digits]);
    // A file whose id begins like that of the commit.
    let colliding = (0..).map(|n: u32| n.to_string().into_bytes()).find(|bytes| {
        let id = git2::Oid::hash_object(git2::ObjectType::Blob, bytes).unwrap();
        id.to_string().starts_with(shortest)
    });
    let store = git2::Repository::open(&clone.top).unwrap();
    store.blob(&colliding.unwrap()).unwrap();
    for (name, place) in [
        (short.to_owned(), "tags"),
        (format!("v1-g{short}"), "tags"),
        (short.to_uppercase(), "heads"),
        (shortest.to_owned(), "tags"),
    ] {
        let reference = format!("refs/{place}/{name}");
        clone.git(&["update-ref", &reference, "origin/main"]);
        assert_eq!(clone.ask("the same commit", &["lint", "--base", &name]), full, "{name}");
        clone.git(&["update-ref", &reference, "origin/work"]);
        for words in [
            &["lint", "--base", &name][..],
            &["diff", &name],
            &["scan", "--base", &name],
            &["list", "--as-of", &name],
        ] {
            let run = clone.run(words);
            assert_eq!(run.code, 2, "{words:?}: {}{}", run.out, run.err);
            let help =
                format!("help: give the full name of the one that is meant: {reference} or {main}");
            assert!(run.err.contains(&help), "{words:?}: {}", run.err);
        }
        assert_eq!(clone.run(&["lint", "--base", &reference]).code, 0, "{reference}");
        clone.git(&["update-ref", "-d", &reference]);
    }
    // An id in full is always that of the commit.
    clone.git(&["update-ref", &format!("refs/tags/{main}"), "origin/work"]);
    assert_eq!(clone.ask("in full", &["lint", "--base", &main]), full);
}

#[test]
fn a_misspelled_ref_is_answered_with_the_one_that_is_near() {
    let clone = Origin::new().clone(&[]);
    let run = clone.run(&["list", "--approved-ref", "origin/mian"]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(run.err.contains("; it could be refs/remotes/origin/main\n"), "{}", run.err);
}

#[test]
fn a_branch_without_a_commit_is_said_to_have_none() {
    let clone = Origin::new().after(&[
        &["switch", "-q", "--orphan", "new"],
        &["restore", "--source", "origin/main", "--", "."],
    ]);
    for words in [&["lint", "--base", "origin/main"][..], &["diff", "origin/main"]] {
        let run = clone.run(words);
        assert_eq!(run.code, 2, "{words:?}: {}", run.err);
        assert!(run.err.contains("error: HEAD has no commit yet\n"), "{words:?}: {}", run.err);
    }
    assert_eq!(clone.run(&["lint"]).code, 0);
}
