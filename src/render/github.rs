//! `github`: workflow commands that annotate the changed files of a pull request.
//!
//! Pure. Start at [`FORMAT`]. Follows `docs/spec/interop.md` 3, row 1. GitHub shows ten errors and ten warnings per step
//! and silently drops the rest, so the last line says how many are left out.

use crate::diag;
use crate::render::format::{Offered, OutputFormat, OutputStyle, Render};
use crate::render::visible;
use crate::view::doc;

/// Worst first, at most ten errors and ten warnings, then a summary.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "github",
    offered: Offered::ForFindings,
    reads: doc::FormatNeeds::Blocks,
    summary: "annotations of GitHub workflows",
    render: Render::Whole(render),
};

/// The maximum number of findings of each level that GitHub shows for one step.
const MOST: usize = 10;

fn render(doc: &doc::Doc, _style: &OutputStyle) -> Vec<u8> {
    let all: Vec<&diag::Finding> =
        doc.findings().flat_map(|finding| &finding.shown).map(|shown| &shown.finding).collect();
    let of = |level| all.iter().filter(move |finding| finding.level == level).take(MOST);
    let shown: Vec<_> = of(diag::Level::Error).chain(of(diag::Level::Warning)).collect();
    let mut out: String = shown.iter().map(|finding| annotation(finding)).collect();
    if !all.is_empty() {
        let counted = diag::count(shown.len(), "finding");
        let left = all.len() - shown.len();
        out.push_str(&format!(
            "::notice title=exledger::{counted} shown, {left} more in the job summary\n"
        ));
    }
    out.into_bytes()
}

fn annotation(finding: &diag::Finding) -> String {
    let mut properties = Vec::new();
    if !finding.path.is_empty() {
        let line = finding.pos.map_or(1, |pos| pos.line);
        properties.push(format!("file={}", property(&finding.path)));
        properties.push(format!("line={line},endLine={line}"));
    }
    if let Some(pos) = finding.pos {
        properties.push(format!("col={}", pos.column));
    }
    properties.push(format!("title={}", property(finding.rule.as_str())));
    let text = message(&format!(
        "{}\n{}",
        visible::lines(&finding.message),
        visible::lines(&finding.remedy.words())
    ));
    format!("::{} {}::{text}\n", finding.level, properties.join(","))
}

/// Escapes a message like `@actions/core` in its `command.ts`.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(&visible::line(text)).replace(':', "%3A").replace(',', "%2C")
}
