//! The state of a record at an instant, on real repositories.

use std::rc::Rc;

use exledger::history::version::TrailKey;
use exledger::history::walked::History;
use exledger::record::time::Instant;
use exledger::status::state::{InForce, RecordFacts, RecordState};
use exledger::survey::repeated_emergencies;
use exledger::{approval, status};

use crate::support::repo::Repo;
use crate::support::samples::ID;

pub(crate) fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// Returns the state of a record at an instant, by everything in the repository.
pub(crate) fn standing_of(repo: &Repo, key: &TrailKey, at: &str) -> RecordState {
    standing_in(&repo.history(), key, at)
}

/// Returns the state of a record at an instant, by what git proves.
pub(crate) fn standing_in(history: &History, key: &TrailKey, at: &str) -> RecordState {
    let mut approvals = approval::judge(history);
    let governance = Rc::clone(&approvals.counted.tip);
    repeated_emergencies::use_up_graces(history, &mut approvals, &governance);
    let subject = RecordFacts {
        key,
        history,
        verdicts: &approvals.trails[key],
        governance: &approvals.counted.tip,
    };
    status::evaluate(subject, instant(at))
}

/// Returns the state of the sample at an instant.
pub(crate) fn record_state(repo: &Repo, at: &str) -> RecordState {
    standing_of(repo, &TrailKey::Id(ID.to_owned()), at)
}

/// Checks the status of the sample at several instants.
pub(crate) fn check(what: &str, repo: &Repo, expected: &[(&str, &str, bool)]) {
    for (at, word, in_force) in expected {
        let record_state = record_state(repo, at);
        assert_eq!(
            (record_state.status.as_str(), record_state.in_force == InForce::Yes),
            (*word, *in_force),
            "{what} at {at}: {:?}",
            record_state.reasons
        );
        assert!(!record_state.reasons.is_empty(), "{what} at {at}: no reason");
    }
}
