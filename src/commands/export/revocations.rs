//! `export revocations`: the access that must be gone.
//!
//! Start at [`RevocationsArgs`]. Follows `docs/spec/cli.md`, export revocations.

use exledger::features::access;
use std::path::PathBuf;

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, place, unknown};
use crate::commands::exit::Outcome;
use exledger::render;
use exledger::session::snapshot::walk::Scope;

/// List the access that must be gone
///
/// Writes a row for each exception that was in force and is not any more: whose access to what it granted, when and
/// why it ended, and which exceptions in force still grant something by the same identity, credential or asset. A row
/// disappears when a closure that somebody else approved says that the access was verified to be gone.
#[derive(Debug, Parser)]
#[command(after_help = "\
EXAMPLE
  exledger export revocations
  exledger export revocations --format csv -o revocations.csv")]
pub(crate) struct RevocationsArgs {
    /// Include the exceptions whose access is proven to be gone
    #[arg(long)]
    all: bool,

    /// Write the rows to this file, replacing it if it exists
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) const COMMAND: Command = Command::of::<RevocationsArgs>("revocations");

impl Run for RevocationsArgs {
    const FORMATS: Formats = Formats::Only(&["jsonl", "csv"]);
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let output = self.output.as_deref().map(|path| ctx.folder.join(path));
        let output = output.map(place::unlinked_file).transpose()?;
        let home = ctx.home_without_levels()?;
        let approved = ctx.approved_only(&home, Scope::Everything)?;
        let revocations = approved.revocations(self.all);
        let doc = access::revocations::doc(&revocations.rows, approved.stamp().instant.day());
        let mut bytes = Vec::new();
        if ctx.format.name == render::jsonl::FORMAT.name {
            render::jsonl::write_rows(&doc, &mut bytes)?;
        } else {
            ctx.format.write(&doc, &ctx.style, &mut bytes)?;
        }
        match &output {
            Some(path) => place::write(path, &bytes)?,
            None => ctx.print(&bytes)?,
        }
        for (id, doubt) in &revocations.doubts {
            ctx.tell(&format!("error: could not determine whether {id} has ended: {doubt}"));
        }
        let outcome = match revocations.doubts.is_empty() {
            true => Outcome::Fine,
            false => Outcome::Undetermined,
        };
        Ok(unknown::of_history(ctx, &approved, outcome))
    }
}
