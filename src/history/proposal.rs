//! Proposals: changes of records in branches and the work tree that have not landed.
//!
//! Pure: loose files are passed as plain data. Start at [`read`]. Follows `docs/spec/status.md`, proposals and pending
//! changes. A proposal grants nothing and ends nothing.

use crate::diag::sorting::StableSort as _;
use crate::history::branch::{Branch, BranchContext};
use crate::history::chain;
use crate::history::change;
use crate::history::change::event::ChangeEvent;
use crate::history::commit::Commit;
use crate::history::folder::Mode;
use crate::history::folders::FileChange;
use crate::history::merge_content::ComparedPath;
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::refs::{self, ApprovedRef, HEADS, HeadState, Refs};
use crate::history::trails::{self, Bytes};
use crate::history::tree::CommitTree;
use crate::history::version::{Content, FileAt, TrailKey, Version};
use crate::history::walked::History;
use crate::history::watched_paths::{Interest, WatchedKind};
use crate::record::time::Instant;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A change of one record that has not landed.
#[derive(Clone, Debug)]
pub struct RecordProposal {
    /// The short name of the branch; `None` for a change that is only in the work tree.
    pub branch: Option<String>,
    pub tip: Option<Oid>,
    pub is_merge: bool,
    /// The committer time, as stated, of the first commit that changes the record.
    pub since: Option<Instant>,
    /// The committer time, as stated, of the last commit that changes the record.
    pub latest: Option<Instant>,
    /// Name and address of the author of that first commit.
    pub author: Option<(String, String)>,
    /// All commits that change the record, parents first.
    pub commits: Vec<Rc<Commit>>,
    /// Why not all of those commits can be read.
    pub unread: Option<Obstacle>,
    /// The proposed files that differ from what landed; empty if the record is to be removed.
    pub files: Vec<FileAt>,
    pub record: Content,
    pub events: Vec<ChangeEvent>,
}

#[derive(Clone, Debug, Default)]
pub struct Proposals {
    /// The proposals by record, the latest change first and the work tree last.
    pub by_key: BTreeMap<TrailKey, Vec<RecordProposal>>,
    /// The branches that can't be read, with the reason.
    pub obstacles: Vec<(String, Obstacle)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Branches by their short names.
    pub branches: Vec<(String, Oid)>,
    /// The checked-out commit, if HEAD is detached.
    pub detached: Option<Oid>,
    /// The checked-out commit, with which the work tree is compared; `None` before the first commit.
    pub head: Option<Oid>,
    /// The files of the work tree that differ from that commit.
    pub loose: Vec<Loose>,
}

/// A file of the work tree that differs from the checked-out commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loose {
    /// The path from the ledger's root.
    pub path: String,
    /// Its bytes and their id; `None` if the file is deleted.
    pub file: Option<(Oid, Vec<u8>)>,
}

impl Sources {
    /// Returns the branches that may contain proposals: those of the approved ref's remote, or the local ones if there
    /// is none, and the current branch; and what agents requested in this clone.
    pub fn from_refs(refs: &Refs, chosen: &ApprovedRef, loose: Vec<Loose>) -> Sources {
        let folder = match &chosen.remote {
            Some(remote) => format!("refs/remotes/{remote}/"),
            None => HEADS.to_owned(),
        };
        let short = |name: &str| {
            let bare = name.strip_prefix("refs/remotes/").or(name.strip_prefix(HEADS));
            bare.unwrap_or(name).to_owned()
        };
        let approvals = [chosen.remote.as_deref(), None].map(refs::approvals_ref);
        let is_other = |name: &String| *name != chosen.reference && !approvals.contains(name);
        let others = refs.names.iter().filter(|(name, _)| is_other(name));
        let mut branches: Vec<(String, Oid)> = others
            .filter(|(name, _)| name.starts_with(&folder))
            .map(|(name, oid)| (short(name), *oid))
            .collect();
        let (head, detached) = match &refs.head {
            HeadState::Detached(oid) => (Some(*oid), Some(*oid)),
            HeadState::Branch(name) => (refs.names.get(name).copied(), None),
        };
        // A branch that is already pushed is listed once, by its remote name.
        let is_new = |oid: &Oid| branches.iter().all(|(_, other)| other != oid);
        if let (HeadState::Branch(name), false) = (&refs.head, refs.is_bare)
            && is_other(name)
            && let Some(oid) = head.filter(is_new)
        {
            branches.push((short(name), oid));
        }
        if chosen.remote.is_some() {
            let requested = refs.names.iter().filter(|(name, _)| name.starts_with(REQUESTS));
            for (name, oid) in requested {
                if branches.iter().all(|(_, other)| other != oid) {
                    branches.push((short(name), *oid));
                }
            }
        }
        Sources { branches, detached, head, loose }
    }
}

/// The local branches that hold the requests of agents, until somebody pushes them.
const REQUESTS: &str = "refs/heads/exledger/request/";

/// Returns the proposals.
///
/// `records` are the record folders of the policy at the tip.
///
/// # Errors
/// [`Obstacle`] if the checked-out commit can't be read; unreadable branches are part of the result.
pub fn read(
    objects: &dyn Objects,
    history: &History,
    prefix: &LedgerPrefix,
    records: &[String],
    sources: &Sources,
) -> Result<Proposals, Obstacle> {
    let interest = Interest::new(prefix, records);
    let mut desk = ProposalReader {
        context: BranchContext::new(objects, prefix, &interest),
        history,
        proposals: Proposals::default(),
    };
    desk.work_tree(sources)?;
    if let Some(tip) = sources.detached {
        desk.branch(None, tip);
    }
    for (name, tip) in &sources.branches {
        desk.branch(Some(name), *tip);
    }
    let mut proposals = desk.proposals;
    for of_one in proposals.by_key.values_mut() {
        of_one.order_by(|one, other| rank(one).cmp(&rank(other)));
    }
    Ok(proposals)
}

/// Sorts branches before the work tree, the latest first, then by name.
fn rank(proposal: &RecordProposal) -> impl Ord + '_ {
    let latest = std::cmp::Reverse(proposal.latest);
    (proposal.branch.is_none(), latest, &proposal.branch)
}

struct ProposalReader<'o, 'h> {
    context: BranchContext<'o>,
    history: &'h History,
    proposals: Proposals,
}

impl ProposalReader<'_, '_> {
    fn work_tree(&mut self, sources: &Sources) -> Result<(), Obstacle> {
        let mut changes = Vec::new();
        let head = match sources.head {
            Some(head) => {
                Some(CommitTree::of_commit(self.context.objects, head, self.context.prefix)?)
            }
            None => None,
        };
        for loose in &sources.loose {
            let kind = self.context.interest.kind_of(self.context.prefix, &loose.path);
            let old = match &head {
                Some(head) => head.entry(&loose.path)?,
                None => None,
            };
            if let Some((oid, bytes)) = &loose.file {
                self.context.contents.learn(&loose.path, *oid, bytes);
            }
            changes.extend(kind.map(|kind| FileChange {
                path: loose.path.as_str().into(),
                kind,
                old: old.and_then(|(mode, oid)| if mode == Mode::File { Some(oid) } else { None }),
                new: loose.file.as_ref().map(|(oid, _)| *oid),
                others: Box::default(),
            }));
        }
        let records = changes.iter().filter(|change| change.kind == WatchedKind::Record);
        let differing = trails::differing(&mut self.context.contents, records);
        for (key, bytes) in &differing {
            if is_listed_by_id(key, bytes, differing.iter()) {
                continue;
            }
            let landed = self.landed(key).map_or(&[][..], |version| version.files.as_slice());
            if trails::blobs(&bytes.new) != trails::blobs(landed) {
                self.propose(None, key, bytes, (Vec::new(), None));
            }
        }
        Ok(())
    }

    /// Reads a branch; one without a name is the checked-out commit.
    fn branch(&mut self, name: Option<&str>, tip: Oid) {
        if let Err(obstacle) = self.try_branch(name, tip) {
            let name = name.unwrap_or("HEAD").to_owned();
            self.proposals.obstacles.push((name, obstacle));
        }
    }

    fn try_branch(&mut self, name: Option<&str>, tip: Oid) -> Result<(), Obstacle> {
        let Some(branch) = Branch::ahead(self.context.objects, &self.history.landed, tip)? else {
            return Ok(());
        };
        let mut changed = branch.beyond(&mut self.context, self.history.mainline.tip)?;
        if branch.truncated.is_some() {
            let landed = chain::read(self.context.objects, self.history.mainline.tip)?.tree;
            if self.context.compare(Some(landed), branch.tip.tree)?.is_empty() {
                // It has what landed, so it proposes nothing, wherever it began.
                return Ok(());
            }
            // The branch point is unknown: the branch certainly proposes only content that never landed.
            changed.retain(|subject, bytes| match subject {
                ComparedPath::Record(key) => {
                    !self.history.trails.contains_key(key) && !bytes.new.is_empty()
                }
                ComparedPath::Governance(_) => false,
            });
        }
        let commits = if changed.is_empty() || name.is_none() {
            Ok(Vec::new())
        } else {
            branch.commits(&mut self.context)
        };
        let unread = branch.truncated.clone().or(commits.as_ref().err().cloned());
        let commits = commits.unwrap_or_default();
        for (subject, bytes) in &changed {
            let ComparedPath::Record(key) = subject else {
                continue;
            };
            let others = changed.iter().filter_map(|(subject, bytes)| match subject {
                ComparedPath::Record(key) => Some((key, bytes)),
                ComparedPath::Governance(_) => None,
            });
            if is_listed_by_id(key, bytes, others) || self.has_landed(&branch, key, bytes) {
                continue;
            }
            let own = commits.iter().filter(|commit| commit.touched.contains(subject));
            let own = own.map(|commit| Rc::clone(&commit.commit)).collect();
            self.propose(name.map(|name| (name, tip)), key, bytes, (own, unread.as_ref()));
        }
        unread.map_or(Ok(()), Err)
    }

    /// Tells whether what a branch says of a record landed after the branch began, as by a squash of it.
    fn has_landed(&self, branch: &Branch, key: &TrailKey, bytes: &Bytes) -> bool {
        let landed = &self.history.landed;
        let began = branch.bases.iter().filter_map(|base| landed.get(base)).max();
        let versions = self.history.trails.get(key).into_iter().flat_map(|trail| &trail.versions);
        let mut later = versions.filter(|version| began.is_none_or(|at| version.landing > *at));
        later.any(|version| trails::blobs(&version.files) == trails::blobs(&bytes.new))
    }

    fn landed(&self, key: &TrailKey) -> Option<&Version> {
        self.history.trails.get(key)?.last()
    }

    fn propose(
        &mut self,
        branch: Option<(&str, Oid)>,
        key: &TrailKey,
        bytes: &Bytes,
        (commits, unread): (Vec<Rc<Commit>>, Option<&Obstacle>),
    ) {
        let (body, _) = self.context.contents.read_all(&bytes.new);
        self.context.contents.parse(&body);
        let record = body.content().clone();
        let landed = self.landed(key).map(|version| version.record.content());
        let proposal = RecordProposal {
            branch: branch.map(|(name, _)| name.to_owned()),
            tip: branch.map(|(_, tip)| tip),
            is_merge: branch.is_some_and(|(_, tip)| {
                chain::read(self.context.objects, tip).is_ok_and(|it| it.parents.len() > 1)
            }),
            since: commits.first().and_then(|first| first.committed()),
            latest: commits.last().and_then(|last| last.committed()),
            author: commits.first().map(|first| {
                let author = first.author();
                (author.name.clone(), author.email.clone())
            }),
            commits,
            unread: unread.cloned(),
            events: events(landed, &record),
            files: bytes.new.clone(),
            record,
        };
        let of_one = self.proposals.by_key.entry(key.clone()).or_default();
        // A detached commit and the work tree changes on top of it are one proposal, the latter.
        let is_known = branch.is_none() && of_one.iter().any(|other| other.branch.is_none());
        if !is_known {
            of_one.push(proposal);
        }
    }
}

fn is_listed_by_id<'b>(
    key: &TrailKey,
    bytes: &Bytes,
    mut others: impl Iterator<Item = (&'b TrailKey, &'b Bytes)>,
) -> bool {
    let holds = |other: &Bytes| bytes.new.iter().all(|file| other.new.contains(file));
    matches!(key, TrailKey::Path(_))
        && others.any(|(other, bytes)| matches!(other, TrailKey::Id(_)) && holds(bytes))
}

fn events(landed: Option<&Content>, proposed: &Content) -> Vec<ChangeEvent> {
    let after = match proposed {
        Content::Record(record) => record,
        Content::Gone => return vec![ChangeEvent::Removed],
        _ => return vec![ChangeEvent::Broken],
    };
    match landed {
        None => change::events(None, after),
        Some(Content::Record(before)) => {
            let events = change::events(Some(before), after);
            if events.is_empty() { vec![ChangeEvent::Reformatted] } else { events }
        }
        Some(_) => vec![ChangeEvent::Restored],
    }
}
