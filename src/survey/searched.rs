//! What tools looked for: only then a missing finding means something.
//!
//! Pure. Start at [`SearchedTools::ran`]. Follows `docs/spec/cli.md`, triage.

use std::collections::BTreeSet;

use crate::record::tool_ids::{self, TRIVY};

/// The runs of tools so far.
#[derive(Debug, Default)]
pub struct SearchedTools {
    /// What the tools looked for, by the names that records use; for tools with several kinds of findings, those kinds.
    searched: BTreeSet<String>,
    /// Tools with unreadable output or without results, or that reported a failure.
    doubtful: BTreeSet<String>,
}

impl SearchedTools {
    /// Notes that a tool ran; `kinds` are the kinds of findings that the run has rules for. What a doubtful run doesn't report
    /// may still be there.
    pub fn ran(&mut self, tool: &str, kinds: &BTreeSet<&'static str>, is_doubtful: bool) {
        if tool == "trivy" {
            self.searched.extend(kinds.iter().map(|kind| (*kind).to_owned()));
        } else {
            self.searched.insert(tool.to_owned());
        }
        if is_doubtful {
            self.doubtful.insert(tool.to_owned());
        }
    }

    /// Tells whether the runs looked for a finding, all of them without failing.
    pub fn has_searched(&self, tool: &str, id: Option<&str>) -> bool {
        let all = match (tool, id) {
            ("trivy", Some(id)) => tool_ids::trivy_kinds(id),
            ("trivy", None) => TRIVY,
            (tool, _) => &[tool],
        };
        all.iter().all(|kind| self.searched.contains(*kind))
            && !self.doubtful.contains(scanner(tool))
    }
}

/// Returns the tool behind a name that records use.
pub fn scanner(tool: &str) -> &str {
    if TRIVY.contains(&tool) { "trivy" } else { tool }
}
