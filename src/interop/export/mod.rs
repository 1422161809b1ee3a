//! Exports: the approved records in the form that other tools read, one file per target.
//!
//! Uses diag to gate, `interop`'s description and uuid. Pure. Start at [`ALL`] and [`target::ExportTarget`]. Follows
//! `docs/spec/interop.md`, 1 to 3. To add a target: its file, its `mod` line, one line in the table.

pub mod cargo_deny;
pub mod citation;
pub mod dependency_check;
pub mod grype;
pub mod input;
pub mod lock_files;
pub mod loss;
pub mod merge;
pub mod osv_scanner;
pub mod output;
pub mod package;
pub mod paths;
pub mod quoting;
pub mod snyk;
pub mod target;
pub mod toml_merge;
pub mod trivy;
pub mod yaml_merge;

use crate::interop::export::target::ExportTarget;

/// All targets, in the order of the help.
pub const ALL: &[ExportTarget] = &[
    trivy::TARGET,
    osv_scanner::TARGET,
    dependency_check::TARGET,
    snyk::TARGET,
    grype::TARGET,
    cargo_deny::TARGET,
];

/// Returns the target with a name.
pub fn find(name: &str) -> Option<&'static ExportTarget> {
    ALL.iter().find(|target| target.name == name)
}
