//! YAML to a tree in which every node knows its place, and edits that change only their own bytes.
//!
//! Pure. Start at [`parse`]. No other module parses YAML. It does not know which keys exist. Follows `docs/spec/rules.md`
//! (shape) and `docs/libraries.md`.

pub mod around;
mod build;
mod comment;
pub mod explain;
pub mod node;
mod portable;
pub(crate) mod screen;
mod source;

pub mod splice;

use crate::yaml::node::{Document, Limits};

/// Reads one YAML document. Never fails as a whole: everything that is wrong is among the faults.
pub fn parse(bytes: &[u8], limits: &Limits) -> Document {
    if bytes.len() > limits.bytes {
        return Document {
            root: None,
            faults: vec![explain::too_many_bytes(limits.bytes)],
            comments: Vec::new(),
        };
    }
    match screen::screen(bytes) {
        screen::Screened::Refused(fault) => {
            Document { root: None, faults: vec![fault], comments: Vec::new() }
        }
        screen::Screened::Text { text, hidden } => build::build(&text, hidden, limits.depth),
    }
}
