//! The screens in the README and the docs are what the program prints, and its two commands exist.

use exledger::record::time::Instant;

use crate::cli;
use crate::support::repo::git;
use crate::support::{folder, project};

const FENCE: &str = "```console\n";

/// A comment on the line above a fence names the folder a copy of which its screens are of; without it, the sample ledger.
const PLACE: &str = "<!-- in ";

/// The maximum number of words outside fences and comments of the README.
const MOST_WORDS: usize = 700;

/// The clock of the screens; relative times are counted from that day.
const DAY: &str = "2026-11-20";

/// The pages with screens of the sample ledger, and the minimum number of screens of each.
const PAGES: &[(&str, usize)] =
    &[("README.md", 3), ("docs/audit.md", 1), ("docs/gate.md", 5), ("docs/questions.md", 1)];

#[test]
fn the_screens_are_what_the_program_prints() {
    let folder = crate::support::temporary();
    let demo = cli::run(folder.path(), &["demo", "--on", DAY, "ledger"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let ledger = folder.path().join("ledger");
    for (page, at_least) in PAGES {
        let path = project::root().join(page);
        let text = std::fs::read_to_string(&path).unwrap();
        let (taken, n_screens) = retaken(&text, &ledger);
        assert!(n_screens >= *at_least, "{page}: {n_screens}");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, taken).unwrap();
            continue;
        }
        assert_eq!(text, taken, "{page}: UPDATE_GOLDEN=1 takes the screens again");
    }
}

/// Returns a page with its screens regenerated, and their number.
fn retaken(page: &str, ledger: &std::path::Path) -> (String, usize) {
    let mut pieces = page.split(FENCE);
    let mut taken = pieces.next().unwrap().to_owned();
    let mut n_screens = 0;
    for piece in pieces {
        let (screen, after) = piece.split_once("```").unwrap();
        let above = taken.trim_end().lines().last().unwrap_or_default();
        let place = above.strip_prefix(PLACE).and_then(|it| it.strip_suffix(" -->"));
        let copy = crate::support::temporary();
        if let Some(place) = place {
            folder::copy(&project::root().join(place), copy.path());
        }
        let place = if place.is_some() { copy.path() } else { ledger };
        let shown: Vec<String> = screen
            .lines()
            .filter_map(|line| line.strip_prefix("$ exledger"))
            .map(|command| shown(place, command.trim()))
            .collect();
        taken += &format!("{FENCE}{}\n```{after}", shown.join("\n\n"));
        n_screens += shown.len();
    }
    (taken, n_screens)
}

/// Returns a command with its output.
fn shown(ledger: &std::path::Path, command: &str) -> String {
    let mut args = vec!["--quiet", "--on", DAY];
    args.extend(command.split_whitespace());
    let run = cli::run(ledger, &args);
    format!("{}\n{}", format!("$ exledger {command}").trim_end(), run.out.trim_end())
}

#[test]
fn a_fresh_machine_needs_two_commands() {
    let readme = std::fs::read_to_string(project::root().join("README.md")).unwrap();
    let section = readme.split("## Two commands").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let commands: Vec<&str> = section.lines().filter(|line| line.starts_with("cargo ")).collect();
    assert_eq!(commands, ["cargo run -- demo", "cargo test --locked"]);
}

#[test]
fn the_readme_is_short() {
    let readme = std::fs::read_to_string(project::root().join("README.md")).unwrap();
    let outside: String = readme.split("```").step_by(2).collect();
    let words = outside.lines().filter(|line| !line.starts_with("<!--"));
    let n_words: usize = words.map(|line| line.split_whitespace().count()).sum();
    assert!(n_words <= MOST_WORDS, "{n_words}");
}

#[test]
fn the_first_exception_is_filed_in_an_empty_repository_and_in_one_with_a_commit() {
    let readme = std::fs::read_to_string(project::root().join("README.md")).unwrap();
    let block = readme.split("<!-- commands: in empty -->\n```\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    let now = Instant::parse("2026-11-20T12:00:00Z").unwrap();
    for (has_remote, has_commit) in [(false, false), (false, true), (true, false), (true, true)] {
        let folder = crate::support::temporary();
        let clone = folder.path().join("clone");
        let begin = "git commit -q --allow-empty -m Begin";
        git(folder.path(), &["init", "-q", "-b", "main", "clone"]);
        for (key, value) in [("user.name", "Nina Weber"), ("user.email", "nina@example.com")] {
            git(&clone, &["config", key, value]);
        }
        if has_commit {
            cli::shell_in(&clone, now, begin);
        }
        if has_remote {
            git(folder.path(), &["init", "-q", "--bare", "-b", "main", "origin.git"]);
            git(&clone, &["remote", "add", "origin", "../origin.git"]);
            let pushed = if has_commit { "git push -q -u origin main" } else { "true" };
            assert_eq!(cli::shell_in(&clone, now, pushed).code, 0);
        }
        let run = cli::shell_in(&clone, now, block);
        assert_eq!(run.code, 0, "{has_remote} {has_commit}: {}", run.err);
        assert!(run.out.contains("1 exception changed, 1 needs approval"), "{}", run.out);
        assert!(!run.err.contains("fatal:"), "{has_remote} {has_commit}: {}", run.err);
        if has_remote {
            let push = "git push -u origin HEAD";
            assert!(readme.contains(&format!("`{push}`, and open a pull request")));
            let run = cli::shell_in(&clone, now, push);
            assert_eq!(run.code, 0, "{}", run.err);
            let tips = git(&folder.path().join("origin.git"), &["branch", "--list"]);
            assert!(tips.contains("main") && tips.contains("keep-exceptions"), "{tips}");
        }
    }
}
