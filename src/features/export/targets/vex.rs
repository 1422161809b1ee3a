//! The statements of VEX: one for each record, vulnerability and package. They say "affected, and accepted until then".
//!
//! Pure. Start at [`statements`]. Follows `docs/spec/interop.md` 3, VEX: no statement says `not_affected`, so no scanner
//! hides anything because of it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::features::export::targets::input::{ExportInput, ExportedRecord};
use crate::record::tool_ids;

#[derive(Clone)]
pub(super) struct VexStatement<'a> {
    pub(super) record: &'a ExportedRecord<'a>,
    pub(super) id: Cow<'a, str>,
    pub(super) purl: &'a str,
}

/// Returns the statements, by record, in the order of the findings.
pub(super) fn statements<'a>(input: &'a ExportInput<'a>) -> Vec<VexStatement<'a>> {
    let mut statements = Vec::new();
    for record in &input.records {
        let scope = record.record.scope.as_ref();
        let mut known = BTreeSet::new();
        for key in scope.and_then(|scope| scope.findings.as_deref()).unwrap_or_default() {
            let (Some(id), Some(purl)) = (key.id.as_deref(), key.purl.as_deref()) else { continue };
            let tool = key.tool.as_deref().unwrap_or_default();
            // Trivy's other kinds may name a package, too.
            let is_other =
                tool_ids::TRIVY.iter().skip(1).any(|other| tool_ids::is_tool(other, tool));
            let is_stated = !id.trim().is_empty() && purl.starts_with("pkg:");
            let id = tool_ids::present(tool, id);
            if is_stated && !is_other && known.insert((id.clone(), purl)) {
                statements.push(VexStatement { record, id, purl });
            }
        }
    }
    statements
}
