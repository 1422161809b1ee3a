//! The command itself: exit codes, streams, files. Start at [`export`].

use crate::cli::{self, Run};
use crate::support::export::{ID, ON, empty, file, ledger, record};
use crate::support::repo::Repo;

fn export(repo: &Repo, args: &[&str]) -> Run {
    cli::run(repo.path(), &[&["--on", ON, "export"], args].concat())
}

#[test]
fn files_are_written_as_the_flags_say() {
    let repo = ledger("{tool: trivy, id: CVE-2026-1}, {tool: osv-scanner, id: CVE-2026-1}");
    repo.checkout();
    let shown = export(&repo, &["trivy"]);
    assert_eq!((shown.code, shown.err.as_str()), (0, ""));
    assert_eq!(export(&repo, &["trivy", "-o", "out.yaml"]).out, "");
    let read = |name: &str| std::fs::read_to_string(repo.path().join(name)).unwrap();
    assert_eq!(read("out.yaml"), shown.out);
    let refused = export(&repo, &["osv-scanner"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("give a folder with -o DIR"), "{}", refused.err);
    assert_eq!(export(&repo, &["osv-scanner", "-o", "new/dir"]).code, 0);
    assert!(read("new/dir/osv-scanner.toml").contains("CVE-2026-1"));
    assert_eq!(export(&repo, &["trivy", "-o", "a", "--into", "b"]).code, 2);
    assert_eq!(export(&repo, &["trivy", "--format", "json"]).code, 2);
}

#[test]
fn an_export_without_entries_says_why() {
    let repo = ledger("{tool: trivy, id: CVE-2026-1}");
    repo.checkout();
    let none = export(&repo, &["osv-scanner", "-o", "new"]);
    let note = "note: no exception in force names a finding of osv-scanner\n";
    assert_eq!((none.code, none.err.as_str()), (0, note));
    let left_out = export(&repo, &["trivy", "-o", "out.yaml"]);
    assert_eq!((left_out.code, left_out.err.as_str()), (0, ""));
}

#[test]
#[cfg(unix)]
fn links_are_refused() {
    let repo = ledger("{tool: trivy, id: CVE-2026-1}, {tool: osv-scanner, id: CVE-2026-1}");
    repo.checkout();
    std::os::unix::fs::symlink("exledger.yaml", repo.path().join("link")).unwrap();
    for flag in ["-o", "--into"] {
        let refused = export(&repo, &["trivy", flag, "link"]);
        assert_eq!(refused.code, 2);
        assert!(refused.err.contains("link is a link"), "{}", refused.err);
    }
    std::fs::create_dir(repo.path().join("dir")).unwrap();
    let inside = repo.path().join("dir/osv-scanner.toml");
    std::os::unix::fs::symlink("../exledger.yaml", inside).unwrap();
    assert_eq!(export(&repo, &["osv-scanner", "-o", "dir"]).code, 2);
    let policy = std::fs::read_to_string(repo.path().join("exledger.yaml")).unwrap();
    assert!(!policy.contains("CVE-2026-1"));
}

#[test]
fn losses_are_named_and_decide_the_exit_code() {
    let repo = ledger("{tool: grype, id: CVE-2026-1, paths: [a/**]}");
    repo.checkout();
    let left_out = export(&repo, &["grype"]);
    let line = format!("{ID} findings[0] grype:CVE-2026-1: term: grype's entries have no end\n");
    assert_eq!(left_out.code, 1);
    assert!(
        left_out.err.starts_with(&line) && left_out.err.contains("--allow-lossy"),
        "{}",
        left_out.err
    );
    assert!(!left_out.out.contains("CVE-2026-1"));
    let other = export(&repo, &["grype", "--allow-lossy=scope"]);
    assert_eq!((other.code, other.out), (1, left_out.out));
    for flag in ["--allow-lossy", "--allow-lossy=term", "--allow-lossy=scope,term"] {
        let written = export(&repo, &["grype", flag]);
        assert_eq!((written.code, written.err.as_str()), (0, line.as_str()), "{flag}");
        assert_eq!(written.out.matches("LOSSY(term)").count(), 2);
    }
    assert_eq!(export(&repo, &["grype", "--allow-lossy=all"]).code, 2);
}

#[test]
fn a_file_that_is_no_record_is_named_and_harms_no_other() {
    let repo = ledger("{tool: trivy, id: CVE-2026-1}");
    let branch = repo.branch("bad");
    branch.by("ana").write("exceptions/EXC-2026-BR0KE.yaml", "id: [\n").commit("File it");
    repo.by("dana").merge("bad", "Merge branch 'bad'");
    repo.checkout();
    let answer = export(&repo, &["trivy"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(
        answer.err.starts_with("warning: exceptions/EXC-2026-BR0KE.yaml is left out: "),
        "{}",
        answer.err
    );
    assert!(answer.out.contains("CVE-2026-1"));
}

#[test]
fn only_records_in_force_are_exported_with_their_approved_content() {
    let repo = empty(crate::support::export::POLICY);
    let rows = [
        ("EXC-2026-SCHED", "expires: 2026-12-20\n", "2026-12-01"),
        ("EXC-2026-PAST0", "expires: 2026-11-20\n", "2026-11-20"),
        (ID, "expires: 2026-12-20\n", "2026-11-20"),
    ];
    for (id, rest, starts) in rows {
        let text = record(id, &format!("{{tool: trivy, id: CVE-{id}}}"), rest);
        file(&repo, id, &text.replace("starts: 2026-11-20", &format!("starts: {starts}")));
    }
    let asked = record("EXC-2026-ASKED", "{tool: trivy, id: CVE-ASKED}", "expires: 2026-12-20\n");
    repo.branch("asked").by("ana").write("EXC-2026-ASKED", &asked).commit("Ask");
    // Ana widens her record without anybody's approval.
    let wide = record(
        ID,
        &format!("{{tool: trivy, id: CVE-{ID}}}, {{tool: trivy, id: CVE-MORE}}"),
        "expires: 2026-12-24\n",
    );
    repo.by("ana").write(ID, &wide).commit("Widen it");
    repo.checkout();
    let answer = export(&repo, &["trivy"]);
    assert_eq!(answer.out.matches("- id: ").count(), 1, "{}", answer.out);
    assert!(answer.out.contains(&format!("- id: CVE-{ID}\n")));
    assert!(answer.out.contains("expired_at: 2026-12-20T23:59:59Z"), "{}", answer.out);
}

#[test]
fn a_record_that_cannot_be_determined_is_no_empty_answer() {
    let repo = ledger("{tool: trivy, id: CVE-2026-1}");
    repo.wait("1d");
    repo.by("dana").write("README.md", "Later").commit("Later");
    let clone = repo.clone_with(&["--depth=1"]);
    let answer = cli::run(clone.path(), &["--on", "2026-11-23", "export", "trivy"]);
    assert_eq!(answer.code, 3, "{} {}", answer.out, answer.err);
    assert!(
        answer.err.contains(&format!("could not determine whether {ID} is in force")),
        "{}",
        answer.err
    );
    assert!(!answer.out.contains("CVE-2026-1"));
}

#[test]
fn a_place_where_nothing_can_be_written_is_a_usage_error() {
    let repo = ledger("{tool: trivy, id: CVE-2026-1}, {tool: osv-scanner, id: CVE-2026-1}");
    repo.checkout();
    std::fs::write(repo.path().join("taken"), "mine").unwrap();
    let on = ["--on", ON];
    for (words, says) in [
        (&["export", "csv", "-o", "."][..], "is a folder\n  help: give a file"),
        (&["export", "trivy", "-o", "exceptions"], "is a folder\n  help: give a file"),
        (&["export", "trivy", "--into", "exceptions"], "is a folder\n  help: give a file"),
        (&["export", "trivy", "-o", "missing/x.yaml"], "there is no folder "),
        (&["export", "jsonl", "-o", "missing/x.jsonl"], "there is no folder "),
        (&["export", "revocations", "--format", "csv", "-o", "missing/x"], "there is no folder "),
        (&["report", "-o", "missing/x"], "there is no folder "),
        (&["report", "-o", "exceptions"], "is a folder\n  help: give a file"),
        (&["export", "osv-scanner", "-o", "taken"], "is a file\n  help: give a folder"),
        (&["export", "osv-scanner", "-o", "ignores.zip"], "archive that is not written"),
        (&["export", "fleet", "-o", "taken"], "is a file\n  help: give a folder"),
        (&["report", "-o", "new/"], "is a folder\n  help: give a file"),
        (&["export", "osv-scanner", "-o", "/dev/null"], "is a file\n  help: give a folder"),
        (&["export", "trivy", "--into", "/dev/zero"], "/dev/zero is not a regular file"),
        (&["export", "csv", "-o", "rows.zip"], "archive that is not written"),
        (&["export", "trivy", "-o", "-"], "leave -o out to write to stdout"),
        (&["report", "-o", "-"], "leave -o out to write to stdout"),
    ] {
        let run = cli::run(repo.path(), &[&on[..], words].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{words:?}: {}", run.err);
        assert!(run.err.contains(says), "{words:?}: {}", run.err);
        assert!(!run.err.contains(".exledger-"), "{}", run.err);
    }
    assert_eq!(std::fs::read_to_string(repo.path().join("taken")).unwrap(), "mine");
    assert!(!repo.path().join("missing").exists() && !repo.path().join("ignores.zip").exists());
}

#[test]
fn each_refusal_to_edit_a_file_says_what_to_do_about_it() {
    let repo = ledger("{tool: trivy, id: CVE-2026-1}");
    repo.checkout();
    assert_eq!(export(&repo, &["trivy", "-o", "whole.yaml"]).code, 0);
    std::fs::write(repo.path().join(".trivyignore"), "CVE-2020-1\n").unwrap();
    std::fs::write(repo.path().join("map.yaml"), "vulnerabilities: {a: b}\n").unwrap();
    for (name, says) in [
        ("whole.yaml", "help: write it again with -o, or give --into another file"),
        (".trivyignore", "(.trivyignore.yaml, not .trivyignore)"),
        ("map.yaml", "help: change that in the file"),
    ] {
        let refused = export(&repo, &["trivy", "--into", name]);
        assert_eq!(refused.code, 2, "{}", refused.err);
        assert!(refused.err.contains(says), "{name}: {}", refused.err);
        assert_eq!(refused.err.matches("help:").count(), 1, "{}", refused.err);
    }
}
