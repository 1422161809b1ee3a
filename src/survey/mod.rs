//! All records together: filters, order, what is due, what a branch changes, what happened.
//!
//! Uses diag to gate. Pure. Start at [`select::Filter`] and [`due::due_record`]. How it will be shown is not known here.
//! Dates are not compared here: `status` says what is due, in its standing and its duties.

pub mod acts;
pub mod advice;
pub mod approved_state;
pub mod branch;
pub mod cause;
pub mod due;
pub mod escalate;
pub mod figures;
pub mod life;
pub mod naming;
pub mod neighbour;
pub mod occurrence;
pub mod patterns;
pub mod proposed;
pub mod queue;
pub mod refiling;
pub mod renewed;
pub mod select;
pub mod shell;
pub mod slips;
pub mod statements;
pub mod triage;
pub mod workflows;
