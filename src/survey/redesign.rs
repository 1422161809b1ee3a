//! The state of each redesign at an instant: whether it is in time, done, effective, or came back.
//!
//! Pure. Start at [`redesign_states`]. Follows `docs/spec/redesign.md`. Which version of a file counts is decided before,
//! by `approval`.

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

use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::redesign::{Redesign, RedesignOutcome, RedesignPattern, is_id};
use crate::policy::settings::{PatternKey, Patterns, RedesignKind};
use crate::record::time::{Day, Instant};
use crate::record::vocabulary::{ClosureOutcome, words};
use crate::record::{Record, file, reference};
use crate::survey::cause::{self, CauseGroup, RefusingGroups};
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
    /// Who could approve the version at the tip, where none counts.
    pub approvers: Vec<Person>,
}

/// The version of a redesign that counts.
#[derive(Clone, Debug)]
pub struct CountedRedesign {
    /// The content, without an assessment that doesn't count.
    pub redesign: Rc<Redesign>,
    /// The day on which its `done` landed; `None` if it has none or is only proposed.
    pub done_landed: Option<Day>,
}

words! {
    /// The status of a redesign; the first that holds.
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
    /// Who could approve it, where no version counts.
    pub approvers: Vec<Person>,
    /// Whether the file says otherwise than the version that counts, besides its assessment.
    pub waits: bool,
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
    let mut links: BTreeMap<&str, Vec<&Neighbour>> = BTreeMap::new();
    for neighbour in &neighbours.all {
        if let Some(link) = link(&neighbour.record) {
            links.entry(link).or_default().push(neighbour);
        }
    }
    let mut states = RedesignFiles::new(neighbours, governance).states(at);
    for state in &mut states {
        let linked = links.iter().filter(|(link, _)| state.is_named(link));
        state.records = ids(linked.flat_map(|(_, records)| records));
    }
    let tickets = tickets(&links, &states, &governance.policy.patterns, at);
    states.extend(tickets);
    states
}

/// The redesign files, each with the landed records of its pattern, which are searched once for all instants.
pub struct RedesignFiles<'n> {
    governance: &'n Governance,
    files: Vec<RedesignFile<'n>>,
}

struct RedesignFile<'n> {
    history: &'n RedesignHistory,
    /// The version that counts; `None` also if another file has its id.
    counted: Option<&'n CountedRedesign>,
    /// The records of its pattern that landed after it was done, while they count against it.
    later: Vec<&'n Neighbour>,
}

impl<'n> RedesignFiles<'n> {
    pub fn new(neighbours: &'n Neighbours, governance: &'n Governance) -> RedesignFiles<'n> {
        let files = &neighbours.redesigns;
        let file = |history: &'n RedesignHistory| {
            // A file that nobody approved takes nothing from one that somebody did.
            let is_own = |other: &&RedesignHistory| {
                other.counted.is_some() && id_of(&other.path) == id_of(&history.path)
            };
            let is_only = files.iter().filter(is_own).count() == 1;
            let counted = if is_only { history.counted.as_ref() } else { None };
            let later = counted.and_then(|counted| {
                Some(landed_after(&counted.redesign, counted.done()?, neighbours, governance))
            });
            RedesignFile { history, counted, later: later.unwrap_or_default() }
        };
        RedesignFiles { governance, files: files.iter().map(file).collect() }
    }

    /// Returns the state of each file at an instant, by id, without the records that link it.
    pub fn states(&self, at: Instant) -> Vec<RedesignState> {
        let patterns = &self.governance.policy.patterns;
        let mut states: Vec<RedesignState> =
            self.files.iter().map(|file| file.state(patterns, at)).collect();
        states.order_by(|one, other| (&one.id, &one.path).cmp(&(&other.id, &other.path)));
        states
    }
}

impl CountedRedesign {
    /// Returns the day on which it was done, but not later than the day on which that landed.
    fn done(&self) -> Option<Day> {
        let stated = self.redesign.done.as_ref()?.date;
        Some(self.done_landed.map_or(stated, |landed| stated.min(landed)))
    }
}

impl RedesignFile<'_> {
    fn state(&self, patterns: &Patterns, at: Instant) -> RedesignState {
        let RedesignFile { history, counted, later } = self;
        let shown = counted.map(|counted| &counted.redesign).or(history.latest.as_ref());
        let done = counted.and_then(CountedRedesign::done).filter(|done| done.start() <= at);
        let landed_by_then: Vec<&Neighbour> =
            later.iter().copied().filter(|it| done.is_some() && it.landed <= at).collect();
        let mut state = RedesignState {
            id: Some(id_of(&history.path)),
            path: Some(history.path.clone()),
            ticket: shown.and_then(|redesign| redesign.ticket.clone()),
            status: RedesignStatus::Unapproved,
            redesign: shown.cloned(),
            due: shown.map(|redesign| in_time(redesign.due, history.landed, patterns)),
            first_due: history.first_due,
            done,
            landed_after: later_occurrences(&landed_by_then),
            records: Vec::new(),
            lifts: false,
            approvers: history.approvers.clone(),
            waits: counted
                .zip(history.latest.as_ref())
                .is_some_and(|(counted, latest)| differs(&counted.redesign, latest)),
        };
        if let Some(counted) = counted {
            state.status = state.judge(&counted.redesign, at, patterns);
        }
        state.lifts = matches!(state.status, RedesignStatus::Open | RedesignStatus::Watching);
        state
    }
}

fn differs(counted: &Redesign, latest: &Redesign) -> bool {
    let [counted, latest] =
        [counted, latest].map(|redesign| Redesign { assessed: None, ..redesign.clone() });
    counted != latest
}

pub(in crate::survey) fn id_of(path: &str) -> String {
    file::stem(path).to_ascii_uppercase()
}

impl RedesignState {
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
        link(record).is_some_and(|link| self.is_named(link))
    }

    fn is_named(&self, link: &str) -> bool {
        let path = self.path.as_deref().unwrap_or_default();
        is_linking(link, path, self.redesign.as_deref())
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
    agrees(
        pattern,
        governance,
        |place, value| group.values.get(place) == Some(value),
        |finding| *finding == group.finding,
    )
}

/// Tells whether one of the groups that refuse a record is of a pattern.
pub fn covers_any(
    pattern: &RedesignPattern,
    groups: &RefusingGroups,
    governance: &Governance,
) -> bool {
    let has = |place, value: &_| groups.part(place).is_some_and(|values| values.contains(value));
    agrees(pattern, governance, has, |finding| groups.findings().contains(finding))
}

fn agrees(
    pattern: &RedesignPattern,
    governance: &Governance,
    has: impl Fn(usize, &Option<String>) -> bool,
    has_finding: impl Fn(&Option<String>) -> bool,
) -> bool {
    let keys = &governance.policy.patterns.key;
    let mut words = PatternKey::ALL.iter().filter_map(|key| Some((key, pattern.value(*key)?)));
    let is_stated = |(key, value): (&PatternKey, &str)| {
        let place = keys.iter().position(|own| own == key);
        place.is_some_and(|place| has(place, &Some(cause::comparable(*key, value, governance))))
    };
    let finding = pattern.finding.as_deref().map(cause::comparable_finding);
    words.all(is_stated) && (finding.is_none() || has_finding(&finding))
}

fn in_time(due: Day, landed: Option<Instant>, patterns: &Patterns) -> Day {
    let latest = landed.map(|landed| patterns.redesign_max.after_day(landed.day()));
    latest.map_or(due, |latest| due.min(latest))
}

/// Returns the last day on which occurrences count against a redesign.
pub fn watched_until(redesign: &Redesign, done: Day, patterns: &Patterns) -> Day {
    redesign.within().after_day(done).min(patterns.redesign_max.after_day(done))
}

fn landed_after<'n>(
    redesign: &Redesign,
    done: Day,
    neighbours: &'n Neighbours,
    governance: &Governance,
) -> Vec<&'n Neighbour> {
    let patterns = &governance.policy.patterns;
    let end = watched_until(redesign, done, patterns).end();
    let is_covered = |record: &Record| {
        let groups = cause::groups(record, &patterns.key, cause::Findings::Count, governance);
        groups.keys().any(|group| covers(&redesign.pattern, group, governance))
    };
    let counts = |neighbour: &&Neighbour| {
        let outcome = neighbour.record.closure.as_ref().map(|closure| closure.outcome);
        neighbour.landed >= done.end()
            && neighbour.landed < end
            && outcome != Some(ClosureOutcome::Rejected)
            && !cause::is_expected(&neighbour.record, patterns)
            && is_covered(&neighbour.record)
    };
    neighbours.all.iter().filter(counts).collect()
}

fn later_occurrences(records: &[&Neighbour]) -> Vec<LaterOccurrence> {
    let occurrences = occurrence::group_occurrences(records).into_iter();
    occurrences
        .filter_map(|records| {
            let at = records.iter().map(|record| record.landed).min()?;
            Some(LaterOccurrence { at, ids: records.iter().map(|it| it.id.clone()).collect() })
        })
        .collect()
}

fn ids<'n>(records: impl Iterator<Item = &'n &'n Neighbour>) -> Vec<String> {
    let mut ids: Vec<String> = records.map(|record| record.id.clone()).collect();
    ids.sort();
    ids
}

fn tickets(
    links: &BTreeMap<&str, Vec<&Neighbour>>,
    files: &[RedesignState],
    patterns: &Patterns,
    at: Instant,
) -> Vec<RedesignState> {
    let is_ticket = |link: &str| {
        reference::is_ticket(link) && !is_id(link) && !files.iter().any(|file| file.is_named(link))
    };
    let tickets = links.iter().filter(|(link, _)| is_ticket(link));
    tickets
        .map(|(ticket, records)| {
            let due = records.iter().filter_map(|record| record.record.fix.as_ref()?.due).max();
            RedesignState {
                id: None,
                path: None,
                ticket: Some((*ticket).to_owned()),
                status: RedesignStatus::Ticket,
                redesign: None,
                due,
                first_due: None,
                done: None,
                landed_after: Vec::new(),
                records: ids(records.iter()),
                lifts: patterns.redesign == RedesignKind::Any
                    && due.is_some_and(|due| at < due.end()),
                approvers: Vec::new(),
                waits: false,
            }
        })
        .collect()
}
