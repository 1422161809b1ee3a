//! Exports: the approved records in the form that other tools read, one file per target.
//!
//! Pure. Start at [`ALL`] and [`target::ExportTarget`]. Follows `docs/spec/interop.md`, 1 to 3. To add a target: its file,
//! its `mod` line, one line in the table.

pub mod azure;
pub mod cargo_deny;
pub mod cyclonedx;
pub mod dependency_check;
pub mod earlier;
mod engine_finding;
pub mod grype;
pub mod input;
pub mod json_edit;
pub mod k8s_locator;
pub mod kyverno;
pub mod loss;
pub mod merge;
pub mod opa;
pub mod openvex;
pub mod oscal;
pub mod osv_scanner;
pub mod package;
pub mod paths;
pub mod prometheus;
pub mod prowler;
pub mod quoting;
pub mod snyk;
pub mod target;
pub mod toml_merge;
pub mod trivy;
mod vex;
mod yaml_edit;
pub mod yaml_merge;

use crate::features::export::targets::target::ExportTarget;

/// All targets, in the order of the help.
pub const ALL: &[ExportTarget] = &[
    crate::features::export::targets::trivy::TARGET,
    crate::features::export::targets::osv_scanner::TARGET,
    crate::features::export::targets::kyverno::TARGET,
    crate::features::export::targets::azure::TARGET,
    crate::features::export::targets::dependency_check::TARGET,
    crate::features::export::targets::snyk::TARGET,
    crate::features::export::targets::opa::TARGET,
    crate::features::export::targets::grype::TARGET,
    crate::features::export::targets::openvex::TARGET,
    crate::features::export::targets::cyclonedx::TARGET,
    crate::features::export::targets::prometheus::TARGET,
    crate::features::export::targets::oscal::TARGET,
    crate::features::export::targets::cargo_deny::TARGET,
    crate::features::export::targets::prowler::TARGET,
];

/// Returns the target with a name.
pub fn find(name: &str) -> Option<&'static ExportTarget> {
    ALL.iter().find(|target| target.name == name)
}
