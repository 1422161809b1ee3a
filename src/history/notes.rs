//! The notes of `refs/notes/review`: their content by commit, and the last author of each.
//!
//! Pure. Start at [`read`]. Follows `docs/spec/approval.md`, E9: the commit at the tip of the ref belongs to the latest
//! note only, not to the others.

use crate::history::commit::Commit;
use crate::history::folder::{Mode, TreeObject};
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::{chain, content, folder};
use crate::record::time::Instant;
use crate::yaml::node::Limits;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

#[derive(Clone, Debug)]
pub struct Notes {
    /// The commit of the notes whose tree was read.
    pub tip: Oid,
    /// The notes, by the commit that they are about.
    pub about: BTreeMap<Oid, Note>,
    /// Why part of the notes is missing; their content is then undetermined.
    pub missing: Option<Obstacle>,
}

#[derive(Clone, Debug)]
pub struct Note {
    pub text: String,
    /// The commit of the notes that last changed it.
    pub commit: Rc<Commit>,
}

type NoteBlobs = BTreeMap<Oid, Oid>;

/// Reads the notes about some commits as of an instant, or the current ones.
///
/// `None` if there were none yet: no commit of the ref has a committer time up to the instant.
pub fn read(
    objects: &dyn Objects,
    tip: Oid,
    until: Option<Instant>,
    wanted: &BTreeSet<Oid>,
) -> Option<Notes> {
    let mut notes = Notes { tip, about: BTreeMap::new(), missing: None };
    match begin(objects, tip, until) {
        Ok(None) => return None,
        Ok(Some(commit)) => {
            notes.tip = commit.oid;
            if let Err(obstacle) = notes.fill(objects, commit, wanted) {
                notes.missing = Some(obstacle);
            }
        }
        Err(obstacle) => notes.missing = Some(obstacle),
    }
    Some(notes)
}

/// Returns the last commit of the notes, along first parents, whose time is not after an instant.
fn begin(
    objects: &dyn Objects,
    tip: Oid,
    until: Option<Instant>,
) -> Result<Option<Rc<Commit>>, Obstacle> {
    let mut seen = HashSet::new();
    let mut at = Some(tip);
    while let Some(oid) = at {
        let commit = chain::read(objects, oid)?;
        let fits = until.is_none_or(|until| commit.committed().is_some_and(|time| time <= until));
        if fits {
            return Ok(Some(Rc::new(commit)));
        }
        at = commit.parents.first().copied().filter(|_| seen.insert(oid));
    }
    Ok(None)
}

impl Notes {
    fn fill(
        &mut self,
        objects: &dyn Objects,
        tip: Rc<Commit>,
        wanted: &BTreeSet<Oid>,
    ) -> Result<(), Obstacle> {
        let mut sides = [NoteBlobs::new(), NoteBlobs::new()];
        differing(objects, [None, Some(tip.tree)], "", &mut sides)?;
        let [_, mut entries] = sides;
        entries.retain(|about, _| wanted.contains(about));
        let mut pending = vec![(tip, entries)];
        while let Some((commit, mut entries)) = pending.pop() {
            for parent in commit.parents.iter() {
                if entries.is_empty() {
                    break;
                }
                let parent = Rc::new(chain::read(objects, *parent)?);
                let changed = changed_notes(objects, parent.tree, commit.tree)?;
                let (own, older): (NoteBlobs, NoteBlobs) =
                    entries.into_iter().partition(|(about, _)| changed.contains(about));
                if !older.is_empty() {
                    pending.push((parent, older));
                }
                entries = own;
            }
            for (about, blob) in entries {
                let bytes = content::bytes_within(objects, blob, Limits::POLICY.bytes)?;
                let bytes =
                    bytes.ok_or_else(|| Obstacle::malformed(blob, "the note is too long"))?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let commit = Rc::clone(&commit);
                self.about.insert(about, Note { text, commit });
            }
        }
        Ok(())
    }
}

fn is_start(digits: &str) -> bool {
    digits.len() < 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn changed_notes(objects: &dyn Objects, old: Oid, new: Oid) -> Result<BTreeSet<Oid>, Obstacle> {
    let mut sides = [NoteBlobs::new(), NoteBlobs::new()];
    differing(objects, [Some(old), Some(new)], "", &mut sides)?;
    let [old, new] = sides;
    let abouts = old.keys().chain(new.keys());
    let differs = |about: &&Oid| old.get(*about) != new.get(*about);
    Ok(abouts.filter(differs).copied().collect())
}

/// Collects the notes of the differing folders, however the digits are split into folders.
fn differing(
    objects: &dyn Objects,
    pair: [Option<Oid>; 2],
    digits: &str,
    sides: &mut [NoteBlobs; 2],
) -> Result<(), Obstacle> {
    let old = folder::open(objects, pair[0], &TreeObject::default())?;
    let new = folder::open(objects, pair[1], &old)?;
    let mut found = Vec::new();
    folder::differences(&old, &new, |name, both| found.push((name, both)));
    for (name, (left, right)) in found {
        let digits = format!("{digits}{}", folder::text(name));
        let mut folders = [None, None];
        for (side, entry) in [left, right].into_iter().enumerate() {
            match (entry, Oid::from_hex(&digits)) {
                (Some((Mode::File, blob)), Some(about)) => {
                    let entries = sides.get_mut(side);
                    entries.and_then(|entries| entries.insert(about, blob));
                }
                (Some((Mode::Folder, folder)), _) if is_start(&digits) => {
                    if let Some(slot) = folders.get_mut(side) {
                        *slot = Some(folder);
                    }
                }
                _ => {}
            }
        }
        if folders != [None, None] {
            differing(objects, folders, &digits, sides)?;
        }
    }
    Ok(())
}
