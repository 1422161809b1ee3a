//! What git proves, in landing order: the mainline, the versions of each record, who typed what.
//!
//! Uses diag to policy. Pure: objects come through [`objects::Objects`]. Start at [`walked::History`]. Follows
//! `docs/spec/approval.md`, 1.2, 1.3 and 4. States facts; who counts as an approver is judged in `approval`.

pub mod branch;
mod brought;
pub mod chain;
pub mod change;
pub mod checkpoint;
pub mod commit;
pub mod company;
pub mod content;
pub mod folder;
pub mod folders;
pub mod foxtrot;
pub mod governance;
pub mod graph;
pub mod ident;
pub mod interest;
pub mod made;
pub mod mainline;
pub mod notes;
pub mod objects;
pub mod origin;
pub mod paths;
pub mod proposal;
pub mod refs;
mod survey;
pub mod tags;
pub mod thrown_off;
pub mod trailer;
pub mod trails;
pub mod tree;
mod unnamed;
pub mod version;
pub mod vicinity;
pub mod walk;
pub mod walked;
pub mod watched;
