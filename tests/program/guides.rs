//! Every command in the README and in the guides is run, and its exit code is what the page says.
//!
//! A block of commands runs in a copy of the demo's ledger, where Sam Chen is the user and his key is listed; each
//! command exits 0 or 1. A comment on the line above a block can say otherwise: see [`blocks`].

mod blocks;
mod place;
mod spans;
mod strangers;

use std::collections::BTreeSet;
use std::sync::Mutex;

use blocks::{Block, calls};
use place::{Call, Place};

use crate::support::project;

/// Commands that are not run: the page, how the line starts, and why.
const NOT_RUN: &[(&str, &str, &str)] = &[(
    "docs/gate.md",
    "exledger check --application billing --max-age",
    "the answer depends on when the clone was fetched",
)];

/// How the other lines start that are run, because the commands after them need what they leave.
const SETS_UP: &[&str] =
    &["git add ", "git fetch ", "git switch ", "git merge ", "git -c ", "echo ", "mkdir "];

/// Returns README.md and the pages of `docs`, without those of its folders.
fn pages() -> Vec<String> {
    let mut pages = vec!["README.md".to_owned()];
    for path in project::files(&project::root().join("docs"), "md") {
        if path.parent() == Some(&project::root().join("docs")) {
            pages.push(project::shown(&path));
        }
    }
    pages
}

/// What the commands of some pages did.
#[derive(Default)]
struct Outcome {
    n_run: usize,
    /// The entries of [`NOT_RUN`] that the pages have.
    skipped: BTreeSet<usize>,
    wrong: Vec<String>,
}

#[test]
fn every_command_of_the_guides_runs() {
    let pages = Mutex::new(pages());
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let page = pages.lock().unwrap().pop();
                    let Some(page) = page else { break };
                    let outcome = run(&page);
                    outcomes.lock().unwrap().push(outcome);
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap();
    let skipped: BTreeSet<usize> = outcomes.iter().flat_map(|it| it.skipped.clone()).collect();
    let unused: Vec<_> =
        (0..NOT_RUN.len()).filter(|it| !skipped.contains(it)).map(|it| NOT_RUN[it]).collect();
    assert!(unused.is_empty(), "no page has these commands any more: {unused:?}");
    let wrong: Vec<String> = outcomes.iter().flat_map(|it| it.wrong.clone()).collect();
    assert!(wrong.is_empty(), "{} commands:\n{}", wrong.len(), wrong.join("\n\n"));
    let n_run: usize = outcomes.iter().map(|it| it.n_run).sum();
    assert!(n_run > 100, "{n_run}");
}

/// Runs the commands of a page.
fn run(page: &str) -> Outcome {
    let text = std::fs::read_to_string(project::root().join(page)).unwrap();
    let mut outcome = Outcome::default();
    let mut place = None;
    for block in blocks::of(&text) {
        let place = match place.take() {
            Some(left) if block.continues => place.insert(left),
            _ if block.in_empty => place.insert(Place::empty()),
            _ => place.insert(Place::demo()),
        };
        place.write(&block.files);
        for line in &block.commands {
            let is_it =
                |(of, start, _): &(&str, &str, &str)| *of == page && line.starts_with(start);
            let listed = NOT_RUN.iter().position(is_it);
            if let Some(entry) = listed {
                outcome.skipped.insert(entry);
            } else if calls(line) > 0 {
                outcome.n_run += calls(line);
                let why = check(&block, line, &place.run(line));
                outcome.wrong.extend(why.map(|it| format!("{page}:{}: {line}\n{it}", block.line)));
            } else if SETS_UP.iter().any(|it| line.starts_with(it)) {
                let why = place.set_up(line);
                outcome.wrong.extend(why.map(|it| format!("{page}:{}: {it}", block.line)));
            }
        }
    }
    outcome
}

/// Returns what is wrong with the calls of a command line.
fn check(block: &Block, line: &str, made: &[Call]) -> Option<String> {
    let expected = |code: i32| block.exits.map_or(matches!(code, 0 | 1), |exits| code == exits);
    if made.len() < calls(line) {
        return Some(format!("{} of {} calls were made: {made:?}", made.len(), calls(line)));
    }
    let bad: Vec<String> = made
        .iter()
        .filter(|call| !expected(call.code))
        .map(|call| format!("exit {}: exledger {}\n{}", call.code, call.args, call.err))
        .collect();
    (!bad.is_empty()).then(|| bad.join("\n"))
}
