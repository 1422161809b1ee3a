//! `triage`: findings and events against baselines and ledger.
//!
//! Start at [`Args`]. Follows `docs/spec/cli.md`, triage, and `docs/spec/interop.md`, 6. The ledger is read once; what
//! covers is the gate's to say.

mod input;

use std::path::PathBuf;

use clap::Parser;

use crate::commands::context::Ctx;
use crate::commands::context::approved::Approved;
use crate::commands::triage::input::Source;
use crate::commands::{Command, Outcome, Run};
use crate::gate::index::Index;
use crate::survey::triage::State;
use crate::survey::triage::judge::Judge;
use crate::survey::triage::tally::Tally;
use crate::view;
use crate::view::triage::{Listed, Shown};

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
pub struct Args {
    /// SARIF, or events as JSON Lines; - for stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Let what can't be read count without failing
    #[arg(long)]
    skip_bad: bool,
}

/// The command.
pub const COMMAND: Command = Command::of::<Args>();

impl Run for Args {
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home()?;
        let sources = input::open(ctx, &self.files)?;
        let approved = ctx.approved(&home)?;
        let index = Index::of(&approved.standings);
        let moved = |standing: &_, at| approved.moved(standing, at);
        let judge = Judge {
            index: &index,
            governance: &approved.governance,
            standings: &approved.standings,
            moved: &moved,
            instant: approved.stamp.instant,
        };
        let roots = input::roots(&home);
        let mut tally = Tally::of(&approved.governance.policy.baselines);
        for (place, source) in sources.iter().enumerate() {
            input::read(source, place, &roots, &judge, &mut tally)?;
        }
        self.show(ctx, &approved, &sources, &tally)?;
        Ok(self.outcome(ctx, &approved, &tally))
    }
}

impl Args {
    fn show(
        &self,
        ctx: &Ctx,
        approved: &Approved<'_>,
        sources: &[Source],
        tally: &Tally,
    ) -> anyhow::Result<()> {
        let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
        let listed = match ctx.format.name {
            "table" | "markdown" => Listed::No,
            _ => Listed::Yes,
        };
        ctx.show(&view::triage::doc(&Shown {
            stamp: &approved.stamp,
            sources: &names,
            tally,
            baselines: &approved.governance.policy.baselines,
            listed,
        }))
    }

    /// Returns what the counts mean for the exit code.
    fn outcome(&self, ctx: &Ctx, approved: &Approved<'_>, tally: &Tally) -> Outcome {
        let is_bad = [State::Uncovered, State::ExpiredCover, State::Pending];
        let mut outcome = match is_bad.iter().any(|state| tally.n(*state) > 0) {
            true => Outcome::BadNews,
            false => Outcome::Fine,
        };
        let stale = approved.governance.policy.baselines.iter();
        let stale = stale.filter(|it| view::triage::is_stale(it, approved.stamp.instant));
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
        if tally.n(State::Unparsed) > 0 && !self.skip_bad || tally.doubts > 0 {
            outcome = Outcome::CannotSay;
        }
        outcome
    }
}
