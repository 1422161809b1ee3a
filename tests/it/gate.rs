//! The answers of the gate: what covers a question, and why nothing does.

mod agree;
mod besides;
pub(crate) mod chained;
mod cover;
mod finding;
pub(crate) mod fresh;
mod ledger;
mod limits;
pub(crate) mod live;
mod many;
mod narrow;
mod opened;
mod questions;
mod receipt;
mod refused;
mod sealed;
pub(crate) mod shared;
mod spellings;
mod started;
mod unsigned;
mod uses;
mod verdict;
mod waiting;

use exledger::approval;
use exledger::gate::answer::{GateAnswer, Question, ReceiptCounts};
use exledger::gate::verdict as gate;
use exledger::status::state::{RecordFacts, RecordState};
use exledger::status::{self};

use crate::approval::{file_as, ledger};
use crate::history::SAMPLE;
use crate::repo::Repo;
use crate::status::instant;

/// Returns the states of all records of a repository at an instant.
pub(crate) fn record_states(repo: &Repo, at: &str) -> Vec<RecordState> {
    let history = repo.history();
    let approvals = approval::judge(&history);
    let governance = &approvals.counted.tip;
    let trails = history.trails.iter().filter(|(_, trail)| trail.became.is_none());
    trails
        .map(|(key, _)| {
            let subject = RecordFacts {
                key,
                history: &history,
                verdicts: &approvals.trails[key],
                governance,
            };
            status::evaluate(subject, instant(at))
        })
        .collect()
}

/// Answers a question at an instant.
pub(crate) fn ask(repo: &Repo, question: &Question, at: &str) -> GateAnswer {
    ask_with(repo, question, at, &ReceiptCounts::NotGiven)
}

/// Answers a question at an instant, with receipts.
pub(crate) fn ask_with(
    repo: &Repo,
    question: &Question,
    at: &str,
    receipts: &ReceiptCounts,
) -> GateAnswer {
    let governance = exledger::policy::governance::Governance::of_policy("version: 1\n");
    let record_states = record_states(repo, at);
    if question.deploy {
        let record_states: Vec<&RecordState> = record_states.iter().collect();
        return gate::deploy::answer(question, &record_states, &[], &governance);
    }
    gate::ask(question, &record_states, receipts, &governance)
}

/// Returns a question of its keys and values.
pub(crate) fn question(asked: &[(&str, &str)]) -> Question {
    let keys: serde_json::Map<String, serde_json::Value> = asked
        .iter()
        .map(|(key, value)| match *value {
            "true" => ((*key).to_owned(), true.into()),
            value => ((*key).to_owned(), value.into()),
        })
        .collect();
    let line = serde_json::Value::Object(keys).to_string();
    let read = exledger::gate::question::read(line.as_bytes());
    read.question.unwrap().question
}

/// A ledger with the sample, changed, filed by Ana and merged by Lee.
pub(crate) fn with(change: impl Fn(&str) -> String) -> Repo {
    let repo = ledger("");
    file_as(&repo, &change(SAMPLE));
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo
}
