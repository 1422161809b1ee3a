//! Tells what a document is before it is read: SARIF, a scanner's own report, or something else.
//!
//! Pure: the caller supplies the bytes. Start at [`kind`]. A report in a format that nothing here reads must be refused:
//! its lines would be read as something else.

use crate::diag::remedy::Remedy;
use std::collections::BTreeSet;
use std::io::{BufRead, Seek};

use serde::de::IgnoredAny;

use crate::formats::json_stream::{Broken, JsonScanner};
use ReportShape::{List, Object};

/// A scanner's own report, and what gives SARIF instead.
#[derive(Debug, PartialEq, Eq)]
pub struct NativeReport {
    pub tool: &'static str,
    shape: ReportShape,
    /// The command that writes SARIF; empty if the scanner can't.
    command: &'static str,
}

/// Keys that the outermost object has, or the first one of the outermost list.
#[derive(Debug, PartialEq, Eq)]
enum ReportShape {
    Object(&'static [&'static str]),
    List(&'static [&'static str]),
}

const fn report(tool: &'static str, shape: ReportShape, command: &'static str) -> NativeReport {
    NativeReport { tool, shape, command }
}

const REPORTS: &[NativeReport] = &[
    report(
        "trivy",
        Object(&["SchemaVersion", "ArtifactName"]),
        "trivy fs --format sarif --output r.sarif .",
    ),
    report("grype", Object(&["matches", "descriptor"]), "grype dir:. -o sarif=r.sarif"),
    report(
        "osv-scanner",
        Object(&["results", "experimental_config"]),
        "osv-scanner scan --format sarif --output r.sarif .",
    ),
    report(
        "snyk",
        Object(&["vulnerabilities", "dependencyCount"]),
        "snyk test --sarif-file-output=r.sarif",
    ),
    report(
        "cargo-audit",
        Object(&["database", "lockfile", "vulnerabilities"]),
        "cargo audit --format sarif > r.sarif",
    ),
    report("npm audit", Object(&["auditReportVersion"]), ""),
    report("pip-audit", Object(&["dependencies", "fixes"]), ""),
    report(
        "bandit",
        Object(&["metrics", "results", "generated_at"]),
        "bandit -r -f sarif --exit-zero -o r.sarif .",
    ),
    report("semgrep", Object(&["results", "errors", "version"]), "semgrep scan --sarif -o r.sarif"),
    report("gosec", Object(&["Golang errors", "Issues"]), "gosec -fmt sarif -out r.sarif ./..."),
    report(
        "golangci-lint",
        Object(&["Issues", "Report"]),
        "golangci-lint run --output.sarif.path r.sarif",
    ),
    report(
        "brakeman",
        Object(&["scan_info", "warnings"]),
        "brakeman -f sarif -o r.sarif --no-exit-on-warn",
    ),
    report(
        "checkov",
        Object(&["check_type", "results"]),
        "checkov -d . -o sarif --output-file-path out --soft-fail",
    ),
    report(
        "checkov",
        List(&["check_type", "results"]),
        "checkov -d . -o sarif --output-file-path out --soft-fail",
    ),
    report("kics", Object(&["kics_version"]), "kics scan -p . --report-formats sarif -o out"),
    report("trufflehog", Object(&["SourceMetadata", "DetectorName"]), ""),
    report(
        "gitleaks",
        List(&["RuleID", "StartLine"]),
        "gitleaks dir . --exit-code 0 -f sarif -r r.sarif",
    ),
    report(
        "ruff",
        List(&["code", "filename", "location"]),
        "ruff check --output-format sarif --exit-zero -o r.sarif .",
    ),
    report(
        "eslint",
        List(&["filePath", "messages"]),
        "eslint -f @microsoft/eslint-formatter-sarif -o r.sarif .",
    ),
    report(
        "hadolint",
        List(&["code", "column", "level"]),
        "hadolint --no-fail -f sarif Dockerfile > r.sarif",
    ),
    report(
        "zizmor",
        List(&["ident", "determinations"]),
        "zizmor --no-exit-codes --format sarif . > r.sarif",
    ),
];

impl NativeReport {
    /// Says what a file is.
    pub fn refusal(&self, name: &str) -> String {
        format!("{name} is a report of {} in its own format", self.tool)
    }

    /// Says what to do instead of reading it.
    pub fn remedy(&self) -> Remedy {
        let words = match self.command {
            "" => format!(
                "{} writes no SARIF: convert its report, or use a scanner that does",
                self.tool
            ),
            command => format!("let it write SARIF: {command}"),
        };
        words.into()
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

const RUNS: &str = "runs";

/// What an alert of GitHub has: it is read elsewhere.
const ALERT: &str = "html_url";

/// The maximum length of a first line that is looked at, in bytes.
const LONGEST: u64 = 16 << 20;

/// Tells what a document is.
pub fn kind(mut reader: impl BufRead + Seek) -> DocumentKind {
    let mut scan = JsonScanner::new(&mut reader, 0);
    let (is_list, keys) = match first_keys(&mut scan) {
        Ok(found) => found,
        Err(_) => return DocumentKind::Other,
    };
    let has = |key: &&str| keys.contains(key);
    if !is_list && has(&RUNS) {
        return DocumentKind::Sarif;
    }
    let is_report = |report: &&NativeReport| match report.shape {
        Object(keys) => !is_list && keys.iter().all(has),
        List(keys) => is_list && keys.iter().all(has),
    };
    match REPORTS.iter().find(is_report) {
        Some(report) => DocumentKind::Native(report),
        None if !is_list && !has(&ALERT) && is_spread(reader) => DocumentKind::Spread,
        None => DocumentKind::Other,
    }
}

/// Returns which of the keys that tell documents apart the first object has, up to `runs`, and whether it is in a list.
fn first_keys(
    scan: &mut JsonScanner<impl BufRead>,
) -> Result<(bool, BTreeSet<&'static str>), Broken> {
    scan.pass_mark()?;
    let is_list = scan.peek()? == Some(b'[');
    if is_list {
        scan.expect(b'[', "a list")?;
    }
    scan.expect(b'{', "an object")?;
    let of_reports = REPORTS.iter().flat_map(|report| match report.shape {
        Object(keys) | List(keys) => keys,
    });
    let telling: BTreeSet<&str> = of_reports.copied().chain([RUNS, ALERT]).collect();
    let mut keys = BTreeSet::new();
    let mut is_first = true;
    while scan.more(b'}', is_first)? {
        is_first = false;
        keys.extend(telling.get(scan.key()?.as_str()));
        if !is_list && keys.contains(RUNS) {
            break;
        }
        scan.leap()?;
    }
    Ok((is_list, keys))
}

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
