//! Facts from git, in landing order: the mainline, the versions of each record, and the names in commits.
//!
//! Pure: objects come through [`objects::Objects`]. Start at [`walked::History`]. Follows `docs/spec/approval.md`, 1.2 and
//! 1.3; `walk` says how. Collects facts only; `approval` decides who counts as an approver.

mod approval_files;
pub mod approvals_branch;
pub mod branch;
pub mod chain;
pub mod change;
pub mod checkpoint;
pub mod commit;
pub mod content;
pub mod digest;
pub mod folder;
pub mod folders;
pub mod former;
pub mod governance;
pub mod graph;
pub mod ident;
pub mod introduced;
pub mod mainline;
pub mod merge_content;
mod merged_commits;
pub mod notes;
pub mod objects;
pub mod off_line;
pub mod origin;
pub mod outline;
pub mod paths;
pub mod proposal;
pub mod record_folders;
pub mod refs;
pub mod related_files;
pub mod rule_change;
mod survey;
pub mod tags;
pub mod taken;
pub mod trailer;
pub mod trails;
pub mod tree;
mod unnamed;
pub mod version;
pub mod walk;
pub mod walked;
pub mod watched_paths;
