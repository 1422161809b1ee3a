//! What will be written: a record from answers, the edits of a decision, or a refusal; linted first.
//!
//! Pure: neither prompts nor files. A record: start at [`answers::Answers`] and [`draft::draft`]. A decision: start at
//! [`decision::DecisionInput`], its file, and [`edit::apply`]. Follows `docs/spec/cli.md`, new and decisions.

pub mod answers;
pub mod close;
pub mod decision;
pub mod derive;
pub mod draft;
pub mod drafted_finding;
pub mod edit;
pub mod entry;
pub mod evidence;
pub mod field_values;
pub mod fire;
pub mod imported;
pub mod note;
pub mod offer;
pub mod owner;
pub mod part;
pub mod question;
pub mod renew;
pub mod review;
pub mod review_control;
pub mod reviews;
pub mod setting;
pub mod transfer;
