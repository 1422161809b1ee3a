//! Edits that change only their own lines: comments, order, quoting, indentation and line ends stay.
//!
//! Pure. Start at [`splice`]. Follows `docs/libraries.md` (edit in place).

mod add;
mod block_text;
pub mod change;
mod meaning;
mod place;
mod quote;
mod remove;
mod set;

use self::meaning::Meaning;
use self::place::SpliceTarget;
use crate::diag::code::Code;
use crate::diag::sorting::StableSort as _;
use crate::yaml;
use crate::yaml::node::{Limits, Node};
use crate::yaml::portable::Context;
use crate::yaml::splice::change::{SpliceChange, SpliceError};
use std::borrow::Cow;

/// One change of a file. Paths are those of [`Node::at`]; the parent map or list must exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpliceEdit<'a> {
    /// Sets a text: replaces the existing one, keeping its quotes, or adds a new key after the last of its map.
    Set {
        path: &'a str,
        /// The text, without quotes.
        value: &'a str,
    },
    /// Adds an item to the end of a list; creates the list if missing.
    Append {
        path: &'a str,
        /// The item as YAML in one line, such as `{date: 2026-12-04, by: lee@example.com}`.
        item: &'a str,
        /// The keys of the same map behind which a new list goes, the first that is there; else it goes to the end.
        after: &'a [&'a str],
    },
    /// Adds a key that is absent or empty.
    Insert {
        path: &'a str,
        /// As for a list.
        after: &'a [&'a str],
        /// Its value as YAML, without the key and without indentation: the lines of a map or list, which are
        /// then indented below the key, or a value in one line.
        yaml: &'a str,
    },
    /// Removes a key or an item.
    Remove { path: &'a str },
}

const ALL: Limits = Limits { bytes: usize::MAX, depth: usize::MAX };

/// Applies edits to a source, one after the other; `root` is the source's node.
///
/// The result is parsed again before it is returned: the edited places have their new values,
/// and everything else is unchanged.
///
/// # Errors
/// [`SpliceError`] if that check fails, or an edit has no place; then nothing is edited.
pub fn splice(source: &str, root: &Node, edits: &[SpliceEdit<'_>]) -> Result<String, SpliceError> {
    let mut text = source.to_owned();
    let mut tree = Cow::Borrowed(root);
    for edit in edits {
        let target = place::target(&text, &tree, edit.path(), edit.after())?;
        let mut changes = edit.changes(&text, &tree, &target)?;
        changes.extend(block_text::closed(&text, &tree, &changes));
        let mut wanted = Meaning::of(&tree);
        let is_possible = edit.apply_to(&mut wanted, &target).is_some();
        changes.order_by_key(|change| change.range.start);
        let edited = apply(&text, &changes);
        let read = yaml::parse(edited.as_bytes(), &ALL);
        match read.root {
            Some(root) if is_possible && read.faults.is_empty() && wanted.matches(&root) => {
                tree = Cow::Owned(root);
            }
            _ => return Err(edit.refused(&text)),
        }
        text = edited;
    }
    Ok(text)
}

/// Applies edits that don't touch each other's places to a source at once, and checks the result once; removals of items
/// of one list stand in the order of the last to the first.
///
/// # Errors
/// As [`splice`], to which edits are left whose places touch.
pub fn together(
    source: &str,
    root: &Node,
    edits: &[SpliceEdit<'_>],
) -> Result<String, SpliceError> {
    let mut changes = Vec::new();
    let mut wanted = Meaning::of(root);
    let mut is_possible = true;
    for edit in edits {
        let target = place::target(source, root, edit.path(), edit.after())?;
        changes.extend(edit.changes(source, root, &target)?);
        is_possible &= edit.apply_to(&mut wanted, &target).is_some();
    }
    changes.extend(block_text::closed(source, root, &changes));
    changes.order_by_key(|change| change.range.start);
    let touch = changes.windows(2).any(|pair| match pair {
        [one, next] => one.range.end > next.range.start,
        _ => false,
    });
    if is_possible && !touch {
        let edited = apply(source, &changes);
        let read = yaml::parse(edited.as_bytes(), &ALL);
        if read.faults.is_empty() && read.root.is_some_and(|root| wanted.matches(&root)) {
            return Ok(edited);
        }
    }
    splice(source, root, edits)
}

/// Returns the shortest one-line form of a text that every YAML reader reads back as that text: plain,
/// else in single quotes, else in double quotes. It may be used inside brackets.
///
/// Words that some readers take for a truth value, null or number are quoted; dates and RFC 3339 instants are
/// not, as in every record.
pub fn quote(text: &str) -> String {
    quote::plain_or_quoted(text, Context::Flow)
}

impl SpliceEdit<'_> {
    fn path(&self) -> &str {
        match self {
            SpliceEdit::Set { path, .. }
            | SpliceEdit::Append { path, .. }
            | SpliceEdit::Insert { path, .. }
            | SpliceEdit::Remove { path } => path,
        }
    }

    fn after(&self) -> &[&str] {
        match self {
            SpliceEdit::Append { after, .. } | SpliceEdit::Insert { after, .. } => after,
            SpliceEdit::Set { .. } | SpliceEdit::Remove { .. } => &[],
        }
    }

    fn changes(
        &self,
        source: &str,
        root: &Node,
        target: &SpliceTarget<'_>,
    ) -> Result<Vec<SpliceChange>, SpliceError> {
        let wrong = |wanted| SpliceError::WrongKind { path: self.path().to_owned(), wanted };
        match self {
            SpliceEdit::Set { value, .. } => set::set(source, root, target, value).map_err(wrong),
            SpliceEdit::Append { item, .. } => {
                self.read(item)?;
                if item.contains(['\n', '\r']) {
                    return Err(self.malformed());
                }
                add::append(source, root, target, item).map_err(wrong)
            }
            SpliceEdit::Insert { yaml, .. } => {
                let value = self.read(yaml)?;
                add::insert(source, root, target, yaml, &value).map_err(wrong)
            }
            SpliceEdit::Remove { .. } => remove::remove(source, target)
                .ok_or_else(|| SpliceError::NotFound { path: self.path().to_owned() }),
        }
    }

    fn apply_to(&self, wanted: &mut Meaning, target: &SpliceTarget<'_>) -> Option<()> {
        let parent = wanted.at(&target.steps)?;
        match self {
            SpliceEdit::Set { value, .. } => {
                parent.put(&target.last, Meaning::NewText((*value).to_owned()), None)
            }
            SpliceEdit::Append { item, .. } => {
                let item = Meaning::of_new(&self.read(item).ok()?);
                let known = parent.at(std::slice::from_ref(&target.last));
                if let Some(Meaning::List(items)) = known {
                    items.push(item);
                    return Some(());
                }
                parent.put(&target.last, Meaning::List(vec![item]), target.after)
            }
            SpliceEdit::Insert { yaml, .. } => {
                let value = Meaning::of_new(&self.read(yaml).ok()?);
                parent.put(&target.last, value, target.after)
            }
            SpliceEdit::Remove { .. } => parent.take(&target.last),
        }
    }

    fn read(&self, yaml: &str) -> Result<Node, SpliceError> {
        let read = yaml::parse(yaml.as_bytes(), &ALL);
        let path = self.path().to_owned();
        match read.faults.into_iter().next() {
            None => read.root.ok_or_else(|| self.malformed()),
            Some(fault) if fault.code == Code::Encoding => {
                Err(SpliceError::Hidden { path, message: fault.message })
            }
            Some(_) => Err(self.malformed()),
        }
    }

    fn malformed(&self) -> SpliceError {
        SpliceError::Malformed { path: self.path().to_owned() }
    }

    fn refused(&self, source: &str) -> SpliceError {
        match yaml::parse(source.as_bytes(), &ALL).faults.len() {
            0 => SpliceError::Layout { path: self.path().to_owned() },
            faults => SpliceError::Faulty { faults },
        }
    }
}

/// Applies changes to a source; they are in source order and do not overlap.
fn apply(source: &str, changes: &[SpliceChange]) -> String {
    let mut out = String::with_capacity(source.len() + 128);
    let mut done = 0;
    for change in changes {
        out.push_str(source.get(done..change.range.start).unwrap_or_default());
        out.push_str(&change.text);
        done = change.range.end;
    }
    out.push_str(source.get(done..).unwrap_or_default());
    out
}
