//! Exports: the approved records in the form that other tools read, one file per target.
//!
//! Uses diag to gate, `interop`'s description and uuid. Pure. Start at [`ALL`] and [`target::ExportTarget`]. Follows
//! `docs/spec/interop.md`, 1 to 3. To add a target: its file, its `mod` line, one line in the table.

pub mod citation;
pub mod input;
pub mod loss;
pub mod merge;
pub mod output;
pub mod package;
pub mod paths;
pub mod quoting;
pub mod target;
pub mod trivy;

use crate::interop::export::target::ExportTarget;

/// All targets, in the order of the help.
pub const ALL: &[ExportTarget] = &[trivy::TARGET];

/// Returns the target with a name.
pub fn find(name: &str) -> Option<&'static ExportTarget> {
    ALL.iter().find(|target| target.name == name)
}
