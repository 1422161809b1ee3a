//! One file of receipts, written in several ways: what is known about it is the same, with and without links.

use std::fs;
use std::path::Path;

use crate::gate::shared::Once;
use crate::gate::started::{ask, check, verdict};

const NOBODY: [&str; 2] = ["--application", "nobody"];

fn n_kept(clone: &Path) -> usize {
    fs::read_dir(clone.join(".git/exledger/receipts")).unwrap().count()
}

#[test]
fn a_path_with_dots_is_that_of_the_same_file() {
    let once = Once::new();
    let (clone, path) = (once.clone(), once.path());
    fs::create_dir_all(once.folder.path().join("a/b")).unwrap();
    let beside = |name: &str| once.folder.path().join(name).to_str().unwrap().to_owned();
    let spelled = ["a/../receipts.jsonl", "a/b/../../receipts.jsonl", "./a/./../receipts.jsonl"];
    assert_eq!(check(clone, &["--new-receipts", &beside(spelled[0])]).code, 0);
    assert_eq!(verdict(clone, &path), "allow");
    for name in spelled {
        assert_eq!(verdict(clone, &beside(name)), "deny", "{name}");
    }
    assert_eq!(n_kept(clone), 1);
    // Others are started under one spelling, and hold for all.
    fs::rename(&path, beside("old")).unwrap();
    let started = check(clone, &[&NOBODY[..], &["--new-receipts", &path]].concat());
    assert_eq!(started.code, 1, "{}", started.err);
    assert_eq!(ask(clone, &["--receipts", &beside(spelled[1])]).0, "allow");
    assert_eq!(verdict(clone, &beside(spelled[2])), "deny");
}

#[cfg(unix)]
#[test]
fn receipts_that_were_started_anew_behind_a_link_have_a_way_out_that_works() {
    for removes in [true, false] {
        let once = Once::new();
        let clone = once.clone();
        let beside = |name: &str| once.folder.path().join(name).to_str().unwrap().to_owned();
        fs::create_dir(beside("real")).unwrap();
        std::os::unix::fs::symlink("real", beside("link")).unwrap();
        let (real, linked) = (beside("real/r.jsonl"), beside("link/r.jsonl"));
        assert_eq!(ask(clone, &["--new-receipts", &linked]).0, "allow");
        assert_eq!(n_kept(clone), 2);
        // Somebody starts others, and gives the path without the link.
        fs::rename(&real, beside("old")).unwrap();
        check(clone, &[&NOBODY[..], &["--new-receipts", &real]].concat());
        let (answer, reason) = ask(clone, &["--receipts", &linked]);
        assert_eq!(answer, "unknown", "{reason}");
        if removes {
            let (_, rest) = reason.split_once("remove ").unwrap();
            fs::remove_file(rest.split_once(" and restart").unwrap().0).unwrap();
        } else {
            let (_, rest) = reason.split_once("start another with `exledger ").unwrap();
            let words: Vec<&str> = rest.trim_end_matches('`').split(' ').skip(1).collect();
            assert_eq!(check(clone, &words).code, 2, "it has receipts: {words:?}");
            fs::rename(&real, beside("older")).unwrap();
            assert_eq!(check(clone, &words).code, 0, "{words:?}");
        }
        assert_eq!(verdict(clone, &linked), "allow");
        assert_eq!(verdict(clone, &linked), "deny");
        assert_eq!(verdict(clone, &real), "deny");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_before_dots_that_becomes_a_link_allows_no_second_use() {
    let once = Once::new();
    let clone = once.clone();
    let beside = |name: &str| once.folder.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(beside("a")).unwrap();
    fs::create_dir_all(beside("other/inner")).unwrap();
    let given = beside("a/../r.jsonl");
    check(clone, &[&NOBODY[..], &["--new-receipts", &given]].concat());
    fs::copy(beside("r.jsonl"), beside("other/r.jsonl")).unwrap();
    assert_eq!(verdict(clone, &given), "allow");
    fs::remove_dir(beside("a")).unwrap();
    std::os::unix::fs::symlink("other/inner", beside("a")).unwrap();
    let (answer, reason) = ask(clone, &["--receipts", &given]);
    assert_eq!(answer, "unknown", "{reason}");
    assert!(reason.contains("no longer contain what was stored"), "{reason}");
}
