//! Checks a new record against history: its kind was filed too often, or the same was closed recently.
//!
//! Start at [`review`]. Follows `docs/spec/rules.md` (`frozen-pattern`,
//! `recurrence`, limits) and `docs/spec/policy.md`, repetition.

use crate::diag::Finding;
use crate::history::objects::Oid;
use crate::plan::draft::RecordDraft;
use crate::rules::case::RuleContext;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::rules::past::RecordPast;
use crate::rules::repeats::Repeats;
use crate::session::compare;
use crate::session::compare::compared::{Compared, ProposedState};
use crate::session::error::Error;
use crate::session::filing::review::FilingReview;
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::overlay::Overlay;
use crate::survey::neighbour::Neighbours;

/// Returns the findings about a draft, including its history, and the approvals that it needs. It is compared with the
/// approved ref from a commit, or from the work tree.
pub(super) fn review(
    (located, commit): (&Located, Option<Oid>),
    at: &Moment,
    own: &RuleContext<'_>,
    draft: &RecordDraft,
) -> Result<FilingReview, Error> {
    let file = (draft.path.clone(), draft.text.clone().into_bytes());
    let overlay = Overlay::over(own.tree, [file]);
    let proposed = ProposedState {
        tree: &overlay,
        governance: own.governance,
        commit,
        instead: std::slice::from_ref(&draft.path),
    };
    let compared = match compare::compare(located, at, None, proposed) {
        Ok(compared) => Some(compared),
        Err(error) => {
            // A ledger without a commit has no past. In other cases `lint --base` reports the obstacle before the
            // merge.
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            log::info!("whether this was filed before: {line}");
            None
        }
    };
    let compared = compared.as_ref();
    let governance = compared.map_or(own.governance, |compared| &compared.governance);
    let context = RuleContext {
        governance,
        extra_schema: &ExtraSchema::of(governance),
        neighbours: compared.and_then(|it| it.neighbours.as_ref()),
        ..*own
    };
    let source = &draft.source;
    let entry = compared.and_then(|compared| {
        let key = source.stem().to_ascii_uppercase();
        let mut entries = compared.entries.iter();
        Some((compared, entries.find(|it| it.delta.key == key)?))
    });
    let past = entry.map_or(RecordPast::UNKNOWN, |(_, entry)| entry.past);
    let mut findings = lint::record(source, &context, past)?;
    if let Some((compared, entry)) = entry {
        findings.extend(lint::change(&entry.changed(compared), &context));
        findings.extend(repeated(compared, draft, &context));
    }
    findings.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    let notices = compared.map(|compared| compared.notices().collect());
    let needed = entry.map(|(_, entry)| entry.needs.needed.clone());
    Ok(FilingReview { findings, needed, notices: notices.unwrap_or_default() })
}

/// Returns the finding that a record of the same subject was closed within the window.
fn repeated(compared: &Compared, draft: &RecordDraft, context: &RuleContext<'_>) -> Vec<Finding> {
    let mut repeats = Repeats::default();
    repeats.judge(draft.source.clone(), None);
    let peers = compared.neighbours.iter().flat_map(Neighbours::peers);
    peers.for_each(|peer| repeats.add(peer));
    lint::repeats(&repeats, context)
}
