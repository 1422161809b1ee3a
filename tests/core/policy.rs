//! The policy: read strictly, filled with defaults, and what it requires of a record.
//!
//! Follows `docs/spec/policy.md`, a file for each of its sections.

use std::collections::BTreeMap;

use exledger::diag::Finding;
use exledger::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use exledger::policy::governance::{Governance, State};

mod baselines;
mod catalogs;
mod defaults;
mod demands;
mod files;
mod governs;
mod hooks;
mod machines;
mod numbers;
mod people;
mod reading;
mod schema;
mod terms;
mod tiers;
mod words;

/// The example of `docs/spec/policy.md`, unchanged.
pub(crate) fn example() -> String {
    let page = std::fs::read_to_string(crate::support::project::root().join("docs/spec/policy.md"))
        .unwrap();
    let (_, rest) = page.split_once("```yaml\n").unwrap();
    rest.split_once("```\n").unwrap().0.to_owned()
}

/// Files in memory, by path.
#[derive(Default)]
pub(crate) struct Files(BTreeMap<String, (EntryKind, Vec<u8>)>);

impl Files {
    pub(crate) fn of(files: &[(&str, &str)]) -> Files {
        let mut tree = Files::default();
        for (path, text) in files {
            tree = tree.with(path, EntryKind::File, text);
        }
        tree
    }

    pub(crate) fn with(mut self, path: &str, kind: EntryKind, text: &str) -> Files {
        self.0.insert(path.to_owned(), (kind, text.into()));
        self
    }
}

impl Tree for Files {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        let inside = |path: &str| path.starts_with(&format!("{folder}/"));
        let items = self.0.iter().filter(|(path, _)| inside(path));
        let item = |(path, (kind, _)): (&String, &(EntryKind, Vec<u8>))| TreeItem {
            path: path.clone(),
            kind: *kind,
        };
        Ok(items.map(item).collect())
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        Ok(self.0.get(path).map(|(kind, _)| *kind))
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        let file = self.0.get(path).filter(|(kind, _)| *kind == EntryKind::File);
        Ok(file.map(|(_, bytes)| bytes.clone()))
    }
}

/// Reads a policy that must have no errors.
pub(crate) fn sound(yaml: &str) -> Governance {
    let governance = Governance::of_policy(yaml);
    assert_eq!(governance.state, State::Sound, "{:#?}", governance.findings);
    assert!(governance.findings.is_empty(), "{:#?}", governance.findings);
    governance
}

/// A finding in short: `rule line:column field`.
pub(crate) fn short(finding: &Finding) -> String {
    let pos = finding.pos.map_or("-".to_owned(), |pos| format!("{}:{}", pos.line, pos.column));
    let field = finding.field.as_deref().unwrap_or("-");
    format!("{} {pos} {field}", finding.rule.as_str())
}
