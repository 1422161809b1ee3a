//! The address of the project: none in the tree until there is one, then the same one everywhere.

use std::path::Path;
use std::process::{Command, Output};

use super::{between, text};
use crate::support::project;

/// The address that stands for one, where a page needs a whole one.
const PLACEHOLDER: &str = "example/exledger";

/// The files that `scripts/fill-metadata.sh` reads or writes.
const FILES: &[&str] =
    &["Cargo.toml", "Cargo.lock", "CHANGELOG.md", "docs/start.md", "scripts/install.sh"];

/// Copies what the scripts of a release need, to be changed there.
pub(super) fn copied_tree() -> tempfile::TempDir {
    let tree = crate::support::temporary();
    for folder in ["scripts", "docs"] {
        std::fs::create_dir(tree.path().join(folder)).unwrap();
    }
    let scripts = ["scripts/fill-metadata.sh", "scripts/check-release.sh"];
    for name in FILES.iter().chain(&scripts) {
        std::fs::copy(project::root().join(name), tree.path().join(name)).unwrap();
    }
    // Whatever this tree names: the copy begins without an address.
    let script = tree.path().join("scripts/install.sh");
    let named = format!("\nrepository='{}'\n", repository());
    let unnamed = text("scripts/install.sh").replacen(&named, "\nrepository=''\n", 1);
    std::fs::write(script, unnamed).unwrap();
    tree
}

/// Runs a script of a copied tree.
pub(super) fn run(tree: &Path, script: &str, args: &[&str]) -> Output {
    Command::new("sh").arg(tree.join("scripts").join(script)).args(args).output().unwrap()
}

/// Returns the repository that the installer of this tree names; empty while there is none.
fn repository() -> String {
    between(&text("scripts/install.sh"), "\nrepository='", "'").to_owned()
}

/// Returns every address in a text that looks like one of this project: `HOST/OWNER/exledger`.
fn addresses(text: &str) -> Vec<String> {
    let hosts = ["github.com/", "gitlab.com/", "codeberg.org/", "ghcr.io/", "docker.io/"];
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
    let mut found = Vec::new();
    for host in hosts {
        for rest in text.split(host).skip(1) {
            let path: String = rest.chars().take_while(|letter| is_part(*letter)).collect();
            let mut parts = path.split('/');
            let (owner, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
            if name.trim_end_matches(".git") == "exledger" {
                found.push(format!("{owner}/exledger"));
            }
        }
    }
    found
}

#[test]
fn the_tree_names_no_address_of_the_project_but_the_one_of_its_installer() {
    // Assembled here, so that this file does not contain one itself.
    let somewhere = ["https://github.com", "ana", "exledger", "issues"].join("/");
    assert_eq!(addresses(&somewhere), ["ana/exledger"]);
    assert_eq!(addresses("https://github.com/ana/other, exledger"), Vec::<String>::new());
    let known = repository();
    let mut strange = Vec::new();
    for path in project::everything() {
        let bytes = std::fs::read(&path).unwrap();
        let named = addresses(&String::from_utf8_lossy(&bytes));
        let others = named.into_iter().filter(|named| *named != known && named != PLACEHOLDER);
        strange.extend(others.map(|named| format!("{}: {named}", project::shown(&path))));
    }
    assert!(strange.is_empty(), "write them with scripts/fill-metadata.sh: {strange:#?}");
    for key in ["repository", "homepage", "documentation"] {
        let named = text("Cargo.toml").contains(&format!("\n{key} = "));
        assert_eq!(named, !known.is_empty(), "{key} in Cargo.toml, and '{known}' in the installer");
    }
}

#[test]
fn the_address_is_written_once_and_for_one_repository() {
    let tree = copied_tree();
    let read = |name: &str| std::fs::read_to_string(tree.path().join(name)).unwrap();
    let commit = "0123456789abcdef0123456789abcdef01234567";
    for args in [
        &[][..],
        &["nobody"],
        &["a/b/c"],
        &["a/$(b)"],
        &["a/b", "v1"],
        &["a/b", "0123456"],
        &["a/b", commit, "more"],
    ] {
        let run = run(tree.path(), "fill-metadata.sh", args);
        assert_eq!(run.status.code(), Some(2), "{args:?}");
    }

    assert_eq!(run(tree.path(), "fill-metadata.sh", &["ana/ledger"]).status.code(), Some(0));
    let manifest = read("Cargo.toml");
    let version = between(&manifest, "\nversion = \"", "\"");
    assert!(manifest.contains("\nrepository = \"https://github.com/ana/ledger\"\n"), "{manifest}");
    let docs = format!("\"https://github.com/ana/ledger/blob/v{version}/docs/README.md\"");
    assert!(manifest.contains(&format!("\ndocumentation = {docs}\n")), "{manifest}");
    assert!(
        read("scripts/install.sh").contains("\nrepository='ana/ledger'\nversion=''\ncommit=''\n")
    );
    assert!(read("docs/start.md").contains("github.com/ana/ledger/releases"));
    assert!(!read("docs/start.md").contains("OWNER/REPO"));
    assert!(!read("CHANGELOG.md").contains(PLACEHOLDER));

    let filled: Vec<String> = FILES.iter().map(|name| read(name)).collect();
    assert_eq!(run(tree.path(), "fill-metadata.sh", &["ana/ledger"]).status.code(), Some(0));
    assert_eq!(filled, FILES.iter().map(|name| read(name)).collect::<Vec<_>>());
    let other = run(tree.path(), "fill-metadata.sh", &["kim/ledger"]);
    assert_eq!(other.status.code(), Some(1), "{}", String::from_utf8_lossy(&other.stderr));
    assert_eq!(filled, FILES.iter().map(|name| read(name)).collect::<Vec<_>>());

    let released = run(tree.path(), "fill-metadata.sh", &["ana/ledger", commit]);
    assert_eq!(released.status.code(), Some(0));
    let script = read("scripts/install.sh");
    assert!(script.contains(&format!("\nversion='{version}'\ncommit='{commit}'\n")), "{script}");
}

#[test]
fn a_tag_is_released_only_if_everything_agrees_with_it() {
    let tree = copied_tree();
    let path = |name: &str| tree.path().join(name);
    let change = |name: &str, from: &str, to: &str| {
        let before = std::fs::read_to_string(path(name)).unwrap();
        assert!(before.contains(from), "{name} has no {from}");
        std::fs::write(path(name), before.replacen(from, to, 1)).unwrap();
    };
    let judged = |tag: &str| {
        let run = run(tree.path(), "check-release.sh", &[tag, "ana/ledger"]);
        let errors = String::from_utf8(run.stderr).unwrap();
        (run.status.code().unwrap(), String::from_utf8(run.stdout).unwrap(), errors)
    };
    let manifest = text("Cargo.toml");
    let version = between(&manifest, "\nversion = \"", "\"");
    change("Cargo.toml", &format!("\nversion = \"{version}\""), "\nversion = \"7.8.9\"");

    let (code, out, errors) = judged("v7.8.8");
    assert_eq!((code, out.as_str()), (1, ""), "{errors}");
    for reason in ["the tag is v7.8.8", "Cargo.lock has version", "no section", "does not name ana"]
    {
        assert!(errors.contains(reason), "{reason}: {errors}");
    }

    let locked = |version: &str| format!("name = \"exledger\"\nversion = \"{version}\"");
    change("Cargo.lock", &locked(version), &locked("7.8.9"));
    change(
        "CHANGELOG.md",
        "## [Unreleased]",
        "## [Unreleased]\n\n## [7.8.9] - 2031-01-01\n\n- Notes.",
    );
    assert_eq!(run(tree.path(), "fill-metadata.sh", &["ana/ledger"]).status.code(), Some(0));
    let (code, out, errors) = judged("v7.8.9");
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(out.starts_with("\n- Notes.") && !out.contains("\n## "), "{out}");

    change("CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n- Later.\n");
    let (code, _, errors) = judged("v7.8.9");
    assert!(code == 1 && errors.contains("below 'Unreleased'"), "{errors}");
}
