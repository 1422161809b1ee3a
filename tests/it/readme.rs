//! The README's screen is what the program prints, and its two commands are there.

use crate::cli;
use crate::house;

const FENCE: &str = "```console\n";

/// The clock under which the screen was taken; what it shows is counted from that day.
const DAY: &str = "2026-11-20";

#[test]
fn the_screen_is_what_the_program_prints() {
    let path = house::root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(FENCE).unwrap();
    let (screen, after) = rest.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let demo = cli::run(folder.path(), &["demo", "--on", DAY, "ledger"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let ledger = folder.path().join("ledger");
    let shown: Vec<String> = screen
        .lines()
        .filter_map(|line| line.strip_prefix("$ exledger "))
        .map(|command| {
            let mut args = vec!["--quiet", "--on", DAY];
            args.extend(command.split_whitespace());
            format!(
                "$ exledger {command}\n{}",
                cli::run(&ledger, &args).out.trim_end()
            )
        })
        .collect();
    let shown = shown.join("\n\n") + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{before}{FENCE}{shown}```{after}")).unwrap();
        return;
    }
    assert_eq!(screen, shown, "UPDATE_GOLDEN=1 takes the screen again");
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
