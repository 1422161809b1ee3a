//! The settings of a runtime that run `hook` before each tool call, with its switch to refuse calls if that fails.
//!
//! Start at [`print`].

use std::time::Duration;

use anyhow::Context as _;

use crate::commands::context::Ctx;
use exledger::diag::shell;
use exledger::formats::hooks::runtime::Runtime;

/// How many seconds the runtime waits longer than this program does.
const MARGIN: u64 = 5;

pub(super) fn print(
    ctx: &Ctx,
    runtime: &Runtime,
    arguments: &[String],
    limit: Duration,
) -> anyhow::Result<()> {
    // A runtime runs the call if it doesn't find the program.
    let program = std::env::current_exe().context("can't determine the path of this program")?;
    let program = program.display().to_string();
    let words = [&program].into_iter().chain(arguments);
    let quoted: Vec<String> = words.map(|word| shell::quoted(word)).collect();
    let settings = (runtime.settings)(&quoted.join(" "), limit.as_secs() + MARGIN);
    ctx.print(format!("{settings:#}\n").as_bytes())?;
    ctx.hint(&format!("note: this belongs into {}", runtime.settings_file));
    ctx.hint("note: never into the settings of a project, which the agent can change");
    ctx.hint(
        "note: the settings, the ledger's clone, the map, the receipts and keys belong where the agent's user can't write: if it runs as the same user, this is a guard-rail and no boundary",
    );
    ctx.hint(&format!("note: {}", runtime.runs_anyway));
    Ok(())
}
