//! The table of kinds: everything that is read as a suppression, as it ships in `kinds.tsv`.
//!
//! Pure. Start at [`kinds`]. Columns: the name; the group; the tool by the name that records use; where it is read from,
//! and the field that ends an entry. `files.tsv` says where the entries of a file are, `patterns.tsv` how a comment looks, and
//! code reads what neither can say. Follows `docs/spec/interop.md`, 5.

use crate::record::vocabulary::words;
use std::sync::LazyLock;

/// A kind of suppressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub name: &'static str,
    pub group: Group,
    /// The tool that obeys it, by the name that records use.
    pub tool: &'static str,
    /// The files and comments that it is read from, and what ends it there, for people.
    pub files: &'static str,
}

words! {
    /// What a kind protects.
    pub enum Group {
        /// Findings in code, configuration and secrets.
        Security,
        /// What comes from others: packages, their ages, updates and audits.
        SupplyChain,
    }
}

static KINDS: LazyLock<Vec<Kind>> =
    LazyLock::new(|| include_str!("kinds.tsv").lines().skip(1).map(row).collect());

fn row(line: &'static str) -> Kind {
    let mut cells = line.split('\t');
    let mut cell = || cells.next().unwrap_or_default();
    let (name, group, tool, files) = (cell(), cell(), cell(), cell());
    let group = match group {
        "supply-chain" => Group::SupplyChain,
        _ => Group::Security,
    };
    Kind { name, group, tool, files }
}

/// Returns all kinds.
pub fn kinds() -> &'static [Kind] {
    &KINDS
}

/// Returns the kind of a name.
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}
