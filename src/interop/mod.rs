//! Conversion between foreign formats and the library's types: one file per format.
//!
//! Uses diag to view. Pure. Follows `docs/spec/interop.md`.

pub mod alerts;
pub mod archive;
pub mod codeowners;
pub mod description;
pub mod drift;
pub mod events;
pub mod export;
pub mod glob;
pub mod grants;
pub mod hooks;
pub mod ics;
pub mod import;
pub mod issue_form;
pub mod lines;
pub mod lock_files;
pub mod object;
pub mod package_types;
pub mod sarif;
pub mod scan;
pub mod snyk;
pub mod uuid;
