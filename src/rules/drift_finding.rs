//! Makes the findings of the rules about drift.
//!
//! Uses survey's drift. Pure. Start at [`of`]. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level, Pos};
use crate::record::id::Id;
use crate::rules::scan::DriftCase;

/// Returns a finding at the place of a suppression; its path is that from the root of the repository.
pub fn of(
    case: &DriftCase,
    (code, level): (Code, Level),
    id: Option<&Id>,
    message: String,
    help: impl Into<String>,
) -> Finding {
    Finding {
        rule: code,
        level,
        path: case.path.clone(),
        pos: Some(Pos { line: case.line, column: case.column }),
        field: None,
        id: id.map(ToString::to_string),
        message,
        help: help.into(),
    }
}
