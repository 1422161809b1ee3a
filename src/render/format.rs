//! The definition of an output format, and the style of one run.
//!
//! Pure. Start at [`OutputFormat`]; `render::ALL` lists them. Follows `docs/spec/cli.md`, formats.

use crate::view::doc;
use std::io::{self, BufWriter, Write};

/// The style in which an answer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputStyle {
    /// The terminal's columns; `None` for a pipe, for which nothing is wrapped, cut or left out.
    pub width: Option<usize>,
    pub is_coloured: bool,
    /// Whether the footer is left out.
    pub is_quiet: bool,
}

impl OutputStyle {
    /// For a pipe: full width, no color, with the footer.
    pub const PIPE: OutputStyle = OutputStyle { width: None, is_coloured: false, is_quiet: false };
}

/// Which answers a format can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    Always,
    /// Answers with findings.
    ForFindings,
    /// Answers made to be a page.
    ForPages,
}

#[derive(Debug)]
pub struct OutputFormat {
    /// The value of `--format`.
    pub name: &'static str,
    /// Which answers it can show.
    pub offered: Offered,
    /// Which half of an answer it reads.
    pub reads: doc::FormatNeeds,
    /// A description for the help, on one line.
    pub summary: &'static str,
    pub(super) render: Render,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Render {
    /// The whole answer at once, in memory.
    Whole(fn(&doc::Doc<'_>, &OutputStyle) -> Vec<u8>),
    /// Piece by piece: an answer may be larger than the data that it is about.
    Pieces(fn(&doc::Doc<'_>, &OutputStyle, &mut dyn Write) -> io::Result<()>),
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
                write(doc, style, &mut out)?;
                out.flush()
            }
        }
    }

    /// Tells whether the format can show this answer; otherwise it is a usage error, not an empty output.
    pub fn shows(&self, doc: &doc::Doc<'_>) -> bool {
        match self.offered {
            Offered::Always | Offered::ForPages => true,
            Offered::ForFindings => doc.findings().next().is_some(),
        }
    }
}
