//! A repository with people who have keys, where printed commands are run by a shell.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::cli::Run;
use crate::support::repo::{Repo, person, speak};
use crate::support::tools::need;
use crate::{cli, decisions};

pub(super) const ID: &str = decisions::ID;

/// The people with a key in the signers file, if there is one.
const PEOPLE: &[&str] = &["ana", "dana", "lee", "sam", "kim"];

/// A person with an unlisted key.
const UNLISTED: &str = "max";

/// What a person fills in for the `…` of a command.
const ROOM: &[(&str, &str)] = &[
    ("--reason …", "--reason 'It is still needed'"),
    ("--evidence …", "--evidence https://ci.example.com/11"),
];

/// Returns a command with what a person answers to its prompts, as flags.
pub(crate) fn answered(command: &str) -> String {
    let is = |name: &str| command.starts_with(&format!("exledger {name} "));
    let has = |flag: &str| command.contains(&format!(" --{flag}"));
    let answers = match () {
        () if is("close") && has("reviewed") => " --outcome effective",
        () if is("close") && !has("outcome") => {
            " --outcome withdrawn --reason 'It is over' --evidence https://ci.example.com/11"
        }
        () if is("renew") && !has("until") => " --until 2026-12-31",
        () if is("review") && !has("outcome") && !has("control") => " --outcome still-needed",
        () if is("transfer") && !has("to") => " --to dana@example.com",
        () if is("reject") && !has("reason") => " --reason 'It is no longer needed'",
        () => "",
    };
    format!("{command}{answers}")
}

/// A record that a policy with one tier accepts; `more` replaces or adds lines.
pub(super) fn record(more: &str) -> String {
    decisions::record(ID, more)
}

/// Returns the reason of a shown record that contains some words.
pub(super) fn reason_in(shown: &Value, words: &str) -> String {
    let mut reasons = shown["reasons"].as_array().unwrap().iter();
    let found = reasons.find_map(|it| it.as_str().filter(|it| it.contains(words)));
    found.unwrap_or_else(|| panic!("{words:?} is not among {:#}", shown["reasons"])).to_owned()
}

/// A ledger on `main`, and a work tree in which people run commands.
pub(super) struct Stage {
    pub(super) repo: Repo,
}

impl Stage {
    /// Starts with a policy; the keys of all are listed.
    pub(super) fn new(policy: &str) -> Stage {
        Stage::begin_with(policy, &[])
    }

    /// Starts with a policy and other files; the keys of all are listed.
    pub(super) fn begin_with(policy: &str, beside: &[(&str, &str)]) -> Stage {
        need(&["ssh-keygen"]);
        let signers: Vec<String> = PEOPLE.iter().map(|name| speak::signer(name)).collect();
        let path = ".github/allowed_signers";
        let more = beside.iter().filter(|(beside, _)| *beside == path);
        let signers = more.fold(signers.concat(), |signers, (_, line)| signers + line);
        let beside = beside.iter().copied().filter(|(beside, _)| *beside != path);
        let beside: Vec<(&str, &str)> = beside.chain([(path, signers.as_str())]).collect();
        Stage::begin(policy, &beside)
    }

    /// Starts with a policy and other files.
    pub(super) fn begin(policy: &str, beside: &[(&str, &str)]) -> Stage {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        let stage = Stage { repo };
        let policy = format!("version: 1\nname: example/payments\n{policy}");
        stage.land("dana", &[&[("exledger.yaml", policy.as_str())], beside].concat());
        let keys = stage.repo.path().join(".git/keys");
        std::fs::create_dir_all(&keys).unwrap();
        for name in PEOPLE.iter().chain([&UNLISTED, &"bridge"]) {
            let key = keys.join(name);
            std::fs::write(&key, speak::private_file(name)).unwrap();
            std::fs::write(key.with_extension("pub"), speak::public(name)).unwrap();
            let owner = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(&key, owner).unwrap();
        }
        stage
    }

    /// Pushes files to `main`.
    pub(super) fn land(&self, by: &str, files: &[(&str, &str)]) {
        let mut work = self.repo.by(by);
        for (path, text) in files {
            work = work.write(path, text);
        }
        work.commit("Push");
        self.home();
    }

    /// Commits a file on a branch, which another person merges.
    pub(super) fn merged(&self, path: &str, text: &str, by: &str, merged_by: &str) {
        let branch = format!("change-{}", self.repo.now().unix());
        let work = self.repo.branch(&branch).by(by);
        work.write(path, text).commit("Change it");
        self.merge(&branch, merged_by);
    }

    /// Merges a branch with a merge commit.
    pub(super) fn merge(&self, branch: &str, by: &str) {
        let message = format!("Merge branch '{branch}'");
        self.repo.by(by).merge(branch, &message);
        self.home();
    }

    /// Checks out `main`.
    pub(super) fn home(&self) {
        self.repo.git.set_head("refs/heads/main").unwrap();
        self.repo.checkout();
    }

    /// Returns the text of the record on `main`.
    pub(super) fn text(&self) -> String {
        let path = self.repo.path().join(crate::support::repo::path_of(ID));
        std::fs::read_to_string(path).unwrap()
    }

    /// Runs a command line as a person, in a shell, at the time of the repository's clock.
    pub(super) fn shell(&self, by: &str, line: &str) -> Run {
        let (name, address) = person(by);
        let key = self.repo.path().join(".git/keys").join(by);
        self.repo.config("user.name", &name);
        self.repo.config("user.email", &address);
        self.repo.config("user.signingkey", key.to_str().unwrap());
        self.repo.config("gpg.format", "ssh");
        cli::shell(&self.repo, line)
    }

    /// Runs the program and returns its answer, whatever the exit code.
    pub(super) fn answer(&self, args: &[&str]) -> Value {
        let now = self.repo.now().to_string();
        let run = cli::run(self.repo.path(), &[args, &["--on", &now, "--format", "json"]].concat());
        serde_json::from_str(&run.out)
            .unwrap_or_else(|_| panic!("{args:?}: {}{}", run.out, run.err))
    }

    /// Returns what `show` says of the record.
    pub(super) fn show(&self) -> Value {
        self.answer(&["show", ID])["record"].clone()
    }

    /// Returns the status of the record.
    pub(super) fn status(&self) -> String {
        self.show()["status"].as_str().unwrap().to_owned()
    }

    /// Returns the reason in `show` that contains some words.
    pub(super) fn reason(&self, words: &str) -> String {
        reason_in(&self.show(), words)
    }

    /// Returns the next step in `queue` for the record: action and command.
    pub(super) fn next(&self) -> (String, String) {
        let answer = self.answer(&["queue"]);
        let mut records = answer["records"].as_array().unwrap().iter();
        let record = records.find(|it| it["id"] == ID);
        let next = &record.unwrap_or_else(|| panic!("not in the queue: {answer:#}"))["next"];
        let text = |key: &str| next[key].as_str().unwrap().to_owned();
        (text("action"), text("command"))
    }

    /// Runs the command named by an advice, and those that it prints in turn; another person merges what they commit.
    pub(super) fn follow(&self, advice: &str, by: &str, merged_by: &str) {
        let mut quoted = advice.split('`').skip(1).step_by(2);
        let command = quoted.find(|it| it.starts_with("exledger "));
        self.run_on(command.unwrap_or_else(|| panic!("no command in {advice:?}")), by, merged_by);
    }

    /// Runs a command, and those that it prints in turn; another person merges what they commit.
    pub(super) fn run_on(&self, command: &str, by: &str, merged_by: &str) {
        self.home();
        let mut line = answered(command);
        for (room, words) in ROOM {
            line = line.replace(room, words);
        }
        assert!(!line.contains('…'), "room is left in {line:?}");
        let run = self.shell(by, &line);
        assert_eq!(run.code, 0, "{line}: {}{}", run.out, run.err);
        let next = run.out.split_once("\nNext\n").map_or("", |(_, next)| next);
        let mut branch = None;
        // The ledger has no remote, so nothing is pushed.
        for line in
            next.lines().filter(|line| line.starts_with("git ") && !line.starts_with("git push"))
        {
            let run = self.shell(by, line);
            assert_eq!(run.code, 0, "{line}: {}{}", run.out, run.err);
            branch = line.strip_prefix("git switch -c ").or(branch);
        }
        self.repo.wait("1h");
        if let Some(branch) = branch {
            self.merge(branch, merged_by);
            let mut merged = self.repo.git.find_branch(branch, git2::BranchType::Local).unwrap();
            merged.delete().unwrap();
        }
    }

    /// Changes the text of the record on a branch, which another person merges with a merge commit.
    pub(super) fn amend(&self, by: &str, merged_by: &str) {
        let title = format!("title: In other words, at {}", self.repo.now().unix());
        let branch = format!("amend-{}", self.repo.now().unix());
        let work = self.repo.branch(&branch).by(by);
        work.edit(ID, &title).commit("Change its text");
        self.merge(&branch, merged_by);
    }
}
