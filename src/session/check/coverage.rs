//! How much of the ledger one question needs: those records at the tip that name what is asked about, or all.
//!
//! Start at [`plan`]. Follows `docs/spec/performance.md`, check. The same evaluator judges, from the same facts: whatever
//! could make a difference that these files don't show is answered from all records.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use crate::gate;
use crate::gate::answer::{GateAnswer, GateVerdict, Question};
use crate::history::notes;
use crate::history::objects::Extent;
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
use crate::yaml::node::Limits;

/// What of the ledger is read to answer a question.
pub(super) enum Coverage {
    /// Nothing, since there is no policy: nothing is allowed then, whatever the records say.
    NoPolicy,
    /// The history of the records that the question is about, where that may be enough.
    Named(Box<Named>),
    /// Everything.
    Everything,
}

/// The records at the tip that a question is about.
pub(super) struct Named {
    pub(super) filter: RecordFilter,
    /// Whether the question is about none of them, and nothing beside them has a say.
    pub(super) is_about_nothing: bool,
    words: Vec<String>,
    governance: Governance,
    tip: TipFiles,
}

/// Chooses what to read first.
///
/// # Errors
/// Where the tip of the approved ref, or what is proposed, can't be read.
pub(super) fn plan(line: &OpenMainline<'_>, question: &Question) -> Result<Coverage, Error> {
    if line.governance.state == State::Absent {
        return Ok(Coverage::NoPolicy);
    }
    let Some(words) = words(question) else {
        return Ok(Coverage::Everything);
    };
    let Some(tip) = TipFiles::read(line)? else {
        return Ok(Coverage::Everything);
    };
    let filter = tip.filter(&words, &|record| gate::is_about(question, record, &line.governance));
    let is_about_nothing = filter.names.is_empty() && is_plain(line)?;
    if is_about_nothing && !tip.is_sound() {
        return Ok(Coverage::Everything);
    }
    Ok(Coverage::Named(Box::new(Named {
        filter,
        is_about_nothing,
        words: words.into_iter().map(str::to_owned).collect(),
        governance: line.governance.clone(),
        tip,
    })))
}

impl Named {
    /// Tells whether the policy that counts chooses the same records as the one that landed, by which they were chosen.
    pub(super) fn is_chosen_again(&self, snapshot: &Snapshot<'_>, question: &Question) -> bool {
        let counts = &snapshot.governance;
        if **counts == self.governance {
            return true;
        }
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        counts.policy.records == self.governance.policy.records
            && self.tip.filter(&words, &|record| gate::is_about(question, record, counts))
                == self.filter
    }

    /// Tells whether what is proposed about a record is wanted.
    pub(super) fn wants(&self, key: &TrailKey) -> bool {
        self.filter.names.contains(key.as_str()) || !self.tip.holds(key)
    }

    /// Tells whether an answer from these records is the one that all records would give; it may err by saying no.
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
        match named.and_then(|named| states.iter().find(|it| it.key == **named)) {
            // Another process may use it up before the answer is given, and then the next best record is asked.
            Some(state) if is_counted(state) => false,
            // The mercy that an emergency gets is for an id that was never there under whatever name.
            Some(state) => state.approved.is_some() && snapshot.is_straight(state),
            None => {
                let is_new = |state: &RecordState| state.status == Status::Proposed;
                self.tip.is_sound() && !states.iter().any(is_new)
            }
        }
    }
}

/// Tells whether nothing beside the records at the tip has a say: all of the mainline is here, no notes are, and nothing
/// is proposed. Most questions are about no record at all, and then need no history.
fn is_plain(line: &OpenMainline<'_>) -> Result<bool, Undetermined> {
    let repository = line.repository;
    Ok(repository.extent() == Extent::Full
        && repository.find(notes::REFERENCE).is_none()
        && (line.is_past || proposals::are_none(line)?))
}

/// Tells whether a record may be used a number of times only.
fn is_counted(state: &RecordState) -> bool {
    let effective = state.effective.as_ref();
    effective.is_none_or(|record| record.uses.is_some())
}

/// Returns what a file must hold to be about the question, for each subject that is asked; `None` where a file may be
/// about it without holding any of its words.
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
    subjects.into_iter().flatten().map(|asked| word(asked)).collect()
}

/// Returns the longest part of a text that stands in YAML as it is, however it is quoted and folded there.
fn word(text: &str) -> Option<&str> {
    let parts = text.split(|c: char| c.is_whitespace() || c.is_control() || "'\"\\".contains(c));
    parts.max_by_key(|part| part.len()).filter(|part| part.len() > 1)
}

/// The record files at the tip, unread.
struct TipFiles {
    files: Vec<(String, String)>,
}

impl TipFiles {
    /// Reads the bytes of all files; `None` where that is not enough to tell whose they are.
    fn read(line: &OpenMainline<'_>) -> Result<Option<TipFiles>, Error> {
        let commit = line.chain.mainline.tip;
        let tree = CommitTree::of_commit(line.repository, commit, &line.prefix)?;
        let Ok(listed) = Files::list(&tree, &line.governance.policy.records) else {
            return Ok(None);
        };
        let text = |path: &str| {
            String::from_utf8(tree.bytes_within(path, Limits::RECORD.bytes).ok()??).ok()
        };
        let files: Option<Vec<(String, String)>> = listed
            .records
            .into_iter()
            .map(|file| Some((text(&file.path)?, file.path)))
            .map(|it| it.map(|(text, path)| (path, text)))
            .collect();
        Ok(files.map(|files| TipFiles { files }))
    }

    /// Returns the files that hold a record that is meant, and those that bear its id under another name.
    fn filter(&self, words: &[&str], is_meant: &dyn Fn(&Record) -> bool) -> RecordFilter {
        let mut few = RecordFilter { folders: Some(BTreeSet::new()), ..RecordFilter::default() };
        let may_be_meant = any_of(words.iter().copied());
        for (path, text) in &self.files {
            if !may_be_meant(text) {
                continue;
            }
            let source = file::read(path, text.as_bytes());
            if source.record.as_ref().is_none_or(is_meant) {
                few.add(path);
            }
        }
        let meant = few.names.clone();
        if meant.is_empty() {
            return few;
        }
        let may_bear_id = any_of(meant.iter().map(String::as_str));
        for (path, text) in &self.files {
            let may = meant.contains(&name(path)) || may_bear_id(text);
            if may && id(&file::read(path, text.as_bytes())).is_none_or(|id| meant.contains(&id)) {
                few.add(path);
            }
        }
        few
    }

    /// Tells whether a record's file, or the file itself, is there.
    fn holds(&self, key: &TrailKey) -> bool {
        let key = key.as_str();
        self.files.iter().any(|(path, _)| path == key || name(path) == key)
    }

    /// Tells whether every file can be read, and no two have one id.
    fn is_sound(&self) -> bool {
        let mut ids: BTreeMap<String, &str> = BTreeMap::new();
        self.files.iter().all(|(path, text)| {
            let source = file::read(path, text.as_bytes());
            let id = source.record.as_ref().map(|record| record.id.to_string());
            id.is_some_and(|id| ids.insert(id, path).is_none())
        })
    }
}

/// Returns what tells whether a text may hold one of some words, in whatever case: behind a backslash any letter may be
/// written in another way.
fn any_of<'w>(words: impl Iterator<Item = &'w str>) -> impl Fn(&str) -> bool {
    let mut builder = AhoCorasick::builder();
    let builder = builder.ascii_case_insensitive(true);
    let words = builder.build(words.chain(["\\"]));
    move |text| words.as_ref().map_or(true, |words| words.is_match(text))
}

fn name(path: &str) -> String {
    file::stem(path).to_ascii_uppercase()
}

/// Returns the id that a file states, in upper case.
fn id(source: &RecordFile) -> Option<String> {
    let stated = source.root.as_ref()?.at("id")?.text()?;
    Some(stated.to_ascii_uppercase())
}
