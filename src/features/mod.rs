//! The table of contents: one folder for each feature, a question and its answer on top of the core.
//!
//! Uses everything below it: the sequence up to view, and clock, store, interop, session. Nothing below uses a feature.
//! Each entry function takes an open [`Session`](crate::session::Session). `answer` reads and returns an answer;
//! `prepare` works out what its result will write when it is told to.

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

/// Files a record.
pub mod new;

/// Collects the audit pack of a span.
pub mod pack;

/// Begins redesigns, and decides about them.
pub mod redesign;

/// Drafts the exceptions that agents request.
pub mod request;

/// Finds suppressions in source files that no exception in force allows.
pub mod scan;

/// Compares scanners' findings and events with baselines and the ledger.
pub mod triage;

/// Audits everything that landed.
pub mod verify;
