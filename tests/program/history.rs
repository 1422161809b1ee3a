//! What git proves: raw commits, the mainline, versions. Histories come from the builder in `repo.rs`.

mod damaged;
mod revisions;
