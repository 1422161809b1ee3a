//! A PolicyException up to its `spec`: name, namespace, labels and annotations.
//!
//! Pure. Start at [`PolicyException`].

use crate::features::export::targets::input::ExportedFinding;
use crate::features::export::targets::k8s_locator::K8sLocator;
use crate::features::export::targets::quoting::{double, plain};

pub(super) struct PolicyException<'a> {
    pub(super) finding: ExportedFinding<'a>,
    /// The number of the object within its record, from 1.
    pub(super) number: usize,
    /// `None` if all objects are covered, which is a loss that was allowed.
    pub(super) locators: Option<Vec<K8sLocator<'a>>>,
    pub(super) namespace: Option<String>,
    pub(super) commit: &'a str,
    pub(super) title: String,
}

impl PolicyException<'_> {
    /// Writes everything up to the `spec`; `ttl` is the value of a label that lets kyverno delete the object.
    pub(super) fn write_head(&self, api_version: &str, ttl: Option<&str>, out: &mut String) {
        let record = self.finding.record;
        let id = record.id();
        let name = format!("{}-{}", id.to_lowercase(), self.number);
        out.push_str(&format!(
            "---\napiVersion: {api_version}\nkind: PolicyException\nmetadata:\n  name: {}\n",
            plain(&name)
        ));
        if let Some(namespace) = &self.namespace {
            out.push_str(&format!("  namespace: {}\n", plain(namespace)));
        }
        out.push_str(&format!(
            "  labels:\n    app.kubernetes.io/managed-by: exledger\n    exledger.dev/id: {}\n",
            plain(id)
        ));
        if let Some(ttl) = ttl {
            out.push_str(&format!("    cleanup.kyverno.io/ttl: {ttl}\n"));
        }
        out.push_str(&format!(
            "  annotations:\n    exledger.dev/id: {}\n    exledger.dev/not-after: {}\n    exledger.dev/owner: {}\n    exledger.dev/ledger-commit: {}\n    exledger.dev/title: {}\nspec:\n",
            plain(id),
            double(&record.end.to_string()),
            plain(record.record.owner.email.as_str()),
            plain(self.commit),
            plain(&self.title),
        ));
    }
}
