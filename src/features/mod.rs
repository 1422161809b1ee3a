//! The table of contents: one folder for each feature, a question and its answer on top of the core.
//!
//! A folder's `mod.rs` has the entry functions, which take an open [`Session`](crate::session::Session): `answer` reads
//! and returns an answer; `prepare` works out what its result will write when it is told to. In most folders `answer.rs`
//! has the request, the answer, and how it is found; `show.rs` makes the `Doc` that people and programs see, and
//! `src/render` writes a `Doc` as a table, JSON or another format. A feature without `answer.rs` shows what the
//! module of its name in `survey` found. The flags of a feature are in `src/commands`, under its name. Its tests are in `tests/program`, under its name
//! or the one given here, and compare its formats with `tests/golden`; what needs no started program is in `tests/answers`.
//!
//! Nothing below uses a feature; features use one another without a cycle.

/// Compares lists of live access with the ledger.
pub mod access;

/// Approves or rejects content, and tells how a change can be approved. Tests: `cli_approve`.
pub mod approve;

/// Answers whether something is allowed, and keeps the receipts. Tests: `gate`.
pub mod check;

/// Renews, closes and otherwise decides about records of the work tree. Tests: `decisions`.
pub mod decide;

/// Compares a branch with the commit where it will land.
pub mod diff;

/// Checks whether approvals count in this repository.
pub mod doctor;

/// Writes the records in force into the files that tools read.
pub mod export;

/// Drafts records from the exceptions that other tools keep in files.
pub mod import;

/// Runs the rules on files, or on what a branch changes. Tests: `cli_lint`.
pub mod lint;

/// Lists the records that fit some filters. Tests: `cli_answers`.
pub mod list;

/// Keeps a gate open for questions that come later. Tests: `gate`.
pub mod live;

/// Tells the history of one record. Tests: `cli_log`.
pub mod log;

/// Files a record. Tests: `cli_new`.
pub mod new;

/// Shows a ledger in a few lines. Tests: `cli_answers`.
pub mod overview;

/// Collects the audit pack of a span.
pub mod pack;

/// Finds what repeats, and what to change. Tests: `patterns`; `triage` for what repeats in events.
pub mod patterns;

/// Tells what needs attention, most urgent first. Tests: `cli_answers`; `decisions` for messages.
pub mod queue;

/// Begins redesigns, and decides about them. Tests: `redesigns`.
pub mod redesign;

/// Reports on the ledger to people who don't use it. Tests: `cli_answers`.
pub mod report;

/// Drafts the exceptions that agents request.
pub mod request;

/// Finds suppressions in source files that no exception in force allows. Tests: `scan`.
pub mod scan;

/// Shows everything about one record. Tests: `cli_answers`.
pub mod show;

/// Compares scanners' findings and events with baselines and the ledger. Tests: `triage`; `alerts` for the alert plan.
pub mod triage;

/// Audits everything that landed. Tests: `audit`.
pub mod verify;
