//! `grype`: the `ignore` list of `grype.yaml`, whose entries have no end.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md`, 3, and grype's grype/match/ignore.go: names are regular
//! expressions there, locations are globs, the rest is compared.

use crate::features::export::targets::input::{ExportInput, ExportedFinding, FindingLoss};
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::features::export::targets::package::ExportedPackage;
use crate::features::export::targets::paths::PathLimits;
use crate::features::export::targets::target::{
    ExportFiles, ExportOutput, ExportTarget, WrittenRecords,
};
use crate::features::export::targets::{paths, quoting, yaml_merge};
use crate::formats::{glob, package_types};

/// The definition of the target.
pub const TARGET: ExportTarget = ExportTarget::new("grype", &["grype"], write).with_merge(merge);

const WITH_NAMESPACE: &[&str] = &["npm", "golang", "composer", "github"];

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut losses = LossLog::new(input.options.allowed);
    let mut written = WrittenRecords::default();
    let entries = entries_of(input, &mut losses, &mut written);
    let mut out = written.hash_header(TARGET.name, &input.stamp);
    out.push_str(if entries.is_empty() { "ignore: []\n" } else { "ignore:\n" });
    for line in entries.iter().flatten() {
        out.push_str(&format!("  {line}\n"));
    }
    ExportOutput { files: ExportFiles::One(out.into_bytes()), losses: losses.into_losses() }
}

fn merge(input: &ExportInput<'_>, shared: SharedFile<'_>) -> Result<ExportOutput, MergeRefusal> {
    let text = shared.text(TARGET.name)?;
    let mut losses = LossLog::new(input.options.allowed);
    let new = entries_of(input, &mut losses, &mut WrittenRecords::default());
    let list =
        yaml_merge::SharedList { path: "ignore".to_owned(), entries: new, text_key: "reason" };
    Ok(yaml_merge::output(yaml_merge::with_list(text.to_owned(), &list, shared)?, losses))
}

pub(super) fn entries_of(
    input: &ExportInput<'_>,
    losses: &mut LossLog,
    written: &mut WrittenRecords,
) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for finding in input.findings(TARGET.tools) {
        let entries = of_finding(finding, losses);
        if !entries.is_empty() {
            written.add(finding.record);
        }
        all.extend(entries);
    }
    all
}

fn of_finding(finding: ExportedFinding<'_>, losses: &mut LossLog) -> Vec<Vec<String>> {
    let key = finding.key;
    let Some(id) = losses.id_of(finding) else { return Vec::new() };
    let mut lost = finding.criteria_losses();
    if key.resources.is_some() {
        lost.push(FindingLoss::scope("it can't be limited to resources"));
    }
    let mut package: Vec<String> = Vec::new();
    if let Some(text) = &key.purl {
        let Some(parsed) = ExportedPackage::parse(text) else {
            losses.refuse(finding, format!("the package URL {text} can't be read"));
            return Vec::new();
        };
        package = of_package(&parsed, &mut lost);
    }
    lost.push(FindingLoss::term("grype's entries have no end"));
    let Some(text) = losses.admit(finding, lost) else {
        return Vec::new();
    };
    let begin = [
        format!("- vulnerability: {}", quoting::plain(&id)),
        format!("  reason: {}", quoting::double(&text)),
    ];
    let entry = |location: Option<String>| {
        let mut lines = begin.to_vec();
        if !package.is_empty() || location.is_some() {
            lines.push("  package:".to_owned());
        }
        let last = location.map(|location| format!("location: {}", quoting::plain(&location)));
        lines.extend(package.iter().cloned().chain(last).map(|line| format!("    {line}")));
        lines
    };
    match paths::limits(key) {
        PathLimits::Anywhere => vec![entry(None)],
        PathLimits::Only(patterns) => {
            let globs = patterns.into_iter().map(glob::doublestar);
            // The form depends on the source that is scanned: a folder or an image.
            globs
                .flat_map(|glob| [format!("/{glob}"), relative(glob)])
                .map(|path| entry(Some(path)))
                .collect()
        }
    }
}

fn of_package(package: &ExportedPackage, lost: &mut Vec<FindingLoss>) -> Vec<String> {
    let kind = package.kind();
    let has_namespace = WITH_NAMESPACE.contains(&kind);
    if !has_namespace && !package.namespace().is_empty() {
        let namespace = package.namespace();
        lost.push(FindingLoss::scope(format!(
            "the names of {kind} packages don't have the namespace {namespace} in them"
        )));
    }
    let name = if has_namespace { package.joined("/") } else { package.name().to_owned() };
    let mut lines = vec![format!("name: {}", quoting::plain(&literal(&name)))];
    if let Some(version) = &package.version {
        lines.push(format!("version: {}", quoting::plain(version)));
    }
    match package_types::in_grype(kind) {
        Some(name) => lines.push(format!("type: {name}")),
        None => lost.push(FindingLoss::scope(format!("grype has no packages of type {kind}"))),
    }
    lines
}

fn literal(name: &str) -> String {
    regex::escape(name)
        .replace("\\-", "-")
        .replace("\\~", "~")
        .replace("\\#", "#")
        .replace("\\&", "&")
}

/// Returns a glob for places without a slash in front. Others are compared with it too, and there a `*` in front would match
/// nothing, so that a file of the first folder looked like one below it.
fn relative(glob: String) -> String {
    if glob.starts_with("*/") { format!("?{glob}") } else { glob }
}
