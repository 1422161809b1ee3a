//! How the governance files and redesigns that a branch changes can be approved where it will land.
//!
//! Start at [`Comparer::find_standing`]. Follows `docs/spec/approval.md`, G2, and `docs/spec/cli.md`, `how[]`.

use crate::approval::evidence::statement::{LedgerName, LedgerPlace};
use crate::approval::evidence::statement_file::{self, ApprovalSubject};
use crate::approval::next::rules::ProposedRules;
use crate::approval::next::steps::{ChangeContext, Merging};
use crate::features::diff::compared::{Compared, ProposedState};
use crate::features::diff::comparison::Comparer;
use crate::policy::people::person::Person;
use crate::rules::change_cases::{GovernanceChange, RulesStanding};
use crate::session::error::Undetermined;
use crate::store::approvals_branch::StatementTrees;
use crate::survey::merging;
use crate::survey::signed_statements::{self, SignedContent};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

impl Comparer<'_> {
    /// Says of each governance file and redesign that a branch changes how it can be approved.
    pub(super) fn find_standing(
        &self,
        compared: &mut Compared,
        proposed: ProposedState<'_>,
        worker: Option<&Person>,
    ) -> Result<(), Undetermined> {
        let ruled = compared.rulings.iter().filter(|change| !change.is_first);
        let planned = compared.planned.iter().map(|change| &change.path);
        let paths = ruled.map(|change| &change.path).chain(planned);
        let paths: BTreeSet<&String> = paths.collect();
        if paths.is_empty() {
            return Ok(());
        }
        let onto = (compared.target, &*self.chosen.reference);
        let merging = merging::read(self.repository, onto, &compared.onto)?;
        let remote = self.chosen.remote.as_deref();
        let around = (&StatementTrees::read(self.repository, remote, &self.prefix), merging);
        let mut found: BTreeMap<String, Rc<RulesStanding>> = BTreeMap::new();
        for path in paths {
            let standing = self.standing(path, compared, (proposed, worker), around)?;
            found.insert(path.clone(), Rc::new(standing));
        }
        for change in &mut compared.rulings {
            change.standing = found.get(&change.path).cloned().unwrap_or_default();
        }
        for change in &mut compared.planned {
            change.standing = found.get(&change.path).cloned().unwrap_or_default();
        }
        Ok(())
    }

    fn standing(
        &self,
        path: &str,
        compared: &Compared,
        (proposed, worker): (ProposedState<'_>, Option<&Person>),
        (branches, merging): (&StatementTrees<'_>, Merging),
    ) -> Result<RulesStanding, Undetermined> {
        let (history, approvals) = self.past()?;
        let landing = self.landing(compared.target)?.map_or(usize::MAX, |landing| landing + 1);
        let plain = self.prefix.plain(path);
        let bytes = proposed.tree.bytes(&plain)?;
        let (counted, bytes) = (&approvals.counted, bytes.as_deref());
        let rules = ProposedRules { history, counted, landing, path: &plain, bytes };
        if rules.is_as_counted() {
            return Ok(RulesStanding { is_as_counted: true, ..RulesStanding::default() });
        }
        let made = compared.governors.get(path);
        let mut makers = made.map(|made| made.by.clone()).unwrap_or_default();
        let is_loose = |change: &GovernanceChange| change.commit.is_none() && change.path == path;
        if makers.is_empty() || compared.rulings.iter().any(is_loose) {
            makers.extend(worker.cloned());
        }
        let onto = &*compared.onto;
        let at = self.on.unwrap_or(self.now);
        let trees = branches.counting().chain([proposed.tree]);
        let records = &onto.policy.records;
        let place = LedgerPlace::new(self.chain()?.mainline.root(), &self.prefix);
        let from = rules.counts_instead();
        let content = SignedContent {
            about: &ApprovalSubject::Governance(plain.clone()),
            from: from.as_deref(),
            sha256: &statement_file::digest(bytes.unwrap_or_default()),
            folder: records.first().map_or("", String::as_str),
            records,
            ledger: &LedgerName::from_policy(&onto.policy, &place),
        };
        let said = signed_statements::read(branches.own(), trees, &content, onto, at)?;
        let next = rules.steps(ChangeContext {
            makers: &makers,
            approvals: &said.approvals,
            rejections: &said.rejections,
            of_other_bytes: &[],
            unpushed: &said.unpushed,
            remote: self.chosen.remote.as_deref(),
            merging,
            at,
        });
        Ok(RulesStanding {
            next,
            is_as_counted: false,
            signers: onto.policy.approval.signers.clone(),
        })
    }
}
