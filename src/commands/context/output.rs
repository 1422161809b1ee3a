//! How an answer leaves: its format, and the streams.
//!
//! Start at [`Formats`]. Results go to stdout, everything else to stderr; a closed pipe is no failure.

use std::io::{self, ErrorKind, Write};

use anyhow::Context;

use crate::ask;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::render;
use exledger::view::doc::Doc;

/// The format of answers that a calendar can hold.
pub(crate) const CALENDAR: &str = "ics";

/// The formats in which a command answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formats {
    /// Every format, those made for findings too.
    Findings,
    /// The formats that can show every answer.
    General,
    /// Those, and a calendar, which the command writes itself.
    Dated,
    /// Those, and a page; made for a job's summary unless another one is asked for.
    Paged,
    /// These alone.
    Only(&'static [&'static str]),
}

impl Formats {
    /// Returns the format that was asked for; where none was, `table`, of a report `markdown`.
    ///
    /// # Errors
    /// [`fault::Fault::Usage`] when the command does not offer it.
    pub(crate) fn chosen(
        self,
        name: Option<&str>,
    ) -> anyhow::Result<&'static render::format::OutputFormat> {
        let name = match name {
            Some(CALENDAR) if self == Formats::Dated => "table",
            None if self == Formats::Paged => "markdown",
            name => name.unwrap_or("table"),
        };
        let found = render::find(name).filter(|format| self.offers(format));
        found.ok_or_else(|| {
            fault::usage_error(
                format!("this command does not support the format {name}"),
                format!("use --format {}", self.names().join(", ")),
            )
        })
    }

    /// Returns the names of the formats.
    pub(crate) fn names(self) -> Vec<&'static str> {
        let offered = render::ALL.iter().filter(|format| self.offers(format));
        let names = offered.map(|format| format.name);
        names.chain((self == Formats::Dated).then_some(CALENDAR)).collect()
    }

    fn offers(self, format: &render::format::OutputFormat) -> bool {
        match self {
            Formats::Findings => format.offered != render::format::Offered::ForPages,
            Formats::General | Formats::Dated => format.offered == render::format::Offered::Always,
            Formats::Paged => format.offered != render::format::Offered::ForFindings,
            Formats::Only(names) => names.contains(&format.name),
        }
    }
}

impl Ctx {
    /// Writes an answer to stdout in the format that was asked for.
    ///
    /// # Errors
    /// When stdout can't be written, other than because its reader has gone.
    pub(crate) fn show(&self, doc: &Doc<'_>) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        printed(self.format.write(doc, &self.style, &mut out))
    }

    /// Writes bytes to stdout.
    ///
    /// # Errors
    /// As [`Ctx::show`].
    pub(crate) fn print(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        printed(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Writes bytes to stdout, and tells whether anybody still reads them.
    ///
    /// # Errors
    /// As [`Ctx::show`].
    pub(crate) fn deliver(&self, bytes: &[u8]) -> anyhow::Result<bool> {
        let mut out = io::stdout().lock();
        let written = out.write_all(bytes).and_then(|()| out.flush());
        let is_read = !matches!(&written, Err(cause) if cause.kind() == ErrorKind::BrokenPipe);
        printed(written).map(|()| is_read)
    }

    /// Writes a line for the reader to stderr, unless told to be quiet.
    pub(crate) fn hint(&self, line: &str) {
        if !self.globals.quiet {
            self.tell(line);
        }
    }

    /// Writes to stderr what a person is about to be asked about, as an answer looks.
    pub(crate) fn preview(&self, doc: &Doc<'_>) {
        let _ = render::TABLE.write(doc, &self.style, &mut io::stderr());
    }

    /// Writes a text to stderr without breaking its lines anew.
    pub(crate) fn tell_verbatim(&self, text: &str) {
        let _ = writeln!(io::stderr(), "{}", render::harmless(text));
    }

    /// Writes a line to stderr in any case; a closed stderr has no reader to miss it.
    pub(crate) fn tell(&self, line: &str) {
        let text = ask::wrapped(&render::harmless(line));
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// Returns what became of writing to stdout, of which a reader may have seen enough.
///
/// # Errors
/// When stdout can't be written, other than because its reader has gone.
pub(crate) fn printed(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
            Err(cause).context("can't write to stdout")
        }
        _ => Ok(()),
    }
}
