//! What git proves: raw commits, the mainline, versions. Histories come from the builder in `repo.rs`.

mod approved_ref;
mod chain;
mod change;
mod commit;
mod hostile;
mod meet;
mod merges;
mod outline;
mod proposal;
mod store;
mod versions;
