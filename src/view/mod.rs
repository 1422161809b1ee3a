//! What each command shows, as plain data with the promised keys, converted to a [`doc::Doc`].
//!
//! Uses diag to plan. Pure. One file per command. Follows `docs/spec/cli.md`, JSON that scripts rely on.
#![warn(missing_docs)]

pub mod access;
pub mod agent;
pub mod alert_plan;
pub mod approve;
pub mod check;
pub mod closure;
pub mod controls;
pub mod diff;
pub mod doc;
pub mod doctor;
pub mod drift;
pub mod due;
pub mod edit;
pub mod exception_row;
pub mod excerpt;
pub mod explain;
pub mod findings;
pub mod fleet;
pub mod follow_up;
pub mod import;
pub mod init;
pub mod json;
pub mod lint;
pub mod list;
pub mod log;
pub mod messages;
pub mod new;
pub mod next;
pub mod overview;
pub mod pack;
pub mod page;
pub mod patch;
pub mod patterns;
pub mod queue;
pub mod record;
pub mod redesign;
pub mod repeated;
pub mod report;
pub mod request;
pub mod revocations;
pub mod shape;
pub mod show;
pub mod statements;
pub mod tables;
pub mod triage;
pub mod verify;
