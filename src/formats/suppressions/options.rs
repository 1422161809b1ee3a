//! What a search for suppressions looks for, as the policy says it.
//!
//! Pure. Start at [`ScanOptions`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct ScanOptions {
    /// The tools whose suppressions are looked for; empty for those that are on by default.
    pub tools: Vec<String>,
    /// The lints of Rust whose `allow` and `expect` are looked for.
    pub rust_lints: Vec<String>,
    /// The prefixes of the ids that are read as citations.
    pub prefixes: Vec<String>,
    /// The lock files of the repository, by their folders.
    pub lock_files: Arc<BTreeMap<String, Vec<String>>>,
    /// The ignore files of trivy that a `trivy.yaml` of the repository names.
    pub trivy_files: Arc<BTreeSet<String>>,
}

impl ScanOptions {
    /// Tells whether the suppressions of a tool are looked for.
    pub fn wants(&self, tool: &str, is_default: bool) -> bool {
        if self.tools.is_empty() { is_default } else { self.tools.iter().any(|name| name == tool) }
    }
}
