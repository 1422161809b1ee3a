//! Approval files: their lines, their names, and why one does not count.

use exledger::approval::evidence::statement::{LedgerName, StatementPath, check, place};
use exledger::approval::evidence::statement_file::{
    ApprovalDecision, ApprovalFile, ApprovalSubject, AuthorLogin, BadFile, digest, shortened,
};
use exledger::approval::sources::keys::Keys;
use exledger::approval::sources::signature::{Bad, CheckedSignature, SignatureState};
use exledger::policy::governance::Governance;
use exledger::record::address::Address;
use exledger::record::id::Id;

use super::{at, dana, fixture, keys, landing, public};

const PATH: &str = "exceptions/.approvals/EXC-2026-7F3KQ/3308b21155f9-dana@example.com.txt";

fn approval() -> ApprovalFile {
    ApprovalFile {
        ledger: Some("example/payments".to_owned()),
        about: ApprovalSubject::Record(Id::new("EXC-2026-7F3KQ").unwrap()),
        sha256: digest(b"exception: yes\n"),
        from: None,
        decision: ApprovalDecision::Approve,
        at: at("2026-12-01T09:30:00Z"),
        by: Address::new("dana@example.com").unwrap(),
        reason: Some("Looked at the rollback plan".to_owned()),
        via: None,
        account: None,
        authors: Vec::new(),
    }
}

fn records() -> Vec<String> {
    vec!["exceptions".to_owned(), "old/exceptions/".to_owned()]
}

#[test]
fn what_is_written_is_what_the_format_says_and_is_read_back() {
    let text = approval().text().unwrap();
    assert_eq!(text.as_bytes(), fixture("approval.txt"));
    assert_eq!(ApprovalFile::read(text.as_bytes()), Ok(approval()));
    assert_eq!(approval().path("exceptions"), PATH);
    let least = ApprovalFile {
        ledger: None,
        about: ApprovalSubject::Governance(".github/allowed_signers".to_owned()),
        sha256: digest(b""),
        decision: ApprovalDecision::Reject,
        by: Address::new("Dana/Kim@Example.com").unwrap(),
        reason: None,
        ..approval()
    };
    let text = least.text().unwrap();
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(
        text,
        format!(
            "exledger-approval v1\nledger -\nrecord governance:.github/allowed_signers\nsha256 {empty}\n\
             decision reject\nat 2026-12-01T09:30:00Z\nby dana/kim@example.com\n"
        )
    );
    assert_eq!(ApprovalFile::read(text.as_bytes()), Ok(least.clone()));
    assert_eq!(
        least.path("."),
        ".approvals/governance/.github%2Fallowed_signers/e3b0c44298fc-dana_kim@example.com.txt"
    );
    let review = ApprovalFile {
        via: Some("https://forge.example.com/pull/12#review-1".to_owned()),
        ..approval()
    };
    let text = review.text().unwrap();
    assert!(text.ends_with("plan\nvia https://forge.example.com/pull/12#review-1\n"));
    assert_eq!(ApprovalFile::read(text.as_bytes()), Ok(review));
}

#[test]
fn a_review_ends_with_accounts_sorted_and_nothing_else_does() {
    let author = |email: &str, login: &str| AuthorLogin {
        email: Address::new(email).unwrap(),
        login: login.to_owned(),
    };
    let review = ApprovalFile {
        via: Some("https://forge.example.com/pull/12#review-1".to_owned()),
        account: Address::new("dkim@users.noreply.github.com"),
        authors: vec![
            author("ana@example.com", "aruiz"),
            author("aruiz@users.noreply.github.com", "aruiz"),
        ],
        ..approval()
    };
    let text = review.text().unwrap();
    let lines = "account dkim@users.noreply.github.com\nauthor ana@example.com aruiz\n\
        author aruiz@users.noreply.github.com aruiz\n";
    assert!(text.ends_with(lines), "{text}");
    assert_eq!(ApprovalFile::read(text.as_bytes()), Ok(review.clone()));
    let turned =
        ApprovalFile { authors: review.authors.iter().rev().cloned().collect(), ..review.clone() };
    let many = (0..101).map(|n| author(&format!("a{n:03}@example.com"), "a"));
    let refused = [
        turned,
        ApprovalFile { authors: many.collect(), ..review.clone() },
        ApprovalFile { account: Address::new("dana@example.com"), ..review.clone() },
        ApprovalFile { via: None, ..review.clone() },
    ];
    for file in refused {
        assert!(file.text().is_err(), "{file:?}");
    }
    for login in ["a b", "a@b", ""] {
        let text = text.replace("example.com aruiz", &format!("example.com {login}"));
        assert!(ApprovalFile::read(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn what_would_not_be_read_back_is_not_written() {
    for file in [
        ApprovalFile { reason: Some("one\ntwo".to_owned()), ..approval() },
        ApprovalFile { reason: Some("x".repeat(501)), ..approval() },
        ApprovalFile { reason: Some(String::new()), ..approval() },
        ApprovalFile { ledger: Some("a\nrecord b".to_owned()), ..approval() },
        ApprovalFile { via: Some("no address".to_owned()), ..approval() },
        ApprovalFile { sha256: "ABC".to_owned(), ..approval() },
        ApprovalFile { about: ApprovalSubject::Governance("a\nb".to_owned()), ..approval() },
    ] {
        assert!(file.text().is_err(), "{file:?}");
    }
    let longest = ApprovalFile { reason: Some("ü".repeat(500)), ..approval() };
    assert!(longest.text().is_ok());
}

#[test]
fn any_other_line_is_refused_where_it_stands() {
    let sound = approval().text().unwrap();
    for (from, to, line) in [
        ("exledger-approval v1", "exledger-approval v2", 1),
        ("exledger-approval v1\n", "\u{feff}exledger-approval v1\n", 1),
        ("exledger-approval v1\n", "exledger-approval v1\r\n", 1),
        ("ledger example/payments\n", "", 2),
        ("ledger example/payments\n", "ledger \n", 2),
        ("ledger example/payments\n", "\nledger example/payments\n", 2),
        ("record EXC-2026-7F3KQ", "record exc-2026-7f3kq", 3),
        ("record EXC-2026-7F3KQ", "record governance:", 3),
        ("record EXC-2026-7F3KQ", "record policy:exledger.yaml", 3),
        ("record EXC-2026-7F3KQ\n", "record EXC-2026-7F3KQ \n", 3),
        ("sha256 ", "sha256 0", 4),
        ("sha256 ", "sha512 ", 4),
        ("decision approve", "decision approved", 5),
        ("09:30:00Z", "09:30:00+01:00", 6),
        ("09:30:00Z", "09:30Z", 6),
        ("T09:30:00Z", "", 6),
        ("by dana@example.com", "by Dana", 7),
        ("by dana@example.com", "by Dana <dana@example.com>", 7),
        ("reason Looked", "reason  \u{7}Looked", 8),
        ("reason Looked at the rollback plan", "reason ", 8),
        ("plan\n", "plan\n\n", 9),
        ("plan\n", "plan\nvia ftp\n", 9),
        ("plan\n", "plan\nreason again\n", 9),
        ("plan\n", "plan\nvia https://forge.example.com/1\nvia https://forge.example.com/1\n", 10),
        ("plan\n", "plan", 8),
        (
            "decision approve\nat 2026-12-01T09:30:00Z\n",
            "at 2026-12-01T09:30:00Z\ndecision approve\n",
            5,
        ),
    ] {
        let text = sound.replace(from, to);
        assert_ne!(text, sound, "{from}");
        match ApprovalFile::read(text.as_bytes()) {
            Err(BadFile::Line { line: found, .. }) => assert_eq!(found, line, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    let review = sound.replace("approve\n", "reject\n") + "via https://forge.example.com/1\n";
    assert_eq!(ApprovalFile::read(review.as_bytes()), Err(BadFile::ReviewRejects));
    assert_eq!(ApprovalFile::read(b"exledger-approval v1\n\xff"), Err(BadFile::NotText));
    assert_eq!(ApprovalFile::read(&[b'x'; 20_000]), Err(BadFile::TooLarge));
}

#[test]
fn a_time_in_utc_may_be_written_as_others_write_it() {
    let sound = approval().text().unwrap();
    for time in ["2026-12-01T09:30:00+00:00", "2026-12-01T09:30:00.250Z"] {
        let text = sound.replace("2026-12-01T09:30:00Z", time);
        let read = ApprovalFile::read(text.as_bytes()).unwrap();
        assert_eq!(read.at.unix(), approval().at.unix());
    }
}

fn named() -> LedgerName {
    LedgerName::Stated("example/payments".to_owned())
}

/// Checks the fixture with its signature, under the given state.
fn checked(
    path: &str,
    signature: Option<&str>,
    ledger: Option<&str>,
) -> Result<CheckedSignature, BadFile> {
    let signature = signature.map(fixture);
    let text = fixture("approval.txt");
    let name = match ledger {
        Some(name) => LedgerName::Stated(name.to_owned()),
        None => LedgerName::Root { name: "5c1f".to_owned(), counts_unnamed: true },
    };
    check(path, &text, signature.as_deref(), &records(), &name).map(|said| said.signature)
}

#[test]
fn a_file_counts_only_where_it_belongs() {
    let name = Some("example/payments");
    let wrong = |expected: &str| Err(BadFile::Path { expected: expected.to_owned() });
    assert!(checked(PATH, Some("ed25519.sig"), name).is_ok());
    assert!(checked(&format!("old/{PATH}"), Some("ed25519.sig"), name).is_ok());
    for path in [
        format!("new/{PATH}"),
        PATH.replace("EXC-2026-7F3KQ", "EXC-2026-7F3KR"),
        PATH.replace("3308b21155f9", "000000000000"),
        PATH.replace("dana", "lee"),
    ] {
        assert_eq!(checked(&path, Some("ed25519.sig"), name), wrong(PATH));
    }
    let other = |named: &str, expected: &str| {
        let (named, expected) = (named.to_owned(), expected.to_owned());
        Err(BadFile::Ledger { named, expected })
    };
    assert_eq!(checked(PATH, Some("ed25519.sig"), Some("b")), other("example/payments", "b"));
    assert_eq!(checked(PATH, Some("ed25519.sig"), None), other("example/payments", "5c1f"));
    assert_eq!(checked(PATH, None, name), Err(BadFile::NoSignature));
}

#[test]
fn a_review_has_no_signature_of_a_person_beside_it() {
    let review =
        ApprovalFile { via: Some("https://forge.example.com/pull/12".to_owned()), ..approval() };
    let text = review.text().unwrap();
    let check = |signature| check(PATH, text.as_bytes(), signature, &records(), &named());
    assert_eq!(check(None), Err(BadFile::NoBridgeSignature));
    // A person's signature over an approval is not a bridge's.
    let said = check(Some(&fixture("ed25519.sig"))).unwrap();
    let signer = said.bridge(&dana("ed25519.pub"), &Governance::default(), landing());
    assert!(matches!(signer, Err(BadFile::Signature(SignatureState::Bad(_)))), "{signer:?}");
}

#[test]
fn the_person_named_must_be_the_one_who_signed() {
    let governance = Governance::default();
    let text = fixture("approval.txt");
    let signer = |signature: &str, keys: &Keys| {
        let signature = fixture(signature);
        let said = check(PATH, &text, Some(&signature), &records(), &named());
        let signer = said.unwrap().signer(keys, &governance, landing());
        signer.map(|signer| signer.written())
    };
    let listed = dana("ed25519.pub");
    assert_eq!(signer("ed25519.sig", &listed), Ok("dana@example.com".to_owned()));
    let lee = keys(&format!("lee@example.com {}\n", public("ed25519.pub")), "");
    let other = BadFile::OtherPerson {
        by: "dana@example.com".to_owned(),
        signer: "lee@example.com".to_owned(),
    };
    assert_eq!(signer("ed25519.sig", &lee), Err(other));
    let both = keys(&format!("d@example.com,dana@example.com {}\n", public("ed25519.pub")), "");
    assert!(signer("ed25519.sig", &both).is_ok());
    let bad = SignatureState::Bad(Bad::Namespace("git".to_owned()));
    assert_eq!(signer("wrong-namespace.sig", &listed), Err(BadFile::Signature(bad)));
    for (signature, keys, word) in [
        ("p256.sig", listed.clone(), "untrusted-key"),
        ("p384.sig", listed.clone(), "unverifiable"),
        ("ed25519.sig", keys("", &public("ed25519.pub")), "revoked"),
    ] {
        match signer(signature, &keys) {
            Err(BadFile::Signature(state)) => assert_eq!(state.as_str(), word),
            other => panic!("{signature}: {other:?}"),
        }
    }
}

#[test]
fn every_file_below_approvals_has_its_place_or_is_a_stranger() {
    let stranger = || Some(StatementPath::Stranger);
    let signature = format!("{PATH}.sig");
    for (path, expected) in [
        (PATH, Some(StatementPath::Text { signature: signature.clone() })),
        (&signature, Some(StatementPath::Signature { text: PATH.to_owned() })),
        ("old/exceptions/.approvals/README.md", stranger()),
        ("exceptions/.approvals/a/b/c.txt", stranger()),
        ("exceptions/.approvals/a/b.sig", stranger()),
        ("exceptions/EXC-2026-7F3KQ.yaml", None),
        ("exceptions/.approvals-old/a/b.txt", None),
        ("exceptions2/.approvals/a/b.txt", None),
    ] {
        assert_eq!(place(path, &records()), expected, "{path}");
    }
    let root = vec![".".to_owned()];
    assert_eq!(place(".approvals/x", &root), stranger());
}

#[test]
fn a_reason_is_brought_onto_one_line() {
    for (text, line) in
        [("  Looks\r\ngood\tto me\n", Some("Looks good to me")), (" \n", None), ("", None)]
    {
        assert_eq!(shortened(text).as_deref(), line);
    }
    assert_eq!(shortened(&"ab ".repeat(400)).unwrap().chars().count(), 500);
}
