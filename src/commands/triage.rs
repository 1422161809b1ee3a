//! `triage`: findings and events against baselines and ledger.
//!
//! Start at [`TriageArgs`]. Follows `docs/spec/cli.md`, triage, and `docs/spec/interop.md`, 6. The ledger is read once; what
//! covers is the gate's to say.

mod drafts;
mod input;
mod marks;
mod output;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::exit::Outcome;
use crate::commands::triage::input::{Desk, Folders, Format, Read, Source};
use crate::commands::triage::marks::Marks;
use crate::commands::triage::output::{How, Rewrite};
use clap::Parser;
use clap::builder::NonEmptyStringValueParser;
use exledger::gate::index::Index;
use exledger::policy::governance;
use exledger::policy::governance::NO_POLICY;
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::walk::Scope;
use exledger::survey::triage::TriageState;
use exledger::survey::triage::counts::{KeptDetail, TriageCounts};
use exledger::survey::triage::judge::TriageJudge;
use exledger::survey::triage::wanted::Wanted;
use exledger::survey::triage::watch::TriggerWatch;
use exledger::view;
use exledger::view::doc::FormatNeeds;
use exledger::view::triage::shown::{TriageView, Unused, WrittenDraft};
use std::path::PathBuf;

/// Compare findings and events with baselines and ledger
///
/// Reads SARIF 2.1.0, and events as JSON Lines in the shape of CloudEvents. Each input is routine, covered, pending,
/// dismissed, uncovered, of an expired cover, or unparsed. Exits 1 when something material is not covered, 3 when
/// something can't be read.
#[derive(Debug, Parser)]
#[command(name = "triage")]
#[command(after_help = "\
EXAMPLE
  exledger triage trivy.sarif semgrep.sarif
  exledger triage events.jsonl --format json
  exledger triage trivy.sarif --filter -o upload.sarif")]
pub(crate) struct TriageArgs {
    /// SARIF, or events as JSON Lines; - for stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Write SARIF again without the results that are covered
    #[arg(long, conflicts_with = "annotate")]
    filter: bool,

    /// Write SARIF again with a suppression on each result that is covered
    #[arg(long)]
    annotate: bool,

    /// Where SARIF is written again: a file, for several inputs a folder; by default stdout
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,

    /// Say which records in force the inputs match, no longer match, and never match
    #[arg(long)]
    unused: bool,

    /// Write a draft into this folder for each thing that needs a record
    #[arg(long, value_name = "DIR")]
    draft: Option<PathBuf>,

    /// The environment that the findings are of, such as production; records of another one don't cover them
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    environment: Option<String>,

    /// The folder that held the repository where the scanner ran, such as /src in a container
    #[arg(long = "source-root", value_name = "PATH")]
    source_roots: Vec<String>,

    /// Let what can't be read count without failing
    #[arg(long)]
    skip_bad: bool,
}

/// The command.
pub(crate) const COMMAND: Command = Command::of::<TriageArgs>();

impl Run for TriageArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home()?;
        let folders = Folders::of(&home, &self.source_roots)?;
        let sources = input::open(ctx, &self.files)?;
        let rewrite = self.rewrite(ctx, &sources)?;
        let scope = if sources.iter().all(|it| it.format == Format::Sarif) {
            Scope::Findings
        } else {
            Scope::Everything
        };
        let approved = ctx.approved_of(&home, scope)?;
        let index = Index::of(approved.records());
        let moved = |standing: &_, at| approved.moved(standing, at);
        let kept = match &rewrite {
            Some(rewrite) if rewrite.takes_stdout() => KeptDetail::Counts,
            _ => match ctx.format.reads {
                FormatNeeds::Blocks => KeptDetail::Lines,
                FormatNeeds::Json => KeptDetail::Rows,
            },
        };
        let mut desk = Desk {
            judge: TriageJudge {
                index: &index,
                standings: approved.records(),
                governance: approved.governance(),
                moved: &moved,
                instant: approved.stamp().instant,
                environment: self.environment.as_deref(),
            },
            tally: TriageCounts::of(&approved.governance().policy.baselines, kept),
            watch: TriggerWatch::of(approved.records()),
            wanted: self.draft.is_some().then(Wanted::default),
            marks: rewrite.as_ref().map(|rewrite| {
                let has_guids = rewrite.how == How::Annotate;
                Marks::new(has_guids)
            }),
        };
        let mut read = Vec::new();
        for (place, source) in sources.into_iter().enumerate() {
            let found = input::read(&source, place, &folders, &mut desk)?;
            read.push((source, found));
        }
        let mut outcome = self.outcome(ctx, &approved, &desk.tally);
        if let (Some(rewrite), Some(marks)) = (&rewrite, &desk.marks)
            && !rewrite.write(ctx, &approved, &read, marks)?
        {
            outcome = Outcome::CannotSay;
        }
        let drafts = match (&self.draft, &desk.wanted) {
            (Some(folder), Some(wanted)) => Some(drafts::write(ctx, &home, folder, wanted)?),
            _ => None,
        };
        if rewrite.is_some_and(|rewrite| rewrite.takes_stdout()) {
            ctx.hint(&view::triage::words(&desk.tally).bare());
        } else {
            self.show(ctx, &approved, &read, &desk, drafts)?;
        }
        Ok(outcome)
    }
}

impl TriageArgs {
    fn rewrite(&self, ctx: &Ctx, sources: &[Source]) -> anyhow::Result<Option<Rewrite>> {
        let how = match (self.filter, self.annotate) {
            (true, _) => How::Filter,
            (_, true) => How::Annotate,
            _ if self.output.is_some() => {
                return Err(fault::misuse(
                    "-o says where SARIF is written again",
                    "give it with --filter or --annotate",
                ));
            }
            _ => return Ok(None),
        };
        Rewrite::of(how, self.output.as_deref(), ctx, sources).map(Some)
    }

    fn show(
        &self,
        ctx: &Ctx,
        approved: &Snapshot<'_>,
        read: &[(Source, Read)],
        desk: &Desk<'_>,
        drafts: Option<Vec<WrittenDraft>>,
    ) -> anyhow::Result<()> {
        let names: Vec<String> = read.iter().map(|(source, _)| source.name.clone()).collect();
        let unused = self.unused.then(|| {
            let used = desk.watch.used();
            let why = used.never.iter().map(|id| desk.watch.why_never(id));
            Unused {
                why: why.collect(),
                used,
            }
        });
        ctx.show(&view::triage::doc(&TriageView {
            stamp: approved.stamp(),
            sources: &names,
            tally: &desk.tally,
            baselines: &approved.governance().policy.baselines,
            reads: ctx.format.reads,
            proposals: &desk.watch.proposals(),
            unused,
            drafts,
        }))
    }

    /// Returns what the counts mean for the exit code.
    fn outcome(&self, ctx: &Ctx, approved: &Snapshot<'_>, tally: &TriageCounts) -> Outcome {
        let is_bad = [
            TriageState::Uncovered,
            TriageState::ExpiredCover,
            TriageState::Pending,
        ];
        let mut outcome = if is_bad.iter().any(|state| tally.n(*state) > 0) {
            Outcome::BadNews
        } else {
            Outcome::Fine
        };
        let stale = approved.governance().policy.baselines.iter();
        let stale = stale.filter(|it| view::triage::tuning::is_stale(it, approved.stamp().instant));
        for baseline in stale {
            ctx.tell(&format!(
                "warning[stale-baseline]: baseline {} was to be reviewed by {}",
                baseline.id,
                baseline
                    .review_by
                    .map(|day| day.to_string())
                    .unwrap_or_default()
            ));
            if ctx.globals.strict {
                outcome = outcome.max(Outcome::BadNews);
            }
        }
        if tally.n(TriageState::Unparsed) > 0 && !self.skip_bad || tally.doubts > 0 {
            outcome = Outcome::CannotSay;
        }
        if approved.governance().state == governance::State::Absent {
            outcome = Outcome::CannotSay;
            ctx.tell(&format!(
                "error: could not determine what is covered: {NO_POLICY}"
            ));
        }
        outcome
    }
}
