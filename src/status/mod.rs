//! Evaluates one record at one instant: whether it is in force, why, until when, and what must be done.
//!
//! Pure. Start at [`evaluate`] and [`state::RecordState`]; `record::time` makes days instants, `answer` compares them. Follows
//! `docs/spec/status.md`. The one evaluator: nothing else compares dates.

mod answer;
mod clocks;
mod duty;
mod effective;
pub mod force_end;
pub mod obstacle;
pub(crate) mod past;
pub mod reason;
mod record_state;
pub(crate) mod renewal;
pub mod settled;
pub mod stamp;
pub mod state;
mod timeline;
pub mod trace;
mod unanswered;

use crate::history::version::Content;
use crate::record::time::Instant;
use crate::status::state::{RecordFacts, RecordState};

/// Returns the status that a record will have once content of it is merged and approved; [`Content::Gone`] removes its file.
pub fn evaluate_once_approved(
    subject: RecordFacts,
    content: Content,
    instant: Instant,
) -> RecordState {
    record_state::once_approved(subject, content, instant)
}

/// Returns the status of a record at an instant, and what must be done about it.
pub fn evaluate(subject: RecordFacts, instant: Instant) -> RecordState {
    record_state::record_state(subject, instant)
}
