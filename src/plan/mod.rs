//! What will be written: a record from answers, linted first, or what is missing for it.
//!
//! Uses diag to rules. Pure: neither prompts nor files. Start at [`answers::Answers`] and [`draft::draft`]. Follows
//! `docs/spec/cli.md`, new.

pub mod answers;
pub mod draft;
pub mod part;
pub mod question;
