//! Which files are searched: those that git tracks, as they are in the work tree.

use super::{ID, POLICY, are, found, ledger, record, track};
use crate::support::repo::{Repo, git};

const LINE: &str = "x()  # nosec\n";

fn plain() -> Repo {
    ledger(POLICY, &record("{tool: bandit, id: B602}"))
}

#[test]
fn the_work_tree_counts_where_a_tracked_file_is_there_and_else_the_index() {
    let repo = plain();
    track(&repo, &[(".gitignore", "*.py\n"), ("a.py", "x()\n"), ("b.py", LINE), ("c.py", LINE)]);
    repo.scribble("a.py", LINE);
    repo.scribble("b.py", "x()\n");
    std::fs::remove_file(repo.path().join("c.py")).unwrap();
    repo.scribble("untracked.py", LINE);
    let expected = are(&[("a.py:1", "uncovered"), ("c.py:1", "uncovered")]);
    assert_eq!(found(&repo, &[]), (1, expected));
}

#[test]
fn binary_large_and_linked_files_are_passed_over() {
    let repo = plain();
    let large = format!("{LINE}{}", "#".repeat(1 << 20));
    let most = format!("{LINE}{}", "#".repeat((1 << 20) - LINE.len()));
    track(&repo, &[("large.py", &large), ("most.py", &most), ("binary.py", "\0# nosec\n")]);
    assert_eq!(found(&repo, &[]), (1, are(&[("most.py:1", "uncovered")])));
    #[cfg(unix)]
    {
        let outside = crate::support::temporary();
        std::fs::write(outside.path().join("a.py"), LINE).unwrap();
        track(&repo, &[("linked/a.py", LINE), ("most.py", "\n"), ("link.py", LINE)]);
        std::fs::remove_dir_all(repo.path().join("linked")).unwrap();
        std::fs::remove_file(repo.path().join("link.py")).unwrap();
        std::os::unix::fs::symlink(outside.path(), repo.path().join("linked")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("a.py"), repo.path().join("link.py"))
            .unwrap();
        assert_eq!(found(&repo, &[]), (0, vec![]));
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_not_clean() {
    use std::os::unix::fs::PermissionsExt;
    let repo = plain();
    track(&repo, &[("a.py", "x()\n")]);
    let path = repo.path().join("a.py");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    let run = super::scan(&repo, &[]);
    if std::fs::read(&path).is_ok() {
        // Root may read everything.
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        return;
    }
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(run.err.contains("a.py can't be read"), "{}", run.err);
}

#[test]
fn sparse_files_are_read_from_their_objects() {
    let repo = plain();
    track(&repo, &[("in/a.py", "x()\n"), ("out/b.py", LINE)]);
    git(
        repo.path(),
        &["sparse-checkout", "set", "--no-cone", "/in/", "/exceptions/", "/exledger.yaml"],
    );
    assert!(!repo.path().join("out/b.py").exists());
    assert_eq!(found(&repo, &[]), (1, are(&[("out/b.py:1", "uncovered")])));
}

#[test]
fn paths_narrow_the_search_and_name_tracked_files() {
    let repo = plain();
    track(&repo, &[("src/a.py", LINE), ("src/b/c.py", LINE), ("srcs/d.py", LINE)]);
    assert_eq!(
        found(&repo, &["src"]).1,
        are(&[("src/a.py:1", "uncovered"), ("src/b/c.py:1", "uncovered")])
    );
    assert_eq!(found(&repo, &["./src/b/../a.py"]).1, are(&[("src/a.py:1", "uncovered")]));
    assert_eq!(found(&repo, &["."]).1.len(), 3);
    let from = repo.path().join("src");
    let run = crate::cli::run(&from, &["--on", super::ON, "scan", "b", "--format", "json"]);
    assert!(run.out.contains("\"src/b/c.py\""), "{}", run.out);
    repo.scribble("new.py", LINE);
    for wrong in ["nowhere", "new.py", "/elsewhere", "../no-such-folder"] {
        let run = super::scan(&repo, &[wrong]);
        assert_eq!(run.code, 2, "{wrong}: {}", run.err);
        assert!(run.err.contains("help: "), "{}", run.err);
    }
}

#[test]
fn many_files_are_found_whatever_the_threads() {
    let repo = plain();
    let files: Vec<(String, String)> = (0..700)
        .map(|n| {
            (format!("d{}/f{n}.py", n % 7), if n % 100 == 3 { LINE } else { "x()\n" }.to_owned())
        })
        .collect();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    track(&repo, &files);
    let (_, first) = found(&repo, &[]);
    assert_eq!(first.len(), 7);
    assert_eq!(found(&repo, &[]).1, first);
}

#[test]
fn the_status_of_the_record_decides() {
    let repo = plain();
    let cited = format!("x()  # nosec B602 # {ID}\n");
    track(&repo, &[("a.py", &cited)]);
    assert_eq!(found(&repo, &[]), (0, vec![]));
    // After the end, before the approval, and without the history.
    let after = ["--on", "2026-12-21", "scan", "--format", "json"];
    let run = crate::cli::run(repo.path(), &after);
    assert!(run.code == 1 && run.out.contains("scan-not-in-force"), "{}", run.out);
    let alone = record("{tool: bandit, id: B602}").replace(ID, "EXC-2026-A1NE0");
    repo.by("ana").write("EXC-2026-A1NE0", &alone).commit("File it alone");
    track(&repo, &[("a.py", &cited.replace(ID, "EXC-2026-A1NE0"))]);
    assert_eq!(found(&repo, &[]), (1, are(&[("a.py:1", "not-in-force")])));
    track(&repo, &[("a.py", &cited)]);
    let folder = crate::support::temporary();
    let from = format!("file://{}", repo.path().display());
    git(folder.path(), &["clone", "-q", "--depth", "1", &from, "cut"]);
    let run = crate::cli::run(&folder.path().join("cut"), &["--on", super::ON, "scan"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
}

#[test]
fn without_a_work_tree_nothing_is_clean() {
    let ledger = plain();
    let folder = crate::support::temporary();
    let from = ledger.path().display().to_string();
    git(folder.path(), &["clone", "-q", "--bare", &from, "bare"]);
    assert_eq!(crate::cli::run(&folder.path().join("bare"), &["scan"]).code, 3);
}
