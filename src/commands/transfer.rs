//! `transfer`: hands exceptions over to another owner.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::filter::Filters;
use crate::commands::context::{Ctx, fault};
use crate::commands::decision::{self, DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::{picker, prompts};
use clap::Parser;
use exledger::features::decide::select::Which;
use exledger::history::change::event::ChangeEvent;
use exledger::ledger::Files;
use exledger::plan::transfer::{self, Heir};
use exledger::policy::governance::Governance;
use exledger::record::address::Address;
use exledger::session::{Session, locate};
use exledger::survey::select::Filter;

/// Transfer exceptions to another owner
///
/// Changes the owner and adds an entry to `transfers`; the id and the history stay the same. With --from, transfers all
/// open records of a person. The transfer needs new approval.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger transfer 7F3KQ --to lee@example.com --reason \"Ana moves to another team\"\n  exledger transfer --from ana@example.com --to lee@example.com"
)]
pub(crate) struct TransferArgs {
    /// Record ids, any unambiguous prefixes or suffixes of them, or file paths; or use filters
    ids: Vec<String>,

    /// New owner
    #[arg(long, value_name = "EMAIL")]
    to: Option<String>,

    /// Transfer all open records of this owner
    #[arg(long, value_name = "EMAIL", conflicts_with = "ids")]
    from: Option<String>,

    /// Name of the new owner [default: from the roster, other records or git]
    #[arg(long)]
    name: Option<String>,

    /// Reason
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    flags: DecisionFlags,

    #[command(flatten)]
    filters: Filters,
}

pub(crate) const COMMAND: Command = Command::of::<TransferArgs>("transfer");

impl Run for TransferArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ids = match &self.from {
            Some(_) => Vec::new(),
            None => picker::ids_or_ask(ctx, &self.ids, &self.filters.filter())?,
        };
        let to = prompts::text_or_ask(
            ctx,
            self.to.as_deref(),
            "--to",
            "Who is the new owner (email address)",
        )?;
        let to = decision::address("--to", &to)?;
        let from = self.from.as_deref();
        let from = from.map(|from| decision::address("--from", from)).transpose()?;
        if from.is_some() && self.filters.filter() != Filter::default() {
            return Err(fault::usage_error(
                "both --from and a filter are given",
                "use --owner to select some of a person's records; --from selects all that are open",
            ));
        }
        let home = ctx.home()?;
        let governance = locate::governance(home.work_tree()?)?;
        let name = self.name(&home, &governance, &to)?;
        let heir = Heir { email: &to, name: &name };
        let which = match &from {
            Some(owner) => Which::Of { owner, heir: &to },
            None => Which::Several(&ids, &self.filters.filter()),
        };
        decision::decide(
            ctx,
            &DecisionJob {
                command: "transfer",
                event: ChangeEvent::Transferred,
                which,
                needs_history: false,
                flags: &self.flags,
                plan: &|taken| transfer::transfer(taken, heir, self.reason.as_deref()),
            },
        )
    }
}

impl TransferArgs {
    fn name(
        &self,
        home: &Session,
        governance: &Governance,
        to: &Address,
    ) -> anyhow::Result<String> {
        if let Some(name) = self.name.as_deref().map(str::trim) {
            return if name.is_empty() {
                Err(fault::usage_error(
                    "--name is placeholder text",
                    "give the name of the new owner",
                ))
            } else {
                Ok(name.to_owned())
            };
        }
        owner_name(home, governance, to)
    }
}

/// Returns the name of a person from roster, mailmap, records or git, else the part of the address before the @.
pub(crate) fn owner_name(
    home: &Session,
    governance: &Governance,
    of: &Address,
) -> anyhow::Result<String> {
    if let Some(name) = transfer::name(governance, of) {
        return Ok(name);
    }
    let files = Files::list(home.tree(), &governance.policy.records)?;
    for file in &files.records {
        let source = files.read(home.tree(), file)?;
        if source.value::<Address>("owner.email").as_ref() == Some(of)
            && let Some(name) = source.text("owner.name")
        {
            return Ok(name.to_owned());
        }
    }
    let (name, email) = home.repository()?.user();
    if let Some(name) =
        name.filter(|_| email.and_then(|email| Address::new(&email)).as_ref() == Some(of))
    {
        return Ok(name);
    }
    let local = of.as_str().split('@').next().unwrap_or(of.as_str());
    Ok(local.to_owned())
}
