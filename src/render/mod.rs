//! One file per output format: a `Doc` to bytes.
//!
//! Pure. Start at [`ALL`]. Follows `docs/spec/cli.md`, Formats, and `docs/spec/interop.md` 3. `visible` is not a format:
//! all formats use it to escape text that could act on its reader.

use crate::render::format::OutputFormat;

pub mod csv;
pub mod format;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod sarif;
pub mod table;
mod visible;

/// All formats, in the order of the help.
pub const ALL: &[OutputFormat] = &[
    table::FORMAT,
    json::FORMAT,
    jsonl::FORMAT,
    csv::FORMAT,
    markdown::FORMAT,
    github::FORMAT,
    sarif::FORMAT,
    junit::FORMAT,
    gitlab::FORMAT,
    html::FORMAT,
];

pub const TABLE: &OutputFormat = &table::FORMAT;

/// Returns the format of this name.
pub fn find(name: &str) -> Option<&'static OutputFormat> {
    ALL.iter().find(|format| format.name == name)
}

/// Returns a text with everything escaped that a terminal or a build server would interpret:
/// for messages beside an answer.
pub fn harmless(text: &str) -> String {
    visible::no_command(visible::lines(text)).into_owned()
}
