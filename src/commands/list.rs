//! `list`: a table of the records.

use clap::{Parser, ValueEnum};
use exledger::diag::sorting::StableSort as _;
use exledger::features::list;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::filter::Filters;
use crate::commands::context::unknown;
use crate::commands::exit::Outcome;
use exledger::session::snapshot::walk::Scope;
use exledger::status::state::RecordState;
use exledger::survey::select::{self, Filter, Order};

/// All exceptions that fit some filters
///
/// Lists the exceptions on the approved ref, and those proposed on branches and in the work tree. A record is listed if
/// it matches all filters; several values of one filter are alternatives.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger list --owner ana@example.com --ends-within 30d --sort expires"
)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    filters: Filters,

    /// Sort order
    #[arg(long, value_enum, default_value = "id", hide_default_value = true)]
    sort: Sort,

    /// Include closed, rejected and removed records
    #[arg(long)]
    all: bool,

    /// Leave out records that are only proposed
    #[arg(long)]
    approved_only: bool,
}

/// In what order records are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    /// By id (the default)
    Id,
    /// The earliest end first
    Expires,
    /// By the owner's address
    Owner,
    /// By the tier's name
    Tier,
    /// By status; records of unknown status first
    Status,
    /// By title
    Title,
}

pub(crate) const COMMAND: Command = Command::of::<ListArgs>("list");

impl Run for ListArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home_of_list()?;
        let filter = self.filters.filter();
        // With filters, the number of matching but hidden records is reported.
        let scope =
            if self.all || filter != Filter::default() { Scope::Everything } else { Scope::Open };
        let approved = if self.approved_only {
            ctx.approved_only(&home, scope)?
        } else {
            ctx.approved_of(&home, scope)?
        };
        let selected = approved.selected(&filter);
        let shows = |record_state: &&&RecordState| {
            self.all || filter.names_ended() || !select::is_ended(record_state.status)
        };
        let mut records: Vec<&RecordState> = selected.iter().filter(shows).copied().collect();
        let order = self.sort.order();
        records.order_by(|one, other| order.compare((one.id(), one), (other.id(), other)));
        let hidden = selected.len() - records.len() + approved.n_left_out();
        ctx.show(list::doc(
            &list::List { stamp: approved.stamp(), records, hidden, reads: ctx.format.reads },
            &*approved,
        ))?;
        for hint in approved.filter_hints(&filter, approved.records().iter()) {
            ctx.hint(&hint);
        }
        let outcome = unknown::of_proposals(ctx, &approved, Outcome::Fine);
        Ok(unknown::of_all(ctx, &approved, unknown::selected(&approved, &filter), outcome))
    }
}

impl Sort {
    fn order(self) -> Order {
        match self {
            Sort::Id => Order::Id,
            Sort::Expires => Order::Expires,
            Sort::Owner => Order::Owner,
            Sort::Tier => Order::Tier,
            Sort::Status => Order::Status,
            Sort::Title => Order::Title,
        }
    }
}
