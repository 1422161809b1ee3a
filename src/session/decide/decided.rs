//! A record that a decision is about, before and after.
//!
//! Start at [`DecidedRecord`].

use crate::diag::Finding;
use crate::plan::edit::Edited;
use crate::record::file::RecordFile;

/// A record with what becomes of it.
pub struct DecidedRecord {
    /// The file before, as it was read.
    pub before: RecordFile,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The file after.
    pub edited: Edited,
    /// Further files, such as evidence, by their paths.
    pub files: Vec<(String, Vec<u8>)>,
    /// What the decision does not say and its reader should know.
    pub remarks: Vec<String>,
    /// The findings about the result, none of them an error.
    pub findings: Vec<Finding>,
    /// Who must approve it, in words; `None` where history does not say.
    pub needs: Option<String>,
}
