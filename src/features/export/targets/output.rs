//! What a target writes: the bytes of its files, the two lines at their beginning, and what is missing in them.
//!
//! Pure. Start at [`ExportOutput`]. Follows `docs/spec/interop.md`, X6 to X8.

use std::collections::BTreeMap;

use crate::features::export::targets::input::{ExportStamp, ExportedRecord};
use crate::features::export::targets::loss::ExportLoss;
use crate::record::time::Instant;

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

/// How the first line of a generated file begins, after the mark of a comment.
pub const HEADER: &str = "exledger export";
