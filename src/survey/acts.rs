//! The history of one record: one act for each landed change of meaning, oldest first, with the approval it had then.
//!
//! Pure. Start at [`record_acts`]. Follows `docs/spec/cli.md`, `log`, and `docs/spec/approval.md`, V1. An approval or veto
//! that landed in a later commit than the content is an act of its own.

use crate::approval::verdict::{
    ApprovalVerdict, FourEyes, Satisfied, Statement, VerdictChange, Vote, VoteCounts,
};
use crate::diag::sorting::StableSort as _;
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
    /// The commit of the mainline that landed the act.
    pub commit: Oid,
    /// The effective time: the act did not count before it.
    pub at: Instant,
    /// The version that the act created, or that it is about.
    pub version: &'a Version,
    /// The approval verdict of that version.
    pub verdict: &'a ApprovalVerdict,
    /// The four-eyes result from this act on.
    pub result: FourEyes,
    /// Whether the requirement is satisfied from this act on.
    pub satisfied: &'a Satisfied,
    /// The statements about the version that existed by then.
    pub statements: Vec<&'a Statement>,
    /// The approvers counted by then, one entry per person, sorted by address.
    pub approvers: Vec<&'a Statement>,
    /// The values that this act changed.
    pub changes: Vec<ValueDifference>,
}

/// Returns the acts of a trail in landing order; acts of the same landing are in the order of [`ChangeEvent`].
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
    acts.order_by_key(|(index, act)| (*index, act.event));
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
        let statements: Vec<&Statement> =
            statements.iter().filter(|statement| is_known(&statement.commit)).copied().collect();
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
            approvers: approvers(verdict, &statements, &is_known),
            statements,
            changes: Vec::new(),
        }
    }
}

/// Returns the index of the landing that brought a commit; `None` for a commit that counts as known from the start.
fn index(history: &History, commit: &str) -> Option<usize> {
    history.landed.get(&Oid::from_hex(commit)?).copied()
}

/// Returns the approvers counted by then, each with the strongest kind of approval given so far.
fn approvers<'a>(
    verdict: &'a ApprovalVerdict,
    statements: &[&'a Statement],
    is_known: &dyn Fn(&str) -> bool,
) -> Vec<&'a Statement> {
    let approvers = verdict.approvers.iter();
    if verdict.carries.is_some() {
        // A statement about a version that carries on an earlier result approves nothing of that result.
        return approvers.filter(|approver| is_known(&approver.commit)).collect();
    }
    let counted = |approver: &&Statement| {
        statements.iter().any(|statement| {
            statement.counts == VoteCounts::Yes
                && statement.vote == Vote::Approves
                && statement.person.key == approver.person.key
        })
    };
    let of_then = |approver: &'a Statement| {
        let own = statements
            .iter()
            .copied()
            .filter(|other| other.person.key == approver.person.key)
            .max_by_key(|other| other.kind.strength());
        own.unwrap_or(approver)
    };
    approvers.filter(counted).map(of_then).collect()
}

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

fn belongs(event: ChangeEvent, before: Option<&Record>, after: &Record, path: &str) -> bool {
    let top = path.split(['.', '[']).next().unwrap_or(path);
    let Some(before) = before else {
        // A new record states every field; its closure, if any, is an event of its own.
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

/// Returns the approvals and vetoes of a version that landed later; an approval only if it satisfied the requirement.
fn later_approval(
    history: &History,
    version: &Version,
    verdict: &ApprovalVerdict,
) -> Vec<(usize, ChangeEvent)> {
    // A version that carries on an earlier result is approved by the approvals of that earlier version.
    if verdict.carries.is_some() {
        return Vec::new();
    }
    let landing = |commit: &str| index(history, commit).filter(|index| *index > version.landing);
    let vetoes = verdict
        .statements
        .iter()
        .filter(|statement| statement.vote == Vote::Vetoes && statement.counts == VoteCounts::Yes)
        .filter_map(|statement| Some((landing(&statement.commit)?, ChangeEvent::Vetoed)));
    let mut later: Vec<(usize, ChangeEvent)> = vetoes.collect();
    // Approvals and vetoes that held only for a while are listed, too.
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
    later.order_by(Ord::cmp);
    later.dedup();
    later
}

/// Returns the later landings that brought statements about a version; for a carried
/// result, only the refused statements.
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
        .filter_map(|statement| index(history, &statement.commit))
        .filter(|index| *index > version.landing)
        .collect()
}
