//! Conversion between foreign formats and the library's types: one file per format.
//!
//! Pure. Follows `docs/spec/interop.md`.

pub mod archive;
pub mod codeowners;
pub mod description;
pub mod engine_pattern;
pub mod events;
pub mod facts;
pub mod finding_lines;
pub mod glob;
pub mod hooks;
pub mod ics;
pub mod issue_form;
pub mod json_stream;
pub mod lines;
pub mod lock_files;
pub mod native_report;
pub mod object;
pub mod package_types;
pub mod sarif;
pub mod suppressions;
pub mod uuid;
