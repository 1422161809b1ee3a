//! Finds the former first-parent line that a merge moved to a side branch.
//!
//! Uses history's chain, commit, mainline. Pure. Start at [`former_line`]. Follows `docs/spec/approval.md`, M5.

use crate::history::chain;
use crate::history::commit::Commit;
use crate::history::mainline::{Flag, Mainline};
use crate::history::objects::Oid;
use std::rc::Rc;

/// A merge with the former first-parent line of the approved branch as another parent.
#[derive(Clone, Debug)]
pub struct Foxtrot {
    /// Its index in the mainline.
    pub landing: usize,
    /// Where the former line branches off from today's; `None` if they have no common commit.
    pub fork: Option<Oid>,
    /// The commits of the former line since then, oldest first.
    pub former: Vec<Rc<Commit>>,
}

/// Returns the former first-parent line that a merge moved to a side branch; `None` for an ordinary merge.
///
/// `brought` are the commits that the merge added, sorted by their ids. A side is recognized as a former line by the
/// merge's subject, or by a merge on the side whose subject names the approved branch as the branch merged into.
pub fn former_line(
    mainline: &Mainline,
    landing: usize,
    merge: &Commit,
    brought: &[Rc<Commit>],
) -> Option<Foxtrot> {
    let flags = mainline.landings.get(landing).map(|it| &it.flags);
    let is_suspicious = flags.is_some_and(|flags| flags.contains(&Flag::Suspicious));
    let branch = chain::branch(&mainline.reference);
    merge.parents.iter().skip(1).find_map(|parent| {
        let (fork, former) = line(*parent, brought);
        let is_former = || former.iter().any(|commit| is_merged_into(commit, branch));
        (!former.is_empty() && (is_suspicious || is_former())).then_some(Foxtrot {
            landing,
            fork,
            former,
        })
    })
}

/// Returns the first-parent line of a commit within the commits that a merge added, oldest
/// first, and the commit before.
fn line(tip: Oid, brought: &[Rc<Commit>]) -> (Option<Oid>, Vec<Rc<Commit>>) {
    let mut line = Vec::new();
    let mut at = Some(tip);
    // Objects with forged ids could make a commit its own ancestor: no line is longer than the number of added commits.
    while line.len() < brought.len()
        && let Some(commit) = at.and_then(|oid| find(brought, oid))
    {
        line.push(Rc::clone(commit));
        at = commit.parents.first().copied();
    }
    line.reverse();
    (at, line)
}

fn find(brought: &[Rc<Commit>], oid: Oid) -> Option<&Rc<Commit>> {
    let at = brought.binary_search_by_key(&oid, |commit| commit.oid).ok()?;
    brought.get(at)
}

/// Tells whether a merge's subject names a branch as the one merged into.
fn is_merged_into(commit: &Commit, branch: &str) -> bool {
    if commit.parents.len() < 2 {
        return false;
    }
    let message = commit.message();
    let subject = message.lines().next().unwrap_or_default().trim_end();
    let target = subject.strip_prefix("Merge ").and_then(|rest| rest.rsplit_once(" into "));
    target.is_some_and(|(_, target)| target.trim_matches('\'') == branch)
}
