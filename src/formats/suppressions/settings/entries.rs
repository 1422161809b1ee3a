//! The entries of a file of settings, and what they become.
//!
//! Pure. Start at `SettingEntries`.

use super::documents;
use crate::diag::sorting::StableSort as _;
use crate::formats::suppressions::entry::ScannedFile;
use crate::formats::suppressions::options::ScanOptions;
use crate::formats::suppressions::readers::format::text;
use crate::formats::suppressions::reasons::{self, CommentSyntax, EntryPlace};
use crate::formats::suppressions::{kinds, limits};
use crate::rules::scan::suppression::{
    CitingAdvice, CommentReach, EntryLimits, FoundSuppression, HiddenFindings, HiddenIds,
    SuppressionEnd, UnreadPart,
};
use crate::survey::cited;
use crate::yaml::node::{Node, Value};

pub(super) const CITING: CitingAdvice =
    CitingAdvice::plain("write `ID` in its reason, or in a comment beside it");

#[derive(Clone, Debug)]
pub(super) struct SettingEntry {
    pub(super) kind: &'static str,
    pub(super) line: u32,
    /// Its ids or names; empty if it hides everything.
    pub(super) rules: Vec<String>,
    pub(super) label: String,
    pub(super) end: SuppressionEnd,
    pub(super) reason: Option<String>,
    pub(super) is_blanket: bool,
    /// The tool, if its kind has none of its own.
    pub(super) tool: Option<&'static str>,
    pub(super) limits: EntryLimits,
}

impl SettingEntry {
    pub(super) fn of(kind: &'static str, line: u32, id: &str) -> SettingEntry {
        SettingEntry {
            kind,
            line,
            rules: vec![id.to_owned()],
            label: id.to_owned(),
            end: SuppressionEnd::NoSuchField,
            reason: None,
            is_blanket: false,
            tool: None,
            limits: EntryLimits::new(),
        }
    }

    pub(super) fn blanket(kind: &'static str, line: u32, label: &str) -> SettingEntry {
        SettingEntry {
            rules: Vec::new(),
            is_blanket: true,
            limits: limits::one("", label),
            ..SettingEntry::of(kind, line, label)
        }
    }

    pub(super) fn limited_to(self, limits: EntryLimits) -> SettingEntry {
        SettingEntry { limits, ..self }
    }

    pub(super) fn but_for(mut self, limits: EntryLimits) -> SettingEntry {
        self.limits.extend(limits);
        self
    }

    pub(super) fn with_reason(self, reason: Option<&str>) -> SettingEntry {
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
        SettingEntry { reason: reason.map(str::to_owned), ..self }
    }
}

#[derive(Debug, Default)]
pub(super) struct SettingEntries {
    pub(super) entries: Vec<SettingEntry>,
    pub(super) unread: Vec<(u32, String)>,
    pub(super) kinds: Vec<&'static str>,
}

/// Returns the end in a field, as programs of JavaScript and Python read a date; `None` if it is not one.
pub(super) fn end(node: Option<&Node>) -> Option<SuppressionEnd> {
    match node.map(|node| (&node.value, node.text())) {
        None | Some((Value::Null, _)) | Some((_, Some(""))) => Some(SuppressionEnd::Missing),
        Some((_, text)) => documents::date(text?).map(SuppressionEnd::Until),
    }
}

pub(super) fn is_named(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((begin, end)) => {
            name.len() >= begin.len() + end.len() && name.starts_with(begin) && name.ends_with(end)
        }
        None => pattern == name,
    }
}

impl SettingEntries {
    pub(super) fn add(&mut self, entry: SettingEntry) {
        self.entries.push(entry);
    }

    pub(super) fn into_file(self, path: &str, bytes: &[u8], options: &ScanOptions) -> ScannedFile {
        let source = text(bytes).unwrap_or_default();
        let mut entries = self.entries;
        entries.order_by_key(|entry| entry.line);
        add_comments(path, source, &mut entries);
        let mut file = ScannedFile { kinds: self.kinds, ..ScannedFile::default() };
        for (line, reason) in self.unread {
            file.unread.push(UnreadPart { path: path.to_owned(), line, reason });
        }
        let found = entries.into_iter().map(|entry| suppression(entry, path, options));
        file.suppressions.extend(found);
        file
    }
}

fn add_comments(path: &str, source: &str, entries: &mut [SettingEntry]) {
    let Some(syntax) = CommentSyntax::of(path) else { return };
    let places: Vec<EntryPlace<'_>> = entries
        .iter()
        .map(|entry| EntryPlace {
            line: usize::try_from(entry.line).unwrap_or_default(),
            names: vec![entry.label.as_str()],
        })
        .collect();
    let comments = reasons::beside(source, syntax, &places);
    for (entry, comments) in entries.iter_mut().zip(comments) {
        entry.reason = reasons::joined(entry.reason.take(), comments);
    }
}

fn suppression(entry: SettingEntry, path: &str, options: &ScanOptions) -> FoundSuppression {
    let tool = entry.tool.or_else(|| kinds::find(entry.kind).map(|kind| kind.tool));
    let tool = tool.unwrap_or(entry.kind);
    let cited =
        entry.reason.as_deref().and_then(|reason| cited::ids(reason, &options.prefixes).next());
    FoundSuppression {
        kind: entry.kind,
        path: path.to_owned(),
        line: entry.line,
        lines: entry.line..=entry.line,
        column: 1,
        label: format!("{tool}:{}", entry.label),
        citing: CITING,
        hidden: vec![HiddenFindings {
            tools: vec![tool.to_owned()],
            ids: match (entry.rules.is_empty(), entry.is_blanket) {
                (true, true) => HiddenIds::All,
                (true, false) => HiddenIds::Nameless,
                (false, _) => HiddenIds::Listed(entry.rules),
            },
            ..HiddenFindings::default()
        }],
        cited,
        end: entry.end,
        reach: CommentReach::Stated,
        reason: entry.reason,
        is_blanket: entry.is_blanket,
        limits: entry.limits,
    }
}
