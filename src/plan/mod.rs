//! What will be written, or the refusal: a record from answers.
//!
//! Uses diag to rules. Pure: writes nothing itself. Follows `docs/spec/cli.md`, new.
