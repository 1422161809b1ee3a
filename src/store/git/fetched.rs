//! When a branch of a remote was last fetched, as far as this clone knows.
//!
//! Start at [`Repository::last_fetched`]. Follows `docs/spec/cli.md`, check, `--max-age`. Unlike `Repository::fetched`,
//! which is shown to people, it trusts only traces written by a fetch or clone.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::history::objects::Oid;
use crate::record::time::Instant;
use crate::store::git::Repository;

impl Repository {
    /// Returns when a remote-tracking ref was fetched with this commit at its tip; `None` if nothing shows that.
    ///
    /// The newest of: the time of a `FETCH_HEAD` that names commit and branch; an entry written by a fetch or clone to
    /// the reflog of the ref, or of the remote's HEAD.
    pub fn last_fetched(&self, name: &str, remote: &str, tip: Oid) -> Option<Instant> {
        let fetched = self.fetch_head_named(name, remote, tip);
        name.strip_prefix(&format!("refs/remotes/{remote}/"))?;
        let logs = [name.to_owned(), format!("refs/remotes/{remote}/HEAD")];
        let logged =
            logs.iter().filter_map(|name| logged(&self.common_dir.join("logs").join(name)));
        fetched.max(logged.max())
    }

    /// Tells whether the last fetch asked for more than one branch, with this commit at the tip of that one: `git fetch REMOTE BRANCH`
    /// says nothing of others.
    pub fn has_fetched_all(&self, name: &str, remote: &str, tip: Oid) -> bool {
        let heads = [&self.own_dir, &self.common_dir].map(|dir| dir.join("FETCH_HEAD"));
        let named = name.strip_prefix(&format!("refs/remotes/{remote}/"));
        heads.iter().any(|file| {
            let text = fs::read_to_string(file).unwrap_or_default();
            let is_all = text.lines().count() > 1 || text.contains("\tnot-for-merge\t");
            is_all && named.is_some_and(|branch| fetch_head_time(file, branch, tip).is_some())
        })
    }

    /// Returns when a fetch, not a clone, found this commit at the tip of a branch; `None` if nothing shows that.
    pub fn fetch_head_named(&self, name: &str, remote: &str, tip: Oid) -> Option<Instant> {
        let branch = name.strip_prefix(&format!("refs/remotes/{remote}/"))?;
        let heads = [&self.own_dir, &self.common_dir].map(|dir| dir.join("FETCH_HEAD"));
        heads.iter().filter_map(|file| fetch_head_time(file, branch, tip)).max()
    }
}

/// Returns when a file that a fetch writes was written, if it names this commit for this branch.
fn fetch_head_time(file: &Path, branch: &str, tip: Oid) -> Option<Instant> {
    let written = fs::metadata(file).ok()?.modified().ok()?;
    let text = fs::read_to_string(file).ok()?;
    let (tip, branch) = (tip.to_string(), format!("branch '{branch}' of "));
    let names = |line: &str| {
        let mut parts = line.splitn(3, '\t');
        let (oid, _, what) = (parts.next(), parts.next(), parts.next());
        oid == Some(tip.as_str()) && what.is_some_and(|what| what.starts_with(&branch))
    };
    if !text.lines().any(names) {
        return None;
    }
    let since = written.duration_since(UNIX_EPOCH).ok()?;
    Instant::from_unix(i64::try_from(since.as_secs()).ok()?)
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
