//! Where output goes: into anything but regular files, through links, and with the permissions of the umask.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::cli;
use crate::support::repo::Repo;
use crate::triage::{put, result, sarif, story};

/// The commands that write to a path, with that path.
fn writers(path: &str) -> [Vec<&str>; 3] {
    [
        vec!["report", "-o", path],
        vec!["triage", "in.sarif", "--filter", "-o", path],
        vec!["verify", "--write-checkpoint", path],
    ]
}

fn ledger() -> Repo {
    let repo = story();
    put(&repo, "in.sarif", sarif("trivy", &[result("CVE-2026-0001", "services/a.rs")]));
    repo
}

fn said(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_device_is_written_into_and_stays_one() {
    let repo = ledger();
    for args in writers("/dev/null") {
        let run = cli::run(repo.path(), &args);
        assert!(run.code < 2, "{args:?}: {}", run.err);
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device(), "{args:?}");
    }
    for args in writers("/dev/full") {
        let run = cli::run(repo.path(), &args);
        assert_eq!(run.code, 3, "{args:?}: {}", run.err);
        assert!(fs::metadata("/dev/full").unwrap().file_type().is_char_device(), "{args:?}");
    }
}

#[test]
fn a_pipe_is_written_into_and_stays_one() {
    let repo = ledger();
    let pipe = repo.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    for args in writers("pipe") {
        let read = std::thread::scope(|scope| {
            let reader = scope.spawn(|| fs::read(&pipe).unwrap());
            let run = cli::run(repo.path(), &args);
            assert!(run.code < 2, "{args:?}: {}", run.err);
            reader.join().unwrap()
        });
        assert!(!read.is_empty(), "{args:?}");
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo(), "{args:?}");
    }
    let run = cli::run(repo.path(), &["report", "-o", "/dev/stdout"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("Backlog") || !run.out.is_empty(), "{}", run.out);
}

#[test]
fn the_target_of_a_link_is_written_and_the_link_stays() {
    let repo = ledger();
    let folder = crate::support::temporary();
    for (n, args) in writers("link").into_iter().enumerate() {
        let link = repo.path().join("link");
        let target = folder.path().join(format!("target{n}"));
        fs::write(&target, "before").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&target, &link).unwrap();
        let run = cli::run(repo.path(), &args);
        assert!(run.code < 2, "{args:?}: {}", run.err);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "{args:?}");
        assert_ne!(said(&target), "before", "{args:?}");
        assert_eq!(fs::metadata(&target).unwrap().mode() & 0o777, 0o640, "{args:?}");
        fs::remove_file(&link).unwrap();
        // A link to a missing file creates its target.
        let fresh = format!("fresh{n}");
        symlink(&fresh, &link).unwrap();
        let run = cli::run(repo.path(), &args);
        assert!(run.code < 2, "{args:?}: {}", run.err);
        assert!(repo.path().join(&fresh).is_file(), "{args:?}");
        fs::remove_file(&link).unwrap();
        // A circular link is refused.
        symlink("link", &link).unwrap();
        assert_eq!(cli::run(repo.path(), &args).code, 3, "{args:?}");
        fs::remove_file(&link).unwrap();
    }
    for args in writers("exceptions") {
        assert_eq!(cli::run(repo.path(), &args).code, 2, "{args:?}");
    }
    fs::create_dir(repo.path().join("folder")).unwrap();
    for args in writers("folder") {
        let run = cli::run(repo.path(), &args);
        // `triage` writes its files into a folder; whether everything is covered is another question.
        match args.first() {
            Some(&"triage") => {
                assert!(run.code < 2, "{args:?}: {}", run.err);
                assert!(repo.path().join("folder/in.sarif").is_file());
            }
            _ => assert_eq!(run.code, 2, "{args:?}: {}", run.err),
        }
    }
}

#[test]
fn new_files_have_the_permissions_that_the_umask_leaves() {
    let repo = ledger();
    for (umask, mode) in [("077", 0o600), ("027", 0o640), ("022", 0o644)] {
        let name = format!("report-{umask}");
        let program = env!("CARGO_BIN_EXE_exledger");
        let status = Command::new("sh")
            .args([
                "-c",
                &format!("umask {umask} && {program} report -o {name} && {program} init --into"),
            ])
            .current_dir(repo.path())
            .env_clear()
            .env("HOME", repo.path().join("nobody"))
            .output()
            .unwrap();
        let found = fs::metadata(repo.path().join(&name));
        let found = found.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&status.stderr)));
        assert_eq!(found.mode() & 0o777, mode, "{umask}");
    }
}

#[test]
fn evidence_is_not_read_through_a_link_that_leads_out_of_the_repository() {
    let repo = story();
    let folder = crate::support::temporary();
    fs::write(folder.path().join("key"), "not for the ledger").unwrap();
    symlink(folder.path(), repo.path().join("logs")).unwrap();
    fs::create_dir(repo.path().join("kept")).unwrap();
    fs::write(repo.path().join("kept/log.txt"), "rotated").unwrap();
    symlink("kept", repo.path().join("also")).unwrap();
    let close = |evidence: &str| {
        let args =
            ["close", "EXC-2026-C0VER", "--outcome", "remediated", "--reason", "It is corrected"];
        let more = ["--by", "ana@example.com", "--dry-run", "--no-input", "--evidence", evidence];
        cli::run(repo.path(), &[&args[..], &more].concat())
    };
    let outside = format!("E1=log:{}", folder.path().join("key").display());
    for (evidence, is_read) in [
        ("E1=log:logs/key", false),
        ("E1=log:kept/../logs/key", false),
        ("E1=log:kept/log.txt", true),
        ("E1=log:also/log.txt", true),
        // A path stated as outside the repository, without a link.
        (&outside, true),
    ] {
        let run = close(evidence);
        let refused = run.err.contains("follows a link out of the repository");
        assert_eq!(refused, !is_read, "{evidence}: {}{}", run.out, run.err);
        assert_eq!(run.code == 2, !is_read, "{evidence}: {}{}", run.out, run.err);
    }
}
