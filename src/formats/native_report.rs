//! Tells what a document is before it is read: SARIF, a scanner's own report, or something else.
//!
//! Uses `json_stream`. Pure: the caller supplies the bytes. Start at [`kind`]. A report in a format that nothing here reads must be
//! refused: its lines would be read as something else.

use std::io::{BufRead, Seek};

use serde::de::IgnoredAny;

use crate::formats::json_stream::{Broken, JsonScanner};

/// A scanner's own report, and what gives SARIF instead.
#[derive(Debug, PartialEq, Eq)]
pub struct NativeReport {
    pub tool: &'static str,
    /// Whether it is a list.
    is_list: bool,
    /// Keys that the object, or the first of the list, has.
    keys: &'static [&'static str],
    /// The command that writes SARIF; empty if the scanner can't.
    command: &'static str,
}

const fn object(
    tool: &'static str,
    keys: &'static [&'static str],
    command: &'static str,
) -> NativeReport {
    NativeReport { tool, is_list: false, keys, command }
}

const fn list(
    tool: &'static str,
    keys: &'static [&'static str],
    command: &'static str,
) -> NativeReport {
    NativeReport { tool, is_list: true, keys, command }
}

const REPORTS: &[NativeReport] = &[
    object(
        "trivy",
        &["SchemaVersion", "ArtifactName"],
        "trivy fs --format sarif --output r.sarif .",
    ),
    object("grype", &["matches", "descriptor"], "grype dir:. -o sarif=r.sarif"),
    object(
        "osv-scanner",
        &["results", "experimental_config"],
        "osv-scanner scan --format sarif --output r.sarif .",
    ),
    object(
        "snyk",
        &["vulnerabilities", "dependencyCount"],
        "snyk test --sarif-file-output=r.sarif",
    ),
    object(
        "cargo-audit",
        &["database", "lockfile", "vulnerabilities"],
        "cargo audit --format sarif > r.sarif",
    ),
    object("npm audit", &["auditReportVersion"], ""),
    object("pip-audit", &["dependencies", "fixes"], ""),
    object(
        "bandit",
        &["metrics", "results", "generated_at"],
        "bandit -r -f sarif --exit-zero -o r.sarif .",
    ),
    object("semgrep", &["results", "errors", "version"], "semgrep scan --sarif -o r.sarif"),
    object("gosec", &["Golang errors", "Issues"], "gosec -fmt sarif -out r.sarif ./..."),
    object("golangci-lint", &["Issues", "Report"], "golangci-lint run --output.sarif.path r.sarif"),
    object(
        "brakeman",
        &["scan_info", "warnings"],
        "brakeman -f sarif -o r.sarif --no-exit-on-warn",
    ),
    object(
        "checkov",
        &["check_type", "results"],
        "checkov -d . -o sarif --output-file-path out --soft-fail",
    ),
    list(
        "checkov",
        &["check_type", "results"],
        "checkov -d . -o sarif --output-file-path out --soft-fail",
    ),
    object("kics", &["kics_version"], "kics scan -p . --report-formats sarif -o out"),
    object("trufflehog", &["SourceMetadata", "DetectorName"], ""),
    list("gitleaks", &["RuleID", "StartLine"], "gitleaks dir . --exit-code 0 -f sarif -r r.sarif"),
    list(
        "ruff",
        &["code", "filename", "location"],
        "ruff check --output-format sarif --exit-zero -o r.sarif .",
    ),
    list(
        "eslint",
        &["filePath", "messages"],
        "eslint -f @microsoft/eslint-formatter-sarif -o r.sarif .",
    ),
    list(
        "hadolint",
        &["code", "column", "level"],
        "hadolint --no-fail -f sarif Dockerfile > r.sarif",
    ),
    list(
        "zizmor",
        &["ident", "determinations"],
        "zizmor --no-exit-codes --format sarif . > r.sarif",
    ),
];

impl NativeReport {
    /// Says what a file is.
    pub fn refusal(&self, name: &str) -> String {
        format!("{name} is a report of {} in its own format", self.tool)
    }

    /// Says what to do instead of reading it.
    pub fn help(&self) -> String {
        match self.command {
            "" => format!(
                "{} writes no SARIF: convert its report, or use a scanner that does",
                self.tool
            ),
            command => format!("let it write SARIF: {command}"),
        }
    }
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// An object with `runs`.
    Sarif,
    Native(&'static NativeReport),
    /// Another JSON object that is written over several lines.
    Spread,
    /// Something else, or not JSON.
    Other,
}

/// The maximum length of a first line that is looked at, in bytes.
const LONGEST: u64 = 16 << 20;

/// Tells what a document is.
pub fn kind(mut reader: impl BufRead + Seek) -> DocumentKind {
    let mut scan = JsonScanner::new(&mut reader, 0);
    let (is_list, keys) = match first_keys(&mut scan) {
        Ok(found) => found,
        Err(_) => return DocumentKind::Other,
    };
    let has = |key: &&str| keys.iter().any(|it| it == key);
    if !is_list && has(&"runs") {
        return DocumentKind::Sarif;
    }
    let is_report =
        |report: &&NativeReport| report.is_list == is_list && report.keys.iter().all(has);
    match REPORTS.iter().find(is_report) {
        Some(report) => DocumentKind::Native(report),
        // What GitHub says of alerts is read elsewhere.
        None if !is_list && !has(&"html_url") && is_spread(reader) => DocumentKind::Spread,
        None => DocumentKind::Other,
    }
}

/// Returns the keys of the first object, up to `runs`, and whether it is in a list.
fn first_keys(scan: &mut JsonScanner<impl BufRead>) -> Result<(bool, Vec<String>), Broken> {
    scan.pass_mark()?;
    let is_list = scan.peek()? == Some(b'[');
    if is_list {
        scan.expect(b'[', "a list")?;
    }
    scan.expect(b'{', "an object")?;
    let mut keys = Vec::new();
    while scan.more(b'}', keys.is_empty())? {
        keys.push(scan.key()?);
        if !is_list && keys.last().is_some_and(|key| key == "runs") {
            break;
        }
        scan.leap()?;
    }
    Ok((is_list, keys))
}

/// Tells whether a document's first value goes on after its first line.
fn is_spread(mut reader: impl BufRead + Seek) -> bool {
    if reader.rewind().is_err() {
        return false;
    }
    let mut reader = reader.take(LONGEST);
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).is_err() || !line.ends_with(b"\n") {
            return false;
        }
        let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        if !text.trim_ascii().is_empty() {
            let read = serde_json::from_slice::<IgnoredAny>(text);
            return read.is_err_and(|error| error.is_eof());
        }
    }
}
