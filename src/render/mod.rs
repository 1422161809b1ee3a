//! One file per output format: a `Doc` to bytes.
//!
//! Uses diag and `view::doc`, no other view. Pure. Start at [`ALL`]. Follows `docs/spec/cli.md`, Formats, and
//! `docs/spec/interop.md` 3. `visible` is no format: it is what all of them do to text that could act on its reader.

use std::io::{self, BufWriter, Write};

use crate::view::doc;

pub mod csv;
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

/// For whom an answer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The terminal's columns; `None` for a pipe, where nothing is wrapped, cut or left out.
    pub width: Option<usize>,
    /// Whether tones become colours.
    pub colour: Colour,
    /// Whether the footer is left out.
    pub quiet: Quiet,
}

impl Style {
    /// For a pipe: full width, no colour, with the footer.
    pub const PIPE: Style = Style {
        width: None,
        colour: Colour::Off,
        quiet: Quiet::No,
    };
}

/// Whether tones become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// As escape sequences of ANSI terminals.
    On,
    /// The words alone.
    Off,
}

/// Whether the line that says instant and commit is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quiet {
    /// The line is shown.
    No,
    /// The line is left out.
    Yes,
}

/// Which answers a format can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// Every answer.
    Always,
    /// An answer that has findings.
    ForFindings,
    /// An answer that is made to be a page.
    ForPages,
}

/// One output format.
#[derive(Debug)]
pub struct Format {
    /// The word after `--format`.
    pub name: &'static str,
    /// Which answers it can show.
    pub offered: Offered,
    /// Which half of an answer it reads.
    pub reads: doc::Reads,
    /// What it is, in one line of help.
    pub summary: &'static str,
    /// How it is written.
    render: Render,
}

/// How an answer becomes bytes.
#[derive(Clone, Copy, Debug)]
enum Render {
    /// All of it, before any is written.
    Whole(fn(&doc::Doc<'_>, &Style) -> Vec<u8>),
    /// Piece by piece, as it is written: an answer may be longer than all that it is about.
    Pieces(fn(&doc::Doc<'_>, &mut dyn Write) -> io::Result<()>),
}

impl Format {
    /// Writes an answer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, doc: &doc::Doc<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        match self.render {
            Render::Whole(render) => out.write_all(&render(doc, style)),
            Render::Pieces(write) => {
                let mut out = BufWriter::new(out);
                write(doc, &mut out)?;
                out.flush()
            }
        }
    }

    /// Returns whether the format can show this answer; one that it can't is a wrong use, not an empty output.
    pub fn shows(&self, doc: &doc::Doc<'_>) -> bool {
        match self.offered {
            Offered::Always | Offered::ForPages => true,
            Offered::ForFindings => doc.findings().next().is_some(),
        }
    }
}

/// All formats, in the order of the help.
pub const ALL: &[Format] = &[
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

/// The format for people.
pub const TABLE: &Format = &table::FORMAT;

/// Returns the format of this name.
pub fn find(name: &str) -> Option<&'static Format> {
    ALL.iter().find(|format| format.name == name)
}

/// Returns a text in which nothing acts on the terminal that shows it, or on the build server that keeps it: for what is
/// told beside an answer.
pub fn harmless(text: &str) -> String {
    visible::no_command(visible::lines(text)).into_owned()
}
