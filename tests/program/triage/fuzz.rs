//! For arbitrary bytes, reading ends and counts its results, and writing without a change reproduces the input.

use std::io::Cursor;

use exledger::formats::sarif::location::Roots;
use exledger::formats::sarif::rewrite::ResultAction;
use exledger::formats::sarif::{SarifLayout, Spans, rewrite};
use exledger::formats::{events, native_report, sarif};
use proptest::prelude::*;

use crate::triage::data;

const SEEDS: &[&str] =
    &["semgrep.sarif", "grype-image.sarif", "codeql-valid.sarif", "agent-events.jsonl"];

/// Pieces that are likely to break something.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ",",
    ":",
    "null",
    "NaN",
    "1e999",
    "\u{feff}",
    "\u{0}",
    "\"runs\":",
    "\"results\":[",
    "\"tool\":",
    "\"ruleId\":7,",
    "\"suppressions\":",
    "\n",
    "[[[[[[[[",
];

/// Reads bytes as SARIF; returns the layout, and how many results were passed on.
fn read(bytes: &[u8]) -> Option<(SarifLayout, usize)> {
    let mut n = 0;
    let mut take = |entry: sarif::SarifEntry| n += usize::from(entry.index.is_some());
    let folders = ["/repo".to_owned()];
    let roots = Roots { folders: &folders, asked: "", ran_in: None, has_file: &|_, _| true };
    let layout = sarif::read(Cursor::new(bytes), roots, Spans::Kept, &mut take);
    layout.ok().map(|layout| (layout, n))
}

fn written(bytes: &[u8], layout: &SarifLayout, act: &ResultAction) -> Vec<u8> {
    let mut out = Vec::new();
    let note = |_| None;
    rewrite::write(bytes, &mut out, layout, &mut |_| act.clone(), &note).unwrap();
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutilated_inputs_are_read_to_their_end_or_refused(
        seed in 0..SEEDS.len(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, 0..PIECES.len()), 0..4),
    ) {
        let mut bytes = std::fs::read(data(SEEDS[seed])).unwrap();
        for (at, length, piece) in cuts {
            let at = at.index(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, PIECES[piece].bytes());
        }
        let _ = native_report::kind(Cursor::new(&bytes));
        let mut lines = 0u64;
        events::read(bytes.as_slice(), &mut |line, _| lines = lines.max(line)).unwrap();
        prop_assert!(lines <= bytes.iter().filter(|byte| **byte == b'\n').count() as u64 + 1);
        let Some((layout, n)) = read(&bytes) else { return Ok(()) };
        let spans: usize = layout.runs.iter().map(|run| run.results.len()).sum();
        prop_assert_eq!(spans, n);
        prop_assert_eq!(&written(&bytes, &layout, &ResultAction::Keep), &bytes);
        // Without its results it is still a document, and so it is with all of them marked.
        let (left, none) = read(&written(&bytes, &layout, &ResultAction::Drop)).expect("no document");
        prop_assert_eq!((left.runs.len(), none), (layout.runs.len(), 0));
        let (_, same) = read(&written(&bytes, &layout, &ResultAction::Open)).expect("no document");
        prop_assert_eq!(same, n);
    }
}
