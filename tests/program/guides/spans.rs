//! Commands within sentences: the command and its flags exist.

use std::collections::BTreeMap;
use std::path::Path;

use super::pages;
use crate::cli;
use crate::support::project;

/// Returns the code spans of a page that begin with the name of the program, each with its line.
fn commands(page: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (index, line) in page.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let spans = line.split('`').skip(1).step_by(2).flat_map(|span| span.split("; "));
            let spans = spans.filter_map(|span| span.strip_prefix("exledger "));
            found.extend(spans.map(|span| (index + 1, span)));
        }
    }
    found
}

/// Returns the first word of a command that the program does not know: the command itself, or a flag.
fn unknown<'w>(words: &[&'w str], helps: &BTreeMap<String, String>) -> Option<&'w str> {
    // Global flags may come first; `-C` has a value.
    let named = words.iter().position(|word| helps.contains_key(*word));
    let Some(named) = named else {
        return words
            .iter()
            .find(|word| word.starts_with(|it: char| it.is_ascii_lowercase()))
            .copied();
    };
    let help = helps.get(words[named]).unwrap();
    let flags = words.iter().take_while(|word| **word != "|").filter(|word| word.starts_with("--"));
    let has = |flag: &str| {
        let ends = [" ", ",", "\n", "\0"];
        ends.iter().any(|end| help.contains(&format!("{flag}{end}")))
    };
    flags.copied().find(|flag| !has(flag.split('=').next().unwrap()))
}

#[test]
fn every_command_in_a_sentence_is_one_of_the_program() {
    let names = cli::commands().into_iter();
    let shared = cli::run(Path::new("."), &["help", "options"]).out;
    let help = |name: String| {
        let mut text = cli::run(Path::new("."), &["help", &name, "--all"]).out;
        if name == "ci" {
            let jobs = ["pull-request", "merged", "nightly", "setup"];
            text.extend(jobs.map(|job| cli::run(Path::new("."), &["help", "ci", job]).out));
        }
        // It shows the flags of `new`.
        let all = if name == "new" { "--all " } else { "" };
        (name, text + &shared + all)
    };
    let mut helps: BTreeMap<String, String> = names.map(help).collect();
    helps.insert("help".to_owned(), cli::run(Path::new("."), &["help"]).out + "\n--all ");
    let mut wrong = Vec::new();
    let mut n_commands = 0;
    for page in pages().into_iter().chain(["tests/requirements.tsv".to_owned()]) {
        let text = std::fs::read_to_string(project::root().join(&page)).unwrap();
        for (line, command) in commands(&text) {
            let words: Vec<&str> = command.split_whitespace().collect();
            n_commands += 1;
            if let Some(word) = unknown(&words, &helps) {
                wrong.push(format!("{page}:{line}: {word} of exledger {command}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(n_commands > 60, "{n_commands}");
}
