//! Answers at terminals of limited width: nothing is wider, no date is split, and the deciding part is never cut.

use crate::cli;
use crate::cli_new::DAY;
use crate::terminal::Terminal;

const COMMANDS: &[&[&str]] = &[
    &["list", "--all"],
    &["show", "7F3KQ"],
    &["show", "C0ZED"],
    &["log", "7F3KQ"],
    &["queue"],
    &["verify"],
    &["patterns"],
    &["diff", "main", "wiki-assistant"],
    &["lint"],
    &["explain"],
    &[],
];

/// Returns the days and instants of a text, in order of their first character.
fn dates(text: &str) -> Vec<&str> {
    let is_of_date = |it: char| it.is_ascii_digit() || matches!(it, '-' | ':' | 'T' | 'Z');
    let words = text.split(|it: char| !is_of_date(it));
    let is_date = |word: &&str| {
        let word = word.as_bytes();
        word.len() >= 10 && word[..4].iter().all(u8::is_ascii_digit) && word[4] == b'-'
    };
    let mut dates: Vec<&str> =
        words.map(|word| word.trim_matches([':', '-'])).filter(is_date).collect();
    dates.sort_unstable();
    dates
}

#[test]
fn every_width_shows_whole_dates_and_what_decides() {
    let folder = crate::support::temporary();
    let demo = cli::run(folder.path(), &["demo", "--on", DAY, "ledger"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let ledger = folder.path().join("ledger");
    let path = ledger.join("exceptions/EXC-2026-A4RXS.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let longer = text.replace("resources: [", "resources: [\"tickets:attachments\", ");
    assert_ne!(text, longer);
    std::fs::write(path, longer).unwrap();
    for command in COMMANDS {
        let args = match command.first() {
            Some(&"lint" | &"diff" | &"explain") => command.to_vec(),
            _ => [*command, &["--on", DAY]].concat(),
        };
        let piped = cli::run(&ledger, &args).out;
        for columns in [60, 80, 140] {
            let terminal = Terminal { folder: &ledger, columns, variables: &[("NO_COLOR", "1")] };
            let seen = terminal.run(&args, &[]);
            let at = format!("{args:?} at {columns}:\n{}", seen.bytes);
            // A command is pasted as a whole, however long it is.
            let lines = seen.bytes.lines().filter(|line| {
                !line.trim_start().starts_with("`exledger ")
                    && !line.trim_start().starts_with("`git ")
            });
            let widest = lines.map(|line| line.trim_end().chars().count());
            assert!(widest.max().unwrap() <= usize::from(columns), "{at}");
            assert!(!seen.bytes.contains('\u{1b}'), "{at}");
            // The stamp shows when it was asked.
            let body = |text: &str| text.rsplit_once("\nat ").map_or(text, |it| it.0).to_owned();
            assert_eq!(dates(&body(&seen.bytes)), dates(&body(&piped)), "{at}");
            for word in ["unapproved", "degraded", "overdue-closure", "scope widened"] {
                let n = |text: &str| text.matches(word).count();
                assert_eq!(n(&seen.bytes), n(&piped), "{word}: {at}");
            }
        }
    }
}
