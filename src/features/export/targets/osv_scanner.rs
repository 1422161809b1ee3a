//! `osv-scanner`: one `osv-scanner.toml` for each folder, where an entry counts while now is before `ignoreUntil`.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md`, 3, and osv-scanner's internal/config: a file is about the
//! lock files of its own folder, and of several entries with one id only the first counts.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml_edit::{Item, Table};

use crate::features::export::targets::input::{ExportInput, ExportedFinding, FindingLoss};
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::features::export::targets::paths::PathLimits;
use crate::features::export::targets::target::{
    ExportFile, ExportFiles, ExportOutput, ExportTarget, WrittenRecords,
};
use crate::features::export::targets::{loss, paths, quoting, toml_merge};
use crate::formats::lock_files;
use crate::ledger::tree::{EntryKind, Tree};
use crate::record::pattern;
use crate::record::time::Instant;

/// The definition of the target.
pub const TARGET: ExportTarget = ExportTarget::new("osv-scanner", &["osv-scanner"], write)
    .with_several_files()
    .with_merge(merge);

pub(super) const FILE: &str = "osv-scanner.toml";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OsvEntry {
    pub(super) id: String,
    pub(super) end: Instant,
    pub(super) reason: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct FolderEntries {
    pub(super) entries: Vec<OsvEntry>,
    pub(super) written: WrittenRecords,
}

struct Contribution {
    record: String,
    end: Instant,
    text: String,
    marks: String,
}

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut losses = LossLog::new(input.options.allowed);
    let folders = folders_of(input, &mut losses);
    let files = folders.into_iter().map(|(folder, content)| {
        let mut out = content.written.hash_header(TARGET.name, &input.stamp);
        for entry in &content.entries {
            out.push_str(&format!("\n{}", table(entry)));
        }
        let path = if folder.is_empty() { FILE.to_owned() } else { format!("{folder}/{FILE}") };
        ExportFile { path, bytes: out.into_bytes() }
    });
    let files = ExportFiles::Several(files.collect());
    ExportOutput { files, losses: losses.into_losses() }
}

pub(super) const VULNS: &str = "IgnoredVulns";

fn merge(input: &ExportInput<'_>, shared: SharedFile<'_>) -> Result<ExportOutput, MergeRefusal> {
    let text = shared.text(TARGET.name)?;
    let path = shared.path.ok_or(MergeRefusal::Elsewhere)?;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut losses = LossLog::new(input.options.allowed);
    let all = folders_of(input, &mut losses);
    let entries = all.get(folder).map(|folder| folder.entries.as_slice()).unwrap_or_default();
    let read = toml_merge::parsed(text)?;
    let tables: Vec<&Table> = match read.get(VULNS) {
        None => Vec::new(),
        Some(Item::ArrayOfTables(tables)) => tables.iter().collect(),
        Some(_) => return Err(toml_merge::shape(VULNS, "written as [[IgnoredVulns]]")),
    };
    let own = tables.into_iter().filter(|table| toml_merge::is_own(*table, shared));
    let found: Option<Vec<Range<usize>>> =
        own.map(|table| toml_merge::lines_of(text, table)).collect();
    let ranges = found.ok_or_else(|| toml_merge::layout(VULNS, "an entry has no place"))?;
    let at = ranges.first().map_or(text.len(), |range| range.start);
    let mut new: String = entries.iter().map(|entry| format!("\n{}", table(entry))).collect();
    if at == 0 {
        new = new.trim_start_matches('\n').to_owned();
    }
    let edited = toml_merge::replaced(text, &ranges, at, &new);
    toml_merge::checked(text, edited, shared, losses)
}

pub(super) fn table(entry: &OsvEntry) -> String {
    let (id, reason) = (quoting::double(&entry.id), quoting::double(&entry.reason));
    format!("[[IgnoredVulns]]\nid = {id}\nignoreUntil = {}\nreason = {reason}\n", entry.end)
}

pub(super) fn folders_of(
    input: &ExportInput<'_>,
    losses: &mut LossLog,
) -> BTreeMap<String, FolderEntries> {
    let lock_files = lock_files::of_tree(input.tree);
    let mut folders: BTreeMap<String, FolderEntries> = BTreeMap::new();
    let mut merged: BTreeMap<(String, String), Vec<Contribution>> = BTreeMap::new();
    let mut order: Vec<(String, String)> = Vec::new();
    for finding in input.findings(TARGET.tools) {
        let Some((id, within, marks)) = decided(finding, input.tree, lock_files.as_deref(), losses)
        else {
            continue;
        };
        for folder in within {
            let contribution = Contribution {
                record: finding.record.id().to_owned(),
                end: finding.record.end,
                text: finding.record.text(),
                marks: marks.clone(),
            };
            folders.entry(folder.clone()).or_default().written.add(finding.record);
            let place = (folder, id.clone());
            if !merged.contains_key(&place) {
                order.push(place.clone());
            }
            merged.entry(place).or_default().push(contribution);
        }
    }
    for (folder, id) in order {
        let contributions = merged.remove(&(folder.clone(), id.clone())).unwrap_or_default();
        if let Some(entry) = combined(id, &contributions) {
            folders.entry(folder).or_default().entries.push(entry);
        }
    }
    folders
}

/// Returns one entry with the latest end: its reason begins with the record that ends last, and names the others.
fn combined(id: String, contributions: &[Contribution]) -> Option<OsvEntry> {
    let mut last = contributions.first()?;
    for contribution in contributions {
        if contribution.end > last.end {
            last = contribution;
        }
    }
    let others: BTreeSet<&str> = contributions
        .iter()
        .map(|contribution| contribution.record.as_str())
        .filter(|record| *record != last.record)
        .collect();
    let also: String = others.into_iter().map(|record| format!("; also {record}")).collect();
    let marks = loss::united(contributions.iter().map(|contribution| contribution.marks.as_str()));
    let reason = format!("{}{also}{marks}", last.text);
    Some(OsvEntry { id, end: last.end, reason })
}

/// Decides about a finding. Returns its id, the folders whose files get an entry, and the marks of its text.
fn decided(
    finding: ExportedFinding<'_>,
    tree: Option<&dyn Tree>,
    lock_files: Option<&[String]>,
    losses: &mut LossLog,
) -> Option<(String, BTreeSet<String>, String)> {
    let key = finding.key;
    let id = losses.id_of(finding)?;
    let mut lost = finding.criteria_losses();
    if key.purl.is_some() {
        lost.push(FindingLoss::scope("an ignored id can't be limited to a package"));
    }
    if key.resources.is_some() {
        lost.push(FindingLoss::scope("it can't be limited to resources"));
    }
    let within = match paths::limits(key) {
        PathLimits::Anywhere => anywhere(lock_files),
        PathLimits::Only(patterns) => limited(&patterns, tree, lock_files, &mut lost),
    };
    if within.is_empty() {
        losses.refuse(finding, "no lock file of the commit matches its paths");
        return None;
    }
    let marks = losses.decide(finding, lost)?;
    Some((id.into_owned(), within, marks))
}

/// Returns the folders of all lock files; without any, the root.
fn anywhere(lock_files: Option<&[String]>) -> BTreeSet<String> {
    let found = lock_files.unwrap_or_default();
    let folders: BTreeSet<String> = found.iter().map(|path| folder(path).to_owned()).collect();
    if folders.is_empty() { BTreeSet::from([String::new()]) } else { folders }
}

fn limited(
    patterns: &[&str],
    tree: Option<&dyn Tree>,
    lock_files: Option<&[String]>,
    lost: &mut Vec<FindingLoss>,
) -> BTreeSet<String> {
    let mut within = BTreeSet::new();
    if lock_files.is_none() {
        lost.push(FindingLoss::scope("the lock files of the commit can't be listed"));
    }
    for pattern in patterns {
        if paths::is_exact(pattern) {
            within.insert(folder(pattern).to_owned());
            let kind = tree.and_then(|tree| tree.kind(pattern).ok().flatten());
            if kind != Some(EntryKind::File) {
                lost.push(FindingLoss::scope(format!(
                    "{pattern} is not a file of the commit, so other lock files beside it are unknown"
                )));
            }
            continue;
        }
        lost.push(FindingLoss::scope(format!(
            "{pattern} is a pattern: a file is about one folder, and needs the path of its lock file"
        )));
        let found = lock_files.unwrap_or_default().iter();
        let matching = found.filter(|path| pattern::matches(pattern, path));
        within.extend(matching.map(|path| folder(path).to_owned()));
    }
    for at in &within {
        let found = lock_files.unwrap_or_default();
        let is_covered =
            |path: &&String| patterns.iter().any(|pattern| pattern::matches(pattern, path));
        let mut beside = found.iter().filter(|path| folder(path) == at.as_str());
        if let Some(other) = beside.find(|path| !is_covered(path)) {
            lost.push(FindingLoss::scope(format!("the file would also cover {other}")));
        }
    }
    within
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
