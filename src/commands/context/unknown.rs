//! Records whose state is unknown, in an answer about several, and branches of which it is unknown what they propose.
//!
//! Start at [`of_all`], at [`outcome`] for one record, and at [`of_proposals`]. Follows `docs/spec/cli.md`, exit codes.

use std::collections::BTreeMap;

use crate::commands::context::Ctx;
use crate::commands::exit::Outcome;
use exledger::diag;
use exledger::history::objects::Obstacle;
use exledger::session::notice::Notice;
use exledger::session::snapshot::Snapshot;
use exledger::status::reason;
use exledger::status::state::{RecordState, Status};
use exledger::survey::select::{Filter, Selection};

/// Returns the outcome of an answer about all records, and says on stderr what can't be determined: the states of some, and where the
/// history is not complete, which others there were.
pub(crate) fn of_all<'a>(
    ctx: &Ctx,
    snapshot: &Snapshot<'_>,
    unknown: impl Iterator<Item = &'a RecordState>,
    usual: Outcome,
) -> Outcome {
    of_history(ctx, snapshot, outcome(ctx, unknown, usual))
}

/// Returns the outcome of an answer about all records, of which `judged` is what their states alone say.
pub(crate) fn of_history(ctx: &Ctx, snapshot: &Snapshot<'_>, judged: Outcome) -> Outcome {
    let (history, _) = snapshot.facts();
    match &history.gap {
        Some(gap) if judged != Outcome::Undetermined => {
            let why = gap.remedy().below(&gap.to_string());
            ctx.tell(&format!("error: could not determine which other records there were: {why}"));
            Outcome::Undetermined
        }
        _ => judged,
    }
}

/// Returns the outcome of an answer about records, and names on stderr those that can't be determined.
pub(crate) fn outcome<'a>(
    ctx: &Ctx,
    unknown: impl Iterator<Item = &'a RecordState>,
    outcome: Outcome,
) -> Outcome {
    let mut by_reason: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for state in unknown {
        let obstacle = reason::obstacle(&state.reasons);
        let reason = obstacle.map_or_else(|| reason::first(&state.reasons), ToString::to_string);
        by_reason.entry(reason).or_default().push(state.id());
    }
    for (reason, ids) in &by_reason {
        let about = match ids.as_slice() {
            [id] => (*id).to_owned(),
            ids => diag::count(ids.len(), "record"),
        };
        ctx.tell(&format!("error: could not determine the status of {about}: {reason}"));
    }
    if by_reason.is_empty() { outcome } else { Outcome::Undetermined }
}

// Returns the outcome of an answer that is about proposals, too: with `--strict`, one that can't be read may be what is wrong.
pub(crate) fn of_proposals(ctx: &Ctx, snapshot: &Snapshot<'_>, outcome: Outcome) -> Outcome {
    let unread = snapshot.notices().iter().filter_map(|notice| match notice {
        Notice::UnreadableBranch { branch, obstacle } => Some((branch.as_str(), obstacle)),
        _ => None,
    });
    let (branches, obstacles): (Vec<&str>, Vec<&Obstacle>) = unread.unzip();
    let Some(first) = obstacles.first().filter(|_| ctx.globals.strict) else { return outcome };
    let named = diag::some(&branches, branches.len());
    ctx.tell(&format!(
        "error: could not determine what is proposed on {named}: {}",
        first.repair()
    ));
    Outcome::Undetermined
}

/// Returns the records of unknown status that a filter selects, or may select.
pub(crate) fn selected<'s>(
    snapshot: &'s Snapshot<'_>,
    filter: &Filter,
) -> impl Iterator<Item = &'s RecordState> {
    let unknown = snapshot.records().iter().filter(is_unknown);
    unknown.filter(|state| snapshot.selection(filter, state) != Selection::No)
}

pub(crate) fn is_unknown(state: &&RecordState) -> bool {
    state.status == Status::Unknown
}
