//! Receipts shared by several gates: the file is locked for one question at a time, and lost receipts never count as
//! unused.

use std::path::Path;

use serde_json::Value;

use crate::cli::{REAL_CLOCK, Run, run_fed_with, run_with};
use crate::gate::chained::digest;
use crate::gate::live::{BILLING, Gate, Held};
use crate::support::samples::ID;

fn run(folder: &Path, args: &[&str]) -> Run {
    run_with(folder, args, &[REAL_CLOCK])
}

fn run_fed(folder: &Path, args: &[&str], input: &[u8]) -> Run {
    run_fed_with(folder, args, &[REAL_CLOCK], input)
}

/// A ledger whose record may be used once, and a receipt file.
pub(crate) struct Once {
    pub(crate) gate: Gate,
    pub(crate) folder: tempfile::TempDir,
}

impl Once {
    /// Starts the file.
    fn started() -> Once {
        let once = Once::new();
        let started = run(once.clone(), &["check", "--new-receipts", &once.path()]);
        assert_eq!((started.code, started.out.as_str()), (0, ""));
        assert_eq!(started.err, format!("note: started {}\n", once.path()));
        once
    }

    pub(crate) fn new() -> Once {
        let gate = Gate::ending_after(86_400, "");
        gate.repo.branch("once").by("ana").edit(ID, "uses: {limit: 1}").commit("Once is enough");
        gate.repo.by("lee").merge("once", "Merge branch 'once'");
        gate.fetch();
        Once { gate, folder: crate::support::temporary() }
    }

    pub(crate) fn path(&self) -> String {
        self.folder.path().join("receipts.jsonl").to_str().unwrap().to_owned()
    }

    pub(crate) fn clone(&self) -> &Path {
        self.gate.clone.path()
    }

    pub(crate) fn hold(&self) -> Held {
        self.gate.hold(&["--receipts", &self.path()])
    }
}

#[test]
fn open_gates_share_a_file_of_receipts() {
    let once = Once::started();
    let (mut one, mut two) = (once.hold(), once.hold());
    assert_eq!(one.verdict(r#"{"application": "nobody"}"#).0, "deny");
    assert_eq!(two.verdict(BILLING).0, "allow");
    let (verdict, reason) = one.verdict(BILLING);
    assert_eq!(verdict, "deny", "{reason}");
    assert!(reason.contains("used up: 1 of 1 uses"), "{reason}");
    let third =
        run(once.clone(), &["check", "--application", "billing", "--receipts", &once.path()]);
    assert_eq!(third.code, 1, "{}{}", third.out, third.err);
    assert_eq!(two.verdict(BILLING).0, "deny");
    let kept = std::fs::read_to_string(once.path()).unwrap();
    assert_eq!(kept.lines().count(), 5);
}

#[test]
fn two_hundred_parallel_questions_for_one_use_get_one_yes() {
    let once = Once::started();
    let (path, clone) = (once.path(), once.clone().to_owned());
    let n_allowed: usize = std::thread::scope(|scope| {
        let gates: Vec<_> = (0..8)
            .map(|n| {
                let (path, clone) = (&path, &clone);
                scope.spawn(move || {
                    if n == 7 {
                        // Single processes in between.
                        let args = ["check", "--application", "billing", "--receipts", path];
                        let codes: Vec<i32> = (0..4).map(|_| run(clone, &args).code).collect();
                        assert!(codes.iter().all(|code| [0, 1].contains(code)), "{codes:?}");
                        return codes.iter().filter(|code| **code == 0).count();
                    }
                    let lines = format!("{BILLING}\n").repeat(28);
                    let args = ["check", "--stdin", "--receipts", path];
                    let asked = run_fed(clone, &args, lines.as_bytes());
                    let verdicts = asked.out.lines().map(|line| {
                        serde_json::from_str::<Value>(line).unwrap()["verdict"].clone()
                    });
                    let verdicts: Vec<Value> = verdicts.collect();
                    assert_eq!(verdicts.len(), 28, "{}", asked.err);
                    verdicts.iter().filter(|verdict| *verdict == "allow").count()
                })
            })
            .collect();
        gates.into_iter().map(|gate| gate.join().unwrap()).sum()
    });
    assert_eq!(n_allowed, 1);
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(kept.lines().count(), 200);
    let allowed = kept.lines().filter(|line| line.contains(r#""verdict":"allow""#));
    assert_eq!(allowed.count(), 1);
    // The gates continue one another's chain.
    let mut previous = Value::Null;
    for (n, line) in kept.lines().enumerate() {
        let receipt: Value = serde_json::from_str(line).unwrap();
        assert_eq!(receipt["seq"], n + 1);
        assert_eq!(receipt["previous"], previous);
        previous = digest(line).into();
    }
}

#[test]
fn a_lock_that_is_not_had_is_unknown_and_the_next_question_is_answered() {
    let once = Once::started();
    let file = std::fs::OpenOptions::new().append(true).open(once.path()).unwrap();
    file.lock().unwrap();
    let mut held = once.hold();
    let (verdict, reason) = held.verdict(BILLING);
    assert_eq!(verdict, "unknown", "{reason}");
    assert!(reason.contains("held its lock for 3 seconds"), "{reason}");
    file.unlock().unwrap();
    assert_eq!(held.verdict(BILLING).0, "allow");
}

#[test]
fn a_file_that_lost_receipts_is_unknown_until_the_gate_is_started_again() {
    type Loss = fn(&str);
    let losses: [Loss; 4] = [
        |path| std::fs::write(path, "").unwrap(),
        |path| std::fs::remove_file(path).unwrap(),
        |path| {
            let text = std::fs::read_to_string(path).unwrap();
            std::fs::remove_file(path).unwrap();
            std::fs::write(path, text).unwrap();
        },
        |path| {
            let text = std::fs::read_to_string(path).unwrap();
            let other = text.replace("\"id\":null", "\"id\":1234");
            assert_ne!(other, text);
            std::fs::write(path, other.repeat(2)).unwrap();
        },
    ];
    for (n, lose) in losses.iter().enumerate() {
        let once = Once::started();
        let mut held = once.hold();
        assert_eq!(held.verdict(BILLING).0, "allow");
        lose(&once.path());
        for _ in 0..2 {
            let (verdict, reason) = held.verdict(BILLING);
            assert_eq!(verdict, "unknown", "{n}: {reason}");
            assert!(reason.contains("restart the gate"), "{n}: {reason}");
        }
    }
}

#[test]
fn a_gate_whose_answers_nobody_reads_any_more_spends_no_further_use() {
    let once = Once::started();
    let mut held = once.hold();
    assert_eq!(held.verdict(r#"{"application": "nobody"}"#).0, "deny");
    held.stop_reading();
    for _ in 0..20 {
        held.tell(r#"{"application": "nobody"}"#);
    }
    held.end();
    let kept = std::fs::read_to_string(once.path()).unwrap();
    // The one that was read, and the first that was not; a program that another test starts may hold the pipe for a moment.
    assert!((2..6).contains(&kept.lines().count()), "{kept}");
}

#[test]
fn what_is_no_regular_file_is_no_file_of_receipts() {
    let once = Once::started();
    let fifo = once.folder.path().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    let fifo = fifo.to_str().unwrap();
    let mut places = vec!["/dev/zero", "/dev/full", once.folder.path().to_str().unwrap()];
    if made.is_ok_and(|status| status.success()) {
        places.push(fifo);
    }
    for place in places {
        let args = ["check", "--application", "billing", "--format", "json", "--receipts", place];
        let asked = run(once.clone(), &args);
        assert_eq!(asked.code, 3, "{place}: {}", asked.err);
        assert!(asked.out.contains("it is not a regular file"), "{place}: {}", asked.out);
        let lines = format!("{BILLING}\n{BILLING}\n");
        let many =
            run_fed(once.clone(), &["check", "--stdin", "--receipts", place], lines.as_bytes());
        assert_eq!((many.code, many.out.lines().count()), (3, 2), "{place}");
    }
}
