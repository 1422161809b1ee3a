//! The answers of the gate about a made-up ledger.

use exledger::features::triage::judge::TriageJudge;
use exledger::features::triage::last_events::{EventMemory, LastEvents};
use exledger::gate::answer::{GateAnswer, Question, ReceiptCounts};
use exledger::gate::facts::NoFacts;
use exledger::gate::index::Index;
use exledger::gate::{verdict, verdict as gate};
use exledger::policy::governance::Governance;
use exledger::status::state::{RecordFacts, RecordState};
use exledger::survey::event::{CloudEvent, TriageInput, TriageState};
use exledger::{approval, status};

use crate::support::approval::{file_as, ledger};
use crate::support::repo::Repo;
use crate::support::samples::{LISTED, SAMPLE};
use crate::support::status::instant;

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
        return gate::deploy::answer(question, &record_states, &[], (&governance, None), &NoFacts);
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
    let repo = ledger(LISTED);
    file_as(&repo, &change(SAMPLE));
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo
}

const AT: &str = "2026-11-25T00:00:00Z";

/// Returns a policy under which every event is material.
pub(crate) fn policy() -> Governance {
    let text = "version: 1\nbaselines:\n  - {id: B1, kind: tool-invocation, material_if: {type: [tool.call, finding]}}\n";
    Governance::of_policy(text)
}

/// The common ledger.
pub(crate) struct Ledger {
    record_states: Vec<RecordState>,
    governance: Governance,
}

impl Ledger {
    pub(crate) fn of(change: impl Fn(&str) -> String) -> Ledger {
        Ledger::of_repo(&with(change))
    }

    pub(crate) fn of_repo(repo: &Repo) -> Ledger {
        Ledger { record_states: record_states(repo, AT), governance: policy() }
    }

    /// Returns verdict and reason of `check`.
    pub(crate) fn asked(&self, question: &Question) -> (bool, String) {
        let answer =
            verdict::ask(question, &self.record_states, &ReceiptCounts::NotGiven, &self.governance);
        (answer.verdict.as_str() == "allow", answer.reason)
    }

    /// Returns whether `triage` finds an input covered, and why.
    pub(crate) fn triaged(&self, input: TriageInput, environment: Option<&str>) -> (bool, String) {
        let index = Index::from_records(&self.record_states);
        let judge = TriageJudge {
            index: &index,
            record_states: &self.record_states,
            governance: &self.governance,
            moved: &|record_state, _| record_state.clone(),
            may_concern: &|_, _| true,
            instant: instant(AT),
            environment,
            files: &exledger::gate::accepted_text::NoFiles,
            facts: &exledger::gate::facts::NoFacts,
            around: None,
            draft: None,
        };
        let mut last_events = LastEvents::new(EventMemory::Run, instant(AT));
        let decision = judge.decide(&input, &mut last_events);
        let message = match decision.message.split_once(" (baseline B1); ") {
            Some((_, message)) => message.to_owned(),
            None => decision.message,
        };
        (decision.state == TriageState::Covered, message)
    }

    /// Returns whether `triage` finds an event with these data covered, and why.
    pub(crate) fn happened(&self, kind: &str, data: &[(&str, &str)]) -> (bool, String) {
        let data: serde_json::Map<String, serde_json::Value> =
            data.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
        let event = CloudEvent {
            at: instant(AT),
            source: "urn:agent:a".to_owned(),
            id: "1".to_owned(),
            fields: serde_json::json!({"type": kind, "data": data}),
        };
        self.triaged(TriageInput::Event(event), None)
    }
}
