//! The records that a question about a few depends on, found by the texts at the tip of the approved ref.
//!
//! Start at [`read`], for records that are named, and at [`TipFiles::filter`], for those that a question is about. Follows
//! `docs/spec/performance.md`: the answer is the same as from all records, and what may change it without showing in
//! these files is answered from all.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::slice;

use crate::history::folders::{FileChange, RecordSearch};
use crate::history::tree::CommitTree;
use crate::history::version::TrailKey;
use crate::history::watched_paths::RecordFilter;
use crate::ledger::tree::Tree;
use crate::ledger::{self, Files};
use crate::policy::governance::{Governance, State};
use crate::record::Record;
use crate::record::file::{self, RecordFile};
use crate::record::id::Id;
use crate::record::near;
use crate::session::error::Error;
use crate::session::locate::Located;
use crate::session::mainline::OpenMainline;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::nearby::FormerSearch;
use crate::session::snapshot::walk::Scope;
use crate::survey::near_values::SubjectNames;
use crate::survey::refiling::{NameSearch, Peer};
use crate::survey::repeated_emergencies;
use crate::yaml::node::Limits;

pub(crate) struct TipFiles {
    files: Vec<TipFile>,
}

struct TipFile {
    path: String,
    bytes: Vec<u8>,
    content: OnceCell<TipContent>,
}

type RecordTest<'t> = &'t dyn Fn(&Record) -> bool;

struct TipContent {
    record: Option<Record>,
    /// The id that it states, in upper case, whether or not the rest can be read.
    id: Option<String>,
}

impl TipFile {
    fn content(&self) -> &TipContent {
        self.content.get_or_init(|| {
            let source = file::read(&self.path, &self.bytes);
            TipContent { id: stated_id(&source), record: source.record }
        })
    }

    fn may_name(&self, names: &BTreeSet<String>) -> bool {
        NameSearch::of_bytes(&self.bytes).may_name_any(names)
    }

    /// Tells whether a name similar to one that is asked for may follow its key, without parsing the file.
    fn may_state_similar(&self, asked: &[(&str, &str)]) -> bool {
        // A list, or a value that stands elsewhere.
        let is_indirect = |text: &str| text.contains("aliases") || text.contains(['*', '\\']);
        let Some(text) = str::from_utf8(&self.bytes).ok().filter(|text| text.is_ascii()) else {
            return true;
        };
        let follows = |(key, name): &(&str, &str)| {
            let (keys, name) = match *key {
                // The tool and the id are two values; a reference stands under the key of its kind.
                "finding" => (&["id", "cwe"][..], name.split_once(':').map_or(*name, |(_, id)| id)),
                "reference" => (&[":"][..], *name),
                _ => (slice::from_ref(key), *name),
            };
            let places = keys.iter().flat_map(|key| text.match_indices(key));
            let mut rests = places.filter_map(|(at, key)| text.get(at + key.len()..));
            rests.any(|rest| near::may_begin(name, rest))
        };
        is_indirect(text) || asked.iter().any(follows)
    }
}

impl TipFiles {
    /// Reads the text of all files; `None` if one can't be listed or read.
    pub(crate) fn read(line: &OpenMainline<'_>) -> Result<Option<TipFiles>, Error> {
        let commit = line.chain.mainline.tip;
        let tree = CommitTree::of_commit(line.repository, commit, &line.prefix)?;
        let Ok(listed) = Files::list(&tree, &line.governance.policy.records) else {
            return Ok(None);
        };
        let read = |path: String| {
            let bytes = tree.bytes_within(&path, Limits::RECORD.bytes).ok()??;
            Some(TipFile { path, bytes, content: OnceCell::new() })
        };
        let files: Option<Vec<TipFile>> =
            listed.records.into_iter().map(|file| read(file.path)).collect();
        Ok(files.map(|files| TipFiles { files }))
    }

    /// Returns the files that may state one of some folded names and either match or can't be read, and those with their
    /// ids under another name.
    pub(crate) fn filter(&self, names: &BTreeSet<String>, matches: RecordTest<'_>) -> RecordFilter {
        let mut few = RecordFilter::default();
        for file in self.files.iter().filter(|file| file.may_name(names)) {
            if file.content().record.as_ref().is_none_or(matches) {
                few.add(&file.path);
            }
        }
        self.add_bearers(&mut few);
        few
    }

    fn add_bearers(&self, few: &mut RecordFilter) {
        let names = few.names.clone();
        let ids: BTreeSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        for file in &self.files {
            let may = names.contains(&stem(&file.path)) || file.may_name(&ids);
            if may && file.content().id.as_ref().is_none_or(|id| names.contains(id)) {
                few.add(&file.path);
            }
        }
    }

    /// Returns the records that were read to select some: all that can match.
    pub(crate) fn read_records(&self) -> impl Iterator<Item = &Record> {
        self.files.iter().filter_map(|file| file.content.get()?.record.as_ref())
    }

    pub(crate) fn holds(&self, key: &TrailKey) -> bool {
        let key = key.as_str();
        self.files.iter().any(|file| file.path == key || stem(&file.path) == key)
    }

    /// Returns the names of the subjects of the records that may state one similar to one that is asked for, by its key.
    pub(crate) fn similar_names(&self, asked: &[(&str, &str)]) -> SubjectNames {
        let mut names = SubjectNames::default();
        for file in self.files.iter().filter(|file| file.may_state_similar(asked)) {
            // A file that was not read is not kept: there may be many.
            match file.content.get() {
                Some(content) => content.record.iter().for_each(|record| names.add(record)),
                None => file::read(&file.path, &file.bytes)
                    .record
                    .iter()
                    .for_each(|record| names.add(record)),
            }
        }
        names
    }
}

/// Evaluates the records that some texts name, with those that are or ever were like them and so may count as their earlier
/// filings; `None` if only the history of all records may be sufficient.
///
/// # Errors
/// If the tip, a proposal or a needed object can't be read.
pub(super) fn read<'h>(
    located: &Located,
    line: &OpenMainline<'h>,
    texts: &[&str],
    proposes: bool,
) -> Result<Option<Snapshot<'h>>, Error> {
    if line.governance.state == State::Absent {
        return Ok(None);
    }
    let Some(tip) = TipFiles::read(line)? else {
        return Ok(None);
    };
    let Some(own) = tip.named(texts) else {
        return Ok(None);
    };
    let mut peers = tip.peers(&own);
    let mut governance = line.governance.clone();
    loop {
        let names: BTreeSet<String> =
            peers.iter().flat_map(Peer::names).map(str::to_owned).collect();
        let is_like = |record: &Record| {
            let other = Peer::unclosed("", record, None);
            peers.iter().any(|peer| peer.is_like(&other, &governance))
        };
        let mut few = tip.filter(&names, &is_like);
        few.names.extend(own.iter().cloned());
        let matches = |path: &str, bytes: &[u8]| {
            NameSearch::of_bytes(bytes).may_name_any(&names)
                && file::read(path, bytes).record.as_ref().is_none_or(is_like)
        };
        let former = FormerSearch::new(line.repository, &matches);
        let name = |change: &FileChange| former.name(change);
        let search = RecordSearch { folders: &line.governance.policy.records, name: &name };
        let search = Some(search).filter(|_| !peers.is_empty());
        let mut snapshot = Snapshot::walk_few(line.clone(), &few, search)?;
        // The tip's policy may not count, and the one that does may look for records elsewhere.
        if snapshot.governance.policy.records != line.governance.policy.records {
            return Ok(None);
        }
        if proposes {
            let found = former.found.borrow();
            snapshot.add_proposals(located, &|key| {
                let stem = stem(key.as_str());
                few.names.contains(&stem)
                    || found.contains(&stem)
                    || texts.iter().any(|text| ledger::may_name(text, key.as_str()))
            })?;
        }
        let snapshot = snapshot.completed(Scope::About(texts));
        if !suffices(&snapshot, texts) {
            return Ok(None);
        }
        let n_known = peers.len();
        add_peers(&mut peers, &snapshot, &own);
        if n_known == peers.len() && governance.lists_same_catalogs(&snapshot.governance) {
            return Ok(Some(snapshot));
        }
        log::debug!("walking again: further records may count as earlier filings");
        governance = Governance::clone(&snapshot.governance);
    }
}

impl TipFiles {
    /// Returns the records that some texts name, as the names of their files in upper case and without suffix; `None` if one
    /// names no file or several.
    fn named(&self, texts: &[&str]) -> Option<BTreeSet<String>> {
        let mut few = RecordFilter::default();
        for text in texts {
            match (ledger::named(&self.files, |file| &file.path, text), Id::new(text.trim())) {
                (Ok(file), _) => few.add(&file.path),
                // It is proposed, or was removed, wherever its file is or was.
                (Err(ledger::NotFound::Unknown(_)), Some(id)) => {
                    few.names.insert(id.as_str().to_ascii_uppercase());
                }
                (Err(_), _) => return None,
            }
        }
        self.add_bearers(&mut few);
        Some(few.names)
    }

    /// Returns what records say at the tip, in the form for comparison.
    fn peers(&self, names: &BTreeSet<String>) -> Vec<Peer> {
        let own = self.files.iter().filter(|file| names.contains(&stem(&file.path)));
        let records = own.filter_map(|file| file.content().record.as_ref());
        records.map(|record| Peer::unclosed("", record, None)).collect()
    }
}

/// Tells whether each text names one record, and no grace of an emergency matters, which any other emergency may have used
/// up.
fn suffices(snapshot: &Snapshot<'_>, texts: &[&str]) -> bool {
    let mut verdicts = snapshot.approvals.trails.values();
    texts.iter().all(|text| snapshot.find(text).is_ok())
        && !verdicts.any(|it| repeated_emergencies::depends_on_all(it))
}

/// Adds what records ever said, or would, if it is about something else than what is known.
fn add_peers(peers: &mut Vec<Peer>, snapshot: &Snapshot<'_>, names: &BTreeSet<String>) {
    let trails = snapshot.history.trails.iter();
    let own = trails.filter(|(key, _)| names.contains(&stem(key.as_str())));
    let versions = own.flat_map(|(_, trail)| &trail.versions);
    let landed = versions.filter_map(|version| version.record.record());
    let states = snapshot.record_states.iter();
    let states = states.filter(|state| names.contains(&stem(&state.key)));
    let stated = states.flat_map(|state| [&state.effective, &state.stated]).flatten();
    for record in landed.chain(stated) {
        let peer = Peer::unclosed("", record, None);
        if !peers.iter().any(|known| known.is_as_stated(&peer)) {
            peers.push(peer);
        }
    }
}

fn stem(path: &str) -> String {
    file::stem(path).to_ascii_uppercase()
}

/// Returns the id that a file states, in upper case.
pub(crate) fn stated_id(source: &RecordFile) -> Option<String> {
    let stated = source.root.as_ref()?.at("id")?.text()?;
    Some(stated.to_ascii_uppercase())
}
