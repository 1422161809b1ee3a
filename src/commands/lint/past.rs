//! What the approved ref says of a record: whether its closure stands there unchanged.
//!
//! Start at [`Approved`]. Outside git, and where no ref is approved, nothing is settled. Follows
//! `docs/spec/rules.md`, content.

use std::cell::OnceCell;

use crate::commands::context::Ctx;
use crate::commands::context::place::Home;
use crate::history::paths::Prefix;
use crate::history::tree::CommitTree;
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::record::decision::Closure;
use crate::record::read::{self, Source};
use crate::rules::lint::{Past, Settled};

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
    pub(super) fn past(&self, source: &Source, now: &dyn Tree) -> Past {
        let closure = source
            .record
            .as_ref()
            .and_then(|record| record.closure.as_ref());
        let settled = match closure {
            Some(closure) if self.has(source, closure, now) => Settled::Closed,
            _ => Settled::Open,
        };
        Past {
            settled,
            ..Past::UNKNOWN
        }
    }

    /// Tells whether the record of the same id at the approved ref has this closure.
    fn has(&self, source: &Source, closure: &Closure, now: &dyn Tree) -> bool {
        let Some(tree) = &self.tree else {
            return false;
        };
        let landed = |path: &str| tree.bytes(path).ok().flatten();
        // Most closed records never change again: their bytes tell that without being read once more.
        let same_path = landed(&source.path);
        if same_path.is_some() && same_path == now.bytes(&source.path).ok().flatten() {
            return true;
        }
        let has = |path: &str, bytes: Vec<u8>| {
            let record = read::read(path, &bytes).record;
            record.is_some_and(|record| record.closure.as_ref() == Some(closure))
        };
        match same_path {
            Some(bytes) => has(&source.path, bytes),
            None => {
                let files = self
                    .files
                    .get_or_init(|| Files::list(tree, &self.folders).unwrap_or_default());
                let moved = files.find(source.stem()).ok();
                moved
                    .and_then(|file| Some((file, landed(&file.path)?)))
                    .is_some_and(|(file, bytes)| has(&file.path, bytes))
            }
        }
    }
}
