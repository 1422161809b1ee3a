//! `cargo-deny`: the list of ignored advisories in `deny.toml`, whose entries have no end and no limits.
//!
//! Uses `interop::export`'s input, losses and output. Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md`, 3;
//! the parser of cargo-deny refuses a key for an end.

use crate::interop::export::input::ExportInput;
use crate::interop::export::loss::{FindingLoss, LossLog};
use crate::interop::export::output::{ExportFiles, ExportOutput, WrittenRecords};
use crate::interop::export::paths;
use crate::interop::export::quoting;
use crate::interop::export::target::ExportTarget;

/// The definition of the target.
pub const TARGET: ExportTarget = ExportTarget {
    name: "cargo-deny",
    tools: &["cargo-deny"],
    is_several: false,
    write,
    merge: Some(super::toml_merge::cargo_deny),
    archive: None,
};

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut losses = LossLog::new(input.options.allowed);
    let mut written = WrittenRecords::default();
    let entries = entries(input, &mut losses, &mut written);
    let mut out = written.hash_header(TARGET.name, &input.stamp);
    out.push_str("[advisories]\n");
    if entries.is_empty() {
        out.push_str("ignore = []\n");
    } else {
        let lines: Vec<String> = entries.iter().map(|entry| format!("  {entry},\n")).collect();
        out.push_str(&format!("ignore = [\n{}]\n", lines.concat()));
    }
    ExportOutput { files: ExportFiles::One(out.into_bytes()), losses: losses.into_losses() }
}

/// Returns the entries as inline tables.
pub(super) fn entries(
    input: &ExportInput<'_>,
    losses: &mut LossLog,
    written: &mut WrittenRecords,
) -> Vec<String> {
    let mut entries = Vec::new();
    for finding in input.findings(TARGET.tools) {
        let key = finding.key;
        if paths::covers_nothing(key) {
            continue;
        }
        let Some(id) = finding.id() else {
            losses.refuse(finding, "an entry needs the id of an advisory");
            continue;
        };
        let mut lost = finding.criteria_losses();
        let limits = [
            ("a package", key.purl.is_some()),
            ("paths", key.paths.is_some()),
            ("resources", key.resources.is_some()),
        ];
        let limits = limits.into_iter().filter(|(_, is_stated)| *is_stated);
        lost.extend(limits.map(|(what, _)| {
            FindingLoss::scope(format!("an ignored advisory can't be limited to {what}"))
        }));
        lost.push(FindingLoss::term("cargo-deny's entries have no end"));
        if let Some(text) = losses.admit(finding, lost) {
            let (id, text) = (quoting::double(id), quoting::double(&text));
            entries.push(format!("{{ id = {id}, reason = {text} }}"));
            written.add(finding.record);
        }
    }
    entries
}
