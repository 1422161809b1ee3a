//! The history of one record: one act for each landed change of meaning, oldest first, with the approval it had then.
//!
//! Pure. Start at [`record_acts`]. Follows `docs/spec/cli.md`, `log`, and `docs/spec/approval.md`, V1. An approval or veto
//! that landed in a later commit than the content, or later on the branch of approvals, is an act of its own.

use crate::approval::verdict::{
    ApprovalVerdict, FourEyes, NotCounted, Satisfied, Statement, VerdictChange, Vote, VoteCounts,
};
use crate::diag::sorting::StableSort as _;
use crate::history::change;
use crate::history::change::differ::{self, ValueDifference};
use crate::history::change::event::ChangeEvent;
use crate::history::change::fields::FIELDS;
use crate::history::governance::Position;
use crate::history::objects::Oid;
use crate::history::version::{Content, FileAt, Trail, Version};
use crate::history::walked::History;
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::record::time::Instant;
use crate::survey::statements;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

#[derive(Clone, Debug)]
pub struct RecordAct<'a> {
    pub event: ChangeEvent,
    /// The commit that landed the act: on the mainline, or on the branch of approvals.
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
    let mut acts: Vec<(Occasion, RecordAct)> = Vec::new();
    for (n, (version, verdict)) in trail.versions.iter().zip(verdicts).enumerate() {
        let statements = statements::of_version(verdicts, n);
        let mut add = |occasion: Occasion, event: ChangeEvent, changes: Vec<ValueDifference>| {
            let act = RecordAct::new(history, &occasion, (version, verdict), &statements, event);
            acts.push((occasion, RecordAct { changes, ..act }));
        };
        let Some(landing) = history.mainline.landings.get(version.landing) else { continue };
        let landed = Occasion {
            position: version.landing.into(),
            at: landing.effective,
            commit: landing.oid,
        };
        for (event, changes) in version_events(trail, version) {
            add(landed, event, changes);
        }
        let later = later_approval(history, version, verdict);
        let is_new = |occasion: &Occasion| !later.iter().any(|(known, _)| known == occasion);
        let stated = stated(history, version, verdict)
            .into_iter()
            .filter(is_new)
            .map(|occasion| (occasion, ChangeEvent::Stated));
        for (occasion, event) in later.iter().copied().chain(stated.collect::<Vec<_>>()) {
            add(occasion, event, Vec::new());
        }
    }
    acts.order_by_key(|(occasion, act)| (*occasion, act.event));
    acts.into_iter().map(|(_, act)| act).collect()
}

// When something landed: with a commit of the mainline, or after one, on the branch of approvals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Occasion {
    position: Position,
    at: Instant,
    commit: Oid,
}

impl Occasion {
    // Returns when a commit landed; `None` for one that counts as known from the start. `stated_at` is when its statement says
    // that it was made, which the branch of approvals does not precede.
    fn of(history: &History, commit: &str, stated_at: Instant) -> Option<Occasion> {
        let commit = Oid::from_hex(commit)?;
        let mainline = &history.mainline;
        let index = history.landed.get(&commit).copied();
        let landing = |index: usize| mainline.landings.get(index);
        let is_landing = index.and_then(landing).is_some_and(|landing| landing.oid == commit);
        let mut branch = history.statements.iter().filter(|_| !is_landing);
        if let Some(statement) = branch.find(|statement| statement.commit == commit) {
            let at = statement.committed.max(stated_at);
            let after = mainline.at(at);
            let position = Position { landing: after.unwrap_or(0), after: after.map(|_| at) };
            return Some(Occasion { position, at, commit });
        }
        let index = index?;
        let landing = landing(index)?;
        Some(Occasion { position: index.into(), at: landing.effective, commit: landing.oid })
    }
}

impl<'a> RecordAct<'a> {
    fn new(
        history: &History,
        occasion: &Occasion,
        (version, verdict): (&'a Version, &'a ApprovalVerdict),
        statements: &[&'a Statement],
        event: ChangeEvent,
    ) -> RecordAct<'a> {
        let is_known = |commit: &str, stated_at: Instant| {
            let landed = Occasion::of(history, commit, stated_at);
            landed.is_none_or(|landed| landed.position <= occasion.position)
        };
        let is_stated = |statement: &Statement| is_known(&statement.commit, statement.stated_at);
        let statements: Vec<&Statement> =
            statements.iter().filter(|statement| is_stated(statement)).copied().collect();
        let turns = verdict.turns.iter();
        let turn = turns
            .take_while(|turn| is_known(&turn.commit, turn.at))
            .last()
            .or(verdict.turns.first());
        RecordAct {
            event,
            commit: occasion.commit,
            at: occasion.at,
            version,
            verdict,
            result: turn.map_or(verdict.result, |turn| turn.result),
            satisfied: turn.map_or(&verdict.satisfied, |turn| &turn.satisfied),
            approvers: approvers(verdict, &statements, &is_stated),
            statements,
            changes: Vec::new(),
        }
    }
}

/// Returns the approvers counted by then, each with the strongest kind of approval given so far.
fn approvers<'a>(
    verdict: &'a ApprovalVerdict,
    statements: &[&'a Statement],
    is_stated: &dyn Fn(&Statement) -> bool,
) -> Vec<&'a Statement> {
    let today = &verdict.approvers;
    if verdict.carries.is_some() {
        // A statement about a version that carries on an earlier result approves nothing of that result.
        return today.iter().filter(|approver| is_stated(approver)).collect();
    }
    let rejects = |person: &Person| {
        let mut vetoes = statements.iter().filter(|other| other.vote == Vote::Vetoes);
        vetoes.any(|veto| veto.person.key == person.key)
    };
    let mut by_then: BTreeMap<&str, &Statement> = BTreeMap::new();
    for statement in statements.iter().filter(|statement| statement.vote == Vote::Approves) {
        let key = statement.person.key.as_str();
        let counted = match statement.counts {
            VoteCounts::Yes => today.iter().any(|approver| approver.person.key == key),
            // What its person took back later counted until then.
            VoteCounts::No(NotCounted::Replaced { had_counted }) => {
                had_counted && !rejects(&statement.person)
            }
            VoteCounts::No(_) => false,
        };
        if counted {
            let strongest = by_then.entry(key).or_insert(statement);
            if statement.kind.strength() >= strongest.kind.strength() {
                *strongest = statement;
            }
        }
    }
    by_then.into_values().collect()
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
) -> Vec<(Occasion, ChangeEvent)> {
    // A version that carries on an earlier result is approved by the approvals of that earlier version.
    if verdict.carries.is_some() {
        return Vec::new();
    }
    let vetoes = verdict
        .statements
        .iter()
        .filter(|statement| statement.vote == Vote::Vetoes && statement.counts == VoteCounts::Yes)
        .filter_map(|statement| Some((later(history, version, statement)?, ChangeEvent::Vetoed)));
    let mut found: Vec<(Occasion, ChangeEvent)> = vetoes.collect();
    // Approvals and vetoes that held only for a while are listed, too.
    for pair in verdict.turns.windows(2) {
        let [before, turn] = pair else { continue };
        let Some(occasion) = Occasion::of(history, &turn.commit, turn.at)
            .filter(|occasion| occasion.position > version.landing.into())
        else {
            continue;
        };
        let is_met = |turn: &VerdictChange| turn.satisfied == Satisfied::Yes;
        if is_met(turn) && !is_met(before) {
            found.push((occasion, ChangeEvent::Approved));
        }
        if turn.result == FourEyes::Vetoed && before.result != FourEyes::Vetoed {
            found.push((occasion, ChangeEvent::Vetoed));
        }
    }
    found.order_by(Ord::cmp);
    found.dedup();
    found
}

// Returns when a statement about a version landed, if that was later.
fn later(history: &History, version: &Version, statement: &Statement) -> Option<Occasion> {
    Occasion::of(history, &statement.commit, statement.stated_at)
        .filter(|occasion| occasion.position > version.landing.into())
}

// Returns the later occasions that brought statements about a version; for a carried
// result, only the refused statements.
fn stated(history: &History, version: &Version, verdict: &ApprovalVerdict) -> BTreeSet<Occasion> {
    let own = match verdict.carries {
        None => verdict.statements.as_slice(),
        Some(_) => &[],
    };
    let statements = own.iter().chain(&verdict.refused);
    statements.filter_map(|statement| later(history, version, statement)).collect()
}
