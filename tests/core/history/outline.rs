//! A closure that is told by its lines is what the parser reads, whatever stands around it.

use exledger::history::digest::Digest;
use exledger::history::outline::Outline;
use exledger::record::{Record, file};

use crate::support::samples::{PATH, SAMPLE};

fn closes(later: &str, earlier: &str) -> bool {
    let of = |text: &str| Outline::of_text(text.as_bytes(), Digest::of(text.as_bytes()));
    of(later).zip(of(earlier)).is_some_and(|(later, earlier)| later.closes(earlier))
}

fn parsed(text: &str) -> Option<Record> {
    file::read(PATH, text.as_bytes()).record
}

const CLOSURES: &[&str] = &[
    "closure: {outcome: remediated, date: 2026-12-01, by: a@example.com, reason: Done}\n",
    "closure:\n  outcome: remediated\n  date: 2026-12-01\n\n  # seen\n  by: a@example.com\n  reason: Done\n",
    "closure:\n# why\n  outcome: remediated\n  date: 2026-12-01\n  by: a@example.com\n  reason: |\n    Done\n",
    "closure: {outcome: remediated, date: 2026-12-01, by: a@example.com,\n  reason: Done}\n",
];

/// Lines that could draw a closure into another entry, or another entry into a closure.
const AROUND: &[&str] = &[
    "",
    "# a comment\n",
    "\n",
    "x: {a: 1}\n",
    "x:\n  a: 1\n# a comment\n  b: 2\n",
    "x:\n- a\n- b\n",
    "x:\n  a: |\n    one\n\n    two\n",
    "x:\n  a: |+\n    one\n\n\n",
    "x:\n  a: 'one\n\n    two'\n",
    "x:\n  a: 'one\ntwo'\n",
    "x: {a: one,\nb: two}\n",
    "x:\n  a: \"\\u0063losure\"\n",
    "x:\n  a: closure\n",
    "\"closure\": {outcome: remediated, date: 2026-12-01, by: a@example.com, reason: Done}\n",
    "? closure\n: {outcome: remediated, date: 2026-12-01, by: a@example.com, reason: Done}\n",
    "---\n",
    "...\n",
];

#[test]
fn what_closes_by_its_lines_closes_and_changes_nothing_else() {
    let (mut n_told, mut n_read) = (0, 0);
    for around in AROUND {
        for ending in ["\n", "\r\n"] {
            let earlier = format!("{SAMPLE}{around}").replace('\n', ending);
            for closure in CLOSURES {
                let closure = closure.replace('\n', ending);
                // Before every line, also within an entry.
                for (at, _) in earlier.match_indices('\n') {
                    let later = format!("{}{closure}{}", &earlier[..=at], &earlier[at + 1..]);
                    if !closes(&later, &earlier) {
                        continue;
                    }
                    n_told += 1;
                    let Some(record) = parsed(&later) else { continue };
                    n_read += 1;
                    assert!(record.closure.is_some(), "{later}");
                    let bare = Record { closure: None, ..record };
                    assert_eq!(parsed(&earlier).as_ref(), Some(&bare), "{later}");
                }
            }
        }
    }
    assert!(n_read > 500 && n_told > n_read / 2, "{n_told} were told, {n_read} of them read");
}

#[test]
fn what_is_more_than_a_closure_is_not_told_by_its_lines() {
    let closure = CLOSURES[0];
    let closed = format!("{SAMPLE}{closure}");
    assert!(closes(&closed, SAMPLE));
    let others = [
        (closed.replace("expires: 2026-12-20", "expires: 2026-12-21"), SAMPLE.to_owned()),
        (closed.clone(), closed.clone()),
        (SAMPLE.to_owned(), closed.clone()),
        (format!("{closed}{closure}"), SAMPLE.to_owned()),
        (format!("{closed}x: {{a: 1}}\n"), SAMPLE.to_owned()),
        (
            closed.replace("title: ", "title: closure "),
            SAMPLE.replace("title: ", "title: closure "),
        ),
        (closed.replace("title: ", "title: \\"), SAMPLE.replace("title: ", "title: \\")),
    ];
    for (later, earlier) in others {
        assert!(!closes(&later, &earlier), "{later}");
    }
}
