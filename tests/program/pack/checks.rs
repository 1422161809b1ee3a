//! The checks that a pack's README spells out, run as somebody would who reads it. Start at [`checked`].

use std::path::Path;
use std::process::Command;

use crate::cli;
use crate::pack::{SIGNED, pack, story};
use crate::support::project;
use crate::support::repo::git;
use crate::support::tools::need;

/// Runs the commands of a README in a pack, as somebody would who reads it.
fn checked(pack: &Path, clone: &Path) -> (String, String) {
    let readme = std::fs::read_to_string(pack.join("README.txt")).unwrap();
    let commands = readme.lines().filter_map(|line| line.strip_prefix("    "));
    let script: String = commands
        .map(|line| match line {
            "CLONE=/path/to/clone" => format!("CLONE='{}'\n", clone.display()),
            line => format!("{line}\n"),
        })
        .collect();
    for command in ["sha256sum -c", "hash-object", "rev-parse", "ssh-keygen -Y verify"] {
        assert!(script.contains(command), "{command}: {script}");
    }
    let mut path =
        std::ffi::OsString::from(Path::new(env!("CARGO_BIN_EXE_exledger")).parent().unwrap());
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(pack)
        .env_clear()
        .env("PATH", path)
        .env(cli::REAL_CLOCK.0, "2031-01-01T00:00:00Z")
        .env("HOME", pack)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn it_can_be_checked_with_sha256sum_git_and_ssh_keygen_alone() {
    need(&["ssh-keygen", "sha256sum"]);
    let repo = story();
    let clone = repo.clone_with(&["--bare"]);
    let place = crate::support::temporary();
    let archive = place.path().join("audit.tar.gz");
    assert_eq!(pack(repo.path(), archive.to_str().unwrap(), &[]).code, 1);
    let tar = Command::new("tar").args(["xzf", "audit.tar.gz"]).current_dir(place.path()).status();
    assert!(tar.unwrap().success());
    let folder = place.path().join("pack-2026-12-01-2026-12-31");
    let (out, err) = checked(&folder, clone.path());
    let (again, rest) = err.split_once('\n').unwrap();
    let place = folder.join("../again.tar.gz").display().to_string();
    assert!(again.starts_with(&place), "the whole path, because of -C: {err}");
    assert!(!rest.contains("FAILED") && rest.contains("(verify.txt)"), "{err}");
    let lines: Vec<&str> = out.lines().collect();
    let tip = git(clone.path(), &["rev-parse", "main~1"]);
    assert!(lines[0].starts_with(tip.trim()), "{out}");
    assert!(
        lines[1].starts_with("Good \"exledger-approval@v1\" signature for dana@example.com"),
        "{out}"
    );
    assert!(lines[2].starts_with("is about the packed version: approvals/"), "{out}");
    let digests: Vec<&str> = lines[3..].iter().filter_map(|it| it.split(' ').next()).collect();
    assert_eq!(digests.len(), 2, "again.tar.gz and audit.tar.gz: {out}");
    assert_eq!(digests[0], digests[1], "{out}");
    let inside = std::fs::read_dir(clone.path()).unwrap();
    let names = inside.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(!names.into_iter().any(|name| name.contains("again")), "nothing goes into the clone");
}

#[test]
fn a_pack_that_was_changed_is_found_out() {
    need(&["ssh-keygen", "sha256sum"]);
    let repo = story();
    let place = crate::support::temporary();
    let folder = place.path().join("pack");
    assert_eq!(pack(repo.path(), folder.to_str().unwrap(), &[]).code, 1);
    let path = folder.join(format!("records/{SIGNED}.yaml"));
    let changed = std::fs::read_to_string(&path).unwrap().replace("2027-01-20", "2027-09-20");
    std::fs::write(&path, changed).unwrap();
    let approval = project::files(&folder.join("approvals"), "txt").remove(0);
    let text = std::fs::read_to_string(&approval).unwrap();
    std::fs::write(&approval, text.replace("2026-11-20", "2026-11-19")).unwrap();
    let (out, err) = checked(&folder, repo.path());
    let all = format!("{out}{err}");
    for complaint in [
        &format!("records/{SIGNED}.yaml: FAILED"),
        &format!("other bytes than git's: records/{SIGNED}.yaml"),
        "not verified: approvals/",
        "is about an earlier version: approvals/",
    ] {
        assert!(all.contains(complaint), "{complaint}: {all}");
    }
}

#[test]
fn a_file_that_was_added_is_found_out() {
    need(&["ssh-keygen", "sha256sum"]);
    let repo = story();
    let place = crate::support::temporary();
    let folder = place.path().join("pack");
    assert_eq!(pack(repo.path(), folder.to_str().unwrap(), &[]).code, 1);
    let (out, err) = checked(&folder, repo.path());
    assert!(!out.contains("not in SHA256SUMS"), "{out}{err}");
    for name in ["records/EXC-2026-ADDED.yaml", "approvals/SHA256SUMS", ".hidden", "two words"] {
        std::fs::write(folder.join(name), "added\n").unwrap();
        let (out, err) = checked(&folder, repo.path());
        let line = format!("not in SHA256SUMS: {name}");
        assert_eq!(out.lines().filter(|it| *it == line).count(), 1, "{out}{err}");
    }
}
