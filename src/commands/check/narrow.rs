//! One question needs few records: those at the tip that name what is asked about, and their history alone.
//!
//! Start at [`approved`]. Follows `docs/spec/performance.md`, check. The same evaluator judges, from the same facts:
//! whatever could make a difference that these files don't show is answered from all records.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use crate::commands::context::Ctx;
use crate::commands::context::approved::{Kept, obstacle};
use crate::commands::context::asked::Asked;
use crate::commands::context::judged::Scope;
use crate::commands::context::place::Home;
use crate::commands::context::proposals;
use exledger::gate::answer::{GateVerdict, Question, Receipts};
use exledger::gate::{self, verdict};
use exledger::history::notes;
use exledger::history::objects::Extent;
use exledger::history::tree::CommitTree;
use exledger::history::version::Key;
use exledger::history::watched_paths::RecordFilter;
use exledger::ledger::Files;
use exledger::ledger::tree::Tree;
use exledger::policy::governance::{Governance, State};
use exledger::record::Record;
use exledger::record::file::{self, RecordFile};
use exledger::record::time::Instant;
use exledger::status::state::{RecordState, Status};
use exledger::yaml::node::Limits;

/// Judges the records that a question is about, or all of them where that is not enough.
///
/// # Errors
/// As `Ctx::approved`.
pub(super) fn approved<'h>(
    ctx: &Ctx,
    home: &'h Home,
    question: &Question,
    at: Option<Instant>,
    receipts: &Receipts,
) -> anyhow::Result<Kept<'h>> {
    let asked = ctx.asked(home)?;
    // Without a policy nothing is allowed, whatever the records say.
    if asked.governance.state == State::Absent {
        return ctx.without_policy(asked);
    }
    let Some(words) = words(question) else {
        return ctx.approved(home);
    };
    let Some(tip) = Tip::read(&asked)? else {
        return ctx.approved(home);
    };
    let few = tip.few(&words, &|record| {
        gate::is_about(question, record, &asked.governance)
    });
    let is_about_nothing = few.names.is_empty() && is_plain(ctx, &asked)?;
    if is_about_nothing && !tip.is_sound() {
        return ctx.approved(home);
    }
    let landed = asked.governance.clone();
    let approved = ctx.judged(asked, Scope::Named(&few))?;
    // The records were chosen by the policy that landed; the one that counts may choose others.
    let counts = &approved.governance;
    if **counts != landed {
        let by_counted = || tip.few(&words, &|record| gate::is_about(question, record, counts));
        if counts.policy.records != landed.policy.records || by_counted() != few {
            return ctx.approved(home);
        }
    }
    if is_about_nothing {
        return Ok(approved);
    }
    let wanted = |key: &Key| few.names.contains(key.as_str()) || !tip.holds(key);
    let approved = ctx.with_proposals(home, approved, &wanted)?;
    let at = at.unwrap_or(approved.stamp.instant);
    let standings = approved.at(at);
    let is_enough = match allowing(question, &standings, receipts, &approved.governance) {
        // Another process may use it up before the answer is given, and then the next best record is asked.
        Some(standing) if is_counted(standing) => false,
        // The mercy that an emergency gets is for an id that was never there under whatever name.
        Some(standing) => standing.approved.is_some() && approved.is_straight(standing),
        None => {
            let is_new = |standing: &RecordState| standing.status == Status::Proposed;
            tip.is_sound() && !standings.iter().any(is_new)
        }
    };
    if is_enough {
        Ok(approved)
    } else {
        ctx.approved(home)
    }
}

/// Tells whether nothing beside the records at the tip has a say: all of the mainline is here, no notes are, and nothing
/// is proposed. Most questions are about no record at all, and then need no history.
fn is_plain(ctx: &Ctx, asked: &Asked<'_>) -> anyhow::Result<bool> {
    let repository = asked.repository;
    Ok(repository.extent() == Extent::Full
        && repository.find(notes::REFERENCE).is_none()
        && (ctx.globals.as_of.is_some() || proposals::are_none(asked)?))
}

/// Tells whether a record may be used a number of times only.
fn is_counted(standing: &RecordState) -> bool {
    let effective = standing.effective.as_ref();
    effective.is_none_or(|record| record.uses.is_some())
}

/// Returns the record that allows, where one does.
fn allowing<'s>(
    question: &Question,
    standings: &'s [RecordState],
    receipts: &Receipts,
    governance: &Governance,
) -> Option<&'s RecordState> {
    let answer = verdict::ask(question, standings, receipts, governance);
    let named = answer
        .record
        .filter(|_| answer.verdict == GateVerdict::Allow)?;
    standings.iter().find(|standing| standing.key == named)
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
    subjects
        .into_iter()
        .flatten()
        .map(|asked| word(asked))
        .collect()
}

/// Returns the longest part of a text that stands in YAML as it is, however it is quoted and folded there.
fn word(text: &str) -> Option<&str> {
    let parts = text.split(|c: char| c.is_whitespace() || c.is_control() || "'\"\\".contains(c));
    parts
        .max_by_key(|part| part.len())
        .filter(|part| part.len() > 1)
}

/// The record files at the tip, unread.
struct Tip {
    files: Vec<(String, String)>,
}

impl Tip {
    /// Reads the bytes of all files; `None` where that is not enough to tell whose they are.
    fn read(asked: &Asked<'_>) -> anyhow::Result<Option<Tip>> {
        let commit = asked.chain.mainline.tip;
        let tree =
            CommitTree::of_commit(asked.repository, commit, &asked.prefix).map_err(obstacle)?;
        let Ok(listed) = Files::list(&tree, &asked.governance.policy.records) else {
            return Ok(None);
        };
        let text = |path: &str| {
            String::from_utf8(tree.bytes_within(path, Limits::RECORD.bytes).ok()??).ok()
        };
        let files = listed.records.into_iter();
        let files: Option<Vec<(String, String)>> = files
            .map(|file| Some((text(&file.path)?, file.path)))
            .map(|it| it.map(|(text, path)| (path, text)))
            .collect();
        Ok(files.map(|files| Tip { files }))
    }

    /// Returns the files that hold a record that is meant, and those that bear its id under another name.
    fn few(&self, words: &[&str], is_meant: &dyn Fn(&Record) -> bool) -> RecordFilter {
        let mut few = RecordFilter {
            folders: Some(BTreeSet::new()),
            ..RecordFilter::default()
        };
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
    fn holds(&self, key: &Key) -> bool {
        let key = key.as_str();
        self.files
            .iter()
            .any(|(path, _)| path == key || name(path) == key)
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
