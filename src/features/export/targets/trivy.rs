//! `trivy`: `.trivyignore.yaml`, where an entry counts while now is not after `expired_at`.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md`, 3, and trivy's pkg/result/ignore.go.

use crate::features::export::targets::input::{ExportInput, ExportedFinding, FindingLoss};
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::features::export::targets::package::ExportedPackage;
use crate::features::export::targets::paths::PathLimits;
use crate::features::export::targets::target::{
    ExportFiles, ExportOutput, ExportTarget, WrittenRecords,
};
use crate::features::export::targets::{paths, quoting, yaml_merge};
use crate::formats::glob;
use crate::formats::suppressions::readers::trivy::SECTIONS;
use crate::record::subject::FindingKey;
use crate::record::tool_ids;

pub const TARGET: ExportTarget =
    ExportTarget::new("trivy", tool_ids::TRIVY, write).with_merge(merge);

#[derive(Debug)]
pub(super) struct SectionEntries {
    pub(super) name: &'static str,
    pub(super) entries: Vec<Vec<String>>,
}

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut losses = LossLog::new(input.options.allowed);
    let mut written = WrittenRecords::default();
    let sections = sections_of(input, &mut losses, &mut written);
    let mut out = written.hash_header(TARGET.name, &input.stamp);
    for section in sections.iter().filter(|section| !section.entries.is_empty()) {
        out.push_str(&format!("{}:\n", section.name));
        for line in section.entries.iter().flatten() {
            out.push_str(&format!("  {line}\n"));
        }
    }
    if sections.iter().all(|section| section.entries.is_empty()) {
        out.push_str("{}\n");
    }
    ExportOutput { files: ExportFiles::One(out.into_bytes()), losses: losses.into_losses() }
}

fn merge(input: &ExportInput<'_>, shared: SharedFile<'_>) -> Result<ExportOutput, MergeRefusal> {
    let text = shared.text(TARGET.name)?;
    let mut losses = LossLog::new(input.options.allowed);
    let all = sections_of(input, &mut losses, &mut WrittenRecords::default());
    let mut edited = text.to_owned();
    for section in all {
        let path = section.name.to_owned();
        let list = yaml_merge::SharedList { path, entries: section.entries, text_key: "statement" };
        edited = yaml_merge::with_list(edited, &list, shared)?;
    }
    Ok(yaml_merge::output(edited, losses))
}

pub(super) fn sections_of(
    input: &ExportInput<'_>,
    losses: &mut LossLog,
    written: &mut WrittenRecords,
) -> Vec<SectionEntries> {
    let mut sections: Vec<SectionEntries> =
        SECTIONS.iter().map(|(name, _)| SectionEntries { name, entries: Vec::new() }).collect();
    for finding in input.findings(TARGET.tools) {
        if paths::covers_nothing(finding.key) {
            continue;
        }
        let Some(tool) = kind(finding.key) else {
            losses.refuse(finding, "name its kind: trivy-secret or trivy-license");
            continue;
        };
        let place = SECTIONS.iter().position(|(_, it)| tool_ids::is_tool(it, tool));
        let Some(section) = place.and_then(|place| sections.get_mut(place)) else {
            continue;
        };
        if let Some(entry) = entry(finding, section.name == "vulnerabilities", losses) {
            section.entries.push(entry);
            written.add(finding.record);
        }
    }
    sections
}

/// Returns the kind of a finding: as its tool names it, else as its id is spelled.
fn kind(key: &FindingKey) -> Option<&str> {
    let tool = key.tool.as_deref()?;
    let id = key.id.as_deref().unwrap_or_default();
    match tool_ids::trivy_kinds(id) {
        _ if !tool_ids::is_tool("trivy", tool) => Some(tool),
        [kind] => Some(kind),
        _ => key.purl.as_ref().map(|_| tool),
    }
}

fn entry(
    finding: ExportedFinding<'_>,
    is_vulnerability: bool,
    losses: &mut LossLog,
) -> Option<Vec<String>> {
    let key = finding.key;
    let id = losses.id_of(finding)?;
    let mut lost = finding.criteria_losses();
    if key.resources.is_some() {
        lost.push(FindingLoss::scope("it can't be limited to resources"));
    }
    let mut lines = vec![format!("- id: {}", quoting::plain(&id))];
    if let Some(text) = &key.purl {
        let Some(package) = ExportedPackage::parse(text) else {
            losses.refuse(finding, format!("the package URL {text} can't be read"));
            return None;
        };
        if is_vulnerability {
            lines.push("  purls:".to_owned());
            lines.push(format!("    - {}", quoting::plain(&package.url)));
        } else {
            let reason = "trivy compares packages of vulnerabilities only";
            lost.push(FindingLoss::scope(reason));
        }
    }
    if let PathLimits::Only(patterns) = paths::limits(key) {
        lines.push("  paths:".to_owned());
        let globs = patterns.into_iter().map(glob::doublestar);
        lines.extend(globs.map(|glob| format!("    - {}", quoting::plain(&glob))));
    }
    let text = losses.admit(finding, lost)?;
    lines.push(format!("  expired_at: {}", finding.record.last_second()));
    lines.push(format!("  statement: {}", quoting::double(&text)));
    Some(lines)
}
