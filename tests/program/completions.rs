//! Completion in shells: the names that a shell gets at a Tab, and a real shell that loads the script.

use std::path::Path;
use std::process::Command;

use crate::cli::run_with;
use crate::decisions::{ID, Life, record};
use crate::support::project;

/// Returns what the last of these words can be completed to.
fn completed(folder: &Path, words: &[&str]) -> Vec<String> {
    let index = words.len().to_string();
    let variables = [
        ("EXLEDGER_COMPLETE", "bash"),
        ("_CLAP_COMPLETE_INDEX", index.as_str()),
        ("_CLAP_IFS", "\n"),
    ];
    let run = run_with(folder, &[&["--", "exledger"], words].concat(), &variables);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{words:?}");
    run.out.lines().map(str::to_owned).collect()
}

#[test]
fn a_shell_completes_the_names_of_the_ledger() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let folder = life.repo.path();
    for (words, expected) in [
        (&["show", "EXC"][..], ID),
        (&["show", "7f3"], ID),
        (&["-C", ".", "log", ""], ID),
        (&["renew", "--reason", "x", "exceptions/E"], "exceptions/EXC-2026-7F3KQ.yaml"),
        (&["new", "--like", ""], ID),
        (&["list", "--owner", "ana"], "ana@example.com"),
        (&["transfer", "--to", "da"], "dana@example.com"),
        (&["list", "--tier", ""], "sensitive"),
        (&["lint", "--base", "m"], "main"),
        (&["explain", "wild"], "wildcard-scope"),
        (&["new", "--control", "owasp-nhi:NHI7"], "owasp-nhi:NHI7:2025"),
        (&["list", "--status", "act"], "active"),
        (&["sho"], "show"),
    ] {
        let seen = completed(folder, words);
        assert!(seen.iter().any(|it| it == expected), "{words:?}: {seen:?}");
    }
    let empty = crate::support::temporary();
    assert_eq!(completed(empty.path(), &["show", "EXC"]), Vec::<String>::new());
    let unknown = run_with(empty.path(), &[], &[("EXLEDGER_COMPLETE", "tcsh")]);
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""), "{}", unknown.err);
}

#[test]
fn bash_loads_the_script_and_completes_an_id() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let script = project::root().join("tests/data/pty/complete.bash");
    let ran = Command::new("/bin/bash")
        .args(["--norc", "--noprofile"])
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_exledger"))
        .current_dir(life.repo.path())
        .env_clear()
        .output();
    let Ok(ran) = ran else {
        assert!(std::env::var_os("CI").is_none(), "bash is missing");
        return;
    };
    let out = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(out.trim(), ID, "{}", String::from_utf8_lossy(&ran.stderr));
}
