//! The branch `exledger-approvals`: what is written there, and what its statements count for.

mod written;
