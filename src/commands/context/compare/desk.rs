//! What is compared with what: the branch, the files that differ, who made that, and what of it is approved.
//!
//! Start at [`Desk::compare`].

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::approval::{Approvals, ask};
use crate::commands::context::approved::obstacle;
use crate::commands::context::compare::{Compared, Entry, Proposed};
use crate::commands::context::fault;
use crate::history::History;
use crate::history::branch::{Branch, Told};
use crate::history::chain;
use crate::history::folders::{Folders, Job};
use crate::history::interest::Interest;
use crate::history::objects::{Extent, Oid};
use crate::history::paths::Prefix;
use crate::history::tree::CommitTree;
use crate::ledger::Files;
use crate::ledger::tree::{Tree, TreeError};
use crate::policy::governance::{Governance, State};
use crate::policy::people::Person;
use crate::record::Record;
use crate::record::time::not_after;
use crate::rules::changed::{How, Needs, Ruling};
use crate::rules::lint::{Past, Settled};
use crate::rules::meaning;
use crate::store::git::Repository;
use crate::survey::branch::{self, Candidates, Delta, Made, Side};
use crate::survey::landed::Landed;

/// What is at hand while comparing.
pub(super) struct Desk<'h> {
    pub(super) repository: &'h Repository,
    pub(super) prefix: Prefix,
    pub(super) history: History,
    pub(super) approvals: Approvals,
    /// The governance that the branch will land on, which says who must approve.
    pub(super) onto: Rc<Governance>,
    pub(super) worker: Option<Person>,
}

impl Desk<'_> {
    /// Returns the governance in the tree of a commit, or the nearest earlier one that can be read.
    pub(super) fn state(&self, commit: Oid) -> anyhow::Result<Rc<Governance>> {
        let mainline = &self.history.mainline;
        if let Some(at) = mainline.position(commit) {
            return Ok(Rc::clone(&self.history.states.at(at).governance));
        }
        let tree = self.tree(commit)?;
        let own = Governance::read(&tree).map_err(|error| fault::tree(&error))?;
        if own.state != State::Broken {
            return Ok(Rc::new(own));
        }
        let landed = self.history.landed.get(&commit).copied();
        let at = landed.unwrap_or(mainline.landings.len());
        Ok(Rc::clone(&self.history.states.before(at).governance))
    }

    fn tree(&self, commit: Oid) -> anyhow::Result<CommitTree<'_>> {
        CommitTree::of_commit(self.repository, commit, &self.prefix).map_err(obstacle)
    }

    /// Returns what the head has beyond where it will land; `None` where nothing.
    fn branch(&self, [onto, head]: [Oid; 2]) -> anyhow::Result<Option<Branch>> {
        let objects = self.repository;
        let branch = match onto == self.history.mainline.tip {
            true => Branch::ahead(objects, &self.history.landed, head),
            false => Branch::between(objects, onto, head),
        };
        let branch = branch.map_err(obstacle)?;
        match branch.as_ref().and_then(|branch| branch.truncated.clone()) {
            Some(missing) => Err(obstacle(missing)),
            None => Ok(branch),
        }
    }

    /// Returns where a branch set out; of several places the one that landed last.
    fn base(&self, branch: &Branch) -> anyhow::Result<Oid> {
        let landed = |oid: &Oid| self.history.landed.get(oid).copied();
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
        let [_, head] = ends;
        let branch = self.branch(ends)?;
        let base = match &branch {
            Some(branch) => self.base(branch)?,
            None => head,
        };
        let before = self.state(base)?;
        let deltas = self.deltas(base, &before, proposed)?;
        let known = [&*before, &*self.onto, proposed.governance];
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
            )
            .map_err(obstacle)?,
            None => (Vec::new(), Vec::new()),
        };
        let mut rulings: Vec<Ruling> = branch::rulings(&told)
            .into_iter()
            .map(|ruling| self.ruling(ruling))
            .collect();
        governance_paths.extend(rulings.iter().map(|ruling| ruling.path.clone()));
        let mut loose = BTreeSet::new();
        if proposed.commit.is_none() {
            let paths: Vec<String> = governance_paths.iter().cloned().collect();
            loose = self.loose(head, &folders)?;
            rulings.extend(self.uncommitted(head, proposed.tree, &paths)?);
        }
        if !rulings.is_empty() {
            brought.push(Rc::new(proposed.governance.clone()));
        }
        let entries = deltas
            .into_iter()
            .map(|delta| self.entry(delta, &told, &loose))
            .collect();
        Ok(Compared {
            base,
            head,
            entries,
            rulings,
            before,
            brought,
            governance_paths,
            odd: self.odd(base, proposed)?,
        })
    }

    /// Returns the records that differ from where the branch set out.
    fn deltas(
        &self,
        base: Oid,
        before: &Governance,
        proposed: Proposed<'_>,
    ) -> anyhow::Result<Vec<Delta>> {
        let tree = self.tree(base)?;
        let folders = folders(before, proposed.governance);
        let (own, other) = (&before.policy.records, &proposed.governance.policy.records);
        let mut paths = match proposed.commit {
            None => self.loose(base, &folders)?,
            Some(commit) => self.differing(base, commit, &folders)?,
        };
        paths.extend(proposed.instead.map(str::to_owned));
        let candidates = match own == other {
            true => Candidates::Among(&paths),
            false => Candidates::All,
        };
        let old = Side {
            tree: &tree,
            folders: own,
        };
        let new = Side {
            tree: proposed.tree,
            folders: other,
        };
        branch::deltas(old, new, candidates).map_err(|error| fault::tree(&error))
    }

    /// Returns what is named like a record, is no file, and was something else, or nothing, where the branch set out.
    fn odd(&self, base: Oid, proposed: Proposed<'_>) -> anyhow::Result<Vec<String>> {
        let unreadable = |error: TreeError| fault::tree(&error);
        let tree = self.tree(base)?;
        let folders = &proposed.governance.policy.records;
        let mut odd = Vec::new();
        for item in Files::list(proposed.tree, folders).map_err(unreadable)?.odd {
            if tree.kind(&item.path).map_err(unreadable)? != Some(item.kind) {
                odd.push(item.path);
            }
        }
        Ok(odd)
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
        let mut folders = Folders::new(self.repository, &self.prefix, HashMap::new(), 1);
        folders.run(interest.top(), vec![job]);
        match folders.obstacles.pop_first() {
            Some((_, missing)) => Err(obstacle(missing)),
            None => {
                let changes = folders.changes.into_iter().flatten();
                Ok(changes.map(|change| change.path.to_string()).collect())
            }
        }
    }

    fn ruling(&self, ruling: branch::Ruling) -> Ruling {
        let author = branch::authors(&ruling.commit, &self.onto)
            .into_iter()
            .next();
        Ruling {
            commit: Some(ruling.commit.oid.short()),
            author: author.map(|author| author.email),
            path: ruling.path,
            how: how(ruling.there),
        }
    }

    /// Returns what is done to the governance files in the work tree without being committed.
    fn uncommitted(
        &self,
        head: Oid,
        tree: &dyn Tree,
        paths: &[String],
    ) -> anyhow::Result<Vec<Ruling>> {
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
            found.push(Ruling {
                commit: None,
                author: self.worker.as_ref().map(|worker| worker.email.clone()),
                path,
                how: how(there),
            });
        }
        Ok(found)
    }

    fn entry(&self, delta: Delta, told: &[Told], loose: &BTreeSet<String>) -> Entry {
        let landed = Landed::of(&self.history, &self.approvals, &delta.key);
        let mut made = branch::made(told, &delta, &self.onto);
        if delta.paths().iter().any(|path| loose.contains(*path))
            && let Some(worker) = &self.worker
        {
            branch::add(&mut made.by, worker.clone());
        }
        let after = delta.record_after();
        let closure = after.and_then(|after| after.closure.as_ref());
        let tip = landed.tip.as_ref();
        let is_settled = closure
            .is_some_and(|closure| tip.and_then(|tip| tip.closure.as_ref()) == Some(closure));
        Entry {
            needs: after.map_or_else(Needs::default, |after| {
                self.needs(after, &landed, made.clone())
            }),
            past: Past {
                settled: if is_settled {
                    Settled::Closed
                } else {
                    Settled::Open
                },
                landed: landed.first.or(made.added),
            },
            landed,
            delta,
        }
    }

    /// Returns who must approve some content: nobody of those who made it, or what landed since the last approval;
    /// nor who filed it, where it ends later or waives more (A5).
    fn needs(&self, after: &Record, landed: &Landed, made: Made) -> Needs {
        let approved = landed.approved.as_deref();
        let mut makers = made.by;
        let is_more = approved.is_some_and(|approved| {
            not_after(&after.expires) > not_after(&approved.expires)
                || !meaning::widened(approved, after).is_empty()
        });
        let filer = landed.filer.iter().filter(|_| is_more);
        for person in filer.chain(&landed.since) {
            branch::add(&mut makers, person.clone());
        }
        Needs {
            needed: ask::needed(&self.onto, after, approved),
            missing: ask::lacking(&self.onto, after, approved, &makers),
        }
    }
}

fn how([before, after]: [bool; 2]) -> How {
    match (before, after) {
        (false, _) => How::Added,
        (true, true) => How::Changed,
        (true, false) => How::Removed,
    }
}

/// Returns the record folders of two states together.
fn folders(one: &Governance, other: &Governance) -> Vec<String> {
    let folders = one.policy.records.iter().chain(&other.policy.records);
    let folders: BTreeSet<&String> = folders.collect();
    folders.into_iter().cloned().collect()
}
