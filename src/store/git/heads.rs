//! Branches by the names that people use, and where they are checked out.
//!
//! Start at [`Repository::head_named`]. Follows `docs/spec/cli.md`, approve.

use std::fs;
use std::path::PathBuf;

use crate::history::objects::Oid;
use crate::record::near;
use crate::store::git::{GitError, Repository};

impl Repository {
    /// Returns the tip of the branch with a name, as known in this clone: a local one, one of a remote by its full name, or one that
    /// exists on a single remote.
    ///
    /// # Errors
    /// [`GitError`] if refs can't be read.
    pub fn head_named(&self, name: &str) -> Result<Option<Oid>, GitError> {
        let refs = self.refs()?;
        let bare =
            name.strip_prefix("refs/heads/").or(name.strip_prefix("refs/remotes/")).unwrap_or(name);
        let tip = |reference: String| refs.names.get(&reference).copied();
        if !name.starts_with("refs/remotes/")
            && let Some(tip) = tip(format!("refs/heads/{bare}"))
        {
            return Ok(Some(tip));
        }
        let of_remote = |remote: &String| {
            let inside = format!("{remote}/");
            let short = bare.strip_prefix(&inside).unwrap_or(bare);
            tip(format!("refs/remotes/{remote}/{short}"))
        };
        let found: Vec<Oid> = refs.remotes.iter().filter_map(of_remote).collect();
        Ok(match found.as_slice() {
            [only] => Some(*only),
            _ => None,
        })
    }

    /// Returns the names of all branches, local and remote, as git shows them.
    ///
    /// # Errors
    /// [`GitError`] if refs can't be read.
    pub fn branches(&self) -> Result<Vec<String>, GitError> {
        let refs = self.refs()?;
        let short = |full: &String| {
            let name = full.strip_prefix("refs/heads/").or(full.strip_prefix("refs/remotes/"));
            name.map(str::to_owned)
        };
        Ok(refs.names.keys().filter_map(short).collect())
    }

    /// Returns the branch whose name is most similar to one that does not exist.
    pub fn branch_like(&self, name: &str) -> Option<String> {
        let names = self.branches().ok()?;
        near::nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
    }

    /// Returns the tip of a branch of a remote, or of a local branch if no remote is given.
    pub fn tip_of(&self, remote: Option<&str>, short: &str) -> Option<Oid> {
        let name = match remote {
            Some(remote) => format!("refs/remotes/{remote}/{short}"),
            None => format!("refs/heads/{short}"),
        };
        let oid = self.git.refname_to_id(&name).ok()?;
        super::ours(oid)
    }

    /// Returns the folder of the work tree in which a branch is checked out; `None` without one.
    pub fn checked_out(&self, short: &str) -> Option<PathBuf> {
        let link = format!("ref: refs/heads/{short}");
        let is_on = |folder: &std::path::Path| {
            let head = fs::read_to_string(folder.join("HEAD"));
            head.is_ok_and(|head| head.trim() == link)
        };
        let config = self.config_files();
        let bare = config.is_ok_and(|config| config.get_bool("core.bare").unwrap_or(false));
        if is_on(&self.common_dir) && !bare {
            let folder = self.common_dir.parent().unwrap_or(&self.common_dir);
            return Some(folder.to_owned());
        }
        let folder = self.linked().into_iter().find(|folder| is_on(folder))?;
        Some(top_of(&folder).unwrap_or(folder))
    }

    /// Returns the tops of all work trees of the repository, linked ones too.
    pub fn work_trees(&self) -> Vec<PathBuf> {
        let main = self.common_dir.parent().filter(|_| self.common_dir.ends_with(".git"));
        let main = main.map(PathBuf::from);
        let linked = self.linked();
        let linked = linked.iter().filter_map(|folder| top_of(folder));
        self.work_dir.iter().cloned().chain(main).chain(linked).collect()
    }

    fn linked(&self) -> Vec<PathBuf> {
        let linked = fs::read_dir(self.common_dir.join("worktrees"));
        let mut folders: Vec<PathBuf> =
            linked.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        folders.sort();
        folders
    }
}

fn top_of(linked: &std::path::Path) -> Option<PathBuf> {
    let file = fs::read_to_string(linked.join("gitdir")).ok()?;
    std::path::Path::new(file.trim()).parent().map(PathBuf::from)
}
