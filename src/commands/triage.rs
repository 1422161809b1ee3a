//! `triage`: compares findings and events with baselines and the ledger.
//!
//! Start at [`TriageArgs`]. Follows `docs/spec/cli.md`, triage, and `docs/spec/interop.md`, 6.

pub(crate) mod observed;
mod output;
mod plan;

use exledger::features::triage;
use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::{Ctx, fault, place, stdin};
use crate::commands::exit::Outcome;
use crate::commands::triage::output::Rewrite;
use crate::commands::triage::plan::{AlertForge, AlertsToPlan};
use crate::commands::{context, next_steps};
use exledger::diag::shell;
use exledger::features;
use exledger::features::triage::answer::{TriageAnswer, TriageRequest};
use exledger::features::triage::counts::KeptDetail;
use exledger::features::triage::drafts::{NotDrafted, RecordPer, TriageDraft};
use exledger::features::triage::show::content::{TriageView, WrittenDraft};
use exledger::features::triage::show::messages;
use exledger::features::triage::sources::Source;
use exledger::features::triage::suppressions::RewriteKind;
use exledger::policy::governance;
use exledger::policy::governance::NO_POLICY;
use exledger::session::Session;
use exledger::store::files;
use exledger::survey::event::TriageState;
use exledger::view::doc::FormatNeeds;

// `--repo` has to refuse them, too: it is not asked for `--plan` where another flag excludes that, and would be dropped.
const NOT_OF_A_PLAN: [&str; 9] = [
    "filter",
    "annotate",
    "unused",
    "draft",
    "messages",
    "source_roots",
    "observations",
    "learn",
    "skip_bad",
];

/// Compare scanner findings and events with the ledger
///
/// Reads SARIF 2.1.0, and events as JSON Lines in the CloudEvents format. Each input is routine, covered,
/// pending, dismissed, uncovered, has expired cover, or is unparsed. Exits 1 if something material is not
/// covered, and 3 if something cannot be read. Also shows what repeats in the events, over all runs with
/// --observations; that fails only with --strict.
#[derive(Debug, Parser)]
#[command(after_help = "\
EXAMPLE
  exledger triage trivy.sarif semgrep.sarif
  exledger triage events.jsonl --format json
  exledger triage trivy.sarif events.jsonl --messages --format json
  exledger triage events.jsonl --observations observations.jsonl --strict
  exledger triage trivy.sarif --filter -o upload.sarif
  exledger triage alerts.json --plan github --repo acme/shop -o plan.jsonl")]
pub(crate) struct TriageArgs {
    /// SARIF files, or events as JSON Lines, or with --plan alerts; - for stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Write the SARIF files without the covered results
    #[arg(long, conflicts_with = "annotate")]
    filter: bool,

    /// Write the SARIF files with a suppression on each covered result
    #[arg(long)]
    annotate: bool,

    /// Plan which alerts of the repository to dismiss or reopen; the inputs are what `gh api` printed
    #[arg(
        long,
        value_name = "FORGE",
        conflicts_with_all = NOT_OF_A_PLAN
    )]
    plan: Option<AlertForge>,

    /// Repository of the alerts, for --plan
    #[arg(long, value_name = "OWNER/NAME", requires = "plan", conflicts_with_all = NOT_OF_A_PLAN)]
    repo: Option<String>,

    /// File to write SARIF or the plan to, or a folder for several SARIF files [default: stdout]
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,

    /// Show which records in force the inputs match, no longer match, and never match
    #[arg(long)]
    unused: bool,

    /// Write a draft record to this folder for each uncovered input
    #[arg(long, value_name = "DIR")]
    draft: Option<PathBuf>,

    /// Put each finding in a draft of its own, or all findings of a rule in one
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        default_value = "rule",
        requires = "draft",
        conflicts_with = "plan"
    )]
    record_per: DraftUnit,

    /// List and draft these findings alone, as TOOL:ID with * and **; repeatable
    #[arg(
        long,
        value_name = "TOOL:ID",
        value_parser = NonEmptyStringValueParser::new(),
        conflicts_with_all = ["filter", "annotate", "plan"]
    )]
    only: Vec<String>,

    /// Print a message for each person who owns an uncovered input or is notified of it, instead of the list
    #[arg(long)]
    messages: bool,

    /// Environment of the findings, such as production; records of another environment do not cover them
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    environment: Option<String>,

    /// The repository's folder where the scanner ran, such as /src in a container; a relative one is the folder in which it ran
    #[arg(long = "source-root", value_name = "PATH")]
    source_roots: Vec<String>,

    /// File with the observations of earlier runs, to which this run is added; created if missing
    #[arg(long, value_name = "FILE")]
    observations: Option<PathBuf>,

    /// Take events that a baseline has not seen before as known from now on
    #[arg(long, requires = "observations")]
    learn: bool,

    /// File that says something about findings: KEV catalog, EPSS scores, SARIF or JSON Lines; repeatable
    #[arg(long, value_name = "FILE")]
    facts: Vec<PathBuf>,

    /// Count unreadable inputs without failing
    #[arg(long)]
    skip_bad: bool,
}

/// The findings that share a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum DraftUnit {
    Finding,
    Rule,
}

impl From<DraftUnit> for RecordPer {
    fn from(unit: DraftUnit) -> RecordPer {
        match unit {
            DraftUnit::Finding => RecordPer::Finding,
            DraftUnit::Rule => RecordPer::Rule,
        }
    }
}

pub(crate) const COMMAND: Command = Command::of::<TriageArgs>("triage");

impl Run for TriageArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ctx = &ctx.with_facts(&self.facts);
        if let Some(AlertForge::Github) = self.plan {
            let plan = AlertsToPlan {
                files: &self.files,
                repository: self.repo.as_deref(),
                environment: self.environment.as_deref(),
                output: self.output.as_deref(),
            };
            return plan.run(ctx);
        }
        let session = ctx.home_without_levels()?;
        let sources = open(ctx, &self.files)?;
        let observations = self.observations.as_ref().map(|path| ctx.folder.join(path));
        if let Some(path) = &observations {
            place::not_reserved(path.clone())?;
            observed::never_an_input(path, &sources)?;
        }
        let rewrite = self.rewrite(ctx, &sources)?;
        let takes_stdout = rewrite.as_ref().is_some_and(Rewrite::takes_stdout);
        if self.messages && takes_stdout {
            return Err(fault::usage_error(
                "--messages and SARIF can't both go to stdout",
                "write the SARIF to a file or folder with -o",
            ));
        }
        let progress = ctx.progress(context::READING);
        let request = TriageRequest {
            source_roots: &self.source_roots,
            environment: self.environment.as_deref(),
            kept: match ctx.format.reads {
                _ if takes_stdout => KeptDetail::Counts,
                FormatNeeds::Blocks => KeptDetail::Lines,
                FormatNeeds::Json => KeptDetail::Rows,
            },
            rewrite: rewrite.as_ref().map(|rewrite| rewrite.kind),
            only: &self.only,
            asks_unused: self.unused,
            asks_drafts: self.draft.is_some(),
            asks_messages: self.messages,
            observations: observations.as_deref(),
            learns: self.learn,
        };
        let answer = features::triage::answer(&session, &ctx.moment(), sources, &request)?;
        drop(progress);
        // The process ends with it, and freeing a long history takes a while.
        let mut answer = ManuallyDrop::new(answer);
        ctx.of_notices(answer.snapshot().notices());
        let mut outcome = self.outcome(ctx, &answer);
        if let (Some(rewrite), Some(suppressions)) = (&rewrite, &answer.suppressions)
            && !rewrite.write(ctx, &answer, suppressions)?
        {
            outcome = Outcome::Undetermined;
        }
        if let Some(path) = &self.observations {
            observed::record(ctx, &mut answer, path, outcome)?;
        }
        let mut refused = Vec::new();
        let drafts = match &self.draft {
            Some(folder) => {
                let per = self.record_per.into();
                let written = answer.write_drafts(&ctx.folder.join(folder), per)?;
                refused = written.refused;
                Some((folder, written.drafts))
            }
            None => None,
        };
        if takes_stdout {
            ctx.hint(&triage::show::display_counts(&answer.counts).bare());
        } else {
            let next = drafts.as_ref().map(|(folder, drafts)| {
                let ids: Vec<&str> = drafts.iter().map(|draft| draft.id.as_str()).collect();
                next(ctx, &session, (folder, &ids), &answer)
            });
            let drafts = drafts.map(|(folder, drafts)| written(folder, drafts));
            let shown = (drafts, refused, next.unwrap_or_default());
            show(ctx, &answer, shown, self.messages)?;
        }
        Ok(outcome)
    }
}

impl TriageArgs {
    fn rewrite(&self, ctx: &Ctx, sources: &[Source]) -> anyhow::Result<Option<Rewrite>> {
        let kind = match (self.filter, self.annotate) {
            (true, _) => RewriteKind::Filter,
            (_, true) => RewriteKind::Annotate,
            _ if self.output.is_some() => {
                return Err(fault::usage_error(
                    "-o sets where SARIF or a plan is written",
                    "use it with --filter, --annotate or --plan",
                ));
            }
            _ => return Ok(None),
        };
        Rewrite::of(kind, self.output.as_deref(), ctx, sources).map(Some)
    }

    fn outcome(&self, ctx: &Ctx, answer: &TriageAnswer<'_>) -> Outcome {
        let (snapshot, counts) = (answer.snapshot(), &answer.counts);
        let is_bad = [TriageState::Uncovered, TriageState::ExpiredCover, TriageState::Pending];
        let mut outcome = if is_bad.iter().any(|state| counts.n(*state) > 0) {
            Outcome::ProblemsFound
        } else {
            Outcome::Fine
        };
        let baselines = snapshot.governance().policy.baselines.iter();
        let stale = baselines
            .filter(|baseline| triage::show::tuning::is_stale(baseline, snapshot.stamp().instant));
        for baseline in stale {
            ctx.tell(&format!(
                "warning[stale-baseline]: baseline {} was due for review by {}",
                baseline.id,
                baseline.review_by.map(|day| day.to_string()).unwrap_or_default()
            ));
            if ctx.globals.strict {
                outcome = outcome.max(Outcome::ProblemsFound);
            }
        }
        let is_warned = observed::warn(ctx, &answer.observed) || !answer.repeated.is_empty();
        if is_warned && ctx.globals.strict {
            outcome = outcome.max(Outcome::ProblemsFound);
        }
        outcome = outcome.max(observed::last_events(ctx, &answer.last_events));
        if counts.n(TriageState::Unparsed) > 0 && !self.skip_bad || counts.doubts > 0 {
            outcome = Outcome::Undetermined;
        }
        if snapshot.governance().state == governance::State::Absent {
            outcome = Outcome::Undetermined;
            ctx.tell(&format!("error: could not determine what is covered: {NO_POLICY}"));
        }
        outcome
    }
}

fn open(ctx: &Ctx, paths: &[PathBuf]) -> anyhow::Result<Vec<Source>> {
    stdin::only_once(paths)?;
    let open = |path: &PathBuf| {
        let name = path.to_string_lossy().into_owned();
        Ok(if stdin::is_named(path) {
            Source::keep(name, std::io::stdin().lock())?
        } else {
            Source::open(name, &ctx.folder.join(path))?
        })
    };
    paths.iter().map(open).collect()
}

fn show(
    ctx: &Ctx,
    answer: &TriageAnswer<'_>,
    (drafts, refused, next): (Option<Vec<WrittenDraft>>, Vec<NotDrafted>, Vec<String>),
    asks_messages: bool,
) -> anyhow::Result<()> {
    let names: Vec<String> = answer.read.iter().map(|(it, _)| it.name.clone()).collect();
    let (sources, reads) = (names.as_slice(), ctx.format.reads);
    let shown = TriageView { answer, sources, reads, asks_messages, drafts, refused, next };
    if asks_messages && shown.reads == FormatNeeds::Json {
        messages::without_owner(&shown)
            .iter()
            .for_each(|text| ctx.tell(&format!("warning: {text}")));
    }
    ctx.show(triage::show::doc(&shown))
}

fn next(
    ctx: &Ctx,
    session: &Session,
    (folder, ids): (&Path, &[&str]),
    answer: &TriageAnswer<'_>,
) -> Vec<String> {
    let records = &answer.snapshot().governance().policy.records;
    let inside = files::inside(session.root(), &ctx.folder, folder);
    let of_records =
        |path: &String| records.iter().any(|folder| Path::new(path).starts_with(folder));
    let Some(path) = inside.filter(of_records).filter(|_| !ids.is_empty()) else {
        return Vec::new();
    };
    let completing = next_steps::completing(ctx, session, (ids, &BTreeSet::from([path.as_str()])));
    vec![completing, shell::command("exledger lint", &[&folder.to_string_lossy()])]
}

fn written(folder: &Path, drafts: Vec<TriageDraft>) -> Vec<WrittenDraft> {
    let written = |draft: TriageDraft| WrittenDraft {
        id: draft.id.to_string(),
        path: folder.join(draft.name).to_string_lossy().into_owned(),
        title: draft.title,
    };
    drafts.into_iter().map(written).collect()
}
