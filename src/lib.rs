//! An exception ledger backed by git-tracked files: one YAML file for each approved, temporary deviation
//! from a rule, filed by pull request, approved by merge, checked by CI.
//!
//! The library is a sequence of modules; each uses only those to its left:
//!
//! ```text
//! |--------- stated by people ---------|   |-proven by git--|   |-- computed, never stored ---|
//! diag > yaml > record > ledger > policy > history > approval > status > gate > survey > rules > plan
//! ```
//!
//! Beside it: `formats` (foreign formats), `view` (what answers share) and `render` (answers as bytes). All of these are
//! pure: no files, time, environment or printing. With the feature `session`: `clock` (time and chance), `store` (files
//! and git), `session` (an open ledger), and `features`, the table of contents of what can be asked.
//!
//! Three kinds of information never mix. Facts that people state are stored in files. Facts that git proves are
//! derived from history. Status is computed from both at one instant. `docs/architecture.md` describes the
//! modules; `tests/core/layering.rs` checks their order.

pub mod diag;

pub mod yaml;

pub mod record;

pub mod ledger;

pub mod policy;

pub mod history;

pub mod approval;

pub mod status;

pub mod gate;

pub mod survey;

pub mod rules;

pub mod plan;

pub mod view;

pub mod render;

pub mod formats;

#[cfg(feature = "session")]
pub mod clock;

#[cfg(feature = "session")]
pub mod store;

#[cfg(feature = "session")]
pub mod session;

#[cfg(feature = "session")]
pub mod features;
