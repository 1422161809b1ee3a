//! What history says against a new record: its kind was filed too often, or the same was closed a while ago.
//!
//! Start at [`findings`]. Follows `docs/spec/rules.md` (`frozen-pattern`, `recurrence`, limits) and
//! `docs/spec/policy.md`, repetition.

use crate::commands::context::Ctx;
use crate::commands::new::filing::Work;
use exledger::diag::Finding;
use exledger::plan::draft::RecordDraft;
use exledger::rules::case::RuleContext;
use exledger::rules::extra_schema::ExtraSchema;
use exledger::rules::lint;
use exledger::rules::past;
use exledger::rules::repeats::Repeats;
use exledger::session::compare::{Compared, Proposed};
use exledger::session::overlay::Overlay;
use exledger::survey::neighbour::Neighbours;

/// Returns what is found against a draft, its past included; what is there can't be told without one.
pub(super) fn findings(
    ctx: &Ctx,
    work: &Work<'_>,
    made: &RecordDraft,
) -> anyhow::Result<Vec<Finding>> {
    let file = (made.path.clone(), made.text.clone().into_bytes());
    let overlay = Overlay::of(work.home.tree(), [file]);
    let proposed = Proposed {
        tree: &overlay,
        governance: work.setting.governance,
        commit: None,
        instead: std::slice::from_ref(&made.path),
    };
    let compared = match ctx.compare(work.home, None, proposed) {
        Ok(compared) => Some(compared),
        Err(error) => {
            // A ledger without a commit has no past. Elsewhere `lint --base` refuses to say, before the merge.
            let line = error.to_string();
            let line = line.lines().next().unwrap_or_default();
            log::info!("whether the same was filed before: {line}");
            None
        }
    };
    let own = work.known();
    let governance = match &compared {
        Some(compared) => {
            ctx.of_notices(&compared.notices().collect::<Vec<_>>());
            &compared.governance
        }
        None => own.governance,
    };
    let known = RuleContext {
        governance,
        house: &ExtraSchema::of(governance),
        neighbours: compared.as_ref().and_then(|it| it.neighbours.as_ref()),
        ..own
    };
    let source = &made.source;
    let entry = compared.as_ref().and_then(|compared| {
        let key = source.stem().to_ascii_uppercase();
        let mut entries = compared.entries.iter();
        Some((compared, entries.find(|it| it.delta.key == key)?))
    });
    let past = entry.map_or(past::RecordPast::UNKNOWN, |(_, entry)| entry.past);
    let mut found = lint::record(source, &known, past)?;
    if let Some((compared, entry)) = entry {
        found.extend(lint::change(&entry.changed(compared), &known));
        found.extend(repeated(compared, made, &known));
    }
    found.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    Ok(found)
}

/// Returns the finding that the same was closed within the window.
fn repeated(compared: &Compared, made: &RecordDraft, known: &RuleContext<'_>) -> Vec<Finding> {
    let mut repeats = Repeats::default();
    repeats.judge(made.source.clone(), None);
    let peers = compared.neighbours.iter().flat_map(Neighbours::peers);
    peers.for_each(|peer| repeats.add(peer));
    lint::repeats(&repeats, known)
}
