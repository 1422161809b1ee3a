//! What history and approval say about the redesign files: which version of each counts, and since when.
//!
//! Pure. Start at [`landed_redesigns`]. Follows `docs/spec/redesign.md` and `docs/spec/approval.md`, G2: a redesign is
//! judged like a governance file, but its first version needs approval too.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::approval::governance::counted::CountedGovernance;
use crate::approval::next::who;
use crate::history::version::{Trail, Version};
use crate::history::walked::History;
use crate::ledger;
use crate::policy::Policy;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::redesign::{Redesign, RedesignDone, file};
use crate::record::time::{Day, Instant};
use crate::survey::redesign::assessor::Assessors;
use crate::survey::redesign::{CountedRedesign, RedesignHistory, id_of};

/// Returns what is known of each redesign file on the approved branch, by path, under the governance that counts.
pub fn landed_redesigns(
    history: &History,
    counted: &CountedGovernance,
    governance: &Governance,
) -> Vec<RedesignHistory> {
    let folder = [history.prefix.plain(&governance.policy.redesigns)];
    let named = history.named_governance();
    let mut first: BTreeMap<String, &Version> = BTreeMap::new();
    for (path, trail) in &history.governance {
        if let Some(version) = trail.versions.first() {
            let earliest = first.entry(id_of(path)).or_insert(version);
            if version.landing < earliest.landing {
                *earliest = version;
            }
        }
    }
    let is_redesign =
        |path: &&String| ledger::is_record_of(&folder, path) && !named.contains(path.as_str());
    let paths = history.governance.keys().filter(is_redesign);
    let landed = paths.filter_map(|path| {
        let trail = LandedTrail {
            history,
            counted,
            governance,
            path,
            trail: history.governance.get(path)?,
        };
        trail.redesign(first.get(&id_of(path)).copied())
    });
    landed.collect()
}

/// Returns the earliest date on which any redesign was done, whether that counts or not.
pub fn first_done(history: &History, policy: &Policy) -> Option<Instant> {
    let folder = [history.prefix.plain(&policy.redesigns)];
    let is_redesign = |path: &String| ledger::is_record_of(&folder, path);
    let trails = history.governance.iter().filter(|(path, _)| is_redesign(path));
    let files = trails
        .flat_map(|(path, trail)| trail.versions.iter().map(move |version| (path, version)))
        .filter_map(|(path, version)| Some((path, version.files.first()?.blob)));
    let done = files.filter_map(|(path, blob)| {
        let redesign = file::read(path, history.governance_bytes.get(&blob)?).redesign?;
        Some(redesign.done?.date.start())
    });
    done.min()
}

struct LandedTrail<'h> {
    history: &'h History,
    counted: &'h CountedGovernance,
    governance: &'h Governance,
    path: &'h str,
    trail: &'h Trail,
}

impl LandedTrail<'_> {
    /// Returns what is known of the file; `None` if its removal counts.
    fn redesign(&self, first: Option<&Version>) -> Option<RedesignHistory> {
        let n_versions = self.trail.versions.len();
        let approved = (0..n_versions).rev().find(|n| self.counted.is_approved(self.path, *n));
        let is_gone = |version: &Version| version.files.is_empty();
        let last = self.trail.last()?;
        let counts = match approved.and_then(|n| self.trail.versions.get(n)) {
            Some(version) if is_gone(version) => None,
            Some(_) => approved,
            None => None,
        };
        if counts.is_none() && is_gone(last) {
            return None;
        }
        Some(RedesignHistory {
            path: self.path.to_owned(),
            landed: first.and_then(|version| self.at(version)),
            first_due: first.and_then(|version| self.read(version)).map(|redesign| redesign.due),
            counted: counts.and_then(|n| self.counted(n)),
            latest: self.read(last).map(Rc::new),
            approvers: if counts.is_none() { self.approvers() } else { Vec::new() },
        })
    }

    fn approvers(&self) -> Vec<Person> {
        let verdict = self.counted.verdicts.get(self.path).and_then(|verdicts| verdicts.last());
        let makers = verdict.map(|verdict| verdict.author_persons()).unwrap_or_default();
        who::for_rules(self.governance, &makers)
    }

    fn at(&self, version: &Version) -> Option<Instant> {
        Some(self.history.mainline.landings.get(version.landing)?.effective)
    }

    fn read(&self, version: &Version) -> Option<Redesign> {
        let blob = version.files.first()?.blob;
        let bytes = self.history.governance_bytes.get(&blob)?;
        file::read(self.path, bytes).redesign
    }

    /// Returns the approved version at an index, as it counts; `None` if it can't be read.
    fn counted(&self, n: usize) -> Option<CountedRedesign> {
        let mut redesign = self.read(self.trail.versions.get(n)?)?;
        let done = redesign.done.clone();
        let done_landed = done.as_ref().and_then(|done| self.done_landed(n, done));
        if !self.is_assessed_by_other(n, &redesign) {
            redesign.assessed = None;
        }
        Some(CountedRedesign { redesign: Rc::new(redesign), done_landed })
    }

    fn done_landed(&self, n: usize, done: &RedesignDone) -> Option<Day> {
        let first = self.first_with(n, &|redesign| {
            redesign.done.as_ref().map(|done| done.date) == Some(done.date)
        });
        Some(self.at(first?.1)?.day())
    }

    /// Tells whether the assessment was stated and landed by somebody else than the owner and the doer.
    fn is_assessed_by_other(&self, n: usize, redesign: &Redesign) -> bool {
        let assessors = Assessors::of(redesign);
        let Some(assessed) = &redesign.assessed else {
            return false;
        };
        if assessors.doubt(&assessed.by, self.governance).is_some() {
            return false;
        }
        let Some((first, _)) = self.first_with(n, &|other| other.assessed == redesign.assessed)
        else {
            return false;
        };
        let verdicts = self.counted.verdicts.get(self.path);
        let verdict = verdicts.and_then(|verdicts| verdicts.get(first));
        verdict.is_some_and(|verdict| assessors.has_other(&verdict.makers, self.governance))
    }

    /// Returns the first of the consecutive versions up to the one at an index that fit.
    fn first_with(&self, n: usize, fits: &dyn Fn(&Redesign) -> bool) -> Option<(usize, &Version)> {
        let versions = self.trail.versions.iter().enumerate().take(n.saturating_add(1)).rev();
        let fitting = versions
            .take_while(|(_, version)| self.read(version).is_some_and(|redesign| fits(&redesign)));
        fitting.last()
    }
}
