//! Since when each suppression is there, by whom, and whether they are still active.
//!
//! Start at [`EntryAge`]. Follows `docs/spec/interop.md`, 5, ages.

use std::collections::BTreeSet;

use crate::features::scan::search::{SearchedFile, SuppressionLine};
use crate::history::introduced::{self, Introduction, TracedLine};
use crate::history::objects::{Obstacle, Oid};
use crate::ledger::tree::Tree;
use crate::policy::mailmap::Mailmap;
use crate::record::time::Instant;
use crate::rules::scan::suppression::FoundSuppression;
use crate::store::files::WorkTree;
use crate::store::git::Repository;

/// For how many days before the instant a commit shows that its author is active.
pub const ACTIVE_DAYS: i64 = 180;

/// Since when a suppression is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryAge {
    /// When its commit was written; `None` if that is not known.
    pub since: Option<Instant>,
    /// The commit that brought it.
    pub commit: Option<Oid>,
    /// The name and the address of who wrote it, by the mailmap.
    pub author: Option<(String, String)>,
    /// Whether this person wrote a commit in the last [`ACTIVE_DAYS`] days.
    pub is_active: Option<bool>,
    /// The instant before which it was there already, where the search ended.
    pub before: Option<Instant>,
}

pub(super) fn read(
    repository: &Repository,
    head: Oid,
    files: &[SearchedFile],
    instant: Instant,
) -> Result<Vec<EntryAge>, Obstacle> {
    let pairs = files.iter().flat_map(|file| file.content.suppressions.iter().zip(&file.lines));
    let lines: Vec<TracedLine> = pairs.map(|pair| traced(pair.0, pair.1)).collect();
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let found = introduced::introductions(repository, head, &lines)?;
    let top = repository.work_dir().map(WorkTree::new);
    let bytes = top.and_then(|top| top.bytes(".mailmap").ok().flatten()).unwrap_or_default();
    let mailmap = Mailmap::parse(&String::from_utf8_lossy(&bytes));
    let person = |name: &str, email: &str| mailmap.map(name, email).1.to_lowercase();
    let mut ages = Vec::new();
    let mut wanted = BTreeSet::new();
    for introduction in &found {
        ages.push(match introduction {
            Introduction::By(by) => {
                let (name, email) = &by.author;
                wanted.insert(person(name, email));
                let (name, email) = mailmap.map(name, email);
                EntryAge {
                    since: Some(by.at),
                    commit: Some(by.oid),
                    author: Some((name.to_owned(), email.to_owned())),
                    ..EntryAge::default()
                }
            }
            Introduction::Before(instant) => {
                EntryAge { before: Some(*instant), ..EntryAge::default() }
            }
            Introduction::Uncommitted | Introduction::Unknown => EntryAge::default(),
        });
    }
    let since = instant.plus_seconds(-ACTIVE_DAYS * 86_400);
    let active = introduced::active(repository, head, since, &wanted, &person)?;
    for age in &mut ages {
        age.is_active =
            age.author.as_ref().map(|(_, email)| active.contains(&email.to_lowercase()));
    }
    Ok(ages)
}

fn traced(found: &FoundSuppression, line: &SuppressionLine) -> TracedLine {
    let (text, n_before) = line.telling.clone();
    TracedLine { path: found.path.clone(), text, n_before }
}
