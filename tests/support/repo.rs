//! Git repositories with a made-up history: fixed people, fixed times, so that commit ids are stable. They are in memory
//! until [`Repo::path`] is asked for.
//!
//! Start at [`Repo::at`]. Commits are written as raw objects, so that a test can also write what git would refuse. The
//! clock advances by an hour with each commit; [`Repo::wait`] and [`Repo::clock`] move it further or back.
//!
//! ```text
//! let repo = Repo::at("2026-11-20T09:00:00Z");
//! repo.by("ana").write(ID, SAMPLE).commit("File the billing exception");
//! repo.branch("renew").by("ana").edit(ID, "expires: 2027-01-10").commit("Renew");
//! repo.by("lee").merge("renew", "Merge pull request #7 from ana/renew");
//! ```

#![allow(dead_code, reason = "a builder offers more than each test uses")]

mod clone;
mod lazy;
mod person;
pub(crate) mod speak;
mod tree;

use std::cell::Cell;
use std::path::Path;
use std::process::Command;

use exledger::record::id::Id;
use exledger::record::time::{Instant, Term};

use lazy::LazyGit;
pub(crate) use person::person;

/// The branch on which everything lands.
pub(crate) const MAIN: &str = "main";

/// A git repository; its temporary folder is created when it is needed, and removed with it.
pub(crate) struct Repo {
    pub(crate) git: LazyGit,
    now: Cell<i64>,
}

/// What one person is about to commit on a branch.
pub(crate) struct Work<'r> {
    repo: &'r Repo,
    branch: String,
    author: String,
    committer: Option<String>,
    co_authors: Vec<String>,
    headers: Vec<String>,
    edits: Vec<Edit>,
    key: Option<String>,
}

/// A branch that someone is about to work on.
pub(crate) struct Branch<'r> {
    repo: &'r Repo,
    name: String,
}

/// One change of the files.
pub(crate) enum Edit {
    Write(String, u32, Vec<u8>),
    Remove(String),
    Rename(String, String),
}

/// Returns the path of a record by its id; anything but an id is already a path.
pub(crate) fn path_of(id_or_path: &str) -> String {
    match Id::new(id_or_path) {
        Some(id) => format!("exceptions/{id}.yaml"),
        None => id_or_path.to_owned(),
    }
}

impl Repo {
    /// Starts a repository without commits, at an instant.
    pub(crate) fn at(instant: &str) -> Repo {
        let repo = Repo { git: LazyGit::new(), now: Cell::new(0) };
        repo.clock(instant);
        repo
    }

    /// Sets the clock; it may go back.
    pub(crate) fn clock(&self, instant: &str) -> &Repo {
        self.now.set(Instant::parse(instant).unwrap().unix());
        self
    }

    /// Advances the clock by a term such as `3d`.
    pub(crate) fn wait(&self, term: &str) -> &Repo {
        let now = Instant::from_unix(self.now.get()).unwrap();
        self.now.set(Term::new(term).unwrap().after(now).unix());
        self
    }

    /// Returns the time that the next commit gets.
    pub(crate) fn now(&self) -> Instant {
        Instant::from_unix(self.now.get()).unwrap()
    }

    /// Returns the folder, a work tree in which nothing is checked out.
    pub(crate) fn path(&self) -> &Path {
        self.git.path_of_folder()
    }

    /// Creates the folder now, so that what is written from now on are loose objects; what was written before is a pack.
    pub(crate) fn write_loose(&self) {
        self.path();
    }

    /// Begins work on `main`.
    pub(crate) fn by(&self, person: &str) -> Work<'_> {
        self.branch(MAIN).by(person)
    }

    /// Names a branch; it starts at `main`, unless it already exists.
    pub(crate) fn branch(&self, name: &str) -> Branch<'_> {
        self.branch_from(name, MAIN)
    }

    /// Names a branch; it starts at a branch or commit, unless it already exists.
    pub(crate) fn branch_from(&self, name: &str, start: &str) -> Branch<'_> {
        if self.find(name).is_none()
            && let Some(start) = self.find(start)
        {
            self.set_ref(&format!("refs/heads/{name}"), start);
        }
        Branch { repo: self, name: name.to_owned() }
    }

    /// Names a branch without history in common with any other.
    pub(crate) fn orphan(&self, name: &str) -> Branch<'_> {
        Branch { repo: self, name: name.to_owned() }
    }

    /// Returns the commit of a branch or of 40 hexadecimal digits.
    pub(crate) fn find(&self, name: &str) -> Option<git2::Oid> {
        match git2::Oid::from_str(name) {
            Ok(oid) if name.len() == 40 => Some(oid),
            _ => self.git.target(&format!("refs/heads/{name}")),
        }
    }

    /// Returns the commit of a branch.
    pub(crate) fn tip(&self, branch: &str) -> git2::Oid {
        self.find(branch).unwrap()
    }

    /// Sets a ref, forced.
    pub(crate) fn set_ref(&self, name: &str, oid: git2::Oid) {
        self.git.point(name, oid);
    }

    /// Sets a value of the repository's own configuration.
    pub(crate) fn config(&self, key: &str, value: &str) {
        self.git.config().unwrap().set_str(key, value).unwrap();
    }

    /// Checks out `main`.
    pub(crate) fn checkout(&self) {
        let mut force = git2::build::CheckoutBuilder::new();
        self.git.checkout_head(Some(force.force().remove_untracked(true))).unwrap();
        // A file that is as at HEAD keeps an older entry in the index without this.
        let head = self.git.head().unwrap().peel(git2::ObjectType::Commit).unwrap();
        self.git.reset(&head, git2::ResetType::Mixed, None).unwrap();
    }

    /// Writes a file in the work tree, uncommitted.
    pub(crate) fn scribble(&self, id_or_path: &str, text: &str) {
        let path = self.path().join(path_of(id_or_path));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Writes the tip of `main` again, with its text changed.
    pub(crate) fn rewrite(&self, change: impl FnOnce(String) -> String) -> git2::Oid {
        let raw = self.git.objects().odb().unwrap().read(self.tip(MAIN)).unwrap().data().to_vec();
        self.raw_commit(MAIN, change(String::from_utf8(raw).unwrap()).as_bytes())
    }

    /// Writes a commit from its raw bytes and lets a branch point at it.
    pub(crate) fn raw_commit(&self, branch: &str, raw: &[u8]) -> git2::Oid {
        let oid = self.git.write_commit(raw);
        self.set_ref(&format!("refs/heads/{branch}"), oid);
        oid
    }
}

impl<'r> Branch<'r> {
    /// Begins work of a person on this branch.
    pub(crate) fn by(&self, person: &str) -> Work<'r> {
        Work {
            repo: self.repo,
            branch: self.name.clone(),
            author: person.to_owned(),
            committer: None,
            co_authors: Vec::new(),
            headers: Vec::new(),
            edits: Vec::new(),
            key: None,
        }
    }
}

impl Work<'_> {
    /// Makes someone else the committer: `github` for a merge on the forge.
    pub(crate) fn through(mut self, committer: &str) -> Self {
        self.committer = Some(committer.to_owned());
        self
    }

    /// Names a further author in the last paragraph of the message.
    pub(crate) fn with(mut self, person: &str) -> Self {
        self.co_authors.push(person.to_owned());
        self
    }

    /// Adds a header line to the commit, without its line end.
    pub(crate) fn header(mut self, line: &str) -> Self {
        self.headers.push(line.to_owned());
        self
    }

    /// Writes a file, or a record by its id.
    pub(crate) fn write(self, id_or_path: &str, text: &str) -> Self {
        self.write_mode(id_or_path, 0o100_644, text.as_bytes())
    }

    /// Writes a file with a git mode: `0o120000` for a link, `0o100755` for an executable.
    pub(crate) fn write_mode(mut self, id_or_path: &str, mode: u32, bytes: &[u8]) -> Self {
        let edit = Edit::Write(path_of(id_or_path), mode, bytes.to_vec());
        self.edits.push(edit);
        self
    }

    /// Replaces the top-level line of a record that begins with the same key; appends it if there is none.
    pub(crate) fn edit(self, id_or_path: &str, line: &str) -> Self {
        let text = self.text(id_or_path);
        let key = line.split_once(':').unwrap().0;
        let starts = |old: &&str| old.starts_with(&format!("{key}:"));
        let mut lines: Vec<&str> = text.lines().collect();
        match lines.iter_mut().find(|old| starts(old)) {
            Some(old) => *old = line,
            None => lines.push(line),
        }
        self.write(id_or_path, &(lines.join("\n") + "\n"))
    }

    /// Replaces a part of a file's text, which must be present.
    pub(crate) fn replace(self, id_or_path: &str, from: &str, to: &str) -> Self {
        let text = self.text(id_or_path);
        assert!(text.contains(from), "{from} is not in {id_or_path}");
        self.write(id_or_path, &text.replacen(from, to, 1))
    }

    /// Removes a file, or a folder.
    pub(crate) fn remove(mut self, id_or_path: &str) -> Self {
        self.edits.push(Edit::Remove(path_of(id_or_path)));
        self
    }

    /// Renames a file, or a folder.
    pub(crate) fn rename(mut self, from: &str, to: &str) -> Self {
        self.edits.push(Edit::Rename(path_of(from), path_of(to)));
        self
    }

    /// Returns the current text of a file in this work.
    pub(crate) fn text(&self, id_or_path: &str) -> String {
        let mut files = self.repo.files(self.parent());
        files.apply(self.repo.git.objects(), &self.edits);
        files.text(self.repo.git.objects(), &path_of(id_or_path))
    }

    /// Commits on the branch.
    pub(crate) fn commit(self, message: &str) -> git2::Oid {
        let parents: Vec<git2::Oid> = self.parent().into_iter().collect();
        let mut files = self.repo.files(self.parent());
        files.apply(self.repo.git.objects(), &self.edits);
        let tree = files.store(self.repo.git.objects());
        self.write_commit(tree, &parents, message)
    }

    /// Merges a branch or commit as git does; earlier edits are made in the merge commit itself.
    pub(crate) fn merge(self, other: &str, message: &str) -> git2::Oid {
        let (ours, theirs) = (self.parent().unwrap(), self.repo.tip(other));
        let tree = self.repo.merged(ours, theirs, &self.edits);
        self.write_commit(tree, &[ours, theirs], message)
    }

    /// Merges branches and keeps none of their content, as `-s ours` does.
    pub(crate) fn merge_ours(self, others: &[&str], message: &str) -> git2::Oid {
        let ours = self.parent().unwrap();
        let parents: Vec<git2::Oid> =
            [ours].into_iter().chain(others.iter().map(|other| self.repo.tip(other))).collect();
        let mut files = self.repo.files(Some(ours));
        files.apply(self.repo.git.objects(), &self.edits);
        let tree = files.store(self.repo.git.objects());
        self.write_commit(tree, &parents, message)
    }

    /// Merges several branches at once.
    pub(crate) fn octopus(self, others: &[&str], message: &str) -> git2::Oid {
        let ours = self.parent().unwrap();
        let mut parents = vec![ours];
        let mut files = self.repo.files(Some(ours));
        for other in others {
            let theirs = self.repo.tip(other);
            let tree = self.repo.merged(ours, theirs, &[]);
            files.take(&self.repo.files(Some(ours)), &self.repo.files_of_tree(tree));
            parents.push(theirs);
        }
        files.apply(self.repo.git.objects(), &self.edits);
        let tree = files.store(self.repo.git.objects());
        self.write_commit(tree, &parents, message)
    }

    /// Lands a branch as one commit with one parent.
    pub(crate) fn squash(self, other: &str, message: &str) -> git2::Oid {
        let (ours, theirs) = (self.parent().unwrap(), self.repo.tip(other));
        let tree = self.repo.merged(ours, theirs, &self.edits);
        self.write_commit(tree, &[ours], message)
    }

    /// Lands the commits of a branch one by one: the authors stay, this person commits.
    pub(crate) fn rebase(self, other: &str) -> Vec<git2::Oid> {
        let base = self.repo.git.objects().merge_base(self.parent().unwrap(), self.repo.tip(other));
        let mut picked = Vec::new();
        let mut at = self.repo.git.objects().find_commit(self.repo.tip(other)).unwrap();
        while at.id() != *base.as_ref().unwrap() {
            picked.push(at.id());
            at = at.parent(0).unwrap();
        }
        picked.reverse();
        picked.iter().map(|oid| self.pick(*oid)).collect()
    }

    fn pick(&self, oid: git2::Oid) -> git2::Oid {
        let git = self.repo.git.objects();
        let (commit, ours) = (git.find_commit(oid).unwrap(), self.parent().unwrap());
        let mut index =
            git.cherrypick_commit(&commit, &git.find_commit(ours).unwrap(), 0, None).unwrap();
        let tree = index.write_tree_to(git).unwrap();
        let author = commit.author();
        let (name, email) = (author.name().unwrap(), author.email().unwrap());
        let again = Work {
            author: format!("{name} <{email}>"),
            committer: Some(self.author.clone()),
            ..self.repo.branch(&self.branch).by(&self.author)
        };
        again.write_commit(tree, &[ours], commit.message().unwrap())
    }

    fn parent(&self) -> Option<git2::Oid> {
        self.repo.find(&self.branch)
    }

    fn write_commit(self, tree: git2::Oid, parents: &[git2::Oid], message: &str) -> git2::Oid {
        let now = self.repo.now.get();
        let ident = |key: &str| {
            let (name, address) = person(key);
            format!("{name} <{address}> {now} +0000")
        };
        let mut raw = format!("tree {tree}\n");
        for parent in parents {
            raw += &format!("parent {parent}\n");
        }
        raw += &format!("author {}\n", ident(&self.author));
        let committer = self.committer.as_ref().unwrap_or(&self.author);
        raw += &format!("committer {}\n", ident(committer));
        for header in &self.headers {
            raw += &format!("{header}\n");
        }
        raw += &format!("\n{}\n", message.trim_end());
        for (n, key) in self.co_authors.iter().enumerate() {
            let (name, address) = person(key);
            let gap = if n == 0 && !message.trim_end().contains("\n\n") { "\n" } else { "" };
            raw += &format!("{gap}Co-authored-by: {name} <{address}>\n");
        }
        if let Some(key) = &self.key {
            let signature = speak::sign_commit(key, raw.as_bytes(), now);
            let header = speak::folded("gpgsig", &signature);
            raw = raw.replacen("\n\n", &format!("\n{header}\n\n"), 1);
        }
        self.repo.now.set(now + 3600);
        self.repo.raw_commit(&self.branch, raw.as_bytes())
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
