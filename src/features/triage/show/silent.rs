//! `triage`: the keys of baselines that had no event for longer than `at_most`.
//!
//! Pure. Start at [`block`]. Follows `docs/spec/cli.md`, triage.

use crate::diag;
use crate::features::patterns;
use crate::features::triage::counts::MOST_LINES;
use crate::features::triage::last_events::RoutedSilence;
use crate::features::triage::show::content::TriageView;
use crate::view::doc::{Block, Doc, StyledText, Tone};
use crate::view::tables::{flexible, table, whole};

/// Shows the silent keys, with the normal time between their events and with whom they concern.
pub(super) fn block(doc: &mut Doc, shown: &TriageView<'_>) {
    if shown.answer.last_events.silent.is_empty() {
        return;
    }
    let heading = format!("{} silent", shown.answer.last_events.silent.len());
    doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Bad, heading)));
    let row = |silence: &RoutedSilence| {
        let key = &silence.key;
        let values: Vec<&str> = key.by.values().map(String::as_str).collect();
        let baseline = shown.baselines().get(key.place);
        let most = baseline.and_then(|baseline| baseline.since_last.as_ref()?.at_most);
        let most = most.map(|most| format!(", at most {most} is normal")).unwrap_or_default();
        let days = usize::try_from(key.days).unwrap_or(0);
        vec![
            StyledText::with_tone(Tone::Strong, &key.baseline),
            StyledText::plain(values.join(", ")),
            StyledText::plain(key.last.to_string()),
            StyledText::plain(format!("{}{most}", diag::count(days, "day"))),
            StyledText::plain(patterns::repeated_show::owner(&silence.route)),
        ]
    };
    let columns = vec![
        whole("baseline"),
        flexible("silent"),
        whole("last event"),
        flexible("silent for"),
        flexible("owner"),
    ];
    let rows = shown.answer.last_events.silent.iter().take(MOST_LINES).map(row).collect();
    doc.blocks.push(table(columns, rows));
    let beyond = shown.answer.last_events.silent.len().saturating_sub(MOST_LINES);
    if beyond > 0 {
        let text = format!("and {beyond} more that are silent: `--format json` lists them all");
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, text)));
    }
}
