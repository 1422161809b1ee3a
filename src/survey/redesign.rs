//! The state of each redesign at an instant: whether it is in time, done, effective, or came back.
//!
//! Uses record, policy's redesigns, survey's causes, occurrences and neighbours. Pure. Start at [`redesign_states`].
//! Follows `docs/spec/redesign.md`. Which version of a file counts is decided before, by `approval`.

pub mod assessor;
pub mod doubt;
pub mod due;
pub mod landed;
pub mod lift;
pub mod step;

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;
use strum::IntoStaticStr;

use crate::policy::governance::Governance;
use crate::policy::redesign::{Redesign, RedesignOutcome, RedesignPattern, is_id};
use crate::policy::settings::{PatternKey, Patterns, RedesignKind};
use crate::record::time::{Day, Instant};
use crate::record::vocabulary::{ClosureOutcome, Vocabulary};
use crate::record::{Record, file, reference};
use crate::survey::cause::{self, CauseGroup};
use crate::survey::neighbour::{Neighbour, Neighbours};
use crate::survey::occurrence;

/// What history and approval say about one redesign file.
#[derive(Clone, Debug)]
pub struct RedesignHistory {
    /// The path from the ledger's root.
    pub path: String,
    /// When the file first landed; `None` if it is only proposed.
    pub landed: Option<Instant>,
    /// The date in `due` when it first landed.
    pub first_due: Option<Day>,
    /// The version that counts; `None` if none is approved or the approved one can't be read.
    pub counted: Option<CountedRedesign>,
    /// The version at the tip; `None` if it can't be read.
    pub latest: Option<Rc<Redesign>>,
}

/// The version of a redesign that counts.
#[derive(Clone, Debug)]
pub struct CountedRedesign {
    /// The content, without an assessment that doesn't count.
    pub redesign: Rc<Redesign>,
    /// The day on which its `done` landed; `None` if it has none or is only proposed.
    pub done_landed: Option<Day>,
}

/// The status of a redesign; the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum RedesignStatus {
    /// No version of the file is approved, or two files have its id: it lifts nothing.
    Unapproved,
    /// More occurrences landed after it was done than expected, or it was assessed so.
    Recurred,
    /// It was assessed as given up.
    Abandoned,
    /// It was assessed as effective.
    Effective,
    /// It is done, and the time in which its effect shows is over.
    Unassessed,
    /// It is done, and its effect is watched.
    Watching,
    /// Its due date is past.
    Overdue,
    /// None of the above.
    Open,
    /// Not a file: a ticket that records link.
    Ticket,
}

impl RedesignStatus {
    /// All statuses, in the order in which they are tried; then that of tickets.
    pub const ALL: &'static [RedesignStatus] = &[
        RedesignStatus::Unapproved,
        RedesignStatus::Recurred,
        RedesignStatus::Abandoned,
        RedesignStatus::Effective,
        RedesignStatus::Unassessed,
        RedesignStatus::Watching,
        RedesignStatus::Overdue,
        RedesignStatus::Open,
        RedesignStatus::Ticket,
    ];

    /// Returns the word for answers.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Serialize for RedesignStatus {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// A redesign at an instant.
#[derive(Clone, Debug)]
pub struct RedesignState {
    /// The id; `None` for a ticket.
    pub id: Option<String>,
    /// The path of the file; `None` for a ticket.
    pub path: Option<String>,
    /// The ticket that the file states, or that records link without a file.
    pub ticket: Option<String>,
    pub status: RedesignStatus,
    /// The version that counts, else the one that waits for approval; `None` for a ticket.
    pub redesign: Option<Rc<Redesign>>,
    /// The last day on which it is in time: `due`, but not later than `patterns.redesign_max` after the file landed. For a
    /// ticket the latest `fix.due` of the records that link it.
    pub due: Option<Day>,
    /// The date in `due` when the file first landed.
    pub first_due: Option<Day>,
    /// The day on which it was done, but not later than the day on which that landed.
    pub done: Option<Day>,
    /// The occurrences of the pattern that landed after it was done, while they count against it.
    pub landed_after: Vec<LaterOccurrence>,
    /// The ids of the landed records that link it, sorted.
    pub records: Vec<String>,
    /// Whether records that link it pass the freeze of its pattern.
    pub lifts: bool,
}

/// An occurrence that landed after a redesign was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LaterOccurrence {
    /// When its first record landed.
    pub at: Instant,
    pub ids: Vec<String>,
}

/// Returns the state of each redesign file, by id, and then of each ticket that records link without a file.
pub fn redesign_states(
    neighbours: &Neighbours,
    governance: &Governance,
    at: Instant,
) -> Vec<RedesignState> {
    let files = &neighbours.redesigns;
    let mut states: Vec<RedesignState> = files
        .iter()
        .map(|file| {
            // A file that nobody approved takes nothing from one that somebody did.
            let is_own = |other: &&RedesignHistory| {
                other.counted.is_some() && id_of(&other.path) == id_of(&file.path)
            };
            let is_only = files.iter().filter(is_own).count() == 1;
            RedesignState::of_file(file, neighbours, governance, (at, is_only))
        })
        .collect();
    states.order_by(|one, other| (&one.id, &one.path).cmp(&(&other.id, &other.path)));
    let tickets = tickets(neighbours, &states, &governance.policy.patterns, at);
    states.extend(tickets);
    states
}

pub(in crate::survey) fn id_of(path: &str) -> String {
    file::stem(path).to_ascii_uppercase()
}

impl RedesignState {
    fn of_file(
        file: &RedesignHistory,
        neighbours: &Neighbours,
        governance: &Governance,
        (at, is_only): (Instant, bool),
    ) -> RedesignState {
        let patterns = &governance.policy.patterns;
        let counted = file.counted.as_ref().filter(|_| is_only);
        let shown = counted.map(|it| &it.redesign).or(file.latest.as_ref());
        let due = shown.map(|it| in_time(it.due, file.landed, patterns));
        let done = counted.and_then(|it| {
            let stated = it.redesign.done.as_ref()?.date;
            let done = it.done_landed.map_or(stated, |landed| stated.min(landed));
            Some(done).filter(|done| done.start() <= at)
        });
        let landed_after = match (counted, done) {
            (Some(counted), Some(done)) => {
                landed_after(&counted.redesign, done, neighbours, governance, at)
            }
            _ => Vec::new(),
        };
        let mut state = RedesignState {
            id: Some(id_of(&file.path)),
            path: Some(file.path.clone()),
            ticket: shown.and_then(|it| it.ticket.clone()),
            status: RedesignStatus::Unapproved,
            redesign: shown.cloned(),
            due,
            first_due: file.first_due,
            done,
            landed_after,
            records: Vec::new(),
            lifts: false,
        };
        if let Some(counted) = counted {
            state.status = state.judge(&counted.redesign, at, patterns);
        }
        state.lifts = matches!(state.status, RedesignStatus::Open | RedesignStatus::Watching);
        state.records = linking(neighbours, &|record| state.is_linked(record));
        state
    }

    /// Returns the status of an approved redesign: the first that holds.
    fn judge(&self, redesign: &Redesign, at: Instant, patterns: &Patterns) -> RedesignStatus {
        let assessed = redesign.assessed.as_ref().filter(|assessed| assessed.date.start() <= at);
        let outcome = assessed.map(|assessed| assessed.outcome);
        let most = redesign.at_most().min(patterns.threshold.saturating_sub(1));
        let is_over = |day: Day| at >= day.end();
        if self.landed_after.len() > usize::try_from(most).unwrap_or(usize::MAX)
            || outcome == Some(RedesignOutcome::Recurred)
        {
            return RedesignStatus::Recurred;
        }
        match (outcome, self.done) {
            (Some(RedesignOutcome::Abandoned), _) => RedesignStatus::Abandoned,
            (Some(RedesignOutcome::Effective), Some(_)) => RedesignStatus::Effective,
            (_, Some(done)) if is_over(watched_until(redesign, done, patterns)) => {
                RedesignStatus::Unassessed
            }
            (_, Some(_)) => RedesignStatus::Watching,
            (_, None) if self.due.is_none_or(is_over) => RedesignStatus::Overdue,
            (_, None) => RedesignStatus::Open,
        }
    }

    /// Tells whether a record links this redesign, by its id or its ticket.
    pub fn is_linked(&self, record: &Record) -> bool {
        let path = self.path.as_deref().unwrap_or_default();
        link(record).is_some_and(|link| is_linking(link, path, self.redesign.as_deref()))
    }

    /// Tells whether a group is of the pattern that this redesign is about; a ticket is about the pattern of each record
    /// that links it.
    pub fn covers(&self, group: &CauseGroup, governance: &Governance) -> bool {
        self.redesign.as_ref().is_some_and(|redesign| covers(&redesign.pattern, group, governance))
    }

    /// Tells whether occurrences that landed before it was done no longer count for a freeze.
    pub fn is_fresh_start(&self) -> bool {
        let status = self.status;
        matches!(
            status,
            RedesignStatus::Effective | RedesignStatus::Unassessed | RedesignStatus::Watching
        )
    }
}

/// Tells whether the text in a record's `references.redesign` names the redesign of a file: by its id or its ticket.
pub fn is_linking(link: &str, path: &str, redesign: Option<&Redesign>) -> bool {
    let ticket = redesign.and_then(|redesign| redesign.ticket.as_deref());
    link.eq_ignore_ascii_case(file::stem(path))
        || ticket.is_some_and(|ticket| ticket.trim().eq_ignore_ascii_case(link))
}

/// Returns the text in `references.redesign`.
pub fn link(record: &Record) -> Option<&str> {
    record.references.as_ref()?.redesign.as_deref().map(str::trim)
}

/// Tells whether a group, normalized for comparison, is of a pattern: every word that the pattern states is a part of
/// the policy's key and agrees.
pub fn covers(pattern: &RedesignPattern, group: &CauseGroup, governance: &Governance) -> bool {
    let keys = &governance.policy.patterns.key;
    let own = |key: &PatternKey| keys.iter().position(|it| it == key);
    let mut words = PatternKey::all().iter().filter_map(|key| Some((key, pattern.value(*key)?)));
    let agrees = |(key, value): (&PatternKey, &str)| {
        let stated = cause::comparable(*key, value, governance);
        let found = own(key).and_then(|place| group.values.get(place)?.as_deref());
        found == Some(stated.as_str())
    };
    let finding = pattern.finding.as_deref().map(cause::comparable_finding);
    words.all(agrees) && (finding.is_none() || finding == group.finding)
}

/// Returns the last day on which a redesign is in time.
fn in_time(due: Day, landed: Option<Instant>, patterns: &Patterns) -> Day {
    let latest = landed.map(|landed| patterns.redesign_max.after_day(landed.day()));
    latest.map_or(due, |latest| due.min(latest))
}

/// Returns the last day on which occurrences count against a redesign.
pub fn watched_until(redesign: &Redesign, done: Day, patterns: &Patterns) -> Day {
    redesign.within().after_day(done).min(patterns.redesign_max.after_day(done))
}

/// Returns the occurrences of a redesign's pattern that landed after it was done.
fn landed_after(
    redesign: &Redesign,
    done: Day,
    neighbours: &Neighbours,
    governance: &Governance,
    at: Instant,
) -> Vec<LaterOccurrence> {
    let patterns = &governance.policy.patterns;
    let end = watched_until(redesign, done, patterns).end();
    let counts = |it: &&Neighbour| {
        let outcome = it.record.closure.as_ref().map(|closure| closure.outcome);
        let groups = cause::groups(&it.record, &patterns.key, cause::Findings::Count, governance);
        it.landed >= done.end()
            && it.landed < end
            && it.landed <= at
            && outcome != Some(ClosureOutcome::Rejected)
            && !cause::is_expected(&it.record, patterns)
            && groups.keys().any(|group| covers(&redesign.pattern, group, governance))
    };
    let records: Vec<&Neighbour> = neighbours.all.iter().filter(counts).collect();
    let occurrences = occurrence::group_occurrences(&records).into_iter();
    occurrences
        .filter_map(|records| {
            let at = records.iter().map(|it| it.landed).min()?;
            Some(LaterOccurrence { at, ids: records.iter().map(|it| it.id.clone()).collect() })
        })
        .collect()
}

fn linking(neighbours: &Neighbours, is_linked: &dyn Fn(&Record) -> bool) -> Vec<String> {
    let linked = neighbours.all.iter().filter(|it| is_linked(&it.record));
    let mut ids: Vec<String> = linked.map(|it| it.id.clone()).collect();
    ids.sort();
    ids
}

/// Returns the tickets that records link without a file, sorted.
fn tickets(
    neighbours: &Neighbours,
    files: &[RedesignState],
    patterns: &Patterns,
    at: Instant,
) -> Vec<RedesignState> {
    let mut tickets: BTreeMap<&str, Option<Day>> = BTreeMap::new();
    for it in &neighbours.all {
        let Some(link) = link(&it.record).filter(|link| reference::is_ticket(link)) else {
            continue;
        };
        if files.iter().any(|file| file.is_linked(&it.record)) || is_id(link) {
            continue;
        }
        let due = it.record.fix.as_ref().and_then(|fix| fix.due);
        let latest = tickets.entry(link).or_default();
        *latest = (*latest).max(due);
    }
    tickets
        .into_iter()
        .map(|(ticket, due)| RedesignState {
            id: None,
            path: None,
            ticket: Some(ticket.to_owned()),
            status: RedesignStatus::Ticket,
            redesign: None,
            due,
            first_due: None,
            done: None,
            landed_after: Vec::new(),
            records: linking(neighbours, &|record| link(record) == Some(ticket)),
            lifts: patterns.redesign == RedesignKind::Any && due.is_some_and(|due| at < due.end()),
        })
        .collect()
}
