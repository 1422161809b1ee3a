//! `redesign list`: a table of the redesigns, with their status and next step.

use clap::Parser;
use clap::builder::PossibleValuesParser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::unknown;
use crate::commands::exit::Outcome;
use exledger::policy::governance::Governance;
use exledger::policy::people;
use exledger::record::near;
use exledger::session::snapshot::walk::Scope;
use exledger::survey::redesign::{self, RedesignState, RedesignStatus};
use exledger::view;
use exledger::view::redesign::RedesignListing;

/// List redesigns
///
/// Lists the redesigns on the approved ref with their status, what landed after they were done, the records that link
/// them, and the next step; then the tickets that records link without a redesign. A redesign is listed if it matches
/// all filters; several values of one filter are alternatives.
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger redesign list --status overdue,recurred,unassessed")]
pub(crate) struct RedesignListArgs {
    /// Filter by status
    #[arg(long, value_delimiter = ',', value_parser = statuses(), help_heading = "Filters")]
    status: Vec<String>,

    /// Filter by owner (email address or name)
    #[arg(long, value_delimiter = ',', help_heading = "Filters")]
    owner: Vec<String>,
}

pub(super) const COMMAND: Command = Command::of::<RedesignListArgs>("list");

impl Run for RedesignListArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home()?;
        let approved = ctx.approved_only(&home, Scope::Everything)?;
        let governance = approved.governance();
        let neighbours = approved.neighbours();
        let states = redesign::redesign_states(&neighbours, governance, neighbours.until);
        let shown: Vec<&RedesignState> =
            states.iter().filter(|state| self.lists(state, governance)).collect();
        if shown.is_empty() {
            for hint in self.hints(&states) {
                ctx.hint(&hint);
            }
        }
        ctx.show(view::redesign::doc(&RedesignListing {
            stamp: approved.stamp(),
            states: shown,
            governance,
        }))?;
        let unknown = approved.records().iter().filter(unknown::is_unknown);
        Ok(unknown::of_all(ctx, &approved, unknown, Outcome::Fine))
    }
}

impl RedesignListArgs {
    fn lists(&self, state: &RedesignState, governance: &Governance) -> bool {
        let is_owned = |text: &String| {
            let owner = state.redesign.as_ref().map(|redesign| &redesign.owner);
            owner.is_some_and(|owner| {
                let person = people::identify(governance, &owner.name, owner.email.as_str());
                people::is_named(governance, &person, text)
            })
        };
        let has_status = |word: &String| word == state.status.as_str();
        (self.status.is_empty() || self.status.iter().any(has_status))
            && (self.owner.is_empty() || self.owner.iter().any(is_owned))
    }

    fn hints(&self, states: &[RedesignState]) -> Vec<String> {
        let redesigns = states.iter().filter_map(|state| state.redesign.as_deref());
        let known: Vec<&str> = redesigns
            .flat_map(|redesign| [redesign.owner.email.as_str(), redesign.owner.name.as_str()])
            .collect();
        let similar = self.owner.iter().map(|text| near::question(text, known.iter().copied()));
        similar
            .filter(|hint| !hint.is_empty())
            .map(|hint| format!("hint: {}", hint.trim()))
            .collect()
    }
}

fn statuses() -> PossibleValuesParser {
    PossibleValuesParser::new(RedesignStatus::ALL.iter().map(|status| status.as_str()))
}
