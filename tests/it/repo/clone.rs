//! Clones of a repository, made by git itself: libgit2 can make neither shallow nor partial clones of a folder.

use std::path::Path;
use std::process::Command;

use crate::repo::Repo;

impl Repo {
    /// Returns a clone made with these options, such as `--depth=1`.
    pub(crate) fn clone_with(&self, options: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        self.config("uploadpack.allowFilter", "true");
        let url = format!("file://{}", self.path().display());
        let mut words = vec!["clone", "--quiet"];
        words.extend(options);
        words.extend([url.as_str(), "."]);
        git(folder.path(), &words);
        folder
    }
}

/// Runs git in a folder, with a cleared environment.
pub(crate) fn git(folder: &Path, words: &[&str]) -> String {
    let output = Command::new("git")
        .args(words)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {words:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}
