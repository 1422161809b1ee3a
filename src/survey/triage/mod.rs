//! Findings and events against baselines and ledger: what is routine, what is covered, and what needs attention.
//!
//! Uses record, policy, status, gate. Pure. Start at [`judge::TriageJudge`]; a parsed input is a
//! [`TriageInput`](crate::survey::event::TriageInput). Follows `docs/spec/cli.md`, triage, and `docs/spec/interop.md`, 6.

pub mod alert;
pub mod alert_plan;
pub mod baseline;
pub mod counts;
mod fields;
pub mod judge;
pub mod last_events;
pub mod messages;
pub mod observed;
pub mod routing;
mod sample;
pub mod texts;
pub mod watch;
