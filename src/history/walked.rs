//! The result of walking a mainline.
//!
//! Pure. Start at [`History`]. The head of `walk` says how.

use crate::history::approvals_branch::BranchStatement;
use crate::history::chain::ApprovalsBranch;
use crate::history::commit::Commit;
use crate::history::content::After;
use crate::history::governance::States;
use crate::history::mainline::Mainline;
use crate::history::notes::{self, Notes};
use crate::history::objects::{Objects, Obstacle, Oid, OidMap};
use crate::history::paths::LedgerPrefix;
use crate::history::record_folders::RecordFolders;
use crate::history::taken::OffLine;
use crate::history::version::{Trail, TrailKey, Version};
use crate::history::watched_paths;
use crate::record::time::Instant;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// The history of all or some records along the mainline.
#[derive(Clone, Debug)]
pub struct History {
    /// The approved ref and its chain of first parents.
    pub mainline: Mainline,
    /// Why a commit that the tip or the approvals branch reaches can't be read; `None` if all can. Then nobody knows which rules
    /// count, nor what was taken away (M7).
    pub gap: Option<Obstacle>,
    pub trails: BTreeMap<TrailKey, Trail>,
    /// The keys of the records that are left out of the result.
    pub left_out: BTreeSet<TrailKey>,
    /// Trails that are left out, but from whose files versions of others come.
    pub former: BTreeMap<TrailKey, Trail>,
    /// The trail of each governance file that any policy on the mainline named, and of each redesign, by path.
    pub governance: BTreeMap<String, Trail>,
    pub off_line: BTreeMap<TrailKey, OffLine>,
    /// What commits off the line took away by each governance file, by path.
    pub off_line_rules: BTreeMap<String, OffLine>,
    /// The lost tips with changes or approvals of governance files that the line lacks (M5b).
    pub lost_rules: Vec<Oid>,
    /// The lost tips that the line does not reach.
    pub lost_tips: Vec<Oid>,
    /// The bytes of the governance files' versions, by their ids.
    pub governance_bytes: OidMap<Rc<[u8]>>,
    /// The governance in the tree of each landing, approved or not.
    pub states: States,
    pub prefix: LedgerPrefix,
    /// The signed merges before the last list of keys, where any policy demands signed approvals.
    pub before_lists: BTreeMap<usize, Rc<Commit>>,
    /// The folders whose files were read as records.
    pub folders: RecordFolders,
    /// The files below `.approvals` that landings changed, in landing order, then by path.
    pub approvals: Vec<ApprovalFileChange>,
    /// The statements of the approvals branch, by the times of their commits.
    pub statements: Vec<BranchStatement>,
    /// Those that only its former tips have.
    pub lost_statements: Vec<BranchStatement>,
    pub approvals_branch: ApprovalsBranch,
    /// The last landing whose approval files may lack a ledger name; `None` if there is no limit.
    pub unnamed_until: Option<usize>,
    /// Every commit reachable from the tip, with the index of the landing that added it.
    pub landed: OidMap<usize>,
    /// The review notes, if they count; `None` until they are read, or if there are none.
    pub notes: Option<Notes>,
    /// The landing from which the ledger's policy counts, if a ledger above had to approve it.
    pub begins: Option<usize>,
    /// The landing with which each noted policy of another folder first came, by its path.
    pub other_policies: BTreeMap<String, usize>,
    /// The policies of folders below that are judged as governance files of this ledger, by their paths.
    pub policies_below: BTreeSet<String>,
    /// Whether the signatures of forges are checked only where the policy demands them, since no level is shown.
    pub hides_levels: bool,
    pub checked: CheckedCommits,
}

/// Which keys signed which commits, as far as that was checked: an answer judges a commit several times.
#[derive(Clone, Debug, Default)]
pub struct CheckedCommits(Rc<RefCell<HashMap<(Oid, String), bool>>>);

impl CheckedCommits {
    /// Returns the known result of a check, by the key's fingerprint, or makes it.
    pub fn is_by(&self, commit: Oid, key: String, check: impl FnOnce() -> bool) -> bool {
        let mut checked = self.0.borrow_mut();
        *checked.entry((commit, key)).or_insert_with(check)
    }
}

impl History {
    /// Fails where a commit can't be read.
    ///
    /// # Errors
    /// The [`Obstacle`] in the way.
    pub fn check_complete(&self) -> Result<(), Obstacle> {
        match &self.gap {
            Some(gap) => Err(gap.clone()),
            None => Ok(()),
        }
    }

    /// Returns a trail, including trails left out of the result.
    pub fn trail(&self, key: &TrailKey) -> Option<&Trail> {
        self.trails.get(key).or_else(|| self.former.get(key))
    }

    /// Returns the paths of the governance files that any policy on the mainline named, and of policies below, without the
    /// redesigns.
    pub fn named_governance(&self) -> BTreeSet<&str> {
        let named = self.states.paths(&self.prefix);
        let is_named = |path: &&str| named.contains(*path) || self.policies_below.contains(*path);
        self.governance.keys().map(String::as_str).filter(is_named).collect()
    }

    /// Returns the bytes of a version of a governance file; `None` if it removes the file, or they are missing.
    pub fn bytes_of(&self, version: &Version) -> Option<&Rc<[u8]>> {
        self.governance_bytes.get(&version.files.first()?.blob)
    }

    /// Tells whether notes count for anything that landed.
    pub fn heeds_notes(&self) -> bool {
        let mut states = self.states.each();
        states.any(|state| state.governance.policy.approval.heeds_notes())
    }

    /// Reads the notes from a commit of their ref, as of an instant or the current ones.
    pub fn read_notes(&mut self, objects: &dyn Objects, tip: Oid, until: Option<Instant>) {
        let trails = self.trails.values().chain(self.governance.values());
        let versions = trails.flat_map(|trail| &trail.versions);
        let wanted: BTreeSet<Oid> = versions
            .flat_map(|version| [&version.commit].into_iter().chain(&version.nested))
            .map(|commit| commit.oid)
            .collect();
        self.notes = notes::read(objects, tip, until, &wanted);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalFileChange {
    /// Its landing: an index into the mainline's landings.
    pub landing: usize,
    pub path: String,
    pub commit: Rc<Commit>,
    /// The id of its bytes before; `None` if it is new.
    pub before: Option<Oid>,
    /// The id of its bytes after; `None` if it is removed.
    pub new: Option<Oid>,
    pub after: After,
    /// Whether a commit off the first-parent line added it, and the line lacks it: only a rejection counts (M5).
    pub is_off_line: bool,
}

impl ApprovalFileChange {
    /// Returns the trail key of the folder that the file is in; that of governance files matches no record.
    pub fn record(&self) -> TrailKey {
        TrailKey::Id(watched_paths::approvals_of(&self.path).to_ascii_uppercase())
    }
}
