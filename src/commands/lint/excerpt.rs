//! The source lines of findings, for display.
//!
//! Start at [`Excerpts`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::commands::context::Ctx;
use exledger::diag::code::Code;
use exledger::diag::{Finding, Pos};
use exledger::ledger::tree::Tree;
use exledger::record::credential;
use exledger::view::doc::{Excerpt, ShownFinding};
use exledger::view::findings;
use exledger::yaml::node::Limits;

/// The rule whose values are never shown.
const SECRET: Code = Code::Secret;

/// The maximum number of characters of a line shown before the position of a finding, and from it on.
const BEFORE: usize = 80;
const AFTER: usize = 120;

/// The lines of the files that have findings; each file is read once.
pub(super) struct Excerpts<'a> {
    tree: Option<&'a dyn Tree>,
    /// The positions of likely secrets: their lines are never shown, whatever other findings they have.
    secret: BTreeSet<(String, u32)>,
    files: RefCell<BTreeMap<String, Lines>>,
}

/// A file's lines, and how many times one was requested.
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
    /// Returns the lines of a tree's files for the format `table`; other formats show none.
    pub(super) fn of(tree: &'a dyn Tree, findings: &[Finding], ctx: &Ctx) -> Excerpts<'a> {
        let secret = findings
            .iter()
            .filter(|finding| finding.rule == SECRET)
            .filter_map(|finding| Some((finding.path.clone(), finding.pos?.line)));
        Excerpts {
            tree: (ctx.format.name == "table").then_some(tree),
            secret: secret.collect(),
            files: RefCell::default(),
        }
    }

    /// Returns a finding with its line.
    pub(super) fn shown(&self, finding: Finding) -> ShownFinding {
        let excerpt = finding.pos.and_then(|pos| self.line(&finding.path, pos));
        ShownFinding { finding, excerpt }
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

/// Returns the number of unclosed brackets after some characters.
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

/// Returns the number of characters without trailing blanks.
fn trimmed(characters: &[char]) -> usize {
    let last = characters.iter().rposition(|it| !it.is_whitespace());
    last.map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::{BTreeMap, BTreeSet};

    use exledger::diag::Pos;
    use exledger::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
    use exledger::view::findings::MOST_OF_A_FILE;

    use super::{Excerpts, depth, extent};

    /// One file, and how often it was read.
    struct File(String, Cell<usize>);

    impl Tree for File {
        fn list(&self, _: &str) -> Result<Vec<TreeItem>, TreeError> {
            Ok(Vec::new())
        }

        fn kind(&self, _: &str) -> Result<Option<EntryKind>, TreeError> {
            Ok(Some(EntryKind::File))
        }

        fn bytes(&self, _: &str) -> Result<Option<Vec<u8>>, TreeError> {
            self.1.set(self.1.get() + 1);
            Ok(Some(self.0.clone().into_bytes()))
        }

        fn size(&self, _: &str) -> Result<Option<u64>, TreeError> {
            Ok(u64::try_from(self.0.len()).ok())
        }
    }

    #[test]
    fn a_file_is_read_once_and_fifty_times_searched() {
        let file = File(format!("x: {{{}}}\n", "a: 1, ".repeat(8_000)), Cell::new(0));
        let excerpts = Excerpts {
            tree: Some(&file),
            secret: BTreeSet::new(),
            files: RefCell::new(BTreeMap::new()),
        };
        let mistakes = (0_u32..8_000).map(|n| Pos { line: 1, column: 5 + n * 6 });
        let found = mistakes.filter_map(|pos| excerpts.line("a.yaml", pos));
        let lengths: Vec<usize> = found.map(|it| it.line.chars().count()).collect();
        assert_eq!(lengths.len(), MOST_OF_A_FILE);
        assert!(lengths.iter().all(|length| *length <= 200), "{lengths:?}");
        assert_eq!(file.1.get(), 1);
    }

    #[test]
    fn the_mark_ends_with_the_value() {
        for (line, from, length) in [
            ("title: TBD", 7, 3),
            ("title: TBD   # later", 7, 3),
            ("title: a: b", 0, 5),
            ("subject: {identity: a}", 0, 7),
            ("subject: {identity: 'a, b', asset: c}", 20, 6),
            ("subject: {identity: a, asset: b}", 9, 23),
            ("controls: [a, b:c]", 11, 1),
            ("controls: [a, b:c]", 14, 3),
            ("expires:", 0, 7),
            ("  \"a\": b", 2, 3),
            ("a, b", 0, 4),
            ("it's a [text]", 0, 13),
            ("{open", 0, 5),
            ("", 0, 0),
        ] {
            let characters: Vec<char> = line.chars().collect();
            let is_inside = depth(characters[..from].iter().copied()) > 0;
            assert_eq!(extent(&characters[from..], is_inside), length, "{line}");
        }
    }
}
