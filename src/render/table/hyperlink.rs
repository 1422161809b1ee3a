//! Links of ids, files and pull requests in a table, for terminals that follow them.
//!
//! Pure. Start at [`linked`]. A link is an escape sequence before and after a word (OSC 8), added once everything is laid
//! out: so no width is computed with it, and the text stays the same.

use crate::diag;
use std::collections::BTreeMap;

/// What words of an answer link to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkTargets {
    /// The address of each id and of each file, as they are shown.
    pub files: BTreeMap<String, String>,
    /// The mark of a pull request's number (`#` or `!`), and the address that the number follows.
    pub requests: Option<(char, String)>,
}

impl LinkTargets {
    fn of(&self, word: &str) -> Option<String> {
        if let Some((mark, address)) = &self.requests
            && let Some(number) = word.strip_prefix(*mark)
            && (1..=9).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Some(format!("{address}{number}"));
        }
        self.files.get(word).cloned()
    }
}

/// Returns the address of a file by its absolute path.
pub fn file_address(path: &str) -> String {
    let mut out = String::from("file://");
    let slashed = path.replace('\\', "/");
    if !slashed.starts_with('/') {
        out.push('/');
    }
    out.push_str(&diag::percent_encoded(&slashed, b"/-._~"));
    out
}

/// Returns the lines of a table with their links.
pub fn linked(text: &str, targets: &LinkTargets) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while !rest.is_empty() {
        let word = taken(rest, is_of_word);
        let (word, after) = rest.split_at_checked(word).unwrap_or((rest, ""));
        out.push_str(&one(word, targets));
        let between = taken(after, |char| !is_of_word(char) && char != ESCAPE);
        let (between, after) = after.split_at_checked(between).unwrap_or((after, ""));
        out.push_str(between);
        let (colour, after) = after.split_at_checked(escape(after)).unwrap_or((after, ""));
        out.push_str(colour);
        rest = after;
    }
    out
}

const ESCAPE: char = '\u{1b}';

/// Returns a word with its link, if it has one; what follows it, such as a position in a file, is not part of it.
fn one(word: &str, targets: &LinkTargets) -> String {
    let name = word.trim_end_matches(['.', ':', '/']);
    let name = match name.split_once(':') {
        Some((path, place)) if place.bytes().all(|it| it.is_ascii_digit() || it == b':') => path,
        _ => name,
    };
    match (targets.of(name), word.strip_prefix(name)) {
        (Some(address), Some(after)) => {
            format!("\u{1b}]8;;{address}\u{1b}\\{name}\u{1b}]8;;\u{1b}\\{after}")
        }
        _ => word.to_owned(),
    }
}

fn is_of_word(char: char) -> bool {
    char.is_alphanumeric() || "#!-_./:@+%~".contains(char)
}

/// Returns how many bytes at the beginning consist of such characters.
fn taken(text: &str, is_one: impl Fn(char) -> bool) -> usize {
    text.find(|char| !is_one(char)).unwrap_or(text.len())
}

/// Returns the length of the escape sequence at the beginning: a colour, which ends in a letter.
fn escape(text: &str) -> usize {
    if !text.starts_with(ESCAPE) {
        return 0;
    }
    text.find(|char: char| char.is_ascii_alphabetic()).map_or(text.len(), |at| at + 1)
}
