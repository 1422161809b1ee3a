//! What commits off the first-parent line took away, and the line lacks: it counts as landed.
//!
//! A merge on the approved branch may leave out what the commits that it brings had done: a closure, a removal, a narrower
//! scope, a stricter rule, a rejection. So may a force push, of which this clone remembers the former tip. Each of these
//! commits is compared with its first parent; what it took away, and the line lacks, gets a version of its own just before
//! the merge (or where the lines part), followed by what the line holds nevertheless. Nobody's words about a merge matter.
//!
//! Pure. Start at `FormerCommits`. Follows `docs/spec/approval.md`, M5.

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::history::chain;
use crate::history::commit::Commit;
use crate::history::content::{ContentCache, FileId};
use crate::history::folder::Mode;
use crate::history::governance::GovernanceFiles;
use crate::history::graph::ChangedLanding;
use crate::history::mainline::{Landing, Mainline};
use crate::history::merge_content::{ComparedPath, Merges};
use crate::history::merged_commits::LandingBranches;
use crate::history::objects::{Objects, Obstacle, Oid, OidMap};
use crate::history::off_line::{Loss, Lost, Rerouted, TakenAway};
use crate::history::rule_change::LineRules;
use crate::history::taken::{EmergencyOffLine, OffLine, RecordChange, SupportBar, stood_before};
use crate::history::trails::{self, Bytes, TrailSet};
use crate::history::tree::CommitTree;
use crate::history::version::{
    Content, FileAt, MadeInMerge, Trail, TrailKey, Version, VersionBody, VersionChange,
};
use crate::history::walked::History;
use crate::record::Record;
use crate::record::time::Instant;
use crate::record::vocabulary::Class;

/// A commit off the line, with its differences from its first parent.
pub(super) type FormerCommit<'c> = (&'c Rc<Commit>, &'c BTreeMap<ComparedPath, Bytes>);

pub(super) struct FormerCommits<'a> {
    /// The landing after which what they took away counts; `None` before the first.
    after: Option<usize>,
    by: Lost,
    line: Rc<Commit>,
    /// The time of a commit that is dated in the future, or not at all.
    known: Instant,
    now: Instant,
    landings: &'a [Landing],
    times: OidMap<Instant>,
}

impl<'a> FormerCommits<'a> {
    /// Returns those that a merge brings; `None` for the first landing, before which there is no line.
    pub(super) fn of_merge(
        mainline: &'a Mainline,
        landing: usize,
        line: Rc<Commit>,
        now: Instant,
    ) -> Option<FormerCommits<'a>> {
        Some(FormerCommits {
            after: Some(landing.checked_sub(1)?),
            by: Lost::Merge(landing, line.oid),
            known: mainline.landings.get(landing)?.effective,
            now,
            line,
            landings: &mainline.landings,
            times: OidMap::default(),
        })
    }

    /// Returns those that only a lost tip reaches; `line` is the commit at the tip, and no time is later than `now`.
    pub(super) fn of_tip(
        mainline: &'a Mainline,
        tip: Oid,
        parted: &ChangedLanding,
        line: Rc<Commit>,
        now: Instant,
    ) -> FormerCommits<'a> {
        FormerCommits {
            after: if !parted.is_unrelated { Some(parted.landing) } else { None },
            by: Lost::Tip(tip),
            line,
            known: now,
            now,
            landings: &mainline.landings,
            times: OidMap::default(),
        }
    }

    fn landing(&self) -> usize {
        match self.by {
            Lost::Merge(landing, _) => landing,
            Lost::Tip(_) => self.after.unwrap_or(0),
        }
    }

    fn is_before(&self, version: &Version) -> bool {
        Some(version.landing) <= self.after
    }

    fn parted(&self) -> usize {
        self.after.map_or(0, |after| after + 1)
    }

    // Returns the bytes that a commit left of what stood on the line; `None` where something else stood there, which people
    // may have approved off the line in between.
    fn left(&self, trail: Option<&Trail>, bytes: &Bytes) -> Option<Oid> {
        let mut landed = trail?.versions.iter().rev().filter(|version| self.is_before(version));
        let stood = landed.find(|version| version.taken_away().is_none())?;
        match (stood.files.as_slice(), bytes.old.as_slice(), bytes.new.as_slice()) {
            ([stood], [old], [new]) if stood.blob == old.blob => Some(new.blob),
            _ => None,
        }
    }

    /// Returns what stood on the line where a commit adds a file of a record that stands there already; `None` if nothing did,
    /// or the line has had these bytes itself, or holds them.
    fn stood_beside<'t>(&self, trail: &'t Trail, bytes: &Bytes) -> Option<&'t VersionBody> {
        let blobs = trails::blobs(&bytes.new);
        let has_landed = |version: &Version| trails::blobs(&version.files) == blobs;
        let holds = |version: &Version| {
            let own = trails::blobs(&version.files);
            blobs.iter().all(|blob| own.contains(blob))
        };
        if trail.last().is_some_and(holds) {
            return None;
        }
        let mut landed = trail.versions.iter().filter(|version| self.is_before(version));
        if blobs.is_empty() || landed.clone().any(has_landed) {
            return None;
        }
        let last = landed.next_back().filter(|version| !version.files.is_empty());
        last.map(|version| &version.record)
    }

    // Tells whether a commit drops the file in which the record stood alone on the line, of several that it had then: what
    // stays is another one (V3), whatever the merge makes of it. A file without an id that can be read was none of them: over
    // it, the record moves.
    fn drops_own(&self, trail: &Trail, bytes: &Bytes, contents: &mut ContentCache<'_>) -> bool {
        let landed = trail.versions.iter().rev().filter(|version| self.is_before(version));
        let mut files = landed.map(|version| version.files.as_slice());
        let Some([own]) = files.find(|files| files.len() < 2) else { return false };
        let holds = |files: &[FileAt]| files.iter().any(|file| file.path == own.path);
        if !holds(&bytes.old) || holds(&bytes.new) {
            return false;
        }
        let mut readable = bytes
            .old
            .iter()
            .filter(|file| !matches!(contents.file_id(&file.path, file.blob), FileId::Unreadable));
        bytes.new.is_empty() || readable.nth(1).is_some()
    }

    // Tells whether the merge, too, drops the file that a commit drops of several, and keeps another: it left nothing out, and
    // `record-deleted` names a file that got no id of its own. `false` if that file can't be read.
    fn drops_too(&self, trail: &Trail, bytes: &Bytes, contents: &ContentCache<'_>) -> bool {
        let ([gone], [], Some(line)) = (bytes.old.as_slice(), bytes.new.as_slice(), trail.last())
        else {
            return false;
        };
        let holds = |files: &[FileAt]| files.iter().any(|file| file.path == gone.path);
        let mut landed = trail.versions.iter().rev().filter(|version| self.is_before(version));
        let own = landed.find(|version| version.files.len() < 2);
        line.landing == self.landing()
            && line.before.len() > 1
            && holds(&line.before)
            && !holds(&line.files)
            && own.is_some_and(|own| read(contents, &own.record).is_some())
    }

    fn until(&self) -> usize {
        match self.by {
            Lost::Merge(landing, _) => landing,
            Lost::Tip(_) => usize::MAX,
        }
    }

    fn at(&self, commit: &Commit) -> Instant {
        commit.committed().filter(|at| *at <= self.now).unwrap_or(self.known)
    }

    /// Returns the time of a commit along its branch, as T1 does: it is not earlier than any that it follows.
    fn effective(&mut self, merges: &Merges<'_>, commit: &Rc<Commit>) -> Instant {
        let mut stack = vec![Rc::clone(commit)];
        while let Some(commit) = stack.pop() {
            let mut at = self.at(&commit);
            let mut unknown = Vec::new();
            for parent in commit.parents.iter() {
                let landing =
                    merges.graph.landed.get(parent).filter(|landing| **landing < self.until());
                let landing = landing.and_then(|landing| self.landings.get(*landing));
                match (landing, self.times.get(parent)) {
                    (Some(landing), _) if landing.oid == *parent => at = at.max(landing.effective),
                    (None, Some(earlier)) => at = at.max(*earlier),
                    // What landed earlier with another merge, or is behind the end of a shallow clone.
                    (Some(_), _) => {}
                    (None, None) => unknown.extend(chain::read(merges.objects, *parent).ok()),
                }
            }
            if unknown.is_empty() {
                self.times.insert(commit.oid, at);
            } else {
                stack.push(commit);
                stack.extend(unknown.into_iter().map(Rc::new));
            }
        }
        self.times.get(&commit.oid).copied().unwrap_or(self.known)
    }

    pub(super) fn mark(
        &mut self,
        branches: &LandingBranches,
        merges: &mut Merges<'_>,
        (records, governance): (&mut TrailSet<'_>, &mut GovernanceFiles),
        marks: &mut OffLineMarks,
    ) -> Result<(), Obstacle> {
        let TrailSet { contents, trails, .. } = records;
        self.mark_records(branches, (merges, contents), trails, &mut marks.records)?;
        self.mark_governance(branches, (merges, contents), governance, &mut marks.rules)?;
        if let Some(obstacle) = &branches.truncated {
            self.doubt_records(obstacle, trails);
            // They may have made a rule stricter, revoked a key, or rejected what lands later.
            for trail in governance.trails.values_mut() {
                self.doubt(obstacle, trail);
            }
        }
        Ok(())
    }

    /// Adds to what the merge holds, after commits that it brings took something away, the authors of the merges among them that
    /// brought it back: that content was made before (A2).
    fn name_restorers(
        &self,
        branches: &LandingBranches,
        (merges, contents): (&mut Merges<'_>, &mut ContentCache<'_>),
        subject: &ComparedPath,
        trail: &mut Trail,
    ) {
        let Lost::Merge(landing, _) = self.by else { return };
        for version in &mut trail.versions {
            if version.landing == landing && version.taken_away().is_none() {
                branches.fill_restored(merges, contents, subject, version);
            }
        }
    }

    fn mark_records(
        &mut self,
        branches: &LandingBranches,
        (merges, contents): (&mut Merges<'_>, &mut ContentCache<'_>),
        trails: &mut BTreeMap<TrailKey, Trail>,
        marks: &mut BTreeMap<TrailKey, OffLine>,
    ) -> Result<(), Obstacle> {
        let mut taken: BTreeMap<&ComparedPath, Vec<Version>> = BTreeMap::new();
        for (commit, changed) in branches.commits() {
            for (subject, bytes) in changed {
                let ComparedPath::Record(key @ TrailKey::Id(_)) = subject else { continue };
                let at = self.at(commit);
                if !bytes.new.is_empty() {
                    let held = marks.entry(key.clone()).or_default();
                    let first = trails.get(key).and_then(|trail| trail.versions.first());
                    let first = first.filter(|first| first.files == bytes.new);
                    self.note_held(held, (commit, at), (bytes, first), contents);
                }
                let change = if bytes.old.is_empty() {
                    match trails.get(key).and_then(|trail| self.stood_beside(trail, bytes)) {
                        Some(stood) => RecordChange::beside(stood, contents, &bytes.new),
                        None => continue,
                    }
                } else {
                    RecordChange::find(contents, bytes)
                };
                if let Some(obstacle) = change.obstacle() {
                    trails.get_mut(key).into_iter().for_each(|trail| self.doubt(obstacle, trail));
                    continue;
                }
                // What the line holds is not lost. Whether it took anything away is asked only of what is judged.
                let line = trails.get(key).and_then(|trail| trail.last());
                let is_held = commit.parents.len() == 1
                    && line.is_some_and(|line| line.files == bytes.new)
                    && change.is_unread();
                if !is_held {
                    change.parse(contents);
                }
                let drops_own =
                    trails.get(key).is_some_and(|trail| self.drops_own(trail, bytes, contents));
                let is_taking = if bytes.new.is_empty() {
                    is_removed(merges, contents, commit, (key, &bytes.old))
                } else {
                    let parse = |body: &VersionBody| contents.parse(body);
                    let stood = || {
                        let trail = trails.get(key);
                        trail.map_or_else(Vec::new, |it| stood_before(it, self.parted(), &parse))
                    };
                    is_held || drops_own || change.takes(&stood)
                };
                if !is_taking || self.is_taken_over((merges, contents), commit, subject, bytes)? {
                    continue;
                }
                let at = self.effective(merges, commit);
                let unsure = if is_held { Some(change.clone()) } else { None };
                let (from, parted) = (self.landing(), self.parted());
                let left = self.left(trails.get(key), bytes).filter(|_| !drops_own);
                let bar = SupportBar { from, parted, at, unsure, left };
                marks.entry(key.clone()).or_default().bars.push(bar);
                let Some(trail) = trails.get_mut(key) else { continue };
                if is_held || has_taken(trail, commit) {
                    continue;
                }
                let changed = (key, &**commit, drops_own);
                let Some(loss) = self.loss((merges, contents), changed, &change, trail) else {
                    continue;
                };
                // What stays beside a file that goes is another record's beginning.
                let left = if loss == Loss::Removal { Vec::new() } else { bytes.new.clone() };
                let (body, digest) = contents.read_all(&left);
                contents.parse(&body);
                let record = match body.content().ending() {
                    // What is narrower under another name narrows all the same.
                    Some(narrow) if loss == Loss::Narrowing && body.record().is_none() => {
                        VersionBody::known(Content::Record(Rc::clone(narrow)))
                    }
                    _ => body,
                };
                let mut version = self.version((commit, at), loss, left, record);
                if let Some(Rerouted::TakenAway(taken)) = version.rerouted.as_deref_mut() {
                    taken.is_held = drops_own && self.drops_too(trail, bytes, contents);
                }
                taken.entry(subject).or_default().push(Version { digest, ..version });
            }
        }
        for (subject, taken) in taken {
            let ComparedPath::Record(key) = subject else { continue };
            if let Some(trail) = trails.get_mut(key) {
                self.insert(trail, taken);
                self.name_restorers(branches, (merges, contents), subject, trail);
            }
        }
        Ok(())
    }

    /// Notes that a commit off the line holds a record; one that it files may be an emergency. `first` is the version with these
    /// bytes with which the line began.
    fn note_held(
        &self,
        held: &mut OffLine,
        (commit, at): (&Rc<Commit>, Instant),
        (bytes, first): (&Bytes, Option<&Version>),
        contents: &mut ContentCache<'_>,
    ) {
        held.held_since = Some(held.held_since.map_or(at, |since| since.min(at)));
        let Lost::Merge(landing, _) = self.by else { return };
        held.brought_by.get_or_insert(landing);
        if !bytes.old.is_empty() {
            return;
        }
        let read;
        let body = match first {
            Some(first) => &first.record,
            None => {
                read = contents.read_all(&bytes.new).0;
                &read
            }
        };
        if !body.may_be_emergency() {
            return;
        }
        contents.parse(body);
        if let Some(record) = body.record()
            && record.class == Class::Emergency
        {
            let (commit, record) = (Rc::clone(commit), Rc::clone(record));
            let is_first = first.is_some();
            held.filed.push(EmergencyOffLine { commit, at, landing, record, is_first });
        }
    }

    fn doubt_records(&self, obstacle: &Obstacle, trails: &mut BTreeMap<TrailKey, Trail>) {
        for trail in trails.values_mut() {
            let has_own = trail.last().is_none_or(|last| last.landing >= self.until());
            if matches!(trail.key, TrailKey::Id(_)) && !has_own {
                self.doubt(obstacle, trail);
            }
        }
    }

    fn doubt(&self, obstacle: &Obstacle, trail: &mut Trail) {
        let Some(last) = trail.versions.last_mut() else { return };
        if last.truncated.is_some() || last.files.is_empty() {
            return;
        }
        if last.landing >= self.until() {
            last.truncated = Some(obstacle.clone());
            return;
        }
        let mut doubtful = self.brought_back(last);
        doubtful.truncated = Some(obstacle.clone());
        trail.versions.push(doubtful);
        number(trail);
    }

    fn mark_governance(
        &mut self,
        branches: &LandingBranches,
        (merges, contents): (&mut Merges<'_>, &mut ContentCache<'_>),
        files: &mut GovernanceFiles,
        marks: &mut BTreeMap<String, OffLine>,
    ) -> Result<(), Obstacle> {
        let mut taken: BTreeMap<&ComparedPath, Vec<Version>> = BTreeMap::new();
        for (commit, changed) in branches.commits() {
            for (subject, bytes) in changed {
                let ComparedPath::Governance(path) = subject else { continue };
                let line = LineRules {
                    objects: merges.objects,
                    prefix: merges.prefix,
                    contents,
                    files,
                    after: self.after,
                    parted: self
                        .after
                        .and_then(|after| self.landings.get(after))
                        .map(|landed| landed.tree),
                    tree: self.line.tree,
                };
                let rule = line.judge(commit, path, bytes)?;
                if !rule.is_stricter
                    || self.is_taken_over((merges, contents), commit, subject, bytes)?
                {
                    continue;
                }
                let at = self.effective(merges, commit);
                let (from, parted) = (self.landing(), self.parted());
                let left = self.left(files.trails.get(path), bytes);
                let bar = SupportBar { from, parted, at, unsure: None, left };
                marks.entry(path.clone()).or_default().bars.push(bar);
                let is_known = files.trails.get(path).is_some_and(|trail| has_taken(trail, commit));
                if !rule.is_lacking || is_known {
                    continue;
                }
                let mut holding = bytes.new.clone();
                let content = match (rule.content, holding.first_mut()) {
                    (Some((blob, content)), Some(file)) => {
                        file.blob = blob;
                        files.bytes.insert(blob, content.into());
                        Content::File
                    }
                    _ => Content::Gone,
                };
                let body = VersionBody::known(content);
                let mut version = self.version((commit, at), Loss::Rule, holding, body);
                if let Some(Rerouted::TakenAway(taken)) = version.rerouted.as_deref_mut() {
                    taken.is_held = rule.is_held;
                    taken.is_in_line = rule.is_in_line;
                }
                taken.entry(subject).or_default().push(version);
            }
        }
        for (subject, taken) in taken {
            let ComparedPath::Governance(path) = subject else { continue };
            let trail = files
                .trails
                .entry(path.clone())
                .or_insert_with(|| Trail::new(TrailKey::Path(path.clone())));
            self.insert(trail, taken);
            self.name_restorers(branches, (merges, contents), subject, trail);
        }
        Ok(())
    }

    fn version(
        &self,
        (commit, at): (&Rc<Commit>, Instant),
        loss: Loss,
        files: Vec<FileAt>,
        record: VersionBody,
    ) -> Version {
        let landed = (self.after.unwrap_or(0), commit);
        let taken = Rerouted::TakenAway(TakenAway {
            loss,
            by: self.by,
            at,
            is_held: false,
            is_in_line: false,
        });
        Version {
            rerouted: Some(Box::new(taken)),
            ..Version::new(landed, VersionChange::Amended, files, record)
        }
    }

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
        back.rerouted = Some(Box::new(Rerouted::BroughtBack));
        back
    }

    fn insert(&self, trail: &mut Trail, mut taken: Vec<Version>) {
        taken.order_by_key(|version| (version.taken_away().map(|it| it.at), version.commit.oid));
        let at = trail.versions.partition_point(|version| self.is_before(version));
        let before = at.checked_sub(1).and_then(|at| trail.versions.get(at)).cloned();
        let is_governance = matches!(trail.key, TrailKey::Path(_));
        let stands = before.as_ref().is_some_and(|before| !before.files.is_empty());
        if !stands && !is_governance {
            // Nothing is there to take it from yet: only its time counts.
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
            let begins_anew = version.rerouted.is_none() && version.is_left_over();
            version.before = files;
            // What a second file begins anew goes on with nothing that was taken away either.
            if !begins_anew {
                // The same bytes again are a version, too: they land on top of what was taken away.
                version.change = trails::change(&version.before, &version.files, was_there)
                    .unwrap_or(VersionChange::Amended);
            }
            files = version.files.clone();
            was_there = true;
        }
        number(trail);
    }

    /// Tells whether a merge took a change over from a parent that had landed: that has its bytes, or a record that grants no
    /// more.
    fn is_taken_over(
        &self,
        (merges, contents): (&mut Merges<'_>, &mut ContentCache<'_>),
        merge: &Commit,
        subject: &ComparedPath,
        bytes: &Bytes,
    ) -> Result<bool, Obstacle> {
        for parent in merges.landed_parents(merge, self.until()) {
            let compared = merges.compare(contents, parent, merge)?;
            let Some(other) = compared.get(subject) else { return Ok(true) };
            let granted = record(contents, &other.old);
            if granted.is_some()
                && RecordChange::read(contents, bytes).loss(granted.as_ref()).is_none()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn loss(
        &self,
        (merges, contents): (&Merges<'_>, &mut ContentCache<'_>),
        (key, commit, drops_own): (&TrailKey, &Commit, bool),
        change: &RecordChange,
        trail: &Trail,
    ) -> Option<Loss> {
        let line = trail.last().filter(|line| !line.files.is_empty())?;
        if drops_own {
            return Some(Loss::Removal);
        }
        if change.is_removal() && !is_removed(merges, contents, commit, (key, &line.files)) {
            return None;
        }
        // What can't be read now may be put right later.
        let granted = read(contents, &line.record)
            .or_else(|| stood_before(trail, self.parted(), &|body| contents.parse(body)).pop());
        change.loss_on_line(granted.as_ref())
    }
}

fn is_removed(
    merges: &Merges<'_>,
    contents: &mut ContentCache<'_>,
    commit: &Commit,
    (key, old): (&TrailKey, &[FileAt]),
) -> bool {
    let tree = CommitTree::new(merges.objects, commit.tree, merges.prefix);
    let is_there = |file: &FileAt| match tree.entry(&file.path) {
        Ok(Some((Mode::File, blob))) => match contents.file_id(&file.path, blob) {
            FileId::Id(id) => *id == *key.as_str(),
            FileId::Unreadable | FileId::Missing(_) => false,
        },
        _ => false,
    };
    !old.is_empty() && !old.iter().any(is_there)
}

#[derive(Default)]
pub(super) struct OffLineMarks {
    pub(super) records: BTreeMap<TrailKey, OffLine>,
    pub(super) rules: BTreeMap<String, OffLine>,
}

/// Tells whether the line holds what a tip had that a merge brought back: the merge left nothing out that it took away, and each
/// of its governance files has landed.
pub fn is_whole(
    history: &History,
    objects: &dyn Objects,
    tip: Oid,
    landing: usize,
) -> Result<bool, Obstacle> {
    let trails = history.trails.values().chain(history.governance.values());
    let mut taken = trails.flat_map(|trail| &trail.versions).filter_map(Version::taken_away);
    let is_by_merge = |by: Lost| matches!(by, Lost::Merge(merge, _) if merge == landing);
    if taken.any(|taken| is_by_merge(taken.by) && !taken.is_held) {
        return Ok(false);
    }
    has_landed_rules(history, objects, tip)
}

/// Tells whether each governance file of a tip has landed on the line.
fn has_landed_rules(history: &History, objects: &dyn Objects, tip: Oid) -> Result<bool, Obstacle> {
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

fn has_taken(trail: &Trail, commit: &Commit) -> bool {
    let mut of_commit = trail.versions.iter().filter(|version| version.commit.oid == commit.oid);
    of_commit.any(|version| version.taken_away().is_some())
}

fn number(trail: &mut Trail) {
    for (n, version) in trail.versions.iter_mut().enumerate() {
        version.n = n + 1;
    }
}

fn record(contents: &mut ContentCache<'_>, files: &[FileAt]) -> Option<Rc<Record>> {
    let (body, _) = contents.read_all(files);
    read(contents, &body)
}

fn read(contents: &ContentCache<'_>, body: &VersionBody) -> Option<Rc<Record>> {
    contents.parse(body);
    body.record().map(Rc::clone)
}
