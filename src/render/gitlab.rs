//! `gitlab`: the Code Quality report that GitLab shows in a merge request.
//!
//! Pure. Start at [`FORMAT`]. Follows `docs/spec/interop.md` 3, row 8.

use serde_json::json;

use crate::diag;
use crate::render::format::{Offered, OutputFormat, OutputStyle, Render};
use crate::render::sarif;
use crate::view::doc;

/// A list of issues, each with the same fingerprint as in SARIF.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "gitlab",
    offered: Offered::ForFindings,
    reads: doc::FormatNeeds::Blocks,
    summary: "GitLab's Code Quality report",
    render: Render::Whole(render),
};

fn render(doc: &doc::Doc, _style: &OutputStyle) -> Vec<u8> {
    let shown = doc.findings().flat_map(|findings| &findings.shown);
    let issues: Vec<_> = shown.map(issue).collect();
    let text = format!("{:#}\n", serde_json::Value::Array(issues));
    super::json::escaped(&text).into_owned().into_bytes()
}

fn issue(shown: &doc::ShownFinding) -> serde_json::Value {
    let finding = &shown.finding;
    let severity = match finding.level {
        diag::Level::Error => "critical",
        diag::Level::Warning => "major",
        diag::Level::Note => "info",
    };
    json!({
        "type": "issue",
        "check_name": finding.rule,
        "description": finding.message,
        "content": { "body": finding.remedy.words() },
        "fingerprint": sarif::fingerprint(shown),
        "severity": severity,
        "categories": ["Security"],
        "location": {
            "path": finding.path,
            "lines": { "begin": finding.pos.map_or(1, |pos| pos.line) },
        },
    })
}
