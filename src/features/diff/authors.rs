//! Identities on the target branch: who made a change, and who must approve it.
//!
//! Start at [`Authorship::entry`]. Follows `docs/spec/approval.md`, A2, A5, D3.

use crate::approval::next::who;
use crate::approval::people::listed::ListedPeople;
use crate::approval::sources::keys::Keys;
use crate::features::diff::compared::Entry;
use crate::history::branch::BranchCommit;
use crate::policy::governance::{Governance, State};
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::rules::change_cases::{GovernanceChange, How, Needs};
use crate::rules::past::{RecordPast, Settled};
use crate::survey::approved_state::ApprovedState;
use crate::survey::branch::{self, Delta};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

pub(crate) struct Authorship {
    /// The governance of the target branch.
    pub(crate) onto: Rc<Governance>,
    /// The governance that determines who must approve: that of the target branch, or the first one, which counts at once.
    pub(crate) judging: Rc<Governance>,
    pub(crate) worker: Option<Person>,
    pub(crate) branch: Option<String>,
    /// The only person whom that governance lists; read when rules change.
    pub(crate) only_listed: OnceCell<Option<Person>>,
}

impl Authorship {
    pub(crate) fn ruling(&self, ruling: branch::Ruling) -> GovernanceChange {
        let author = branch::authors(&ruling.commit, &self.onto).into_iter().next();
        GovernanceChange {
            is_first: self.is_first(),
            only_listed: author.as_ref().and_then(|author| self.only_listed(author)),
            commit: Some(ruling.commit.oid.short()),
            author: author.map(|author| author.email.clone()),
            path: ruling.path,
            branch: self.branch.clone(),
            how: how(ruling.blobs.map(|blob| blob.is_some())),
            inherited: Vec::new(),
            standing: Rc::default(),
        }
    }

    pub(crate) fn is_first(&self) -> bool {
        self.onto.state == State::Absent
    }

    pub(crate) fn only_listed(&self, author: &Person) -> Option<String> {
        let only = self.only_listed.get_or_init(|| {
            let keys = Keys::from_governance(&self.onto, &self.onto);
            match ListedPeople::of(&self.onto, &keys).persons(&self.onto).as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            }
        });
        only.as_ref().filter(|only| only.key == author.key).map(|_| author.email.clone())
    }

    pub(crate) fn entry(
        &self,
        delta: Delta,
        landed: ApprovedState,
        commits: &[BranchCommit],
        loose: &BTreeSet<String>,
    ) -> Entry {
        let mut made = branch::made(commits, &delta, &self.judging);
        if delta.paths().iter().any(|path| loose.contains(*path))
            && let Some(worker) = &self.worker
        {
            branch::add(&mut made.by, worker.clone());
        }
        let after = delta.record_after();
        let closure = after.and_then(|after| after.closure.as_deref());
        let tip = landed.tip.as_ref();
        let settled = Settled::of(closure, tip.and_then(|tip| tip.closure.as_deref()));
        let carries_on =
            !delta.before.is_empty() && after.is_some_and(|after| landed.is_carried_on(after));
        // Its own authors are not those of what it carries on.
        let by = if carries_on { Vec::new() } else { made.by };
        let makers = match after {
            Some(after) => landed.authors_of(&self.judging, after, by),
            None => by,
        };
        let needs = after.map_or_else(Needs::default, |after| self.needs(after, &landed, &makers));
        Entry {
            needs: Needs { carries_on, ..needs },
            makers,
            past: RecordPast { settled, landed: landed.first.or(made.added) },
            landed,
            delta,
        }
    }

    fn needs(&self, after: &Record, landed: &ApprovedState, makers: &[Person]) -> Needs {
        let approved = landed.approved.as_deref();
        Needs {
            needed: who::needed(&self.judging, after, approved),
            missing: who::lacking(&self.judging, after, approved, makers, &[]),
            carries_on: false,
            can_be_signed: who::can_be_signed(&self.judging),
        }
    }
}

pub(crate) fn how([before, after]: [bool; 2]) -> How {
    match (before, after) {
        (false, _) => How::Added,
        (true, true) => How::Changed,
        (true, false) => How::Removed,
    }
}
