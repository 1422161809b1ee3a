//! A branch: the commits that it has beyond what landed, and what each of them changes.
//!
//! Uses history's objects, chain, content, folders, interest, made. Pure. Start at [`Branch::ahead`] where the mainline
//! was walked, at [`Branch::between`] for any two commits. Follows `docs/spec/status.md`, proposals, and
//! `docs/spec/approval.md`, G3.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::history::chain;
use crate::history::commit::Commit;
use crate::history::content::ContentCache;
use crate::history::merge_content::{self, ComparedPath, Differing};
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::trails::Bytes;
use crate::history::watched_paths::Interest;
use crate::record::time::Instant;

/// What is needed to look at branches.
pub struct BranchContext<'o> {
    pub objects: &'o dyn Objects,
    pub prefix: &'o LedgerPrefix,
    pub interest: &'o Interest,
    pub contents: ContentCache<'o>,
}

/// The commits that a branch has beyond others.
#[derive(Clone, Debug)]
pub struct Branch {
    pub tip: Rc<Commit>,
    /// Its own commits, parents before children.
    pub commits: Vec<Rc<Commit>>,
    /// Where it set out: the best common ancestors, sorted; none without common history.
    pub bases: Vec<Oid>,
    /// What of it is missing.
    pub truncated: Option<Obstacle>,
}

/// What a commit of a branch changes.
#[derive(Clone, Debug)]
pub struct BranchCommit {
    pub commit: Rc<Commit>,
    /// What differs from its first parent.
    pub first: Differing,
    /// What differs from each of its parents.
    pub touched: BTreeSet<ComparedPath>,
}

impl Branch {
    /// Returns what a branch has beyond the commits that landed; `None` where all of it landed.
    ///
    /// # Errors
    /// [`Obstacle`] where the tip can't be read.
    pub fn ahead(
        objects: &dyn Objects,
        landed: &HashMap<Oid, usize>,
        tip: Oid,
    ) -> Result<Option<Branch>, Obstacle> {
        if landed.contains_key(&tip) {
            return Ok(None);
        }
        let mut branch = own(objects, tip, &|oid| landed.contains_key(&oid))?;
        branch.reduce(objects, &|oid| landed.get(&oid).copied());
        Ok(Some(branch))
    }

    /// Returns what a commit has beyond another one; `None` where nothing.
    ///
    /// Where clocks are badly wrong it may name a commit too many, as git itself does, and never one too few.
    ///
    /// # Errors
    /// [`Obstacle`] where either commit can't be read.
    pub fn between(objects: &dyn Objects, base: Oid, tip: Oid) -> Result<Option<Branch>, Obstacle> {
        chain::read(objects, base)?;
        let paint = paint_ancestors(objects, base, tip);
        let is_shared = |oid: Oid| paint.get(&oid).is_none_or(|sides| sides.base);
        if is_shared(tip) {
            return Ok(None);
        }
        let mut branch = own(objects, tip, &is_shared)?;
        branch.reduce(objects, &|_| Some(0));
        Ok(Some(branch))
    }

    /// Keeps of the bases the best ones.
    fn reduce(&mut self, objects: &dyn Objects, age: &dyn Fn(Oid) -> Option<usize>) {
        match merge_content::bases(objects, age, &self.bases) {
            Ok(bases) => self.bases = bases,
            Err(obstacle) => self.truncated = Some(obstacle),
        }
    }

    /// Returns what each commit changes of records and governance files, parents before children; commits that change
    /// nothing of them are left out.
    ///
    /// # Errors
    /// [`Obstacle`] where a folder can't be read.
    pub fn commits(&self, lens: &mut BranchContext<'_>) -> Result<Vec<BranchCommit>, Obstacle> {
        let mut told = Vec::new();
        for commit in &self.commits {
            let mut trees = Vec::new();
            for parent in commit.parents.iter() {
                trees.push(Some(chain::read(lens.objects, *parent)?.tree));
            }
            if trees.is_empty() {
                trees.push(None);
            }
            let mut differing = Vec::new();
            for tree in trees {
                differing.push(lens.compare(tree, commit.tree)?);
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
                told.push(BranchCommit { commit: Rc::clone(commit), first, touched });
            }
        }
        Ok(told)
    }

    /// Returns what the branch changes as a whole: what differs both from each of its bases and from another commit.
    ///
    /// # Errors
    /// [`Obstacle`] where a folder can't be read.
    pub fn beyond(
        &self,
        lens: &mut BranchContext<'_>,
        landed: Oid,
    ) -> Result<BTreeMap<ComparedPath, Bytes>, Obstacle> {
        let landed = chain::read(lens.objects, landed)?.tree;
        let mut changed = lens.compare(Some(landed), self.tip.tree)?;
        for base in &self.bases {
            let base = chain::read(lens.objects, *base)?.tree;
            let since = lens.compare(Some(base), self.tip.tree)?;
            changed.retain(|subject, _| since.contains_key(subject));
        }
        Ok(changed)
    }
}

impl<'o> BranchContext<'o> {
    /// Begins with nothing read.
    pub fn new(
        objects: &'o dyn Objects,
        prefix: &'o LedgerPrefix,
        interest: &'o Interest,
    ) -> BranchContext<'o> {
        BranchContext { objects, prefix, interest, contents: ContentCache::new(objects) }
    }

    /// Returns what differs between two topmost folders, of records and governance files.
    ///
    /// # Errors
    /// [`Obstacle`] where a folder can't be read.
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

/// Returns the commits that can be reached from a tip and are not known, and as bases the known ones next to them.
fn own(objects: &dyn Objects, tip: Oid, known: &dyn Fn(Oid) -> bool) -> Result<Branch, Obstacle> {
    let mut branch = Branch {
        tip: Rc::new(chain::read(objects, tip)?),
        commits: Vec::new(),
        bases: Vec::new(),
        truncated: None,
    };
    let mut seen = HashSet::new();
    let mut stack = vec![Visit::Enter(tip)];
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
            branch.truncated = Some(Obstacle::Shallow { commit: oid });
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

/// A step of a walk that lists parents before children.
enum Visit {
    Enter(Oid),
    Leave(Rc<Commit>),
}

/// From which of two commits another one can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Reachability {
    base: bool,
    tip: bool,
    /// It lies below one that can be reached from both, so it is of no interest any more.
    stale: bool,
}

/// Walks down from two commits, latest first, until all that is left can be reached from both.
fn paint_ancestors(objects: &dyn Objects, base: Oid, tip: Oid) -> HashMap<Oid, Reachability> {
    let mut painted: HashMap<Oid, Reachability> = HashMap::new();
    let mut queue: BTreeSet<(Instant, Oid)> = BTreeSet::new();
    let add = |painted: &mut HashMap<Oid, Reachability>,
               queue: &mut BTreeSet<_>,
               oid,
               sides: Reachability| {
        let known = painted.entry(oid).or_default();
        let sum = Reachability {
            base: known.base || sides.base,
            tip: known.tip || sides.tip,
            stale: known.stale || sides.stale,
        };
        if sum != *known {
            *known = sum;
            let time = chain::read(objects, oid).ok().and_then(|it| it.committed());
            queue.insert((time.unwrap_or(Instant::MIN), oid));
        }
    };
    let (from_base, from_tip) = (
        Reachability { base: true, ..Reachability::default() },
        Reachability { tip: true, ..Reachability::default() },
    );
    add(&mut painted, &mut queue, base, from_base);
    add(&mut painted, &mut queue, tip, from_tip);
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
        let is_stale = |(_, oid): &(Instant, Oid)| painted.get(oid).is_some_and(|it| it.stale);
        if queue.iter().all(is_stale) {
            break;
        }
    }
    painted
}
