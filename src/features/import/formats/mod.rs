//! The formats of `import`: all ignore files that can be read, and those that nothing else reads.
//!
//! Pure. Start at [`ALL`] and [`named`]. Follows `docs/spec/interop.md`, 4.

pub mod csv;
pub mod github_alerts;
pub mod sarif;

use crate::formats::suppressions::readers::format::ImportFormat;
use crate::formats::suppressions::readers::{
    cargo_audit, cargo_deny, dependency_check, detect_secrets, gitleaks, grype, kyverno,
    osv_scanner, snyk, trivy,
};

/// The formats, the most common first.
pub const ALL: &[ImportFormat] = &[
    trivy::FORMAT,
    csv::FORMAT,
    gitleaks::FORMAT,
    snyk::FORMAT,
    cargo_deny::FORMAT,
    cargo_audit::FORMAT,
    osv_scanner::FORMAT,
    sarif::FORMAT,
    detect_secrets::FORMAT,
    dependency_check::FORMAT,
    grype::FORMAT,
    github_alerts::FORMAT,
    kyverno::FORMAT,
];

/// Returns the format of a name.
pub fn named(name: &str) -> Option<&'static ImportFormat> {
    ALL.iter().find(|format| format.name == name)
}
