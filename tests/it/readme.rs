//! The README's screens are what the program prints, and its two commands are there.

use crate::cli;
use crate::house;

const FENCE: &str = "```console\n";

/// The clock under which the screens were taken; what they show is counted from that day.
const DAY: &str = "2026-11-20";

#[test]
fn the_screens_are_what_the_program_prints() {
    let path = house::root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let demo = cli::run(folder.path(), &["demo", "--on", DAY, "ledger"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let ledger = folder.path().join("ledger");
    let mut pieces = readme.split(FENCE);
    let mut taken = pieces.next().unwrap().to_owned();
    let mut n_screens = 0;
    for piece in pieces {
        let (screen, after) = piece.split_once("```").unwrap();
        let shown: Vec<String> = screen
            .lines()
            .filter_map(|line| line.strip_prefix("$ exledger "))
            .map(|command| shown(&ledger, command))
            .collect();
        taken += &format!("{FENCE}{}\n```{after}", shown.join("\n\n"));
        n_screens += shown.len();
    }
    assert!(n_screens >= 3, "{n_screens}");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, taken).unwrap();
        return;
    }
    assert_eq!(readme, taken, "UPDATE_GOLDEN=1 takes the screens again");
}

/// Returns a command with what it prints.
fn shown(ledger: &std::path::Path, command: &str) -> String {
    let mut args = vec!["--quiet", "--on", DAY];
    args.extend(command.split_whitespace());
    let run = cli::run(ledger, &args);
    format!("$ exledger {command}\n{}", run.out.trim_end())
}

#[test]
fn a_fresh_machine_needs_two_commands() {
    let readme = std::fs::read_to_string(house::root().join("README.md")).unwrap();
    let section = readme.split("## Two commands").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let commands: Vec<&str> = section
        .lines()
        .filter(|line| line.starts_with("cargo "))
        .collect();
    assert_eq!(
        commands,
        ["cargo run --release -- demo", "cargo test --locked"]
    );
}
