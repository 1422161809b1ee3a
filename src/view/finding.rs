//! A finding, as every answer gives it.
//!
//! Uses diag. Pure. Start at [`json`]. Follows `docs/spec/cli.md`, a finding; the keys stand in that order.

use serde_json::{Value, json};

use crate::diag::Finding;

/// Returns the finding.
pub fn json(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule,
        "level": finding.level.word(),
        "path": finding.path,
        "line": finding.pos.map(|pos| pos.line),
        "column": finding.pos.map(|pos| pos.column),
        "field": finding.field,
        "id": finding.id,
        "message": finding.message,
        "help": finding.help,
    })
}
