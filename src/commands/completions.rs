//! `completions`: the completion script for a shell.
//!
//! `complete` answers the shell when it asks. Follows `docs/spec/cli.md`, completions.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use clap_complete::env::Shells;

use crate::commands::command::{Command, Run};
use crate::commands::complete;
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;

const NAME: &str = "exledger";

/// Print completions for a shell
///
/// Completes subcommands, flags and values, and names from the ledger in the current folder: ids, branches, people, controls,
/// tiers. The script asks this program at each Tab, so it stays valid after an update. In ~/.zshrc, it stands after `compinit`.
#[derive(Debug, Parser)]
#[command(after_help = "\
EXAMPLE
  exledger completions bash > ~/.local/share/bash-completion/completions/exledger
  echo 'source <(exledger completions zsh)' >> ~/.zshrc
  exledger completions fish > ~/.config/fish/completions/exledger.fish")]
pub(crate) struct CompletionsArgs {
    /// Shell to print completions for
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(crate) const COMMAND: Command = Command::of::<CompletionsArgs>("completions");

impl Run for CompletionsArgs {
    const FORMATS: Formats = Formats::Only(&["table"]);

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let shell = self.shell.to_string();
        let shells = Shells::builtins();
        let completer = shells.completer(&shell).ok_or_else(|| {
            fault::usage_error(format!("there are no completions for {shell}"), "use bash")
        })?;
        let mut bytes = Vec::new();
        completer
            .write_registration(complete::VARIABLE, NAME, NAME, &program(ctx), &mut bytes)
            .context("writing the completions")?;
        ctx.print(&bytes)?;
        Ok(Outcome::Fine)
    }
}

/// Returns how the shell calls this program: by its name, if it was called by it, else by its path.
fn program(ctx: &Ctx) -> String {
    let called = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    if called.components().count() <= 1 {
        return NAME.to_owned();
    }
    let working = std::env::current_dir().unwrap_or_else(|_| ctx.folder.clone());
    working.join(called).to_string_lossy().into_owned()
}
