//! Compares scanners' findings and events with baselines and the ledger.
//!
//! Start at `triage`. Follows `docs/spec/cli.md`, triage, and `docs/spec/interop.md`, 6. The ledger is read once; the
//! gate decides what a record covers.

pub mod drafts;
mod observations;
pub mod sources;
pub mod suppressions;

use std::path::Path;

use crate::gate::index::Index;
use crate::plan::owner::Owners;
use crate::record::time::Instant;
use crate::session::error::Error;
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::session::triage::drafts::TriageDraft;
use crate::session::triage::sources::{
    Source, SourceContent, SourceFormat, SourceRoots, TriageRun,
};
use crate::session::triage::suppressions::{RewriteKind, Suppressions};
use crate::survey::triage::counts::{KeptDetail, TriageCounts};
use crate::survey::triage::judge::TriageJudge;
use crate::survey::triage::wanted::Wanted;
use crate::survey::triage::watch::{FiringProposal, TriggerWatch, Used};

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
    /// Whether to find the records that no input matches.
    pub asks_unused: bool,
    /// Whether drafts will be written.
    pub asks_drafts: bool,
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
    wanted: Wanted,
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

impl<'s> TriageAnswer<'s> {
    /// Returns the records that the inputs were compared with.
    pub fn snapshot(&self) -> &Snapshot<'s> {
        &self.snapshot
    }

    /// Writes a draft into a folder for each input that needs a record and has no draft in the folder yet.
    ///
    /// # Errors
    /// If the ledger can't be read, or the folder can't be written.
    pub fn write_drafts(&self, folder: &Path) -> Result<Vec<TriageDraft>, Error> {
        let files = self.snapshot.file_owners();
        let owners = Owners { router: self.snapshot.router(&files) };
        drafts::write(self.located, self.now, folder, &self.wanted, owners)
    }
}

/// Evaluates each input of some files.
pub(crate) fn triage<'s>(
    located: &'s Located,
    at: &Moment,
    sources: Vec<Source>,
    request: &TriageRequest<'_>,
) -> Result<TriageAnswer<'s>, Error> {
    let roots = SourceRoots::of(located, request.source_roots);
    let scope = if sources.iter().all(|it| it.format == SourceFormat::Sarif) {
        Scope::Findings
    } else {
        Scope::Everything
    };
    let snapshot = Snapshot::open(located, at, scope)?;
    let index = Index::from_records(snapshot.records());
    let moved = |state: &_, at| snapshot.moved(state, at);
    let mut run = TriageRun {
        judge: TriageJudge {
            index: &index,
            record_states: snapshot.records(),
            governance: snapshot.governance(),
            moved: &moved,
            instant: snapshot.stamp().instant,
            environment: request.environment,
        },
        counts: TriageCounts::new(&snapshot.governance().policy.baselines, request.kept),
        watch: TriggerWatch::new(snapshot.records()),
        wanted: request.asks_drafts.then(Wanted::default),
        suppressions: request.rewrite.map(Suppressions::new),
    };
    let mut read = Vec::new();
    for (place, source) in sources.into_iter().enumerate() {
        let content = run.read(&source, place, &roots)?;
        read.push((source, content));
    }
    let matches = request.asks_unused.then(|| {
        let used = run.watch.used();
        let why_never = used.never.iter().map(|id| run.watch.why_never(id));
        RecordMatches { why_never: why_never.collect(), used }
    });
    Ok(TriageAnswer {
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
