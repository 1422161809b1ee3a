//! Which findings a run is about: `--only TOOL:ID`.
//!
//! Start at [`FindingFilter`]. Follows `docs/spec/cli.md`, triage.

use std::collections::BTreeSet;

use crate::record::tool_ids;
use crate::record::{near, pattern};
use crate::session::error::Usage;
use crate::survey::event::{ScannerFinding, TriageInput};

/// Patterns of keys, `TOOL:ID`; without any, everything is asked about.
#[derive(Debug, Default)]
pub(super) struct FindingFilter {
    patterns: Vec<(String, bool)>,
    seen: BTreeSet<String>,
}

impl FindingFilter {
    pub(super) fn new(patterns: &[String]) -> FindingFilter {
        let patterns = patterns.iter().map(|pattern| (pattern.clone(), false)).collect();
        FindingFilter { patterns, seen: BTreeSet::new() }
    }

    pub(super) fn wants(&mut self, input: &TriageInput) -> bool {
        if self.patterns.is_empty() {
            return true;
        }
        let finding = match input {
            TriageInput::Finding(finding) => finding,
            TriageInput::Event(_) => return false,
        };
        let tool = finding.also.unwrap_or(&finding.tool);
        self.seen.insert(format!("{tool}:{}", finding.id));
        let mut is_wanted = false;
        for (pattern, is_hit) in &mut self.patterns {
            let fits = fits(pattern, finding);
            *is_hit |= fits;
            is_wanted |= fits;
        }
        is_wanted
    }

    /// Refuses a pattern that no finding fits.
    pub(super) fn refuse_misses(&self) -> Result<(), Usage> {
        let Some((pattern, _)) = self.patterns.iter().find(|(_, is_hit)| !is_hit) else {
            return Ok(());
        };
        let keys = self.seen.iter().map(String::as_str);
        let near = near::closest(pattern, keys, 1).into_iter().next();
        let help = match near.or(self.seen.first().map(String::as_str)) {
            Some(key) => format!("did you mean `--only {key}`?"),
            None => "the inputs have no findings".to_owned(),
        };
        Err(Usage::refused(format!("no finding fits --only {pattern}"), help))
    }
}

fn fits(pattern: &str, finding: &ScannerFinding) -> bool {
    let (stated_tool, stated_id) = pattern.split_once(':').unwrap_or((pattern, "**"));
    let mut tools = [Some(finding.tool.as_str()), finding.also].into_iter().flatten();
    tools.any(|tool| {
        let is_tool = pattern::matches(stated_tool, tool) || tool_ids::is_tool(stated_tool, tool);
        let mut ids = std::iter::once(&finding.id).chain(&finding.former_ids);
        is_tool
            && ids.any(|id| {
                pattern::matches(stated_id, id) || tool_ids::is_named(tool, stated_id, id)
            })
    })
}
