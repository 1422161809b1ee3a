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
    /// When a fetch or clone did: the newest of `found` and of what these wrote to the reflog of the ref, or of the remote's HEAD.
    pub seen: Option<Instant>,
    /// Whether a fetch that found it asked for more than that branch: `git fetch REMOTE BRANCH` says nothing of others.
    pub is_of_all: bool,
}

impl Repository {
    /// Reads when a remote-tracking ref was fetched with this commit at its tip.
    pub fn last_fetch(&self, name: &str, remote: &str, tip: Oid) -> LastFetch {
        let Some(branch) = name.strip_prefix(&format!("refs/remotes/{remote}/")) else {
            return LastFetch::default();
        };
        let mut last = LastFetch::default();
        for file in [&self.own_dir, &self.common_dir].map(|dir| dir.join("FETCH_HEAD")) {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            if names(&text, branch, tip) {
                last.found = last.found.max(modified(&file));
                last.is_of_all |= text.lines().count() > 1 || text.contains("\tnot-for-merge\t");
            }
        }
        let logs = [name.to_owned(), format!("refs/remotes/{remote}/HEAD")];
        let logged = logs.map(|name| logged(&self.common_dir.join("logs").join(name)));
        last.seen = logged.into_iter().fold(last.found, Option::max);
        last
    }
}

fn modified(file: &Path) -> Option<Instant> {
    let written = fs::metadata(file).ok()?.modified().ok()?;
    let since = written.duration_since(UNIX_EPOCH).ok()?;
    Instant::from_unix(i64::try_from(since.as_secs()).ok()?)
}

/// Tells whether a file that a fetch wrote names this commit for this branch.
fn names(text: &str, branch: &str, tip: Oid) -> bool {
    let (tip, branch) = (tip.to_string(), format!("branch '{branch}' of "));
    text.lines().any(|line| {
        let mut parts = line.splitn(3, '\t');
        let (oid, _, what) = (parts.next(), parts.next(), parts.next());
        oid == Some(tip.as_str()) && what.is_some_and(|what| what.starts_with(&branch))
    })
}

/// Returns the time of the last reflog entry that a fetch, a pull or a clone wrote.
fn logged(file: &Path) -> Option<Instant> {
    let text = fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&text);
    text.lines().rev().find_map(|line| {
        let (who, what) = line.split_once('\t')?;
        let is_fetch = ["fetch", "pull", "clone:"].iter().any(|word| what.starts_with(word));
        let seconds = who.rsplit(' ').nth(1)?.parse().ok()?;
        is_fetch.then(|| Instant::from_unix(seconds))?
    })
}
