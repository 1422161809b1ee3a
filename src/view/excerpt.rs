//! The source lines of findings, for display.
//!
//! Pure. Start at [`Excerpts`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::diag::code::Code;
use crate::diag::{Finding, Pos};
use crate::ledger::tree::Tree;
use crate::record::credential;
use crate::view::doc::{Excerpt, ShownFinding};
use crate::view::findings;
use crate::yaml::node::Limits;

const SECRET: Code = Code::Secret;

/// The maximum number of characters of a line shown before the position of a finding, and from it on.
const BEFORE: usize = 80;
const AFTER: usize = 120;

/// The lines of the files that have findings; each file is read once.
pub struct Excerpts<'a> {
    tree: Option<&'a dyn Tree>,
    /// The positions of likely secrets: their lines are never shown, whatever other findings they have.
    secret: BTreeSet<(String, u32)>,
    files: RefCell<BTreeMap<String, Lines>>,
}

#[derive(Default)]
struct Lines {
    text: String,
    /// The first byte of each line.
    starts: Vec<usize>,
    n_shown: usize,
}

impl Lines {
    fn of(bytes: &[u8]) -> Lines {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines { starts: std::iter::once(0).chain(breaks).collect(), text, n_shown: 0 }
    }

    /// Returns a line, counted from 1.
    fn line(&self, number: u32) -> Option<&str> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        let rest = self.text.get(*self.starts.get(index)?..)?;
        rest.lines().next()
    }
}

impl<'a> Excerpts<'a> {
    /// Returns the lines of a tree's files; without a tree there are none.
    pub fn from_tree(tree: Option<&'a dyn Tree>, findings: &[Finding]) -> Excerpts<'a> {
        let secret = findings
            .iter()
            .filter(|finding| finding.rule == SECRET)
            .filter_map(|finding| Some((finding.path.clone(), finding.pos?.line)));
        Excerpts { tree, secret: secret.collect(), files: RefCell::default() }
    }

    /// Returns a finding with its line.
    pub fn shown(&self, finding: Finding) -> ShownFinding {
        let excerpt = finding.pos.and_then(|pos| self.line(&finding.path, pos));
        ShownFinding { excerpt, ..ShownFinding::from(finding) }
    }

    fn line(&self, path: &str, pos: Pos) -> Option<Excerpt> {
        let tree = self.tree?;
        if self.secret.contains(&(path.to_owned(), pos.line)) {
            return None;
        }
        let mut files = self.files.borrow_mut();
        if !files.contains_key(path) {
            let bytes =
                tree.bytes_within(path, Limits::ROSTER.bytes).ok().flatten().unwrap_or_default();
            files.insert(path.to_owned(), Lines::of(&bytes));
        }
        let file = files.get_mut(path)?;
        if file.n_shown >= findings::MOST_OF_A_FILE {
            return None;
        }
        // Requests count, shown or not, so that a long line is not searched again for each of its findings.
        file.n_shown += 1;
        let line = file.line(pos.line)?;
        // A missing field is reported at the file's first line; a comment there says nothing about it.
        if line.starts_with('#') || credential::is_in(line) {
            return None;
        }
        let from = usize::try_from(pos.column).ok()?.checked_sub(1)?;
        let is_inside = depth(line.chars().take(from)) > 0;
        let marked: Vec<char> = line.chars().skip(from).take(AFTER).collect();
        let skipped = from.saturating_sub(BEFORE);
        Some(Excerpt {
            line: line.chars().skip(skipped).take(BEFORE + AFTER).collect(),
            skipped: u32::try_from(skipped).ok()?,
            length: u32::try_from(extent(&marked, is_inside)).unwrap_or(0),
        })
    }
}

fn depth(characters: impl Iterator<Item = char>) -> i32 {
    characters.fold(0, |depth, character| match character {
        '[' | '{' => depth + 1,
        ']' | '}' => depth - 1,
        _ => depth,
    })
}

/// Returns the length of the key or value at the start of a line; approximate, used only for the marker below it.
fn extent(marked: &[char], is_inside: bool) -> usize {
    let first = marked.first().copied().unwrap_or(' ');
    let is_quote = matches!(first, '"' | '\'');
    let mut open = 0;
    for (at, character) in marked.iter().enumerate() {
        let next = marked.get(at + 1).copied().unwrap_or(' ');
        open += depth(std::iter::once(*character));
        let is_last = match first {
            _ if is_quote => at > 0 && *character == first,
            '[' | '{' => open == 0,
            _ => false,
        };
        if is_last {
            return at + 1;
        }
        let ends = match character {
            _ if is_quote || matches!(first, '[' | '{') => false,
            ',' | ']' | '}' => is_inside,
            ':' => next == ' ',
            ' ' => next == '#',
            _ => false,
        };
        if ends {
            return trimmed(marked.get(..at).unwrap_or_default());
        }
    }
    trimmed(marked)
}

fn trimmed(characters: &[char]) -> usize {
    let last = characters.iter().rposition(|character| !character.is_whitespace());
    last.map_or(0, |at| at + 1)
}
