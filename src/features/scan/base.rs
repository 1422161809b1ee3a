//! `scan --base`: which suppressions a branch adds, or lets hide more.
//!
//! Start at [`ScanBase`]. Follows `docs/spec/interop.md`, 5.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::features::diff;
use crate::features::scan::search::{
    FileSearch, HIDING_AROUND, HIDING_NEXT, Neighbors, SIGNS, SearchedFile, SearchedFiles,
    SuppressionLine, folders_of,
};
use crate::formats::lock_files;
use crate::formats::suppressions::readers::{osv_scanner, trivy};
use crate::formats::suppressions::{self, SuppressionScanner};
use crate::history::branch::Branch;
use crate::history::content;
use crate::history::folder::Mode;
use crate::history::objects::{Extent, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::rules::evidence;
use crate::rules::scan::BranchChange;
use crate::rules::scan::change::{self, SuppressionChange};
use crate::rules::scan::suppression::{
    CommentReach, EntryLimits, FoundSuppression, HiddenFindings, SuppressionEnd,
};
use crate::session::error::{Error, Undetermined, Usage};
use crate::store::git::Repository;

/// The state that a branch is compared with.
pub struct ScanBase {
    /// Where the branch began.
    pub commit: Oid,
    /// The name that was given for it.
    pub name: String,
    pub(super) changed: BTreeSet<String>,
}

impl ScanBase {
    /// Finds where HEAD parted from a revision.
    pub(super) fn open(repository: &Repository, name: &str) -> Result<ScanBase, Error> {
        let extent = repository.extent();
        let onto = match (diff::answer::commit(repository, name), repository.first_remote()) {
            (Ok(onto), _) => onto,
            (Err(Error::Usage(Usage::NoCommit { .. })), Some(remote)) if extent != Extent::Full => {
                let refspec = match name.strip_prefix(&format!("{remote}/")) {
                    Some(branch) => format!("{branch}:refs/remotes/{name}"),
                    None => name.to_owned(),
                };
                let fetch =
                    Remedy::run([shell::command("git fetch", &[remote.as_str(), &refspec])]);
                let what = format!("{name} is not in this clone");
                return Err(Undetermined::other(what, fetch.after("fetch it")).into());
            }
            (Err(error), _) => return Err(error),
        };
        let head = diff::answer::commit(repository, "HEAD")?;
        // In the middle of a merge, HEAD is one of the parents.
        let mut parents = vec![head];
        parents.extend(repository.merged_heads());
        let branch = Branch::of_parents(repository, onto, &parents).map_err(Undetermined::from)?;
        let commit = match branch {
            None => head,
            Some(Branch { truncated: Some(missing), .. }) => {
                return Err(Undetermined::from(missing).into());
            }
            Some(branch) => {
                let base = branch.bases.first().copied();
                base.ok_or(Undetermined::NothingInCommon { onto, extent })?
            }
        };
        let differing = repository.differing(commit, &LedgerPrefix::default());
        let changed = differing.map_err(Undetermined::from)?.into_iter().collect();
        Ok(ScanBase { commit, name: name.to_owned(), changed })
    }

    pub(super) fn scanner_before(
        &mut self,
        repository: &Repository,
        files: &SearchedFiles<'_>,
        scanner: &SuppressionScanner,
    ) -> Result<SuppressionScanner, Error> {
        // What settings or links make an ignore file is read otherwise, though its bytes are the same.
        let tree = self.tree(repository)?;
        let mut named = files.named_by_trivy();
        for path in self.changed.iter().filter(|path| trivy::is_settings(path)) {
            let bytes = bytes_of(repository, &tree, path)?;
            match bytes.and_then(|bytes| trivy::named_ignore_file(path, &bytes)) {
                Some(file) => named.insert(path.clone(), file),
                None => named.remove(path),
            };
        }
        let mut before = BTreeSet::new();
        for path in named.into_values() {
            let entry = |path: &str| tree.entry(path).map_err(Undetermined::from);
            let mut is_read = matches!(entry(&path)?, Some((Mode::File | Mode::Link, _)));
            for folder in folders_of(&path) {
                is_read |= matches!(entry(folder)?, Some((Mode::Link, _)));
            }
            if is_read {
                before.insert(path);
            }
        }
        let now = files.trivy_files();
        let mut changed: Vec<String> = now.symmetric_difference(&before).cloned().collect();
        for (link, target) in files.known_links(scanner) {
            let was = evidence::file_of(link, &tree).map_err(Undetermined::from)?;
            if was != target || target.is_some_and(|target| self.changed.contains(&target)) {
                changed.push(link.to_owned());
            }
        }
        let mut lock_files = files.lock_files();
        for path in self.changed.iter().filter(|path| lock_files::is_lock_file(path)) {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let beside = lock_files.entry(folder.to_owned()).or_default();
            let was =
                matches!(tree.entry(path).map_err(Undetermined::from)?, Some((Mode::File, _)));
            match (was, beside.binary_search(path)) {
                (true, Err(at)) => beside.insert(at, path.clone()),
                (false, Ok(at)) => drop(beside.remove(at)),
                _ => continue,
            }
            // It rules other files, though its bytes are the same.
            let separator = if folder.is_empty() { "" } else { "/" };
            changed.push(format!("{folder}{separator}{}", osv_scanner::FORMAT.files));
        }
        self.changed.extend(changed);
        Ok(scanner.with_files(lock_files, before))
    }

    fn tree<'r>(&self, repository: &'r Repository) -> Result<CommitTree<'r>, Undetermined> {
        Ok(CommitTree::of_commit(repository, self.commit, &LedgerPrefix::default())?)
    }

    pub(super) fn search(
        &self,
        repository: &Repository,
        scanner: &SuppressionScanner,
        reaches: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<SearchedFile>, Error> {
        let tree = self.tree(repository)?;
        let mut found = Vec::new();
        for path in self.changed.iter().filter(|path| reaches(path)) {
            let file = match scanner.knows(path) {
                true => evidence::file_of(path, &tree).map_err(Undetermined::from)?,
                false => Some(path.clone()),
            };
            let Some(file) = file else { continue };
            let bytes = bytes_of(repository, &tree, &file)?;
            if let Some(bytes) = bytes.filter(|bytes| !suppressions::is_binary(bytes)) {
                found.push(SearchedFile::read(scanner, path, &bytes));
            }
        }
        Ok(found)
    }
}

pub(super) fn bytes_of(
    repository: &Repository,
    tree: &CommitTree<'_>,
    path: &str,
) -> Result<Option<Vec<u8>>, Undetermined> {
    let Some((Mode::File, blob)) = tree.entry(path)? else {
        return Ok(None);
    };
    let largest = usize::try_from(suppressions::LARGEST).unwrap_or(usize::MAX);
    Ok(content::bytes_within(repository, blob, largest)?)
}

struct RenamedFiles<'s> {
    known: RefCell<BTreeMap<(String, String), bool>>,
    before: BTreeMap<&'s str, &'s SearchedFile>,
    now: BTreeMap<&'s str, &'s SearchedFile>,
    is_there: &'s dyn Fn(&str) -> bool,
}

impl RenamedFiles<'_> {
    fn may_move(&self, before: &FoundSuppression, now: &FoundSuppression) -> bool {
        // A file of settings rules its own folder: elsewhere it is another one.
        before.path == now.path
            || now.is_beside_code()
                && (now.reach <= CommentReach::Line || self.is_renamed(&before.path, &now.path))
    }

    fn is_renamed(&self, from: &str, to: &str) -> bool {
        let is_gone = !(self.is_there)(from) && !self.before.contains_key(to);
        let files = self.before.get(from).zip(self.now.get(to)).filter(|_| is_gone);
        let Some((before, now)) = files else { return false };
        let mut known = self.known.borrow_mut();
        let answer = known.entry((from.to_owned(), to.to_owned()));
        *answer.or_insert_with(|| is_similar(&before.outline, &now.outline))
    }
}

fn is_similar(one: &[u64], other: &[u64]) -> bool {
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    let mut n_common = 0;
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        match first.cmp(second) {
            Ordering::Less => {
                left.next();
            }
            Ordering::Greater => {
                right.next();
            }
            Ordering::Equal => {
                n_common += 1;
                left.next();
                right.next();
            }
        }
    }
    n_common * 5 >= one.len().max(other.len()) * 4
}

type SuppressionAt<'s> = (&'s FoundSuppression, &'s SuppressionLine);

type Identity<'s> = (&'static str, Vec<&'s str>, &'s str, &'s str);

fn identity<'s>(at: SuppressionAt<'s>) -> Identity<'s> {
    (at.0.kind, at.0.rules(), &at.1.text, code_of(at))
}

/// What two suppressions have in common if nothing about them has changed but their place.
type WholeIdentity<'s> = (Identity<'s>, SuppressionEnd, bool, &'s EntryLimits, Vec<HiddenFindings>);

fn whole_identity<'s>(at: SuppressionAt<'s>) -> WholeIdentity<'s> {
    let found = at.0;
    let mut hidden = found.hidden.clone();
    // What is limited to its own file moves with it.
    for one in &mut hidden {
        one.paths = one.paths.take().filter(|paths| **paths != [found.path.as_str()]);
    }
    (identity(at), found.end, found.reason.is_some(), &found.limits, hidden)
}

fn by_path(files: &[SearchedFile]) -> BTreeMap<&str, &SearchedFile> {
    files.iter().map(|file| (file.path.as_str(), file)).collect()
}

fn all(files: &[SearchedFile]) -> impl Iterator<Item = SuppressionAt<'_>> {
    files.iter().flat_map(|file| file.content.suppressions.iter().zip(&file.lines))
}

/// Where a suppression stands in its file, and a rule that it names: path, kind, place, rule.
type PlaceKey<'s> = (&'s str, &'static str, CodePlace<'s>, &'s str);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CodePlace<'s> {
    On(&'s str),
    Wide,
    Anywhere,
}

// In place of the rule: whatever is named. Empty stands for those that name none.
const ANY_RULE: &str = "\0";

type NeighborKey<'s> = (&'s str, Identity<'s>, &'s [u64], Option<Option<u64>>);

fn neighbor_keys<'s>(at: SuppressionAt<'s>) -> [NeighborKey<'s>; 2] {
    let Neighbors { above, below } = &at.1.neighbors;
    let next = above.get(..1).unwrap_or_default();
    [(above.as_slice(), None), (next, Some(*below))]
        .map(|(above, below)| (at.0.path.as_str(), identity(at), above, below))
}

fn place_keys<'s>(at: SuppressionAt<'s>) -> Vec<PlaceKey<'s>> {
    let (found, code) = (at.0, code_of(at));
    let wide = (found.reach > CommentReach::Line).then_some(CodePlace::Wide);
    let mut rules = found.rules();
    if rules.is_empty() {
        rules.push("");
    }
    if found.kind == "audit-ci" {
        // An advisory at a path may become the whole advisory.
        rules.extend(found.rules().iter().filter_map(|rule| Some(rule.split_once('|')?.0)));
    }
    rules.push(ANY_RULE);
    let places = [CodePlace::On(code), CodePlace::Anywhere].into_iter().chain(wide);
    let key = |place| rules.iter().map(move |rule| (found.path.as_str(), found.kind, place, *rule));
    places.flat_map(key).collect()
}

type ComparedState<'s> = (
    (&'s str, &'static str, &'s str),
    (&'s [HiddenFindings], &'s EntryLimits),
    (CommentReach, SuppressionEnd, bool, bool),
);

fn compared_state<'s>(at: SuppressionAt<'s>) -> ComparedState<'s> {
    // All that `change::compare` reads, and the code: of equal ones, the first is compared for all.
    let found = at.0;
    (
        (found.path.as_str(), found.kind, code_of(at)),
        (&found.hidden, &found.limits),
        (found.reach, found.end, found.reason.is_some(), found.is_blanket),
    )
}

/// The suppressions of the base that none of now has been matched with yet.
struct LeftSuppressions<'s> {
    renamed: RenamedFiles<'s>,
    all: Vec<Option<SuppressionAt<'s>>>,
    by_identity: BTreeMap<Identity<'s>, BTreeSet<usize>>,
    by_whole: BTreeMap<WholeIdentity<'s>, BTreeSet<usize>>,
    by_state: BTreeMap<ComparedState<'s>, BTreeSet<usize>>,
    by_neighbors: BTreeMap<NeighborKey<'s>, BTreeSet<usize>>,
    // Of equal states, the first one only.
    by_place: BTreeMap<PlaceKey<'s>, BTreeSet<usize>>,
}

impl<'s> LeftSuppressions<'s> {
    fn of(before: &'s [SearchedFile], renamed: RenamedFiles<'s>) -> LeftSuppressions<'s> {
        let mut left = LeftSuppressions {
            renamed,
            all: all(before).map(Some).collect(),
            by_identity: BTreeMap::new(),
            by_whole: BTreeMap::new(),
            by_state: BTreeMap::new(),
            by_neighbors: BTreeMap::new(),
            by_place: BTreeMap::new(),
        };
        for (index, at) in all(before).enumerate() {
            left.by_identity.entry(identity(at)).or_default().insert(index);
            left.by_whole.entry(whole_identity(at)).or_default().insert(index);
            left.by_state.entry(compared_state(at)).or_default().insert(index);
            for key in neighbor_keys(at) {
                left.by_neighbors.entry(key).or_default().insert(index);
            }
        }
        for index in left.by_state.values().filter_map(BTreeSet::first) {
            let at = left.all.get(*index).copied().flatten();
            for key in at.map(place_keys).into_iter().flatten() {
                left.by_place.entry(key).or_default().insert(*index);
            }
        }
        left
    }

    /// Takes one out, so that it is matched with no other.
    fn remove(&mut self, index: usize) {
        let Some(at) = self.all.get_mut(index).and_then(Option::take) else {
            return;
        };
        let same =
            [self.by_identity.get_mut(&identity(at)), self.by_whole.get_mut(&whole_identity(at))];
        for positions in same.into_iter().flatten() {
            positions.remove(&index);
        }
        for key in neighbor_keys(at) {
            if let Some(positions) = self.by_neighbors.get_mut(&key) {
                positions.remove(&index);
            }
        }
        let Some(equal) = self.by_state.get_mut(&compared_state(at)) else {
            return;
        };
        equal.remove(&index);
        for key in place_keys(at) {
            if let Some(positions) = self.by_place.get_mut(&key)
                && positions.remove(&index)
            {
                positions.extend(equal.first());
            }
        }
    }

    fn at(&self, index: &usize) -> Option<(usize, SuppressionAt<'s>)> {
        Some((*index, self.all.get(*index).copied().flatten()?))
    }

    /// Returns the first match of those in the same place, or of those of its file that it may replace.
    fn first_in_place<T>(
        &self,
        now: SuppressionAt<'s>,
        rules: &[&'s str],
        matched: impl Fn(SuppressionAt<'s>) -> Option<T>,
    ) -> Option<(usize, T)> {
        // Those with none of these rules, but some, hide something else, unless they are on the same code.
        let (found, code) = (now.0, code_of(now));
        let places = match found.reach > CommentReach::Line {
            true => vec![CodePlace::Anywhere],
            false if code.is_empty() && found.rules().is_empty() => vec![CodePlace::On(code)],
            false => vec![CodePlace::On(code), CodePlace::Wide],
        };
        let key = |place, rule| (found.path.as_str(), found.kind, place, rule);
        let on_code = (!code.is_empty()).then_some(key(CodePlace::On(code), ANY_RULE));
        let of_rules = places.iter().flat_map(|place| rules.iter().map(|rule| key(*place, *rule)));
        let mut first: Option<(usize, T)> = None;
        for positions in
            on_code.into_iter().chain(of_rules).filter_map(|key| self.by_place.get(&key))
        {
            let nearer = positions.range(..first.as_ref().map_or(usize::MAX, |(index, _)| *index));
            let mut nearer = nearer.filter_map(|index| self.at(index));
            first = nearer.find_map(|(index, at)| Some((index, matched(at)?))).or(first);
        }
        first
    }

    // Takes the one that is the same in the same place of its file: of equal ones, the lines next to it tell which.
    fn take_in_place(&mut self, now: SuppressionAt<'s>) -> Option<SuppressionAt<'s>> {
        let equal = neighbor_keys(now).into_iter().find_map(|key| {
            let mut equal = self.by_neighbors.get(&key)?.iter();
            let (index, before) = equal.find_map(|index| self.at(index))?;
            (whole_identity(before) == whole_identity(now)).then_some((index, before))
        });
        let (index, before) = equal?;
        self.remove(index);
        Some(before)
    }

    // Tells whether a suppression that nothing was matched with may be this one.
    fn may_be(&self, before: SuppressionAt<'s>, now: SuppressionAt<'s>) -> bool {
        let is_within = |is_in_place| {
            change::compare(before.0, now.0, is_in_place) == SuppressionChange::Within
        };
        match before.0.path == now.0.path {
            true => !is_over_other_block(before, now) && is_within(true),
            false => {
                identity(before) == identity(now)
                    && self.renamed.may_move(before.0, now.0)
                    && is_within(false)
            }
        }
    }

    fn take(&mut self, now: SuppressionAt<'s>, round: MatchRound) -> Option<SuppressionAt<'s>> {
        match round {
            MatchRound::Stays => self.take_unchanged(now, true),
            MatchRound::Moves => self.take_unchanged(now, false),
            MatchRound::HidesLess => self.take_wider(now),
        }
    }

    /// Takes the suppression that this one is, only moved; `stays` if it must be in the same file.
    fn take_unchanged(&mut self, now: SuppressionAt<'s>, stays: bool) -> Option<SuppressionAt<'s>> {
        let mut same =
            self.by_whole.get(&whole_identity(now))?.iter().filter_map(|index| self.at(index));
        let (index, before) = same.find(|(_, before)| {
            before.0.path == now.0.path || !stays && self.renamed.may_move(before.0, now.0)
        })?;
        self.remove(index);
        Some(before)
    }

    /// Takes a suppression of the same file that hides as much or more, or one of another file with the same line.
    fn take_wider(&mut self, now: SuppressionAt<'s>) -> Option<SuppressionAt<'s>> {
        // What hides as much names each of its rules, or none.
        let rules = ["", now.0.rules().first().copied().unwrap_or_default()];
        let here = self.first_in_place(now, &rules, |before| {
            if is_over_other_block(before, now) {
                return None;
            }
            let change = change::compare(before.0, now.0, true);
            (change == SuppressionChange::Within).then_some(())
        });
        let moved = || {
            let same = self.by_identity.get(&identity(now))?;
            let mut same = same.iter().filter_map(|index| self.at(index));
            same.find(|(_, before)| {
                self.renamed.may_move(before.0, now.0)
                    && change::compare(before.0, now.0, false) == SuppressionChange::Within
            })
        };
        let index = here.map(|(index, ())| index).or_else(|| Some(moved()?.0))?;
        let (_, before) = self.at(&index)?;
        self.remove(index);
        Some(before)
    }

    /// Takes a suppression of the same file that hides less; returns what the later one hides beyond it.
    fn take_narrower(&mut self, now: SuppressionAt<'s>) -> Option<String> {
        let code = code_of(now);
        let mut rules = now.0.rules();
        rules.push(if rules.is_empty() { ANY_RULE } else { "" });
        let (index, what) = self.first_in_place(now, &rules, |before| {
            if is_over_other_block(before, now) {
                return None;
            }
            let is_in_place = !code.is_empty() && code_of(before) == code;
            match change::compare(before.0, now.0, is_in_place) {
                SuppressionChange::Wider(what) => Some(what),
                SuppressionChange::Within | SuppressionChange::Other => None,
            }
        })?;
        self.remove(index);
        Some(what)
    }
}

// The one that stayed in its file is the old one, and its copy elsewhere is new.
#[derive(Clone, Copy)]
enum MatchRound {
    Stays,
    Moves,
    HidesLess,
}

// What tells the suppressions of a branch apart from those of its base.
pub(super) struct BaseComparison<'c> {
    // Tells whether a file is there now.
    pub(super) is_there: &'c dyn Fn(&str) -> bool,
    // Returns what the branch did to a suppression that is as it was, by its state there and now.
    pub(super) cover_ended:
        &'c dyn Fn(&FoundSuppression, &FoundSuppression) -> Option<BranchChange>,
    // Tells whether a suppression of the base was, or may have been, covered there.
    pub(super) was_covered: &'c dyn Fn(&FoundSuppression) -> bool,
    pub(super) is_covered: &'c dyn Fn(&FoundSuppression) -> bool,
}

// Keeps of what a search found only the suppressions that were not there before, those that hide more than one that was, and
// those that are covered no more; returns what the branch did to each, in their order.
pub(super) fn keep_changed(
    search: &mut FileSearch,
    before: &[SearchedFile],
    comparison: &BaseComparison<'_>,
) -> Vec<BranchChange> {
    let changes = changes(&search.found, before, comparison);
    let mut of_each = changes.iter();
    for file in &mut search.found {
        let n = file.content.suppressions.len();
        let is_kept: Vec<bool> = of_each.by_ref().take(n).map(Option::is_some).collect();
        let mut kept = is_kept.iter();
        file.content.suppressions.retain(|_| kept.next().copied().unwrap_or(true));
        let mut kept = is_kept.iter();
        file.lines.retain(|_| kept.next().copied().unwrap_or(true));
    }
    changes.into_iter().flatten().collect()
}

fn changes(
    found: &[SearchedFile],
    before: &[SearchedFile],
    comparison: &BaseComparison<'_>,
) -> Vec<Option<BranchChange>> {
    let renamed = RenamedFiles {
        known: RefCell::default(),
        before: by_path(before),
        now: by_path(found),
        is_there: comparison.is_there,
    };
    let mut left = LeftSuppressions::of(before, renamed);
    let mut changes: Vec<(SuppressionAt<'_>, Option<BranchChange>)> =
        all(found).map(|now| (now, Some(BranchChange::Added))).collect();
    let compare = |before: SuppressionAt<'_>, now: SuppressionAt<'_>| {
        let blocks = before.1.block.as_ref().zip(now.1.block.as_ref());
        match blocks.and_then(|(before, now)| before.widened(now)) {
            Some(what) => Some(BranchChange::Widened(what)),
            None => (comparison.cover_ended)(before.0, now.0),
        }
    };
    for (now, change) in &mut changes {
        if let Some(before) = left.take_in_place(*now) {
            *change = compare(before, *now);
        }
    }
    let mut moved = Vec::new();
    for round in [MatchRound::Stays, MatchRound::Moves, MatchRound::HidesLess] {
        let added = changes.iter_mut().enumerate().filter(|(_, (_, change))| is_added(change));
        for (index, (now, change)) in added {
            if let Some(before) = left.take(*now, round) {
                *change = compare(before, *now);
                moved.push(index);
            }
        }
    }
    end_covers(&left, &mut changes, &moved, comparison);
    for (now, change) in changes.iter_mut().filter(|(_, change)| is_added(change)) {
        if let Some(what) = left.take_narrower(*now) {
            *change = Some(BranchChange::Widened(what));
        }
    }
    let entry = |(found, _): SuppressionAt<'_>| (found.path.clone(), found.kind, found.line);
    let was_there = changes.iter().filter(|(_, change)| !is_added(change));
    let was_there: BTreeSet<(String, &str, u32)> = was_there.map(|(now, _)| entry(*now)).collect();
    for (now, change) in changes.iter_mut().filter(|(_, change)| is_added(change)) {
        if OF_SEVERAL.contains(&now.0.kind) && was_there.contains(&entry(*now)) {
            let what = format!("{} is in an entry that hid less before", now.0.label);
            *change = Some(BranchChange::Widened(what));
        }
    }
    changes.into_iter().map(|(_, change)| change).collect()
}

// Of equal suppressions, one that was covered may be gone, and one that was not stand for it: the later one is taken for it.
fn end_covers<'s>(
    left: &LeftSuppressions<'s>,
    changes: &mut [(SuppressionAt<'s>, Option<BranchChange>)],
    moved: &[usize],
    comparison: &BaseComparison<'_>,
) {
    let mut uncovered: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for index in moved {
        if let Some((now, None)) = changes.get(*index)
            && !(comparison.is_covered)(now.0)
        {
            uncovered.entry((now.0.kind, code_of(*now))).or_default().push(*index);
        }
    }
    if uncovered.is_empty() {
        return;
    }
    for before in left.all.iter().flatten() {
        let Some(equal) = uncovered.get_mut(&(before.0.kind, code_of(*before))) else { continue };
        if equal.is_empty() || !(comparison.was_covered)(before.0) {
            continue;
        }
        let stands =
            |index: &usize| changes.get(*index).is_some_and(|(now, _)| left.may_be(*before, *now));
        if let Some(at) = equal.iter().position(stands)
            && let Some((now, change)) = changes.get_mut(equal.remove(at))
        {
            *change = (comparison.cover_ended)(before.0, now.0);
        }
    }
}

/// The kinds of which one entry may name several packages or rules, each a suppression of its own.
const OF_SEVERAL: &[&str] = &["trivy", "dependency-check", "kyverno"];

fn is_added(change: &Option<BranchChange>) -> bool {
    *change == Some(BranchChange::Added)
}

fn is_over_other_block(before: SuppressionAt<'_>, now: SuppressionAt<'_>) -> bool {
    let of_block = before.0.reach == CommentReach::Block && HIDING_NEXT.contains(&before.0.kind);
    of_block && now.0.reach < CommentReach::File && code_of(before) != code_of(now)
}

/// Returns the code that a comment is about: around it, before it, else on the next line; empty for the entries of a file.
fn code_of<'l>((found, line): SuppressionAt<'l>) -> &'l str {
    if !found.is_beside_code() && found.kind != "spotbugs" {
        return "";
    }
    if HIDING_AROUND.contains(&found.kind) && !line.about.is_empty() {
        return &line.about;
    }
    let column = usize::try_from(found.column.saturating_sub(1)).unwrap_or_default();
    let begin = column.saturating_sub(line.indent);
    let end = line.text.char_indices().nth(begin).map_or(line.text.len(), |(at, _)| at);
    let code = line.text.get(..end).unwrap_or_default();
    match code.trim_end_matches(SIGNS) {
        "" => &line.about,
        code => code,
    }
}
