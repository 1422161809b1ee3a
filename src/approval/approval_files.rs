//! What the files below `.approvals` say, landing by landing: which of them may be believed, and about what.
//!
//! Uses policy, history, approval's governance history, statements, signatures. Pure. Start at [`Said::of`]. Follows
//! `docs/spec/approval.md`, S7, 1.12, G2 and D2. Which version a statement is for is decided in the fold.

mod collect;
pub(super) mod files;
pub(crate) mod reader;
