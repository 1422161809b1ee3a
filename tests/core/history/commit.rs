//! Raw commits: idents, flaws, encodings, trailers, signatures; hostile input never makes the reader panic.

use exledger::history::ident::{Ident, IdentProblem};
use exledger::history::objects::{Obstacle, Oid};
use exledger::history::{commit, trailer};
use exledger::record::time::Instant;
use proptest::prelude::*;

use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

fn oid() -> Oid {
    Oid::from_bytes(&[7; 20]).unwrap()
}

fn parse(raw: &[u8]) -> Result<commit::Commit, Obstacle> {
    commit::parse(oid(), raw.to_vec())
}

const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";

/// A header, and the expected name, address, time and flaws.
type Line = (&'static str, &'static str, &'static str, Option<i64>, &'static [IdentProblem]);

#[test]
fn an_ident_is_read_as_git_reads_it() {
    let at = |seconds| Instant::from_unix(seconds);
    let cases: &[Line] = &[
        (
            "Ana Ruiz <ana@example.com> 1700000000 +0100",
            "Ana Ruiz",
            "ana@example.com",
            Some(1_700_000_000),
            &[],
        ),
        (" <> 0 +0000", "", "", Some(0), &[]),
        ("Ana <ana > 5 -0000", "Ana", "ana ", Some(5), &[]),
        (
            "Ana <a@x.com> <b@x.com> 5 +0000",
            "Ana",
            "a@x.com",
            Some(5),
            &[IdentProblem::TwoAddresses],
        ),
        ("Ana <a<b@x.com> 5 +0000", "Ana", "a<b@x.com", Some(5), &[IdentProblem::TwoAddresses]),
        (
            "Ana ana@example.com 5 +0000",
            "Ana ana@example.com 5 +0000",
            "",
            None,
            &[IdentProblem::NoAddress],
        ),
        (
            "Ana <a@x.com 5 +0000",
            "Ana",
            "",
            None,
            &[IdentProblem::NoAddress, IdentProblem::BadTime],
        ),
        (
            "Ana <a@x.com> 99999999999999999999 +0000",
            "Ana",
            "a@x.com",
            None,
            &[IdentProblem::BadTime],
        ),
        (
            "Ana <a@x.com> 9223372036854775807 +0000",
            "Ana",
            "a@x.com",
            None,
            &[IdentProblem::BadTime],
        ),
        ("Ana <a@x.com> -5 +0000", "Ana", "a@x.com", None, &[IdentProblem::BadTime]),
        ("Ana <a@x.com>", "Ana", "a@x.com", None, &[IdentProblem::BadTime]),
        ("A\0 <a@x.com> 5 +0000", "A\0", "a@x.com", Some(5), &[IdentProblem::Nul]),
    ];
    for (line, name, email, time, flaws) in cases {
        let ident = Ident::parse(line);
        assert_eq!((ident.name.as_str(), ident.email.as_str()), (*name, *email), "{line}");
        assert_eq!(ident.time, time.and_then(at), "{line}");
        assert_eq!(ident.problems, *flaws, "{line}");
    }
}

#[test]
fn only_an_address_with_an_at_is_usable() {
    for (email, usable) in [("a@x.com", true), ("", false), ("ana", false), (" ", false)] {
        let ident = Ident::parse(&format!("Ana <{email}> 5 +0000"));
        assert_eq!(ident.address().is_some(), usable, "{email}");
    }
}

#[test]
fn a_commit_is_read_from_its_raw_bytes() {
    let raw = format!(
        "{TREE}parent 0000000000000000000000000000000000000001\nparent 0000000000000000000000000000000000000002\n\
         author Ana <ana@example.com> 5 +0000\ncommitter Lee <lee@example.com> 6 +0000\n\
         gpgsig -----BEGIN SSH SIGNATURE-----\n U1NI\n\n -----END SSH SIGNATURE-----\nx-note y\n\nSubject\n\nBody\n"
    );
    let raw = raw.replace("U1NI\n\n", "U1NI\n \n");
    let commit = parse(raw.as_bytes()).unwrap();
    assert_eq!(commit.parents.len(), 2);
    assert_eq!(commit.author().name, "Ana");
    assert_eq!(commit.committer().email, "lee@example.com");
    assert_eq!(commit.subject(), "Subject");
    assert_eq!(commit.message(), "Subject\n\nBody\n");
    assert_eq!(commit.problem(), None);
    let signed = commit.signature().unwrap();
    assert_eq!(
        String::from_utf8(signed.signature).unwrap(),
        "-----BEGIN SSH SIGNATURE-----\nU1NI\n\n-----END SSH SIGNATURE-----\n"
    );
    let payload = String::from_utf8(signed.payload).unwrap();
    assert!(payload.ends_with("6 +0000\nx-note y\n\nSubject\n\nBody\n"), "{payload}");
}

#[test]
fn the_tag_that_a_merge_carries_is_unfolded() {
    let raw = format!(
        "{TREE}author A <a@x.com> 5 +0000\ncommitter A <a@x.com> 5 +0000\n\
         mergetag object 0000000000000000000000000000000000000002\n type commit\n \n Words\n\nMerge\n"
    );
    let tags = parse(raw.as_bytes()).unwrap().mergetags();
    assert_eq!(
        tags,
        [b"object 0000000000000000000000000000000000000002\ntype commit\n\nWords\n".to_vec()]
    );
}

#[test]
fn what_is_odd_about_a_commit_is_a_flaw_and_not_an_error() {
    let good = "author A <a@x.com> 5 +0000\ncommitter B <b@x.com> 5 +0000\n";
    let cases: &[(String, Option<(&str, IdentProblem)>)] = &[
        (format!("{TREE}{good}\nHi\n"), None),
        (
            format!("{TREE}author A <a@x.com> 5 +0000\n{good}\nHi\n"),
            Some(("author", IdentProblem::Twice)),
        ),
        (
            format!("{TREE}author A <a@x.com> 5 +0000\n\nHi\n"),
            Some(("committer", IdentProblem::Absent)),
        ),
        (format!("{TREE}{good}\nHi\0there\n"), Some(("message", IdentProblem::Nul))),
    ];
    for (raw, flaw) in cases {
        assert_eq!(parse(raw.as_bytes()).unwrap().problem(), *flaw, "{raw}");
    }
    for raw in [
        "",
        "tree 12\n\nHi\n",
        "author A <a@x.com> 5 +0000\n\nHi\n",
        &format!("author A <a@x.com> 5 +0000\n{TREE}\nHi\n"),
    ] {
        assert!(matches!(parse(raw.as_bytes()), Err(Obstacle::Malformed { .. })), "{raw}");
    }
}

#[test]
fn parents_are_the_lines_behind_the_tree_and_no_other_header_has_their_name() {
    let (one, people) = ("1".repeat(40), "author A <a@x.com> 5 +0000\n");
    let parents = |raw: String| parse(raw.as_bytes()).map(|commit| commit.parents.len());
    for (raw, n) in [
        (format!("{TREE}{people}\nHi\n"), 0),
        (format!("{TREE}parent {one}\nparent {one}\n{people}\nparent {one}\n"), 2),
        (format!("{TREE}{people}gpgsig x\n parent {one}\n\nHi\n"), 0),
        (format!("{TREE}{people}parents {one}\nx-parent {one}\n\nHi\n"), 0),
    ] {
        assert_eq!(parents(raw.clone()).unwrap(), n, "{raw}");
    }
    for line in [
        "parent x",
        "parent",
        "parent ",
        &format!("parent  {one}"),
        &format!("parent {one} "),
        &format!("parent {one}\r"),
        &format!("parent {one}\n more"),
        &format!("parent {one}0"),
        &format!("parent {}A", &one[1..]),
        &format!("parent\t{one}"),
        &format!("parent\0{one}"),
        &format!("parent:{one}"),
        &format!("\tparent {one}"),
        &format!("Parent {one}"),
        &format!("PARENT {one}"),
    ] {
        for raw in [
            format!("{TREE}{line}\n{people}\nHi\n"),
            format!("{TREE}parent {one}\n{line}\n{people}\nHi\n"),
            format!("{TREE}{people}{line}\n\nHi\n"),
        ] {
            let found = parents(raw.clone());
            assert!(matches!(found, Err(Obstacle::UnreadParent { .. })), "{raw:?}: {found:?}");
        }
    }
    // A valid line is none behind another header, nor at the end of a commit that was cut.
    for raw in [format!("{TREE}{people}parent {one}\n\nHi\n"), format!("{TREE}parent {one}")] {
        assert!(matches!(parents(raw.clone()), Err(Obstacle::UnreadParent { .. })), "{raw:?}");
    }
}

#[test]
fn the_encoding_of_a_commit_is_respected() {
    let mut raw = format!("{TREE}author Andr").into_bytes();
    raw.extend(b"\xe9 <a@x.com> 5 +0000\ncommitter B <b@x.com> 5 +0000\nencoding ISO-8859-1\n\nR\xe9sum\xe9\r\n");
    let commit = parse(&raw).unwrap();
    assert_eq!(commit.author().name, "André");
    assert_eq!(commit.message(), "Résumé\n");
}

#[test]
fn trailers_are_the_last_paragraph_and_nothing_else() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        (
            "Subject\n\nApproved-by: Dana <dana@example.com>\n",
            &[("Approved-by", "Dana <dana@example.com>")],
        ),
        ("Subject\r\n\r\nA: 1\r\nB: 2\r\n\r\n", &[("A", "1"), ("B", "2")]),
        ("Subject\n\nA: 1\n\nProse.\n", &[]),
        ("Subject\n\nProse\nA: 1\n", &[]),
        ("Subject\n\nA: one\n  two\n\tthree\n", &[("A", "one two three")]),
        ("Subject\n\n  A: 1\n", &[]),
        ("Subject\n\n---\n\nA: 1\n", &[("A", "1")]),
        ("Fix: this\n", &[]),
        ("Fix: this\nA: 1\n", &[]),
        ("Subject\n\nA b: 1\n", &[]),
        ("Subject\n\nhttps://example.com\nA: 1\n", &[("https", "//example.com"), ("A", "1")]),
        ("Subject\n\nA:\n", &[("A", "")]),
        ("Subject\n\nA: 1\nSee merge request group/project!7\n", &[("A", "1")]),
        ("", &[]),
    ];
    for (message, expected) in cases {
        let read = trailer::read(message, &|line| line.starts_with("See merge request "));
        let read: Vec<(&str, &str)> =
            read.iter().map(|it| (it.token.as_str(), it.value.as_str())).collect();
        assert_eq!(read, *expected, "{message:?}");
    }
}

#[test]
fn the_builder_makes_the_same_commits_every_time() {
    let build = || {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        let text = SAMPLE.replace("stop invoicing.", "stop invoicing for two weeks.");
        repo.by("ana").write(ID, &text).commit("File the billing exception");
        repo.branch("renew").by("ana").edit(ID, "expires: 2027-01-10").with("sam").commit("Renew");
        repo.by("dana").write("README.md", "Hi\n").commit("Say hello");
        repo.by("lee").through("github").merge("renew", "Merge pull request #7 from ana/renew");
        repo.tip("main")
    };
    assert_eq!(build(), build());
    assert_eq!(build().to_string(), "85b67c89d1752d285ceac28078a7e9d21d162435");
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_of_commits_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(commit) = parse(&bytes) {
            commit.signature();
            commit.mergetags();
            commit.trailers(&|_| false);
            commit.problem();
        }
    }

    #[test]
    fn no_header_makes_the_reader_of_commits_panic(header in "(author|gpgsig|encoding|mergetag|x)[ -~\n<>\u{0}é]{0,80}", message in "\\PC{0,80}") {
        let raw = format!("{TREE}{header}\n\n{message}");
        if let Ok(commit) = parse(raw.as_bytes()) {
            commit.signature();
            commit.mergetags();
            commit.trailers(&|_| false);
            commit.problem();
        }
    }
}
