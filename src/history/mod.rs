//! What git proves, in landing order: the mainline, the versions of each record, who typed what.
//!
//! Uses diag to policy. Pure: objects come through `objects::Objects`. Start at `History`. Follows
//! `docs/spec/approval.md`, 1.2, 1.3 and 4. States facts; who counts as an approver is judged in `approval`.
