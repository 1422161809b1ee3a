//! Refs and their configuration, as the plain data that `history::refs` chooses from.
//!
//! Follows `docs/spec/approval.md`, M1 and M2.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::diag::shell;
use crate::history::objects::Oid;
use crate::history::refs::{HeadState, Refs};
use crate::record::time::Instant;
use crate::store::git::configuration::ConfigValues;
use crate::store::git::{GitError, Repository, ours, theirs};

impl Repository {
    /// Returns the local and remote branches, and everything else that the choice of the approved ref depends on.
    ///
    /// # Errors
    /// [`GitError`] if refs or configuration can't be read.
    pub fn refs(&self) -> Result<Refs, GitError> {
        let (mut names, mut links) = (BTreeMap::new(), BTreeMap::new());
        for glob in ["refs/heads/*", "refs/remotes/*"] {
            for reference in self.git.references_glob(glob)? {
                let Ok(reference) = reference else { continue };
                let Ok(name) = reference.name() else { continue };
                if let Some(oid) = reference.target().and_then(ours) {
                    names.insert(name.to_owned(), oid);
                } else if let Ok(Some(target)) = reference.symbolic_target() {
                    links.insert(name.to_owned(), target.to_owned());
                }
            }
        }
        let head = self.head()?;
        let own = self.own_values()?;
        let mut remotes = own.remotes();
        let is_bare = self.work_dir.is_none();
        let is_unfollowed = |remote: &String| {
            let folder = format!("refs/remotes/{remote}/");
            !own.fetch_destinations(remote).any(|place| place.starts_with(&folder))
        };
        let unfollowed: Vec<String> =
            remotes.iter().filter(|remote| is_unfollowed(remote)).cloned().collect();
        if is_bare {
            // A fetch has to write the branches of a remote below `refs/remotes`, and nothing else.
            remotes.retain(|remote| !unfollowed.contains(remote));
        } else if !remotes.is_empty() {
            // One that another file configures may be meant, too, where it has branches.
            let has_branches = |remote: &String| {
                let folder = format!("refs/remotes/{remote}/");
                names.keys().chain(links.keys()).any(|name: &String| name.starts_with(&folder))
            };
            let others = self.remotes_of_all_files()?.into_iter().filter(has_branches);
            remotes.extend(others.collect::<Vec<_>>());
            remotes.sort();
            remotes.dedup();
        }
        let setting = |key: &str| own.get(key).map(str::to_owned);
        Ok(Refs {
            upstream: upstream(&own, &head),
            remotes,
            unfollowed,
            is_bare,
            is_shallow: self.extent.is_shallow(),
            configured: setting("exledger.approvedref"),
            trusted_from: setting("exledger.trustedfrom"),
            names,
            links,
            is_rebasing: matches!(head, HeadState::Detached(_)) && self.is_rebasing_branch(),
            head,
        })
    }

    pub(super) fn own_values(&self) -> Result<ConfigValues, GitError> {
        // Neither a user's nor a system's configuration chooses what this clone believes, nor a file that its own includes.
        let path = self.common_dir.join("config");
        ConfigValues::of_file_alone(&path)
            .map_err(|cause| GitError::new(format!("can't read {}: {cause}", path.display())))
    }

    /// Returns when a ref of a remote was last fetched, as far as this clone knows.
    pub fn fetched(&self, name: &str) -> Option<Instant> {
        let logged = |name: &str| last_logged(&self.common_dir.join("logs").join(name));
        let fetch_head_time = fs::metadata(self.own_dir.join("FETCH_HEAD"))
            .and_then(|file| file.modified())
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| Instant::from_unix(i64::try_from(since.as_secs()).ok()?));
        // In a fresh clone only the time when its default branch was set is known.
        let cloned = || logged(&format!("{}/HEAD", name.rsplit_once('/')?.0));
        logged(name).max(fetch_head_time).or_else(cloned)
    }

    /// Returns the remote to fetch from if no approved ref names one: the only one, or `origin`.
    pub fn first_remote(&self) -> Option<String> {
        let mut remotes = self.remotes_of_all_files().ok()?;
        match remotes.len() {
            1 => remotes.pop(),
            _ => remotes.into_iter().find(|remote| remote == "origin"),
        }
    }

    /// Tells whether there is a remote to fetch from.
    pub fn has_remote(&self) -> bool {
        self.remotes_of_all_files().is_ok_and(|remotes| !remotes.is_empty())
    }

    /// Returns the command that fetches all branches; `None` without a remote.
    pub fn fetch_command(&self) -> Option<String> {
        match self.first_remote() {
            Some(remote) => Some(format!("git fetch {remote}")),
            None if !self.has_remote() => None,
            None => Some("git fetch --all".to_owned()),
        }
    }

    /// Tells whether a fetch of a remote asks for a branch; a clone of one branch asks for that alone.
    pub fn follows(&self, remote: &str, branch: &str) -> bool {
        let Ok(found) = self.git.find_remote(remote) else { return true };
        let source = format!("refs/heads/{branch}");
        found.refspecs().any(|refspec| refspec.src_matches(&source))
    }

    /// Returns the command that fetches a branch of a remote, if that has one; a clone that follows another one alone fetches all
    /// from then on, so that it learns of what is said later, too.
    pub fn fetch_of(&self, remote: &str, branch: &str) -> String {
        let (is_followed, remote) = (self.follows(remote, branch), shell::quoted(remote));
        match is_followed {
            true => format!("git fetch {remote}"),
            false => format!("git remote set-branches {remote} '*' && git fetch {remote}"),
        }
    }

    /// Returns the address of a remote, as git's configuration states it.
    pub fn url_of(&self, remote: &str) -> Option<String> {
        self.config().ok()?.get_string(&format!("remote.{remote}.url")).ok()
    }

    fn head(&self) -> Result<HeadState, GitError> {
        // A linked work tree has its own HEAD; reading the file also works for the stand-in folder.
        let file = fs::read_to_string(self.own_dir.join("HEAD"))
            .map_err(|cause| GitError::new(format!("can't read HEAD: {cause}")))?;
        let text = file.trim();
        Ok(match (text.strip_prefix("ref: "), Oid::from_hex(text)) {
            (Some(name), _) => HeadState::Branch(name.trim().to_owned()),
            (None, Some(oid)) => HeadState::Detached(oid),
            (None, None) => {
                return Err(GitError::new("HEAD is neither a branch nor a commit".to_owned()));
            }
        })
    }

    fn is_rebasing_branch(&self) -> bool {
        ["rebase-merge", "rebase-apply"].iter().any(|state| {
            let name = fs::read_to_string(self.own_dir.join(state).join("head-name"));
            name.is_ok_and(|name| name.starts_with("refs/heads/"))
        })
    }

    fn remotes_of_all_files(&self) -> Result<Vec<String>, GitError> {
        Ok(ConfigValues::of_all(&self.config_files()?)?.remotes())
    }

    /// Tells whether this clone has an object, without reading it.
    pub fn holds(&self, oid: Oid) -> bool {
        let odb = self.git.odb();
        odb.is_ok_and(|odb| theirs(oid).is_ok_and(|oid| odb.exists(oid)))
    }
}

fn upstream(own: &ConfigValues, head: &HeadState) -> Option<String> {
    let HeadState::Branch(name) = head else {
        return None;
    };
    let branch = name.strip_prefix("refs/heads/")?;
    let remote = own.get(&format!("branch.{branch}.remote")).filter(|remote| *remote != ".");
    remote.map(str::to_owned)
}

/// Returns the time of the last entry of a reflog. It is read by hand: libgit2 makes an empty log where there is none.
fn last_logged(file: &Path) -> Option<Instant> {
    let text = fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&text);
    let (who, _) = text.lines().next_back()?.split_once('\t')?;
    Instant::from_unix(who.rsplit(' ').nth(1)?.parse().ok()?)
}
