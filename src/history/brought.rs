//! What the merged branches of one landing say about the records and governance files that it changed.
//!
//! Uses history's content, folders, graph, made, trails, version. Pure. Start at [`Branches`]. Follows
//! `docs/spec/approval.md`, A2 and E1.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::rc::Rc;

use crate::history::commit::Commit;
use crate::history::content::Contents;
use crate::history::folders::{FileChange, Pair};
use crate::history::graph::Stop;
use crate::history::made::{self, Subject};
use crate::history::objects::Obstacle;
use crate::history::trails::{self, Bytes};
use crate::history::version::Version;

/// What the comparisons of pairs gave.
pub(super) struct Found {
    /// The files that differ, by pair.
    pub(super) changes: Vec<Vec<FileChange>>,
    /// The pairs that could not be compared, and why.
    pub(super) obstacles: BTreeMap<Pair, Obstacle>,
}

impl Found {
    /// Hands out the files that differ in a pair, once.
    pub(super) fn take(&mut self, pair: Pair) -> Vec<FileChange> {
        self.changes
            .get_mut(pair)
            .map(mem::take)
            .unwrap_or_default()
    }
}

/// What the merged branches of one landing say about records and governance files.
#[derive(Default)]
pub(super) struct Branches {
    sides: Vec<Told>,
    truncated: Option<Obstacle>,
}

/// What one commit of a branch says.
struct Told {
    commit: Rc<Commit>,
    /// What differs from its first parent.
    first: BTreeMap<Subject, Bytes>,
    /// What differs from each of its parents.
    touched: BTreeSet<Subject>,
}

impl Branches {
    /// Reads what differs in the commits that a landing brought.
    pub(super) fn read(contents: &mut Contents<'_>, found: &mut Found, stop: &Stop) -> Branches {
        let mut branches = Branches {
            sides: Vec::new(),
            truncated: stop.truncated.clone(),
        };
        for side in &stop.sides {
            let mut differing = |pair: &Pair| {
                if let Some(obstacle) = found.obstacles.get(pair) {
                    branches.truncated = Some(obstacle.clone());
                }
                made::differing(contents, &found.take(*pair))
            };
            let first = side.first.as_ref().map(&mut differing).unwrap_or_default();
            let mut touched: Option<BTreeSet<Subject>> = None;
            for pair in &side.all {
                let other: BTreeSet<Subject> = match side.first {
                    Some(own) if own == *pair => first.keys().cloned().collect(),
                    _ => differing(pair).into_keys().collect(),
                };
                touched = Some(match touched {
                    Some(touched) => touched.intersection(&other).cloned().collect(),
                    None => other,
                });
            }
            branches.sides.push(Told {
                commit: Rc::clone(&side.commit),
                first,
                touched: touched.unwrap_or_default(),
            });
        }
        branches
    }

    /// States on a version who touched it (A2), and where its very bytes had landed before (E1).
    pub(super) fn fill(&self, subject: &Subject, version: &mut Version) {
        let landed = trails::blobs(&version.files);
        for told in &self.sides {
            if told.touched.contains(subject) {
                version.touched.push(Rc::clone(&told.commit));
            }
            let first = told.first.get(subject);
            if first.is_some_and(|bytes| !landed.is_empty() && trails::blobs(&bytes.new) == landed)
            {
                version.nested.push(Rc::clone(&told.commit));
            }
        }
        version.truncated.clone_from(&self.truncated);
    }
}
