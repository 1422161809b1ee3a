//! All records together: filters, what is due, and in which order.
//!
//! Uses diag to gate. Pure. Start at `Entry`. Follows `docs/spec/cli.md`, list and due.
