//! What a reader of a format is: its name, its input, its errors.
//!
//! Pure. Start at [`ImportFormat`].

use crate::formats::finding_lines;
use crate::formats::sarif::location::Roots;
use crate::formats::suppressions::exception::ImportEntry;
use crate::record::time::Instant;

/// The largest input, in bytes.
pub const MOST_BYTES: u64 = 64 << 20;

/// The maximum number of entries of an input.
pub const MOST_ENTRIES: usize = 100_000;

/// A format that is imported.
#[derive(Clone, Copy)]
pub struct ImportFormat {
    /// Its name on the command line.
    pub name: &'static str,
    /// The files that are usually imported, for help.
    pub files: &'static str,
    /// Tells whether a file is usually of this format, by its path with `/`.
    pub is_named: fn(&str) -> bool,
    pub read: ReadEntries,
}

/// Reads the entries of an input, in the order of its lines.
pub type ReadEntries = fn(&ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError>;

/// An input, and what a reader may know besides its bytes.
#[derive(Clone, Copy)]
pub struct ImportInput<'i> {
    /// The path as it was given, with `/`: some formats have two forms, told by the file's name.
    pub path: &'i str,
    pub bytes: &'i [u8],
    /// The lock files that the input rules, from the root of the repository (osv-scanner).
    pub lock_files: &'i [String],
    /// The folder of the input from the root of the repository; `None` if it can't be told.
    pub folder: Option<&'i str>,
    /// The columns that a user maps: the name in the file, and the field (csv).
    pub columns: &'i [(String, String)],
    /// What the paths of results are resolved against (SARIF).
    pub roots: Roots<'i>,
    /// The repository whose alerts count, as `OWNER/NAME`; all of them if `None` (github-alerts).
    pub repository: Option<&'i str>,
}

impl<'i> ImportInput<'i> {
    /// Returns an input that is known by its path and bytes only.
    pub fn plain(path: &'i str, bytes: &'i [u8]) -> ImportInput<'i> {
        ImportInput {
            path,
            bytes,
            lock_files: &[],
            folder: None,
            columns: &[],
            roots: Roots { folders: &[], asked: "", ran_in: None, has_file: &|_, _| false },
            repository: None,
        }
    }
}

/// Why nothing of an input can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct ImportError {
    /// The line where reading stopped, from 1.
    pub line: u64,
    /// What is wrong; no value of the input is repeated.
    pub what: String,
}

impl ImportError {
    /// Returns the error at a line.
    pub fn at(line: u64, what: impl Into<String>) -> ImportError {
        ImportError { line, what: what.into() }
    }
}

/// Returns what is said of an input that has too many bytes.
pub fn too_large() -> String {
    format!("it has more than {} MiB: split it", MOST_BYTES >> 20)
}

/// The first second of year 1.
const ZERO: i64 = -62_135_596_800;

/// Tells whether a tool written in Go takes an instant for no end at all, by `IsZero`.
pub fn is_no_end(instant: Instant) -> bool {
    instant.unix() == ZERO
}

/// Returns the last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns bytes as text, without a byte order mark.
///
/// # Errors
/// [`ImportError`] at the line of the first byte that is not UTF-8.
pub fn text(bytes: &[u8]) -> Result<&str, ImportError> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(ImportError::at(1, "it is UTF-16 text: save it as UTF-8"));
    }
    let bare = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bare).map_err(|error| {
        let before = bare.get(..error.valid_up_to()).unwrap_or_default();
        ImportError::at(finding_lines::count(before) + 1, "it is not UTF-8 text")
    })
}
