//! Reads SARIF 2.1.0 as a stream: each run's metadata, then its results one by one, in bounded memory.
//!
//! Pure: the caller supplies the bytes. Start at [`read`]; `result` reads results, `head` the metadata of a run, and
//! `rewrite` writes a changed file. Follows `docs/spec/interop.md`, 6.

pub mod alert;
mod entry;
mod head;
mod lenient;
pub mod location;
mod package;
pub mod result;
pub mod rewrite;
mod rule;
mod uri;
mod weakness;

use std::collections::BTreeSet;
use std::io::{BufRead, Seek, SeekFrom};

use crate::formats::json_stream::{Broken, ByteSpan, JsonScanner, KeptPiece};
use crate::survey::event::ScannerFinding;

use crate::formats::sarif::location::Roots;
use head::RunHead;
use uri::Places;

/// The maximum size of a result, in bytes.
const LARGEST_RESULT: usize = 16 << 20;

/// The maximum size of a tool description, in bytes.
const LARGEST_TOOL: usize = 64 << 20;

/// The maximum length of a text that may be a version, in bytes.
const LONGEST_VERSION: usize = 1 << 12;

/// One result, or a run that can't be read.
#[derive(Debug)]
pub struct SarifEntry {
    /// Its index among the results of the file, from 0; `None` for a run.
    pub index: Option<u64>,
    /// The line where it begins, from 1, if it can't be read.
    pub line: Option<u64>,
    /// Its content, or why it can't be read.
    pub read: Result<ScannerFinding, String>,
}

/// The positions of the runs and results in a file, for rewriting it.
#[derive(Clone, Debug, Default)]
pub struct SarifLayout {
    pub runs: Vec<SarifRun>,
}

#[derive(Clone, Debug, Default)]
pub struct SarifRun {
    /// Its tool, under the name used in records; `None` if it can't be read.
    pub tool: Option<String>,
    /// Whether the tool reports that it failed.
    pub has_failed: bool,
    /// Whether it has `results`, if only `null`: a run without them may describe nothing but the tool's rules.
    pub has_results: bool,
    /// The names that records use for the kinds of findings that the tool has rules for, if it distinguishes kinds.
    pub kinds: BTreeSet<&'static str>,
    /// The positions of its results, if they are kept.
    pub results: Vec<ByteSpan>,
    /// The position of the value of its `properties`.
    pub properties: Option<ByteSpan>,
    /// The position after its last entry.
    pub end: u64,
}

impl SarifRun {
    /// Tells whether what it doesn't report may still be there.
    pub fn is_doubtful(&self) -> bool {
        self.has_failed || !self.has_results
    }
}

/// Whether the positions of results are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spans {
    /// They are kept, so that the document can be rewritten.
    Kept,
    Left,
}

/// Reads a document and passes on each result in order.
///
/// # Errors
/// [`Broken`] if it can't be read any further; results passed on before remain valid.
pub fn read<R: BufRead + Seek>(
    reader: R,
    roots: Roots<'_>,
    spans: Spans,
    take: &mut dyn FnMut(SarifEntry),
) -> Result<SarifLayout, Broken> {
    let mut walk = SarifWalk {
        scan: JsonScanner::new(reader, 0),
        roots,
        spans,
        take,
        layout: SarifLayout::default(),
        index: 0,
        buffer: Vec::new(),
        counted: TextPlace { at: 0, line: 1, column: 1 },
    };
    match walk.document() {
        Ok(()) => Ok(walk.layout),
        Err(broken) => Err(walk.place(broken)),
    }
}

fn is_read(version: &str) -> bool {
    version == "2.1" || version.starts_with("2.1.")
}

/// Skips a byte order mark and the opening bracket.
fn start(scan: &mut JsonScanner<impl BufRead>) -> Result<(), Broken> {
    scan.pass_mark()?;
    scan.expect(b'{', "an object")
}

struct SarifWalk<'w, R> {
    scan: JsonScanner<R>,
    roots: Roots<'w>,
    spans: Spans,
    take: &'w mut dyn FnMut(SarifEntry),
    layout: SarifLayout,
    index: u64,
    buffer: Vec<u8>,
    counted: TextPlace,
}

/// A place in a document: its byte from 0, its line and column from 1.
#[derive(Clone, Copy, Debug)]
struct TextPlace {
    at: u64,
    line: u64,
    column: u64,
}

impl<R: BufRead + Seek> SarifWalk<'_, R> {
    fn document(&mut self) -> Result<(), Broken> {
        // An error further on must not prevent reading what comes before it.
        if let Err(other @ Broken::Version(_)) = self.is_ours() {
            return Err(other);
        }
        self.scan.seek(0)?;
        start(&mut self.scan)?;
        let mut is_first = true;
        let mut has_runs = false;
        while self.scan.more(b'}', is_first)? {
            is_first = false;
            let key = self.scan.key()?;
            if key == "inlineExternalProperties" && self.scan.peek()? != Some(b'n') {
                let why =
                    "the results are in `inlineExternalProperties`, which is not read".to_owned();
                self.broken_run((why, self.scan.at()))?;
            }
            if key != "runs" {
                self.scan.skip()?;
                continue;
            }
            if std::mem::replace(&mut has_runs, true) {
                self.broken_run(("`runs` appears twice".to_owned(), self.scan.at()))?;
            }
            match self.scan.peek()? {
                Some(b'[') => self.runs()?,
                _ => {
                    let span = self.scan.skip()?;
                    self.broken_run(("`runs` is not a list".to_owned(), span.start))?;
                }
            }
        }
        match self.scan.peek()? {
            None => Ok(()),
            Some(_) => Err(Broken::Expected("the end of the document", self.scan.at())),
        }
    }

    /// Rejects other versions of the standard before any result is read, because their results differ in meaning.
    fn is_ours(&mut self) -> Result<(), Broken> {
        start(&mut self.scan)?;
        let mut is_first = true;
        while self.scan.more(b'}', is_first)? {
            is_first = false;
            let key = self.scan.key()?;
            let (_, kept) = match key.as_str() {
                "version" | "$schema" => self.scan.capture(&mut self.buffer, LONGEST_VERSION)?,
                _ => (self.scan.leap()?, KeptPiece::TooLarge),
            };
            let text: Option<String> = match kept {
                KeptPiece::Whole => serde_json::from_slice(&self.buffer).ok(),
                KeptPiece::TooLarge => None,
            };
            match (key.as_str(), text) {
                ("version", Some(version)) if is_read(&version) => return Ok(()),
                ("version", Some(version)) => return Err(Broken::Version(version)),
                // If the schema names the version, the part after the results need not be searched.
                ("$schema", Some(schema)) if schema.contains("2.1.0") => return Ok(()),
                _ => {}
            }
        }
        Ok(())
    }

    fn runs(&mut self) -> Result<(), Broken> {
        self.scan.expect(b'[', "a list")?;
        let mut is_first = true;
        while self.scan.more(b']', is_first)? {
            is_first = false;
            match self.scan.peek()? {
                Some(b'{') => self.run()?,
                _ => {
                    let span = self.scan.skip()?;
                    self.broken_run(("a run is not an object".to_owned(), span.start))?;
                }
            }
        }
        if is_first {
            let why = "the report has no run: no tool searched anything".to_owned();
            self.broken_run((why, self.scan.at()))?;
        }
        Ok(())
    }

    fn broken_run(&mut self, (why, at): (String, u64)) -> Result<(), Broken> {
        let line = Some(self.line(at)?);
        (self.take)(SarifEntry { index: None, line, read: Err(why) });
        Ok(())
    }

    /// Returns the line of a byte, and stays where it reads.
    fn line(&mut self, at: u64) -> Result<u64, Broken> {
        let before = self.scan.at();
        self.count_to(at)?;
        self.scan.seek(before)?;
        Ok(self.counted.line)
    }

    fn count_to(&mut self, at: u64) -> Result<(), Broken> {
        if at < self.counted.at {
            self.counted = TextPlace { at: 0, line: 1, column: 1 };
        }
        self.scan.seek(self.counted.at)?;
        let TextPlace { at: known, line, column } = &mut self.counted;
        self.scan.each_until(at, &mut |bytes| {
            *known += bytes.len() as u64;
            for byte in bytes {
                match byte {
                    b'\n' => (*line, *column) = (*line + 1, 1),
                    // Only the first byte of a character counts.
                    byte => *column += u64::from(byte & 0xC0 != 0x80),
                }
            }
        })
    }

    fn place(&mut self, broken: Broken) -> Broken {
        let (what, at) = match broken {
            Broken::Expected(what, at) => (format!("{what} is missing"), at),
            Broken::NoJson(at) => ("the text is not JSON".to_owned(), at),
            other => return other,
        };
        match self.count_to(at) {
            Ok(()) => Broken::At { line: self.counted.line, column: self.counted.column, what },
            Err(unread) => unread,
        }
    }

    fn run(&mut self) -> Result<(), Broken> {
        self.scan.expect(b'{', "a run")?;
        let start = self.scan.at();
        let mut wrong_at = None;
        let mut head = RunHead::default();
        let mut run = SarifRun::default();
        let mut results: Option<ByteSpan> = None;
        let mut is_first = true;
        while self.scan.more(b'}', is_first)? {
            is_first = false;
            let key = self.scan.key()?;
            let span = match key.as_str() {
                "results" => {
                    let span = self.scan.leap()?;
                    if results.replace(span).is_some() {
                        head.fail("`results` appears twice".to_owned());
                    }
                    span
                }
                "tool"
                | "originalUriBaseIds"
                | "artifacts"
                | "invocations"
                | "externalPropertyFileReferences" => {
                    let (span, kept) = self.scan.capture(&mut self.buffer, LARGEST_TOOL)?;
                    match kept {
                        KeptPiece::Whole => head.take(&key, &self.buffer),
                        KeptPiece::TooLarge => head.fail(format!("`{key}` is too large")),
                    }
                    span
                }
                _ => self.scan.skip()?,
            };
            if head.is_wrong() {
                wrong_at.get_or_insert(span.start);
            }
            if key == "properties" {
                run.properties = Some(span);
            }
            run.end = span.end;
        }
        let after = self.scan.at();
        match head.seal() {
            Err(why) => self.broken_run((why, wrong_at.unwrap_or(start)))?,
            Ok(()) => {
                run.tool = Some(head.tool.clone());
                run.has_failed = head.has_failed;
                run.has_results = results.is_some();
                run.kinds = head.kinds();
                if let Some(span) = results {
                    self.results(span, &head, &mut run)?;
                }
                self.scan.seek(after)?;
            }
        }
        self.layout.runs.push(run);
        Ok(())
    }

    fn results(
        &mut self,
        whole: ByteSpan,
        head: &RunHead,
        run: &mut SarifRun,
    ) -> Result<(), Broken> {
        self.scan.seek(whole.start)?;
        let roots = self.roots;
        let places = Places::from_head(head, &roots);
        match self.scan.peek()? {
            Some(b'[') => self.scan.expect(b'[', "a list")?,
            // What some tools write that found nothing.
            Some(b'n') => return self.scan.skip().map(|_| ()),
            _ => {
                return self.broken_run(("`results` is not a list".to_owned(), whole.start));
            }
        }
        let mut is_first = true;
        while self.scan.more(b']', is_first)? {
            is_first = false;
            let (span, kept) = self.scan.capture(&mut self.buffer, LARGEST_RESULT)?;
            if self.spans == Spans::Kept {
                run.results.push(span);
            }
            let read = match kept {
                KeptPiece::Whole => {
                    crate::formats::sarif::result::read(&self.buffer, head, &places)
                }
                KeptPiece::TooLarge => {
                    Err(format!("the result has more than {LARGEST_RESULT} bytes"))
                }
            };
            let line = if read.is_err() { Some(self.line(span.start)?) } else { None };
            (self.take)(SarifEntry { index: Some(self.index), line, read });
            self.index += 1;
        }
        Ok(())
    }
}

impl<R: BufRead + Seek> JsonScanner<R> {
    fn seek(&mut self, to: u64) -> Result<(), Broken> {
        self.moved(|reader| reader.seek(SeekFrom::Start(to)).map(|_| to))
    }
}
