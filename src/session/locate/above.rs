//! Whether the policy of a folder counts: below another ledger, the people of that one must have approved it once.
//!
//! Start at `PolicyReader::begin`. Follows `docs/spec/policy.md`, a policy below another ledger. The ledger above is
//! judged by approval's own evaluation, in which the policy below is one of its governance files.

use crate::approval::governance::counted;
use crate::approval::governance::counted::CountedGovernance;
use crate::diag::shell::{folder_flag, quoted};
use crate::history::chain::OtherPolicies;
use crate::history::folder::{DEEPEST, Mode};
use crate::history::governance::GovernanceOrigin;
use crate::history::objects::{Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::refs::ApprovedRef;
use crate::history::tree::CommitTree;
use crate::history::version::{Trail, Version};
use crate::history::walked::History;
use crate::history::watched_paths::RecordFilter;
use crate::history::{chain, folder, paths, walk};
use crate::policy;
use crate::policy::governance::{Governance, State};
use crate::record::time::Instant;
use crate::session::error::Undetermined;
use crate::session::error::policy_below::PolicyBelow;
use crate::session::locate::Located;
use crate::session::mainline;
use crate::session::mainline::{read_approvals, read_notes};
use crate::store::git::Repository;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

enum Standing {
    /// Since this landing.
    Since(usize),
    /// There has never been a policy that can be read.
    Never,
    Unapproved(PolicyBelow),
}

/// Reads the policies of a repository, as of one landing of the approved branch.
pub(crate) struct PolicyReader<'r> {
    repository: &'r Repository,
    chosen: &'r ApprovedRef,
    now: Instant,
    last: usize,
    /// The end of the time for which notes count.
    until: Option<Instant>,
    /// Since when the policies of folders count, as far as that is known; `None` if they don't.
    known: RefCell<BTreeMap<String, Option<usize>>>,
}

/// Finds the policies of folders below a ledger, in the tree of a commit, by their paths from the ledger's root.
pub(crate) fn policies_below(
    repository: &Repository,
    commit: Oid,
    prefix: &LedgerPrefix,
) -> Result<BTreeSet<String>, Undetermined> {
    let tree = CommitTree::of_commit(repository, commit, prefix)?;
    let mut search = PolicySearch { repository, found: BTreeSet::new(), barren: HashSet::new() };
    if let Some((Mode::Folder, oid)) = tree.entry("")? {
        search.folder(oid, "", 0)?;
    }
    Ok(search.found)
}

struct PolicySearch<'r> {
    repository: &'r Repository,
    found: BTreeSet<String>,
    /// Folders that hold no policy, which need not be read again under another name.
    barren: HashSet<Oid>,
}

impl PolicySearch<'_> {
    fn folder(&mut self, oid: Oid, path: &str, depth: usize) -> Result<(), Obstacle> {
        if depth > DEEPEST || self.barren.contains(&oid) {
            return Ok(());
        }
        let n_found = self.found.len();
        let raw = folder::read(self.repository, oid)?;
        for entry in folder::entries(&raw) {
            let entry = entry.map_err(|cause| Obstacle::malformed(oid, cause))?;
            let inner = || paths::join(path, &folder::text(entry.name));
            match entry.mode {
                Mode::Folder => self.folder(entry.oid, &inner(), depth + 1)?,
                Mode::File if depth > 0 && entry.name == policy::FILE.as_bytes() => {
                    self.found.insert(inner());
                }
                _ => {}
            }
        }
        if self.found.len() == n_found {
            self.barren.insert(oid);
        }
        Ok(())
    }
}

/// Returns the policies of other folders that decide whether a ledger answers: those above it, and those of some folders,
/// given from the root of the repository.
pub(crate) fn noted(prefix: &LedgerPrefix, asked: &[String]) -> BTreeSet<String> {
    let asked = asked.iter().map(|folder| LedgerPrefix::new(folder));
    let mut noted: BTreeSet<String> =
        prefix.above().chain(asked).map(|folder| prefix.inward(&policy_of(&folder))).collect();
    noted.remove(policy::FILE);
    noted
}

fn prefix_of(history: &History, path: &str) -> LedgerPrefix {
    let outward = history.prefix.outward(path).unwrap_or_default();
    let folder = outward.split_last().map(|(_, folders)| folders.join("/"));
    LedgerPrefix::new(&folder.unwrap_or_default())
}

fn policy_of(prefix: &LedgerPrefix) -> String {
    paths::join(&prefix.folder(), policy::FILE)
}

/// Returns what is wrong with the policy of a ledger, or of a folder that may become one: it is below another ledger, whose
/// people did not approve it.
///
/// # Errors
/// [`Undetermined`] outside git, without an approved ref, or if objects are missing.
pub fn policy_below(located: &Located, now: Instant) -> Result<Option<PolicyBelow>, Undetermined> {
    let repository = located.repository()?;
    let prefix = repository.ledger_prefix(&located.root);
    if prefix == LedgerPrefix::default() {
        return Ok(None);
    }
    let chosen = mainline::approved_ref(located)?;
    let policies = PolicyReader::new(repository, &chosen, now, usize::MAX);
    let own = policies.history(&prefix, BTreeSet::new())?;
    Ok(policies.begin(&own)?.err())
}

impl<'r> PolicyReader<'r> {
    pub(crate) fn new(
        repository: &'r Repository,
        chosen: &'r ApprovedRef,
        now: Instant,
        last: usize,
    ) -> PolicyReader<'r> {
        PolicyReader { repository, chosen, now, last, until: None, known: RefCell::default() }
    }

    pub(crate) fn at(self, until: Option<Instant>) -> PolicyReader<'r> {
        PolicyReader { until, ..self }
    }
}

impl PolicyReader<'_> {
    /// Returns the landing from which the policy of a walked ledger counts, if others decide about that.
    pub(crate) fn begin(
        &self,
        history: &History,
    ) -> Result<Result<Option<usize>, PolicyBelow>, Undetermined> {
        if history.other_policies.is_empty() {
            return Ok(Ok(None));
        }
        Ok(match self.standing(history)? {
            Standing::Since(landing) => Ok(Some(landing)),
            Standing::Never => Ok(None),
            Standing::Unapproved(below) => Err(below),
        })
    }

    /// Refuses folders that are asked about, below the ledger, and that have a ledger of their own.
    pub(crate) fn refuse_others(&self, history: &History) -> Result<(), Undetermined> {
        let above = noted(&history.prefix, &[]);
        for path in history.other_policies.keys().filter(|path| !above.contains(*path)) {
            let prefix = prefix_of(history, path);
            let mut own = self.history(&prefix, BTreeSet::new())?;
            let Standing::Since(landing) = self.standing(&own)? else {
                continue;
            };
            own.begins = Some(landing);
            let counted = counted::count_governance(&own);
            let trail = own.governance.get(policy::FILE);
            let counts = counted.version(policy::FILE, usize::MAX);
            let version = counts.and_then(|n| trail?.versions.get(n));
            if version.is_some_and(|version| version.files.is_empty()) {
                continue;
            }
            let is_at_tip = trail.and_then(Trail::last).is_some_and(|last| !last.files.is_empty());
            return Err(Undetermined::PolicyRemoved {
                path: policy_of(&prefix),
                reference: if is_at_tip { Some(self.chosen.reference.clone()) } else { None },
                restore: self.restore(&own, &prefix).unwrap_or_default(),
            });
        }
        Ok(())
    }

    /// Returns those policies below a ledger that its people must approve: those that were not there first, and that no
    /// other ledger in between governs.
    pub(crate) fn governed(&self, history: &History) -> Result<BTreeSet<String>, Undetermined> {
        let mut governed = BTreeSet::new();
        for path in &history.policies_below {
            if self.was_there_first(history, path)? {
                continue;
            }
            let below = self.history(&prefix_of(history, path), BTreeSet::new())?;
            if self.governor(&below)?.is_some_and(|above| above.history.prefix == history.prefix) {
                governed.insert(path.clone());
            }
        }
        Ok(governed)
    }

    /// Tells whether the first version of a policy below was there when this ledger began, and can be read.
    fn was_there_first(&self, history: &History, path: &str) -> Result<bool, Undetermined> {
        let versions = history.governance.get(path).map(|trail| trail.versions.as_slice());
        let first = versions.and_then(<[Version]>::first);
        let Some(first) = first.filter(|first| first.truncated.is_none()) else {
            return Ok(false);
        };
        let began = history.begins.or_else(|| first_readable(history));
        if began.is_none_or(|began| began < first.landing) {
            return Ok(false);
        }
        let prefix = prefix_of(history, path);
        let tree = CommitTree::new(self.repository, first.commit.tree, &prefix);
        Ok(Governance::read(&tree)?.state == State::Sound)
    }

    pub(crate) fn counts(&self, prefix: &LedgerPrefix) -> Result<bool, Undetermined> {
        let own = self.history(prefix, BTreeSet::new())?;
        Ok(matches!(self.standing(&own)?, Standing::Since(_)))
    }

    fn standing(&self, history: &History) -> Result<Standing, Undetermined> {
        let Some(above) = self.governor(history)? else {
            return Ok(first_readable(history).map_or(Standing::Never, Standing::Since));
        };
        let counted = counted::count_governance(&above.history);
        let approved = above.approved(history, &counted);
        Ok(match approved {
            Some(landing) => Standing::Since(landing),
            None => Standing::Unapproved(self.unapproved(&above, &counted)),
        })
    }

    /// Returns the ledger whose people decide about a policy: the nearest above that counted before it was there.
    fn governor(&self, history: &History) -> Result<Option<LedgerAbove>, Undetermined> {
        let first = first_readable(history);
        let is_before = |landing: usize| first.is_none_or(|first| landing < first);
        for prefix in history.prefix.above() {
            let path = history.prefix.inward(&policy_of(&prefix));
            let Some(came) = history.other_policies.get(&path).copied() else {
                continue;
            };
            if !is_before(came) {
                continue;
            }
            let below = prefix.inward(&policy_of(&history.prefix));
            let mut above = self.history(&prefix, BTreeSet::from([below.clone()]))?;
            let known = self.known.borrow().get(&prefix.folder()).copied();
            let since = match known {
                Some(since) => since,
                None => match self.standing(&above)? {
                    Standing::Since(landing) => Some(landing),
                    Standing::Never | Standing::Unapproved(_) => None,
                },
            };
            self.known.borrow_mut().insert(prefix.folder(), since);
            if let Some(landing) = since
                && is_before(landing)
            {
                above.begins = Some(landing);
                return Ok(Some(LedgerAbove { history: above, below }));
            }
        }
        Ok(None)
    }

    fn history(
        &self,
        prefix: &LedgerPrefix,
        judged: BTreeSet<String>,
    ) -> Result<History, Undetermined> {
        let mut chain = chain::walk(self.repository, self.chosen, self.now)?.cut(self.last);
        chain.others = OtherPolicies { noted: noted(prefix, &[]), judged };
        let counting = (self.until.unwrap_or(self.now), self.until.is_some());
        chain.approvals = read_approvals(self.repository, self.chosen, &chain, counting)?;
        let none = RecordFilter::default();
        let mut history = walk::walk_named(self.repository, chain, prefix, None, (&none, None))?;
        read_notes(self.repository, &mut history, self.until);
        Ok(history)
    }

    fn unapproved(&self, above: &LedgerAbove, counted: &CountedGovernance) -> PolicyBelow {
        let prefix = &above.history.prefix;
        let verdict = counted.verdicts.get(&above.below).and_then(|verdicts| verdicts.last());
        let folder = prefix.folder();
        let is_removed = |trail: &Trail| trail.last().is_some_and(|last| last.files.is_empty());
        let own = above.history.governance.get(policy::FILE);
        PolicyBelow {
            path: prefix.outward(&above.below).unwrap_or_default().join("/"),
            place: self.top().map(|top| top.join(&folder).components().collect()),
            above: folder,
            reason: verdict.map(counted::why_unapproved),
            restore: own
                .is_some_and(is_removed)
                .then(|| self.restore(&above.history, prefix))
                .flatten(),
        }
    }

    fn top(&self) -> Option<PathBuf> {
        Some(self.repository.work_dir()?.components().collect())
    }

    fn restore(&self, history: &History, prefix: &LedgerPrefix) -> Option<String> {
        let trail = history.governance.get(policy::FILE)?;
        let last = trail.versions.iter().rev().find(|version| !version.files.is_empty())?;
        let top = self.top().map(|top| top.display().to_string()).unwrap_or_default();
        let place = folder_flag(&top);
        let path = quoted(&policy_of(prefix));
        Some(format!("git{place} checkout {} -- {path}", last.commit.oid))
    }
}

struct LedgerAbove {
    history: History,
    /// The policy below, from the root of this ledger.
    below: String,
}

impl LedgerAbove {
    /// Returns the landing of the first version of the policy below that counted here, and that its own ledger can read.
    fn approved(&self, own: &History, counted: &CountedGovernance) -> Option<usize> {
        let trail = self.history.governance.get(&self.below)?;
        counted.versions_of(&self.below).into_iter().find_map(|n| {
            let version = trail.versions.get(n).filter(|version| !version.files.is_empty())?;
            // Rules trusted from a commit count from there on, whoever approved them.
            let landing = if counted.is_approved(&self.below, n) {
                version.landing
            } else {
                counted.counts_from(&self.below, n)?
            };
            let origin = &own.states.at(landing).origin;
            matches!(origin, GovernanceOrigin::Own(_)).then_some(landing)
        })
    }
}

fn first_readable(history: &History) -> Option<usize> {
    let mut states = history.states.from();
    let first = states.find(|(_, state)| matches!(state.origin, GovernanceOrigin::Own(_)));
    first.map(|(landing, _)| landing)
}
