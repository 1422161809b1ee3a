//! A report in one sentence: what is in force, what is overdue and whose, what waits.
//!
//! Pure. Start at [`summary`].

use crate::diag;
use crate::features::report::show::Report;
use crate::survey::summary::OwnerCounts;
use crate::view::doc::{StyledText, Tone};

const NAMED: usize = 3;

pub(super) fn summary(report: &Report<'_>) -> StyledText {
    let summary = &report.summary;
    let verb = if summary.in_force == 1 { "is" } else { "are" };
    let instant = report.stamp.instant;
    // The figures of a span end with it; these are of the instant in question.
    let is_later = instant > report.span.to.end();
    let at = if is_later { format!("At {}, ", instant.day()) } else { String::new() };
    let count = match summary.in_force {
        0 if is_later => "no exceptions".to_owned(),
        0 => "No exceptions".to_owned(),
        n => diag::count(n, "exception"),
    };
    let mut text = StyledText::plain(at).and(Tone::Strong, count);
    text = text.and(Tone::Plain, format!(" {verb} in force"));
    let soon = report.backlog.expiring_soon;
    if soon > 0 {
        let ends = if soon == 1 { "ends" } else { "end" };
        text = text.and(
            Tone::Plain,
            format!(", {soon} of which {ends} within {}", report.policy.due.soon),
        );
    }
    text = text.and(Tone::Plain, "; ");
    if summary.overdue == 0 {
        text = text.and(Tone::Good, "nothing is overdue");
    } else {
        let verb = if summary.overdue == 1 { "is" } else { "are" };
        text = text
            .and(Tone::Bad, format!("{} {verb} overdue", summary.overdue))
            .and(Tone::Plain, format!(": {}", owners(&summary.owners)));
    }
    let awaiting = report.backlog.awaiting;
    if awaiting > 0 {
        let verb = if awaiting == 1 { "waits" } else { "wait" };
        text =
            text.and(Tone::Plain, "; ").and(Tone::Warn, format!("{awaiting} {verb} for approval"));
    }
    if summary.undetermined > 0 {
        let unknown = format!("{} could not be determined", summary.undetermined);
        text = text.and(Tone::Plain, "; ").and(Tone::Bad, unknown);
    }
    text.and(Tone::Plain, ".")
}

/// Returns the owners of what is overdue, with how much of it is theirs: `Ana Ruiz (3), Lee Chen (1)`.
fn owners(owners: &[OwnerCounts<'_>]) -> String {
    let late: Vec<&OwnerCounts<'_>> =
        owners.iter().filter(|owner| owner.counts.overdue > 0).collect();
    // One more name is as short as saying that there is one.
    let n_named = if late.len() == NAMED + 1 { late.len() } else { NAMED };
    let named = late
        .iter()
        .take(n_named)
        .map(|owner| {
            let name = if owner.name.is_empty() { "an unknown owner" } else { owner.name };
            format!("{name} ({})", owner.counts.overdue)
        })
        .collect::<Vec<_>>()
        .join(", ");
    let rest = late.get(n_named..).unwrap_or_default();
    if rest.is_empty() {
        return named;
    }
    let n_rest: usize = rest.iter().map(|owner| owner.counts.overdue).sum();
    format!("{named} and {} ({n_rest})", diag::count(rest.len(), "other owner"))
}
