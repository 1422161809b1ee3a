//! The chain of receipts: each has its number and the digest of the one before it, shown and kept alike.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cli::run;
use crate::gate::ledger::{ON, ledger};
use crate::support::repo::Repo;

/// A ledger, and a folder for receipts.
pub(crate) struct Chained {
    pub(crate) repo: Repo,
    folder: tempfile::TempDir,
}

impl Chained {
    pub(crate) fn new() -> Chained {
        Chained { repo: ledger(), folder: crate::support::temporary() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Asks about an application, and returns the receipt as shown.
    pub(crate) fn ask(&self, application: &str, more: &[&str]) -> Value {
        let args = ["check", "--application", application, "--format", "json", "--on", ON];
        let asked = run(self.repo.path(), &[&args[..], more].concat());
        serde_json::from_str(&asked.out).unwrap_or_else(|_| panic!("{}", asked.err))
    }

    pub(crate) fn kept(&self, application: &str) -> Value {
        self.ask(application, &["--receipts", self.path("receipts").to_str().unwrap()])
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        lines(&self.path("receipts"))
    }
}

pub(crate) fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

pub(crate) fn digest(line: &str) -> String {
    format!("{:x}", Sha256::digest(line.as_bytes()))
}

#[test]
fn each_receipt_has_its_number_and_the_digest_of_the_line_before() {
    let chained = Chained::new();
    let shown: Vec<Value> = (0..3).map(|_| chained.kept("nobody")).collect();
    let kept = chained.lines();
    assert!(kept[0].ends_with(r#""seq":1,"previous":null,"started":false}"#), "{}", kept[0]);
    for (n, line) in kept.iter().enumerate() {
        let value: Value = serde_json::from_str(line).unwrap();
        assert_eq!(value, shown[n], "what is shown is what is kept");
        assert_eq!(value["seq"], json!(n + 1));
        let before = n.checked_sub(1).map(|before| digest(&kept[before]));
        assert_eq!(value["previous"], json!(before));
    }
    let unkept = chained.ask("nobody", &[]);
    assert_eq!((&unkept["seq"], &unkept["previous"]), (&Value::Null, &Value::Null));
}

#[test]
fn the_chain_begins_after_receipts_that_have_none() {
    let chained = Chained::new();
    let older = r#"{"schema": "exledger/check/v1", "verdict": "deny", "record": null}"#;
    let printed = older.replace(", ", ",\n  ");
    std::fs::write(chained.path("receipts"), format!("{older}\n\n{printed}\n\n")).unwrap();
    let first = chained.kept("nobody");
    assert_eq!(first["seq"], json!(3));
    assert_eq!(first["previous"], json!(digest(&printed)));
    let next = chained.kept("nobody");
    assert_eq!(next["seq"], json!(4));
    // A last line without its end is completed, and stays the same line.
    let text = std::fs::read_to_string(chained.path("receipts")).unwrap();
    std::fs::write(chained.path("receipts"), text.trim_end()).unwrap();
    let last = text.lines().last().unwrap();
    assert_eq!(chained.kept("nobody")["previous"], json!(digest(last)));
}

#[test]
fn a_broken_chain_answers_nothing() {
    let chained = Chained::new();
    for _ in 0..4 {
        chained.kept("nobody");
    }
    let whole = chained.lines();
    let unlinked = r#"{"schema":"exledger/check/v1","verdict":"deny","record":null}"#.to_owned();
    let with = |at: usize, line: String| {
        let mut lines = whole.clone();
        lines[at] = line;
        lines
    };
    let broken = [
        (2, [&whole[..1], &whole[2..]].concat()),
        (1, whole[1..].to_vec()),
        (2, vec![whole[0].clone(), whole[2].clone(), whole[1].clone(), whole[3].clone()]),
        (5, [&whole[..], &whole[3..]].concat()),
        (5, [&whole[..], std::slice::from_ref(&unlinked)].concat()),
        (3, with(1, whole[1].replace("\"deny\"", "\"pending\""))),
        (2, with(1, whole[1].replace("\"seq\":2", "\"seq\":\"2\""))),
        (2, with(1, whole[1].replace("\"seq\":2", "\"seq\":18446744073709551615"))),
    ];
    for (line, lines) in broken {
        let text = lines.join("\n") + "\n";
        std::fs::write(chained.path("receipts"), &text).unwrap();
        let answer = chained.kept("billing");
        let reason = answer["reason"].as_str().unwrap();
        assert_eq!(answer["verdict"], "unknown", "{reason}");
        assert!(reason.contains(&format!("line {line} of the receipts")), "{text}: {reason}");
        assert!(reason.contains("breaks their chain"), "{reason}");
        assert_eq!(answer["seq"], Value::Null, "what is not kept has no number");
        assert_eq!(std::fs::read_to_string(chained.path("receipts")).unwrap(), text);
    }
}

/// Returns `rule line` of each finding about the chain.
fn verified(chained: &Chained, lines: &[String], more: &[&str]) -> Vec<String> {
    let path = chained.path("copy");
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let args = ["verify", "0NCE0", "--format", "json", "--on", ON, "--receipts"];
    let audit = run(chained.repo.path(), &[&args[..], &[path.to_str().unwrap()], more].concat());
    let answer: Value =
        serde_json::from_str(&audit.out).unwrap_or_else(|_| panic!("{}", audit.err));
    let findings = answer["findings"].as_array().unwrap().iter();
    let findings = findings.filter(|it| it["rule"].as_str().unwrap().starts_with("receipt-"));
    let told: Vec<String> = findings
        .map(|it| {
            assert_eq!(it["level"], "error");
            format!("{} {}: {}", it["rule"].as_str().unwrap(), it["line"], it["message"])
        })
        .collect();
    assert_eq!(audit.code, i32::from(!told.is_empty()), "{}", audit.out);
    told
}

#[test]
fn an_audit_finds_what_was_altered_removed_moved_or_added() {
    let chained = Chained::new();
    for _ in 0..9 {
        chained.kept("nobody");
    }
    let whole = chained.lines();
    let found = |lines: &[String], expected: &[&str]| {
        let told = verified(&chained, lines, &[]);
        let is_as = |(told, expected): (&String, &&str)| told.starts_with(*expected);
        assert!(
            told.len() == expected.len() && told.iter().zip(expected).all(is_as),
            "{told:#?}, not {expected:#?}"
        );
    };
    found(&whole, &[]);
    let with = |at: usize, line: &str| {
        let mut lines = whole.clone();
        lines[at] = line.to_owned();
        lines
    };
    let altered = whole[3].replace("\"deny\"", "\"pending\"");
    found(&with(3, &altered), &["receipt-altered 4: \"receipt 4"]);
    found(&[&whole[..4], &whole[7..]].concat(), &["receipt-missing 5: \"receipts 5 to 7 are"]);
    found(&whole[1..], &["receipt-missing 1: \"receipt 1 is"]);
    let mut swapped = whole.clone();
    swapped.swap(2, 3);
    found(&swapped, &["receipt-order 3: \"receipt 4 is out of order"]);
    let mut moved = whole.clone();
    let last = moved.pop().unwrap();
    moved.insert(1, last);
    found(&moved, &["receipt-order 2: \"receipt 9 is out of order"]);
    found(
        &[&whole[..5], &whole[4..]].concat(),
        &["receipt-order 6: \"receipt 5 occurs more than once"],
    );
    let unlinked = r#"{"schema":"exledger/check/v1","verdict":"deny","record":null}"#.to_owned();
    let added = [&whole[..], std::slice::from_ref(&unlinked)].concat();
    found(&added, &["receipt-altered 10: \"this receipt has no valid"]);
    // A number as large as can be written is a gap, not a loop.
    let far = whole[8].replace("\"seq\":9", "\"seq\":18446744073709551615");
    found(&with(8, &far), &["receipt-missing 9: \"receipts 9 to 18446744073709551614 are"]);
}

#[test]
fn a_receipt_that_somebody_kept_shows_that_the_end_was_cut_off() {
    let chained = Chained::new();
    for _ in 0..2 {
        chained.kept("nobody");
    }
    let last = chained.kept("billing");
    let path = chained.path("mine.json");
    std::fs::write(&path, serde_json::to_string_pretty(&last).unwrap()).unwrap();
    let contains = ["--contains", path.to_str().unwrap()];
    let whole = chained.lines();
    assert_eq!(verified(&chained, &whole, &contains), [""; 0]);
    assert_eq!(verified(&chained, &whole[..2], &[]), [""; 0], "a copy alone can't tell");
    // The clone whose gate stored them can.
    let stored = chained.path("receipts");
    let audit = ["verify", "0NCE0", "--on", ON, "--receipts", stored.to_str().unwrap()];
    std::fs::write(&stored, whole[..2].join("\n") + "\n").unwrap();
    let cut = run(chained.repo.path(), &audit);
    assert_eq!(cut.code, 1, "{}", cut.out);
    assert!(cut.out.contains("it lacks the end that this clone stored"), "{}", cut.out);
    std::fs::write(&stored, whole.join("\n") + "\n").unwrap();
    assert_eq!(run(chained.repo.path(), &audit).code, 0);
    let told = verified(&chained, &whole[..2], &contains);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("receipt-missing 1: \"receipt 3, kept here, is not in"),
        "{told:?}"
    );
    std::fs::write(&path, "{}").unwrap();
    let args =
        ["verify", "--receipts", chained.path("receipts").to_str().unwrap()].map(str::to_owned);
    let args: Vec<&str> = args.iter().map(String::as_str).chain(contains).collect();
    assert_eq!(run(chained.repo.path(), &args).code, 3);
    assert_eq!(run(chained.repo.path(), &[&["verify"], &contains[..]].concat()).code, 2);
}
