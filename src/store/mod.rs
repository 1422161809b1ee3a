//! Files and git: the only module that opens, reads or writes anything.
//!
//! Outside the sequence of modules.

pub mod append;
pub mod approvals_branch;
pub mod commits;
pub mod edits;
pub mod fetch;
pub mod files;
pub mod folder_files;
pub mod forge;
pub mod git;
pub mod known_end;
pub mod new_folder;
pub mod real_path;
pub mod refused;
pub mod run;
pub mod sign;
pub mod streams;
mod target;
mod temporary;
pub mod vacant;
