//! `dependency-check`: suppressions in XML, where an entry counts while now is not after midnight of `until`.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md`, 3, its schema 1.3, and SuppressionHandler.java: a date
//! without a zone would be the machine's midnight, so the zone is chosen in which midnight is the last minute of the
//! record.

use quick_xml::escape;

use crate::features::export::targets::input::{ExportInput, ExportedFinding, FindingLoss};
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::package::ExportedPackage;
use crate::features::export::targets::target::{
    ExportFiles, ExportOutput, ExportTarget, WrittenRecords,
};
use crate::record::time::Instant;

/// The definition of the target.
pub const TARGET: ExportTarget =
    ExportTarget::new("dependency-check", &["dependency-check"], write);

const NAMESPACE: &str =
    "https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd";

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut losses = LossLog::new(input.options.allowed);
    let mut written = WrittenRecords::default();
    let mut entries = String::new();
    for finding in input.findings(TARGET.tools) {
        if let Some(entry) = entry(finding, &mut losses) {
            entries.push_str(&entry);
            written.add(finding.record);
        }
    }
    let [first, second] = written.header(TARGET.name, &input.stamp);
    let out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- {first} -->\n<!-- {second} -->\n<suppressions xmlns=\"{NAMESPACE}\">\n{entries}</suppressions>\n"
    );
    ExportOutput { files: ExportFiles::One(out.into_bytes()), losses: losses.into_losses() }
}

fn entry(finding: ExportedFinding<'_>, losses: &mut LossLog) -> Option<String> {
    let key = finding.key;
    let id = losses.id_of(finding)?;
    if !id.chars().all(is_allowed) {
        losses.refuse(finding, "XML can't hold a character of its id");
        return None;
    }
    let mut lost = finding.criteria_losses();
    if key.paths.is_some() {
        lost.push(FindingLoss::scope("its paths are absolute paths of the machine that scans"));
    }
    if key.resources.is_some() {
        lost.push(FindingLoss::scope("it can't be limited to resources"));
    }
    let mut package = String::new();
    if let Some(text) = &key.purl {
        let Some(parsed) = ExportedPackage::parse(text) else {
            losses.refuse(finding, format!("the package URL {text} can't be read"));
            return None;
        };
        package = of_package(&parsed);
    }
    let text = losses.admit(finding, lost)?;
    let notes: String = text.chars().map(|ch| if is_allowed(ch) { ch } else { ' ' }).collect();
    let name = if is_cve(&id) {
        format!("    <cve>{id}</cve>\n")
    } else {
        let id = escape::escape(id);
        format!("    <vulnerabilityName caseSensitive=\"true\">{id}</vulnerabilityName>\n")
    };
    Some(format!(
        "  <suppress until=\"{}\">\n    <notes>{}</notes>\n{package}{name}  </suppress>\n",
        until(finding.record.last_second()),
        escape::escape(&notes)
    ))
}

/// Returns the element of a package: a version is compared, and without one a pattern matches every version.
fn of_package(package: &ExportedPackage) -> String {
    let (attributes, text) = match package.version.as_deref() {
        Some(version) => ("", package.canonical(Some(version))),
        None => {
            let literal = regex::escape(&package.canonical(None)).replace("\\-", "-");
            ("regex=\"true\" ", format!("^{literal}@.*$"))
        }
    };
    let text = escape::escape(&text);
    format!("    <packageUrl {attributes}caseSensitive=\"true\">{text}</packageUrl>\n")
}

/// Returns the date and the zone in which midnight is the last whole minute that is not after an instant.
/// Offsets are at most 14 hours: until 10:00 in UTC it is midnight west of Greenwich on the same day, later on the next
/// day east of it.
fn until(last: Instant) -> String {
    let minute = last.seconds_since(last.day().start()) / 60;
    let zone = |sign: char, minutes: i64| format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    match minute {
        0 => format!("{}Z", last.day()),
        1..600 => format!("{}{}", last.day(), zone('-', minute)),
        _ => format!("{}{}", last.day().plus_days(1), zone('+', 24 * 60 - minute)),
    }
}

fn is_cve(id: &str) -> bool {
    let parts: Vec<&str> = id.split('-').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts[..], ["CVE", year, number] if year.len() == 4 && is_number(year) && is_number(number))
}

fn is_allowed(character: char) -> bool {
    !character.is_control() && !matches!(character, '\u{fffe}' | '\u{ffff}')
}
