//! What a walk of a mainline found.
//!
//! Uses history's mainline, versions and notes. Pure. Start at [`History`]. Follows `docs/spec/approval.md`, 4.

use crate::history::commit::Commit;
use crate::history::governance::States;
use crate::history::mainline::Mainline;
use crate::history::notes::{self, Notes};
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::version::{Trail, TrailKey};
use crate::history::watched_paths;
use crate::record::time::Instant;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// All that the mainline says about the records, or about some of them.
#[derive(Clone, Debug)]
pub struct History {
    /// The approved ref and its chain of first parents.
    pub mainline: Mainline,
    /// The trail of each record, by its key.
    pub trails: BTreeMap<TrailKey, Trail>,
    /// The keys of the records that nobody wants to be told about.
    pub left_out: BTreeSet<TrailKey>,
    /// Trails that are told about no further, and from whose files versions of the others come.
    pub former: BTreeMap<TrailKey, Trail>,
    /// The trail of each governance file, by its path; only files that some policy on the mainline named.
    pub governance: BTreeMap<String, Trail>,
    /// The bytes of the governance files' versions, by their ids.
    pub governance_bytes: HashMap<Oid, Rc<[u8]>>,
    /// The governance in the tree of each landing, whether or not anybody approved it.
    pub states: States,
    /// Where the ledger lies in the repository.
    pub prefix: LedgerPrefix,
    /// The folders whose files were read as records.
    pub records: Vec<String>,
    /// The files below `.approvals` that landings changed, in landing order, then by path.
    pub approvals: Vec<ApprovalFileChange>,
    /// The last landing whose approval files may name no ledger; `None` where there is no last one.
    pub unnamed_until: Option<usize>,
    /// Every commit that can be reached from the tip, with the index of the landing that brought it.
    pub landed: HashMap<Oid, usize>,
    /// The notes of reviews, where they count; `None` until they are read, and where there are none.
    pub notes: Option<Notes>,
}

impl History {
    /// Returns a trail, also one that is told about no further.
    pub fn trail(&self, key: &TrailKey) -> Option<&Trail> {
        self.trails.get(key).or_else(|| self.former.get(key))
    }
}

/// A change of a file below `.approvals`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalFileChange {
    /// Its landing: an index into the mainline's landings.
    pub landing: usize,
    /// Its path from the ledger's root.
    pub path: String,
    pub commit: Rc<Commit>,
    /// Its bytes before, by id; `None` where it is new.
    pub before: Option<Oid>,
    /// Its bytes after, by id; `None` where it is removed.
    pub new: Option<Oid>,
    /// Its bytes after.
    pub after: After,
    /// Whether its landing changes anything else.
    pub company: Company,
}

impl ApprovalFileChange {
    /// Returns the record whose folder the file lies in; that of governance files is nobody's.
    pub fn record(&self) -> TrailKey {
        TrailKey::Id(watched_paths::approvals_of(&self.path).to_ascii_uppercase())
    }
}

/// Whether a landing that changes approval files changes anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Company {
    Alone,
    More,
    /// Folders that are needed to tell are not here.
    Unknown(Obstacle),
}

/// What a file beside records holds after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// Nothing: it is removed.
    Gone,
    /// These bytes.
    Bytes(Rc<[u8]>),
    /// Bytes that are not here.
    Missing(Obstacle),
}

impl History {
    /// Tells whether notes count for anything that landed.
    pub fn heeds_notes(&self) -> bool {
        let mut states = self.states.each();
        states.any(|state| state.governance.policy.approval.heeds_notes())
    }

    /// Reads the notes from a commit of their ref, as they stood at an instant or as they stand now.
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
