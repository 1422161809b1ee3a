//! Suppressions in the settings of tools: entries of lists and maps, by a table, and by code where that can't say it.
//!
//! Pure. Start at [`by_name`]. The table is `files.tsv`: the kind; the base name of the file, or its path from the top; its
//! syntax; the path to the entries, `[]` for each item of a list and `{}` for each key of a map; the field of an item that
//! is its id (`-` if none is one); the fields of its end and reason; and what is blanket: `all`, an id that is a `pattern`,
//! or only a `star`; the fields that limit an entry in the item of a list around it. Follows `docs/spec/interop.md`, 5.

mod ci_flags;
mod documents;
mod entries;
mod families;
mod waivers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use memchr::memmem;

use crate::formats::suppressions::entry::ScannedFile;
use crate::formats::suppressions::files;
use crate::formats::suppressions::keys::{self, Spelling};
use crate::formats::suppressions::limits;
use crate::formats::suppressions::options::ScanOptions;
use crate::formats::suppressions::readers::format::ImportError;
use crate::formats::suppressions::readers::trivy;
use crate::rules::scan::suppression::CitingAdvice;
use crate::yaml::node::{MapEntry, Node, Value};

use entries::{CITING, SettingEntries, SettingEntry, end, is_named};

pub use families::{CONTENT_WORDS, by_content};

#[derive(Clone, Copy, Debug)]
struct FileRow {
    kind: &'static str,
    file: &'static str,
    syntax: &'static str,
    entries: &'static str,
    id: &'static str,
    end: &'static str,
    reason: &'static str,
    blanket: &'static str,
    within: &'static str,
}

/// The rows by the base names of their files; those with a `*` under the empty name.
static ROWS: LazyLock<BTreeMap<&'static str, Vec<FileRow>>> = LazyLock::new(|| {
    let mut rows: BTreeMap<&str, Vec<FileRow>> = BTreeMap::new();
    for line in include_str!("files.tsv").lines().skip(1) {
        let mut cells = line.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        let row = FileRow {
            kind: cell(),
            file: cell(),
            syntax: cell(),
            entries: cell(),
            id: cell(),
            end: cell(),
            reason: cell(),
            blanket: cell(),
            within: cell(),
        };
        let name = row.file.rsplit('/').next().unwrap_or(row.file);
        rows.entry(if name.contains('*') { "" } else { name }).or_default().push(row);
    }
    rows
});

/// Returns the entries of a file that is known by its name; empty for any other file.
pub fn by_name(path: &str, bytes: &[u8], options: &ScanOptions) -> ScannedFile {
    let rows = rows_of(path, options);
    let mut special = families::of_name(path, options);
    special.retain(|(kind, ..)| families::may_be(kind, bytes));
    if rows.is_empty() && special.is_empty() {
        return ScannedFile::default();
    }
    let mut found = SettingEntries::default();
    found.kinds.extend(rows.iter().map(|row| row.kind));
    found.kinds.extend(special.iter().map(|(kind, ..)| *kind));
    let wanted = |row: &&FileRow| mentions(bytes, row);
    let wanted: Vec<&FileRow> = rows.iter().filter(wanted).collect();
    let mut parsed =
        documents::Parsed::new(bytes, found.kinds.iter().find_map(|kind| spelling(kind)));
    for row in wanted {
        if let Err(error) = row.read(&mut parsed, &mut found) {
            return files::unread(path, &error);
        }
    }
    for (kind, syntax, read) in special {
        if let Err(error) = parsed.get(syntax).map(|document| read(kind, document, &mut found)) {
            return files::unread(path, &error);
        }
    }
    // The file that it names is read itself.
    found.entries.retain(|entry| {
        let named = trivy::beside(path, &entry.label).filter(|_| trivy::is_settings(path));
        named.is_none_or(|named| !options.trivy_files.contains(&named))
    });
    found.into_file(path, bytes, options)
}

/// Tells whether a file is known by its name.
pub fn known(path: &str, options: &ScanOptions) -> Option<(&'static str, CitingAdvice)> {
    let row = rows_of(path, options).first().map(|row| row.kind);
    let special = || families::of_name(path, options).first().map(|(kind, ..)| *kind);
    row.or_else(special).map(|kind| (kind, CITING))
}

fn rows_of(path: &str, options: &ScanOptions) -> Vec<FileRow> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let named = ROWS.get(name).map(Vec::as_slice).unwrap_or_default();
    let patterns = ROWS.get("").map(Vec::as_slice).unwrap_or_default();
    let all = named.iter().chain(patterns).filter(|row| row.is_for(path, name));
    all.filter(|row| options.wants(row.kind, true)).copied().collect()
}

/// Returns the spelling of the keys of a kind whose tool takes several for one, as the table writes them.
fn spelling(kind: &str) -> Option<Spelling> {
    match kind {
        "trivy-config" | "gitleaks" => Some(keys::lower_case),
        "gitguardian" => Some(keys::with_underscores),
        _ => None,
    }
}

/// Tells whether bytes may have the entries of a row: its last key is in them, or could be written by escapes.
fn mentions(bytes: &[u8], row: &FileRow) -> bool {
    if spelling(row.kind).is_some() {
        return true;
    }
    let mut keys = row.entries.split(['.', '[', ']', '{', '}']);
    let Some(key) = keys.rfind(|key| !key.is_empty()) else {
        return true;
    };
    let has = |word: &str| memmem::find(bytes, word.as_bytes()).is_some();
    has(key) || has("\\u") || has("\\x")
}

impl FileRow {
    fn is_for(&self, path: &str, name: &str) -> bool {
        let Some((folder, base)) = self.file.rsplit_once('/') else {
            return is_named(self.file, name);
        };
        let above = path.strip_suffix(name).and_then(|above| above.strip_suffix('/'));
        base == name && above == Some(folder)
    }

    fn read(
        &self,
        parsed: &mut documents::Parsed<'_>,
        found: &mut SettingEntries,
    ) -> Result<(), ImportError> {
        match self.syntax {
            "ini" => self.of_ini(parsed.text()?, found),
            "words" => self.of_words(parsed.text()?, found),
            syntax => {
                let root = parsed.get(syntax)?;
                let mut places = Vec::new();
                collect(root, self.entries, None, &mut places);
                for place in places {
                    self.add(place, found);
                }
            }
        }
        Ok(())
    }

    /// Reads lines `KEY=VALUE` and `KEY[]=VALUE`.
    fn of_ini(&self, text: &str, found: &mut SettingEntries) {
        for (line, content) in (1..).zip(text.lines()) {
            let Some((key, value)) = content.split_once('=') else { continue };
            if key.trim().trim_end_matches("[]") == self.entries {
                let value = value.split([';', '#']).next().unwrap_or_default().trim();
                found.add(self.entry(line, value.trim_matches(['"', '\''])));
            }
        }
    }

    fn of_words(&self, text: &str, found: &mut SettingEntries) {
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.split('#').next().unwrap_or_default();
            for id in content.split(',').map(str::trim).filter(|id| !id.is_empty()) {
                found.add(self.entry(line, id));
            }
        }
    }

    fn add(&self, place: EntryAt<'_>, found: &mut SettingEntries) {
        let node = place.node;
        let (line, id) = match place.key {
            Some(entry) => (entry.key_pos.line, Some(entry.key.as_str())),
            None => (node.pos.line, node.text()),
        };
        let field = |name: &str| node.get(name).and_then(Node::text);
        let id = if self.id.is_empty() { id } else { field(self.id) };
        if field("active") == Some("false") {
            return;
        }
        let entry = match id {
            Some(id) => self.entry(line, id),
            None => SettingEntry {
                is_blanket: false,
                ..SettingEntry::blanket(self.kind, line, self.kind)
            },
        };
        let native = if self.reason.is_empty() { None } else { field(self.reason) };
        // A key may have its reason as its only value.
        let whole = place.key.filter(|_| !self.reason.is_empty()).and_then(|_| node.text());
        let mut entry = entry.with_reason(native.or(whole));
        // The fingerprint of brakeman says all, and the rest moves with the code.
        if self.kind != "brakeman" && whole.is_none() {
            let except = [self.id, self.end, self.reason, "active"];
            entry.limits.extend(limits::of_node(node, &except));
        }
        for name in self.within.split(',') {
            let Some(limiting) = place.around.and_then(|around| around.get(name)) else { continue };
            // A list limits the less the more it names; another text limits to something else.
            match limiting.text() {
                Some(text) => {
                    entry.limits.insert(format!("{name} {text}"), BTreeSet::new());
                }
                None => {
                    let texts = limiting.items().iter().take(MOST_AROUND).filter_map(Node::text);
                    entry.limits.insert(name.to_owned(), texts.map(str::to_owned).collect());
                }
            }
        }
        if !self.end.is_empty() {
            match end(node.get(self.end)) {
                Some(stated) => entry.end = stated,
                None => {
                    let what = format!("{}: `{}` is not a date", entry.label, self.end);
                    found.unread.push((line, what));
                    return;
                }
            }
        }
        found.add(entry);
    }

    fn entry(&self, line: u32, id: &str) -> SettingEntry {
        let is_pattern = id.contains(['*', '?']);
        match self.blanket {
            "all" => SettingEntry::blanket(self.kind, line, id),
            "star" if id == "*" => SettingEntry::blanket(self.kind, line, id),
            "pattern" => {
                SettingEntry { is_blanket: is_pattern, ..SettingEntry::of(self.kind, line, id) }
            }
            _ => SettingEntry::of(self.kind, line, id),
        }
    }
}

// How many values of a field around an entry limit it.
const MOST_AROUND: usize = 200;

#[derive(Clone, Copy)]
struct EntryAt<'n> {
    key: Option<&'n MapEntry>,
    node: &'n Node,
    // The item of a list that it is in.
    around: Option<&'n Node>,
}

/// Collects what a path leads to: `a.b[]`, `a[].b{}`.
fn collect<'n>(node: &'n Node, path: &str, around: Option<&'n Node>, found: &mut Vec<EntryAt<'n>>) {
    let end = path.find(['.', '[', '{']).unwrap_or(path.len());
    let (key, rest) = path.split_at_checked(end).unwrap_or((path, ""));
    if key.is_empty() {
        collect_below(node, rest, around, found);
    } else if let Some(below) = node.get(key) {
        collect_below(below, rest, around, found);
    }
}

fn collect_below<'n>(
    node: &'n Node,
    rest: &str,
    around: Option<&'n Node>,
    found: &mut Vec<EntryAt<'n>>,
) {
    if let Some(rest) = rest.strip_prefix("[]") {
        let alone = if matches!(node.value, Value::Scalar(_)) { Some(node) } else { None };
        for item in node.items().iter().chain(alone) {
            match rest {
                "" => found.push(EntryAt { key: None, node: item, around }),
                rest => collect_below(item, rest, Some(item), found),
            }
        }
    } else if rest == "{}" {
        let entries = node.entries().iter();
        let at = |entry: &'n MapEntry| EntryAt { key: Some(entry), node: &entry.value, around };
        found.extend(entries.map(at));
    } else if let Some(rest) = rest.strip_prefix('.') {
        collect(node, rest, around, found);
    }
}
