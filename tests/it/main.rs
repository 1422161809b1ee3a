//! The only integration test binary. Each file here is listed; a test fails if one is not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod access;
mod advice;
mod agents_sdk;
mod alerts;
mod approval;
mod audit;
mod by_hand;
mod cli;
mod cli_answers;
mod cli_approve;
mod cli_controls;
mod cli_flags;
mod cli_init;
mod cli_lint;
mod cli_log;
mod cli_new;
mod completions;
mod decisions;
mod diff;
mod doctor;
mod drift;
mod embed;
mod export;
mod export_engines;
mod export_models;
mod export_property;
mod export_rows;
mod fleet;
mod forge_jobs;
mod gate;
mod golden;
mod governance;
#[cfg(unix)]
mod guides;
mod history;
mod hook;
mod hostile;
mod house;
mod import;
mod issue_form;
mod layering;
mod ledger;
mod logging;
#[cfg(feature = "mcp")]
mod mcp;
mod pack;
mod packaging;
mod pattern;
mod patterns;
mod policy;
mod random_histories;
mod readme;
mod record;
mod record_differential;
mod record_schema;
mod redesign_commands;
mod redesigns;
mod render;
mod repetition;
mod repo;
mod request;
mod revocations;
mod rules;
mod rules_content;
mod rules_controls;
mod rules_ends;
mod rules_evidence;
mod rules_house;
mod rules_links;
mod rules_messages;
mod rules_secret;
mod rules_texts;
mod schemas;
mod session;
mod sign;
mod status;
mod template;
mod terminal;
mod triage;
mod yaml;
