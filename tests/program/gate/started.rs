//! Receipts can't be forgotten: a file has to be started, and its end is kept in git's folder of the ledger.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::{REAL_CLOCK, Run, run_with};
use crate::gate::live::BILLING;
use crate::gate::shared::Once;
use crate::support::keygen::made;

pub(super) fn check(clone: &Path, more: &[&str]) -> Run {
    let args = [&["check", "--format", "json"], more].concat();
    run_with(clone, &args, &[REAL_CLOCK])
}

/// Asks for the use in a new process, and returns verdict and reason.
pub(super) fn ask(clone: &Path, more: &[&str]) -> (String, String) {
    let asked = check(clone, &[&["--application", "billing"], more].concat());
    let answer: Value =
        serde_json::from_str(&asked.out).unwrap_or_else(|_| panic!("{}", asked.err));
    let word = |key: &str| answer[key].as_str().unwrap().to_owned();
    (word("verdict"), word("reason"))
}

pub(super) fn verdict(clone: &Path, path: &str) -> String {
    ask(clone, &["--receipts", path]).0
}

/// Returns the file in which the clone keeps the end of the receipts.
fn kept(clone: &Path) -> PathBuf {
    let folder = clone.join(".git/exledger/receipts");
    let files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    file.clone()
}

#[test]
fn a_file_that_is_missing_or_empty_allows_no_use_until_it_is_started() {
    let once = Once::new();
    let (clone, path) = (once.clone(), once.path());
    for empty in [false, true] {
        if empty {
            fs::write(&path, "\n").unwrap();
        }
        let (verdict, reason) = ask(clone, &["--receipts", &path]);
        assert_eq!(verdict, "unknown", "{reason}");
        assert!(reason.contains(&format!("exledger check --new-receipts {path}")), "{reason}");
        // What is not known begins no file.
        let begun = fs::read_to_string(&path).ok();
        assert_eq!(begun.as_deref(), if empty { Some("\n") } else { None });
        // What limits no uses is answered, and stored; that does not start the file.
        let other = check(clone, &["--application", "nobody", "--receipts", &path]);
        assert_eq!(other.code, 1, "{}", other.err);
        assert!(other.err.contains("began a file that counts no uses"), "{}", other.err);
        assert_eq!(ask(clone, &["--receipts", &path]).0, "unknown");
        let mut held = once.hold();
        assert_eq!(held.verdict(BILLING).0, "unknown");
        assert_eq!(fs::read_to_string(&path).unwrap().trim().lines().count(), 3);
        if empty {
            // A gate that is open sees that it was started.
            assert_eq!(check(clone, &["--new-receipts", &path]).code, 0);
            assert_eq!(held.verdict(BILLING).0, "allow");
            assert_eq!(ask(clone, &["--receipts", &path]).0, "deny");
        }
        assert_eq!(held.end(), 3);
        fs::remove_file(&path).unwrap();
        fs::remove_dir_all(clone.join(".git/exledger")).unwrap();
    }
}

#[test]
fn a_file_is_started_with_or_without_a_question_and_never_over_receipts() {
    let once = Once::new();
    let (clone, path) = (once.clone(), once.path());
    assert_eq!(ask(clone, &["--new-receipts", &path]).0, "allow");
    assert_eq!(verdict(clone, &path), "deny");
    let again = check(clone, &["--new-receipts", &path]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("has receipts already"), "{}", again.err);
    let both = check(clone, &["--application", "x", "--new-receipts", &path, "--receipts", &path]);
    assert_eq!(both.code, 2);
    assert_eq!(check(clone, &["--new-receipts", "/dev/zero"]).code, 3);
    assert_eq!(check(clone, &["--new-receipts", "nowhere/at/all"]).code, 3);
    // Moved away, it may be started again: that is a decision, and no accident.
    fs::rename(&path, format!("{path}.1")).unwrap();
    assert_eq!(verdict(clone, &path), "unknown");
    assert!(!Path::new(&path).exists());
    assert_eq!(check(clone, &["--new-receipts", &path]).code, 0);
    assert_eq!(verdict(clone, &path), "allow");
}

#[test]
fn a_file_that_no_longer_contains_its_end_is_unknown() {
    type Loss = fn(&str, &[&str]);
    let losses: [Loss; 5] = [
        |path, lines| fs::write(path, lines[..1].join("\n") + "\n").unwrap(),
        |path, _| fs::write(path, "").unwrap(),
        |path, _| fs::remove_file(path).unwrap(),
        // A chain of its own, as long as the true one.
        |path, lines| fs::write(path, lines[0].replace("nobody", "nob0dy") + "\n").unwrap(),
        // Half of the last line.
        |path, lines| {
            let text = lines.join("\n");
            fs::write(path, &text[..text.len() - 3]).unwrap();
        },
    ];
    for (n, lose) in losses.iter().enumerate() {
        let once = Once::new();
        let (clone, path) = (once.clone(), once.path());
        let nobody = ["--application", "nobody"];
        check(clone, &[&nobody[..], &["--new-receipts", &path]].concat());
        if n != 3 {
            assert_eq!(verdict(clone, &path), "allow");
        }
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        lose(&path, &lines);
        for _ in 0..2 {
            assert_eq!(verdict(clone, &path), "unknown", "{n}: the use is not granted again");
            let other = check(clone, &[&nobody[..], &["--receipts", &path]].concat());
            assert_eq!(other.code, 3, "{n}: {}", other.out);
        }
        let mut held = once.hold();
        let (verdict_of_held, reason) = held.verdict(BILLING);
        assert_eq!(verdict_of_held, "unknown", "{n}: {reason}");
        assert_eq!(held.end(), 3);
        // Restored, it counts again; also without its last line end.
        fs::write(&path, text.trim_end()).unwrap();
        assert_eq!(verdict(clone, &path), if n == 3 { "allow" } else { "deny" }, "{n}");
    }
}

#[test]
fn a_file_that_this_clone_did_not_know_counts_and_one_that_grew_elsewhere_too() {
    let once = Once::new();
    let (clone, path) = (once.clone(), once.path());
    assert_eq!(ask(clone, &["--new-receipts", &path]).0, "allow");
    // An older version kept no end.
    fs::remove_dir_all(clone.join(".git/exledger")).unwrap();
    assert_eq!(verdict(clone, &path), "deny");
    let other = once.gate.repo.clone_with(&[]);
    assert_eq!(verdict(other.path(), &path), "deny");
    // If the process ends before the new end is kept, the file is only longer than what is known.
    let before = fs::read(kept(clone)).unwrap();
    assert_eq!(verdict(clone, &path), "deny");
    fs::write(kept(clone), before).unwrap();
    assert_eq!(verdict(clone, &path), "deny");
    assert_eq!(verdict(other.path(), &path), "deny");
}

#[test]
fn what_can_not_be_kept_or_read_allows_no_use() {
    let once = Once::new();
    let (clone, path) = (once.clone(), once.path());
    assert_eq!(check(clone, &["--new-receipts", &path]).code, 0);
    let place = kept(clone);
    let text = fs::read_to_string(&place).unwrap();
    assert!(text.contains(&path) && text.contains(r#""origin":"started""#), "{text}");
    fs::write(&place, "nonsense").unwrap();
    let (verdict_of_damaged, reason) = ask(clone, &["--receipts", &path]);
    assert_eq!(verdict_of_damaged, "unknown");
    assert!(reason.contains(place.to_str().unwrap()), "{reason}");
    fs::write(&place, text).unwrap();
    // A folder in its place can be neither read nor replaced.
    fs::remove_file(&place).unwrap();
    fs::create_dir(&place).unwrap();
    assert_eq!(verdict(clone, &path), "unknown");
    fs::remove_dir(&place).unwrap();
    fs::remove_dir(place.parent().unwrap()).unwrap();
    fs::write(place.parent().unwrap(), "a file where the folder belongs").unwrap();
    assert_eq!(verdict(clone, &path), "unknown");
}

#[test]
fn with_a_key_only_signed_receipts_count_and_no_others_are_signed() {
    let keys = made(&[("gate", &["-t", "ed25519"]), ("other", &["-t", "ed25519"])]);
    let once = Once::new();
    once.gate.list_key(&keys.path().join("gate.pub"));
    let (clone, path) = (once.clone(), once.path());
    let key = keys.path().join("gate");
    let signed = ["--receipts", &path, "--sign-receipts", key.to_str().unwrap()];
    let lines = || fs::read_to_string(&path).unwrap().lines().count();
    // Somebody else's file, with receipts that no key signed.
    check(clone, &["--application", "nobody", "--new-receipts", &path]);
    fs::remove_dir_all(clone.join(".git/exledger")).unwrap();
    for _ in 0..2 {
        let asked = check(clone, &[&["--application", "billing"], &signed[..]].concat());
        assert_eq!(asked.code, 3, "{}", asked.out);
        assert!(asked.out.contains("have no good signature"), "{}", asked.out);
        assert!(asked.err.contains("are not signed"), "{}", asked.err);
    }
    assert_eq!(lines(), 3, "a signature would make them good");
    // A new file is signed from its first receipt on.
    fs::remove_file(&path).unwrap();
    assert_eq!(check(clone, &["--new-receipts", &path]).code, 0);
    let nobody = r#"{"application": "nobody"}"#;
    let mut held = once.gate.hold(&signed);
    assert_eq!(held.verdict(nobody).0, "deny");
    assert_eq!(lines(), 2);
    assert_eq!(held.verdict(nobody).0, "deny");
    assert_eq!(held.verdict(BILLING).0, "allow");
    assert_eq!(lines(), 4, "the rest is signed later, or at the end");
    assert_eq!(held.end(), 1);
    assert_eq!(lines(), 5);
    assert_eq!(ask(clone, &signed).0, "deny", "used up");
    // A key that is not listed signs, and what it signed counts for nothing.
    let second = once.folder.path().join("second");
    let second = second.to_str().unwrap();
    let other = keys.path().join("other");
    let other = ["--receipts", second, "--sign-receipts", other.to_str().unwrap()];
    assert_eq!(check(clone, &["--new-receipts", second]).code, 0);
    check(clone, &[&["--application", "nobody"], &other[..]].concat());
    let (verdict_of_other, reason) = ask(clone, &other);
    assert_eq!(verdict_of_other, "unknown", "{reason}");
    assert!(reason.contains("have no good signature"), "{reason}");
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_what_is_known_about_its_file() {
    let once = Once::new();
    let (clone, path) = (once.clone(), once.path());
    let link = once.folder.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let link = link.to_str().unwrap();
    // The file is made through the link, which led nowhere before.
    check(clone, &["--application", "nobody", "--new-receipts", link]);
    let first = fs::read_to_string(&path).unwrap();
    assert_eq!(verdict(clone, link), "allow");
    assert_eq!(verdict(clone, &path), "deny");
    fs::write(&path, first).unwrap();
    for shown in [link, &path] {
        assert_eq!(verdict(clone, shown), "unknown", "the use is not granted again: {shown}");
    }
}

#[test]
fn a_file_begun_without_being_started_allows_no_use_in_any_clone() {
    let once = Once::new();
    let path = once.path();
    let fresh = || once.gate.repo.clone_with(&[]);
    assert_eq!(verdict(fresh().path(), &path), "unknown");
    let begun = check(fresh().path(), &["--application", "nobody", "--receipts", &path]);
    assert_eq!(begun.code, 1, "this begins the file: {}", begun.err);
    for _ in 0..2 {
        let (verdict, reason) = ask(fresh().path(), &["--receipts", &path]);
        assert_eq!(verdict, "unknown", "{reason}");
        assert!(reason.contains("begun without --new-receipts"), "{reason}");
        assert!(reason.contains("move the file away and start another"), "{reason}");
    }
    let text = fs::read_to_string(&path).unwrap();
    let says: Vec<bool> = text.lines().map(|it| it.ends_with(r#","started":false}"#)).collect();
    assert_eq!(says, [true, false, false]);
    // A gate that knows that somebody started the file counts.
    fs::remove_file(&path).unwrap();
    let clone = once.clone();
    assert_eq!(check(clone, &["--new-receipts", &path]).code, 0);
    assert_eq!(verdict(clone, &path), "allow");
    assert_eq!(verdict(fresh().path(), &path), "deny", "used up");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_swapped_under_an_open_gate_allows_no_second_use() {
    let once = Once::new();
    let (clone, path) = (once.clone(), once.path());
    let beside = |name: &str| once.folder.path().join(name);
    assert_eq!(check(clone, &["--new-receipts", &path]).code, 0);
    let mut held = once.hold();
    assert_eq!(held.verdict(r#"{"application": "nobody"}"#).0, "deny");
    fs::copy(&path, beside("copy")).unwrap();
    fs::rename(&path, beside("saved")).unwrap();
    fs::rename(beside("copy"), &path).unwrap();
    assert_eq!(verdict(clone, &path), "allow");
    fs::rename(&path, beside("hidden")).unwrap();
    fs::rename(beside("saved"), &path).unwrap();
    let (answer, reason) = held.verdict(BILLING);
    assert_eq!(answer, "unknown", "{reason}");
    assert!(reason.contains("no longer contain what was stored"), "{reason}");
    assert_eq!(verdict(clone, &path), "unknown");
    // What was kept is gone.
    fs::rename(beside("hidden"), &path).unwrap();
    let mut held = once.hold();
    assert_eq!(held.verdict(BILLING).0, "deny", "used up");
    fs::remove_dir_all(clone.join(".git/exledger")).unwrap();
    assert_eq!(held.verdict(BILLING).0, "unknown");
}

#[cfg(unix)]
#[test]
fn a_folder_that_becomes_a_link_to_older_receipts_allows_no_second_use() {
    let once = Once::new();
    let clone = once.clone();
    let beside = |name: &str| once.folder.path().join(name);
    fs::create_dir(beside("receipts")).unwrap();
    let path = beside("receipts/r.jsonl");
    let path = path.to_str().unwrap();
    let started = check(clone, &["--application", "nobody", "--new-receipts", path]);
    assert_eq!(started.code, 1, "{}", started.err);
    fs::copy(path, beside("older")).unwrap();
    assert_eq!(verdict(clone, path), "allow");
    fs::rename(beside("receipts"), beside("newer")).unwrap();
    fs::create_dir(beside("other")).unwrap();
    fs::rename(beside("older"), beside("other/r.jsonl")).unwrap();
    std::os::unix::fs::symlink("other", beside("receipts")).unwrap();
    let (answer, reason) = ask(clone, &["--receipts", path]);
    assert_eq!(answer, "unknown", "{reason}");
    assert!(reason.contains("no longer contain what was stored"), "{reason}");
    // A folder that was moved as a whole, with a link in its place, is the same file.
    fs::remove_file(beside("receipts")).unwrap();
    std::os::unix::fs::symlink("newer", beside("receipts")).unwrap();
    assert_eq!(verdict(clone, path), "deny", "used up");
    let kept = fs::read_dir(clone.join(".git/exledger/receipts")).unwrap().count();
    assert_eq!(kept, 2, "one for the path as given, one for that without links");
}

#[test]
fn nothing_is_said_about_signatures_that_nobody_asked_for() {
    let once = Once::new();
    let clone = once.clone();
    // A folder can be no file of receipts, whoever asks.
    let place = crate::support::temporary();
    let path = place.path().to_str().unwrap();
    let asked = check(clone, &["--application", "billing", "--receipts", path]);
    assert_eq!(asked.code, 3, "{}", asked.out);
    assert!(asked.out.contains("can't read the receipts"), "{}", asked.out);
    assert!(!asked.err.contains("signed"), "{}", asked.err);
}
