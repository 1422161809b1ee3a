//! `doctor`: whether an approval counts in this repository, and what is missing.

use clap::Parser;
use exledger::features::doctor;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::exit::Outcome;
use exledger::features;
use exledger::features::doctor::diagnosis::ApprovalsCount;

/// Will an approval count here, and what is missing
///
/// Looks at the approved branch, its newest 1,000 commits, the policy, the keys, the workflows and your git
/// configuration; changes nothing and needs no network. Exits 1 if something prevents approvals from counting, and 3 if
/// that can't be determined.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger doctor\n  exledger doctor --format json | jq '.checks[] | select(.state == \"problem\")'"
)]
pub(crate) struct DoctorArgs {}

pub(crate) const COMMAND: Command = Command::of::<DoctorArgs>("doctor");

impl Run for DoctorArgs {
    const PAST: PastInstants = PastInstants::Refused("this command looks at the present setup");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ctx = &ctx.for_drafts();
        let home = ctx.home()?;
        let answer = features::doctor::answer(&home, &ctx.moment(), &ctx.folder)?;
        ctx.show(doctor::show::doc(&answer.diagnosis, &answer.stamp))?;
        Ok(match answer.diagnosis.verdict() {
            ApprovalsCount::Yes => Outcome::Fine,
            ApprovalsCount::No => Outcome::ProblemsFound,
            ApprovalsCount::Unknown => Outcome::Undetermined,
        })
    }
}
