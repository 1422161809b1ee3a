//! Receipts that are stored, counted, and audited: `check --receipts` and `verify --receipts` agree.

use serde_json::Value;

use crate::cli::{Run, run, run_fed};
use crate::gate::ledger::{ON, ledger};
use crate::support::repo::Repo;

/// Receipts of one ledger.
struct Book {
    repo: Repo,
    folder: tempfile::TempDir,
}

impl Book {
    fn new() -> Book {
        let book = Book { repo: ledger(), folder: crate::support::temporary() };
        assert_eq!(run(book.repo.path(), &["check", "--new-receipts", &book.path()]).code, 0);
        book
    }

    fn path(&self) -> String {
        let path = self.folder.path().join("receipts.jsonl");
        path.to_str().unwrap().to_owned()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }

    /// Asks for the single-use record, and stores the receipt; returns verdict and reason.
    fn ask(&self, on: &str) -> (i32, String, String) {
        let args = ["check", "--application", "once", "--format", "json", "--on", on];
        let asked = run(self.repo.path(), &[&args[..], &["--receipts", &self.path()]].concat());
        let answer: Value = serde_json::from_str(&asked.out).unwrap();
        let kept: Value = serde_json::from_str(self.text().lines().last().unwrap()).unwrap();
        assert_eq!(kept, answer, "what is shown is what is kept");
        let word = |key: &str| answer[key].as_str().unwrap().to_owned();
        (asked.code, word("verdict"), word("reason"))
    }

    fn verify(&self) -> Run {
        let args = ["verify", "0NCE0", "--format", "json", "--on", "2026-12-20", "--receipts"];
        run(self.repo.path(), &[&args[..], &[self.path().as_str()]].concat())
    }

    /// Returns the rules of the audit's findings about uses.
    fn findings(&self) -> Vec<String> {
        let audit: Value = serde_json::from_str(&self.verify().out).unwrap();
        let rules = audit["findings"].as_array().unwrap().iter();
        let rules = rules.map(|finding| finding["rule"].as_str().unwrap().to_owned());
        rules.filter(|rule| rule.contains("use")).collect()
    }
}

#[test]
fn one_use_is_one_use_and_none_is_left_after_the_end() {
    let book = Book::new();
    assert_eq!(book.text(), "");
    assert_eq!(book.findings(), ["never-used"]);
    assert_eq!(book.ask("2026-11-19").1, "deny", "it starts on the 20th");
    assert_eq!(book.findings(), ["never-used"], "a denial is no use");
    let (code, verdict, _) = book.ask(ON);
    assert_eq!((code, verdict.as_str()), (0, "allow"));
    assert_eq!(book.findings(), [""; 0]);
    let (code, verdict, reason) = book.ask(ON);
    assert_eq!((code, verdict.as_str()), (1, "deny"));
    assert!(reason.contains("used up: 1 of 1 uses"), "{reason}");
    let (code, _, reason) = book.ask("2026-12-16T00:00:00Z");
    assert_eq!(code, 1);
    assert!(
        reason.contains("ended on 2026-12-15") && reason.contains("2026-12-16T00:00:00Z"),
        "{reason}"
    );
    assert_eq!(book.text().lines().count(), 4);
    assert_eq!(book.findings(), [""; 0]);
    // Somebody added a use that the gate would not have allowed.
    let first = book.text().lines().nth(1).unwrap().to_owned();
    let late = first.replace(ON, "2026-12-16T00:00:00Z");
    assert_ne!(first, late);
    std::fs::write(book.path(), book.text() + &late + "\n").unwrap();
    assert!(book.findings().contains(&"use-after-end".to_owned()), "{:?}", book.findings());
}

#[test]
fn uses_on_one_standard_input_are_counted_one_after_the_other() {
    let book = Book::new();
    let lines = "{\"application\": \"once\"}\nnonsense\n{\"application\": \"once\"}\n{\"application\": \"both\"}\n";
    let args = ["check", "--stdin", "--on", ON, "--receipts"];
    let asked =
        run_fed(book.repo.path(), &[&args[..], &[book.path().as_str()]].concat(), lines.as_bytes());
    assert_eq!(asked.code, 3, "{}", asked.err);
    assert_eq!(asked.out, book.text(), "each receipt was kept before it was shown");
    let verdicts: Vec<Value> = asked
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["verdict"].clone())
        .collect();
    assert_eq!(verdicts, ["allow", "unknown", "deny", "allow"]);
}

#[test]
fn what_check_prints_is_a_receipt_wherever_it_was_kept() {
    for format in ["json", "jsonl"] {
        let book = Book::new();
        // Stored by `>>` instead of --receipts: pretty-printed or on one line, it counts.
        let empty = book.folder.path().join("empty");
        let asked = run(
            book.repo.path(),
            &[
                "check",
                "--application",
                "once",
                "--format",
                format,
                "--on",
                ON,
                "--new-receipts",
                empty.to_str().unwrap(),
            ],
        );
        assert_eq!(asked.code, 0, "{}", asked.out);
        std::fs::remove_file(&empty).unwrap();
        std::fs::write(book.path(), &asked.out).unwrap();
        assert_eq!(
            book.verify().code,
            run(book.repo.path(), &["verify", "0NCE0", "--on", "2026-12-20"]).code
        );
        let (_, verdict, reason) = book.ask(ON);
        assert_eq!(verdict, "deny", "{format}: {reason}");
    }
}

#[test]
fn what_can_not_be_counted_is_unknown_to_both() {
    let book = Book::new();
    for broken in ["nonsense\n", "{\"schema\": \"exledger/check/v1\"", "{}\n"] {
        std::fs::write(book.path(), broken).unwrap();
        for args in [
            &["check", "--application", "once"][..],
            &["check", "--application", "billing"],
            &["verify", "0NCE0"],
        ] {
            let more = ["--on", ON, "--receipts", &book.path()];
            let asked = run(book.repo.path(), &[args, &more].concat());
            assert_eq!(asked.code, 3, "{broken}: {args:?}: {}", asked.out);
        }
        assert_eq!(book.text(), broken, "what can't be read is left");
    }
}
