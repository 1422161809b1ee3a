//! `approve` and `reject` in real repositories, from the key to the ledger's answer afterwards. Start at [`World`].
//!
//! Keys are those of `tests/support/repo/speak.rs`.

mod accounts;
mod branch;
mod commits;
mod embedded;
mod forge_answers;
mod keys;
mod own_commits;
mod places;
mod reject;
mod reviewers;
mod reviews;
mod signed;
mod spoken;
mod terminal;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::cli::{self, Run};
use crate::support::repo::{Repo, git, path_of, speak};
use crate::support::samples;
use crate::support::tools::need;

pub(crate) const ID: &str = "EXC-2026-7F3KQ";

/// The branch of statements, which `approve` adds to.
pub(crate) const BRANCH: &str = "exledger-approvals";

/// The people with a key in the signers file.
const LISTED: &[&str] = &["dana", "lee", "sam"];

/// Two approvers, one of each group; one login belongs to a bot, which `lint` reports.
pub(crate) const POLICY: &str = "version: 1
name: example/payments
groups: {security: [dana@example.com, sam@example.com], platform: [lee@example.com]}
people:
  logins: {dkim: dana@example.com, lchen: lee@example.com, depbot: \"depbot[bot]@users.noreply.github.com\"}
tiers:
  - name: standard
    max_term: 90d
    approvals: {count: 2, each_of: [security, platform]}
    require: [compensating_controls]
";

pub(crate) const RECORD: &str = samples::STARTED;

/// A ledger whose mainline has policy and keys, a branch `billing` of Ana's with a record, and the keys.
pub(crate) struct World {
    pub(crate) repo: Repo,
    keys: tempfile::TempDir,
}

impl World {
    /// Creates it.
    pub(crate) fn new(policy: &str) -> World {
        let world = World { repo: Repo::at("2026-11-20T09:00:00Z"), keys: keys() };
        let signers: Vec<String> = LISTED.iter().map(|name| world.line(name)).collect();
        world
            .repo
            .by("lee")
            .write("exledger.yaml", policy)
            .write(".github/allowed_signers", &(signers.concat() + &speak::bridge_line()))
            .commit("Keep exceptions in a ledger");
        world
            .repo
            .branch("billing")
            .by("ana")
            .write(ID, RECORD)
            .commit("File the billing exception");
        world.repo.checkout();
        world
    }

    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.keys.path().join(name)
    }

    /// Returns the line of the signers file for a person's key.
    pub(crate) fn line(&self, name: &str) -> String {
        let public = std::fs::read_to_string(self.key(&format!("{name}.pub"))).unwrap();
        format!("{name}@example.com namespaces=\"exledger-approval@v1\" {public}")
    }

    /// Makes a person the user, with a key.
    pub(crate) fn is(&self, name: &str, key: &str) {
        self.repo.config("user.name", name);
        self.repo.config("user.email", &format!("{name}@example.com"));
        let key = self.key(key).display().to_string();
        self.repo.config("user.signingkey", &key);
    }

    /// Runs the program at the repository's clock.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let on = self.repo.now().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        let args = [&["--on", &on], args].concat();
        cli::run_with(self.repo.path(), &args, &[("PATH", &path)])
    }

    /// Runs `approve` as a person with their own key; an hour passes.
    pub(crate) fn speak(&self, name: &str, args: &[&str]) -> Run {
        self.is(name, name);
        let run = self.run(&[&["approve"], args].concat());
        self.repo.wait("1h");
        run
    }

    /// Runs `approve` as a person, and returns its answer.
    pub(crate) fn said(&self, name: &str, args: &[&str]) -> serde_json::Value {
        let run = self.speak(name, &[args, &["--format", "json"]].concat());
        assert_eq!(run.code, 0, "{name} {args:?}: {}", run.err);
        serde_json::from_str(&run.out).unwrap()
    }

    /// Lands the branch as a squashing forge does: the author is whoever opened the request, and nobody else is named.
    pub(crate) fn squash(&self, branch: &str) -> git2::Oid {
        let work = self.repo.by("ana").through("github");
        work.squash(branch, "File the billing exception (#1)")
    }

    pub(crate) fn switch(&self, branch: &str) {
        git(self.repo.path(), &["checkout", "-q", "-f", branch]);
    }

    /// Returns the answer of `show` about the record.
    pub(crate) fn record(&self) -> serde_json::Value {
        let run = self.run(&["show", ID, "--format", "json"]);
        assert_eq!(run.code, 0, "{}", run.err);
        let shown: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        shown["record"].clone()
    }

    /// Returns status and four-eyes result of the record.
    pub(crate) fn stands(&self) -> (String, String) {
        let record = self.record();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        (text(&record["status"]), text(&record["approval"]["result"]))
    }

    /// Commits the approval files of the work tree on `main`, as a person.
    pub(crate) fn land(&self, by: &str) -> git2::Oid {
        let mut work = self.repo.by(by);
        for (path, text) in self.written() {
            work = work.write(&path, &text);
        }
        work.commit("Record approvals")
    }

    /// Returns the statements of the local branch: path and text, without the signatures.
    pub(crate) fn stated(&self) -> Vec<(String, String)> {
        let files = git(self.repo.path(), &["ls-tree", "-r", "--name-only", BRANCH]);
        let texts = files.lines().filter(|path| path.ends_with(".txt"));
        let text = |path: &str| String::from_utf8(self.at(BRANCH, path)).unwrap();
        texts.map(|path| (path.to_owned(), text(path))).collect()
    }

    /// Returns the files of the local branch, with the signatures.
    pub(crate) fn recorded(&self) -> Vec<(String, String)> {
        let name = format!("refs/heads/{BRANCH}");
        if git(self.repo.path(), &["for-each-ref", &name]).is_empty() {
            return Vec::new();
        }
        let files = git(self.repo.path(), &["ls-tree", "-r", "--name-only", BRANCH]);
        let text = |path: &str| String::from_utf8(self.at(BRANCH, path)).unwrap();
        files.lines().map(|path| (path.to_owned(), text(path))).collect()
    }

    /// Returns the approval files of the work tree.
    pub(crate) fn written(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        let mut folders = vec![self.repo.path().join("exceptions/.approvals")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let place = entry.unwrap().path();
                if place.is_dir() {
                    folders.push(place);
                    continue;
                }
                let path = place.strip_prefix(self.repo.path()).unwrap();
                let text = std::fs::read_to_string(&place).unwrap();
                files.push((path.display().to_string(), text));
            }
        }
        files.sort();
        files
    }

    /// Returns the bytes of a file at the tip of a branch.
    pub(crate) fn at(&self, branch: &str, id_or_path: &str) -> Vec<u8> {
        let name = format!("{branch}:{}", path_of(id_or_path));
        let object = self.repo.git.revparse_single(&name).unwrap();
        object.peel_to_blob().unwrap().content().to_vec()
    }
}

/// Writes the keys of those who are listed, and of Mallory and Ana; `approve` signs with them by ssh-keygen.
fn keys() -> tempfile::TempDir {
    need(&["ssh-keygen"]);
    let folder = crate::support::temporary();
    for name in LISTED.iter().chain(&["mallory", "ana", "bridge"]) {
        let key = folder.path().join(name);
        std::fs::write(&key, speak::private_file(name)).unwrap();
        std::fs::write(key.with_extension("pub"), speak::public(name) + "\n").unwrap();
        let owner = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&key, owner).unwrap();
    }
    folder
}
