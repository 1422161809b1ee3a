//! The records at the tip of the approved ref and their verdicts, for checking a new approval.
//!
//! Start at [`Snapshot::tip`]. Follows `docs/spec/approval.md`, D1.

use std::collections::BTreeSet;

use crate::approval::evidence::statement::{LedgerName, LedgerPlace};
use crate::approval::evidence::statement_file::ApprovalSubject;
use crate::approval::verdict::ApprovalVerdict;
use crate::history::governance::GovernanceOrigin;
use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::history::version::{Trail, TrailKey, Version};
use crate::policy::Policy;
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::session::snapshot::Snapshot;
use crate::survey::approved_state::ApprovedState;

/// The content at the tip, and its approval verdict.
pub struct Tip<'a> {
    /// The governance under which it was evaluated: that of its landing's first parent.
    pub governance_before: &'a Governance,
    /// The last approved governance before it, which rules are evaluated under (G2).
    pub approved_before: &'a Governance,
    /// Its bytes; `None` without any, or if they are not in this clone.
    pub bytes: Option<Vec<u8>>,
    /// The verdict.
    pub verdict: &'a ApprovalVerdict,
}

/// Whether a commit is on the approved ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnMainline {
    /// It is one of its first parents.
    Yes,
    /// It was merged by this first parent.
    In(Option<Oid>),
    /// It is not on the approved ref.
    No,
}

impl Snapshot<'_> {
    /// Returns a record at the tip and its verdict; `None` if the tip does not have the record.
    pub fn tip(&self, key: &TrailKey) -> Option<Tip<'_>> {
        let version = self.history.trails.get(key)?.last()?;
        let verdict = self.approvals.trails.get(key)?.last()?;
        (!version.files.is_empty()).then(|| self.tip_of(version, verdict))
    }

    /// Returns the same for a governance file, by its path, even a removed one.
    pub fn ruling(&self, path: &str) -> Option<Tip<'_>> {
        let version = self.history.governance.get(path)?.last()?;
        let verdict = self.approvals.counted.verdicts.get(path)?.last()?;
        Some(self.tip_of(version, verdict))
    }

    // Returns the ids of records and the paths of governance files that a landing changed last, without approval until now.
    pub(crate) fn waiting_since(&self, landing: Oid) -> Vec<String> {
        let Some(position) = self.history.mainline.position(landing) else { return Vec::new() };
        let is_last =
            |trail: &Trail| trail.last().is_some_and(|version| version.landing == position);
        let records = self.history.trails.iter().filter(|(key, trail)| {
            let verdict = self.approvals.trails.get(key).and_then(|verdicts| verdicts.last());
            is_last(trail) && verdict.is_some_and(|verdict| !verdict.is_approved())
        });
        let rules = self.history.governance.iter().filter(|(path, trail)| {
            let last = trail.versions.len().checked_sub(1);
            is_last(trail)
                && last.is_some_and(|last| !self.approvals.counted.is_approved(path, last))
        });
        let records = records.map(|(key, _)| key.to_string());
        records.chain(rules.map(|(path, _)| path.clone())).collect()
    }

    /// Tells whether a governance file at the tip has these bytes, and somebody else approved them.
    pub(crate) fn is_ruling_approved(&self, path: &str, bytes: &[u8]) -> bool {
        let n_versions = self.history.governance.get(path).map_or(0, |trail| trail.versions.len());
        let last = n_versions.checked_sub(1);
        last.is_some_and(|last| self.approvals.counted.is_approved(path, last))
            && self.ruling(path).is_some_and(|tip| tip.bytes.as_deref() == Some(bytes))
    }

    /// Returns the policies of folders below that were judged as governance files of this ledger.
    pub(crate) fn policies_below(&self) -> &BTreeSet<String> {
        &self.history.policies_below
    }

    /// Returns the bytes of a governance file that count, if the version before some bytes at the tip, or landing next, does
    /// not: whoever approves them approves all that came in between, too.
    pub(crate) fn counts_instead(&self, path: &str, bytes: Option<&[u8]>) -> Option<Vec<u8>> {
        if !self.history.named_governance().contains(path) {
            return None;
        }
        let versions = &self.history.governance.get(path)?.versions;
        let blob = |n: usize| versions.get(n)?.files.first().map(|file| file.blob);
        let last = versions.len().checked_sub(1)?;
        let is_at_tip = blob(last).and_then(|blob| self.blob(blob)).as_deref() == bytes;
        let before = if is_at_tip { last.checked_sub(1)? } else { last };
        let version = |landing| self.approvals.counted.version(path, landing);
        let counts = match version(usize::MAX) {
            // What counts itself follows what counted before it landed.
            Some(n) if is_at_tip && n == last => version(versions.get(n)?.landing.checked_sub(1)?),
            counts => counts,
        };
        let counts = counts.and_then(blob);
        (blob(before) != counts)
            .then(|| counts.and_then(|blob| self.blob(blob)).unwrap_or_default())
    }

    fn tip_of<'a>(&'a self, version: &'a Version, verdict: &'a ApprovalVerdict) -> Tip<'a> {
        let blob = version.files.first().map(|file| file.blob);
        let counted = &self.approvals.counted;
        Tip {
            governance_before: &counted.states.before(version.landing).governance,
            approved_before: &counted.approved.before(version.landing).governance,
            bytes: blob.and_then(|blob| self.blob(blob)),
            verdict,
        }
    }

    /// Returns the landed and the approved state of a record, by its id in upper case.
    pub fn landed(&self, id: &str) -> ApprovedState {
        ApprovedState::from_history(&self.history, &self.approvals, id)
    }

    /// Returns the time of the last event of a record or governance file; `None` if it never landed.
    pub fn latest(&self, about: &ApprovalSubject) -> Option<Instant> {
        let trail = match about {
            ApprovalSubject::Record(id) => {
                let key = TrailKey::Id(id.as_str().to_ascii_uppercase());
                self.history.trails.get(&key)
            }
            ApprovalSubject::Governance(path) => self.history.governance.get(path),
        };
        let landings = &self.history.mainline.landings;
        let versions = trail?.versions.iter();
        let effective = versions.filter_map(|version| landings.get(version.landing));
        effective.map(|landing| landing.effective).max()
    }

    /// Tells whether no policy has ever counted: the first one counts at once, for what lands with it, too.
    pub fn had_no_policy(&self) -> bool {
        let states = &self.approvals.counted.states;
        states.at(usize::MAX).origin == GovernanceOrigin::Defaults
    }

    /// Returns the name of the ledger in approval files and receipts.
    pub fn ledger_name(&self) -> LedgerName {
        self.ledger_name_under(&self.governance.policy)
    }

    /// Returns the same under a policy.
    pub fn ledger_name_under(&self, policy: &Policy) -> LedgerName {
        let unnamed = self.history.unnamed_until.is_none();
        let place = LedgerPlace::new(self.history.mainline.root(), &self.prefix);
        LedgerName::from_policy(policy, &place).counting_unnamed(unnamed)
    }

    /// Returns the ledger's folder relative to the top of the repository.
    pub fn prefix(&self) -> &LedgerPrefix {
        &self.prefix
    }

    /// Tells whether a commit is one of the approved ref's first parents.
    pub fn on_mainline(&self, oid: Oid) -> OnMainline {
        let mainline = &self.history.mainline;
        match (mainline.position(oid), self.history.landed.get(&oid)) {
            (Some(_), _) => OnMainline::Yes,
            (None, Some(landing)) => {
                OnMainline::In(mainline.landings.get(*landing).map(|landing| landing.oid))
            }
            (None, None) => OnMainline::No,
        }
    }
}
