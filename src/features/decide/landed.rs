//! What of the records in the work tree has landed.
//!
//! Start at [`LandedRecords`]. Follows `docs/spec/cli.md`, decisions: a renewal that has not landed is replaced by the next.

use std::cell::OnceCell;

use crate::history::tree::CommitTree;
use crate::ledger::Files;
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::session::error::Error;
use crate::session::locate::{self, Located};
use crate::session::mainline;

pub(super) struct LandedRecords<'l> {
    located: &'l Located,
    governance: &'l Governance,
    listed: OnceCell<Option<(CommitTree<'l>, Files)>>,
}

impl<'l> LandedRecords<'l> {
    pub(super) fn new(located: &'l Located, governance: &'l Governance) -> LandedRecords<'l> {
        LandedRecords { located, governance, listed: OnceCell::new() }
    }

    /// Returns how many of a record's renewals have landed, all of them if that can't be determined; and the landed record
    /// that has these.
    pub(super) fn find(&self, record: &Record) -> (usize, Option<Record>) {
        let all = record.renewals.len();
        let Some((tree, files)) = self.listed.get_or_init(|| self.list().ok()) else {
            return (all, None);
        };
        let is_same = |stem: &str| stem.eq_ignore_ascii_case(record.id.as_str());
        let Some(file) = files.records.iter().find(|file| is_same(file.stem())) else {
            return (0, None);
        };
        let landed = files.read(tree, file).ok().and_then(|source| source.record);
        let known = landed.filter(|landed| record.renewals.starts_with(&landed.renewals));
        known.map_or((all, None), |landed| (landed.renewals.len(), Some(landed)))
    }

    fn list(&self) -> Result<(CommitTree<'l>, Files), Error> {
        let repository = self.located.repository()?;
        let tip = mainline::approved_ref(self.located)?.tip;
        let prefix = repository.ledger_prefix(&self.located.root);
        let tree = CommitTree::of_commit(repository, tip, &prefix)?;
        let mut folders = locate::governance(&tree)?.policy.records;
        folders.extend(self.governance.policy.records.iter().cloned());
        let files = Files::list(&tree, &folders)?;
        Ok((tree, files))
    }
}
