//! What the approved ref says of a record: whether its closure stands there unchanged.
//!
//! Start at [`Approved`]. Outside git, and where no ref is approved, nothing is settled. Follows
//! `docs/spec/rules.md`, content.

use std::cell::OnceCell;

use crate::commands::context::Ctx;
use crate::commands::lint::approvals;
use crate::commands::lint::input::Input;
use exledger::diag::Finding;
use exledger::history::objects::Oid;
use exledger::history::paths::Prefix;
use exledger::history::tree::CommitTree;
use exledger::ledger::Files;
use exledger::ledger::tree::Tree;
use exledger::policy::governance::{Governance, State};
use exledger::record::decision::Closure;
use exledger::record::file::{self, RecordFile};
use exledger::rules::case::RuleContext;
use exledger::rules::past::{RecordPast, Settled};
use exledger::rules::proposed::Removals;
use exledger::session::Session;
use exledger::store::git;
use exledger::store::git::stamps::Stamps;

/// The files at the approved ref, as far as they can be read.
pub(super) struct LandedRecords<'h> {
    tree: Option<CommitTree<'h>>,
    /// What the index tells of the work tree, which is most often that a file is as it landed.
    stamps: Option<Stamps>,
    folders: Vec<String>,
    files: OnceCell<Files>,
}

impl<'h> LandedRecords<'h> {
    /// Returns the tree of the approved ref's tip, to be compared with what is linted.
    pub(super) fn of(
        _ctx: &Ctx,
        home: &'h Session,
        folders: &[String],
        input: &Input,
    ) -> LandedRecords<'h> {
        let tip = || {
            let repository = home.repository_or_none()?;
            let prefix = Prefix::new(&repository.prefix(home.root())?);
            let chosen = home.approved_ref().ok()?;
            let tree = CommitTree::of_commit(repository, chosen.tip, &prefix).ok()?;
            Some((tree, repository.stamps(&prefix)))
        };
        let (tree, stamps) = tip().unzip();
        LandedRecords {
            tree,
            // What comes from standard input is not what lies on disk.
            stamps: stamps.flatten().filter(|_| input.instead().is_none()),
            folders: folders.to_vec(),
            files: OnceCell::new(),
        }
    }

    /// Returns what is known of a record's past.
    pub(super) fn past(&self, source: &RecordFile, bytes: &[u8]) -> RecordPast {
        let closure = source
            .record
            .as_ref()
            .and_then(|record| record.closure.as_ref());
        let settled = closure.map_or(Settled::Open, |closure| {
            self.settled(source, closure, bytes)
        });
        RecordPast {
            settled,
            ..RecordPast::UNKNOWN
        }
    }

    /// Returns the findings about approval files that the approved ref does not have.
    ///
    /// Whose keys are listed is said by its governance: that is what they will be judged by.
    pub(super) fn statements(
        &self,
        input: &Input,
        known: &RuleContext<'_>,
        root: &dyn Fn() -> Option<Oid>,
    ) -> anyhow::Result<Vec<Finding>> {
        let governance = match &self.tree {
            Some(tree) => Some(Governance::read(tree)?),
            None => None,
        };
        let governance = governance
            .as_ref()
            .filter(|governance| governance.state == State::Sound)
            .unwrap_or(known.governance);
        let tree = self.tree.as_ref().map(|tree| tree as &dyn Tree);
        approvals::against(input, known, tree, Removals::Unknown, governance, root)
    }

    /// Compares a closure with that of the record of the same id at the approved ref.
    fn settled(&self, source: &RecordFile, closure: &Closure, bytes: &[u8]) -> Settled {
        let Some(tree) = &self.tree else {
            return Settled::Open;
        };
        // Most closed records never change again: the id of their bytes tells that without reading what landed.
        let there = tree.entry(&source.path).ok().flatten();
        let stamped = || self.stamps.as_ref().and_then(|it| it.id(&source.path));
        let is_same = |oid| stamped() == Some(oid) || git::blob_id(bytes) == Some(oid);
        if there.is_some_and(|(_, oid)| is_same(oid)) {
            return Settled::Closed;
        }
        let landed = |path: &str| tree.bytes(path).ok().flatten();
        let same_path = landed(&source.path);
        let settled = |path: &str, bytes: Vec<u8>| {
            let record = file::read(path, &bytes).record;
            let landed = record.and_then(|record| record.closure);
            Settled::of(Some(closure), landed.as_deref())
        };
        match same_path {
            Some(bytes) => settled(&source.path, bytes),
            None => {
                let files = self
                    .files
                    .get_or_init(|| Files::list(tree, &self.folders).unwrap_or_default());
                let moved = files.find(source.stem()).ok();
                moved
                    .and_then(|file| Some((file, landed(&file.path)?)))
                    .map_or(Settled::Open, |(file, bytes)| settled(&file.path, bytes))
            }
        }
    }
}
