//! Git's folder with something damaged in it: what is said is so, and the help works.

use super::{Checkout, Origin, way_out};

/// Returns the paths of a clone's packs with a suffix.
fn packs(clone: &Checkout, suffix: &str) -> Vec<std::path::PathBuf> {
    let packs = std::fs::read_dir(clone.top.join(".git/objects/pack")).unwrap();
    let paths = packs.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|it| it == suffix)).collect()
}

#[test]
fn a_base_whose_objects_are_gone_is_not_an_unknown_name() {
    let origin = Origin::new();
    let without_packs = origin.clone(&[]);
    packs(&without_packs, "idx").iter().for_each(|path| std::fs::remove_file(path).unwrap());
    let shared = origin.clone(&[]);
    let path = origin.folder.path().join("origin").display().to_string();
    shared.git(&["clone", "-q", "--shared", "-b", "work", &path, "shared"]);
    let shared =
        Checkout { from: shared.top.join("shared"), top: shared.top.join("shared"), ..shared };
    let alternates = shared.top.join(".git/objects/info/alternates");
    assert!(alternates.is_file());
    std::fs::write(alternates, "/none\n").unwrap();
    for clone in [without_packs, shared] {
        for words in [
            &["lint", "--base", "origin/main"][..],
            &["diff", "origin/main"],
            &["diff", "origin/main", "origin/work"],
            &["lint", "--base", "origin/main~0"],
        ] {
            let run = clone.run(words);
            assert_eq!(run.code, 3, "{words:?}: {}{}", run.out, run.err);
            assert!(run.err.contains("run `git fsck`"), "{words:?}: {}", run.err);
            assert!(!run.err.contains("did you mean"), "{words:?}: {}", run.err);
        }
        // Nobody said that this clone has what an id names.
        let id = "0123456789012345678901234567890123456789";
        assert_eq!(clone.run(&["lint", "--base", id]).code, 2);
        assert_eq!(clone.run(&["lint", "--base", "origin/none"]).code, 2);
    }
}

#[test]
fn an_index_that_can_not_be_read_is_there() {
    let origin = Origin::new();
    let question = ["lint", "--base", "origin/main"];
    let full = origin.clone(&[]).ask("full", &question);
    let whole = std::fs::read(origin.clone(&[]).top.join(".git/index")).unwrap();
    let cut = &whole[..whole.len() - 30];
    let long = "garbage".repeat(20).into_bytes();
    for bytes in [&b""[..], b"garbage", &long, cut] {
        let clone = origin.clone(&[]);
        std::fs::write(clone.top.join(".git/index"), bytes).unwrap();
        for words in [&question[..], &["lint"], &["diff", "origin/main"], &["queue"]] {
            let run = clone.run(words);
            assert_eq!(run.code, 3, "{words:?}: {}{}", run.out, run.err);
            let is_said =
                run.err.contains("the index, which says what is staged, is damaged or empty");
            assert!(is_said && !run.err.contains("no longer exists"), "{words:?}: {}", run.err);
        }
        let run = clone.run(&question);
        clone.sh(&way_out(&run.err).unwrap(), "a damaged index");
        assert_eq!(clone.ask("made anew", &question), full);
    }
    let clone = origin.clone(&[]);
    let index = clone.top.join(".git/index");
    std::fs::remove_file(&index).unwrap();
    std::fs::create_dir(&index).unwrap();
    let run = clone.run(&question);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(!run.err.contains("no longer exists"), "{}", run.err);
}
