//! Evidence that a decision cites: an address, a commit, or a file that is kept beside the records with its digest.
//!
//! Uses record, plan's entries. Pure. Start at [`EvidenceArgument::parse`] and [`entries`]. Follows `docs/spec/record.md`, values,
//! and `docs/spec/cli.md`, flags that scripts use.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::plan::decision::DecisionRefusal;
use crate::plan::entry::EntryPairs;
use crate::record::Record;
use crate::record::decision::Evidence;
use crate::record::reference;

/// Where evidence files are kept, from the ledger's root; each record has a folder of its own there.
pub const FOLDER: &str = "evidence";

/// One piece of evidence as it was said: `E1=log:rotate.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceInput {
    /// The name under which it is cited.
    pub id: Option<String>,
    /// What it is, in a free word.
    pub kind: String,
    pub source: EvidenceLocation,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidenceLocation {
    Url(String),
    Commit(String),
    /// In a file: its path as it was said, and what is in it.
    File(String, Vec<u8>),
    /// In a file that is kept already, by its path from the ledger's root, and what is in it.
    Kept(String, Vec<u8>),
}

/// Whether evidence without a name gets one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// It does: `E1` and on.
    Given,
    /// It stays without.
    AsGiven,
}

/// Evidence, ready to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceEntry {
    /// The entries of the record.
    pub entries: Vec<EntryPairs>,
    /// The names under which they are cited.
    pub ids: BTreeSet<String>,
    /// The files to be kept, by their paths from the ledger's root.
    pub files: Vec<(String, Vec<u8>)>,
}

/// A piece of evidence of which a file is not read yet: name, kind, and what was said of its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceArgument<'s> {
    /// The name under which it is cited.
    pub id: Option<&'s str>,
    pub kind: &'s str,
    /// An address, a commit, or a path.
    pub source: &'s str,
}

impl<'s> EvidenceArgument<'s> {
    /// Reads `[ID=][KIND:]PATH|URL|COMMIT`; the kind of what has none is `link`, `commit` or `file`.
    ///
    /// # Errors
    /// What is wrong with the text, and how to write it.
    pub fn parse(text: &'s str) -> Result<EvidenceArgument<'s>, String> {
        let form = || {
            format!(
                "`{text}` is not evidence: write a path, a URL or a commit, preceded by name and kind as in E1=log:rotate.txt"
            )
        };
        let named = text.split_once('=');
        let (id, rest) = match named.filter(|(id, _)| !id.contains([':', '/'])) {
            Some((id, rest)) => (Some(id.trim()), rest.trim()),
            None => (None, text.trim()),
        };
        let (kind, source) = match rest.split_once(':') {
            Some((_, after)) if after.starts_with("//") && reference::is_web(rest) => {
                ("link", rest)
            }
            Some((kind, source)) => (kind.trim(), source.trim()),
            None if reference::is_commit(rest) => ("commit", rest),
            None => ("file", rest),
        };
        let is_bare_address = source.starts_with("//");
        if kind.is_empty() || source.is_empty() || is_bare_address || id == Some("") {
            return Err(form());
        }
        Ok(EvidenceArgument { id, kind, source })
    }

    /// Tells whether the source is an address.
    pub fn is_url(&self) -> bool {
        reference::is_web(self.source)
    }

    /// Tells whether the source has the form of a commit.
    pub fn is_commit(&self) -> bool {
        reference::is_commit(self.source)
    }
}

/// Returns the entries of evidence, with the files that are kept below the record's folder.
///
/// # Errors
/// [`DecisionRefusal`] where an id is taken, or two files would have one name.
pub fn entries(
    record: &Record,
    shown: &[EvidenceInput],
    ids: Ids,
) -> Result<EvidenceEntry, DecisionRefusal> {
    let mut taken = known(record);
    let own: Vec<&str> = shown.iter().filter_map(|it| it.id.as_deref()).collect();
    let mut written = EvidenceEntry::default();
    for one in shown {
        let id = match (&one.id, ids) {
            (Some(id), _) => Some(id.clone()),
            (None, Ids::AsGiven) => None,
            (None, Ids::Given) => free(&taken, &own),
        };
        if let Some(id) = &id
            && !taken.insert(id.clone())
        {
            return Err(DecisionRefusal::new(
                format!("{} has evidence {id} already", record.id),
                "give each piece its own id: E1=…, E2=…",
            ));
        }
        let entry = EntryPairs::new().text_or_none("id", id.as_ref()).text("kind", &one.kind);
        let entry = match &one.source {
            EvidenceLocation::Url(url) => entry.text("url", url),
            EvidenceLocation::Commit(commit) => entry.text("commit", commit),
            EvidenceLocation::File(said, bytes) => {
                let path = format!("{FOLDER}/{}/{}", record.id, name(said)?);
                let entry = entry.text("path", &path).text("sha256", digest(bytes));
                keep(&mut written, path, bytes)?;
                entry
            }
            EvidenceLocation::Kept(path, bytes) => {
                entry.text("path", path).text("sha256", digest(bytes))
            }
        };
        written.ids.extend(id);
        written.entries.push(entry);
    }
    Ok(written)
}

fn keep(written: &mut EvidenceEntry, path: String, bytes: &[u8]) -> Result<(), DecisionRefusal> {
    match written.files.iter().find(|(known, _)| *known == path) {
        Some((_, known)) if known == bytes => Ok(()),
        Some(_) => Err(DecisionRefusal::new(
            format!("two files would be stored as {path}"),
            "give one of them another name",
        )),
        None => {
            written.files.push((path, bytes.to_vec()));
            Ok(())
        }
    }
}

/// Returns the last part of a path, by which a file is kept.
fn name(said: &str) -> Result<&str, DecisionRefusal> {
    let name = said.rsplit(['/', '\\']).next().unwrap_or_default();
    match name {
        "" | "." | ".." => Err(DecisionRefusal::new(
            format!("{said} is not a file"),
            "give the file that is the evidence",
        )),
        name => Ok(name),
    }
}

/// Returns the ids of evidence that a record has.
fn known(record: &Record) -> BTreeSet<String> {
    let controls = record.compensating_controls.iter();
    let handling = record.handling.iter();
    let closure = record.closure.iter();
    let lists = controls
        .map(|it| &it.evidence)
        .chain(handling.map(|it| &it.evidence))
        .chain(closure.map(|it| &it.evidence));
    let id = |evidence: &Evidence| evidence.id.clone();
    lists.flatten().filter_map(id).collect()
}

fn free(taken: &BTreeSet<String>, given: &[&str]) -> Option<String> {
    let mut ids = (1..).map(|n: u32| format!("E{n}"));
    ids.find(|id| !taken.contains(id) && !given.contains(&id.as_str()))
}

fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
