//! The lines that findings point at, for people.
//!
//! Start at [`Excerpts`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::commands::context::Ctx;
use crate::diag::{Finding, Pos};
use crate::ledger::tree::Tree;
use crate::view::doc::{Excerpt, Shown};

/// The rule whose values are never shown.
const SECRET: &str = "secret";

/// The lines of the files that have findings; each file is read once.
pub(super) struct Excerpts<'a> {
    tree: Option<&'a dyn Tree>,
    /// Where a secret may stand: no line is shown there, whatever else is wrong with it.
    secret: BTreeSet<(String, u32)>,
    texts: RefCell<BTreeMap<String, String>>,
}

impl<'a> Excerpts<'a> {
    /// Returns the lines of a tree's files; for scripts there are none.
    pub(super) fn of(tree: &'a dyn Tree, findings: &[Finding], ctx: &Ctx) -> Excerpts<'a> {
        let secret = findings.iter().filter(|finding| finding.rule == SECRET);
        let secret = secret.filter_map(|finding| Some((finding.path.clone(), finding.pos?.line)));
        Excerpts {
            tree: (ctx.format.name == "table").then_some(tree),
            secret: secret.collect(),
            texts: RefCell::default(),
        }
    }

    /// Returns a finding with its line.
    pub(super) fn shown(&self, finding: Finding) -> Shown {
        let excerpt = finding.pos.and_then(|pos| self.line(&finding.path, pos));
        Shown { finding, excerpt }
    }

    fn line(&self, path: &str, pos: Pos) -> Option<Excerpt> {
        let tree = self.tree?;
        if self.secret.contains(&(path.to_owned(), pos.line)) {
            return None;
        }
        let mut texts = self.texts.borrow_mut();
        if !texts.contains_key(path) {
            let bytes = tree.bytes(path).ok().flatten().unwrap_or_default();
            texts.insert(
                path.to_owned(),
                String::from_utf8_lossy(&bytes).into_owned(),
            );
        }
        let line = texts
            .get(path)?
            .lines()
            .nth(usize::try_from(pos.line).ok()?.checked_sub(1)?)?;
        let from = usize::try_from(pos.column).ok()?.checked_sub(1)?;
        let marked: String = line.chars().skip(from).collect();
        let value = marked.split(" #").next().unwrap_or_default().trim_end();
        Some(Excerpt {
            line: line.to_owned(),
            length: u32::try_from(value.chars().count()).unwrap_or(0),
        })
    }
}
