//! A simulated forge and a runner: a bare repository, an API made of files, and a checkout as in a job.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::repo::{Repo, git};
use crate::support::tools::forge;

/// The repository's address in the API of GitHub.
pub(super) const REPO: &str = "repos/example/payments";

/// The account of a job's token.
pub(super) const BOT: &str = "github-actions[bot]";

/// The token of the job.
pub(super) const TOKEN: &str = "s3cr3t-t0ken";

/// A forge with one repository, and a machine that runs its jobs.
pub(super) struct Runner {
    folder: tempfile::TempDir,
    /// The time of the jobs.
    pub(super) now: String,
    /// The number of the run.
    runs: u32,
}

/// What a job did.
pub(super) struct Job {
    pub(super) code: i32,
    pub(super) out: String,
    /// Everything in its log.
    pub(super) log: String,
    pub(super) summary: String,
}

impl Runner {
    /// Puts a repository on the forge, and checks out `main`.
    pub(super) fn of(repo: &Repo) -> Runner {
        let folder = crate::support::temporary();
        let from = repo.path().display().to_string();
        git(folder.path(), &["clone", "-q", "--bare", &from, "bare.git"]);
        git(folder.path(), &["clone", "-q", "bare.git", "runner"]);
        let runner = Runner { folder, now: repo.now().to_string(), runs: 0 };
        for name in ["gh", "glab"] {
            runner.executable(&format!("bin/{name}"), &forge());
        }
        runner.answer("issues", json!([]));
        runner.event(json!({}));
        runner
    }

    /// Returns a path of the machine.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn clone_folder(&self) -> PathBuf {
        self.place("runner")
    }

    pub(super) fn bare(&self) -> PathBuf {
        self.place("bare.git")
    }

    /// Writes a program.
    pub(super) fn executable(&self, name: &str, text: &str) {
        let path = self.place(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    /// Sets what GitHub answers about something of the repository.
    pub(super) fn answer(&self, what: &str, json: Value) {
        self.raw(&format!("{REPO}/{what}.json"), json.to_string().as_bytes());
    }

    /// Writes a file of the API.
    pub(super) fn raw(&self, path: &str, bytes: &[u8]) {
        let path = self.place("api").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Returns what the forge has at a path of its API.
    pub(super) fn api(&self, path: &str) -> Value {
        let path = self.place("api").join(format!("{path}.json"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// Returns what GitHub answers about something of the repository.
    pub(super) fn asked(&self, what: &str) -> Value {
        self.api(&format!("{REPO}/{what}"))
    }

    /// Sets which calls fail: `METHOD PATH STATUS TIMES`.
    pub(super) fn refuse(&self, lines: &str) {
        std::fs::write(self.place("refuse"), lines).unwrap();
    }

    /// Sets the event that starts the next jobs.
    pub(super) fn event(&self, json: Value) {
        std::fs::write(self.place("event.json"), json.to_string()).unwrap();
    }

    /// Returns the calls since the last time.
    pub(super) fn calls(&self) -> Vec<Value> {
        let calls = std::fs::read_to_string(self.place("calls")).unwrap_or_default();
        let _ = std::fs::remove_file(self.place("calls"));
        calls.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Returns the calls since the last time that change something, as `METHOD PATH`.
    pub(super) fn writes(&self) -> Vec<String> {
        let text = |call: &Value, key: &str| call[key].as_str().unwrap().to_owned();
        let calls = self.calls().into_iter();
        let writes = calls.filter(|it| it["method"] != "GET" && it["path"] != "graphql");
        writes.map(|it| format!("{} {}", text(&it, "method"), text(&it, "path"))).collect()
    }

    /// Runs a job of GitHub in the checkout.
    pub(super) fn job(&mut self, arguments: &[&str], variables: &[(&str, &str)]) -> Job {
        let event = self.place("event.json").display().to_string();
        self.runs += 1;
        let summary = self.place(&format!("summary-{}", self.runs));
        let shown = summary.display().to_string();
        let run = self.runs.to_string();
        let tip = git(&self.clone_folder(), &["rev-parse", "HEAD"]).trim().to_owned();
        let own = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REPOSITORY", "example/payments"),
            ("GITHUB_REF_NAME", "main"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_SHA", &tip),
            ("GITHUB_RUN_ID", &run),
            ("GITHUB_EVENT_PATH", &event),
            ("GITHUB_STEP_SUMMARY", &shown),
            ("GH_TOKEN", TOKEN),
        ];
        let mut job = self.run(arguments, &[&own[..], variables].concat());
        job.summary = std::fs::read_to_string(summary).unwrap_or_default();
        job
    }

    /// Runs `ci` in the checkout with these variables alone.
    pub(super) fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Job {
        let output = self.command(arguments, variables).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        let log = format!("{out}{err}");
        assert!(!log.contains(TOKEN), "the token is in the log: {log}");
        Job { code: output.status.code().unwrap(), out, log, summary: String::new() }
    }

    /// Returns the command that runs `ci`.
    pub(super) fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(env!("CARGO_BIN_EXE_exledger"));
        command
            .arg("ci")
            .args(arguments)
            .current_dir(self.clone_folder())
            .env_clear()
            .env("PATH", format!("{}:{path}", self.place("bin").display()))
            .env("HOME", self.folder.path())
            .env("FORGE", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("EXLEDGER_TEST_CLOCK", &self.now)
            .env("EXLEDGER_TEST_WAITS", "0")
            .env("EXLEDGER_APPROVED_REF", "refs/remotes/origin/main")
            .envs(variables.iter().copied());
        command
    }

    /// Lands the branches of another repository on the forge, and checks out its `main`.
    pub(super) fn take(&self, repo: &Repo) {
        let from = repo.path().display().to_string();
        git(&self.bare(), &["fetch", "-q", &from, "+refs/heads/*:refs/heads/*"]);
        let clone = self.clone_folder();
        git(&clone, &["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
        git(&clone, &["checkout", "-q", "-B", "main", "origin/main"]);
    }
}

/// Returns the text of a file in a checkout.
pub(super) fn text(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}
