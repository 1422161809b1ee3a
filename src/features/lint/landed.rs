//! What the approved ref holds of a record: whether its closure is unchanged there.
//!
//! Start at [`LandedRecords`]. Outside git, and without an approved ref, no closure
//! is settled. Follows `docs/spec/rules.md`, content.

use crate::session::error::Error;
use crate::session::mainline;
use std::cell::OnceCell;

use crate::approval::evidence::statement::LedgerPlace;
use crate::diag::Finding;
use crate::features::lint::approvals;
use crate::features::lint::input::Input;
use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::policy::Policy;
use crate::policy::governance::{Governance, State};
use crate::record::decision::Closure;
use crate::record::file::{self, RecordFile};
use crate::rules::case::RuleContext;
use crate::rules::past::{RecordPast, Settled};
use crate::rules::proposed::Removals;
use crate::session::locate::Located;
use crate::store::git::stamps::Stamps;
use crate::store::git::{self, Repository};

pub(super) struct LandedRecords<'h> {
    tree: Option<CommitTree<'h>>,
    /// What git's index knows about the work tree: usually that a file is as it landed.
    stamps: Option<Stamps>,
    folders: Vec<String>,
    files: OnceCell<Files>,
}

pub(super) struct ApprovedTip<'h> {
    pub(super) repository: &'h Repository,
    pub(super) prefix: LedgerPrefix,
    pub(super) reference: String,
    pub(super) tip: Oid,
    pub(super) tree: CommitTree<'h>,
}

pub(super) fn approved_tip(located: &Located) -> Option<ApprovedTip<'_>> {
    let repository = located.repository_or_none()?;
    let prefix = LedgerPrefix::new(&repository.prefix(&located.root)?);
    let chosen = mainline::approved_ref(located).ok()?;
    let tree = CommitTree::of_commit(repository, chosen.tip, &prefix).ok()?;
    Some(ApprovedTip { repository, prefix, reference: chosen.reference, tip: chosen.tip, tree })
}

impl<'h> LandedRecords<'h> {
    pub(super) fn of(
        located: &'h Located,
        folders: &[String],
        input: &Input<'_>,
    ) -> LandedRecords<'h> {
        let tip = approved_tip(located).map(|tip| (tip.tree, tip.repository.stamps(&tip.prefix)));
        let (tree, stamps) = tip.unzip();
        LandedRecords {
            tree,
            // The record from standard input is not the one on disk.
            stamps: if input.instead().is_none() { stamps.flatten() } else { None },
            folders: folders.to_vec(),
            files: OnceCell::new(),
        }
    }

    pub(super) fn past(&self, source: &RecordFile, bytes: &[u8]) -> RecordPast {
        let closure = source.record.as_ref().and_then(|record| record.closure.as_ref());
        let settled = closure.map_or(Settled::Open, |closure| self.settled(source, closure, bytes));
        RecordPast { settled, ..RecordPast::UNKNOWN }
    }

    /// Returns the findings about approval files that the approved ref does not have.
    /// The governance of the approved ref says whose keys are listed, since it will decide whether the approvals count.
    pub(super) fn statements(
        &self,
        input: &Input<'_>,
        context: &RuleContext<'_>,
        place: &dyn Fn(&Policy) -> LedgerPlace,
    ) -> Result<Vec<Finding>, Error> {
        let governance = match &self.tree {
            Some(tree) => Some(Governance::read(tree)?),
            None => None,
        };
        let governance = governance
            .as_ref()
            .filter(|governance| governance.state == State::Sound)
            .unwrap_or(context.governance);
        let tree = self.tree.as_ref().map(|tree| tree as &dyn Tree);
        approvals::against(input, context, tree, Removals::Unknown, governance, place)
    }

    /// Tells whether a file is as it landed: its object id shows that without reading the landed one.
    pub(super) fn has(&self, source: &RecordFile, bytes: &[u8]) -> bool {
        let there = self.tree.as_ref().and_then(|tree| tree.entry(&source.path).ok().flatten());
        let stamped = || self.stamps.as_ref().and_then(|it| it.id(&source.path));
        let is_same = |oid| stamped() == Some(oid) || git::blob_id(bytes) == Some(oid);
        there.is_some_and(|(_, oid)| is_same(oid))
    }

    /// Compares a closure with that of the same record at the approved ref.
    fn settled(&self, source: &RecordFile, closure: &Closure, bytes: &[u8]) -> Settled {
        let Some(tree) = &self.tree else {
            return Settled::Open;
        };
        // Most closed records never change again.
        if self.has(source, bytes) {
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
                let files =
                    self.files.get_or_init(|| Files::list(tree, &self.folders).unwrap_or_default());
                let moved = files.find(source.stem()).ok();
                moved
                    .and_then(|file| Some((file, landed(&file.path)?)))
                    .map_or(Settled::Open, |(file, bytes)| settled(&file.path, bytes))
            }
        }
    }
}
