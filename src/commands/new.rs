//! `new`: files an exception.
//!
//! Flags, files and presets fill one set of answers; `plan` derives the rest and names what is missing, which is asked
//! on a terminal and refused without one. Follows `docs/spec/cli.md`, new.

mod desk;
mod filed;
mod filing;
mod flags;
mod past;
mod preview;
mod sources;

use std::path::PathBuf;

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::exit::Outcome;
use crate::commands::new::flags::Flags;

/// File an exception
///
/// Asks for what is missing, derives the rest, and writes the file only if it lints clean. It grants nothing until
/// its pull request is approved and merged.
#[derive(Debug, Parser)]
#[command(name = "new")]
#[command(after_help = "\
EXAMPLE
  exledger new
  exledger new --profile rotation --identity svc:billing-batch
  exledger new --title \"Invoices are read with the shared user\" \\
    --rule \"One user a job\" --application billing --risk-level moderate \\
    --justification \"Splitting the user now would stop invoicing until spring\" \\
    --compensating-control \"Alert on use at night\"")]
pub(crate) struct NewArgs {
    /// Start from a preset of the policy
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// Start from another record
    #[arg(long, value_name = "ID")]
    like: Option<String>,

    /// Start now, end at the cap, be approved afterwards
    #[arg(long)]
    emergency: bool,

    /// Start from a question that `check` refused, as it answered in JSON; - for stdin
    #[arg(long, value_name = "RECEIPT")]
    from_check: Option<PathBuf>,

    /// Read the fields from an issue that the form of `init` made, as GitHub shows its text; - for stdin
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    from_issue: Option<PathBuf>,

    /// Read the fields from a file with the shape of a record without id, YAML or JSON; - for stdin
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,

    /// The folder below the first record folder
    #[arg(long, value_name = "NAME")]
    folder: Option<String>,

    /// Write although content rules object
    #[arg(long)]
    draft: bool,

    #[command(flatten)]
    flags: Flags,
}

/// The command.
pub(crate) const COMMAND: Command = Command::of::<NewArgs>();

impl Run for NewArgs {
    const PAST: PastInstants = PastInstants::Refused("a record is filed now");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        filing::file(&self, ctx)
    }
}
