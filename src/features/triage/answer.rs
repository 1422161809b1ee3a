//! Compares scanners' findings and events with baselines and the ledger.
//!
//! Start at `triage`. Follows `docs/spec/cli.md`, triage, and `docs/spec/interop.md`, 6. The ledger is read once; the
//! gate decides what a record covers.

use std::collections::BTreeSet;
use std::path::Path;

use crate::features::patterns::observed::ObservedRun;
use crate::features::triage::counts::{KeptDetail, TriageCounts};
use crate::features::triage::drafts::{RecordPer, WrittenDrafts};
use crate::features::triage::last_events::EventMemory;
use crate::features::triage::only::FindingFilter;
use crate::features::triage::silent_keys::LastEventsAnswer;
use crate::features::triage::sources::{Source, SourceContent, SourceFormat, TriageRun};
use crate::features::triage::suppressions::{RewriteKind, Suppressions};
use crate::features::triage::watch::{FiringProposal, TriggerWatch, Used};
use crate::gate::accepted_text::ScannedFiles;
use crate::gate::index::Index;
use crate::gate::receipt::ReceiptStep;
use crate::history::digest::Digest;
use crate::plan::owner::Owners;
use crate::record::time::Instant;
use crate::session::error::Error;
use crate::session::locate::Located;
use crate::session::observations::ObservationLog;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::status::state::RecordState;
use crate::survey::event::wanted::Wanted;
use crate::survey::observation::Observation;
use crate::survey::repetition::OverlappingInputs;
use crate::survey::repetition::advised::AdvisedGroup;
use crate::survey::{observation, repetition};
use crate::view;

/// How inputs are triaged.
#[derive(Clone, Copy, Debug, Default)]
pub struct TriageRequest<'r> {
    /// The folders that held the repository where a scanner ran, as addresses name them: `C:\src` is `/C:/src`.
    pub source_roots: &'r [String],
    /// The environment of all findings; records of another environment don't cover them.
    pub environment: Option<&'r str>,
    /// How much of each input is kept.
    pub kept: KeptDetail,
    /// How SARIF will be rewritten; `None` if it is not.
    pub rewrite: Option<RewriteKind>,
    /// The findings that are listed and drafted; all of them if it names none.
    pub only: &'r [String],
    /// Whether to find the records that no input matches.
    pub asks_unused: bool,
    /// Whether drafts will be written.
    pub asks_drafts: bool,
    /// Whether messages to people will be shown.
    pub asks_messages: bool,
    /// The observations of earlier runs, to which this run can be added.
    pub observations: Option<&'r Path>,
    /// Whether events that a baseline has not seen before count as known from now on.
    pub learns: bool,
}

impl TriageRequest<'_> {
    fn memory(&self) -> EventMemory {
        match (self.observations, self.learns) {
            (None, _) => EventMemory::Run,
            (Some(_), false) => EventMemory::Observations,
            (Some(_), true) => EventMemory::Learning,
        }
    }
}

/// The decisions about all inputs.
pub struct TriageAnswer<'s> {
    /// The rows and counts.
    pub counts: TriageCounts,
    /// The files, in order, each with its content type.
    pub read: Vec<(Source, SourceContent)>,
    /// The triggers that the inputs fire.
    pub proposals: Vec<FiringProposal>,
    /// Which records the inputs match, if requested.
    pub matches: Option<RecordMatches>,
    /// What covers each result, if SARIF will be rewritten.
    pub suppressions: Option<Suppressions>,
    /// What repeats in the events of this run and of the observations, the highest share first.
    pub repeated: Vec<AdvisedGroup>,
    /// The events of this run, and what there is to say about counting them.
    pub observed: ObservedEvents,
    /// Which keys of baselines are silent, and how many first events were taken as known.
    pub last_events: LastEventsAnswer,
    /// The next step about the most urgent input that nothing covers.
    pub next: Option<ReceiptStep>,
    wanted: Wanted,
    log: Option<ObservationLog>,
    located: &'s Located,
    now: Instant,
    snapshot: Snapshot<'s>,
}

/// Which records the inputs match.
#[derive(Clone, Debug)]
pub struct RecordMatches {
    /// The records, by whether inputs match them.
    pub used: Used,
    /// Why nothing matches, for each record that never matched.
    pub why_never: Vec<String>,
}

/// The events of a run, and what there is to say about counting them.
#[derive(Debug, Default)]
pub struct ObservedEvents {
    /// The rows of the files that were not counted before.
    pub rows: Vec<Observation>,
    /// The names of the files whose bytes were counted before.
    pub counted_before: Vec<String>,
    /// How many inputs are in no row, because there would be too many groups or rows.
    pub left_out: u64,
    /// Where events of different files overlap.
    pub overlaps: Vec<OverlappingInputs>,
}

impl ObservedEvents {
    fn new(
        earlier: &[Observation],
        run: ObservedRun<'_>,
        ended: &[(String, Digest)],
    ) -> ObservedEvents {
        let known = observation::counted_files(earlier);
        let ObservedRun { rows, left_out, .. } = run;
        let rows: Vec<Observation> =
            observation::new_rows(earlier, &rows).into_iter().cloned().collect();
        let before = ended.iter().filter(|(_, digest)| known.contains(digest));
        ObservedEvents {
            overlaps: repetition::overlaps(earlier, &rows),
            rows,
            counted_before: before.map(|(name, _)| name.clone()).collect(),
            left_out,
        }
    }
}

impl<'s> TriageAnswer<'s> {
    /// Appends the events of this run to the observations. Returns how many files were added; `None` without
    /// observations.
    ///
    /// # Errors
    /// If they can't be written; nothing is appended then.
    pub fn record_observations(&mut self) -> Result<Option<usize>, Error> {
        let rows = &self.observed.rows;
        let added = self.log.as_mut().map(|log| log.append(rows)).transpose()?;
        Ok(added)
    }

    /// Returns the tools whose reports were read.
    pub fn tools(&self) -> BTreeSet<&str> {
        let layouts = self.read.iter().filter_map(|(_, content)| match content {
            SourceContent::Sarif(layout) => Some(layout),
            SourceContent::Events | SourceContent::Broken => None,
        });
        layouts.flat_map(|layout| &layout.runs).filter_map(|run| run.tool.as_deref()).collect()
    }

    /// Returns the records that the inputs were compared with.
    pub fn snapshot(&self) -> &Snapshot<'s> {
        &self.snapshot
    }

    /// Writes a draft into a folder for each input that needs a record and has no draft in the folder yet.
    ///
    /// # Errors
    /// If the ledger can't be read, or the folder can't be written.
    pub fn write_drafts(&self, folder: &Path, per: RecordPer) -> Result<WrittenDrafts, Error> {
        let files = self.snapshot.file_owners();
        let owners = Owners { router: self.snapshot.router(&files) };
        let scanned = self.snapshot.scanned_files();
        let how: (_, _, &dyn ScannedFiles) = (owners, per, &scanned);
        crate::features::triage::drafts::write(self.located, self.now, folder, &self.wanted, how)
    }
}

pub(crate) fn triage<'s>(
    located: &'s Located,
    at: &Moment,
    sources: Vec<Source>,
    request: &TriageRequest<'_>,
) -> Result<TriageAnswer<'s>, Error> {
    let roots = located.source_roots(request.source_roots)?;
    let log = request.observations.map(ObservationLog::open).transpose()?;
    let is_sarif = sources.iter().all(|source| source.format == SourceFormat::Sarif);
    let scope = if is_sarif && log.is_none() { Scope::Findings } else { Scope::Everything };
    let snapshot = Snapshot::open(located, at, scope)?;
    snapshot.refuse_incomplete()?;
    let earlier = log.as_ref().map_or(&[] as &[Observation], |log| &log.rows);
    let index = Index::from_records(snapshot.records());
    let moved = |state: &_, at| snapshot.moved(state, at);
    let may_concern = |state: &_, question: &_| snapshot.may_concern(state, question);
    let scanned = snapshot.scanned_files();
    let facts = snapshot.facts_at(snapshot.stamp().instant);
    let files = snapshot.file_owners();
    let records = snapshot.records().iter().filter_map(RecordState::known_content);
    let mut counts = TriageCounts::new(&snapshot.governance().policy.baselines, request.kept);
    counts.routed.keeps_inputs = request.asks_messages;
    let mut run = TriageRun {
        router: snapshot.router(&files),
        records: records.map(|record| (record.id.as_str(), record)).collect(),
        judge: crate::features::triage::judge::of(
            &snapshot,
            &index,
            (&moved, &may_concern),
            request.environment,
            (&scanned, &facts),
        ),
        counts,
        last_events: crate::features::triage::silent_keys::known(
            &snapshot,
            earlier,
            &sources,
            request.memory(),
        )?,
        watch: TriggerWatch::new(snapshot.records()),
        wanted: request.asks_drafts.then(|| Wanted {
            environment: request.environment.map(str::to_owned),
            ..Wanted::default()
        }),
        suppressions: request.rewrite.map(Suppressions::new),
        observed: ObservedRun::new(snapshot.governance()),
        ended: Vec::new(),
        only: FindingFilter::new(request.only),
        worst: None,
    };
    let mut read = Vec::new();
    for (place, source) in sources.into_iter().enumerate() {
        let content = run.read(&source, place, &roots)?;
        read.push((source, content));
    }
    run.only.refuse_misses()?;
    let matches = request.asks_unused.then(|| {
        let used = run.watch.used();
        let why_never = used.never.iter().map(|id| run.watch.why_never(id));
        RecordMatches { why_never: why_never.collect(), used }
    });
    let asker = snapshot.asker();
    let around = snapshot.around_for(&asker);
    let worst = run.worst.take();
    let names: Vec<&str> = read.iter().map(|(source, _)| source.name.as_str()).collect();
    let next = worst.and_then(|(_, input)| run.judge.step_after(&input, around, &names));
    let observed = ObservedEvents::new(earlier, run.observed, &run.ended);
    let repeated = snapshot.repeated(earlier.iter().chain(&observed.rows))?;
    Ok(TriageAnswer {
        next: next.map(view::next::of_answer),
        last_events: crate::features::triage::silent_keys::answer(&snapshot, &run.last_events),
        repeated,
        observed,
        log,
        proposals: run.watch.proposals(),
        matches,
        counts: run.counts,
        suppressions: run.suppressions,
        wanted: run.wanted.unwrap_or_default(),
        read,
        located,
        now: at.instant(),
        snapshot,
    })
}
