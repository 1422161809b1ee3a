//! The program: exit codes, streams, screens, prompts, and every story that a person plays with it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod about;
mod access;
mod advice;
mod agents_sdk;
mod alerts;
mod approval;
mod approvals_branch;
#[path = "../../src/ask/mod.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod ask;
mod audit;
mod by_hand;
mod ci_jobs;
mod claims;
mod cli;
mod cli_answers;
mod cli_approve;
mod cli_controls;
mod cli_flags;
mod cli_init;
mod cli_lint;
mod cli_log;
mod cli_new;
mod commit_graph;
mod completions;
mod csv_header;
mod decisions;
mod diff;
mod doctor;
mod embed;
mod export;
mod export_engines;
mod export_rows;
mod fetching;
mod fleet;
mod forge_signed;
mod gate;
mod governance;
#[cfg(unix)]
mod guides;
mod help;
mod history;
mod hook;
mod hostile;
mod house;
mod import;
mod issue_form;
mod logging;
#[cfg(feature = "mcp")]
mod mcp;
mod pack;
mod packaging;
mod parts;
mod patterns;
mod prompts;
mod readme;
mod redesign_commands;
mod redesigns;
mod request;
mod revocations;
#[cfg(unix)]
mod rights;
mod rules;
mod rules_ends;
mod scan;
mod session;
mod shapes;
#[path = "../core/stories.rs"]
mod stories;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
mod triage;
