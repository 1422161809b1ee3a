//! All records together: filters, order, due records, branch changes, history.
//!
//! Pure. Start at [`select::Filter`] and [`due::due_record`]. Knows nothing about output formats. No dates are compared
//! here: `status` decides what is due, in the record states and their duties.

pub mod acts;
pub mod approved_state;
pub mod branch;
pub mod cause;
pub mod changed;
pub mod cited;
pub mod compared_version;
pub mod decided;
pub mod due;
pub mod escalate;
pub mod event;
pub mod figures;
pub mod follow_up;
pub mod landed_record;
pub mod life;
pub mod merging;
pub mod messages;
pub mod naming;
pub mod near_values;
pub mod neighbour;
pub mod next_step;
pub mod observation;
pub mod occurrence;
pub mod overview;
pub mod patterns;
pub mod proposed;
pub mod queue;
pub mod redesign;
pub mod refiling;
pub mod remote;
pub mod renewed;
pub mod repeated_emergencies;
pub mod repetition;
pub mod revocations;
pub mod route;
pub mod searched;
pub mod select;
pub mod signed_statements;
pub mod statements;
pub mod summary;
pub mod workflows;
