//! What is compared with what: the branch, the files that differ, who made that, and what of it is approved.
//!
//! Start at [`Desk::compare`].

use crate::commands::context::approved::obstacle;
use crate::commands::context::compare::cast::{Cast, how};
use crate::commands::context::compare::near::{self, Near};
use crate::commands::context::compare::uncounted::UncountedFiles;
use crate::commands::context::compare::{Compared, Proposed};
use crate::commands::context::fault;
use crate::commands::context::noted;
use exledger::approval;
use exledger::approval::approvals::Approvals;
use exledger::history::branch::Branch;
use exledger::history::chain;
use exledger::history::folders::{Folders, Job};
use exledger::history::governance::Origin;
use exledger::history::objects::{Extent, Oid};
use exledger::history::paths::Prefix;
use exledger::history::refs::Chosen;
use exledger::history::tree::CommitTree;
use exledger::history::walk;
use exledger::history::walked::History;
use exledger::history::watched_paths::Interest;
use exledger::history::watched_paths::RecordFilter;
use exledger::ledger::Files;
use exledger::ledger::tree::{Tree, TreeError};
use exledger::policy::governance::{Governance, State};
use exledger::policy::people;
use exledger::record::time::Instant;
use exledger::rules::change_cases::GovernanceChange;
use exledger::store::git::Repository;
use exledger::survey::approved_state::ApprovedState;
use exledger::survey::branch::{self, Candidates, Delta, Side};
use exledger::survey::neighbour::Neighbours;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// What is at hand while comparing.
pub(super) struct Desk<'h> {
    pub(super) repository: &'h Repository,
    pub(super) prefix: Prefix,
    pub(super) chosen: Chosen,
    /// The clock on the wall.
    pub(super) now: Instant,
    /// The instant asked about, where one is.
    pub(super) on: Option<Instant>,
    /// What the approved ref says of everything but records, read once something needs it.
    pub(super) past: OnceCell<(History, Approvals)>,
}

impl Desk<'_> {
    fn past(&self) -> anyhow::Result<&(History, Approvals)> {
        if let Some(past) = self.past.get() {
            return Ok(past);
        }
        let read = self.past_of(RecordFilter {
            folders: Some(BTreeSet::new()),
            ..RecordFilter::default()
        })?;
        Ok(self.past.get_or_init(|| read))
    }

    /// Returns what the approved ref says of some records.
    fn past_of(&self, few: RecordFilter) -> anyhow::Result<(History, Approvals)> {
        let chain = chain::walk(self.repository, &self.chosen, self.now).map_err(obstacle)?;
        let history = walk::walk_named(self.repository, chain, &self.prefix, None, &few);
        let mut history = history.map_err(obstacle)?;
        noted::hear(self.repository, &mut history, None);
        let approvals = approval::judge(&history);
        Ok((history, approvals))
    }

    /// Returns the governance that counts after a commit, else that of its tree, or the nearest earlier one that can be read.
    fn state(&self, commit: Oid) -> anyhow::Result<Rc<Governance>> {
        let tree = self.tree(commit)?;
        let own = Governance::read(&tree).map_err(|error| fault::tree(&error))?;
        if let Some(counted) = self.counted(commit)? {
            return Ok(counted);
        }
        if own.state == State::Sound {
            return Ok(Rc::new(own));
        }
        let (history, _) = self.past()?;
        Ok(match history.landed.get(&commit) {
            Some(landing) => Rc::clone(&history.states.at(*landing).governance),
            None if own.state == State::Absent => Rc::new(own),
            None => Rc::clone(&history.states.at(usize::MAX).governance),
        })
    }

    /// Returns the governance that counts after a commit of the approved ref; `None` for another commit, and where that can't
    /// be told.
    fn counted(&self, commit: Oid) -> anyhow::Result<Option<Rc<Governance>>> {
        let Some(landing) = self.landing(commit)? else {
            return Ok(None);
        };
        let (_, approvals) = self.past()?;
        let state = approvals.counted.states.at(landing);
        Ok(Some(Rc::clone(&state.governance)))
    }

    /// Returns the governance files that lie at a commit of the approved ref and do not count there.
    fn uncounted(&self, commit: Oid) -> anyhow::Result<UncountedFiles> {
        let Some(landing) = self.landing(commit)? else {
            return Ok(UncountedFiles::default());
        };
        let (history, approvals) = self.past()?;
        Ok(UncountedFiles::of(history, &approvals.counted, landing))
    }

    /// Returns which landing a commit of the approved ref is, where it can be told what governance counts after it.
    fn landing(&self, commit: Oid) -> anyhow::Result<Option<usize>> {
        let (history, approvals) = self.past()?;
        let landing = history.mainline.position(commit);
        Ok(landing.filter(|landing| {
            let state = approvals.counted.states.at(*landing);
            matches!(state.origin, Origin::Own(_) | Origin::Earlier(_))
        }))
    }

    fn cast(&self, onto: Oid) -> anyhow::Result<Cast> {
        let onto = self.state(onto)?;
        let (name, email) = self.repository.user();
        let worker = email.map(|email| {
            let name = name.unwrap_or_default();
            people::identify(&onto, &name, &email)
        });
        Ok(Cast { onto, worker })
    }

    fn tree(&self, commit: Oid) -> anyhow::Result<CommitTree<'_>> {
        CommitTree::of_commit(self.repository, commit, &self.prefix).map_err(obstacle)
    }

    /// Returns what the head has beyond where it will land; `None` where nothing.
    fn branch(&self, [onto, head]: [Oid; 2]) -> anyhow::Result<Option<Branch>> {
        let branch = Branch::between(self.repository, onto, head).map_err(obstacle)?;
        match branch.as_ref().and_then(|branch| branch.truncated.clone()) {
            Some(missing) => Err(obstacle(missing)),
            None => Ok(branch),
        }
    }

    /// Returns where a branch set out; of several places the one that landed last.
    fn base(&self, branch: &Branch) -> anyhow::Result<Oid> {
        if let [only] = branch.bases.as_slice() {
            return Ok(*only);
        }
        let (history, _) = self.past()?;
        let landed = |oid: &Oid| history.landed.get(oid).copied();
        let base = branch.bases.iter().copied().max_by_key(landed);
        base.ok_or_else(|| {
            let help = match self.repository.extent() {
                Extent::Full => "name a commit that both have in common",
                Extent::Shallow | Extent::Partial => {
                    "run `git fetch --unshallow`, in CI check out with `fetch-depth: 0`"
                }
            };
            fault::cannot_say("the two have no commit in common here", help)
        })
    }

    pub(super) fn compare(
        &self,
        ends: [Oid; 2],
        proposed: Proposed<'_>,
    ) -> anyhow::Result<Compared> {
        let [onto, head] = ends;
        let branch = self.branch(ends)?;
        let base = match &branch {
            Some(branch) => self.base(branch)?,
            None => head,
        };
        let cast = self.cast(onto)?;
        let before = self.state(base)?;
        let uncounted = self.uncounted(base)?;
        let governance = uncounted.governance(&before, proposed)?;
        let proposed = Proposed {
            governance: &governance,
            ..proposed
        };
        let named = Files::list(proposed.tree, &proposed.governance.policy.records);
        let named = named.map_err(unreadable)?;
        let deltas = self.deltas(base, &before, proposed, &named)?;
        let known = [&*before, &*cast.onto, proposed.governance];
        let known = known.into_iter().flat_map(Governance::paths);
        let mut governance_paths: BTreeSet<String> = known.collect();
        let folders = folders(&before, proposed.governance);
        let (told, mut brought) = match &branch {
            Some(branch) => branch::told(
                self.repository,
                &self.prefix,
                branch,
                &folders,
                governance_paths.iter().cloned(),
                &|tree| uncounted.read(tree),
            )
            .map_err(obstacle)?,
            None => (Vec::new(), Vec::new()),
        };
        let ruled = branch::rulings(&told);
        let governors = governors(&ruled, &cast.onto);
        let mut rulings: Vec<GovernanceChange> = ruled
            .into_iter()
            .map(|ruling| cast.ruling(ruling))
            .collect();
        governance_paths.extend(rulings.iter().map(|ruling| ruling.path.clone()));
        let mut loose = BTreeSet::new();
        if proposed.commit.is_none() {
            let paths: Vec<String> = governance_paths.iter().cloned().collect();
            loose = self.loose(head, &folders)?;
            rulings.extend(self.uncommitted(&cast, head, proposed.tree, &paths)?);
        }
        if !rulings.is_empty() {
            brought.push(Rc::new(proposed.governance.clone()));
        }
        let mut neighbours = None;
        let mut entries = Vec::new();
        if !deltas.is_empty() {
            let tip = self.tree(self.chosen.tip)?;
            let near = Near::of(&deltas, [&before, proposed.governance]).among(&tip)?;
            let mut names: BTreeSet<String> = deltas.iter().map(|it| it.key.clone()).collect();
            names.extend(near.iter().map(|(id, _)| id.to_ascii_uppercase()));
            let (history, approvals) = self.past_of(RecordFilter::anywhere(names))?;
            let stems = deltas.iter().map(|it| it.key.as_str());
            neighbours = Some(Neighbours {
                known: near::known(stems, &history),
                all: near::landed(near, &history),
                until: self.until(head)?,
            });
            for delta in deltas {
                let landed = ApprovedState::of(&history, &approvals, &delta.key);
                entries.push(cast.entry(delta, landed, &told, &loose));
            }
        }
        Ok(Compared {
            base,
            head,
            entries,
            rulings,
            workflows: self.workflows(&cast, branch.as_ref(), head, proposed)?,
            governors,
            before,
            brought,
            uncounted: uncounted.still_in(proposed.tree)?,
            governance: Rc::clone(&governance),
            odd: self.odd(base, named)?,
            neighbours,
        })
    }

    /// Returns where windows end: the instant asked about, else the committer time of the head.
    fn until(&self, head: Oid) -> anyhow::Result<Instant> {
        if let Some(instant) = self.on {
            return Ok(instant);
        }
        let head = chain::read(self.repository, head).map_err(obstacle)?;
        Ok(head.committed().unwrap_or(self.now))
    }

    /// Returns the records that differ from where the branch set out.
    fn deltas(
        &self,
        base: Oid,
        before: &Governance,
        proposed: Proposed<'_>,
        named: &Files,
    ) -> anyhow::Result<Vec<Delta>> {
        let tree = self.tree(base)?;
        let folders = folders(before, proposed.governance);
        let (own, other) = (&before.policy.records, &proposed.governance.policy.records);
        let mut paths = match proposed.commit {
            None => self.loose(base, &folders)?,
            Some(commit) => self.differing(base, commit, &folders)?,
        };
        paths.extend(proposed.instead.iter().cloned());
        let candidates = if own == other {
            Candidates::Among(&paths)
        } else {
            Candidates::All
        };
        let files = if paths.is_empty() && own == other {
            Files::default()
        } else {
            Files::list(&tree, own).map_err(unreadable)?
        };
        let old = Side {
            tree: &tree,
            files: &files,
        };
        let new = Side {
            tree: proposed.tree,
            files: named,
        };
        branch::deltas(old, new, candidates).map_err(unreadable)
    }

    /// Returns what is named like a record, is no file, and was something else, or nothing, where the branch set out.
    fn odd(&self, base: Oid, named: Files) -> anyhow::Result<Files> {
        let tree = self.tree(base)?;
        let mut odd = Vec::new();
        for item in named.odd {
            if tree.kind(&item.path).map_err(unreadable)? != Some(item.kind) {
                odd.push(item);
            }
        }
        Ok(Files {
            records: Vec::new(),
            odd,
        })
    }

    /// Returns the files of the work tree that differ from a commit.
    fn loose(&self, from: Oid, places: &[String]) -> anyhow::Result<BTreeSet<String>> {
        let loose = self.repository.loose(Some(from), &self.prefix, places);
        let loose = loose.map_err(|error| fault::cannot_say(error.to_string(), ""))?;
        Ok(loose.into_iter().map(|file| file.path).collect())
    }

    /// Returns the record files that differ between two commits.
    fn differing(
        &self,
        from: Oid,
        to: Oid,
        folders: &[String],
    ) -> anyhow::Result<BTreeSet<String>> {
        let interest = Interest::new(&self.prefix, folders, &BTreeSet::new());
        let tree = |oid| chain::read(self.repository, oid).map(|commit| commit.tree);
        let job = Job {
            pair: 0,
            old: Some(tree(from).map_err(obstacle)?),
            new: Some(tree(to).map_err(obstacle)?),
            others: Box::default(),
        };
        let mut folders = Folders::new(self.repository, &self.prefix, HashMap::new());
        folders.run(interest.top(), vec![job]);
        match folders.obstacles.pop_first() {
            Some((_, missing)) => Err(obstacle(missing)),
            None => {
                let changes = folders.changes.into_iter().flatten();
                Ok(changes.map(|change| change.path.to_string()).collect())
            }
        }
    }

    /// Returns what is done to the governance files in the work tree without being committed.
    fn uncommitted(
        &self,
        cast: &Cast,
        head: Oid,
        tree: &dyn Tree,
        paths: &[String],
    ) -> anyhow::Result<Vec<GovernanceChange>> {
        let committed = self.tree(head)?;
        let bytes =
            |tree: &dyn Tree, path: &str| tree.bytes(path).map_err(|error| fault::tree(&error));
        let mut found = Vec::new();
        for path in self
            .loose(head, paths)?
            .into_iter()
            .filter(|path| paths.contains(path))
        {
            let there = [
                bytes(&committed, &path)?.is_some(),
                bytes(tree, &path)?.is_some(),
            ];
            found.push(GovernanceChange {
                commit: None,
                author: cast.worker.as_ref().map(|worker| worker.email.clone()),
                path,
                how: how(there),
            });
        }
        Ok(found)
    }
}

/// Returns who changed each governance file, by its path.
fn governors(ruled: &[branch::Ruling], onto: &Governance) -> BTreeMap<String, branch::Made> {
    let mut governors: BTreeMap<String, branch::Made> = BTreeMap::new();
    for ruling in ruled {
        let made = governors.entry(ruling.path.clone()).or_default();
        made.take(&ruling.commit, onto);
    }
    governors
}

fn unreadable(error: TreeError) -> anyhow::Error {
    fault::tree(&error)
}

/// Returns the record folders of two states together.
fn folders(one: &Governance, other: &Governance) -> Vec<String> {
    let folders = one.policy.records.iter().chain(&other.policy.records);
    let folders: BTreeSet<&String> = folders.collect();
    folders.into_iter().cloned().collect()
}
