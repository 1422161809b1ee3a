//! A simulated forge and a runner: a bare repository, an API made of files, and a checkout as in a job.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::project;
use crate::support::repo::{Repo, git, speak};
use crate::support::tools::need;

/// The repository's address in the API.
pub(super) const REPO: &str = "repos/example/payments";

/// The account of a job's token.
pub(super) const BOT: &str = "github-actions[bot]";

/// A forge with one repository, and a machine that runs its jobs.
pub(super) struct Runner {
    folder: tempfile::TempDir,
    /// The folder of the action.
    pub(super) action: PathBuf,
    /// The time of the jobs.
    pub(super) now: String,
    /// The number of the run.
    runs: u32,
}

/// What a job did.
pub(super) struct Job {
    pub(super) code: i32,
    /// Everything in its log.
    pub(super) log: String,
    pub(super) outputs: BTreeMap<String, String>,
    pub(super) summary: String,
}

impl Runner {
    /// Puts a repository on the forge, and checks out `main`.
    pub(super) fn of(repo: &Repo) -> Runner {
        need(&["bash", "jq"]);
        let folder = crate::support::temporary();
        let from = repo.path().display().to_string();
        git(folder.path(), &["clone", "-q", "--bare", &from, "bare"]);
        git(folder.path(), &["clone", "-q", "bare", "runner"]);
        let now = repo.now().to_string();
        let runner = Runner { folder, action: project::root(), now, runs: 0 };
        for (name, text) in [("gh", include_str!("gh.sh")), ("sleep", SLEEP)] {
            runner.executable(&format!("bin/{name}"), text);
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
        self.place("bare")
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

    /// Sets what the forge answers about something of the repository.
    pub(super) fn answer(&self, what: &str, json: Value) {
        self.raw(&format!("{REPO}/{what}.json"), json.to_string().as_bytes());
    }

    /// Writes a file of the API.
    pub(super) fn raw(&self, path: &str, bytes: &[u8]) {
        let path = self.place("api").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Returns what the forge answers about something of the repository.
    pub(super) fn asked(&self, what: &str) -> Value {
        let path = self.place("api").join(format!("{REPO}/{what}.json"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// Sets the event that starts the next jobs.
    pub(super) fn event(&self, json: Value) {
        std::fs::write(self.place("event.json"), json.to_string()).unwrap();
    }

    /// Returns the calls since the last time that change something.
    pub(super) fn writes(&self) -> Vec<String> {
        let calls = std::fs::read_to_string(self.place("calls")).unwrap_or_default();
        let _ = std::fs::remove_file(self.place("calls"));
        let writes = calls.lines().filter_map(|call| call.strip_prefix("api --method "));
        writes.map(|call| call.split(" -").next().unwrap().to_owned()).collect()
    }

    /// Runs the job that records reviews, with the key of the bridge.
    pub(super) fn reviews(&mut self) -> Job {
        let key = speak::private_file("bridge");
        self.job("reviews", &[("INPUT_KEY", key.trim())])
    }

    /// Runs the step of the action in the checkout.
    pub(super) fn job(&mut self, command: &str, inputs: &[(&str, &str)]) -> Job {
        self.runs += 1;
        let folder = self.place(&format!("run-{}", self.runs));
        std::fs::create_dir_all(folder.join("temp")).unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.place("bin").display());
        let clone = self.clone_folder();
        let tip = git(&clone, &["rev-parse", "HEAD"]).trim().to_owned();
        let output = Command::new("bash")
            .arg("-c")
            .arg("exec bash \"$GITHUB_ACTION_PATH/scripts/run.sh\" 2>&1")
            .current_dir(&clone)
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder.path())
            .env("TMPDIR", folder.join("temp"))
            .env("FORGE", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", &self.now)
            .env("GIT_COMMITTER_DATE", &self.now)
            .env("EXLEDGER_TEST_CLOCK", &self.now)
            .env("GITHUB_ACTION_PATH", &self.action)
            .env("GITHUB_WORKSPACE", &clone)
            .env("GITHUB_REPOSITORY", "example/payments")
            .env("GITHUB_REF_NAME", "main")
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GITHUB_SHA", &tip)
            .env("GITHUB_RUN_ID", self.runs.to_string())
            .env("GITHUB_EVENT_PATH", self.place("event.json"))
            .env("GITHUB_OUTPUT", folder.join("output"))
            .env("GITHUB_STEP_SUMMARY", folder.join("summary"))
            .env("RUNNER_TEMP", folder.join("temp"))
            .env("GH_TOKEN", "s3cr3t")
            .env("IS_JOB_TOKEN", "true")
            .env("EXLEDGER_APPROVED_REF", "refs/remotes/origin/main")
            .env("EXLEDGER", env!("CARGO_BIN_EXE_exledger"))
            .env("INPUT_COMMAND", command)
            .envs(inputs.iter().copied())
            .output()
            .unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        let outputs = read("output");
        let pairs = outputs.lines().filter_map(|line| line.split_once('='));
        Job {
            code: output.status.code().unwrap(),
            log: String::from_utf8_lossy(&output.stdout).into_owned(),
            outputs: pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            summary: read("summary"),
        }
    }

    /// Lands the branches of another repository on the forge, and checks out its `main`.
    pub(super) fn take(&self, repo: &Repo) {
        let from = repo.path().display().to_string();
        git(&self.bare(), &["fetch", "-q", &from, "+refs/heads/*:refs/heads/*"]);
        let clone = self.clone_folder();
        git(&clone, &["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
        git(&clone, &["checkout", "-q", "-B", "main", "origin/main"]);
    }

    /// Returns the log of a branch of the forge.
    pub(super) fn history(&self, branch: &str) -> String {
        git(&self.bare(), &["log", "--format=%an|%s", branch])
    }
}

/// Returns the text of a file in a checkout.
pub(super) fn text(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

/// Tests don't wait.
const SLEEP: &str = "#!/usr/bin/env bash\necho \"$1\" >> \"$FORGE/waits\"\n";
