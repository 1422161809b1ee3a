//! `.gitleaksignore`: one fingerprint a line.
//!
//! Pure. Start at [`FORMAT`]. Read as gitleaks does (detect.go): `\` is `/`, and a line with another number of `:` is
//! skipped there, too.

use crate::formats::finding_lines;
use crate::formats::suppressions::exception::{ForeignException, ImportEntry, key};
use crate::formats::suppressions::limits;
use crate::formats::suppressions::readers::format::{
    ImportError, ImportFormat, ImportInput, file_name, text,
};
use crate::record::subject::FindingKey;

pub const FORMAT: ImportFormat = ImportFormat {
    name: "gitleaks",
    files: ".gitleaksignore",
    is_named: |path| file_name(path) == ".gitleaksignore",
    read,
};

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    let entries = finding_lines::entries(text(input.bytes)?);
    Ok(entries.map(|(line, fingerprint)| one(line, fingerprint)).collect())
}

fn one(line: u64, fingerprint: &str) -> ImportEntry {
    let parts: Vec<&str> = fingerprint.split(':').map(str::trim).collect();
    let (commit, file, rule, number) = match parts.as_slice() {
        [file, rule, number] => (None, *file, *rule, *number),
        [commit, file, rule, number] => (Some(*commit), *file, *rule, *number),
        _ => return no_fingerprint(line, fingerprint),
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if file.is_empty() || rule.is_empty() || commit == Some("") || !is_number {
        return no_fingerprint(line, fingerprint);
    }
    let slashed = file.replace('\\', "/");
    let path = slashed.strip_prefix("./").unwrap_or(&slashed).to_owned();
    if path.contains(['*', '?']) {
        let what = format!("gitleaks reads no pattern and sees the file `{path}`");
        return ImportEntry::ignored(line, what);
    }
    let notes = vec![match commit {
        Some(_) => "wider: commit and line".to_owned(),
        None => "wider: line".to_owned(),
    }];
    let finding = FindingKey { paths: Some(vec![path]), ..key("gitleaks", rule) };
    ImportEntry::exception(
        line,
        ForeignException { findings: vec![finding], notes, ..ForeignException::default() },
    )
    .limited_to(limits::one("fingerprint", fingerprint))
}

fn no_fingerprint(line: u64, text: &str) -> ImportEntry {
    let what =
        format!("gitleaks sees `{text}`, which is not a fingerprint [commit:]file:rule:line");
    ImportEntry::ignored(line, what)
}
