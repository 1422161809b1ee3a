//! A branch: the commits that it has ahead of the approved branch, and what each of them changes.
//!
//! Pure. Start at [`Branch::ahead`] if the mainline has been walked, or at [`Branch::between`] for any two commits. Follows
//! `docs/spec/status.md`, proposals, and `docs/spec/approval.md`, G3.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use crate::history::chain;
use crate::history::commit::Commit;
use crate::history::content::ContentCache;
use crate::history::merge_content::{self, ComparedPath, Differing};
use crate::history::objects::{Objects, Obstacle, Oid, OidMap};
use crate::history::paths::LedgerPrefix;
use crate::history::trails::Bytes;
use crate::history::watched_paths::Interest;
use crate::record::time::Instant;

/// The context for reading branches.
pub struct BranchContext<'o> {
    pub objects: &'o dyn Objects,
    pub prefix: &'o LedgerPrefix,
    pub interest: &'o Interest,
    pub contents: ContentCache<'o>,
}

/// The commits that a branch has ahead of others.
#[derive(Clone, Debug)]
pub struct Branch {
    pub tip: Rc<Commit>,
    /// Its own commits, parents before children.
    pub commits: Vec<Rc<Commit>>,
    /// The merge bases: the best common ancestors, sorted; empty without common history.
    pub bases: Vec<Oid>,
    /// Why part of it is missing.
    pub truncated: Option<Obstacle>,
}

#[derive(Clone, Debug)]
pub struct BranchCommit {
    pub commit: Rc<Commit>,
    /// The differences from its first parent.
    pub first: Differing,
    /// The paths that differ from each of its parents.
    pub touched: BTreeSet<ComparedPath>,
}

impl Branch {
    /// Returns the commits of a branch that have not landed; `None` if all of them have.
    pub fn ahead(
        objects: &dyn Objects,
        landed: &OidMap<usize>,
        tip: Oid,
    ) -> Result<Option<Branch>, Obstacle> {
        if landed.contains_key(&tip) {
            return Ok(None);
        }
        let mut branch = own(objects, tip, &[tip], &|oid| landed.contains_key(&oid))?;
        branch.reduce(objects, &|oid| landed.get(&oid).copied());
        Ok(Some(branch))
    }

    /// Returns what a commit has ahead of another one; `None` if nothing.
    ///
    /// With badly wrong clocks it may include extra commits, as git itself does, but never omits one.
    pub fn between(objects: &dyn Objects, base: Oid, tip: Oid) -> Result<Option<Branch>, Obstacle> {
        let branch = Branch::of_parents(objects, base, &[tip])?;
        Ok(branch.filter(|branch| !branch.commits.is_empty() || branch.truncated.is_some()))
    }

    /// Returns what a commit with these parents would have ahead of another one, without that commit itself; its tip is the
    /// first parent. `None` if there are no parents.
    pub fn of_parents(
        objects: &dyn Objects,
        base: Oid,
        parents: &[Oid],
    ) -> Result<Option<Branch>, Obstacle> {
        let Some(tip) = parents.first() else { return Ok(None) };
        chain::read(objects, base)?;
        let paint = paint_ancestors(objects, base, parents);
        let is_shared = |oid: Oid| paint.get(&oid).is_none_or(|sides| sides.base);
        let mut branch = own(objects, *tip, parents, &is_shared)?;
        branch.reduce(objects, &|_| Some(0));
        Ok(Some(branch))
    }

    fn reduce(&mut self, objects: &dyn Objects, age: &dyn Fn(Oid) -> Option<usize>) {
        match merge_content::bases(objects, age, &self.bases) {
            Ok(bases) => self.bases = bases,
            Err(obstacle) => self.truncated = Some(obstacle),
        }
    }

    /// Returns the changes of each commit to records and governance files, parents before children; commits without
    /// such changes are left out.
    pub fn commits(&self, context: &mut BranchContext<'_>) -> Result<Vec<BranchCommit>, Obstacle> {
        let mut branch_commits = Vec::new();
        for commit in &self.commits {
            let mut trees = Vec::new();
            for parent in commit.parents.iter() {
                trees.push(Some(chain::read(context.objects, *parent)?.tree));
            }
            if trees.is_empty() {
                trees.push(None);
            }
            let mut differing = Vec::new();
            for tree in trees {
                differing.push(context.compare(tree, commit.tree)?);
            }
            let mut others = differing.iter();
            let mut touched: BTreeSet<ComparedPath> = match others.next() {
                Some(first) => first.keys().cloned().collect(),
                None => BTreeSet::new(),
            };
            for other in others {
                touched.retain(|subject| other.contains_key(subject));
            }
            let first = differing.into_iter().next().unwrap_or_default();
            if !first.is_empty() || !touched.is_empty() {
                branch_commits.push(BranchCommit { commit: Rc::clone(commit), first, touched });
            }
        }
        Ok(branch_commits)
    }

    /// Returns the changes of the branch as a whole: what differs both from each of its bases and from another commit. A branch
    /// that has nothing in common with that commit removes nothing of it.
    pub fn beyond(
        &self,
        context: &mut BranchContext<'_>,
        landed: Oid,
    ) -> Result<BTreeMap<ComparedPath, Bytes>, Obstacle> {
        let landed = chain::read(context.objects, landed)?.tree;
        let mut changed = context.compare(Some(landed), self.tip.tree)?;
        for base in &self.bases {
            let base = chain::read(context.objects, *base)?.tree;
            let since = context.compare(Some(base), self.tip.tree)?;
            changed.retain(|subject, _| since.contains_key(subject));
        }
        if self.bases.is_empty() {
            changed.retain(|_, bytes| !bytes.new.is_empty());
        }
        Ok(changed)
    }
}

impl<'o> BranchContext<'o> {
    pub fn new(
        objects: &'o dyn Objects,
        prefix: &'o LedgerPrefix,
        interest: &'o Interest,
    ) -> BranchContext<'o> {
        BranchContext { objects, prefix, interest, contents: ContentCache::new(objects) }
    }

    /// Returns the records and governance files that differ between two root folders.
    pub fn compare(&mut self, old: Option<Oid>, new: Oid) -> Result<Differing, Obstacle> {
        if old == Some(new) {
            return Ok(Differing::new());
        }
        merge_content::compare(
            self.objects,
            self.prefix,
            self.interest,
            &mut self.contents,
            [old, Some(new)],
        )
    }
}

/// Returns the commits reachable from some that are not known; the bases are their nearest known ancestors.
fn own(
    objects: &dyn Objects,
    tip: Oid,
    from: &[Oid],
    known: &dyn Fn(Oid) -> bool,
) -> Result<Branch, Obstacle> {
    let mut branch = Branch {
        tip: Rc::new(chain::read(objects, tip)?),
        commits: Vec::new(),
        bases: Vec::new(),
        truncated: None,
    };
    let mut seen = HashSet::new();
    let (shared, unshared): (Vec<Oid>, Vec<Oid>) = from.iter().partition(|oid| known(**oid));
    branch.bases = shared;
    let mut stack: Vec<Visit> = unshared.into_iter().rev().map(Visit::Enter).collect();
    while let Some(visit) = stack.pop() {
        let oid = match visit {
            Visit::Enter(oid) if seen.insert(oid) => oid,
            Visit::Enter(_) => continue,
            Visit::Leave(commit) => {
                branch.commits.push(commit);
                continue;
            }
        };
        let commit = match chain::read(objects, oid) {
            Ok(commit) => Rc::new(commit),
            Err(obstacle) => {
                branch.truncated = Some(obstacle);
                continue;
            }
        };
        if objects.is_shallow(oid) && !commit.parents.is_empty() {
            branch.truncated = Some(Obstacle::Shallow { commit: oid, extent: objects.extent() });
            continue;
        }
        stack.push(Visit::Leave(Rc::clone(&commit)));
        for parent in commit.parents.iter().rev() {
            if known(*parent) {
                branch.bases.push(*parent);
            } else {
                stack.push(Visit::Enter(*parent));
            }
        }
    }
    branch.bases.sort();
    branch.bases.dedup();
    Ok(branch)
}

enum Visit {
    Enter(Oid),
    Leave(Rc<Commit>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Reachability {
    base: bool,
    tip: bool,
    /// It is an ancestor of a commit reachable from both, so it is no longer of interest.
    stale: bool,
}

/// Walks down from a commit and the tips of a branch, latest first, until everything left is reachable from both.
fn paint_ancestors(objects: &dyn Objects, base: Oid, tips: &[Oid]) -> OidMap<Reachability> {
    let mut painted: OidMap<Reachability> = OidMap::default();
    let mut queue: BTreeSet<(Instant, Oid)> = BTreeSet::new();
    let add =
        |painted: &mut OidMap<Reachability>, queue: &mut BTreeSet<_>, oid, sides: Reachability| {
            let known = painted.entry(oid).or_default();
            let sum = Reachability {
                base: known.base || sides.base,
                tip: known.tip || sides.tip,
                stale: known.stale || sides.stale,
            };
            if sum != *known {
                *known = sum;
                let time = chain::read(objects, oid).ok().and_then(|commit| commit.committed());
                queue.insert((time.unwrap_or(Instant::MIN), oid));
            }
        };
    let (from_base, from_tip) = (
        Reachability { base: true, ..Reachability::default() },
        Reachability { tip: true, ..Reachability::default() },
    );
    add(&mut painted, &mut queue, base, from_base);
    for tip in tips {
        add(&mut painted, &mut queue, *tip, from_tip);
    }
    while let Some((_, oid)) = queue.pop_last() {
        let mut sides = painted.get(&oid).copied().unwrap_or_default();
        sides.stale |= sides.base && sides.tip;
        if !objects.is_shallow(oid)
            && let Ok(commit) = chain::read(objects, oid)
        {
            for parent in commit.parents.iter().copied() {
                add(&mut painted, &mut queue, parent, sides);
            }
        }
        let is_stale =
            |(_, oid): &(Instant, Oid)| painted.get(oid).is_some_and(|reach| reach.stale);
        if queue.iter().all(is_stale) {
            break;
        }
    }
    painted
}
