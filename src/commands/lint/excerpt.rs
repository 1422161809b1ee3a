//! The line that a finding points at, for people.
//!
//! Start at [`of`].

use crate::commands::context::Ctx;
use crate::diag::Finding;
use crate::ledger::tree::Tree;
use crate::view::doc::Excerpt;

/// The rule whose values are never shown.
const SECRET: &str = "secret";

/// Returns the line of a finding; `None` where there is no place, where a secret may stand there, and for scripts.
pub(super) fn of(tree: &dyn Tree, finding: &Finding, ctx: &Ctx) -> Option<Excerpt> {
    let pos = finding
        .pos
        .filter(|_| finding.rule != SECRET && ctx.format.name == "table")?;
    let bytes = tree.bytes(&finding.path).ok()??;
    let text = String::from_utf8_lossy(&bytes);
    let line = text
        .lines()
        .nth(usize::try_from(pos.line).ok()?.checked_sub(1)?)?;
    let from = usize::try_from(pos.column).ok()?.checked_sub(1)?;
    let marked: String = line.chars().skip(from).collect();
    let value = marked.split(" #").next().unwrap_or_default().trim_end();
    Some(Excerpt {
        line: line.to_owned(),
        length: u32::try_from(value.chars().count()).unwrap_or(0),
    })
}
