//! The records of one tree: ids, look-up, duplicates.
//!
//! Uses diag, yaml, record. Pure. Start at `Ledger`. Whether the tree is a folder, a commit or a test is
//! hidden behind `tree::Tree`. Follows `docs/spec/record.md`.

pub mod tree;
