//! One pass over the approved branch, for all records at once.
//!
//! 1. The chain is the tip and its first parents, down to a root or a commit in `.git/shallow`; effective times run along
//!    it (T1).
//! 2. Oldest first, the ledger's tree of each commit is compared with that of its first parent, a root's with an empty one.
//!    Only where object ids differ are folders read. Each id that differs is a version (V1), each governance file is a
//!    trail, too.
//! 3. The range of a merge is what it adds: all that its parents 2..n reach and no earlier landing does. One set of reached
//!    commits grows along the chain: that reads each commit once, knows the landing of each, holds criss-cross and back
//!    merges already, and is exact under any clock skew (hiding by date, as `revwalk` does, fails in 58 of 2,400 cases). What
//!    can't be read of a change truncates the range (A6); a commit that can't ends the history (M7).
//! 4. A commit of the range touches an id if its files differ from those in each of its parents (A2), and is nested
//!    evidence for bytes if they differ from those in its first parent (E1). Ranges are read only of merges whose ledger
//!    differs from the first parent's: landing, path, date and class of change don't need them, the author set and nested
//!    evidence do.
//! 5. Changes below `.approvals` are collected with their landing, notes are read last. `approval`'s fold binds both to
//!    versions.
//!
//! Git's commit-graph may decide which landings are not opened (`Objects::changes`); whatever counts is read from its
//! objects, which must agree.
//!
//! Pure. Start at [`walk`]. Follows `docs/spec/approval.md`, 1.2 and 1.3.

use crate::diag::sorting::StableSort as _;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::rc::Rc;

use crate::history::approval_files::ApprovalFileChanges;
use crate::history::approvals_branch::{AskedStatements, N_DIGITS, collect_statements};
use crate::history::chain::{self, ApprovalsBranch, Chain};
use crate::history::commit::Commit;
use crate::history::content::ContentCache;
use crate::history::digest::Digest;
use crate::history::folders::{FileChange, RecordSearch};
use crate::history::former::{FormerCommits, OffLineMarks};
use crate::history::governance::{GovernanceFiles, States};
use crate::history::graph::ChangedLanding;
use crate::history::mainline::Mainline;
use crate::history::merge_content::{ComparedPath, Merges};
use crate::history::merged_commits::LandingBranches;
use crate::history::objects::{Objects, Obstacle, Oid, OidMap};
use crate::history::paths::LedgerPrefix;
use crate::history::record_folders::RecordFolders;
use crate::history::related_files::LedgerLocation;
use crate::history::survey::Survey;
use crate::history::trails::{LandedFiles, TrailSet};
use crate::history::version::{Content, Trail, TrailKey, Version};
use crate::history::walked::{ApprovalFileChange, CheckedCommits, History};
use crate::history::watched_paths::{RecordFilter, WatchedKind};
use crate::history::{governance, origin, tags, unnamed};
use crate::policy::Policy;
use crate::policy::demand::Proof;
use crate::record::file::RecordFile;

/// Walks a mainline and returns the trails of all records and governance files.
///
/// A file whose first lines state the id of its name is not parsed: [`History::parse`] or [`History::visit`] must follow.
/// `records` are the record folders (V8); `None` for those that the policies that landed name, approved or not.
///
/// # Errors
/// [`Obstacle`] if a folder of a mainline commit can't be read; other missing objects are recorded on
/// the version that needs them.
pub fn walk(
    objects: &dyn Objects,
    chain: Chain,
    prefix: &LedgerPrefix,
    records: Option<&RecordFolders>,
) -> Result<History, Obstacle> {
    log::debug!("walking the history of all records: any of them may be asked about");
    let survey = Survey::read(objects, &chain, prefix, records, None)?;
    collect_versions(objects, chain, prefix, survey)
}

/// Returns the mainline alone, for a history without a policy, of which nothing else is needed.
pub fn mainline_only(chain: Chain, prefix: &LedgerPrefix) -> History {
    empty_history(chain.mainline, prefix, chain.approvals, chain.others.judged)
}

fn empty_history(
    mainline: Mainline,
    prefix: &LedgerPrefix,
    approvals_branch: ApprovalsBranch,
    policies_below: BTreeSet<String>,
) -> History {
    History {
        gap: mainline.boundary.clone().or_else(|| approvals_branch.cut_off().cloned()),
        mainline,
        trails: BTreeMap::new(),
        left_out: BTreeSet::new(),
        former: BTreeMap::new(),
        governance: BTreeMap::new(),
        lost_rules: Vec::new(),
        lost_tips: Vec::new(),
        off_line: BTreeMap::new(),
        off_line_rules: BTreeMap::new(),
        governance_bytes: OidMap::default(),
        states: States::unread(),
        prefix: prefix.clone(),
        before_lists: BTreeMap::new(),
        folders: RecordFolders { now: Policy::default().records, ..Default::default() },
        approvals: Vec::new(),
        statements: Vec::new(),
        lost_statements: Vec::new(),
        approvals_branch,
        unnamed_until: None,
        landed: OidMap::default(),
        notes: None,
        begins: None,
        other_policies: BTreeMap::new(),
        policies_below,
        hides_levels: false,
        checked: CheckedCommits::default(),
    }
}

/// Walks a mainline and returns the trails of a few records, and of those that a search finds.
///
/// A record has the name of its file, or it is invalid. Callers must also name the files at the tip that have a
/// requested id under another name, since two files with one id conflict. All records are walked if, when one of
/// the versions landed, a file of another name with the id was added or removed. Files of these names are followed in all
/// folders, also in merged branches.
pub fn walk_named(
    objects: &dyn Objects,
    chain: Chain,
    prefix: &LedgerPrefix,
    records: Option<&RecordFolders>,
    (few, search): (&RecordFilter, Option<RecordSearch<'_>>),
) -> Result<History, Obstacle> {
    let n_names = few.names.len();
    log::debug!("walking only the history of what is asked about, by file name: {n_names}");
    let mut survey = Survey::read(objects, &chain, prefix, records, Some((few, search)))?;
    let few = &survey.few.take().unwrap_or_default();
    let history = collect_versions(objects, chain.clone(), prefix, survey)?;
    let around = LedgerLocation { objects, prefix, folders: &history.folders.all() };
    if around.hides(&history, few) {
        log::debug!("walking again, all records: a record asked about was in another file, too");
        let history = walk(objects, chain, prefix, records)?;
        history.parse(objects);
        return Ok(history);
    }
    history.parse(objects);
    Ok(history)
}

fn collect_versions(
    objects: &dyn Objects,
    chain: Chain,
    prefix: &LedgerPrefix,
    mut survey: Survey,
) -> Result<History, Obstacle> {
    let mut trails = TrailSet::new(ContentCache::new(objects));
    let mut governance = GovernanceFiles::default();
    let mut approvals = ApprovalFileChanges::default();
    let mut other_policies: BTreeMap<String, usize> = BTreeMap::new();
    let (noted, policies_below) = (chain.others.noted, chain.others.judged);
    let (mut mainline, now, branch) = (chain.mainline, chain.lost.now, chain.approvals);
    mainline.hold_times(&survey.graph.brought_times);
    let oldest = mainline.boundary.clone();
    let unread = survey.graph.unread.take();
    let mut before_lists = signed_merges(&survey.states, &chain.commits);
    let place = (&survey.folders, prefix);
    let mut left = survey.folders.left(&chain.commits);
    let mut commits = chain.commits.into_iter().enumerate();
    let graph = &mut survey.graph;
    let (stops, lost) = (mem::take(&mut graph.stops), mem::take(&mut graph.lost));
    let mut merges = Merges::new(objects, prefix, &survey.interest, &survey.graph);
    let (mut found, mut marks) = (survey.found, OffLineMarks::default());
    let mut other_files = vec![];
    let (mut lost_rules, mut lost_tips) = (vec![], vec![]);
    for stop in stops {
        let Some((_, commit)) = commits.find(|(landing, _)| *landing == stop.landing) else {
            continue;
        };
        leave_folders(&mut trails, place, &mut left, stop.landing);
        let cut_off = if stop.landing == 0 { oldest.as_ref() } else { None };
        let landed = LandedFiles { landing: stop.landing, commit: &commit, cut_off };
        let changes = &*found.take(stop.pair);
        let keys = land_records(&mut trails, place, landed, changes);
        let paths = governance::land(&mut governance, &trails.contents, landed, changes);
        let files = || changes.iter().filter(|change| change.kind == WatchedKind::Approval);
        let watched = files().filter(|change| survey.interest.watches(&change.path));
        other_files.extend(unnamed::other_files(stop.landing, files(), &survey.interest));
        note_policies(changes, &noted, stop.landing, &mut other_policies);
        approvals.land(&trails.contents, landed, watched);
        if landed.cut_off.is_some() || commit.parents.len() < 2 {
            continue;
        }
        let branches = LandingBranches::read(&mut trails.contents, &mut found, &stop);
        let records = keys.into_iter().map(ComparedPath::Record);
        for subject in records.chain(paths.into_iter().map(ComparedPath::Governance)) {
            let brought = (&branches, &stop, changes);
            fill_last(&mut merges, (&mut trails, &mut governance), brought, &subject);
        }
        approvals.bring(&trails.contents, landed, &branches, &survey.interest);
        if let Some(mut former) = FormerCommits::of_merge(&mainline, stop.landing, commit, now) {
            former.mark(&branches, &mut merges, (&mut trails, &mut governance), &mut marks)?;
        }
    }
    leave_folders(&mut trails, place, &mut left, usize::MAX);
    for (tip, stop) in lost {
        let branches = LandingBranches::read(&mut trails.contents, &mut found, &stop);
        if branches.changes_rules() {
            lost_rules.push(tip);
        }
        lost_tips.push(tip);
        let line = Rc::new(chain::read(objects, mainline.tip)?);
        let landed = LandedFiles { landing: stop.landing, commit: &line, cut_off: None };
        approvals.bring(&trails.contents, landed, &branches, &survey.interest);
        let mut former = FormerCommits::of_tip(&mainline, tip, &stop, line, now);
        former.mark(&branches, &mut merges, (&mut trails, &mut governance), &mut marks)?;
    }
    let approvals = approvals.into_changes();
    let unnamed_until = unnamed::until(&trails.contents, &mainline, &approvals, &other_files);
    let (trails, former) = set_apart(trails.trails);
    let lists = lists_of_keys(&governance, &survey.states, prefix);
    before_lists.split_off(lists.last().unwrap_or(&0));
    let folders = (&survey.states, &*survey.folders.all());
    let asked = || asked_statements(&trails, &governance, folders);
    let [statements, lost_statements] = collect_statements(objects, prefix, &branch, &asked)?;
    let empty = empty_history(mainline, prefix, branch, policies_below);
    Ok(History {
        gap: empty.gap.clone().or(unread),
        former,
        trails,
        governance: governance.trails,
        lost_rules,
        lost_tips,
        off_line: marks.records,
        off_line_rules: marks.rules,
        governance_bytes: governance.bytes,
        states: survey.states,
        before_lists,
        folders: survey.folders,
        approvals,
        statements,
        lost_statements,
        unnamed_until,
        landed: survey.graph.landed,
        other_policies,
        ..empty
    })
}

fn leave_folders(
    trails: &mut TrailSet<'_>,
    place: (&RecordFolders, &LedgerPrefix),
    left: &mut Vec<(usize, Rc<Commit>)>,
    before: usize,
) {
    // A landing at which an approval of the policy counts may change no file.
    for (landing, commit) in left.extract_if(.., |(landing, _)| *landing < before) {
        let landed = LandedFiles { landing, commit: &commit, cut_off: None };
        land_records(trails, place, landed, &[]);
    }
}

fn land_records(
    trails: &mut TrailSet<'_>,
    (folders, prefix): (&RecordFolders, &LedgerPrefix),
    landed: LandedFiles<'_>,
    changes: &[FileChange],
) -> Vec<TrailKey> {
    let of_records = changes
        .iter()
        .filter(|change| matches!(change.kind, WatchedKind::Record | WatchedKind::Other));
    if folders.former.is_empty() {
        return trails.land(landed, of_records);
    }
    let kept = folders.changes((prefix, landed.landing), of_records, trails.standing());
    trails.land(landed, kept.iter())
}

fn note_policies(
    changes: &[FileChange],
    noted: &BTreeSet<String>,
    landing: usize,
    policies: &mut BTreeMap<String, usize>,
) {
    // The ledger's own policy may name it as a governance file, too.
    for change in changes {
        if noted.contains(&*change.path) && change.new.is_some() {
            policies.entry(change.path.to_string()).or_insert(landing);
        }
    }
}

fn signed_merges(states: &States, commits: &[Rc<Commit>]) -> BTreeMap<usize, Rc<Commit>> {
    let mut policies = states.each().map(|state| &state.governance.policy);
    if !policies.any(|policy| policy.strongest_proof() == Proof::Attested) {
        return BTreeMap::new();
    }
    let merges = commits.iter().enumerate().filter(|(_, commit)| commit.parents.len() == 2);
    let signed = merges.filter(|(_, commit)| commit.signature().is_some());
    signed.map(|(landing, commit)| (landing, Rc::clone(commit))).collect()
}

fn lists_of_keys(
    governance: &GovernanceFiles,
    states: &States,
    prefix: &LedgerPrefix,
) -> BTreeSet<usize> {
    let signers = states.each().map(|state| &state.governance.policy.approval.signers);
    let paths: BTreeSet<String> = signers.map(|path| prefix.plain(path)).collect();
    let trails = paths.iter().filter_map(|path| governance.trails.get(path));
    trails.flat_map(|trail| &trail.versions).map(|version| version.landing).collect()
}

fn set_apart(
    all: BTreeMap<TrailKey, Trail>,
) -> (BTreeMap<TrailKey, Trail>, BTreeMap<TrailKey, Trail>) {
    let is_other = |(key, _): &(TrailKey, Trail)| matches!(key, TrailKey::Other(_));
    let (mut others, trails): (BTreeMap<_, _>, BTreeMap<_, _>) =
        all.into_iter().partition(is_other);
    let needed = origin::needed(trails.values(), &others);
    others.retain(|key, _| needed.contains(key));
    (trails, others)
}

fn asked_statements(
    trails: &BTreeMap<TrailKey, Trail>,
    governance: &GovernanceFiles,
    (states, records): (&States, &[String]),
) -> AskedStatements {
    let ids = trails.keys().filter_map(|key| match key {
        TrailKey::Id(id) => Some(id.clone()),
        TrailKey::Path(_) | TrailKey::Other(_) => None,
    });
    let versions =
        trails.values().chain(governance.trails.values()).flat_map(|trail| &trail.versions);
    let known = versions.filter_map(|version| version.digest);
    // A governance file that is removed has no bytes.
    let known = known.chain([Digest::of(b"")]);
    let policies = states.each().map(|state| &state.governance.policy);
    AskedStatements {
        ids: ids.collect(),
        digests: known.map(|digest| digest.to_string().chars().take(N_DIGITS).collect()).collect(),
        folders: policies.flat_map(|policy| &policy.records).chain(records).cloned().collect(),
    }
}

fn fill_last(
    merges: &mut Merges<'_>,
    (trails, governance): (&mut TrailSet<'_>, &mut GovernanceFiles),
    (branches, stop, changes): (&LandingBranches, &ChangedLanding, &[FileChange]),
    subject: &ComparedPath,
) {
    let trail = match subject {
        ComparedPath::Record(key) => trails.trails.get_mut(key),
        ComparedPath::Governance(path) => governance.trails.get_mut(path),
    };
    let Some(version) = trail.and_then(|trail| trail.versions.last_mut()) else { return };
    let contents = &mut trails.contents;
    let is_touched = branches.fill(subject, version);
    let others = other_blobs(version, changes);
    version.made_in_merge = merges.judge(contents, stop, subject, version, others, is_touched);
    branches.fill_brought_back(merges, contents, subject, version);
    version.tags = tags::of_version(merges.objects, merges.prefix, &merges.graph.landed, version);
}

/// A callback for a landed version of a trail, with the source positions in its file.
pub type VersionVisitor<'v> = &'v mut dyn FnMut(&Trail, &Version, &RecordFile);

impl History {
    /// Parses all versions, and passes those of one file to a callback, in the order in which they landed. Their source
    /// positions are then dropped.
    pub fn visit(&self, objects: &dyn Objects, visitor: VersionVisitor<'_>) {
        let contents = ContentCache::new(objects);
        let trails = self.trails.values();
        let mut versions: Vec<(&Trail, &Version)> = trails
            .flat_map(|trail| trail.versions.iter().map(move |version| (trail, version)))
            .collect();
        versions.retain(|(_, version)| version.rerouted.is_none());
        versions.order_by_key(|(_, version)| version.landing);
        for (trail, version) in versions {
            let [file] = version.files.as_slice() else { continue };
            if let Some(mut source) = contents.places(&file.path, file.blob) {
                let content = Content::from_file(&mut source);
                version.record.know(|| content);
                visitor(trail, version, &source);
            }
        }
        self.parse(objects);
    }

    /// Parses all versions, those that they come from, and the changes that a merge left out.
    pub fn parse(&self, objects: &dyn Objects) {
        let contents = ContentCache::new(objects);
        let needed = origin::needed(self.trails.values(), &self.former);
        let trails =
            self.trails.values().chain(needed.iter().filter_map(|key| self.former.get(key)));
        let versions = trails.flat_map(|trail| &trail.versions);
        versions.for_each(|version| contents.parse(&version.record));
        let off_line = self.off_line.iter().filter(|(key, _)| self.trails.contains_key(key));
        off_line.for_each(|(_, off_line)| off_line.parse(&contents));
    }

    /// Drops the trails that are not wanted, most of a long history, and parses the first version of the others. `wanted` must
    /// not read any versions but those of [`Trail::telling`].
    pub fn leave_out(&mut self, objects: &dyn Objects, wanted: &mut dyn FnMut(&Trail) -> bool) {
        let contents = ContentCache::new(objects);
        let parse = |version: &Version| contents.parse(&version.record);
        for (key, mut trail) in mem::take(&mut self.trails) {
            trail.last().into_iter().for_each(parse);
            trail.telling().for_each(parse);
            if wanted(&trail) {
                trail.versions.first().into_iter().for_each(parse);
                self.trails.insert(key, trail);
                continue;
            }
            trail.forget();
            if trail.became.is_none() {
                // An emergency that a merge left out uses up graces, whatever its id was filed for since.
                if self.off_line.get(&key).is_some_and(|off_line| off_line.filed.is_empty()) {
                    self.off_line.remove(&key);
                }
                self.left_out.insert(key.clone());
            }
            self.former.insert(key, trail);
        }
        let needed = origin::needed(self.trails.values(), &self.former);
        self.former.retain(|key, _| needed.contains(key));
        let is_kept = |file: &ApprovalFileChange| !self.left_out.contains(&file.record());
        self.approvals.retain(is_kept);
    }
}

fn other_blobs<'c>(version: &Version, changes: &'c [FileChange]) -> &'c [Option<Oid>] {
    let [only] = version.files.as_slice() else {
        return &[];
    };
    let change = changes.iter().find(|change| *change.path == *only.path);
    change.map_or(&[], |change| &change.others)
}
