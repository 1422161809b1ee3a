//! When a branch of a remote was last fetched, as far as this clone knows.
//!
//! Start at [`Repository::last_fetch`]. Follows `docs/spec/cli.md`, check, `--max-age`. Unlike `Repository::fetched`,
//! which is shown to people, it trusts only traces written by a fetch or clone.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::history::objects::Oid;
use crate::record::time::Instant;
use crate::store::git::Repository;

/// What this clone's traces of fetches say of a remote-tracking ref with a certain commit at its tip.
#[derive(Clone, Copy, Debug, Default)]
pub struct LastFetch {
    /// When a fetch, not a clone, found that commit there.
    pub found: Option<Instant>,
    /// When a fetch or clone did: the newest of `found`, and of what these wrote to the reflog of the ref, or a clone to that of the remote's HEAD.
    pub seen: Option<Instant>,
    /// When a fetch that found it asked for all branches: `git fetch REMOTE BRANCH` says nothing of others.
    pub all: Option<Instant>,
    /// When a fetch found it and named no other branch, as `git fetch REMOTE` does, too, where the remote has only that one.
    pub perhaps_all: Option<Instant>,
}

impl Repository {
    /// Reads when a remote-tracking ref was fetched with this commit at its tip; without one, only a clone is known.
    pub fn last_fetch(&self, name: &str, remote: &str, tip: Option<Oid>) -> LastFetch {
        let Some(branch) = name.strip_prefix(&format!("refs/remotes/{remote}/")) else {
            return LastFetch::default();
        };
        let log = |name: &str| self.common_dir.join("logs").join(name);
        let logged = last_logged(&log(name), &["fetch", "pull", "clone:"]);
        let mut last = LastFetch::default();
        for file in [&self.own_dir, &self.common_dir].map(|dir| dir.join("FETCH_HEAD")) {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            let Some(others) = tip.and_then(|tip| marks(&text, branch, tip)) else { continue };
            let at = modified(&file);
            last.found = last.found.max(at);
            if others.contains(&"not-for-merge") {
                last.all = last.all.max(at);
            } else if others.len() == 1 && !logged.as_ref().is_some_and(|(_, by)| has_names(by)) {
                last.perhaps_all = last.perhaps_all.max(at);
            }
        }
        let cloned = last_logged(&log(&format!("refs/remotes/{remote}/HEAD")), &["clone:"]);
        let logged = [logged, cloned].into_iter().flatten().map(|(at, _)| Some(at));
        last.seen = logged.fold(last.found, Option::max);
        last
    }
}

fn modified(file: &Path) -> Option<Instant> {
    let written = fs::metadata(file).ok()?.modified().ok()?;
    let since = written.duration_since(UNIX_EPOCH).ok()?;
    Instant::from_unix(i64::try_from(since.as_secs()).ok()?)
}

// Returns how a file that a fetch wrote marks the branches of the remote; `None` if it does not name this commit for this branch.
fn marks<'t>(text: &'t str, branch: &str, tip: Oid) -> Option<Vec<&'t str>> {
    let lines = text.lines().filter_map(|line| {
        let mut parts = line.splitn(3, '\t');
        let (oid, mark, what) = (parts.next()?, parts.next()?, parts.next()?);
        let (name, url) = what.strip_prefix("branch '")?.split_once("' of ")?;
        Some((oid, mark, name, url))
    });
    let tip = tip.to_string();
    let found = lines.clone().find(|(oid, _, name, _)| *oid == tip && *name == branch);
    let (_, _, _, remote) = found?;
    Some(lines.filter(|(_, _, _, url)| *url == remote).map(|(_, mark, ..)| mark).collect())
}

// Returns the time and the command of the last entry of a reflog that begins so.
fn last_logged(file: &Path, beginnings: &[&str]) -> Option<(Instant, String)> {
    let text = fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&text);
    text.lines().rev().find_map(|line| {
        let (who, what) = line.split_once('\t')?;
        let is_wanted = beginnings.iter().any(|word| what.starts_with(word));
        let seconds = who.rsplit(' ').nth(1)?.parse().ok()?;
        let command = what.rsplit_once(": ").map_or(what, |(command, _)| command);
        is_wanted.then(|| Some((Instant::from_unix(seconds)?, command.to_owned())))?
    })
}

// Tells whether a command of a reflog names branches: `pull --rebase origin main`.
fn has_names(command: &str) -> bool {
    command.split(' ').skip(1).filter(|word| !word.starts_with('-')).count() > 1
}
