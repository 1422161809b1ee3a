//! Finds landed records of the same kind, or about the same subject, as some others: by their
//! text, then by reading them.
//!
//! Start at [`NeighbourSearch::of`]. Follows `docs/spec/policy.md`, repetition. A file is read only if its bytes
//! contain the relevant values, because a ledger may hold ten thousand files.

use crate::history::change::entries::ExpiryExtension;
use crate::session::error::Undetermined;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::approval::TrailVerdicts;
use crate::history::content;
use crate::history::folders::FileChange;
use crate::history::objects::{Objects, Obstacle, OidMap};
use crate::history::version::{Content, Trail, TrailKey, Version, VersionChange};
use crate::history::walked::History;
use crate::history::watched_paths::WatchedKind;
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::policy::governance::Governance;
use crate::policy::redesign::Redesign;
use crate::policy::settings::PatternKey;
use crate::record::Record;
use crate::record::file;
use crate::record::folded::folded;
use crate::record::time::Instant;
use crate::record::vocabulary::RootCause;
use crate::status::state::RecordFacts;
use crate::survey::branch::Delta;
use crate::survey::cause::{self, Findings, RefusingGroups};
use crate::survey::compared_version::ComparedVersion;
use crate::survey::neighbour::Neighbour;
use crate::survey::occurrence::Filing;
use crate::survey::redesign::{covers, covers_any};
use crate::survey::refiling::{NameSearch, Peer};
use crate::yaml::node::Limits;

/// Finds records of which a version that landed, and was changed or removed since, matches.
pub(crate) struct FormerSearch<'s> {
    objects: &'s dyn Objects,
    /// Tells whether a file matches, by its path and bytes.
    matches: &'s dyn Fn(&str, &[u8]) -> bool,
    seen: RefCell<OidMap<bool>>,
    /// The names of the files that were found, in upper case and without suffix.
    pub(crate) found: RefCell<BTreeSet<String>>,
}

impl<'s> FormerSearch<'s> {
    pub(crate) fn new(
        objects: &'s dyn Objects,
        matches: &'s dyn Fn(&str, &[u8]) -> bool,
    ) -> FormerSearch<'s> {
        FormerSearch { objects, matches, seen: RefCell::default(), found: RefCell::default() }
    }

    /// Returns the name of the file that a change replaces, if it matches.
    pub(crate) fn name(&self, change: &FileChange) -> Option<String> {
        let is_record = matches!(change.kind, WatchedKind::Record | WatchedKind::Other);
        let old = change.old.filter(|_| is_record)?;
        let is_found = *self.seen.borrow_mut().entry(old).or_insert_with(|| {
            match content::bytes_within(self.objects, old, Limits::RECORD.bytes) {
                Ok(bytes) => bytes.is_some_and(|bytes| (self.matches)(&change.path, &bytes)),
                // What a partial clone left out may match.
                Err(_) => true,
            }
        });
        let name = is_found.then(|| file::stem(&change.path).to_ascii_uppercase())?;
        self.found.borrow_mut().insert(name.clone());
        Some(name)
    }
}

/// The search terms for similar records.
pub struct NeighbourSearch<'n> {
    governance: [&'n Governance; 2],
    peers: Vec<Peer>,
    names: Vec<String>,
    groups: Vec<RefusingGroups>,
    /// The same as folded text to search for in a file; not controls and addresses, which have several forms.
    written: BTreeSet<Vec<String>>,
    patterns: Vec<Rc<Redesign>>,
}

impl<'n> NeighbourSearch<'n> {
    /// Returns the search terms for the open records among those that differ, under the governance before and after.
    ///
    /// A record about the same subject as before, ending no later, repeats nothing that it did not repeat before.
    pub fn of(deltas: &[Delta], governance: [&'n Governance; 2]) -> NeighbourSearch<'n> {
        let records = deltas.iter().filter(|delta| asks_for_similar(delta));
        let records = records.filter_map(|delta| Some((delta.name(), delta.record_after()?)));
        NeighbourSearch::of_records(records, governance)
    }

    /// Returns the search terms for open records, each with its id.
    pub fn of_records<'r>(
        records: impl Iterator<Item = (String, &'r Record)>,
        governance: [&'n Governance; 2],
    ) -> NeighbourSearch<'n> {
        let mut search = NeighbourSearch {
            governance,
            peers: Vec::new(),
            names: Vec::new(),
            groups: Vec::new(),
            written: BTreeSet::new(),
            patterns: Vec::new(),
        };
        for (id, record) in records {
            let refusing =
                governance.iter().map(|governance| RefusingGroups::of(record, governance));
            search.groups.extend(refusing);
            let written = search.written(record);
            search.written.extend(written);
            let peer = Peer::from_record(&id, record, None);
            let names = peer.iter().flat_map(Peer::names).map(str::to_owned);
            search.names.extend(names.collect::<Vec<_>>());
            search.peers.extend(peer);
        }
        search
    }

    /// Adds the patterns of the redesigns that are about one of the records: whether they came back depends on all records
    /// of the pattern.
    pub fn with_redesigns<'r>(
        mut self,
        redesigns: impl Iterator<Item = &'r Rc<Redesign>>,
    ) -> NeighbourSearch<'n> {
        for redesign in redesigns {
            let mut governance = self.governance.iter();
            let is_about = governance.any(|governance| {
                self.groups.iter().any(|groups| covers_any(&redesign.pattern, groups, governance))
            });
            if is_about {
                let counts = |key: &str| !matches!(key, "control" | "owner" | "finding");
                let words = redesign.pattern.stated().filter(|(key, _)| counts(key));
                self.written.insert(words.map(|(_, word)| folded(word).into_owned()).collect());
                self.patterns.push(Rc::clone(redesign));
            }
        }
        self
    }

    /// Returns the values that the file of any record of the same kind must contain.
    fn written(&self, record: &Record) -> BTreeSet<Vec<String>> {
        let any_cause = record.root_cause == RootCause::Unclassified;
        let counts = |key: &PatternKey| match key {
            PatternKey::Control | PatternKey::Owner => false,
            PatternKey::RootCause => !any_cause,
            _ => true,
        };
        let written = self.governance.iter().flat_map(|governance| {
            let keys: Vec<PatternKey> =
                governance.policy.patterns.key.iter().copied().filter(counts).collect();
            let groups = cause::groups(record, &keys, Findings::Aside, governance).into_keys();
            groups.map(|group| group.values.into_iter().flatten().collect())
        });
        written.collect()
    }

    fn is_of_a_kind(&self, record: &Record) -> bool {
        self.governance.iter().any(|governance| {
            let keys = &governance.policy.patterns.key;
            let groups = cause::groups(record, keys, Findings::Count, governance);
            groups.keys().any(|group| {
                self.groups.iter().any(|refusing| refusing.contains(group))
                    || self.patterns.iter().any(|it| covers(&it.pattern, group, governance))
            })
        })
    }

    /// Tells whether a search for the same records with these redesigns finds all that this one does.
    pub fn is_within(&self, redesigns: &[Rc<Redesign>]) -> bool {
        let mut own = self.patterns.iter();
        own.all(|own| redesigns.iter().any(|other| other.pattern == own.pattern))
    }

    /// Returns the redesigns of which records are searched for.
    pub fn into_redesigns(self) -> Vec<Rc<Redesign>> {
        self.patterns
    }

    /// Tells whether nothing is searched for.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty()
    }

    /// Returns the names of the similar records of a tree, in upper case.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn among(&self, tree: &dyn Tree) -> Result<BTreeSet<String>, Undetermined> {
        let mut similar = BTreeSet::new();
        if self.is_empty() {
            return Ok(similar);
        }
        for file in Files::list(tree, &self.folders())?.records {
            similar.extend(self.matched(&file.path, &file.bytes(tree)?));
        }
        Ok(similar)
    }

    /// Returns the record folders of both governances.
    pub fn folders(&self) -> Vec<String> {
        let folders: BTreeSet<&String> =
            self.governance.iter().flat_map(|governance| &governance.policy.records).collect();
        folders.into_iter().cloned().collect()
    }

    /// Returns the name of a record's file in upper case if its bytes hold a similar record, open or closed.
    pub fn matched(&self, path: &str, bytes: &[u8]) -> Option<String> {
        if !self.may_be(bytes) {
            return None;
        }
        let source = file::read(path, bytes);
        let stem = source.stem().to_owned();
        let record = Record { closure: None, ..source.record? };
        self.is(&stem, &record).then(|| stem.to_ascii_uppercase())
    }

    /// Tells whether bytes may hold a similar record, without parsing them.
    fn may_be(&self, bytes: &[u8]) -> bool {
        let search = NameSearch::of_bytes(bytes);
        let holds = |value: &String| search.may_name(value);
        self.names.iter().any(holds) || self.written.iter().any(|values| values.iter().all(holds))
    }

    fn is(&self, id: &str, record: &Record) -> bool {
        let Some(peer) = Peer::from_record(id, record, None) else {
            return false;
        };
        let is_like = |other: &Peer| {
            let mut governance = self.governance.iter();
            governance.any(|governance| peer.is_like(other, governance))
        };
        self.peers.iter().any(is_like) || self.is_of_a_kind(record)
    }
}

/// Tells whether records are listed and compared alike under two states of the rules, whatever else these say.
pub(crate) fn compare_alike(one: &Governance, other: &Governance) -> bool {
    let (own, others) = (&one.policy, &other.policy);
    own.records == others.records
        && own.patterns.key == others.patterns.key
        && own.people == others.people
        && one.roster == other.roster
        && one.mailmap == other.mailmap
        && one.lists_same_catalogs(other)
}

// Tells whether a record that differs is compared with similar ones: it is open, and new, longer or about something else.
pub(crate) fn asks_for_similar(delta: &Delta) -> bool {
    let before = delta.before.first().and_then(|before| before.record.as_ref());
    let open = delta.record_after().filter(|record| record.closure.is_none());
    open.is_some_and(|record| before.is_none_or(|before| is_more(before, record)))
}

/// Tells whether a change moves a record's start or end, or changes its subject.
fn is_more(before: &Record, after: &Record) -> bool {
    ExpiryExtension::between(before, after).is_later()
        || before.closure.is_some()
        || after.starts != before.starts
        || after.subject != before.subject
        || after.deviates_from != before.deviates_from
        || after.references != before.references
}

/// Returns the landed records with some keys that are compared with others.
pub fn landed<'k>(
    keys: impl Iterator<Item = &'k TrailKey>,
    history: &History,
    verdicts: &TrailVerdicts,
    governance: &Governance,
) -> Vec<Neighbour> {
    keys.filter_map(|key| {
        let verdicts = verdicts.trails.get(key).map(Vec::as_slice).unwrap_or_default();
        neighbour(RecordFacts { key, history, verdicts, governance })
    })
    .collect()
}

// Returns what may hide by what the records with some keys are compared: missing bytes.
pub(crate) fn hidden<'k>(
    keys: impl Iterator<Item = &'k TrailKey>,
    history: &History,
) -> Option<Obstacle> {
    let trails = keys.filter_map(|key| history.trails.get(key));
    let mut contents = trails.flat_map(|trail| &trail.versions).map(|it| it.record.content());
    contents.find_map(|content| match content {
        Content::Missing(obstacle) => Some(obstacle.clone()),
        _ => None,
    })
}

/// Returns a landed record in the version by which it is compared; `None` if it is not compared.
pub(crate) fn neighbour(facts: RecordFacts<'_>) -> Option<Neighbour> {
    let trail = facts.history.trails.get(facts.key)?;
    let compared = ComparedVersion::read(facts)?;
    let version = trail.versions.get(compared.first)?;
    Some(Neighbour {
        id: compared.record.id.to_string(),
        landed: facts.history.mainline.landings.get(version.landing)?.effective,
        filing: Filing::from_version(version),
        record: compared.record,
        end: Some(compared.end),
    })
}

/// Returns those of some ids that exist at the tip, whatever their records say.
pub fn known<'k>(ids: impl Iterator<Item = &'k str>, history: &History) -> BTreeSet<String> {
    let exists = |id: &&str| {
        let trail = history.trails.get(&TrailKey::Id(id.to_ascii_uppercase()));
        let last = trail.and_then(Trail::last);
        last.is_some_and(|version| !matches!(version.record.content(), Content::Gone))
    };
    ids.filter(exists).map(str::to_owned).collect()
}

/// Returns when the present series of a trail began.
pub fn began(trail: &Trail, history: &History) -> Option<Instant> {
    let landing = history.mainline.landings.get(first(trail)?.landing)?;
    Some(landing.effective)
}

/// Returns the version with which the present series of a trail began.
pub fn first(trail: &Trail) -> Option<&Version> {
    let begins = |change: VersionChange| {
        matches!(
            change,
            VersionChange::Introduced | VersionChange::Readded | VersionChange::Inherited
        )
    };
    let mut versions = trail.versions.iter().rev();
    let first = versions.find(|version| begins(version.change));
    first.or(trail.versions.first())
}
