//! `demo`: a small git repository with a real history, so that every command has something to show.
//!
//! Uses store, and the schemas of record and policy. The story is in `story`, its texts beside it.

mod build;
mod story;

use std::path::PathBuf;

use clap::Parser;

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::{Command, Outcome, Run};
use crate::store::vacant;

/// Make a small ledger with a history to look at
///
/// Writes a git repository with a dozen exceptions: approved, renewed, expired, degraded, unapproved. Its dates are
/// counted back from today; two runs on one day make the same commits.
#[derive(Debug, Parser)]
#[command(name = "demo")]
#[command(after_help = "EXAMPLE\n  exledger demo /tmp/ledger && exledger -C /tmp/ledger list")]
pub struct Args {
    /// A folder that is missing or empty; a fresh temporary one where none is given
    folder: Option<PathBuf>,
}

/// The command.
pub const COMMAND: Command = Command::of::<Args>();

impl Run for Args {
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let folder = match &self.folder {
            Some(given) => vacant::at(&ctx.folder.join(given)),
            None => vacant::fresh("exledger-demo-"),
        };
        let folder = folder.map_err(|cause| {
            fault::misuse(cause.to_string(), "name a folder that is missing or empty")
        })?;
        let start = ctx.instant().day().start();
        build::build(&folder, start, &[])?;
        Ok(Outcome::Fine)
    }
}
