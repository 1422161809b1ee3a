//! What `mcp` answers about records: the status of one, and what is due.
//!
//! Pure. Start at [`AgentStatus`] and [`AgentDueList`]. Follows `docs/spec/cli.md`, mcp: what people wrote stands where a
//! reader expects it, and nowhere else.

use crate::diag::sorting::StableSort as _;
use serde::Serialize;

use crate::gate::withheld;
use crate::record::Record;
use crate::record::id::Id;
use crate::record::time::Instant;
use crate::status::state::{InForce, RecordState};
use crate::survey::due::{self, DueRecord, Horizon};
use crate::survey::escalate::AdviceContext;
use crate::survey::next_step::{self, NextStep};
use crate::view::next::NextView;

/// The schema name of the status of a record.
pub const STATUS_SCHEMA: &str = "exledger/status/v1";

/// The schema name of a list of due records.
pub const DUE_SCHEMA: &str = "exledger/due-list/v1";

/// How many due records are listed.
pub const MOST_DUE: usize = 100;

/// Who may read the texts of a record that has not landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The agent that filed the record, and so wrote its texts.
    Filer,
    /// Any other agent, which may read none of them.
    Other,
}

/// A record's status, and the next step about it, which the JSON borrows.
#[derive(Debug)]
pub struct AgentStatus<'a> {
    state: &'a RecordState,
    next: NextStep,
    reasons: Vec<String>,
    texts: RecordTexts<'a>,
    now: Instant,
}

#[derive(Debug, Serialize)]
struct StatusAnswer<'a> {
    schema: &'static str,
    id: &'a str,
    status: &'static str,
    in_force: bool,
    not_after: Option<Instant>,
    reasons: &'a [String],
    next: NextView<'a>,
    texts: &'a RecordTexts<'a>,
}

/// What people wrote in a record; null if it has not landed.
#[derive(Debug, Default, Serialize)]
struct RecordTexts<'a> {
    title: Option<&'a str>,
    justification: Option<&'a str>,
    owner: Option<&'a str>,
}

impl<'a> AgentStatus<'a> {
    /// Returns the status of a record for an agent.
    pub fn of(
        state: &'a RecordState,
        reader: Reader,
        around: AdviceContext<'_>,
    ) -> AgentStatus<'a> {
        let now = around.instant;
        if reader == Reader::Other && !withheld::is_landed(state) {
            let next = next_step::answer::withheld(state.id());
            let reasons = vec![withheld::unlanded(state.status).to_owned()];
            return AgentStatus { state, next, reasons, texts: RecordTexts::default(), now };
        }
        // A change that a branch proposes has not landed either.
        let settled = match reader {
            Reader::Other => RecordState { pending: Vec::new(), ..state.clone() },
            Reader::Filer => state.clone(),
        };
        let horizon = Horizon::from_policy(&around.governance.policy);
        let due = due::due_record(&settled, &horizon, now);
        AgentStatus {
            state,
            next: next_step::next(&settled, state.id(), due.as_ref(), around),
            reasons: state.reasons.iter().map(ToString::to_string).collect(),
            texts: state.content().map(RecordTexts::of).unwrap_or_default(),
            now,
        }
    }

    /// Returns the answer as JSON.
    ///
    /// # Errors
    /// If it can't be represented.
    pub fn json(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::to_value(StatusAnswer {
            schema: STATUS_SCHEMA,
            id: self.state.id(),
            status: self.state.status.as_str(),
            in_force: self.state.in_force == InForce::Yes,
            not_after: self.state.not_after,
            reasons: &self.reasons,
            next: NextView::of(&self.next, self.now),
            texts: &self.texts,
        })
    }

    /// Returns the answer in the program's words alone.
    pub fn line(&self) -> String {
        let state = self.state;
        let id = Id::new(state.id()).map_or("the record", |_| state.id());
        let force = match state.in_force {
            InForce::Yes => "in force",
            InForce::No => "not in force",
            InForce::Undetermined => "whether it is in force could not be determined",
        };
        let until = state.not_after.map(|at| format!(", not after {at}")).unwrap_or_default();
        format!("{id} is {}, {force}{until}, at {}", state.status.as_str(), self.now)
    }
}

impl<'a> RecordTexts<'a> {
    fn of(record: &'a Record) -> RecordTexts<'a> {
        RecordTexts {
            title: Some(&record.title),
            justification: Some(&record.justification),
            owner: Some(&record.owner.name),
        }
    }
}

/// The records that are due, the most urgent first.
#[derive(Debug, Serialize)]
pub struct AgentDueList<'a> {
    schema: &'static str,
    records: Vec<AgentDueRecord<'a>>,
    hidden: usize,
}

#[derive(Debug, Serialize)]
struct AgentDueRecord<'a> {
    id: &'a str,
    bucket: &'static str,
    since: Option<Instant>,
    not_after: Option<Instant>,
}

impl<'a> AgentDueList<'a> {
    /// Returns at most [`MOST_DUE`] of the due records, which are due at an instant.
    pub fn of(mut due: Vec<(&'a RecordState, DueRecord)>, now: Instant) -> AgentDueList<'a> {
        due.order_by_key(|(state, due)| (due.order(), state.id().to_owned()));
        let n_due = due.len();
        // A file without an id is named by its path, which people wrote.
        let named = due.iter().filter(|(state, _)| Id::new(state.id()).is_some());
        let records: Vec<AgentDueRecord<'a>> = named
            .take(MOST_DUE)
            .map(|(state, due)| AgentDueRecord {
                id: state.id(),
                bucket: due.bucket.as_str(),
                since: due.timing.since(now),
                not_after: state.not_after,
            })
            .collect();
        AgentDueList { schema: DUE_SCHEMA, hidden: n_due - records.len(), records }
    }

    /// Returns the answer in the program's words alone.
    pub fn lines(&self) -> String {
        let n_due = self.records.len() + self.hidden;
        let mut text = format!("{} due", crate::diag::count(n_due, "record"));
        for record in &self.records {
            text.push_str(&format!("\n{} {}", record.id, record.bucket));
            if let Some(since) = record.since {
                text.push_str(&format!(" since {since}"));
            }
            if let Some(end) = record.not_after {
                text.push_str(&format!(", not after {end}"));
            }
        }
        if self.hidden > 0 {
            text.push_str(&format!("\nand {} more", self.hidden));
        }
        text
    }
}
