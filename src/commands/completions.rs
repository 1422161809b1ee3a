//! `completions`: the completion script for a shell.

use clap::Parser;

use crate::commands::command::{Command, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::{self};

/// Print completions for a shell
///
/// Completes subcommands, flags and fixed values, but not record ids.
#[derive(Debug, Parser)]
#[command(name = "completions")]
#[command(
    after_help = "EXAMPLE\n  exledger completions bash > ~/.local/share/bash-completion/completions/exledger"
)]
pub(crate) struct CompletionsArgs {
    /// Shell to print completions for
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(crate) const COMMAND: Command = Command::of::<CompletionsArgs>();

impl Run for CompletionsArgs {
    const FORMATS: Formats = Formats::Only(&["table"]);

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let mut bytes = Vec::new();
        clap_complete::generate(self.shell, &mut commands::declare(), "exledger", &mut bytes);
        ctx.print(&bytes)?;
        Ok(Outcome::Fine)
    }
}
