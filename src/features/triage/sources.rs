//! Reads files in order, each in its format, and evaluates each input as it is read.
//!
//! Start at [`Source::open`] and `TriageRun::read`. Follows `docs/spec/interop.md`, 6.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use crate::features::patterns::observed::ObservedRun;
use crate::features::triage::counts::{InputOrigin, TriageCounts};
use crate::features::triage::judge::TriageJudge;
use crate::features::triage::last_events::LastEvents;
use crate::features::triage::only::FindingFilter;
use crate::features::triage::suppressions::Suppressions;
use crate::features::triage::watch::TriggerWatch;
use crate::formats::native_report::{self, DocumentKind};
use crate::formats::sarif::{SarifLayout, Spans};
use crate::formats::{events, sarif};
use crate::history::digest::Digest;
use crate::record::Record;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::source_roots::SourceRoots;
use crate::store::files::FileError;
use crate::store::streams;
use crate::store::streams::{HashedReader, Rereadable};
use crate::survey::event::wanted::Wanted;
use crate::survey::event::{TriageInput, TriageState};
use crate::survey::route::Router;

/// A file of inputs.
pub struct Source {
    /// The name given by the user; `-` for stdin.
    pub name: String,
    /// Its bytes.
    pub opened: Rereadable,
    /// Its format.
    pub format: SourceFormat,
}

/// The format of a file, determined by its first keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceFormat {
    /// SARIF.
    Sarif,
    /// Events, or an unreadable file.
    Events,
}

impl Source {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Undetermined`] if it can't be read, [`Usage`] if it has a format that nothing here reads.
    pub fn open(name: String, path: &Path) -> Result<Source, Error> {
        Source::of(name, streams::open(path))
    }

    /// Buffers a source that can be read only once.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn keep(name: String, from: impl Read) -> Result<Source, Error> {
        let kept = streams::keep(from, Path::new(&name));
        Source::of(name, kept)
    }

    /// Returns the SHA-256 of the bytes that the file has now.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn digest(&self) -> Result<Digest, Undetermined> {
        let mut bytes = HashedReader::buffered(self.opened.reader().map_err(unread)?);
        let read = std::io::copy(&mut bytes, &mut std::io::sink());
        read.map_err(|cause| unread(FileError::Failed(self.name.clone().into(), cause)))?;
        Ok(bytes.into_inner().digest())
    }

    fn of(name: String, opened: Result<Rereadable, FileError>) -> Result<Source, Error> {
        let opened = opened.map_err(unread)?;
        let format = match native_report::kind(opened.reader().map_err(unread)?) {
            DocumentKind::Sarif => SourceFormat::Sarif,
            DocumentKind::Other => SourceFormat::Events,
            DocumentKind::Native(report) => {
                return Err(Usage::refused(report.refusal(&name), report.remedy()).into());
            }
            DocumentKind::Spread => {
                let help = "give SARIF, which most scanners have a flag for; events, one JSON object a line; or alerts of GitHub, with `--plan github --repo OWNER/NAME`";
                let what = format!("{name} is JSON, but neither SARIF nor events");
                return Err(Usage::refused(what, help).into());
            }
        };
        Ok(Source { name, format, opened })
    }
}

fn unread(error: FileError) -> Undetermined {
    Undetermined::other(error.to_string(), "check that it exists and can be read")
}

/// The content of a file, once read.
#[derive(Debug)]
pub enum SourceContent {
    /// SARIF, and the positions of its results.
    Sarif(SarifLayout),
    /// Events.
    Events,
    /// A file that can't be read to its end.
    Broken,
}

pub(super) struct TriageRun<'d> {
    pub(super) judge: TriageJudge<'d>,
    /// Where the owners of inputs are looked up, and the records that inputs may name, by id.
    pub(super) router: Router<'d>,
    pub(super) records: BTreeMap<&'d str, &'d Record>,
    pub(super) counts: TriageCounts,
    pub(super) last_events: LastEvents,
    pub(super) watch: TriggerWatch<'d>,
    /// The inputs that need a record; `None` if no drafts are written.
    pub(super) wanted: Option<Wanted>,
    /// What covers each result; `None` if no SARIF is rewritten.
    pub(super) suppressions: Option<Suppressions>,
    pub(super) observed: ObservedRun<'d>,
    /// The files of events that were read to their ends, by name.
    pub(super) ended: Vec<(String, Digest)>,
    pub(super) only: FindingFilter,
    pub(super) worst: Option<((bool, TriageState), TriageInput)>,
}

impl TriageRun<'_> {
    pub(super) fn read(
        &mut self,
        source: &Source,
        place: usize,
        roots: &SourceRoots<'_>,
    ) -> Result<SourceContent, Undetermined> {
        let reader = || source.opened.reader().map_err(unread);
        if let Some(suppressions) = &mut self.suppressions {
            suppressions.next_file();
        }
        let spans = match self.suppressions {
            Some(_) => Spans::Kept,
            None => Spans::Left,
        };
        let origin = |index, line| InputOrigin { source: place, index, line };
        let has_file = |path: &str, commit: Option<&str>| roots.has_file(path, commit);
        let roots = roots.with_files(&has_file);
        let read = match source.format {
            SourceFormat::Sarif => {
                let take = &mut |entry: sarif::SarifEntry| {
                    self.take(
                        origin(entry.index, entry.line),
                        entry.read.map(TriageInput::Finding),
                    );
                };
                sarif::read(reader()?, roots, spans, take).map(SourceContent::Sarif)
            }
            SourceFormat::Events => {
                let mut lines = HashedReader::buffered(reader()?);
                let mut is_empty = true;
                let take = &mut |line, read| {
                    is_empty = false;
                    self.take(origin(Some(line), Some(line)), read);
                };
                let read = events::read(&mut lines, take).map(|()| SourceContent::Events);
                // Only who counts events knows of a day without one.
                if read.is_ok() && is_empty && self.last_events.is_of_this_run_only() {
                    let why = "the file is empty: it has neither a report nor an event";
                    self.take(origin(None, None), Err(why.to_owned()));
                }
                if read.is_ok() {
                    let digest = lines.into_inner().digest();
                    let baselines = &self.judge.governance.policy.baselines;
                    for event in self.last_events.end_file(baselines) {
                        self.observed.last_seen(event);
                    }
                    self.observed.end_file(digest);
                    self.ended.push((source.name.clone(), digest));
                }
                read
            }
        };
        if let Ok(SourceContent::Sarif(layout)) = &read {
            for run in &layout.runs {
                self.watch.ran(run.tool.as_deref(), &run.kinds, place, run.is_doubtful());
                if let Some(tool) = run.tool.as_deref().filter(|_| run.has_failed) {
                    let why = format!("{tool} says that it failed, so its report is not whole");
                    self.take(origin(None, None), Err(why));
                }
            }
        }
        Ok(read.unwrap_or_else(|broken| {
            let (line, why) = broken.placed();
            self.take(origin(None, line), Err(why));
            self.observed.leave_file();
            self.last_events.leave_file();
            SourceContent::Broken
        }))
    }

    fn take(&mut self, origin: InputOrigin, read: Result<TriageInput, String>) {
        let cover = |suppressions: &mut Option<Suppressions>, read| match suppressions {
            Some(suppressions) if origin.index.is_some() => suppressions.add(read),
            _ => {}
        };
        match read {
            Err(why) => {
                cover(&mut self.suppressions, None);
                self.watch.unread();
                self.counts.unparsed(origin, &why);
            }
            Ok(input) if self.counts.is_new(&input) => {
                let decision = self.judge.decide(&input, &mut self.last_events);
                cover(&mut self.suppressions, Some((&input, &decision)));
                let baselines = &self.judge.governance.policy.baselines;
                self.watch.add(origin.source, (&input, &decision), self.judge.facts);
                if let TriageInput::Event(event) = &input {
                    self.observed.add_event(event, decision.state);
                }
                // What is not asked about still says what the tools found.
                let is_asked = self.only.wants(&input);
                if let Some(wanted) = &mut self.wanted {
                    wanted.see(&input, &decision, is_asked);
                }
                if !is_asked {
                    return;
                }
                let urgency = (!decision.is_doubtful, decision.state);
                if decision.state <= TriageState::Pending
                    && self.worst.as_ref().is_none_or(|(worst, _)| urgency < *worst)
                {
                    self.worst = Some((urgency, input.clone()));
                }
                if let Some(wanted) = &mut self.wanted {
                    wanted.add(&input, &decision, baselines);
                }
                let record = decision.record.as_deref().and_then(|id| self.records.get(id));
                let routes = &mut self.counts.routes;
                let route = routes.add(self.router, &input, &decision, record.copied());
                self.counts.add(origin, &input, decision, route, baselines);
            }
            Ok(_) => {}
        }
    }
}
