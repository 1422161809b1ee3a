//! A request to import files, before anything is evaluated.
//!
//! Start at [`ImportRequest`]. Follows `docs/spec/cli.md`, import.

use crate::features::import::draft::group::Grouping;
use crate::formats::suppressions::readers::format::ImportFormat;
use crate::plan::answers::Answers;
use std::path::Path;

/// A request to import files.
#[derive(Clone, Copy)]
pub struct ImportRequest<'r> {
    /// The format of all inputs.
    pub format: &'r ImportFormat,
    /// The inputs, in order.
    pub inputs: &'r [ImportFile],
    /// The answers for what entries don't say.
    pub given: &'r Answers,
    /// A preset of the policy.
    pub profile: Option<&'r str>,
    /// How entries become records.
    pub grouping: Grouping,
    /// The folder below the first record folder.
    pub subfolder: Option<&'r str>,
    /// Columns of CSV and their fields.
    pub columns: &'r [(String, String)],
    /// Absolute folders that held the repository where a scanner ran.
    pub source_roots: &'r [String],
    /// The repository whose alerts are imported, as `OWNER/NAME`.
    pub repository: Option<&'r str>,
    /// The folder that paths are relative to.
    pub folder: &'r Path,
}

/// An input, read completely.
#[derive(Clone, Debug)]
pub struct ImportFile {
    /// Its name, as the user gave it.
    pub name: String,
    /// Its bytes, or why it has too many.
    pub bytes: Result<Vec<u8>, String>,
}
