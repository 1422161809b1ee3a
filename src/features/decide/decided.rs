//! A record that a decision is about, before and after.
//!
//! Start at [`DecidedRecord`].

use crate::diag::Finding;
use crate::history::change::event::ChangeEvent;
use crate::plan::edit::Edited;
use crate::record::file::RecordFile;

/// A record and the result of the decision.
pub struct DecidedRecord {
    /// The parsed file before.
    pub before: RecordFile,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The file after.
    pub edited: Edited,
    /// Further files, such as evidence, by their paths.
    pub files: Vec<(String, Vec<u8>)>,
    /// What happens to the record.
    pub event: ChangeEvent,
    /// Notices for the reader besides the decision.
    pub remarks: Vec<String>,
    /// The findings about the result, none of them an error.
    pub findings: Vec<Finding>,
    /// Who must approve it, in words; `None` if history is not available.
    pub needs: Option<String>,
}
