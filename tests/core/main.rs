//! The library from diag to plan: what it reads, proves and decides.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod approval;
mod audit;
mod checklist;
mod controls;
mod credential_forms;
mod edits;
mod folder;
mod gate;
mod history;
mod house;
mod layering;
mod ledger;
mod pattern;
mod policy;
mod portable_names;
mod promise;
mod record;
mod record_differential;
mod repetition;
mod rules;
mod rules_content;
mod rules_controls;
mod rules_evidence;
mod rules_house;
mod rules_links;
mod rules_messages;
mod rules_secret;
mod rules_texts;
mod samples;
mod schemas;
mod shell;
mod sign;
mod spelling;
mod status;
mod stories;
#[path = "../support/mod.rs"]
mod support;
mod suppressions;
mod template;
mod yaml;
