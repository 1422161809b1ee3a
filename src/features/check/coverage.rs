//! How much of the ledger one question needs: only the records at the tip that name its subject, or all.
//!
//! Start at [`plan`]. Follows `docs/spec/performance.md`, check. The evaluation and its facts are the same either way:
//! whatever could change the answer without showing in these files is answered from all records.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, BuildError, Match};

use crate::gate;
use crate::gate::answer::{GateAnswer, GateVerdict, Question};
use crate::history::objects::Extent;
use crate::history::refs;
use crate::history::tree::CommitTree;
use crate::history::version::TrailKey;
use crate::history::watched_paths::RecordFilter;
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::policy::governance::{Governance, State};
use crate::record::Record;
use crate::record::file::{self, RecordFile};
use crate::session::error::{Error, Undetermined};
use crate::session::mainline::OpenMainline;
use crate::session::snapshot::{Snapshot, proposals};
use crate::status::state::{RecordState, Status};
use crate::survey::repeated_emergencies;
use crate::survey::slips::SubjectNames;
use crate::yaml::node::Limits;

/// The records at the tip that a question is about.
pub(super) struct Named {
    pub(super) filter: RecordFilter,
    /// Whether the question matches none of them, and nothing else can affect the answer.
    pub(super) is_about_nothing: bool,
    governance: Governance,
    tip: TipFiles,
}

/// Returns the records whose history may be sufficient to answer a question; `None` if only all records are.
///
/// # Errors
/// If the tip of the approved ref, or a proposal, can't be read.
pub(super) fn plan(line: &OpenMainline<'_>, question: &Question) -> Result<Option<Named>, Error> {
    if line.governance.state == State::Absent {
        return Ok(None);
    }
    let Some(words) = words(question) else {
        return Ok(None);
    };
    let Some(tip) = TipFiles::read(line)? else {
        return Ok(None);
    };
    let filter = tip.filter(&words, &|record| gate::is_about(question, record, &line.governance));
    let is_about_nothing = filter.names.is_empty() && is_plain(line)?;
    if is_about_nothing && !tip.is_sound() {
        return Ok(None);
    }
    Ok(Some(Named { filter, is_about_nothing, governance: line.governance.clone(), tip }))
}

impl Named {
    /// Tells whether the governance that counts selects the same records as the landed one, which
    /// was used to select them.
    pub(super) fn is_chosen_again(&self, snapshot: &Snapshot<'_>, question: &Question) -> bool {
        let (counts, landed) = (&snapshot.governance, &self.governance);
        let is_same = |record: &Record| {
            gate::is_about(question, record, counts) == gate::is_about(question, record, landed)
        };
        **counts == *landed
            || counts.policy.records == landed.policy.records
                && self.tip.read_records().all(is_same)
    }

    /// Returns a hint for each subject of a question that no record has, but that is similar to one that a record has.
    pub(super) fn hints(&self, question: &Question) -> Vec<String> {
        self.tip.names().map_or_else(Vec::new, |names| names.hints(question))
    }

    /// Tells whether proposals about a record are wanted.
    pub(super) fn wants(&self, key: &TrailKey) -> bool {
        self.filter.names.contains(key.as_str()) || !self.tip.holds(key)
    }

    /// Tells whether these records give the same answer as all records would; may return `false` although they do.
    pub(super) fn suffices(
        &self,
        answer: &GateAnswer,
        states: &[RecordState],
        snapshot: &Snapshot<'_>,
    ) -> bool {
        if self.is_about_nothing {
            return true;
        }
        let named = answer.record.as_ref().filter(|_| answer.verdict == GateVerdict::Allow);
        match named.and_then(|named| states.iter().find(|state| state.key == **named)) {
            // Another process may use it up before the answer is given; then the next best record has to answer.
            Some(state) if is_counted(state) => false,
            // The exemption for emergencies applies only to an id that never existed under any name.
            Some(state) => state.approved.is_some() && snapshot.is_straight(state),
            None => {
                let is_new = |state: &RecordState| state.status == Status::Proposed;
                let may_change = |state: &RecordState| is_new(state) || has_grace(snapshot, state);
                self.tip.is_sound() && !states.iter().any(may_change)
            }
        }
    }
}

/// Tells whether nothing but the records at the tip can affect the answer: the history is complete, there are no notes,
/// and nothing is proposed. Most questions match no record at all, and then need no history.
fn is_plain(line: &OpenMainline<'_>) -> Result<bool, Undetermined> {
    let repository = line.repository;
    Ok(repository.extent() == Extent::Full
        && repository.find(refs::REVIEW_NOTES).is_none()
        && (line.is_past || proposals::are_none(line)?))
}

/// Tells whether nothing but the grace of an emergency lets a record grant anything: another emergency may have used it up.
fn has_grace(snapshot: &Snapshot<'_>, state: &RecordState) -> bool {
    let is_over = matches!(state.status, Status::Closed | Status::Rejected | Status::Removed);
    let verdicts = snapshot.trail(state).and_then(|it| snapshot.approvals.trails.get(&it.key));
    let is_lasting = |verdicts: &Vec<_>| repeated_emergencies::depends_on_all(verdicts);
    state.approved.is_none() && !is_over && verdicts.is_some_and(is_lasting)
}

/// Tells whether a record has a limited number of uses.
fn is_counted(state: &RecordState) -> bool {
    let effective = state.effective.as_ref();
    effective.is_none_or(|record| record.uses.is_some())
}

/// Returns the words a file must contain to match the question, one for each subject of the question; `None` if a file
/// may match without containing any of its words.
fn words(question: &Question) -> Option<Vec<&str>> {
    if question.deploy || gate::asks_finding(question) {
        return None;
    }
    let subjects = [
        &question.identity,
        &question.asset,
        &question.application,
        &question.credential,
        &question.reference,
    ];
    subjects.into_iter().flatten().map(|subject| word(subject)).collect()
}

/// Returns the longest part of a text that appears unchanged in YAML, however the text is quoted and folded.
fn word(text: &str) -> Option<&str> {
    let parts = text.split(|c: char| c.is_whitespace() || c.is_control() || "'\"\\".contains(c));
    parts.max_by_key(|part| part.len()).filter(|part| part.len() > 1)
}

/// The record files at the tip, of which few are read.
struct TipFiles {
    files: Vec<TipFile>,
    /// The names of all records, if each can be read.
    names: OnceCell<Option<SubjectNames>>,
}

/// A file at the tip: its text, and what was read of it.
struct TipFile {
    path: String,
    text: String,
    content: OnceCell<TipContent>,
}

/// What a question needs of a file.
struct TipContent {
    record: Option<Record>,
    /// The id that it states, in upper case, whether or not the rest can be read.
    id: Option<String>,
}

impl TipFile {
    fn content(&self) -> &TipContent {
        self.content.get_or_init(|| {
            let source = file::read(&self.path, self.text.as_bytes());
            TipContent { id: id(&source), record: source.record }
        })
    }

    /// Reads its record, if that is possible. A file that was not read is not kept: there may be many.
    fn with_record<T>(&self, take: &mut dyn FnMut(&Record) -> T) -> Option<T> {
        match self.content.get() {
            Some(content) => content.record.as_ref().map(take),
            None => file::read(&self.path, self.text.as_bytes()).record.as_ref().map(take),
        }
    }
}

impl TipFiles {
    /// Reads the text of all files; `None` if one can't be listed, is too long, or is not UTF-8.
    fn read(line: &OpenMainline<'_>) -> Result<Option<TipFiles>, Error> {
        let commit = line.chain.mainline.tip;
        let tree = CommitTree::of_commit(line.repository, commit, &line.prefix)?;
        let Ok(listed) = Files::list(&tree, &line.governance.policy.records) else {
            return Ok(None);
        };
        let text = |path: &str| {
            String::from_utf8(tree.bytes_within(path, Limits::RECORD.bytes).ok()??).ok()
        };
        let read = |path: String| {
            let text = text(&path)?;
            Some(TipFile { path, text, content: OnceCell::new() })
        };
        let files: Option<Vec<TipFile>> =
            listed.records.into_iter().map(|file| read(file.path)).collect();
        Ok(files.map(|files| TipFiles { files, names: OnceCell::new() }))
    }

    /// Returns the files of the matching records, and those with their ids under another name.
    fn filter(&self, words: &[&str], matches: &dyn Fn(&Record) -> bool) -> RecordFilter {
        let mut few = RecordFilter { folders: Some(BTreeSet::new()), ..RecordFilter::default() };
        let may_match = any_value(words.iter().copied());
        for file in self.files.iter().filter(|file| may_match(&file.text)) {
            if file.content().record.as_ref().is_none_or(matches) {
                few.add(&file.path);
            }
        }
        let names = few.names.clone();
        if names.is_empty() {
            return few;
        }
        let may_bear_id = any_of(names.iter().map(String::as_str));
        for file in &self.files {
            let may = names.contains(&name(&file.path)) || may_bear_id(&file.text);
            if may && file.content().id.as_ref().is_none_or(|id| names.contains(id)) {
                few.add(&file.path);
            }
        }
        few
    }

    /// Returns the records that were read to select some: all that can match.
    fn read_records(&self) -> impl Iterator<Item = &Record> {
        self.files.iter().filter_map(|file| file.content.get()?.record.as_ref())
    }

    /// Tells whether the tip has a record's file, or a file of this path.
    fn holds(&self, key: &TrailKey) -> bool {
        let key = key.as_str();
        self.files.iter().any(|file| file.path == key || name(&file.path) == key)
    }

    /// Tells whether every file can be read, and no two share an id.
    fn is_sound(&self) -> bool {
        self.names().is_some()
    }

    /// Returns the names of all records; `None` if not every file can be read, or two share an id.
    fn names(&self) -> Option<&SubjectNames> {
        let collect = || {
            let mut ids = BTreeSet::new();
            let mut names = SubjectNames::default();
            for file in &self.files {
                let id = file.with_record(&mut |record| {
                    names.add(record);
                    record.id.to_string()
                });
                if !id.is_some_and(|id| ids.insert(id)) {
                    return None;
                }
            }
            Some(names)
        };
        self.names.get_or_init(collect).as_ref()
    }
}

/// Returns a test for texts that may contain one of some words, in any letter case: after a backslash, any
/// letter may be written differently.
fn any_of<'w>(words: impl Iterator<Item = &'w str>) -> impl Fn(&str) -> bool {
    let words = search(words);
    move |text| words.as_ref().map_or(true, |words| words.is_match(text))
}

/// Returns a test for texts in which one of some words may be a value, or a part of one between blanks and quotes. A
/// subject may be called what a key of every record is called, such as `identity`.
fn any_value<'w>(words: impl Iterator<Item = &'w str>) -> impl Fn(&str) -> bool {
    let words = search(words);
    move |text| {
        let may_be_value = |found: Match| {
            let bytes = text.as_bytes();
            let before = found.start().checked_sub(1).and_then(|at| bytes.get(at));
            let after = bytes.get(found.end());
            let goes_on = |byte: Option<&u8>| {
                byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            };
            let is_escape = bytes.get(found.start()) == Some(&b'\\');
            is_escape || !goes_on(before) && !goes_on(after) && after != Some(&b':')
        };
        let found = words.as_ref().ok().and_then(|it| it.try_find_overlapping_iter(text).ok());
        found.is_none_or(|mut found| found.any(may_be_value))
    }
}

/// Returns a search for words and for the backslash, in any letter case.
fn search<'w>(words: impl Iterator<Item = &'w str>) -> Result<AhoCorasick, BuildError> {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).build(words.chain(["\\"]))
}

fn name(path: &str) -> String {
    file::stem(path).to_ascii_uppercase()
}

/// Returns the id that a file states, in upper case.
fn id(source: &RecordFile) -> Option<String> {
    let stated = source.root.as_ref()?.at("id")?.text()?;
    Some(stated.to_ascii_uppercase())
}
