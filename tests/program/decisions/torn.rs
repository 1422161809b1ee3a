//! No file is ever partially written: processes killed at any moment, and eight that write at once.
//!
//! `benches/torn` does the same a thousand times and more.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use exledger::record::file;
use exledger::store::edits::{Write, WriteLock};
use exledger::store::files::WorkTree;

use crate::decisions::{ID, Life, record};

const OTHER: &str = "EXC-2026-00002";

/// How many processes are killed, each at a later moment of its run.
const KILLED: u32 = 40;

fn spawn(life: &Life, note: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_exledger"))
        .args(["note", ID, OTHER, "--stage", "triage", "--note", note])
        .args(["--by", "lee@example.com", "--on", "2026-11-21"])
        .current_dir(life.repo.path())
        .env_clear()
        .env("HOME", life.repo.path().join("nobody"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn life() -> Life {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.filed(OTHER, &record(OTHER, "subject: {application: orders}"), "ana", "lee");
    life
}

/// Returns the notes of a record, which must be complete.
fn notes(life: &Life, id: &str) -> Vec<String> {
    let text = life.text(id);
    let source = file::read(&format!("exceptions/{id}.yaml"), text.as_bytes());
    assert_eq!(source.findings, [], "{text}");
    let notes = source.record.unwrap().handling.into_iter();
    notes.filter_map(|entry| entry.note).collect()
}

#[test]
fn a_process_that_is_killed_leaves_the_old_file_or_the_new_one() {
    let life = life();
    // The duration of a run here determines when the others are killed.
    let began = Instant::now();
    assert!(spawn(&life, "note 0").wait().unwrap().success());
    let whole = began.elapsed();
    let first = || BTreeSet::from(["note 0".to_owned()]);
    let mut known = [(ID, first()), (OTHER, first())];
    let mut killed = 0;
    for n in 1..=KILLED {
        let mut child = spawn(&life, &format!("note {n}"));
        let until = Instant::now() + whole * n / KILLED;
        while Instant::now() < until {
            std::thread::yield_now();
        }
        let _ = child.kill();
        killed += u32::from(!child.wait().unwrap().success());
        for (id, known) in &mut known {
            let notes = notes(&life, id);
            let own: BTreeSet<String> = notes.iter().cloned().collect();
            assert_eq!(own.len(), notes.len(), "nothing is written twice");
            assert!(known.is_subset(&own), "nothing is lost: {own:?}");
            let new: Vec<&String> = own.difference(known).collect();
            assert!(new.is_empty() || new == [&format!("note {n}")], "{id}: {new:?}");
            *known = own;
        }
    }
    assert!(killed > 0, "at least one was killed before its end");
    // The lock ended with the killed processes; their temporary files are removed now.
    assert!(spawn(&life, "the last").wait().unwrap().success());
    let folder = life.repo.path().join("exceptions");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 2);
    assert!(notes(&life, OTHER).contains(&"the last".to_owned()));
}

#[test]
fn eight_that_write_at_once_lose_nothing() {
    let life = life();
    let names: BTreeSet<String> = (0..8).map(|n| format!("writer {n}")).collect();
    let began = Instant::now();
    let mut children: Vec<Child> = names.iter().map(|name| spawn(&life, name)).collect();
    // Concurrent readers always read a complete file.
    while children.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
        notes(&life, ID);
        assert!(began.elapsed() < Duration::from_secs(120), "nobody waits for ever");
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    for id in [ID, OTHER] {
        let written: BTreeSet<String> = notes(&life, id).into_iter().collect();
        assert_eq!(written, names);
    }
}

#[test]
fn a_file_that_changed_meanwhile_is_not_written_and_neither_are_the_others() {
    let folder = crate::support::temporary();
    let tree = WorkTree::new(folder.path());
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("one"), "1").unwrap();
    std::fs::write(place("two"), "2").unwrap();
    let write = |path: &str, before: Option<&str>, after: &str| Write {
        path: path.to_owned(),
        before: before.map(|it| it.as_bytes().to_vec()),
        after: after.as_bytes().to_vec(),
    };
    let desk = WriteLock::open(folder.path()).unwrap();
    let read = |name: &str| std::fs::read_to_string(place(name)).ok();
    for (second, is_written) in [
        (write("two", Some("other"), "22"), false),
        (write("two", None, "22"), false),
        (write("gone", Some("3"), "33"), false),
        (write("../out", None, "33"), false),
        (write("two", Some("2"), "22"), true),
        (write("new/three", None, "3"), true),
    ] {
        std::fs::write(place("one"), "1").unwrap();
        let path = second.path.clone();
        let done = desk.write(&tree, &[write("one", Some("1"), "11"), second]);
        assert_eq!(done.is_ok(), is_written, "{path}: {done:?}");
        let one = if is_written { "11" } else { "1" };
        assert_eq!(read("one").as_deref(), Some(one), "{path}");
    }
    assert_eq!((read("two"), read("new/three")), (Some("22".into()), Some("3".into())));
}
