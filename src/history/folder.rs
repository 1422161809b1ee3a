//! One folder as git stores it: raw entries, in git's order.
//!
//! Pure, fails only on malformed bytes. Start at [`TreeObject`], which knows where each entry begins; [`differences`]
//! compares two. Follows `docs/spec/approval.md`, V4.

use std::cmp::Ordering;
use std::collections::HashSet;

use memchr::memchr;

use crate::history::objects::{ObjectKind, Objects, Obstacle, Oid};

/// The maximum number of entries below one record folder.
pub const MOST_ENTRIES: usize = 200_000;

/// The maximum number of bytes by which a folder is read from what is known of another one.
const FAR: usize = 4096;

/// The maximum depth of folders below one record folder.
pub const DEEPEST: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeEntry<'t> {
    /// The name, which may not be valid UTF-8.
    pub name: &'t [u8],
    pub mode: Mode,
    pub oid: Oid,
    raw: &'t [u8],
}

/// The type of an entry. Whether a file is executable makes no difference here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A regular file: `100644` or `100755`.
    File,
    Folder,
    Link,
    Submodule,
    /// Anything else, which git no longer writes.
    Other,
}

/// Reads the entries of a folder one by one, in git's order; the last one is an error if the bytes are malformed.
pub fn entries(raw: &[u8]) -> impl Iterator<Item = Result<TreeEntry<'_>, &'static str>> {
    let mut rest = raw;
    let mut before: Option<TreeEntry<'_>> = None;
    let mut twins = Twins::default();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let read = entry(&mut rest).and_then(|entry| match before {
            Some(before) if !precedes(&before, &entry) => Err("its entries are not in order"),
            _ if twins.has(&entry) => Err("two of its entries have the same name"),
            _ => Ok(entry),
        });
        match read {
            Ok(entry) => before = Some(entry),
            Err(_) => rest = &[],
        }
        Some(read)
    })
}

/// The names that a later folder may duplicate: git's order allows `x`, `x.a` and then the folder `x`,
/// which no checkout can contain.
#[derive(Default)]
struct Twins<'t> {
    /// Each is a prefix of the next one.
    names: Vec<&'t [u8]>,
}

impl<'t> Twins<'t> {
    fn has(&mut self, entry: &TreeEntry<'t>) -> bool {
        let may_follow = |name: &&'t [u8]| {
            let rest = entry.name.strip_prefix(*name);
            rest.is_some_and(|rest| rest.first().is_none_or(|next| *next < b'/'))
        };
        while self.names.last().is_some_and(|name| !may_follow(name)) {
            self.names.pop();
        }
        let is_folder = entry.mode == Mode::Folder;
        if !is_folder {
            self.names.push(entry.name);
        }
        is_folder && self.names.last() == Some(&entry.name)
    }
}

fn entry<'t>(rest: &mut &'t [u8]) -> Result<TreeEntry<'t>, &'static str> {
    let blank = rest.iter().take(8).position(|byte| *byte == b' ');
    let (mode, after) =
        blank.and_then(|at| rest.split_at_checked(at)).ok_or("an entry has no mode")?;
    let after = after.get(1..).unwrap_or_default();
    let end = memchr(0, after);
    let (name, id) = end.and_then(|at| after.split_at_checked(at)).ok_or("an entry has no name")?;
    let oid = id.get(1..21).and_then(Oid::from_bytes).ok_or("an entry has no id")?;
    let (raw, after) =
        rest.split_at_checked(mode.len() + name.len() + 22).ok_or("an entry has no id")?;
    if name.contains(&b'/') || matches!(name, b"" | b"." | b"..") {
        return Err("an entry has a name that leads outside");
    }
    *rest = after;
    let mode = match mode {
        b"100644" | b"100755" => Mode::File,
        b"40000" | b"040000" => Mode::Folder,
        b"120000" => Mode::Link,
        b"160000" => Mode::Submodule,
        _ => Mode::Other,
    };
    Ok(TreeEntry { name, mode, oid, raw })
}

/// Returns the raw entries with these names, in the same format.
///
/// # Errors
/// What is malformed about the folder.
pub fn only(raw: &[u8], names: &HashSet<Vec<u8>>) -> Result<Vec<u8>, &'static str> {
    let mut kept = Vec::new();
    for entry in entries(raw) {
        let entry = entry?;
        if names.contains(entry.name) {
            kept.extend_from_slice(entry.raw);
        }
    }
    Ok(kept)
}

/// Compares entries in git's order: a folder sorts as if its name ended in a slash.
pub fn order(left: &TreeEntry<'_>, right: &TreeEntry<'_>) -> Ordering {
    let n_both = left.name.len().min(right.name.len());
    let rest = |entry: &TreeEntry<'_>| {
        let tail = if entry.mode == Mode::Folder { Some(b'/') } else { None };
        entry.name.get(n_both).copied().or(tail)
    };
    let heads = left.name.get(..n_both).cmp(&right.name.get(..n_both));
    heads.then_with(|| rest(left).cmp(&rest(right)))
}

fn precedes(left: &TreeEntry<'_>, right: &TreeEntry<'_>) -> bool {
    left.name != right.name && order(left, right).is_lt()
}

/// Returns a name as text; bytes that are not UTF-8 are written as `\xNN`. Two names never have the same text: a
/// backslash is doubled in names with such bytes, and in those that contain `\x` themselves.
pub fn text(name: &[u8]) -> String {
    let mut text = String::new();
    let is_plain = std::str::from_utf8(name).is_ok_and(|name| !name.contains("\\x"));
    for chunk in name.utf8_chunks() {
        if is_plain {
            text.push_str(chunk.valid());
        } else {
            text.push_str(&chunk.valid().replace('\\', "\\\\"));
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// A folder whose entries are well-formed and in order.
#[derive(Clone, Debug, Default)]
pub struct TreeObject {
    raw: Vec<u8>,
    starts: Vec<usize>,
}

impl TreeObject {
    /// Parses a complete folder.
    ///
    /// # Errors
    /// What is malformed about it.
    pub fn parse(raw: Vec<u8>) -> Result<TreeObject, &'static str> {
        let mut starts = Vec::with_capacity(raw.len() / 40);
        let mut at = 0;
        for entry in entries(&raw) {
            starts.push(at);
            at += entry?.raw.len();
        }
        Ok(TreeObject { raw, starts })
    }

    /// Returns the entry with a name, either the folder of that name or the other entry.
    pub fn find(&self, name: &[u8], mode: Mode) -> Option<TreeEntry<'_>> {
        let wanted = TreeEntry { name, mode, oid: Oid::NULL, raw: &[] };
        let at = self.starts.binary_search_by(|start| {
            let found = self.entry(*start);
            found.map_or(Ordering::Greater, |entry| order(&entry, &wanted))
        });
        self.entry(*self.starts.get(at.ok()?)?)
    }

    fn entry(&self, start: usize) -> Option<TreeEntry<'_>> {
        entry(&mut self.raw.get(start..)?).ok()
    }

    /// Parses a complete folder that has most of its entries in common with another one: only the others are read.
    pub fn parse_like(raw: Vec<u8>, near: &TreeObject) -> Result<TreeObject, &'static str> {
        match near.starts_in(&raw) {
            Some(starts) => Ok(TreeObject { raw, starts }),
            None => TreeObject::parse(raw),
        }
    }

    /// Returns where the entries of another folder begin; `None` if it may be malformed, or is much different.
    fn starts_in(&self, raw: &[u8]) -> Option<Vec<usize>> {
        let (n_head, n_tail) = shared(raw, self);
        // The entries beside the others are read again, for their order.
        let (n_head, n_tail) = (n_head.saturating_sub(1), n_tail.saturating_sub(1));
        let (mut at, tail) = (*self.starts.get(n_head)?, self.tail(n_tail)?);
        let end = (raw.len() + tail).checked_sub(self.raw.len())?;
        if tail.max(end) - at > FAR {
            return None;
        }
        let own = self.starts.get(n_head..self.starts.len() - n_tail)?;
        let is_own = |entry: &TreeEntry<'_>| {
            let mut own = own.iter().filter_map(|start| self.raw.get(*start..));
            own.any(|own| own.starts_with(entry.raw))
        };
        let mut starts = Vec::with_capacity(self.starts.len() + 1);
        starts.extend_from_slice(self.starts.get(..n_head)?);
        for entry in entries(raw.get(at..end)?) {
            let entry = entry.ok()?;
            let twin = if entry.mode == Mode::Folder { Mode::File } else { Mode::Folder };
            if !is_own(&entry) && self.find(entry.name, twin).is_some() {
                return None;
            }
            starts.push(at);
            at += entry.raw.len();
        }
        let last = self.starts.get(self.starts.len() - n_tail..)?;
        starts.extend(last.iter().map(|start| start - tail + end));
        Some(starts)
    }

    fn tail(&self, n_last: usize) -> Option<usize> {
        let first = self.starts.len().checked_sub(n_last)?;
        Some(self.starts.get(first).copied().unwrap_or(self.raw.len()))
    }

    fn between(&self, n_first: usize, n_last: usize) -> impl Iterator<Item = TreeEntry<'_>> {
        let end = self.starts.len().saturating_sub(n_last);
        let starts = self.starts.get(n_first..end).unwrap_or_default().iter();
        starts.filter_map(|start| self.entry(*start))
    }
}

/// Returns how many entries of a folder begin other bytes, too, and how many of the rest end them; some may be missed.
fn shared(raw: &[u8], near: &TreeObject) -> (usize, usize) {
    const STEP: usize = 128;
    let is_same = |both: &(&[u8], &[u8])| both.0 == both.1;
    let n_both = raw.len().min(near.raw.len());
    let heads = raw.chunks(STEP).zip(near.raw.chunks(STEP));
    let head = n_both.min(STEP * heads.take_while(is_same).count());
    let n_head = near.starts.partition_point(|start| *start <= head).saturating_sub(1);
    let most = n_both - near.starts.get(n_head).copied().unwrap_or(0);
    let tails = raw.rchunks(STEP).zip(near.raw.rchunks(STEP));
    let tail = near.raw.len() - most.min(STEP * tails.take_while(is_same).count());
    (n_head, near.starts.len() - near.starts.partition_point(|start| *start < tail))
}

/// The entries with one name in two folders.
pub type Both = (Option<(Mode, Oid)>, Option<(Mode, Oid)>);

/// Calls back for each name that differs between two folders; a name may be reported twice, as a file and as a folder.
pub fn differences<'f>(
    old: &'f TreeObject,
    new: &'f TreeObject,
    mut found: impl FnMut(&'f [u8], Both),
) {
    // Consecutive snapshots have nearly all entries in common: only the part between the common ends is compared.
    let (n_head, n_tail) = shared(&old.raw, new);
    // The same bytes may also begin inside an entry.
    let length = |folder: &TreeObject| Some(folder.raw.len() - folder.tail(n_tail)?);
    let n_tail = if length(old) == length(new) { n_tail } else { 0 };
    let mut lefts = old.between(n_head, n_tail).peekable();
    let mut rights = new.between(n_head, n_tail).peekable();
    let what = |entry: &TreeEntry<'_>| Some((entry.mode, entry.oid));
    loop {
        let side = match (lefts.peek(), rights.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => order(left, right),
        };
        let left = lefts.next_if(|_| side.is_le());
        let right = rights.next_if(|_| side.is_ge());
        if let (Some(left), Some(right)) = (&left, &right)
            && left.raw == right.raw
        {
            continue;
        }
        if let Some(entry) = left.as_ref().or(right.as_ref()) {
            let both = (left.as_ref().and_then(what), right.as_ref().and_then(what));
            found(entry.name, both);
        }
    }
}

/// Parses a complete folder; `None` is an empty one. Another folder that is much alike makes that faster.
///
/// # Errors
/// As [`read`], and [`Obstacle::Malformed`] if its bytes are malformed.
pub fn open(
    objects: &dyn Objects,
    oid: Option<Oid>,
    near: &TreeObject,
) -> Result<TreeObject, Obstacle> {
    let Some(oid) = oid else {
        return Ok(TreeObject::default());
    };
    let parsed = TreeObject::parse_like(read(objects, oid)?, near);
    parsed.map_err(|cause| Obstacle::malformed(oid, cause))
}

pub fn read(objects: &dyn Objects, oid: Oid) -> Result<Vec<u8>, Obstacle> {
    match objects.read(oid)? {
        (ObjectKind::Tree, raw) => Ok(raw),
        _ => Err(Obstacle::malformed(oid, "it is not a folder")),
    }
}
