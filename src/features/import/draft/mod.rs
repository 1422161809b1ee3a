//! From entries to drafts: which entries become one record, and its answers.
//!
//! Pure. Start at `group` and `import_draft`. Follows `docs/spec/interop.md`, 4.

pub mod agreed;
pub mod group;
pub mod import_draft;
pub mod known;
pub mod row;
