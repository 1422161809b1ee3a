//! What happened to a record: one act for each change of meaning that landed, oldest first, with what became of it.
//!
//! Uses history, approval. Pure. Start at [`record_acts`]. Follows `docs/spec/cli.md`, `log`, and `docs/spec/approval.md`, 4.1.
//! An approval or a veto is an act of its own where it landed in another commit than the content.

use crate::approval::verdict::{
    ApprovalVerdict, Approver, FourEyes, Satisfied, Statement, VerdictChange, Vote, VoteCounts,
};
use crate::history::change;
use crate::history::change::differ::{self, ValueDifference};
use crate::history::change::event::ChangeEvent;
use crate::history::change::fields::FIELDS;
use crate::history::mainline::Landing;
use crate::history::objects::Oid;
use crate::history::version::{Content, FileAt, Trail, Version};
use crate::history::walked::History;
use crate::record::Record;
use crate::record::time::Instant;
use crate::survey::statements;
use serde_json::Value;
use std::collections::BTreeSet;
use std::rc::Rc;

#[derive(Clone, Debug)]
pub struct RecordAct<'a> {
    pub event: ChangeEvent,
    /// The commit of the mainline that landed it.
    pub commit: Oid,
    /// When it became effective, not before.
    pub at: Instant,
    /// The version that it made, or is about.
    pub version: &'a Version,
    /// What is known of the approval of that version.
    pub verdict: &'a ApprovalVerdict,
    /// What its approval was called from this act on.
    pub result: FourEyes,
    /// Whether the demand was met from this act on.
    pub satisfied: &'a Satisfied,
    /// Who had spoken about it by then.
    pub statements: Vec<&'a Statement>,
    /// Who counted by then, one entry a person, sorted by address.
    pub approvers: Vec<&'a Approver>,
    /// The values that differ by it.
    pub changes: Vec<ValueDifference>,
}

/// Returns the acts of a trail in landing order; those of one landing in the order of [`ChangeEvent`].
pub fn record_acts<'a>(
    history: &'a History,
    trail: &'a Trail,
    verdicts: &'a [Rc<ApprovalVerdict>],
) -> Vec<RecordAct<'a>> {
    let mut acts: Vec<(usize, RecordAct)> = Vec::new();
    for (n, (version, verdict)) in trail.versions.iter().zip(verdicts).enumerate() {
        let statements = statements::of_version(verdicts, n);
        let mut add = |index: usize, event: ChangeEvent, changes: Vec<ValueDifference>| {
            if let Some(landing) = history.mainline.landings.get(index) {
                let act = RecordAct::new(history, landing, (version, verdict), &statements, event);
                acts.push((index, RecordAct { changes, ..act }));
            }
        };
        for (event, changes) in version_events(trail, version) {
            add(version.landing, event, changes);
        }
        let later = later_approval(history, version, verdict);
        let is_new = |index: &usize| !later.iter().any(|(known, _)| known == index);
        let stated = stated_indices(history, version, verdict)
            .into_iter()
            .filter(is_new)
            .map(|index| (index, ChangeEvent::Stated));
        for (index, event) in later.iter().copied().chain(stated.collect::<Vec<_>>()) {
            add(index, event, Vec::new());
        }
    }
    acts.sort_by_key(|(index, act)| (*index, act.event));
    acts.into_iter().map(|(_, act)| act).collect()
}

impl<'a> RecordAct<'a> {
    fn new(
        history: &History,
        landing: &Landing,
        (version, verdict): (&'a Version, &'a ApprovalVerdict),
        statements: &[&'a Statement],
        event: ChangeEvent,
    ) -> RecordAct<'a> {
        let commit = landing.oid;
        let by_then = index(history, &commit.to_string());
        let is_known = |commit: &str| index(history, commit) <= by_then;
        let statements: Vec<&Statement> = statements
            .iter()
            .filter(|statement| is_known(&statement.approver.commit))
            .copied()
            .collect();
        let turns = verdict.turns.iter();
        let turn = turns.take_while(|turn| is_known(&turn.commit)).last().or(verdict.turns.first());
        RecordAct {
            event,
            commit,
            at: landing.effective,
            version,
            verdict,
            result: turn.map_or(verdict.result, |turn| turn.result),
            satisfied: turn.map_or(&verdict.satisfied, |turn| &turn.satisfied),
            approvers: heard(verdict, &statements, &is_known),
            statements,
            changes: Vec::new(),
        }
    }
}

/// Returns the landing that brought a commit; what no landing brought is known from the start.
fn index(history: &History, commit: &str) -> Option<usize> {
    history.landed.get(&Oid::from_hex(commit)?).copied()
}

/// Returns who counts of those who had spoken: the verdict's own, where none of them spoke later.
fn heard<'a>(
    verdict: &'a ApprovalVerdict,
    statements: &[&'a Statement],
    is_known: &dyn Fn(&str) -> bool,
) -> Vec<&'a Approver> {
    let approvers = verdict.approvers.iter();
    if verdict.carries.is_some() {
        // Own statements of such a version approve nothing of what it carries on.
        return approvers.filter(|it| is_known(&it.commit)).collect();
    }
    let counted = |approver: &&Approver| {
        statements.iter().any(|statement| {
            statement.counts == VoteCounts::Yes
                && statement.word == Vote::Approves
                && statement.approver.person.key == approver.person.key
        })
    };
    let of_then = |approver: &'a Approver| {
        let own = statements
            .iter()
            .map(|statement| &statement.approver)
            .filter(|said| said.person.key == approver.person.key)
            .max_by_key(|said| said.kind.strength());
        own.unwrap_or(approver)
    };
    approvers.filter(counted).map(of_then).collect()
}

/// Returns what a version means, each event with the values that differ by it.
fn version_events(trail: &Trail, version: &Version) -> Vec<(ChangeEvent, Vec<ValueDifference>)> {
    let events = change::of_version(trail, version).into_iter();
    let Content::Record(after) = version.record.content() else {
        return events.map(|event| (event, moved(event, version))).collect();
    };
    let before = change::last_record(trail, version);
    let differences = differ::differences(before, after);
    events
        .map(|event| {
            let mut changes = moved(event, version);
            let of_event = differences.iter().filter(|it| belongs(event, before, after, &it.field));
            changes.extend(of_event.cloned());
            (event, changes)
        })
        .collect()
}

/// Tells whether a value differs by an event: the field that it is in says what its change means.
fn belongs(event: ChangeEvent, before: Option<&Record>, after: &Record, path: &str) -> bool {
    let top = path.split(['.', '[']).next().unwrap_or(path);
    let Some(before) = before else {
        // What is new states every field; that it is closed at once is said by the closure.
        let of_closure = top == "closure";
        return match event {
            ChangeEvent::Filed | ChangeEvent::Restored => !of_closure,
            ChangeEvent::Closed | ChangeEvent::Rejected | ChangeEvent::PostReviewed => of_closure,
            _ => false,
        };
    };
    let Some(field) = FIELDS.iter().find(|field| field.name == top) else {
        return event == ChangeEvent::Amended;
    };
    let events = (field.events)(before, after);
    events.contains(&event) || events.is_empty() && event == ChangeEvent::Amended
}

/// Returns the two paths of a file that moved.
fn moved(event: ChangeEvent, version: &Version) -> Vec<ValueDifference> {
    let path = |files: &[FileAt]| match files {
        [only] => Value::String(only.path.to_string()),
        _ => Value::Null,
    };
    match event {
        ChangeEvent::Moved => vec![ValueDifference {
            field: "path".to_owned(),
            from: path(&version.before),
            to: path(&version.files),
        }],
        _ => Vec::new(),
    }
}

/// Returns what was said about a version in a later landing: that it is approved, where that met the demand, and each
/// veto.
fn later_approval(
    history: &History,
    version: &Version,
    verdict: &ApprovalVerdict,
) -> Vec<(usize, ChangeEvent)> {
    // What carries a verdict on is approved by what approved the version that it is of.
    if verdict.carries.is_some() {
        return Vec::new();
    }
    let landing = |commit: &str| index(history, commit).filter(|index| *index > version.landing);
    let vetoes = verdict
        .statements
        .iter()
        .filter(|statement| statement.word == Vote::Vetoes && statement.counts == VoteCounts::Yes)
        .filter_map(|statement| Some((landing(&statement.approver.commit)?, ChangeEvent::Vetoed)));
    let mut later: Vec<(usize, ChangeEvent)> = vetoes.collect();
    // What was approved or vetoed for a while only is told, too.
    for pair in verdict.turns.windows(2) {
        let [before, turn] = pair else { continue };
        let Some(index) = landing(&turn.commit) else {
            continue;
        };
        let is_met = |turn: &VerdictChange| turn.satisfied == Satisfied::Yes;
        if is_met(turn) && !is_met(before) {
            later.push((index, ChangeEvent::Approved));
        }
        if turn.result == FourEyes::Vetoed && before.result != FourEyes::Vetoed {
            later.push((index, ChangeEvent::Vetoed));
        }
    }
    later.sort();
    later.dedup();
    later
}

/// Returns the later landings that brought statements about a version; what it carries on has those of its own.
fn stated_indices(
    history: &History,
    version: &Version,
    verdict: &ApprovalVerdict,
) -> BTreeSet<usize> {
    let own = match verdict.carries {
        None => verdict.statements.as_slice(),
        Some(_) => &[],
    };
    own.iter()
        .chain(&verdict.refused)
        .filter_map(|statement| index(history, &statement.approver.commit))
        .filter(|index| *index > version.landing)
        .collect()
}
