//! What the approved ref says of a record: whether its closure stands there unchanged.
//!
//! Start at [`Approved`]. Outside git, and where no ref is approved, nothing is settled. Follows
//! `docs/spec/rules.md`, content.

use crate::commands::context::Ctx;
use crate::commands::context::place::Home;
use crate::history::paths::Prefix;
use crate::history::tree::CommitTree;
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::record::read::{self, Source};
use crate::rules::lint::{Past, Settled};
use std::cell::OnceCell;

/// The files at the approved ref, as far as they can be read.
pub(super) struct Approved<'h> {
    tree: Option<CommitTree<'h>>,
    folders: Vec<String>,
    files: OnceCell<Files>,
}

impl<'h> Approved<'h> {
    /// Returns the tree of the approved ref's tip.
    pub(super) fn of(ctx: &Ctx, home: &'h Home, folders: &[String]) -> Approved<'h> {
        let tip = || {
            let repository = home.repository_or_none()?;
            let prefix = Prefix::new(&repository.prefix(&home.root)?);
            let chosen = ctx.approved_ref(repository).ok()?;
            CommitTree::of_commit(repository, chosen.tip, &prefix).ok()
        };
        Approved {
            tree: tip(),
            folders: folders.to_vec(),
            files: OnceCell::new(),
        }
    }

    /// Returns what is known of a record's past.
    pub(super) fn past(&self, source: &Source) -> Past {
        let closure = source
            .record
            .as_ref()
            .and_then(|record| record.closure.as_ref());
        let settled = match closure.and_then(|closure| Some((closure, self.record(source)?))) {
            Some((closure, landed)) if landed.closure.as_ref() == Some(closure) => Settled::Closed,
            _ => Settled::Open,
        };
        Past {
            settled,
            ..Past::UNKNOWN
        }
    }

    /// Returns the record of the same id at the approved ref: at the same path, else wherever it lies.
    fn record(&self, source: &Source) -> Option<crate::record::Record> {
        let tree = self.tree.as_ref()?;
        let at = |path: &str| {
            tree.bytes(path)
                .ok()?
                .and_then(|bytes| read::read(path, &bytes).record)
        };
        at(&source.path).or_else(|| {
            let files = self
                .files
                .get_or_init(|| Files::list(tree, &self.folders).unwrap_or_default());
            at(&files.find(source.stem()).ok()?.path)
        })
    }
}
