//! Live access against the ledger: what is granted without an exception in force, after its end, or wider than it.
//!
//! Uses record, policy, status, gate, `survey::route`. Pure. Start at [`judge::AccessJudge`]; a parsed line is an
//! [`AccessGrant`](crate::survey::access::grant::AccessGrant). Follows `docs/spec/cli.md`, access, and `docs/spec/interop.md`, input of `access`.

pub mod absence;
pub mod combined;
pub mod grant;
pub mod judge;
pub mod rows;
