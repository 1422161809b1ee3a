//! `.gitleaksignore`: one fingerprint a line.
//!
//! Uses plan's entries. Pure. Start at [`FORMAT`]. Read as gitleaks does (detect.go): `\` is `/`, and a line with
//! another number of `:` is skipped there, too.

use crate::formats::finding_lines;
use crate::formats::suppressions::exception::{ForeignException, ImportEntry, key};
use crate::formats::suppressions::readers::format::{
    ImportError, ImportFormat, ImportInput, file_name, text,
};
use crate::formats::suppressions::text::path_notes;
use crate::record::subject::FindingKey;

pub const FORMAT: ImportFormat = ImportFormat {
    name: "gitleaks",
    files: ".gitleaksignore",
    is_named: |path| file_name(path) == ".gitleaksignore",
    read,
};

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    let entries = finding_lines::each(text(input.bytes)?);
    Ok(entries.into_iter().map(|entry| one(entry.line, entry.text, entry.comment)).collect())
}

fn one(line: u64, fingerprint: &str, comment: Option<String>) -> ImportEntry {
    let parts: Vec<&str> = fingerprint.split(':').map(str::trim).collect();
    let (commit, file, rule, number) = match parts.as_slice() {
        [file, rule, number] => (None, *file, *rule, *number),
        [commit, file, rule, number] => (Some(*commit), *file, *rule, *number),
        _ => return unreadable(line),
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if file.is_empty() || rule.is_empty() || commit == Some("") || !is_number {
        return unreadable(line);
    }
    let slashed = file.replace('\\', "/");
    let path = slashed.strip_prefix("./").unwrap_or(&slashed).to_owned();
    let mut notes = vec![match commit {
        Some(_) => "wider: commit and line".to_owned(),
        None => "wider: line".to_owned(),
    }];
    notes.extend(path_notes([path.as_str()]));
    let finding = FindingKey { paths: Some(vec![path]), ..key("gitleaks", rule) };
    ImportEntry::exception(
        line,
        ForeignException {
            findings: vec![finding],
            text: comment,
            notes,
            ..ForeignException::default()
        },
    )
}

fn unreadable(line: u64) -> ImportEntry {
    ImportEntry::unreadable(line, "not a fingerprint [commit:]file:rule:line")
}
