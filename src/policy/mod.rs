//! The governance files of one tree as one value, and what they demand of a record.
//!
//! Uses diag, yaml, record, ledger. Pure. Start at `Policy`. Follows `docs/spec/policy.md`. Knows no past.
