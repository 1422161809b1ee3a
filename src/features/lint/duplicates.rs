//! Which of two files with one id stays: the record's own, which the approved ref had before.
//!
//! Start at [`advise`]. Follows `docs/spec/approval.md`, V3: what keeps the other one loses what was approved.

use std::collections::BTreeMap;

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted_path;
use crate::history::version::{FileAt, TrailKey};
use crate::ledger;
use crate::ledger::tree::Tree;
use crate::record::Record;
use crate::record::file::{self, RecordFile};
use crate::record::id::Id;
use crate::record::mend;
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::store::git;

pub(super) fn advise(located: &Located, at: &Moment, files: &dyn Tree, findings: &mut [Finding]) {
    let mut twins: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.rule == Code::DuplicateId) {
        let id = file::stem(&finding.path).to_ascii_uppercase();
        twins.entry(id).or_default().push(finding.path.clone());
    }
    for (id, paths) in twins {
        let Some(own) = own_file(located, at, &id) else { continue };
        let remedy = match kept(&own, &paths, files) {
            Some(kept) if paths.len() > 1 => {
                own_ids(kept, &paths, files).unwrap_or_else(|| ledger::keep_one(kept, &paths))
            }
            _ => "compare them, and give each record its own id".into(),
        };
        let is_twin = |finding: &&mut Finding| {
            finding.rule == Code::DuplicateId && paths.contains(&finding.path)
        };
        for finding in findings.iter_mut().filter(is_twin) {
            finding.remedy = remedy.clone();
        }
    }
}

fn own_file(located: &Located, at: &Moment, id: &str) -> Option<FileAt> {
    let texts = [id];
    let snapshot = Snapshot::open_landed(located, at, Scope::About(&texts)).ok()?;
    let trail = snapshot.history.trail(&TrailKey::Id(id.to_owned()))?;
    let files = trail.versions.iter().rev().map(|version| version.files.as_slice());
    files.filter(|files| files.len() == 1).find_map(|files| files.first().cloned())
}

/// Returns the one that has the bytes of the record's own file, wherever it stands, else the one in its place.
fn kept<'p>(own: &FileAt, paths: &'p [String], files: &dyn Tree) -> Option<&'p String> {
    let is_same = |path: &&String| {
        let bytes = files.bytes(path).ok().flatten();
        bytes.is_some_and(|bytes| git::blob_id(&bytes) == Some(own.blob))
    };
    let same: Vec<&String> = paths.iter().filter(is_same).collect();
    match same[..] {
        [only] => Some(only),
        _ => paths.iter().find(|path| **path == *own.path),
    }
}

// Returns how each of the others gets an id of its own, if it is about something else than the one that stays: removed, its
// request is gone.
fn own_ids(kept: &str, paths: &[String], files: &dyn Tree) -> Option<Remedy> {
    let bytes = |path: &str| files.bytes(path).ok().flatten();
    let read = |path: &str| file::read(path, &bytes(path)?).record;
    let own = read(kept)?;
    let is_another = |record: &Record| {
        (&record.subject, &record.deviates_from) != (&own.subject, &own.deviates_from)
    };
    let mut commands = Vec::new();
    for path in paths.iter().filter(|path| *path != kept) {
        let record = read(path).filter(is_another)?;
        let year = record.id.as_str().split('-').nth(1)?.parse().ok()?;
        let digest = git::blob_id(&bytes(path)?)?.to_string();
        let number = u32::from_str_radix(digest.get(..8)?, 16).ok()?;
        let id = Id::made(record.id.prefix(), year, number)?;
        let new = mend::beside(path, &id);
        if files.kind(&new).ok()?.is_some() {
            return None;
        }
        let (path, new) = (quoted_path(path), quoted_path(&new));
        commands.push(format!("sed 's/^id:.*/id: {id}/' {path} > {new} && rm -f -- {path}"));
    }
    Some(Remedy::run(commands).after(format!(
        "{kept} is about something else, and what is removed is no longer requested: give each of the others an id of its own"
    )))
}

pub(super) fn of_copy(source: &RecordFile, files: &ledger::Files) -> Option<Remedy> {
    let id = source.stated_id()?;
    let is_taken = |file: &ledger::File| file.path != source.path && file.stem() == id.as_str();
    let is_copy = Id::new(file::stem(&source.path)).is_none();
    if !is_copy || !files.records.iter().any(is_taken) {
        return None;
    }
    let to = mend::beside(&source.path, &free_id(&id, source, files)?);
    Some(mend::rename_to(&source.path, &to).after(
        "another file has this id: remove this one, or if it is another record, give it an id of its own",
    ))
}

/// Returns an id that no file has: its last part is made of the file's digest.
fn free_id(id: &Id, source: &RecordFile, files: &ledger::Files) -> Option<Id> {
    let digest = git::blob_id(source.text_of_file().as_bytes())?.to_string().to_ascii_uppercase();
    let (kept, _) = id.as_str().rsplit_once('-')?;
    let ends = (0..digest.len()).filter_map(|at| digest.get(at..at + 5));
    let mut ids = ends.filter_map(|end| Id::new(&format!("{kept}-{end}")));
    ids.find(|id| files.records.iter().all(|file| file.stem() != id.as_str()))
}
