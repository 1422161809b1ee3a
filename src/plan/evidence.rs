//! Evidence that a decision cites: an address, a commit, or a file that is stored beside the records with its digest.
//!
//! Pure. Start at [`EvidenceArgument::parse`] and [`entries`]. Follows `docs/spec/record.md`, values, and
//! `docs/spec/cli.md`, flags that scripts use.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::plan::decision::DecisionRefusal;
use crate::plan::entry::EntryPairs;
use crate::record::decision::Evidence;
use crate::record::id::Id;
use crate::record::{Record, portable_name, reference};

/// The folder of evidence files, relative to the ledger's root; each record has a subfolder.
pub const FOLDER: &str = "evidence";

/// One piece of evidence as given: `E1=log:rotate.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceInput {
    /// The id to cite it by.
    pub id: Option<String>,
    /// Its kind, a free word.
    pub kind: String,
    pub source: EvidenceLocation,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidenceLocation {
    Url(String),
    Commit(String),
    /// A file: its path as given, and its content.
    File(String, Vec<u8>),
    /// A file that is stored already: its path relative to the ledger's root, and its content.
    Kept(String, Vec<u8>),
}

/// Whether evidence without a name gets one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// It gets one: `E1` and so on.
    Given,
    /// It gets none.
    AsGiven,
}

/// Evidence, ready to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceEntry {
    /// The entries of the record.
    pub entries: Vec<EntryPairs>,
    /// The ids to cite them by.
    pub ids: BTreeSet<String>,
    /// The files to store, by their paths relative to the ledger's root.
    pub files: Vec<(String, Vec<u8>)>,
}

/// A piece of evidence before its file is read: id, kind, and source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceArgument<'s> {
    /// The id to cite it by.
    pub id: Option<&'s str>,
    pub kind: &'s str,
    /// An address, a commit, or a path.
    pub source: &'s str,
}

impl<'s> EvidenceArgument<'s> {
    /// Reads `[ID=][KIND:]PATH|URL|COMMIT`; the default kind is `link`, `commit` or `file`.
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

    /// Takes what was read as kind and path for the name of one file, if there is that file and not the other.
    pub fn with_colon(self, text: &'s str, is_file: &dyn Fn(&str) -> bool) -> EvidenceArgument<'s> {
        let whole = if self.id.is_some() {
            text.split_once('=').map_or(text, |(_, rest)| rest)
        } else {
            text
        };
        let whole = whole.trim();
        let is_whole = whole != self.source && !self.is_url() && !is_file(self.source);
        if is_whole && is_file(whole) {
            return EvidenceArgument { kind: "file", source: whole, ..self };
        }
        self
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

/// Returns the entries of evidence, with the files to store below the record's folder.
///
/// # Errors
/// [`DecisionRefusal`] if an id is taken, or two files would have the same name.
pub fn entries(
    record: &Record,
    shown: &[EvidenceInput],
    ids: Ids,
) -> Result<EvidenceEntry, DecisionRefusal> {
    entries_of(&record.id, known(record), shown, ids)
}

/// Returns the entries of evidence of a record or a redesign, some of whose evidence ids are taken.
///
/// # Errors
/// As [`entries`].
pub fn entries_of(
    of: &Id,
    mut taken: BTreeSet<String>,
    shown: &[EvidenceInput],
    ids: Ids,
) -> Result<EvidenceEntry, DecisionRefusal> {
    let own: Vec<&str> = shown.iter().filter_map(|evidence| evidence.id.as_deref()).collect();
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
                format!("{of} has evidence {id} already"),
                "give each piece its own id: E1=…, E2=…",
            ));
        }
        let entry = EntryPairs::new().text_or_none("id", id.as_ref()).text("kind", &one.kind);
        let entry = match &one.source {
            EvidenceLocation::Url(url) => entry.text("url", url),
            EvidenceLocation::Commit(commit) => entry.text("commit", commit),
            EvidenceLocation::File(file, bytes) => {
                let path = format!("{FOLDER}/{of}/{}", name(file)?);
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
    let folded = path.to_lowercase();
    match written.files.iter().find(|(known, _)| known.to_lowercase() == folded) {
        Some((known, same)) if *known == path && same == bytes => Ok(()),
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

fn name(path: &str) -> Result<String, DecisionRefusal> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    match name {
        "" | "." | ".." => Err(DecisionRefusal::new(
            format!("{path} is not a file"),
            "give the file that is the evidence",
        )),
        name => Ok(portable_name::made(name)),
    }
}

pub(crate) fn known(record: &Record) -> BTreeSet<String> {
    let controls = record.compensating_controls.iter();
    let handling = record.handling.iter();
    let closure = record.closure.iter();
    let lists = controls
        .map(|control| &control.evidence)
        .chain(handling.map(|note| &note.evidence))
        .chain(closure.map(|closure| &closure.evidence));
    let id = |evidence: &Evidence| evidence.id.clone();
    lists.flatten().filter_map(id).collect()
}

/// Returns the first id that no evidence has and none gets.
pub(crate) fn free(taken: &BTreeSet<String>, given: &[&str]) -> Option<String> {
    let mut ids = (1..).map(|n: u32| format!("E{n}"));
    ids.find(|id| !taken.contains(id) && !given.contains(&id.as_str()))
}

fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
