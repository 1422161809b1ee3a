//! What several features show, as plain data with the promised keys, and the [`doc::Doc`] that all of them make.
//!
//! Pure. Follows `docs/spec/cli.md`, JSON that scripts rely on.
#![warn(missing_docs)]

pub mod accepted;
pub mod closure;
pub mod controls;
pub mod doc;
pub mod exception_row;
pub mod excerpt;
pub mod explain;
pub mod findings;
pub mod follow_up;
pub mod init;
pub mod json;
pub mod messages;
pub mod next;
pub mod page;
pub mod patch;
pub mod record;
pub mod redesign;
pub mod shape;
pub mod statements;
pub mod tables;
