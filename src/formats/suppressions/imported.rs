//! Reads the files that `import` reads too, as suppressions.
//!
//! Pure. Start at [`by_name`]. Follows `docs/spec/interop.md`, 4 and 5.

use crate::formats::suppressions::entry::{IgnoredEntry, ScannedFile};
use crate::formats::suppressions::exception::{
    EntryReading, ForeignEnd, ForeignException, ImportEntry,
};
use crate::formats::suppressions::options::ScanOptions;
use crate::formats::suppressions::readers::format;
use crate::formats::suppressions::readers::format::{ImportFormat, ImportInput};
use crate::formats::suppressions::{files, readers, reasons};
use crate::record::subject::FindingKey;
use crate::record::time;
use crate::record::time::Instant;
use crate::rules::scan::suppression::{
    CitingAdvice, CommentReach, EntryLimits, FoundSuppression, HiddenFindings, HiddenIds,
    SuppressionEnd, UnreadPart,
};
use crate::survey::cited;

const ON_THE_LINE_BEFORE: CitingAdvice = CitingAdvice::plain("put `# ID` on the line before");

/// The plain form of trivy has no field for the id.
const PLAIN_TRIVY: CitingAdvice = CitingAdvice::with_end(
    "put `# ID` on the line before",
    "put `# ID` on the line before, and `exp:DATE` behind it",
);

/// The end of an exception of Kyverno is written in one of two forms, by its `apiVersion`.
const KYVERNO: CitingAdvice = CitingAdvice::with_end(
    "add the annotation `exledger.dev/id: ID`",
    "replace it by what `exledger export kyverno` writes for ID",
);

const FORMATS: &[(ImportFormat, CitingAdvice)] = &[
    (
        readers::trivy::FORMAT,
        CitingAdvice::with_end(
            "begin its `statement` with `ID`",
            "begin its `statement` with `ID`, and write `expired_at: LAST`",
        ),
    ),
    (readers::gitleaks::FORMAT, ON_THE_LINE_BEFORE),
    (
        readers::snyk::FORMAT,
        CitingAdvice::with_end(
            "begin its `reason` with `ID`",
            "begin its `reason` with `ID`, and write `expires: LAST`",
        ),
    ),
    (
        readers::cargo_deny::FORMAT,
        CitingAdvice::plain("write it as `{ id = \"…\", reason = \"ID\" }`"),
    ),
    (readers::cargo_audit::FORMAT, CitingAdvice::plain("put `# ID` behind it")),
    (
        readers::osv_scanner::FORMAT,
        CitingAdvice::with_end(
            "begin its `reason` with `ID`",
            "begin its `reason` with `ID`, and write `ignoreUntil = INSTANT`",
        ),
    ),
    (
        readers::detect_secrets::FORMAT,
        CitingAdvice::plain(
            "put `pragma: allowlist secret ID` in a comment on the line of the secret instead",
        ),
    ),
    (
        readers::dependency_check::FORMAT,
        // The tool keeps it at that very midnight, too, so it is said of a zone a minute ahead.
        CitingAdvice::with_end(
            "begin its `<notes>` with `ID`",
            "begin its `<notes>` with `ID`, and write `<suppress until=\"DATE+00:01\">`",
        ),
    ),
    (readers::grype::FORMAT, CitingAdvice::plain("begin its `reason` with `ID`")),
];

/// The word of files that may hold exceptions of Kyverno.
pub const KYVERNO_WORD: &str = "PolicyException";

/// How many seconds after midnight in UTC a day begins in the last zone of the earth.
const LAST_ZONE: i64 = 12 * 3600;

/// Returns the entries of a file that is named like one of another tool; empty for any other file.
pub fn by_name(path: &str, bytes: &[u8], options: &ScanOptions) -> ScannedFile {
    let name = format::file_name(path);
    // Most files are named like none of them.
    let named = FORMATS.iter().filter(|(format, _)| is_named(format, path, options));
    let wanted = named.filter(|(format, _)| options.wants(format.name, true));
    let mut found = ScannedFile::default();
    for (format, citing) in wanted {
        if name.ends_with(".xml") && !is_dependency_check(bytes) {
            continue;
        }
        let is_trivy = format.name == readers::trivy::FORMAT.name;
        let citing = if is_trivy && is_plain_trivy(path) { PLAIN_TRIVY } else { *citing };
        found.add(read(format, citing, path, bytes, options));
    }
    found
}

fn is_named(format: &ImportFormat, path: &str, options: &ScanOptions) -> bool {
    let is_trivy = format.name == readers::trivy::FORMAT.name;
    (format.is_named)(path) || is_trivy && options.trivy_files.contains(path)
}

fn is_plain_trivy(path: &str) -> bool {
    !path.ends_with(".yaml") && !path.ends_with(".yml")
}

/// Returns the format of a file by its name, and what to do to cite a record in it.
pub fn known(path: &str, options: &ScanOptions) -> Option<(&'static str, CitingAdvice)> {
    let mut named = FORMATS.iter().filter(|(format, _)| is_named(format, path, options));
    let (format, citing) = named.find(|(format, _)| options.wants(format.name, true))?;
    Some((format.name, *citing))
}

/// Returns the exceptions of Kyverno in a file that has their word.
pub fn kyverno(path: &str, ending: &str, bytes: &[u8], options: &ScanOptions) -> ScannedFile {
    if !matches!(ending, "yaml" | "yml" | "json") || !options.wants("kyverno", true) {
        return ScannedFile::default();
    }
    let found = read(&readers::kyverno::FORMAT, KYVERNO, path, bytes, options);
    let is_other = found.suppressions.is_empty() && files::is_no_file_of_kyverno(ending, bytes);
    if is_other { ScannedFile::default() } else { found }
}

/// Tells whether an XML file is one of dependency-check; checkstyle's have similar names and the same root.
fn is_dependency_check(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    text.contains("<suppressions") && text.contains("dependency")
}

fn read(
    format: &ImportFormat,
    citing: CitingAdvice,
    path: &str,
    bytes: &[u8],
    options: &ScanOptions,
) -> ScannedFile {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let lock_files = options.lock_files.get(folder).map(Vec::as_slice).unwrap_or_default();
    let input = ImportInput { folder: Some(folder), lock_files, ..ImportInput::plain(path, bytes) };
    let entries = match readers::read(format, &input) {
        Ok(entries) => entries,
        Err(error) => {
            return files::unread(path, &error);
        }
    };
    let text = String::from_utf8_lossy(bytes);
    let file =
        ForeignFile { path, tool: format.name, citing, lines: text.lines().collect(), options };
    let nexts = entries.iter().skip(1).map(|next| Some(next.line)).chain([None]);
    let mut found = ScannedFile { kinds: vec![format.name], ..ScannedFile::default() };
    for (entry, next) in entries.iter().zip(nexts) {
        file.add(entry, next, &mut found);
    }
    found
}

struct ForeignFile<'f> {
    path: &'f str,
    tool: &'static str,
    citing: CitingAdvice,
    lines: Vec<&'f str>,
    options: &'f ScanOptions,
}

impl ForeignFile<'_> {
    fn add(&self, entry: &ImportEntry, next: Option<u64>, found: &mut ScannedFile) {
        let line = u32::try_from(entry.line).unwrap_or(u32::MAX);
        match &entry.read {
            EntryReading::Skipped(_) => {}
            EntryReading::Ignored(what) => found.ignored.push(IgnoredEntry {
                kind: self.tool,
                path: self.path.to_owned(),
                line,
                what: what.clone(),
            }),
            EntryReading::Exception(exception) => {
                let mut all = self.of_exception(line, exception);
                for one in &mut all {
                    one.limits = entry.limits.clone();
                }
                found.suppressions.extend(all);
            }
            EntryReading::Listed(why) => {
                let mut whole =
                    self.suppression(line, format!("an entry of {} ({why})", self.tool));
                let written = self.written(entry.line, next);
                whole.cited = cited::ids(&written, &self.options.prefixes).next();
                whole.reason = reasons::joined(None, entry.comments.clone());
                whole.end = end_of(&entry.end, false);
                whole.limits = entry.limits.clone();
                found.suppressions.push(whole);
            }
            EntryReading::Unreadable(why) => {
                let (path, reason) = (self.path.to_owned(), why.clone());
                found.unread.push(UnreadPart { path, line, reason });
            }
        }
    }

    fn suppression(&self, line: u32, label: String) -> FoundSuppression {
        let everything =
            HiddenFindings { tools: self.tools(self.tool), ..HiddenFindings::default() };
        FoundSuppression {
            kind: self.tool,
            path: self.path.to_owned(),
            line,
            lines: line..=line,
            column: 1,
            label,
            citing: self.citing,
            hidden: vec![everything],
            cited: None,
            end: SuppressionEnd::NoSuchField,
            reason: None,
            reach: CommentReach::Stated,
            is_blanket: true,
            limits: EntryLimits::new(),
        }
    }

    fn of_exception(&self, line: u32, exception: &ForeignException) -> Vec<FoundSuppression> {
        let texts = [&exception.text, &exception.cited];
        let mut ids =
            texts.into_iter().flatten().flat_map(|text| cited::ids(text, &self.options.prefixes));
        let cited = ids.next();
        let end = end_of(&exception.end, exception.is_end_local);
        let one = |label: String, hidden: Option<HiddenFindings>| {
            let mut found = self.suppression(line, label);
            found.hidden = hidden.map_or(found.hidden, |hidden| vec![hidden]);
            FoundSuppression {
                cited: cited.clone(),
                end,
                reason: exception.text.clone(),
                is_blanket: found.hidden.first().is_some_and(HiddenFindings::names_no_rule),
                ..found
            }
        };
        if exception.findings.is_empty() {
            return vec![one(format!("every finding of {}", self.tool), None)];
        }
        let findings = exception.findings.iter();
        findings.map(|key| one(self.label(key), Some(self.hidden(key)))).collect()
    }

    fn label(&self, key: &FindingKey) -> String {
        let tool = key.tool.as_deref().unwrap_or(self.tool);
        match (&key.id, &key.purl) {
            (Some(id), _) => format!("{tool}:{id}"),
            (None, Some(purl)) => format!("every finding of {tool} in {purl}"),
            (None, None) => format!("every finding of {tool}"),
        }
    }

    fn hidden(&self, key: &FindingKey) -> HiddenFindings {
        HiddenFindings {
            tools: self.tools(key.tool.as_deref().unwrap_or(self.tool)),
            ids: key.id.clone().map_or(HiddenIds::All, |id| HiddenIds::Listed(vec![id])),
            purl: key.purl.clone(),
            paths: key.paths.clone(),
            resources: key.resources.clone(),
        }
    }

    /// Returns the names that records use: trivy's kinds of findings have names of their own, which its plain form
    /// doesn't tell.
    fn tools(&self, tool: &str) -> Vec<String> {
        let is_plain = tool.starts_with("trivy") && is_plain_trivy(self.path);
        vec![if is_plain { "trivy*".to_owned() } else { tool.to_owned() }]
    }

    fn written(&self, line: u64, next: Option<u64>) -> String {
        let start = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
        let next = next.and_then(|next| usize::try_from(next.saturating_sub(1)).ok());
        let end = next.unwrap_or(self.lines.len()).max(start + 1).min(self.lines.len());
        self.lines.get(start..end).unwrap_or_default().join("\n")
    }
}

/// Returns the end of an entry. One in the machine's zone counts as the latest that it can be.
fn end_of(end: &ForeignEnd, is_local: bool) -> SuppressionEnd {
    let until = |end: Instant| match is_local {
        true => end.plus_seconds(LAST_ZONE),
        false => end,
    };
    match end {
        ForeignEnd::None => SuppressionEnd::NoSuchField,
        ForeignEnd::Missing | ForeignEnd::Unclear(_) => SuppressionEnd::Missing,
        ForeignEnd::Until(when) => SuppressionEnd::Until(until(time::not_after(when))),
    }
}
