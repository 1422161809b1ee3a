//! `man`: the manual page of the program, or of one command.

use clap::Parser;

use crate::commands::command::{Command, Run};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use crate::commands::registry;

/// Print the manual page
///
/// Prints the page of the program, or of one command.
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger man check | man -l -\n  exledger man redesign new")]
pub(crate) struct ManArgs {
    /// The command; of one that has subcommands, also the name of one of these
    command: Vec<String>,
}

pub(crate) const COMMAND: Command = Command::of::<ManArgs>("man");

impl Run for ManArgs {
    const FORMATS: Formats = Formats::Only(&["table"]);

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let mut top = registry::declare();
        top.build();
        let mut page = &top;
        for name in &self.command {
            let found = page.find_subcommand(name);
            page = found.ok_or_else(|| {
                fault::usage_error(
                    format!("there is no command {}", self.command.join(" ")),
                    "run `exledger help --all` for the list",
                )
            })?;
        }
        let page = page.clone();
        let mut bytes = Vec::new();
        let usage = page.clone().render_usage().to_string();
        clap_mangen::Man::new(page).render(&mut bytes)?;
        ctx.print(with_synopsis(&String::from_utf8_lossy(&bytes), &usage).as_bytes())?;
        Ok(Outcome::Fine)
    }
}

/// Replaces the page's own usage, which leaves out the values of flags, with that of the help.
fn with_synopsis(page: &str, usage: &str) -> String {
    const TITLE: &str = ".SH SYNOPSIS\n";
    let usage = usage
        .strip_prefix("Usage: ")
        .unwrap_or(usage)
        .trim()
        .replace('\\', "\\\\")
        .replace('-', "\\-");
    match page.split_once(TITLE) {
        Some((before, after)) => {
            let rest = after.find("\n.SH ").and_then(|end| after.get(end..));
            format!("{before}{TITLE}{usage}{}", rest.unwrap_or("\n"))
        }
        None => page.to_owned(),
    }
}
