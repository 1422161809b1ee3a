//! Truncated objects, oversized files, names that are not text: each is reported, and hides nothing else.

use exledger::history::objects::{ObjectKind, Objects, Obstacle};
use exledger::store::git::Repository;

use crate::support::history::own;
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

/// A record that was filed and renewed, in loose objects.
pub(crate) fn small() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.write_loose();
    repo.by("ana").write(ID, SAMPLE).write("sub/notes.txt", "x").commit("File it");
    repo.by("ana").edit(ID, "expires: 2027-01-10").commit("Renew it");
    repo
}

/// Returns the file of a loose object, made writable.
pub(crate) fn loose(repo: &Repo, oid: git2::Oid) -> std::path::PathBuf {
    let hex = oid.to_string();
    let path = repo.git.path().join("objects").join(&hex[..2]).join(&hex[2..]);
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false, reason = "a file of this test alone")]
    permissions.set_readonly(false);
    std::fs::set_permissions(&path, permissions).unwrap();
    path
}

#[test]
fn a_loose_object_that_was_cut_off_is_unreadable_wherever_it_was_cut() {
    let repo = small();
    // Incompressible bytes, repetitive bytes, and few bytes: stored, dynamic and fixed blocks.
    let mut state = 7_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(70_000)
    .collect();
    let texts = [noise, SAMPLE.repeat(40).into_bytes(), b"few".to_vec(), Vec::new()];
    for text in texts {
        let blob = repo.git.blob(&text).unwrap();
        let path = loose(&repo, blob);
        let whole = std::fs::read(&path).unwrap();
        let git = Repository::discover(repo.path()).unwrap();
        assert_eq!(git.read(own(blob)), Ok((ObjectKind::Blob, text.clone())));
        let step = (whole.len() / 97).max(1);
        for length in (0..whole.len()).step_by(step).chain(whole.len() - 5..whole.len()) {
            std::fs::write(&path, &whole[..length]).unwrap();
            let read = git.read(own(blob));
            assert!(
                matches!(read, Err(Obstacle::Unreadable { .. })),
                "{length} of {}",
                whole.len()
            );
        }
        std::fs::write(&path, &whole).unwrap();
        assert!(git.read(own(blob)).is_ok());
    }
}

#[test]
fn no_command_hangs_at_an_object_that_was_cut_off() {
    let repo = small();
    repo.by("root").write("exledger.yaml", "version: 1\n").commit("Begin");
    repo.branch("next").by("ana").edit(ID, "expires: 2027-01-11").commit("Renew it again");
    repo.checkout();
    repo.git.set_head("refs/heads/next").unwrap();
    repo.scribble(ID, &SAMPLE.replace("2026-12-20", "2027-01-12"));
    for revision in [
        "main",
        "main^{tree}",
        "main:exceptions",
        "main:exceptions/EXC-2026-7F3KQ.yaml",
        "main:exledger.yaml",
        "main~1",
        "next",
        "next^{tree}",
        "next:exceptions",
    ] {
        let oid = repo.git.revparse_single(revision).unwrap().id();
        let path = loose(&repo, oid);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 8]).unwrap();
        for args in [
            &["list"][..],
            &["lint"],
            &["lint", "--base", "main"],
            &["diff"],
            &["check", "--application", "billing"],
            &["show", ID],
            &["verify"],
            &["list", "--as-of", "main~1"],
        ] {
            let run = crate::cli::run(repo.path(), args);
            assert!(run.code < 4, "{args:?} without {revision}: {} {}", run.code, run.err);
            let denies = args[0] != "check" || run.code != 0;
            assert!(denies || !revision.starts_with("main"), "{revision}: {}", run.out);
        }
        std::fs::write(&path, &whole).unwrap();
    }
}

/// The record has the bytes of its first version under the id of its second, or the folder has those of before.
#[test]
fn an_object_whose_content_is_that_of_another_is_not_read_loose_or_packed() {
    for (before, after) in [
        ("main~1:exceptions/EXC-2026-7F3KQ.yaml", "main:exceptions/EXC-2026-7F3KQ.yaml"),
        ("main~1:exceptions", "main:exceptions"),
        ("main~1^{tree}", "main^{tree}"),
        ("main~1", "main"),
    ] {
        for is_packed in [false, true] {
            let repo = small();
            repo.by("root").write("exledger.yaml", "version: 1\n").commit("Begin");
            repo.by("ana").edit(ID, "expires: 2027-01-11").commit("Renew it again");
            repo.checkout();
            let [before, after] =
                [before, after].map(|it| repo.git.revparse_single(it).unwrap().id());
            if is_packed {
                crate::support::repo::git(repo.path(), &["repack", "-adq"]);
                swap_in_pack(&repo, before, after);
            } else {
                let place = loose(&repo, after);
                std::fs::copy(loose(&repo, before), place).unwrap();
            }
            let git = Repository::discover(repo.path()).unwrap();
            let read = git.read(own(after));
            assert!(
                matches!(read, Err(Obstacle::Unreadable { .. })),
                "{after} {is_packed}: {read:?}"
            );
            for args in
                [&["list"][..], &["check", "--application", "billing"], &["show", ID], &["verify"]]
            {
                let run = crate::cli::run(repo.path(), args);
                assert_eq!(run.code, 3, "{args:?} {after} {is_packed}: {} {}", run.out, run.err);
                assert!(
                    run.err.contains("its content is not that of its id")
                        || run.out.contains("its content is not that of its id"),
                    "{args:?}: {} {}",
                    run.out,
                    run.err
                );
            }
        }
    }
}

/// Swaps two objects in the index of the only pack: each id leads to the bytes of the other.
fn swap_in_pack(repo: &Repo, one: git2::Oid, other: git2::Oid) {
    let packs = std::fs::read_dir(repo.git.path().join("objects/pack")).unwrap();
    let mut paths = packs.map(|entry| entry.unwrap().path());
    let path = paths.find(|path| path.extension().is_some_and(|it| it == "idx")).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let n_objects =
        usize::try_from(u32::from_be_bytes(bytes[1028..1032].try_into().unwrap())).unwrap();
    let ids = 1032;
    let offsets = ids + n_objects * (20 + 4);
    let place = |oid: git2::Oid| {
        let mut found = bytes[ids..ids + n_objects * 20].chunks(20);
        offsets + 4 * found.position(|id| id == oid.as_bytes()).unwrap()
    };
    let (one, other) = (place(one), place(other));
    for at in 0..4 {
        bytes.swap(one + at, other + at);
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, &bytes).unwrap();
}

/// A file that may have changed since the index was written is hashed, and its attributes are read for that.
#[test]
fn attributes_in_the_index_that_were_cut_off_hang_no_command() {
    let folder = crate::support::temporary();
    let at = |path: &str| folder.path().join(path);
    let git = |args: &[&str]| {
        let mut git = std::process::Command::new("git");
        let git = git
            .args(["-c", "user.name=Ana Ruiz", "-c", "user.email=ana@example.com"])
            .args(args)
            .current_dir(folder.path());
        let output = git.output().unwrap();
        assert!(output.status.success(), "{args:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["init", "-q", "-b", "main"]);
    std::fs::create_dir(at("exceptions")).unwrap();
    let record = "exceptions/EXC-2026-7F3KQ.yaml";
    let files =
        [("exledger.yaml", "version: 1\n"), (record, SAMPLE), (".gitattributes", "* text=auto\n")];
    for (path, text) in files {
        std::fs::write(at(path), text).unwrap();
    }
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "Begin"]);
    let blob = git(&["rev-parse", "main:.gitattributes"]);
    let (first, rest) = blob.trim().split_at(2);
    let path = at(&format!(".git/objects/{first}/{rest}"));
    let whole = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 8]).unwrap();
    for args in [
        &["list"][..],
        &["lint", "--base", "main"],
        &["diff", "main"],
        &["show", ID],
        &["check", "--application", "billing"],
    ] {
        std::fs::write(at(record), SAMPLE).unwrap();
        let run = crate::cli::run(folder.path(), args);
        assert!(
            run.code < 4 && (args[0] != "check" || run.code != 0),
            "{args:?}: {} {}",
            run.code,
            run.err
        );
    }
}

#[test]
fn a_file_that_is_too_long_is_refused_unread_in_every_tree() {
    let repo = small();
    let long = format!("{SAMPLE}# {}\n", "x".repeat(70_000));
    let policy = format!("version: 1\n# {}\n", "x".repeat(1_048_600));
    repo.by("root").write("exledger.yaml", "version: 1\n").commit("Begin");
    let before = repo.history();
    repo.by("mal").write(ID, &long).commit("Make it long");
    let history = repo.history();
    let key = exledger::history::version::TrailKey::Id(ID.to_owned());
    let trail = &history.trails[&key];
    let last = trail.last().unwrap();
    assert!(last.record.record().is_none());
    assert_eq!(last.digest, None);
    assert_eq!(before.trails[&key].versions.len() + 1, trail.versions.len());
    repo.checkout();
    for args in [&["lint"][..], &["verify"], &["diff", "main~1"]] {
        let run = crate::cli::run(repo.path(), args);
        assert!(run.code < 2, "{args:?}: {}", run.err);
        let told = run.out.contains("too-large") || args[0] == "diff";
        assert!(told, "{args:?}: {}", run.out);
    }
    let asked = crate::cli::run(repo.path(), &["check", "--application", "billing"]);
    assert_eq!(asked.code, 1, "{}", asked.out);
    repo.by("mal").write("exledger.yaml", &policy).commit("Make it long, too");
    repo.checkout();
    let asked = crate::cli::run(repo.path(), &["lint"]);
    assert!(asked.out.contains("too-large") && asked.code == 1, "{}{}", asked.out, asked.err);
    let asked = crate::cli::run(repo.path(), &["check", "--application", "billing"]);
    assert_ne!(asked.code, 0, "{}", asked.out);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_hide_no_other_record() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let repo = small();
    repo.by("root").write("exledger.yaml", "version: 1\n").commit("Begin");
    repo.checkout();
    let folder = repo.path().join("exceptions");
    std::fs::write(folder.join(OsStr::from_bytes(b"caf\xe9.yaml")), SAMPLE).unwrap();
    let inner = folder.join(OsStr::from_bytes(b"b\xfcro"));
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(inner.join("EXC-2026-0THER.yaml"), SAMPLE.replace("risk:", "risks:")).unwrap();
    let lint = crate::cli::run(repo.path(), &["lint"]);
    assert_eq!(lint.code, 1, "{}", lint.err);
    for told in ["3 records", "caf\\xe9.yaml", "b\\xfcro/EXC-2026-0THER.yaml", "risks"] {
        assert!(lint.out.contains(told), "{told}: {}", lint.out);
    }
    for args in [&["diff"][..], &["lint", "--base", "main"], &["list"], &["queue"]] {
        let run = crate::cli::run(repo.path(), args);
        assert!(run.code < 2, "{args:?}: {}", run.err);
    }
    let diff = crate::cli::run(repo.path(), &["diff"]);
    assert!(diff.out.contains("0THER"), "{}", diff.out);
    // The same names, committed.
    crate::support::repo::git(repo.path(), &["add", "-A"]);
    crate::support::repo::git(
        repo.path(),
        &["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "commit", "-qm", "Odd names"],
    );
    for args in [&["lint"][..], &["list"], &["verify"], &["diff", "main~1"]] {
        let run = crate::cli::run(repo.path(), args);
        assert!(run.code < 2, "{args:?}: {}", run.err);
    }
}
