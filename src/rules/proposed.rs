//! What is wrong with approval files that have not landed, under the governance at which they would land.
//!
//! Pure. Start at [`Proposed::bad`]. Follows `docs/spec/rules.md` (`bad-approval-file`: lint reports it on a branch, before
//! the merge).

use crate::approval::evidence::statement::{self, StatementPath};
use crate::approval::evidence::statement::{LedgerName, LedgerPlace};
use crate::approval::evidence::statement_file::BadFile;
use crate::approval::evidence::statement_file::{ApprovalFile, FOLDER};
use crate::approval::sources::keys::Keys;
use crate::diag::sorting::StableSort as _;
use crate::ledger::tree::{EntryKind, Tree, TreeError};
use crate::policy::Policy;
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::rules::audit_cases::BadStatement;
use crate::rules::bad_approval_file;
use std::collections::BTreeSet;

/// The approval files of a tree, and their context.
#[derive(Clone, Copy)]
pub struct Proposed<'p> {
    /// The tree that holds the approval files.
    pub tree: &'p dyn Tree,
    /// The tree that it will land on, whose own files were evaluated when they landed. `None` if unknown.
    pub landed: Option<&'p dyn Tree>,
    /// Whether a file missing from the tree was removed in it.
    pub removals: Removals,
    /// The governance before the landing: it lists the keys.
    pub governance: &'p Governance,
    /// Returns where the ledger of a policy is.
    pub place: &'p dyn Fn(&Policy) -> LedgerPlace,
    /// The instant in question; `None` uses each file's own, because rules must not depend on time.
    pub instant: Option<Instant>,
}

/// Whether a file missing from a tree was removed in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removals {
    /// It was: the trees are a branch and its starting point.
    Count,
    /// It may just not be there yet.
    Unknown,
}

impl Proposed<'_> {
    /// Returns the files that would not count, sorted by path.
    ///
    /// # Errors
    /// [`TreeError`] if a folder or file can't be read.
    pub fn bad(&self) -> Result<Vec<BadStatement>, TreeError> {
        let own = files(self.tree, &self.governance.policy.records)?;
        let landed = match self.landed {
            Some(tree) => files(tree, &self.governance.policy.records)?,
            None => BTreeSet::new(),
        };
        let mut bad = Vec::new();
        for path in &own {
            let Some(why) = self.judge(path)? else {
                continue;
            };
            bad.push(BadStatement {
                path: path.clone(),
                why: why.to_string(),
                remedy: bad_approval_file::remove(path, &why.remedy().words()),
            });
        }
        if let Some(tree) = self.landed.filter(|_| self.removals == Removals::Count) {
            for path in landed.difference(&own) {
                // A file that approves nothing is removed as its own finding says.
                if self.approves(tree, path)? {
                    bad.push(BadStatement {
                        path: path.clone(),
                        why: "it was removed; its approval still stands".to_owned(),
                        remedy: "restore it; to withdraw an approval, sign another statement with `exledger approve`"
                            .into(),
                    });
                }
            }
        }
        bad.order_by(|one, other| one.path.cmp(&other.path));
        Ok(bad)
    }

    fn approves(&self, landed: &dyn Tree, path: &str) -> Result<bool, TreeError> {
        let text = match statement::place(path, &self.governance.policy.records) {
            Some(StatementPath::Signature { text }) if landed.bytes(&text)?.is_some() => text,
            _ => path.to_owned(),
        };
        Ok(self.fault(landed, &text)?.is_none())
    }

    /// Returns what is wrong with a file; a signature is checked together with its text.
    fn judge(&self, path: &str) -> Result<Option<BadFile>, TreeError> {
        let is_known = match statement::place(path, &self.governance.policy.records) {
            Some(StatementPath::Text { signature }) => {
                self.is_landed(path)? && self.is_landed(&signature)?
            }
            _ => self.is_landed(path)?,
        };
        if is_known { Ok(None) } else { self.fault(self.tree, path) }
    }

    fn fault(&self, tree: &dyn Tree, path: &str) -> Result<Option<BadFile>, TreeError> {
        let policy = &self.governance.policy;
        let signature = match statement::place(path, &policy.records) {
            None => return Ok(None),
            Some(StatementPath::Stranger) => return Ok(Some(BadFile::Stranger)),
            Some(StatementPath::Signature { text }) => {
                return Ok(tree.bytes(&text)?.is_none().then_some(BadFile::NoText));
            }
            Some(StatementPath::Text { signature }) => signature,
        };
        let Some(text) = tree.bytes(path)? else {
            return Ok(None);
        };
        let signature = tree.bytes(&signature)?;
        let statement = statement::check(
            path,
            &text,
            signature.as_deref(),
            &policy.records,
            &self.ledger_name()?,
        );
        let statement = match statement {
            Ok(statement) => statement,
            Err(bad) => return Ok(Some(bad)),
        };
        let keys = Keys::from_governance(self.governance, self.governance);
        let at = self.instant.unwrap_or(statement.file.at);
        Ok(match &statement.file.via {
            None => statement.signer(&keys, self.governance, at).err(),
            Some(_) => statement.bridge(&keys, self.governance, at).err(),
        })
    }

    fn ledger_name(&self) -> Result<LedgerName, TreeError> {
        let policy = &self.governance.policy;
        let place = (self.place)(policy);
        let Some(tree) = self.landed.filter(|_| place.root.is_some()) else {
            return Ok(LedgerName::from_policy(policy, &place));
        };
        let named = LedgerName::from_policy(policy, &place).counting_unnamed(false);
        for path in files(tree, &policy.records)? {
            let text = tree.bytes(&path)?.unwrap_or_default();
            let file = ApprovalFile::read(&text);
            if file.is_ok_and(|file| named.is_stated(file.ledger.as_deref())) {
                return Ok(named);
            }
        }
        Ok(LedgerName::from_policy(policy, &place))
    }

    fn is_landed(&self, path: &str) -> Result<bool, TreeError> {
        let Some(landed) = self.landed else {
            return Ok(false);
        };
        Ok(landed.bytes(path)? == self.tree.bytes(path)?)
    }
}

fn files(tree: &dyn Tree, records: &[String]) -> Result<BTreeSet<String>, TreeError> {
    let mut files = BTreeSet::new();
    for folder in records {
        let trimmed = folder.trim_end_matches('/');
        let below = match trimmed {
            "" | "." => FOLDER.to_owned(),
            trimmed => format!("{trimmed}/{FOLDER}"),
        };
        let items = tree.list(&below)?.into_iter();
        let inside = items.filter(|item| item.kind == EntryKind::File);
        files.extend(inside.map(|item| item.path));
    }
    Ok(files)
}
