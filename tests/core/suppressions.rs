//! Suppressions in files of other tools and in comments: one file for each family of kinds. Start at [`check`].

mod comments;
mod engines;
mod hostile;
mod ignore_files;
mod kinds;
mod layout;
mod settings;
mod supply_chain;

use exledger::formats::suppressions::SuppressionScanner;
use exledger::formats::suppressions::entry::ScannedFile;
use exledger::formats::suppressions::options::ScanOptions;
use exledger::rules::scan::suppression::{FoundSuppression, SuppressionEnd};

/// Returns what a file holds, with every kind looked for.
fn scan(path: &str, text: &str) -> ScannedFile {
    let options = ScanOptions {
        rust_lints: vec!["unsafe_code".to_owned()],
        prefixes: vec!["EXC".to_owned()],
        ..ScanOptions::default()
    };
    SuppressionScanner::new(options).unwrap().scan(path, text.as_bytes())
}

/// Returns a suppression on one line: its line, kind, tool and rules, its end, and its reason.
///
/// A `!` before the kind says that it is blanket. `open` is an entry without the end that its format has.
fn shown(found: &FoundSuppression) -> String {
    let blanket = if found.is_blanket { "!" } else { "" };
    let tool = match found.tool() {
        tool if tool == found.kind => String::new(),
        tool => format!("({tool})"),
    };
    let mut text = format!("{} {blanket}{}{tool}", found.line, found.kind);
    for rule in found.rules() {
        text.push_str(&format!(" {rule}"));
    }
    match found.end {
        SuppressionEnd::NoSuchField => {}
        SuppressionEnd::Missing => text.push_str(" | open"),
        SuppressionEnd::Until(end) => text.push_str(&format!(" | {end}")),
    }
    if let Some(reason) = &found.reason {
        text.push_str(&format!(" | {}", reason.replace('\n', " / ")));
    }
    text
}

/// Returns everything in a file: suppressions, then what can't be read, then what the tool doesn't obey.
fn all(path: &str, text: &str) -> Vec<String> {
    let found = scan(path, text);
    let mut lines: Vec<String> = found.suppressions.iter().map(shown).collect();
    lines.extend(found.unread.iter().map(|it| format!("{} unread: {}", it.line, it.reason)));
    lines.extend(found.ignored.iter().map(|it| format!("{} ignored: {}", it.line, it.what)));
    lines
}

/// A file, its text, and what is found in it.
type Case = (&'static str, &'static str, &'static [&'static str]);

#[track_caller]
fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (path, text, expected) in cases {
        let mut expected = expected.to_vec();
        expected.sort_by_key(|line| place(line));
        let mut found = all(path, text);
        found.sort_by_key(|line| place(line));
        if found != expected {
            wrong.push(format!("{path}:\n{text}\nfound    {found:#?}\nexpected {expected:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Returns the line of a shown suppression, and its text.
fn place(shown: &str) -> (u32, String) {
    let (line, rest) = shown.split_once(' ').unwrap();
    (line.parse().unwrap(), rest.to_owned())
}
