//! Where a pack goes, and what is said about it. Start at [`pack`].

use std::sync::atomic::{AtomicBool, Ordering};

use exledger::features;
use exledger::features::pack::answer::PackRequest;
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::options::Options;

use crate::cli;
use crate::pack::{LATER, SPAN, pack, story};
use crate::support::repo::git;

#[test]
fn an_exit_code_that_is_not_zero_is_explained() {
    let repo = story();
    let place = crate::support::temporary();
    let archive = place.path().join("audit.tar.gz");
    let args = [&["export", "pack"], &SPAN[..], &["-o", archive.to_str().unwrap()]].concat();
    for args in [args.clone(), [&args[..], &["--quiet"]].concat()] {
        let run = cli::run(repo.path(), &args);
        assert_eq!(run.code, 1, "{}", run.err);
        let words = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("verify found ") && words.contains(" error"), "{words}");
        assert!(words.ends_with("(verify.txt), so the exit code is 1"), "{words}");
    }
}

#[test]
fn the_name_of_another_archive_is_no_folder() {
    let repo = story();
    let place = crate::support::temporary();
    for name in ["a.tar", "a.zip", "a.ZIP", "a.tar.xz"] {
        let path = place.path().join(name);
        let run = pack(repo.path(), path.to_str().unwrap(), &[]);
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains("ends in .tar.gz"), "{}", run.err);
        assert!(!path.exists());
    }
    let archive = place.path().join("a.tgz");
    assert_eq!(pack(repo.path(), archive.to_str().unwrap(), &[]).code, 1);
    assert!(archive.is_file());
}

#[test]
fn a_message_names_the_whole_path_with_another_folder() {
    let repo = story();
    let place = crate::support::temporary();
    let at = repo.path().display().to_string();
    let span = ["export", "pack", "--from", "2026-12-01", "--to", "2026-12-31", "-o", "a.tar.gz"];
    let run = cli::run(place.path(), &[&["-C", at.as_str()], &span[..]].concat());
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.starts_with(&format!("{at}/a.tar.gz: ")), "{}", run.err);
    assert!(repo.path().join("a.tar.gz").is_file());
    let run = cli::run(place.path(), &["-C", at.as_str(), "export", "fleet", "-o", "rows"]);
    let words = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(run.code, 0, "{words}");
    assert_eq!(words, format!("hint: -o is relative to -C: written to {at}/rows"));
}

#[test]
fn a_report_whose_span_is_over_names_the_day_of_its_figures() {
    let repo = story();
    let report = |more: &[&str]| {
        let run = cli::run(repo.path(), &[&["report"], &SPAN[..], more].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        run.out
    };
    let now = report(&[]);
    assert!(now.contains("\nAt 2031-01-01, **no exceptions** are in force"), "{now}");
    let then = report(&["--as-of", "2026-12-31"]);
    assert!(!then.contains("\nAt ") && then.contains(" in force"), "{then}");
}

#[test]
fn a_branch_that_moves_meanwhile_is_read_at_one_commit() {
    let repo = story();
    let new = repo.tip("main");
    let old = git(repo.path(), &["rev-parse", "main~1"]).trim().parse::<git2::Oid>().unwrap();
    let file = repo.path().join(".git/refs/heads/main");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // As a fetch does: each state is complete, and follows the other at any moment.
            for oid in [old, new].iter().cycle().take_while(|_| !is_over.load(Ordering::Relaxed)) {
                let next = file.with_extension("next");
                std::fs::write(&next, format!("{oid}\n")).unwrap();
                std::fs::rename(&next, &file).unwrap();
            }
        });
        let _end = Over(&is_over);
        let session = Session::open(repo.path(), Options::default()).unwrap();
        let instant = |text: &str| Instant::parse(text).unwrap();
        let request = PackRequest {
            from: instant("2026-11-01T00:00:00Z"),
            to: instant("2027-01-31T00:00:00Z"),
            now: instant("2027-02-01T00:00:00Z"),
        };
        for _ in 0..20 {
            let packed = features::pack::prepare(&session, request).unwrap();
            let commit = packed.snapshot().stamp().commit.clone().unwrap();
            assert!([old, new].iter().any(|it| it.to_string() == commit), "{commit}");
            assert_eq!(packed.checkpoint().unwrap().tip, commit);
            let has_later = packed.records().iter().any(|it| it.id() == LATER);
            assert_eq!(has_later, commit == new.to_string(), "{commit}");
        }
    });
}

/// Says that something is over, also when what it is part of panics.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
