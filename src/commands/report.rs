//! `report`: the health of the backlog and its trends, for a job's summary, for scripts, or as a page.

use exledger::features::report;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::globals::DayOrInstant;
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault, globals, place, unknown};
use crate::commands::exit::Outcome;
use exledger::features::report::page::CardSources;
use exledger::features::report::show::{DeviatedControl, Report};
use exledger::render;
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::walk::Scope;
use exledger::status::state::RecordState;
use exledger::store::files::FileError;
use exledger::store::streams::Begun;
use exledger::survey::due::Horizon;
use exledger::survey::figures::ReportPeriod;
use exledger::survey::life::Life;
use exledger::survey::naming::RecordNames as _;
use exledger::survey::summary::LedgerSummary;
use exledger::survey::{figures, patterns, queue};
use exledger::view::doc::Doc;

/// Figures, or a page for managers and auditors
///
/// Reports what is in force, waiting, ending and overdue; what was opened, closed and repeated in each month; the
/// records of each class; and the controls they deviate from.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger report --from 2026-01-01 --to 2026-06-30\n  exledger report --format html -o exceptions.html"
)]
pub(crate) struct ReportArgs {
    /// First day of the trends [default: the first merged record, at most eleven months back]
    #[arg(long, value_name = "DATE", value_parser = globals::moment)]
    from: Option<DayOrInstant>,

    /// Last day of the trends [default: today]
    #[arg(long, value_name = "DATE", value_parser = globals::moment)]
    to: Option<DayOrInstant>,

    /// Write the report to this file, replacing it if it exists
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) const COMMAND: Command = Command::of::<ReportArgs>("report");

impl Run for ReportArgs {
    const FORMATS: Formats = Formats::Paged;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let place = self.output.as_deref().map(|path| ctx.folder.join(path));
        let output = place.map(place::file).transpose()?;
        let home = ctx.home()?;
        let approved = ctx.approved_of(&home, Scope::Everything)?;
        let trails = |record_state: &RecordState| approved.acts(record_state);
        let evidence = |record_state| approved.evidence(record_state);
        let files = approved.scanned_files();
        let is_page = ctx.format.name == render::html::FORMAT.name;
        let mut doc =
            self.summary(&approved, if is_page { report::page::doc } else { report::show::doc })?;
        if is_page {
            let sources = CardSources {
                record_states: approved.records(),
                trails: &trails,
                evidence: &evidence,
                names: &*approved,
                files: &files,
                stamp: approved.stamp(),
            };
            report::page::add_records(&mut doc, sources);
        }
        write(ctx, output.as_deref(), doc)?;
        let unknown = approved.records().iter().filter(unknown::is_unknown);
        Ok(unknown::of_all(ctx, &approved, unknown, Outcome::Fine))
    }
}

impl ReportArgs {
    pub(crate) fn of_span(from: DayOrInstant, to: DayOrInstant) -> ReportArgs {
        ReportArgs { from: Some(from), to: Some(to), output: None }
    }

    /// Returns the answer without its cards; the data that it is computed from is freed before the cards are made.
    pub(crate) fn summary<'d>(
        &self,
        approved: &Snapshot<'_>,
        doc: fn(&Report<'_>) -> Doc<'d>,
    ) -> anyhow::Result<Doc<'d>> {
        let lives = approved.lives();
        let span = self.span(approved, &lives)?;
        let neighbours = approved.neighbours();
        let (governance, instant) = (approved.governance(), approved.stamp().instant);
        let horizon = Horizon::from_policy(&governance.policy);
        let items = queue::collect(
            approved.records().iter(),
            &RecordState::id,
            &horizon,
            approved.around(),
        );
        let mut redesigns = approved.follow_ups();
        redesigns.retain(|redesign| redesign.redesign().is_some());
        Ok(doc(&Report {
            stamp: approved.stamp(),
            policy: &governance.policy,
            span,
            backlog: figures::backlog(approved.records(), &lives, span, &horizon, instant),
            periods: figures::periods(&lives, &neighbours.peers(), span, governance),
            record_states: approved.records(),
            summary: LedgerSummary::of(approved.records(), (&items, &redesigns), &horizon, instant),
            items,
            redesigns: &redesigns,
            patterns: patterns::find_patterns(&neighbours, &[], approved.pattern_facts()).groups,
            controls: controls(approved, &lives, span),
        }))
    }

    /// Returns the period of the report; a period that is not over yet ends with the clock's day.
    fn span(&self, approved: &Snapshot<'_>, lives: &[Life<'_>]) -> anyhow::Result<ReportPeriod> {
        let today = approved.stamp().instant.day();
        let to = self.to.as_ref().map_or(today, DayOrInstant::day).min(today);
        let first = lives.iter().map(|life| life.opened.day()).min();
        let span = ReportPeriod::until(to, first);
        let from = self.from.as_ref().map_or(span.from, DayOrInstant::day);
        if from > to {
            return Err(fault::usage_error(
                format!("the report would start on {from} and end on {to}"),
                "give a first day that is not after the last day or today",
            ));
        }
        Ok(ReportPeriod { from, to })
    }
}

fn write(ctx: &Ctx, output: Option<&Path>, doc: Doc<'_>) -> anyhow::Result<()> {
    let Some(path) = output else {
        return ctx.show(doc);
    };
    let style = render::format::OutputStyle { width: None, ..ctx.style };
    let mut file = Begun::at(path)?;
    let written = ctx.format.write(&doc, &style, &mut file);
    written.map_err(|cause| FileError::Failed(path.to_owned(), cause))?;
    Ok(file.finish()?)
}

fn controls<'a>(
    approved: &Snapshot<'_>,
    lives: &'a [Life<'_>],
    span: ReportPeriod,
) -> Vec<DeviatedControl<'a>> {
    let was_open = |life: &&Life<'_>| {
        let closed_before = life.closed.is_some_and(|(at, _)| at < span.from.start());
        !life.is_rejected() && life.opened < span.to.end() && !closed_before
    };
    let mut found: BTreeMap<String, (Option<String>, BTreeSet<&str>)> = BTreeMap::new();
    for life in lives.iter().filter(was_open) {
        for control in life.record.deviates_from.controls.iter().flatten() {
            let (id, title) = match approved.control(control) {
                Some((id, title)) => (id, Some(title)),
                None => (control.as_str().to_owned(), None),
            };
            let (_, records) = found.entry(id).or_insert((title, BTreeSet::new()));
            records.insert(life.record.id.as_str());
        }
    }
    let found = found.into_iter();
    found
        .map(|(id, (title, records))| DeviatedControl {
            id,
            title,
            records: records.into_iter().collect(),
        })
        .collect()
}
