//! Readers of the files in which other tools keep their exceptions: bytes in, entries out; the comments above an entry become
//! its text here.
//!
//! Pure. Start at [`read`]. Follows `docs/spec/interop.md`, 4. A reader fails as a whole only if nothing can be told of the
//! file; an entry that can't be read hides no other.

pub mod cargo_audit;
pub mod cargo_deny;
pub mod dependency_check;
pub mod detect_secrets;
pub mod format;
pub mod gitleaks;
pub mod grype;
pub mod kyverno;
pub mod osv_scanner;
pub mod snyk;
pub mod toml;
pub mod trivy;
pub mod yaml;

use crate::formats::suppressions::exception::{EntryReading, ImportEntry};
use crate::formats::suppressions::readers::format::{
    ImportError, ImportFormat, ImportInput, MOST_BYTES, MOST_ENTRIES,
};
use crate::formats::suppressions::reasons::{self, CommentSyntax, EntryPlace};

const COMMENTED: &[&str] = &[
    "trivy",
    "gitleaks",
    "snyk",
    "cargo-deny",
    "cargo-audit",
    "osv-scanner",
    "dependency-check",
    "grype",
    "kyverno",
];

fn add_comments(input: &ImportInput<'_>, entries: &mut [ImportEntry]) {
    let (Some(syntax), Ok(source)) = (CommentSyntax::of(input.path), format::text(input.bytes))
    else {
        return;
    };
    let names = |entry: &ImportEntry| -> Vec<String> {
        match &entry.read {
            EntryReading::Exception(exception) => {
                exception.findings.iter().filter_map(|key| key.id.clone()).collect()
            }
            _ => Vec::new(),
        }
    };
    let named: Vec<(u64, Vec<String>)> =
        entries.iter().map(|entry| (entry.line, names(entry))).collect();
    let places: Vec<EntryPlace<'_>> = named
        .iter()
        .map(|all| EntryPlace {
            line: usize::try_from(all.0).unwrap_or_default(),
            names: all.1.iter().map(String::as_str).collect(),
        })
        .collect();
    let comments = reasons::beside(source, syntax, &places);
    for (entry, comments) in entries.iter_mut().zip(comments) {
        if let EntryReading::Exception(exception) = &mut entry.read {
            exception.text = reasons::joined(exception.text.take(), comments.clone());
        }
        entry.comments.extend(comments);
    }
}

/// Reads an input within the limits.
///
/// # Errors
/// [`ImportError`] if it is too large or has too many entries, or nothing of it can be read.
pub fn read(
    format: &ImportFormat,
    input: &ImportInput<'_>,
) -> Result<Vec<ImportEntry>, ImportError> {
    if u64::try_from(input.bytes.len()).is_ok_and(|bytes| bytes > MOST_BYTES) {
        return Err(ImportError::at(1, crate::formats::suppressions::readers::format::too_large()));
    }
    let mut entries = (format.read)(input)?;
    if COMMENTED.contains(&format.name) {
        add_comments(input, &mut entries);
    }
    if let Some(first) = entries.get(MOST_ENTRIES) {
        let what = format!("it has more than {MOST_ENTRIES} entries: split it");
        return Err(ImportError::at(first.line, what));
    }
    Ok(entries)
}
