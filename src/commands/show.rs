//! `show`: one record, answering the four main questions first.

use clap::Parser;
use exledger::features::show;
use exledger::history::tree::CommitTree;
use exledger::ledger::Files;
use exledger::ledger::tree::Tree as _;
use exledger::session::Session;
use exledger::session::locate;
use exledger::session::snapshot::walk::Scope;
use exledger::status::state::RecordState;
use exledger::survey::due::Horizon;
use exledger::survey::queue;
use exledger::view::next;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::{Ctx, fault, unknown};
use crate::commands::exit::Outcome;
use crate::commands::picker;

/// One exception, and who approved it
///
/// Shows why it is allowed, who approved it and on what evidence, what compensates for it, and when it ends,
/// followed by all other fields.
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger show 7F3KQ")]
pub(crate) struct ShowArgs {
    /// Record id, any unambiguous prefix or suffix of it, or the path of its file; asked for on a terminal
    id: Option<String>,

    /// Print the file unchanged
    #[arg(long)]
    raw: bool,
}

pub(crate) const COMMAND: Command = Command::of::<ShowArgs>("show");

impl Run for ShowArgs {
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        picker::named(ctx, "show", self.id.as_deref())?;
        let home = ctx.home()?;
        let all = || Ok(picker::among(&*ctx.approved(&home)?, &|_| true));
        let id = picker::id_or_ask(ctx, "show", self.id.as_deref(), &all)?;
        if self.raw
            && ctx.globals.as_of.is_none()
            && let Some(bytes) = at_tip(&home, &id)
        {
            ctx.print(&bytes)?;
            return Ok(Outcome::Fine);
        }
        let approved = ctx.approved_of(&home, Scope::About(&[&id]))?;
        let record_state = approved.find(&id)?;
        if self.raw {
            let missing = || {
                fault::undetermined(
                    format!("the content of {} is not in this clone", record_state.path),
                    approved.extent().remedy(),
                )
            };
            ctx.print(&approved.bytes(record_state).ok_or_else(missing)?)?;
        } else {
            let statements = approved.statements(record_state);
            let evidence = approved.evidence(record_state);
            let (names, files, stamp) = (&*approved, approved.scanned_files(), approved.stamp());
            let (asker, horizon) =
                (approved.asker(), Horizon::from_policy(&approved.governance().policy));
            let around = approved.around_for(&asker);
            let this = std::iter::once(record_state);
            let mut due = queue::collect(this, &RecordState::id, &horizon, around).into_iter();
            let next = due.next().map(|item| next::of_answer(item.next));
            let (content, next) = ((names as _, &files as _), next.as_ref());
            let doc = show::screen::doc(record_state, &statements, &evidence, next, content, stamp);
            ctx.show(doc)?;
        }
        Ok(unknown::outcome(
            ctx,
            Some(record_state).filter(unknown::is_unknown).into_iter(),
            Outcome::Fine,
        ))
    }
}

// Returns the bytes of a record that has one file at the tip of the approved ref and is named in full.
fn at_tip(home: &Session, id: &str) -> Option<Vec<u8>> {
    let repository = home.repository_or_none()?;
    let tip = home.approved_ref().ok()?.tip;
    let tree =
        CommitTree::of_commit(repository, tip, &repository.ledger_prefix(home.root())).ok()?;
    let files = Files::list(&tree, &locate::governance(&tree).ok()?.policy.records).ok()?;
    let mut found = files.records.iter().filter(|file| file.stem().eq_ignore_ascii_case(id));
    let only = found.next().filter(|file| found.next().is_none() && file.twins.is_empty())?;
    tree.bytes(&only.path).ok()?
}
