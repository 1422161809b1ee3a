//! The definition of a target: its name, its tools, the functions that write it, and what they write: the bytes of its files,
//! the two lines at their beginning, and what is missing in them.
//!
//! Pure. Start at [`ExportTarget`]; `features::export::targets::ALL` lists them. Follows `docs/spec/interop.md`, X6 to X8.

use std::collections::BTreeMap;
use std::io;

use crate::features::export::targets::input::{ExportInput, ExportStamp, ExportedRecord, HEADER};
use crate::features::export::targets::loss::ExportLoss;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::record::time::Instant;

/// A target of `export`.
#[derive(Clone, Copy, Debug)]
pub struct ExportTarget {
    /// The name of its subcommand, which the first line of its files has too.
    pub name: &'static str,
    /// The tools whose findings it takes; empty if it takes whole records.
    pub tools: &'static [&'static str],
    /// Whether it writes several files, and so needs a folder.
    pub is_several: bool,
    pub write: WriteFn,
    /// Edits a file that it shares with people; `None` if it can't.
    pub merge: Option<MergeFn>,
    /// Packs its files into one archive (`.tar.gz`); `None` if it can't.
    pub archive: Option<ArchiveFn>,
}

impl ExportTarget {
    /// Returns a target with one file, which it does not share with people.
    pub const fn new(
        name: &'static str,
        tools: &'static [&'static str],
        write: WriteFn,
    ) -> ExportTarget {
        ExportTarget { name, tools, is_several: false, write, merge: None, archive: None }
    }

    pub(super) const fn with_several_files(self) -> ExportTarget {
        ExportTarget { is_several: true, ..self }
    }

    pub(super) const fn with_merge(self, merge: MergeFn) -> ExportTarget {
        ExportTarget { merge: Some(merge), ..self }
    }

    pub(super) const fn with_archive(self, archive: ArchiveFn) -> ExportTarget {
        ExportTarget { archive: Some(archive), ..self }
    }
}

/// Returns the files of a target.
pub type WriteFn = fn(&ExportInput<'_>) -> ExportOutput;

/// Returns the bytes of an archive of some files, or why a name can't be stored in one.
pub type ArchiveFn = fn(&[ExportFile]) -> io::Result<Vec<u8>>;

/// Returns the edited file as the only file of the output.
pub type MergeFn = fn(&ExportInput<'_>, SharedFile<'_>) -> Result<ExportOutput, MergeRefusal>;

/// The files of a target, and the findings that are not in them, or not as the record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOutput {
    pub files: ExportFiles,
    pub losses: Vec<ExportLoss>,
}

/// The files of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportFiles {
    One(Vec<u8>),
    /// Several, by path; none is a valid result.
    Several(Vec<ExportFile>),
}

/// One of several files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportFile {
    /// Its path below the folder that the user gives, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// The records that have an entry in a file, with their ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenRecords(BTreeMap<String, Instant>);

impl WrittenRecords {
    /// Adds a record.
    pub fn add(&mut self, record: &ExportedRecord<'_>) {
        self.0.insert(record.id().to_owned(), record.end);
    }

    /// Returns the two lines that a generated file begins with, without marks of a comment. The first instant at which
    /// the file grants too much is the smallest end; a file without records never does (`stale-after=never`).
    pub fn header(&self, target: &str, stamp: &ExportStamp) -> [String; 2] {
        let first_end = self.0.values().min();
        let stale_after = first_end.map_or_else(|| "never".to_owned(), Instant::to_string);
        [
            format!("{HEADER} {target}: generated, do not edit"),
            format!(
                "ledger={} at={} stale-after={stale_after} records={}",
                stamp.commit,
                stamp.instant,
                self.0.len()
            ),
        ]
    }

    /// Returns the same lines as comments that begin with `# `, each with its line ending.
    pub fn hash_header(&self, target: &str, stamp: &ExportStamp) -> String {
        let [first, second] = self.header(target, stamp);
        format!("# {first}\n# {second}\n")
    }
}
