//! `note`: records a step of handling the subject of exceptions.
//!
//! Follows `docs/spec/cli.md`, decisions.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::filter::Filters;
use crate::commands::context::{Ctx, filter};
use crate::commands::decision::{DecisionFlags, DecisionJob};
use crate::commands::exit::Outcome;
use crate::commands::{decision, picker, prompts};
use clap::Parser;
use exledger::features::decide::select::Which;
use exledger::history::change::event::ChangeEvent;
use exledger::plan::note;
use exledger::record::vocabulary::{Stage, Vocabulary as _};

/// Record a step of triage, investigation or remediation
///
/// Adds an entry to `handling`. Does not affect what is granted.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger note 7F3KQ --stage investigation --note \"Two callers are left\" --evidence log:callers.txt"
)]
pub(crate) struct NoteArgs {
    /// Record ids, any unambiguous prefixes or suffixes of them, or file paths; or use filters
    ids: Vec<String>,

    /// Stage of handling
    #[arg(long, value_name = "STAGE", value_parser = filter::words::<Stage>())]
    stage: Option<String>,

    /// What was found or done
    #[arg(long)]
    note: Option<String>,

    /// Evidence: a file, URL or commit; repeatable
    #[arg(long, value_name = "[ID=]KIND:PATH|URL|COMMIT")]
    evidence: Vec<String>,

    #[command(flatten)]
    flags: DecisionFlags,

    #[command(flatten)]
    filters: Filters,
}

pub(crate) const COMMAND: Command = Command::of::<NoteArgs>("note");

impl Run for NoteArgs {
    const PAST: PastInstants =
        PastInstants::Refused("a decision is recorded now; --on sets its date");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ids = picker::ids_or_ask(ctx, &self.ids, &self.filters.filter())?;
        let shown = ctx.shown(&ctx.home()?, &self.evidence)?;
        prompts::needs(
            ctx,
            Some(("--stage", Stage::words())),
            &[("--stage", self.stage.is_some()), ("--note", self.note.is_some())],
        )?;
        let stage: Stage =
            prompts::word_or_ask(ctx, self.stage.as_deref(), "--stage", "Which stage")?;
        let text =
            prompts::text_or_ask(ctx, self.note.as_deref(), "--note", "What was found or done")?;
        decision::decide(
            ctx,
            &DecisionJob {
                command: "note",
                event: ChangeEvent::Noted,
                which: Which::Several(&ids, &self.filters.filter()),
                needs_history: false,
                flags: &self.flags,
                plan: &|taken| note::note(taken, stage, &text, &shown),
            },
        )
    }
}
