//! Adds a run to the observations, and says on stderr what about counting it a reader should know.
//!
//! Start at [`record`]. Follows `docs/spec/cli.md`, triage, `--observations`.

use std::path::Path;

use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use exledger::diag;
use exledger::features::patterns::observed::MOST_GROUPS;
use exledger::features::triage::answer::{ObservedEvents, TriageAnswer};
use exledger::features::triage::last_events::MOST_KEYS;
use exledger::features::triage::silent_keys::LastEventsAnswer;
use exledger::features::triage::sources::Source;

pub(super) fn never_an_input(path: &Path, sources: &[Source]) -> anyhow::Result<()> {
    match sources.iter().find(|source| source.opened.is_at(path)) {
        Some(source) => Err(fault::usage_error(
            format!("{} would be both an input and the observations", source.name),
            "give another file with --observations",
        )),
        None => Ok(()),
    }
}

/// Adds the run to the observations, unless something in it could not be determined: once that is repaired, the same run
/// must not count twice.
pub(super) fn record(
    ctx: &Ctx,
    answer: &mut TriageAnswer<'_>,
    path: &Path,
    outcome: Outcome,
) -> anyhow::Result<()> {
    let shown = path.display();
    if outcome == Outcome::Undetermined {
        let why = "something could not be read or judged";
        ctx.tell(&format!("nothing was added to {shown}, because {why}"));
        return Ok(());
    }
    let added = answer.record_observations()?.unwrap_or_default();
    for name in &answer.observed.counted_before {
        ctx.hint(&format!("{name} was counted before: it adds nothing to {shown}"));
    }
    if added > 0 {
        ctx.hint(&format!("added to {shown}: {}", diag::count(added, "file")));
    }
    Ok(())
}

/// Warns about inputs that may count twice, or don't count; tells whether there are any.
pub(super) fn warn(ctx: &Ctx, observed: &ObservedEvents) -> bool {
    for overlap in &observed.overlaps {
        let [one, other] = [overlap.input, overlap.earlier]
            .map(|digest| digest.to_string().chars().take(12).collect::<String>());
        ctx.tell(&format!(
            "warning: events of {} from {} to {} are in two files (SHA-256 {one} and {other}): the same events count twice",
            overlap.source, overlap.from, overlap.to
        ));
    }
    warn_left_out(ctx, observed.left_out) || !observed.overlaps.is_empty()
}

pub(super) fn last_events(ctx: &Ctx, answer: &LastEventsAnswer) -> Outcome {
    let mut outcome = Outcome::Fine;
    if !answer.silent.is_empty() {
        outcome = Outcome::ProblemsFound;
    }
    if answer.n_learned > 0 {
        let events = diag::count(answer.n_learned, "first event");
        ctx.tell(&format!(
            "warning: {events} taken as known (--learn): check that they are normal"
        ));
        outcome = Outcome::ProblemsFound;
    }
    if answer.n_beyond > 0 {
        ctx.tell(&format!(
            "error: could not determine the last event of {}, because `since_last` tells {MOST_KEYS} keys apart at \
             most: narrow `when` of the baselines",
            diag::count(answer.n_beyond, "input")
        ));
        outcome = Outcome::Undetermined;
    }
    outcome
}

pub(crate) fn warn_left_out(ctx: &Ctx, left_out: u64) -> bool {
    if left_out > 0 {
        ctx.tell(&format!(
            "warning: not counted for repetition: {left_out} inputs, because a run counts {MOST_GROUPS} groups and 64 MiB of rows at most: give fewer files at once, or choose fewer `patterns.key`"
        ));
    }
    left_out > 0
}
