//! Names that stand for several refs: whoever may push tags must not choose what a branch is compared with.

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
