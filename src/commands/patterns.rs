//! `patterns`: repeated causes, with what to change, and whether a group is frozen.

use exledger::features::patterns::show;
use std::path::PathBuf;

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::unknown;
use crate::commands::exit::Outcome;
use crate::commands::triage::observed;
use exledger::session::snapshot::walk::Scope;
use exledger::status::state::Status;
use exledger::survey::patterns::facts::{ProposedRecord, RecordOrigin};
use exledger::survey::patterns::{self, CausePattern};

/// Show repeated causes
///
/// Shows groups of merged records with the same cause, and controls that fail in several systems: the ids,
/// what to change, and whether the group is frozen. Classes whose repetition is expected are counted apart. With
/// --observations or --receipts, also shows what repeats in events, uses and refusals. Exits 1 if a frozen group
/// has a new record, proposed or merged, without a redesign; with --strict, also if a frozen group has no redesign
/// in time, or something repeats in events.
#[derive(Debug, Parser)]
#[command(after_help = "\
EXAMPLE
  exledger patterns
  exledger patterns --format markdown
  exledger patterns --observations observations.jsonl --receipts receipts.jsonl")]
pub(crate) struct PatternsArgs {
    /// File with the observations of `exledger triage`; repeatable
    #[arg(long, value_name = "FILE")]
    observations: Vec<PathBuf>,

    /// File with the receipts of `exledger check`; repeatable
    #[arg(long, value_name = "FILE")]
    receipts: Vec<PathBuf>,
}

pub(crate) const COMMAND: Command = Command::of::<PatternsArgs>("patterns");

impl Run for PatternsArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home()?;
        // Receipts may be about closed records, too.
        let scope = if self.receipts.is_empty() { Scope::Repeated } else { Scope::Everything };
        let approved = ctx.approved_of(&home, scope)?;
        let neighbours = approved.neighbours();
        let proposals = approved
            .records()
            .iter()
            .filter(|record_state| record_state.status == Status::Proposed);
        let proposed: Vec<ProposedRecord<'_>> = proposals
            .filter_map(|record_state| {
                let branch = record_state.pending.first()?.branch.as_ref();
                Some(ProposedRecord {
                    id: record_state.id(),
                    record: record_state.stated.as_deref()?,
                    place: branch.map_or(RecordOrigin::WorkTree, |branch| {
                        RecordOrigin::Branch(branch.clone())
                    }),
                })
            })
            .collect();
        let found = patterns::find_patterns(&neighbours, &proposed, approved.pattern_facts());
        let policy = &approved.governance().policy.patterns;
        let (rows, left_out) =
            approved.read_counted(&ctx.folder, &self.observations, &self.receipts)?;
        let repeated = approved.repeated(&rows)?;
        let is_warned = observed::warn_left_out(ctx, left_out) || !repeated.is_empty();
        ctx.show(show::doc(&found, &repeated, policy, approved.stamp()))?;
        let is_refused = found.groups.iter().any(|group| !group.refused.is_empty());
        let lacks_redesign = found.groups.iter().any(CausePattern::lacks_redesign);
        let is_bad = is_refused || ctx.globals.strict && (lacks_redesign || is_warned);
        let outcome = if is_bad { Outcome::ProblemsFound } else { Outcome::Fine };
        let unknown = approved.records().iter().filter(unknown::is_unknown);
        let outcome = unknown::of_proposals(ctx, &approved, outcome);
        Ok(unknown::of_all(ctx, &approved, unknown, outcome))
    }
}
