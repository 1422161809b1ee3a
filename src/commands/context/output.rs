//! Output of answers: formats and streams.
//!
//! Start at [`Formats`]. Results go to stdout, everything else to stderr; a closed pipe is not an error.

use std::io;
use std::io::{ErrorKind, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context;

use crate::ask;
use crate::commands::context::{Ctx, fault, links};
use exledger::diag::shell;
use exledger::render;
use exledger::render::table::hyperlink;
use exledger::view::doc::Doc;

pub(crate) const CALENDAR: &str = "ics";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formats {
    /// Every format, including those for findings.
    Findings,
    /// The formats that can show every answer.
    General,
    /// The general ones, and a calendar, which the command writes itself.
    Dated,
    /// The general ones, and an HTML page; the default is for a job's summary.
    Paged,
    /// Only these; the default is the first.
    Only(&'static [&'static str]),
    /// The format of another tool, which the command writes itself: there is no `--format`.
    Foreign,
}

impl Formats {
    /// Returns the requested format; by default `table`, for a report `markdown`.
    pub(crate) fn chosen(
        self,
        name: Option<&str>,
    ) -> anyhow::Result<&'static render::format::OutputFormat> {
        let name = match name {
            Some(CALENDAR) if self == Formats::Dated => "table",
            // What a command shows besides the files, such as help, has the usual format.
            None if self == Formats::Foreign => return Ok(render::TABLE),
            name => name.unwrap_or_else(|| self.default_name()),
        };
        let found = render::find(name).filter(|format| self.offers(format));
        found.ok_or_else(|| {
            fault::usage_error(
                format!("this command does not support the format {name}"),
                format!("use --format {}", self.names().join(", ")),
            )
        })
    }

    fn default_name(self) -> &'static str {
        match self {
            Formats::Paged => "markdown",
            Formats::Only([first, ..]) => first,
            _ => "table",
        }
    }

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
            Formats::Foreign => false,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct CapturedOutput {
    text: Arc<Mutex<CapturedText>>,
    formats: Vec<&'static render::format::OutputFormat>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct CapturedText {
    pub(crate) answers: Vec<String>,
    pub(crate) messages: String,
}

impl CapturedOutput {
    pub(crate) fn take(&self) -> CapturedText {
        std::mem::take(&mut *self.lock())
    }

    fn answer(&self, format: usize, bytes: &[u8]) {
        let mut text = self.lock();
        let n_formats = self.formats.len();
        text.answers.resize(n_formats, String::new());
        if let Some(answer) = text.answers.get_mut(format) {
            answer.push_str(&String::from_utf8_lossy(bytes));
        }
    }

    fn lock(&self) -> MutexGuard<'_, CapturedText> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, line: &str) {
        let mut text = self.lock();
        text.messages.push_str(line);
        text.messages.push('\n');
    }
}

impl Ctx {
    /// Returns the context of a command whose output is read here instead of printed: as into a pipe, without prompts.
    /// An answer is read in all formats; the command knows of the first one.
    pub(crate) fn capturing(
        &self,
        formats: Formats,
        names: &[&str],
    ) -> anyhow::Result<(Ctx, CapturedOutput)> {
        let found: anyhow::Result<Vec<_>> =
            names.iter().map(|name| formats.chosen(Some(name))).collect();
        let captured = CapturedOutput { text: Arc::default(), formats: found? };
        let ctx = Ctx {
            format: captured.formats.first().copied().unwrap_or(render::TABLE),
            style: render::format::OutputStyle::PIPE,
            person: ask::Prompting::Away,
            is_linked: false,
            captured: Some(captured.clone()),
            ..self.clone()
        };
        Ok((ctx, captured))
    }

    /// Writes an answer to stdout in the requested format; a reader that has gone is not an error.
    pub(crate) fn show(&self, mut doc: Doc<'_>) -> anyhow::Result<()> {
        doc.name_folder(&self.typed_from());
        let doc = &doc;
        if let Some(captured) = &self.captured {
            for (n, format) in captured.formats.iter().enumerate() {
                let mut bytes = Vec::new();
                format.write(doc, &self.style, &mut bytes)?;
                captured.answer(n, &bytes);
            }
            return Ok(());
        }
        if self.is_linked && self.format.name == render::TABLE.name {
            return self.show_linked(doc);
        }
        let mut out = io::stdout().lock();
        printed(self.format.write(doc, &self.style, &mut out))
    }

    fn show_linked(&self, doc: &Doc<'_>) -> anyhow::Result<()> {
        let mut bytes = Vec::new();
        self.format.write(doc, &self.style, &mut bytes)?;
        let targets = self.home().ok().map(|session| links::targets(&session));
        match (targets, String::from_utf8(bytes)) {
            (Some(targets), Ok(text)) => self.print(hyperlink::linked(&text, &targets).as_bytes()),
            (None, Ok(text)) => self.print(text.as_bytes()),
            (_, Err(error)) => self.print(error.as_bytes()),
        }
    }

    pub(crate) fn print(&self, bytes: &[u8]) -> anyhow::Result<()> {
        if let Some(captured) = &self.captured {
            captured.answer(0, bytes);
            return Ok(());
        }
        let mut out = io::stdout().lock();
        printed(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Writes bytes to stdout, and tells whether it still has a reader.
    pub(crate) fn deliver(&self, bytes: &[u8]) -> anyhow::Result<bool> {
        let mut out = io::stdout().lock();
        let written = out.write_all(bytes).and_then(|()| out.flush());
        let is_read = !matches!(&written, Err(cause) if cause.kind() == ErrorKind::BrokenPipe);
        printed(written).map(|()| is_read)
    }

    /// Writes a line for the user to stderr, unless `--quiet` is set.
    pub(crate) fn hint(&self, line: &str) {
        if !self.globals.quiet {
            self.tell(line);
        }
    }

    /// Writes to stderr, in the style of an answer, what a prompt is about to ask about.
    pub(crate) fn preview(&self, mut doc: Doc<'_>) {
        doc.name_folder(&self.typed_from());
        let _ = render::TABLE.write(&doc, &self.style, &mut io::stderr());
    }

    pub(crate) fn tell_verbatim(&self, text: &str) {
        let _ = writeln!(io::stderr(), "{}", render::harmless(text));
    }

    /// Writes a line to stderr, even with `--quiet`; what follows a line end is indented, since a quoted argument may hold one.
    /// Errors of a closed stderr are ignored.
    pub(crate) fn tell(&self, line: &str) {
        let line = &shell::in_folder(&indent_continuations(line), &self.folder_flag());
        if let Some(captured) = &self.captured {
            captured.tell(&render::harmless(line));
            return;
        }
        let text = ask::wrapped(&render::harmless(line));
        let _ = writeln!(io::stderr(), "{text}");
    }
}

fn indent_continuations(text: &str) -> String {
    let mut lines = text.split('\n');
    let mut indented = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        indented.push_str(if line.starts_with("  ") { "\n" } else { "\n  " });
        indented.push_str(line);
    }
    indented
}

/// Returns the result of writing to stdout, where a closed pipe is not an error.
pub(crate) fn printed(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
            Err(cause).context("can't write to stdout")
        }
        _ => Ok(()),
    }
}
