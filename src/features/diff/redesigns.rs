//! The redesigns that count for a branch: those that landed, and those that the branch itself adds or changes.
//!
//! Start at [`Comparer::redesigns`]. Follows `docs/spec/redesign.md`: on a branch, a redesign beside its record counts.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::approval::next::who;
use crate::features::diff::compared::{ChangedRedesign, ProposedState};
use crate::features::diff::comparison::Comparer;
use crate::history::objects::Oid;
use crate::ledger::tree::Tree;
use crate::ledger::{self, Files};
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::redesign::Redesign;
use crate::policy::redesign::file::{self, RedesignFile};
use crate::session::error::Undetermined;
use crate::survey::branch::{BranchAuthors, Ruling};
use crate::survey::redesign::assessor::Assessors;
use crate::survey::redesign::landed::landed_redesigns;
use crate::survey::redesign::{CountedRedesign, RedesignHistory};

impl Comparer<'_> {
    /// Returns the redesigns that landed, with those of a proposed state in place of what it changes; and its paths.
    pub(super) fn redesigns(
        &self,
        base: Oid,
        proposed: ProposedState<'_>,
    ) -> Result<(Vec<RedesignHistory>, Vec<String>), Undetermined> {
        let (history, approvals) = self.past()?;
        let governance = proposed.governance;
        let mut redesigns = landed_redesigns(history, &approvals.counted, governance);
        let mut changed = Vec::new();
        let before = self.tree(base)?;
        let folder = std::slice::from_ref(&governance.policy.redesigns);
        for file in Files::list(proposed.tree, folder)?.records {
            let bytes = file.bytes(proposed.tree)?;
            let old = before.bytes(&file.path)?;
            if old.as_deref().is_some_and(|old| is_same(old, &bytes)) {
                continue;
            }
            changed.push(file.path.clone());
            let RedesignFile { redesign, .. } = file::read(&file.path, &bytes);
            let landed = redesigns.iter_mut().find(|redesign| redesign.path == file.path);
            let counted = redesign.as_ref().map(|redesign| counted(redesign, governance));
            let latest = redesign.map(Rc::new);
            match landed {
                Some(landed) => {
                    landed.counted = counted.or(landed.counted.take());
                    landed.latest = latest;
                }
                None => redesigns.push(RedesignHistory {
                    path: file.path,
                    landed: None,
                    first_due: latest.as_ref().map(|latest| latest.due),
                    counted,
                    latest,
                    approvers: Vec::new(),
                }),
            }
        }
        Ok((redesigns, changed))
    }

    /// Returns the redesigns in the files of a proposed state, counted or not.
    pub(super) fn stated_redesigns(
        &self,
        proposed: ProposedState<'_>,
    ) -> Result<Vec<Rc<Redesign>>, Undetermined> {
        let folder = std::slice::from_ref(&proposed.governance.policy.redesigns);
        let mut stated = Vec::new();
        for named in Files::list(proposed.tree, folder)?.records {
            let bytes = named.bytes(proposed.tree)?;
            stated.extend(file::read(&named.path, &bytes).redesign.map(Rc::new));
        }
        Ok(stated)
    }

    /// Returns the changes that are of the policy and the files that it names, not of redesigns.
    pub(super) fn of_policy(
        &self,
        rulings: Vec<Ruling>,
        folders: &[String],
        named: &BTreeSet<String>,
    ) -> impl Iterator<Item = Ruling> {
        let folders: Vec<String> = folders.iter().map(|folder| self.prefix.plain(folder)).collect();
        let named: BTreeSet<String> = named.iter().map(|path| self.prefix.plain(path)).collect();
        let is_redesign =
            move |path: &str| !named.contains(path) && ledger::is_record_of(&folders, path);
        rulings.into_iter().filter(move |ruling| !is_redesign(&ruling.path))
    }
}

/// Returns a proposed redesign as it would count once somebody else has approved it.
fn counted(redesign: &Redesign, governance: &Governance) -> CountedRedesign {
    let assessors = Assessors::of(redesign);
    let stated = redesign.assessed.clone();
    let assessed = stated.filter(|assessed| assessors.doubt(&assessed.by, governance).is_none());
    let redesign = Rc::new(Redesign { assessed, ..redesign.clone() });
    CountedRedesign { redesign, done_landed: None }
}

/// Tells whether bytes are the same, whatever the line endings of the work tree.
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    let plain =
        |bytes: &[u8]| bytes.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<_>>();
    plain(one) == plain(other)
}

pub(super) fn redesign_folders<'g>(states: impl Iterator<Item = &'g Governance>) -> Vec<String> {
    let folders: BTreeSet<&String> = states.map(|state| &state.policy.redesigns).collect();
    folders.into_iter().cloned().collect()
}

/// Returns the changed redesigns with who can approve them; what no commit changed, a worker did.
pub(super) fn plan_redesigns(
    changed: Vec<String>,
    governors: &BTreeMap<String, BranchAuthors>,
    worker: Option<&Person>,
    onto: &Governance,
) -> Vec<ChangedRedesign> {
    let plan = |path: String| {
        let makers = governors.get(&path).map(|made| made.by.clone());
        let makers = makers.unwrap_or_else(|| worker.into_iter().cloned().collect());
        let approvers = who::for_rules(onto, &makers);
        ChangedRedesign { approvers, path, standing: Rc::default() }
    };
    changed.into_iter().map(plan).collect()
}
