//! SARIF 2.1.0, read as it comes: each run's head, then its results one by one, in memory that doesn't grow with them.
//!
//! Uses survey's inputs. Pure: the bytes come from whoever has them. Start at [`read`]; what a result says is in
//! `result`, what stands around results in `head`, and `rewrite` writes a file again. Follows `docs/spec/interop.md`, 6.

mod entry;
mod head;
mod lenient;
mod result;
pub mod rewrite;
mod uri;

use std::io::{BufRead, Seek, SeekFrom};

use crate::interop::scan::{Broken, Kept, More, Place, Scan, Span};
use crate::survey::triage::Finding;

use head::Head;

/// The largest result that is read, in bytes.
const LARGEST_RESULT: usize = 16 << 20;

/// The largest description of a tool that is read, in bytes.
const LARGEST_TOOL: usize = 64 << 20;

/// One result, or a run that can't be read.
#[derive(Debug)]
pub struct Entry {
    /// Its place among the results of the file, from 0; `None` for a run.
    pub index: Option<u64>,
    /// What it says, or why it can't be read.
    pub read: Result<Finding, String>,
}

/// Where the runs and results of a file stand, so that it can be written again.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Its runs.
    pub runs: Vec<Run>,
}

/// Where a run stands.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Its tool, by the name that records use; `None` where that can't be read.
    pub tool: Option<String>,
    /// Whether the tool says that it did its work.
    pub worked: Worked,
    /// Its results, where their places are kept.
    pub results: Vec<Span>,
    /// The value of its `properties`.
    pub properties: Option<Span>,
    /// Behind its last entry.
    pub end: u64,
}

/// Whether a tool says that it did its work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Worked {
    /// It does, or says nothing about it.
    #[default]
    Yes,
    /// It says that it failed.
    No,
}

/// Tells whether a document is SARIF: an object with `runs`.
pub fn is(reader: impl BufRead) -> bool {
    let mut scan = Scan::new(reader, 0);
    let found = (|| -> Result<bool, Broken> {
        start(&mut scan)?;
        let mut place = Place::First;
        while scan.more(b'}', place)? == More::Yes {
            if scan.key()? == "runs" {
                return Ok(true);
            }
            scan.leap()?;
            place = Place::Later;
        }
        Ok(false)
    })();
    found.unwrap_or(false)
}

/// Whether the places of results are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spans {
    /// They are, so that the document can be written again.
    Kept,
    /// They are not.
    Left,
}

/// Reads a document and hands on each result in its order; `roots` are the repository's folder, as paths name it.
///
/// # Errors
/// [`Broken`] where it can't be read any further: what was handed on before counts.
pub fn read<R: BufRead + Seek>(
    reader: R,
    roots: &[String],
    spans: Spans,
    take: &mut dyn FnMut(Entry),
) -> Result<Layout, Broken> {
    let mut walk = Walk {
        scan: Scan::new(reader, 0),
        roots,
        spans,
        take,
        layout: Layout::default(),
        index: 0,
        buffer: Vec::new(),
    };
    walk.document()?;
    Ok(walk.layout)
}

/// Passes a byte order mark and the opening bracket.
fn start(scan: &mut Scan<impl BufRead>) -> Result<(), Broken> {
    scan.pass_mark()?;
    scan.expect(b'{', "an object")
}

struct Walk<'w, R> {
    scan: Scan<R>,
    roots: &'w [String],
    spans: Spans,
    take: &'w mut dyn FnMut(Entry),
    layout: Layout,
    index: u64,
    buffer: Vec<u8>,
}

impl<R: BufRead + Seek> Walk<'_, R> {
    fn document(&mut self) -> Result<(), Broken> {
        start(&mut self.scan)?;
        let mut place = Place::First;
        while self.scan.more(b'}', place)? == More::Yes {
            place = Place::Later;
            if self.scan.key()? != "runs" {
                self.scan.skip()?;
                continue;
            }
            match self.scan.peek()? {
                Some(b'[') => self.runs()?,
                _ => {
                    self.scan.skip()?;
                    self.broken_run("`runs` is no list".to_owned());
                }
            }
        }
        match self.scan.peek()? {
            None => Ok(()),
            Some(_) => Err(Broken::Expected("the end of the document", self.scan.at())),
        }
    }

    fn runs(&mut self) -> Result<(), Broken> {
        self.scan.expect(b'[', "a list")?;
        let mut place = Place::First;
        while self.scan.more(b']', place)? == More::Yes {
            place = Place::Later;
            match self.scan.peek()? {
                Some(b'{') => self.run()?,
                _ => {
                    self.scan.skip()?;
                    self.broken_run("a run is no object".to_owned());
                }
            }
        }
        Ok(())
    }

    fn broken_run(&mut self, why: String) {
        (self.take)(Entry {
            index: None,
            read: Err(why),
        });
    }

    /// Reads a run: first all that stands around its results, then these.
    fn run(&mut self) -> Result<(), Broken> {
        self.scan.expect(b'{', "a run")?;
        let mut head = Head::default();
        let mut run = Run::default();
        let mut results: Option<Span> = None;
        let mut place = Place::First;
        while self.scan.more(b'}', place)? == More::Yes {
            place = Place::Later;
            let key = self.scan.key()?;
            let span = match key.as_str() {
                "results" => {
                    let span = self.scan.leap()?;
                    if results.replace(span).is_some() {
                        head.fail("`results` stands twice".to_owned());
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
                        Kept::Whole => head.take(&key, &self.buffer),
                        Kept::TooLarge => head.fail(format!("`{key}` is too large")),
                    }
                    span
                }
                _ => self.scan.skip()?,
            };
            if key == "properties" {
                run.properties = Some(span);
            }
            run.end = span.end;
        }
        let after = self.scan.at();
        match head.seal() {
            Err(why) => self.broken_run(why),
            Ok(()) => {
                run.tool = Some(head.tool.clone());
                run.worked = head.worked;
                if let Some(span) = results {
                    self.results(span, &head, &mut run)?;
                }
                self.scan.seek(after)?;
            }
        }
        self.layout.runs.push(run);
        Ok(())
    }

    fn results(&mut self, whole: Span, head: &Head, run: &mut Run) -> Result<(), Broken> {
        self.scan.seek(whole.start)?;
        match self.scan.peek()? {
            Some(b'[') => self.scan.expect(b'[', "a list")?,
            // Nothing was looked for: the standard allows it.
            Some(b'n') => return self.scan.skip().map(|_| ()),
            _ => {
                self.broken_run("`results` is no list".to_owned());
                return Ok(());
            }
        }
        let mut place = Place::First;
        while self.scan.more(b']', place)? == More::Yes {
            place = Place::Later;
            let (span, kept) = self.scan.capture(&mut self.buffer, LARGEST_RESULT)?;
            if self.spans == Spans::Kept {
                run.results.push(span);
            }
            let read = match kept {
                Kept::Whole => result::read(&self.buffer, head, self.roots),
                Kept::TooLarge => Err(format!("the result has more than {LARGEST_RESULT} bytes")),
            };
            (self.take)(Entry {
                index: Some(self.index),
                read,
            });
            self.index += 1;
        }
        Ok(())
    }
}

impl<R: BufRead + Seek> Scan<R> {
    /// Goes to another place.
    fn seek(&mut self, to: u64) -> Result<(), Broken> {
        self.moved(|reader| reader.seek(SeekFrom::Start(to)).map(|_| to))
    }
}
