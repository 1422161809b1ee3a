//! Clones of a repository, made by git itself: libgit2 can make neither shallow nor partial clones of a folder.

use crate::support::repo::{Repo, git};

impl Repo {
    /// Returns a clone made with these options, such as `--depth=1`.
    pub(crate) fn clone_with(&self, options: &[&str]) -> tempfile::TempDir {
        let folder = crate::support::temporary();
        self.config("uploadpack.allowFilter", "true");
        let url = format!("file://{}", self.path().display());
        let mut words = vec!["clone", "--quiet"];
        words.extend(options);
        words.extend([url.as_str(), "."]);
        git(folder.path(), &words);
        folder
    }
}
