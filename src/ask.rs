//! Prompts and progress: what needs a person at a terminal.
//!
//! Uses diag to plan. Only `commands` uses it.
