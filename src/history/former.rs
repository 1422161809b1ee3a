//! What commits off the first-parent line took away, and the line lacks: it counts as landed.
//!
//! A merge on the approved branch may leave out what the commits that it brings had done: a closure, a removal, a narrower
//! scope, a stricter rule, a rejection. So may a force push, of which this clone remembers the former tip. Each of these
//! commits is compared with its first parent; what it took away, and the line lacks, gets a version of its own just before
//! the merge (or where the lines part), followed by what the line holds nevertheless. Nobody's words about a merge matter.
//!
//! Uses record, policy, history's change, content, merge content, tree, version. Pure. Start at [`FormerCommits`]. Follows
//! `docs/spec/approval.md`, M5.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::history::change;
use crate::history::commit::Commit;
use crate::history::content::ContentCache;
use crate::history::governance::GovernanceFiles;
use crate::history::graph::ChangedLanding;
use crate::history::mainline::Mainline;
use crate::history::merge_content::{ComparedPath, Merges};
use crate::history::merged_commits::LandingBranches;
use crate::history::objects::{Merge, Objects, Obstacle, Oid};
use crate::history::off_line::{Loss, Lost, OffLine, Rerouted, TakenAway};
use crate::history::trails::{self, Bytes, TrailSet};
use crate::history::tree::CommitTree;
use crate::history::version::{
    Content, FileAt, MadeInMerge, Trail, TrailKey, Version, VersionBody, VersionChange,
};
use crate::history::walked::History;
use crate::policy::governance::{self, Governance};
use crate::policy::governs;
use crate::record::Record;
use crate::record::time::Instant;
use crate::yaml::node::Limits;

/// A commit off the line, with its differences from its first parent.
pub(super) type FormerCommit<'c> = (&'c Rc<Commit>, &'c BTreeMap<ComparedPath, Bytes>);

/// Where commits off the line join it, or part from it.
pub(super) struct FormerCommits {
    /// The landing after which what they took away counts; `None` before the first.
    after: Option<usize>,
    by: Lost,
    /// The merge, or the commit at the end of the line.
    line: Rc<Commit>,
    /// No time of a commit is later.
    latest: Instant,
}

impl FormerCommits {
    /// Returns those that a merge brings; `None` for the first landing, before which there is no line.
    pub(super) fn of_merge(
        mainline: &Mainline,
        landing: usize,
        line: Rc<Commit>,
    ) -> Option<FormerCommits> {
        Some(FormerCommits {
            after: Some(landing.checked_sub(1)?),
            by: Lost::Merge(landing, line.oid),
            latest: mainline.landings.get(landing)?.effective,
            line,
        })
    }

    /// Returns those that only a lost tip reaches; `line` is the commit at the tip, and no time is later than `now`.
    pub(super) fn of_tip(
        tip: Oid,
        parted: &ChangedLanding,
        line: Rc<Commit>,
        now: Instant,
    ) -> FormerCommits {
        let after = Some(parted.landing).filter(|_| !parted.is_unrelated);
        FormerCommits { after, by: Lost::Tip(tip), line, latest: now }
    }

    /// Returns the landing of the version that the line holds nevertheless.
    fn landing(&self) -> usize {
        match self.by {
            Lost::Merge(landing, _) => landing,
            Lost::Tip(_) => self.after.unwrap_or(0),
        }
    }

    /// Tells whether a version had landed by the place where this counts.
    fn is_before(&self, version: &Version) -> bool {
        Some(version.landing) <= self.after
    }

    /// Returns the landing before which a parent of such a commit had landed.
    fn until(&self) -> usize {
        match self.by {
            Lost::Merge(landing, _) => landing,
            Lost::Tip(_) => usize::MAX,
        }
    }

    fn at(&self, commit: &Commit) -> Instant {
        commit.committed().map_or(self.latest, |at| at.min(self.latest))
    }

    /// Puts what the commits took away, and the line lacks, on the trails of records and governance files.
    ///
    /// # Errors
    /// [`Obstacle`] if a file or folder can't be read.
    pub(super) fn mark(
        &self,
        branches: &LandingBranches,
        merges: &mut Merges<'_>,
        records: &mut TrailSet<'_>,
        governance: &mut GovernanceFiles,
    ) -> Result<(), Obstacle> {
        let commits = branches.commits();
        let TrailSet { contents, trails, .. } = records;
        self.mark_records(&commits, (merges, contents), trails)?;
        self.mark_governance(&commits, (merges, contents), governance)?;
        if let Some(obstacle) = &branches.truncated {
            self.doubt_records(obstacle, trails);
        }
        Ok(())
    }

    /// Puts what the commits took away, and the line lacks, on the trails of the records.
    ///
    /// # Errors
    /// [`Obstacle`] if a folder can't be read.
    fn mark_records(
        &self,
        commits: &[FormerCommit<'_>],
        (merges, contents): (&mut Merges<'_>, &mut ContentCache<'_>),
        trails: &mut BTreeMap<TrailKey, Trail>,
    ) -> Result<(), Obstacle> {
        let mut taken: BTreeMap<&TrailKey, Vec<Version>> = BTreeMap::new();
        for (commit, changed) in commits {
            for (subject, bytes) in *changed {
                let ComparedPath::Record(key @ TrailKey::Id(_)) = subject else { continue };
                let Some(trail) = trails.get_mut(key) else { continue };
                let at = self.at(commit);
                if !bytes.new.is_empty()
                    && let Some(first) = trail.versions.first_mut()
                {
                    let since = &mut first.off_line_mut().held_since;
                    *since = Some(since.map_or(at, |since| since.min(at)));
                }
                let Some(loss) = self.loss((merges, contents), commit, bytes, trail.last()) else {
                    continue;
                };
                if merges.is_from_line(contents, commit, subject, self.until())? {
                    continue;
                }
                let (record, digest) = match bytes.new.as_slice() {
                    [only] => contents.read(&only.path, only.blob),
                    _ => (VersionBody::known(Content::Gone), None),
                };
                let version = self.version(commit, loss, bytes.new.clone(), record);
                taken.entry(key).or_default().push(Version { digest, ..version });
            }
        }
        for (key, taken) in taken {
            if let Some(trail) = trails.get_mut(key) {
                self.insert(trail, taken);
            }
        }
        Ok(())
    }

    /// Leaves the records that stand at a merge undetermined: part of what it brings is not in this clone.
    fn doubt_records(&self, obstacle: &Obstacle, trails: &mut BTreeMap<TrailKey, Trail>) {
        for trail in trails.values_mut() {
            let is_known =
                |version: &Version| version.truncated.is_none() && !version.files.is_empty();
            if let (TrailKey::Id(_), Some(last)) = (&trail.key, trail.last())
                && is_known(last)
                && last.landing < self.until()
            {
                let mut doubtful = self.brought_back(last);
                doubtful.truncated = Some(obstacle.clone());
                trail.versions.push(doubtful);
                number(trail);
            }
        }
    }

    /// Puts the stricter versions of governance files that the line lacks on their trails.
    ///
    /// # Errors
    /// [`Obstacle`] if a file or folder can't be read.
    fn mark_governance(
        &self,
        commits: &[FormerCommit<'_>],
        (merges, contents): (&mut Merges<'_>, &mut ContentCache<'_>),
        files: &mut GovernanceFiles,
    ) -> Result<(), Obstacle> {
        let mut taken: BTreeMap<&String, Vec<Version>> = BTreeMap::new();
        for (commit, changed) in commits {
            for (subject, bytes) in *changed {
                let (ComparedPath::Governance(path), [file]) = (subject, bytes.new.as_slice())
                else {
                    continue;
                };
                if !self.lacks_rule(commit, path, bytes, (merges, contents))?
                    || merges.is_from_line(contents, commit, subject, self.until())?
                {
                    continue;
                }
                let read = contents.bytes_within(file.blob, Limits::ROSTER.bytes)?;
                files.bytes.insert(file.blob, read.unwrap_or_default().into());
                let body = VersionBody::known(Content::File);
                taken.entry(path).or_default().push(self.version(
                    commit,
                    Loss::Rule,
                    bytes.new.clone(),
                    body,
                ));
            }
        }
        for (path, taken) in taken {
            let trail = files.trails.entry(path.clone()).or_insert_with(|| Trail {
                key: TrailKey::Path(path.clone()),
                versions: Vec::new(),
                became: None,
            });
            self.insert(trail, taken);
        }
        Ok(())
    }

    /// Tells whether a commit only made the rules stricter, and the line holds neither its change nor rules as strict.
    fn lacks_rule(
        &self,
        commit: &Commit,
        path: &str,
        bytes: &Bytes,
        (merges, contents): (&Merges<'_>, &ContentCache<'_>),
    ) -> Result<bool, Obstacle> {
        let landed = CommitTree::new(merges.objects, self.line.tree, merges.prefix);
        let held = landed.entry(path).map_err(Obstacle::from)?.map(|(_, blob)| blob);
        let new = bytes.new.first().map(|file| file.blob);
        if held == new {
            return Ok(false);
        }
        let read = |blob: Option<Oid>| match blob {
            Some(blob) => {
                contents.bytes_within(blob, Limits::ROSTER.bytes).map(Option::unwrap_or_default)
            }
            None => Ok(Vec::new()),
        };
        let [base, ours, theirs] = [bytes.old.first().map(|file| file.blob), held, new].map(read);
        let ours = ours?;
        if merges.objects.merge(&base?, &ours, &theirs?) == Merge::Clean(ours) {
            return Ok(false);
        }
        let Some(first) = commit.parents.first() else { return Ok(false) };
        let before = CommitTree::of_commit(merges.objects, *first, merges.prefix)?;
        let after = CommitTree::new(merges.objects, commit.tree, merges.prefix);
        let [before, after, landed] = [before, after, landed].map(|tree| Governance::read(&tree));
        let (before, after, landed) = (before?, after?, landed?);
        Ok(is_lost_rule([&before, &after], &landed))
    }

    /// Returns a version that no landing made: what a commit off the line took away.
    fn version(
        &self,
        commit: &Rc<Commit>,
        loss: Loss,
        files: Vec<FileAt>,
        record: VersionBody,
    ) -> Version {
        let at = self.at(commit);
        Version {
            n: 0,
            landing: self.after.unwrap_or(0),
            commit: Rc::clone(commit),
            change: VersionChange::Amended,
            before: Vec::new(),
            files,
            origins: Box::default(),
            record,
            digest: None,
            touched: Vec::new(),
            nested: Vec::new(),
            tags: Vec::new(),
            made_in_merge: MadeInMerge::No,
            truncated: None,
            off_line: Some(Box::new(OffLine {
                role: Some(Rerouted::TakenAway(TakenAway { loss, by: self.by, at })),
                bar: Some(at),
                held_since: None,
            })),
        }
    }

    /// Returns the version that the line holds nevertheless; its authors are those of the version before, and of the merge.
    fn brought_back(&self, before: &Version) -> Version {
        let mut back = before.clone();
        back.landing = self.landing();
        back.nested = Vec::new();
        back.tags = Vec::new();
        if let Lost::Merge(..) = self.by {
            let is_taken_over =
                matches!(before.made_in_merge, MadeInMerge::No | MadeInMerge::AutoMerged);
            if before.commit.parents.len() < 2 || !is_taken_over {
                back.touched.push(Rc::clone(&before.commit));
            }
            back.commit = Rc::clone(&self.line);
            back.made_in_merge = MadeInMerge::Made;
        }
        back.off_line =
            Some(Box::new(OffLine { role: Some(Rerouted::BroughtBack), ..OffLine::default() }));
        back
    }

    /// Inserts versions into a trail, behind the last one that had landed by then, and what the line holds nevertheless.
    fn insert(&self, trail: &mut Trail, mut taken: Vec<Version>) {
        taken.sort_by_key(|version| {
            (version.off_line.as_ref().and_then(|it| it.bar), version.commit.oid)
        });
        let at = trail.versions.partition_point(|version| self.is_before(version));
        let before = at.checked_sub(1).and_then(|at| trail.versions.get(at)).cloned();
        let is_governance = matches!(trail.key, TrailKey::Path(_));
        let stands = before.as_ref().is_some_and(|before| !before.files.is_empty());
        if !stands && !is_governance {
            // Nothing is there to take it from yet: no statement of before supports what lands.
            let bar = taken.iter().filter_map(|version| version.off_line.as_ref()?.bar).max();
            if let Some(next) = trail.versions.get_mut(at) {
                let own = &mut next.off_line_mut().bar;
                *own = (*own).max(bar);
            }
            return;
        }
        let has_own = matches!(self.by, Lost::Merge(..)) && at < trail.versions.len();
        let back = match (&before, has_own) {
            (_, true) => None,
            (Some(before), false) => Some(self.brought_back(before)),
            (None, false) => taken.first().map(|first| Version {
                files: Vec::new(),
                record: VersionBody::known(Content::Gone),
                ..self.brought_back(first)
            }),
        };
        let mut files = before.map(|before| before.files).unwrap_or_default();
        let mut was_there = stands;
        let n_taken = taken.len();
        let end = at + n_taken + usize::from(back.is_some()).max(usize::from(has_own));
        trail.versions.splice(at..at, taken.into_iter().chain(back));
        for version in trail.versions.iter_mut().take(end).skip(at) {
            version.before = files;
            // The same bytes again are a version, too: they land on top of what was taken away.
            version.change = trails::change(&version.before, &version.files, was_there)
                .unwrap_or(VersionChange::Amended);
            files = version.files.clone();
            was_there = true;
        }
        number(trail);
    }

    /// Returns what a commit took away from a record that the line still grants.
    fn loss(
        &self,
        (merges, contents): (&Merges<'_>, &mut ContentCache<'_>),
        commit: &Commit,
        bytes: &Bytes,
        line: Option<&Version>,
    ) -> Option<Loss> {
        let line = line.filter(|line| !line.files.is_empty())?;
        if bytes.new.is_empty() && !bytes.old.is_empty() {
            // A file with the same id may stay.
            let tree = CommitTree::new(merges.objects, commit.tree, merges.prefix);
            let is_there = |file: &FileAt| matches!(tree.entry(&file.path), Ok(Some(_)));
            if line.files.iter().any(is_there) {
                return None;
            }
        }
        let granted = read(contents, &line.record);
        record_loss(contents, bytes, granted.as_ref())
    }
}

/// Returns what a change of a record took away, if it is still granted; `granted` is the record that is, if it can be read.
pub fn record_loss(
    contents: &mut ContentCache<'_>,
    bytes: &Bytes,
    granted: Option<&Rc<Record>>,
) -> Option<Loss> {
    if bytes.old.is_empty() || granted.is_some_and(|granted| granted.closure.is_some()) {
        return None;
    }
    if bytes.new.is_empty() {
        return Some(Loss::Removal);
    }
    let after = record(contents, &bytes.new)?;
    let before = record(contents, &bytes.old).or_else(|| granted.map(Rc::clone));
    let was_closed = before.as_ref().is_some_and(|before| before.closure.is_some());
    if after.closure.is_some() && !was_closed {
        return Some(Loss::Closure);
    }
    let known = before.iter().chain(granted).flat_map(|record| &record.fired).collect::<Vec<_>>();
    if after.fired.iter().any(|fired| !known.contains(&fired)) {
        return Some(Loss::Fired);
    }
    let before = before?;
    let rest = match granted {
        Some(granted) => {
            let both = change::meet(granted, &before);
            if both.unequal.is_empty() { both.record } else { granted.as_ref().clone() }
        }
        None => before.as_ref().clone(),
    };
    (takes_away(&after, &before) && takes_away(&after, &rest)).then_some(Loss::Narrowing)
}

/// Tells whether a change of the rules only made them stricter, and the rules that the line has are not as strict.
pub fn is_lost_rule([before, after]: [&Governance; 2], line: &Governance) -> bool {
    let is_sound = |it: &Governance| it.state == governance::State::Sound;
    is_sound(before)
        && is_sound(after)
        && governs::only_adds(before, after)
        && !governs::only_adds(after, line)
}

/// Tells whether the line holds what a tip had that a merge brought back: the merge left nothing out that it took away, and each
/// of its governance files has landed.
///
/// # Errors
/// [`Obstacle`] if the tip's tree can't be read.
pub fn is_whole(
    history: &History,
    objects: &dyn Objects,
    tip: Oid,
    landing: usize,
) -> Result<bool, Obstacle> {
    let trails = history.trails.values().chain(history.governance.values());
    let mut taken = trails.flat_map(|trail| &trail.versions).filter_map(Version::taken_away);
    if taken.any(|taken| matches!(taken.by, Lost::Merge(merge, _) if merge == landing)) {
        return Ok(false);
    }
    let tree = CommitTree::of_commit(objects, tip, &history.prefix)?;
    for (path, trail) in &history.governance {
        let Some((_, blob)) = tree.entry(path)? else { continue };
        let mut landed = trail.versions.iter().filter(|version| version.taken_away().is_none());
        if !landed.any(|version| version.files.iter().any(|file| file.blob == blob)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Numbers the versions of a trail again.
fn number(trail: &mut Trail) {
    for (n, version) in trail.versions.iter_mut().enumerate() {
        version.n = n + 1;
    }
}

/// Returns the record in files, if they are a single readable one.
fn record(contents: &mut ContentCache<'_>, files: &[FileAt]) -> Option<Rc<Record>> {
    let [only] = files else { return None };
    let (body, _) = contents.read(&only.path, only.blob);
    read(contents, &body)
}

/// Returns the record of a version, whose bytes may have been dropped.
fn read(contents: &ContentCache<'_>, body: &VersionBody) -> Option<Rc<Record>> {
    body.fetch(|blob| contents.bytes(blob));
    body.record().map(Rc::clone)
}

/// Tells whether a version grants less than the earlier one.
fn takes_away(later: &Record, earlier: &Record) -> bool {
    let meeting = change::meet(later, earlier);
    !meeting.unequal.is_empty() || meeting.record != *earlier
}
