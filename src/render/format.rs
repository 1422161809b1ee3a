//! What an output format is, and how a run wants it written.
//!
//! Uses view. Pure. Start at [`OutputFormat`]; `render::ALL` lists them. Follows `docs/spec/cli.md`, formats.

use crate::view::doc;
use std::io::{self, BufWriter, Write};

/// For whom an answer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputStyle {
    /// The terminal's columns; `None` for a pipe, where nothing is wrapped, cut or left out.
    pub width: Option<usize>,
    pub is_coloured: bool,
    /// Whether the footer is left out.
    pub is_quiet: bool,
}

impl OutputStyle {
    /// For a pipe: full width, no colour, with the footer.
    pub const PIPE: OutputStyle = OutputStyle { width: None, is_coloured: false, is_quiet: false };
}

/// Which answers a format can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    Always,
    /// An answer that has findings.
    ForFindings,
    /// An answer that is made to be a page.
    ForPages,
}

#[derive(Debug)]
pub struct OutputFormat {
    /// The word after `--format`.
    pub name: &'static str,
    /// Which answers it can show.
    pub offered: Offered,
    /// Which half of an answer it reads.
    pub reads: doc::FormatNeeds,
    /// What it is, in one line of help.
    pub summary: &'static str,
    pub(super) render: Render,
}

/// How an answer becomes bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Render {
    /// All of it, before any is written.
    Whole(fn(&doc::Doc<'_>, &OutputStyle) -> Vec<u8>),
    /// Piece by piece, as it is written: an answer may be longer than all that it is about.
    Pieces(fn(&doc::Doc<'_>, &mut dyn Write) -> io::Result<()>),
}

impl OutputFormat {
    /// Writes an answer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(
        &self,
        doc: &doc::Doc<'_>,
        style: &OutputStyle,
        out: &mut dyn Write,
    ) -> io::Result<()> {
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
