//! The records that a question about a few depends on, found by the texts at the tip of the approved ref.
//!
//! Start at [`read`], for records that are named, and at [`TipFiles::filter`], for those that a question is about. Follows
//! `docs/spec/performance.md`: the answer is the same as from all records, and what may change it without showing in
//! these files is answered from all.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::history::folders::{ComparisonJob, FolderComparison};
use crate::history::objects::{Objects as _, Oid};
use crate::history::tree::CommitTree;
use crate::history::version::{Trail, TrailKey};
use crate::history::watched_paths::{Interest, RecordFilter, WatchedKind};
use crate::ledger::tree::Tree;
use crate::ledger::{self, Files};
use crate::policy::governance::State;
use crate::record::Record;
use crate::record::file::{self, RecordFile};
use crate::record::id::Id;
use crate::record::near;
use crate::record::time::Instant;
use crate::session::error::{Error, Undetermined};
use crate::session::locate::Located;
use crate::session::mainline::OpenMainline;
use crate::session::snapshot::walk::Scope;
use crate::session::snapshot::{Snapshot, SnapshotData};
use crate::store::git::indexed::IndexedObjects;
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
        let search = NameSearch::of_bytes(&self.bytes);
        names.iter().any(|name| search.may_name(name))
    }
}

impl TipFile {
    /// Tells whether a name similar to one that is asked for may follow its key, without parsing the file.
    fn may_state_similar(&self, asked: &[(&str, &str)]) -> bool {
        // A list, or a value that stands elsewhere.
        let is_indirect = |text: &str| text.contains("aliases") || text.contains(['*', '\\']);
        let Some(text) = str::from_utf8(&self.bytes).ok().filter(|text| text.is_ascii()) else {
            return true;
        };
        let follows = |(key, name): &(&str, &str)| {
            let mut places =
                text.match_indices(key).filter_map(|(at, key)| text.get(at + key.len()..));
            places.any(|rest| near::may_begin(name, rest))
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
        let mut few = RecordFilter { folders: Some(BTreeSet::new()), ..RecordFilter::default() };
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

/// Evaluates the records that some texts name, with those that count as their earlier filings; `None` if only the
/// history of all records may be sufficient.
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
    let Some(named) = tip.named(texts) else {
        return Ok(None);
    };
    let own = named.names.clone();
    let mut filter = named.clone();
    loop {
        let mut snapshot = Snapshot::walk(line.clone(), Scope::Named(&filter))?;
        // The tip's policy may not count, and the one that does may look for records elsewhere.
        if snapshot.governance.policy.records != line.governance.policy.records {
            return Ok(None);
        }
        if proposes {
            snapshot.add_proposals(located, &|key| {
                filter.names.contains(&stem(key.as_str()))
                    || texts.iter().any(|text| ledger::may_name(text, key.as_str()))
            })?;
        }
        let scope = Scope::About(texts);
        let snapshot = snapshot.completed(scope);
        let about = AboutRecords { line, snapshot: &snapshot, tip: &tip, own: &own };
        if !about.suffices(texts) {
            return Ok(None);
        }
        let mut further = named.clone();
        if !about.add_like(&mut further)? {
            return Ok(None);
        }
        if further == filter {
            return Ok(Some(snapshot));
        }
        log::debug!("walking again: further records count as earlier filings");
        filter = further;
    }
}

impl TipFiles {
    /// Returns the records that some texts name; `None` if one names no file or several.
    fn named(&self, texts: &[&str]) -> Option<RecordFilter> {
        let mut few = RecordFilter { folders: Some(BTreeSet::new()), ..RecordFilter::default() };
        let mut is_elsewhere = false;
        for text in texts {
            match (ledger::named(&self.files, |file| &file.path, text), Id::new(text.trim())) {
                (Ok(file), _) => few.add(&file.path),
                // It is proposed, or was removed, wherever its file is or was.
                (Err(ledger::NotFound::Unknown(_)), Some(id)) => {
                    few.names.insert(id.as_str().to_ascii_uppercase());
                    is_elsewhere = true;
                }
                (Err(_), _) => return None,
            }
        }
        self.add_bearers(&mut few);
        few.folders = if !is_elsewhere { few.folders } else { None };
        Some(few)
    }
}

/// Named records in the history of a few, which is compared with what it may lack.
struct AboutRecords<'a, 'h> {
    line: &'a OpenMainline<'h>,
    snapshot: &'a Snapshot<'h>,
    tip: &'a TipFiles,
    /// The names of their files, in upper case and without suffix.
    own: &'a BTreeSet<String>,
}

impl AboutRecords<'_, '_> {
    /// Tells whether each text names one record, and no grace of an emergency matters, which any other emergency may
    /// have used up.
    fn suffices(&self, texts: &[&str]) -> bool {
        let verdicts = self.snapshot.approvals.trails.values();
        texts.iter().all(|text| self.snapshot.find(text).is_ok())
            && !verdicts.into_iter().any(|verdict| repeated_emergencies::depends_on_all(verdict))
    }

    /// Adds the files of records that are or were like the named ones; `false` if they can't be determined.
    fn add_like(&self, few: &mut RecordFilter) -> Result<bool, Undetermined> {
        let own = self.trails(self.own);
        let versions = own.iter().flat_map(|trail| &trail.versions);
        let landed = versions.filter_map(|version| version.record.record().map(AsRef::as_ref));
        let states = self.snapshot.record_states.iter();
        let states = states.filter(|state| self.own.contains(&stem(&state.key)));
        let stated = states.clone().flat_map(|state| [&state.effective, &state.stated]).flatten();
        let peers: Vec<Peer> = landed
            .chain(stated.map(AsRef::as_ref))
            .map(|record| Peer::unclosed("", record, None))
            .collect();
        let names: BTreeSet<String> =
            peers.iter().flat_map(Peer::names).map(str::to_owned).collect();
        let is_like = |record: &Record| {
            let other = Peer::unclosed("", record, None);
            peers.iter().any(|peer| peer.is_like(&other, &self.snapshot.governance))
        };
        let found = self.tip.filter(&names, &is_like);
        few.extend(found);
        let refiled = states.flat_map(|state| &state.renewals.refiled);
        let counted: BTreeSet<String> =
            self.own.iter().cloned().chain(refiled.map(|id| id.to_ascii_uppercase())).collect();
        let since = self.trails(&counted).into_iter().filter_map(|trail| self.begin(trail)).min();
        let Some(former) = self.former(since, (&names, &is_like), few)? else {
            return Ok(false);
        };
        few.extend(former);
        Ok(true)
    }

    fn trails(&self, names: &BTreeSet<String>) -> Vec<&Trail> {
        let trails = self.snapshot.history.trails.iter();
        trails.filter(|(key, _)| names.contains(&stem(key.as_str()))).map(|(_, it)| it).collect()
    }

    fn begin(&self, trail: &Trail) -> Option<Instant> {
        let landings = &self.snapshot.history.mainline.landings;
        let landed = landings.get(trail.versions.first()?.landing)?.effective;
        let records = trail.versions.iter().filter_map(|version| version.record.record());
        let starts = records.filter_map(|record| Some(record.starts.as_ref()?.start()));
        starts.chain([landed]).min()
    }

    /// Returns the files that were removed, moved or changed since the window of refiling began, and were like the named
    /// records before that or have one of their names; `None` if that can't be determined.
    fn former(
        &self,
        since: Option<Instant>,
        (names, is_like): (&BTreeSet<String>, RecordTest<'_>),
        few: &RecordFilter,
    ) -> Result<Option<RecordFilter>, Undetermined> {
        let mut former = RecordFilter { folders: Some(BTreeSet::new()), ..RecordFilter::default() };
        let Snapshot { repository, data } = self.snapshot;
        let SnapshotData { history, prefix, governance, .. } = data;
        let Some(since) = since else {
            return Ok(Some(former));
        };
        let window = governance.policy.recurrence.window;
        let interest = Interest::new(prefix, &history.records);
        let is_indexed = self.line.may_be_indexed && self.snapshot.notices.is_empty();
        let indexed = IndexedObjects::of(repository, is_indexed);
        let test = interest.paths(prefix).and_then(|paths| indexed.changes(&paths));
        let commits = self.line.chain.commits.windows(2);
        let jobs =
            history.mainline.landings.iter().skip(1).zip(commits).filter_map(|(landing, pair)| {
                let [before, commit] = pair else { return None };
                let is_within = window.after(landing.effective) >= since
                    && test.as_ref().is_none_or(|may_change| may_change(commit));
                is_within.then_some((Some(before.tree), Some(commit.tree)))
            });
        let jobs = jobs.enumerate();
        let jobs: Vec<ComparisonJob> = jobs
            .map(|(pair, (old, new))| ComparisonJob { pair, old, new, others: Box::default() })
            .collect();
        // What the index said before it was found to be wrong has left something out.
        if indexed.disagrees.get().is_some() {
            return Ok(None);
        }
        let mut folders = FolderComparison::new(*repository, prefix, Default::default());
        folders.run(interest.top(), jobs);
        if !folders.obstacles.is_empty() {
            return Ok(None);
        }
        let mut seen: BTreeSet<Oid> = BTreeSet::new();
        let changes = folders.changes.iter().flatten();
        for change in changes.filter(|change| change.kind == WatchedKind::Record) {
            let Some(old) = change.old else { continue };
            let is_own = few.is_elsewhere(&change.path);
            let is_filing = || {
                let Some(bytes) = self.snapshot.blob(old) else { return true };
                let search = NameSearch::of_bytes(&bytes);
                names.iter().any(|name| search.may_name(name))
                    && file::read(&change.path, &bytes).record.as_ref().is_none_or(is_like)
            };
            if is_own || seen.insert(old) && is_filing() {
                former.add(&change.path);
            }
        }
        Ok(Some(former))
    }
}

fn stem(path: &str) -> String {
    file::stem(path).to_ascii_uppercase()
}

fn stated_id(source: &RecordFile) -> Option<String> {
    let stated = source.root.as_ref()?.at("id")?.text()?;
    Some(stated.to_ascii_uppercase())
}
