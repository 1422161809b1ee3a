//! Reads the files below `.approvals`, landing by landing: which are valid, and what they are about.
//!
//! Uses policy, history, approval's governance history, statements, signatures. Pure. Start at `ApprovalFiles::of`.
//! Follows `docs/spec/approval.md`, S7, 1.12, G2 and D2. The fold decides which version a file applies to.

mod collect;
pub(super) mod files;
pub(crate) mod reader;
