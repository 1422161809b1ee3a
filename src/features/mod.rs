//! The table of contents: one folder for each feature, a question and its answer on top of the core.
//!
//! Every folder has the same parts. `mod.rs` has the entry functions, which take an open
//! [`Session`](crate::session::Session): `answer` reads and returns an answer; `prepare` works out what its result will
//! write when it is told to. `answer.rs` has the request, the answer, and how it is found; `show.rs` makes the `Doc`
//! that people and programs see. The rest is what only this feature needs. A feature without entry functions shows what
//! `survey` found. The flags of a feature are in `src/commands`, under its name; its tests in `tests/answers` or
//! `tests/program`, under its name.
//!
//! Uses the core, and clock, store, formats, session, view. Nothing below uses a feature; features use one another
//! without a cycle.

/// Compares lists of live access with the ledger.
pub mod access;

/// Approves or rejects content, and tells how a change can be approved.
pub mod approve;

/// Answers whether something is allowed, and keeps the receipts.
pub mod check;

/// Renews, closes and otherwise decides about records of the work tree.
pub mod decide;

/// Compares a branch with the commit where it will land.
pub mod diff;

/// Checks whether approvals count in this repository.
pub mod doctor;

/// Writes the records in force into the files that tools read.
pub mod export;

/// Drafts records from the exceptions that other tools keep in files.
pub mod import;

/// Runs the rules on files, or on what a branch changes.
pub mod lint;

/// Lists the records that fit some filters.
pub mod list;

/// Keeps a gate open for questions that come later.
pub mod live;

/// Tells the history of one record.
pub mod log;

/// Files a record.
pub mod new;

/// Shows a ledger in a few lines.
pub mod overview;

/// Collects the audit pack of a span.
pub mod pack;

/// Finds what repeats, and what to change.
pub mod patterns;

/// Tells what needs attention, most urgent first.
pub mod queue;

/// Begins redesigns, and decides about them.
pub mod redesign;

/// Reports on the ledger to people who don't use it.
pub mod report;

/// Drafts the exceptions that agents request.
pub mod request;

/// Finds suppressions in source files that no exception in force allows.
pub mod scan;

/// Shows everything about one record.
pub mod show;

/// Compares scanners' findings and events with baselines and the ledger.
pub mod triage;

/// Audits everything that landed.
pub mod verify;
