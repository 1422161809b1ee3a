//! The help: the first screen, all commands, one command, and the options of every command.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::{self, commands, run};
use crate::support::golden;

/// The flags that every command takes.
const SHARED: &[&str] = &[
    "-C",
    "--approved-ref",
    "--trusted-from",
    "--as-of",
    "--on",
    "--format",
    "--color",
    "--strict",
    "--no-input",
    "--quiet",
    "--verbose",
];

fn help(args: &[&str]) -> String {
    let seen = cli::run_with(Path::new("."), args, &[("COLUMNS", "80")]);
    assert_eq!((seen.code, seen.err.as_str()), (0, ""), "{args:?}");
    seen.out
}

/// Returns the flags that a help lists: the words at the beginning of its lines.
fn flags(help: &str) -> Vec<&str> {
    let is_flag = |line: &&str| line.starts_with("  -") || line.starts_with("      --");
    let lines = help.split("EXAMPLE\n").next().unwrap_or_default().lines().filter(is_flag);
    let words = lines.flat_map(str::split_whitespace).filter(|word| word.starts_with('-'));
    words.map(|word| word.trim_matches(['.', ',']).split(['[', '=']).next().unwrap()).collect()
}

fn names(screen: &str) -> Vec<&str> {
    let lines = screen.lines().filter_map(|line| line.strip_prefix("  "));
    lines.filter_map(|line| line.split_whitespace().next()).collect()
}

#[test]
fn the_first_screen_has_14_commands_on_at_most_32_lines() {
    let first = help(&["--help"]);
    golden::check("cli/help.txt", &first);
    assert!(first.lines().count() <= 32, "{first}");
    assert!(first.lines().all(|line| line.chars().count() <= 80), "{first}");
    assert_eq!(names(&first).len(), 14);
    for args in [&["help"][..], &["-h"], &["-C", "/", "help"]] {
        assert_eq!(help(args), first, "{args:?}");
    }
    let all = help(&["help", "--all"]);
    assert_eq!(help(&["--help", "--all"]), all);
    assert!(first.contains(&format!("({} commands)", names(&all).len())), "{first}");
    assert!(names(&first).iter().all(|name| names(&all).contains(name)), "{all}");
    assert!(all.lines().all(|line| line.chars().count() <= 80), "{all}");
    let groups: Vec<&str> = all
        .lines()
        .filter(|line| line.chars().next().is_some_and(char::is_uppercase))
        .skip(2)
        .collect();
    let expected = [
        "Look",
        "Begin",
        "File and approve",
        "Follow",
        "Decide",
        "Compare",
        "Audit",
        "For machines",
    ];
    assert_eq!(groups, expected);
}

#[test]
fn all_commands_are_35() {
    let mut all = commands();
    all.sort();
    all.dedup();
    // `mcp` is a feature that is on by default.
    assert_eq!(all.len(), 35, "{all:?}");
}

#[test]
fn every_command_has_a_row_in_the_table_of_budgets() {
    let table = std::fs::read_to_string("benches/budgets.tsv").unwrap();
    let rows = table.lines().skip(1).filter_map(|line| line.split('\t').next());
    let named = rows.flat_map(|row| row.split(", ")).filter_map(|it| it.split(' ').next());
    let named: BTreeSet<String> = named.filter(|it| *it != "--help").map(str::to_owned).collect();
    assert_eq!(named, commands().into_iter().collect());
}

#[test]
fn the_help_of_a_command_has_its_own_flags_and_one_example() {
    let nested =
        [["redesign", "new"], ["redesign", "list"], ["export", "trivy"], ["export", "pack"]];
    let commands: Vec<Vec<String>> = commands()
        .into_iter()
        .map(|name| vec![name])
        .chain(nested.map(|path| path.map(str::to_owned).to_vec()))
        .collect();
    for command in commands {
        let path: Vec<&str> = command.iter().map(String::as_str).collect();
        let own = help(&[&path[..], &["--help"]].concat());
        assert_eq!(help(&[&["help"], &path[..]].concat()), own, "{path:?}");
        let last = own.lines().rfind(|line| !line.contains("more flags: ")).unwrap();
        assert_eq!(last, "options of every command: exledger help options", "{path:?}");
        let repeated: Vec<&str> =
            flags(&own).into_iter().filter(|flag| SHARED.contains(flag)).collect();
        assert!(repeated.is_empty(), "{path:?} repeats {repeated:?}: {own}");
        assert!(!flags(&own).contains(&"--help"), "{path:?}: {own}");
        let example = own.split("EXAMPLE\n").nth(1).unwrap().split("\n\n").next().unwrap();
        let begun = example.lines().filter(|line| !line.starts_with("    "));
        assert_eq!(begun.count(), 1, "{path:?}: {example}");
        // The manual page keeps them.
        let page = help(&[&["man"], &path[..]].concat()).replace('\\', "");
        if !matches!(path[0], "hook" | "mcp") && path.len() == 1 {
            assert!(page.contains("--approved-ref"), "{path:?}: {page}");
        }
        assert!(page.contains("--no-input"), "{path:?}: {page}");
    }
}

#[test]
fn the_options_of_every_command_are_shown_once() {
    let options = help(&["help", "options"]);
    for flag in SHARED {
        assert_eq!(flags(&options).iter().filter(|it| it == &flag).count(), 1, "{flag}: {options}");
    }
    assert!(options.contains("Formats: table, json, jsonl, csv, markdown\n"), "{options}");
    for line in ["  also ics: queue\n", "  also html: report\n", "Exit codes: 0 nothing is wrong"] {
        assert!(options.contains(line), "{line}: {options}");
    }
    assert!(options.lines().all(|line| line.chars().count() <= 80), "{options}");
}

#[test]
fn new_shows_14_flags_and_all_of_them_where_asked() {
    let usual = help(&["new", "--help"]);
    let is_long = |flag: &&str| flag.starts_with("--");
    let shown: Vec<&str> = flags(&usual).into_iter().filter(is_long).collect();
    assert_eq!(shown.len(), 14, "{shown:?}");
    let all = help(&["new", "--help", "--all"]);
    for args in [&["new", "--all", "--help"][..], &["help", "new", "--all"]] {
        assert_eq!(help(args), all, "{args:?}");
    }
    let listed: Vec<&str> = flags(&all).into_iter().filter(is_long).collect();
    assert!(shown.iter().all(|flag| listed.contains(flag)), "{listed:?}");
    let more = listed.len() - shown.len();
    assert!(
        more > 40 && usual.contains(&format!("{more} more flags: exledger new --help --all")),
        "{more}: {usual}"
    );
    assert!(!all.contains("more flags"), "{all}");
    // Another command of the same name has no hidden flags.
    let other = help(&["redesign", "new", "--help"]);
    assert!(other.contains("--pattern") && !other.contains("more flags"), "{other}");
}

#[test]
fn a_topic_that_is_no_command_is_refused() {
    let nothing = run(Path::new("."), &["help", "nothing"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (2, ""), "{}", nothing.err);
}

#[test]
fn a_value_that_looks_like_a_question_for_help_is_a_value() {
    let folder = crate::support::temporary();
    assert_eq!(run(folder.path(), &["demo", "--on", "2026-11-20", "ledger"]).code, 0);
    let ledger = folder.path().join("ledger");
    let path = ledger.to_str().unwrap();
    for shape in [
        &[
            "-C",
            path,
            "--strict",
            "check",
            "--asset",
            "WORD",
            "--format",
            "json",
            "--on",
            "2026-11-20",
        ][..],
        &["check", "-C", path, "--asset", "WORD", "--strict", "--as-of", "2026-11-18", "-v"],
        &["list", "-C", path, "--owner", "WORD", "--all", "--on", "2026-11-20"],
    ] {
        let [plain, tricky] = ["halp", "help"].map(|word| {
            let args: Vec<&str> =
                shape.iter().map(|it| if *it == "WORD" { word } else { it }).collect();
            let seen = run(folder.path(), &args);
            let text = [seen.out, seen.err].map(|text| text.replace(word, "WORD"));
            (seen.code, text)
        });
        assert_eq!(plain, tricky, "{shape:?}");
    }
}
