//! The folder in which the commands of a block are run, as a user's shell would run them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::cli;
use crate::support::{folder, project, repo};

/// The clock of the commands; the demo counts its dates back from it.
const DAY: &str = "2026-11-20";
const NOW: &str = "2026-11-20T12:00:00Z";

/// Files that the guides name, and what they are copies of.
const FILES: &[(&str, &str)] = &[
    ("trivy.sarif", "tests/data/triage/trivy-alpine-310.sarif"),
    ("semgrep.sarif", "tests/data/triage/semgrep.sarif"),
    ("events.jsonl", "tests/data/triage/agent-events.jsonl"),
    ("issue.md", "tests/data/issue/rendered.md"),
    ("alerts.json", "tests/data/alerts/alerts.json"),
];

/// Files that the guides name, and their content.
const TEXTS: &[(&str, &str)] = &[
    ("rotate.txt", "rotated on 2026-11-20\n"),
    ("callers.txt", "two callers are left\n"),
    ("receipts.jsonl", ""),
];

/// Writes the answer of a forge about the last merge.
const REVIEWS: &str = r##"printf '{"pull_request": "#40", "landing": "%s", "reviews": [{"login": "dokafor", "email": "dana@example.com",
    "permission": "write", "state": "approved", "commit": "%s", "at": "2026-11-20T10:00:00Z",
    "url": "https://github.com/example/payments/pull/40", "reason": null}]}' $(git rev-parse main main^2) > reviews.json"##;

/// One call of the program: its arguments and exit code.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) args: String,
    pub(super) code: i32,
    pub(super) err: String,
}

/// A repository, and a home with a key.
pub(super) struct Place {
    folder: TempDir,
}

impl Place {
    /// A copy of the demo's ledger as a clone of a remote, with Sam's key listed.
    pub(super) fn demo() -> Place {
        static DEMO: OnceLock<TempDir> = OnceLock::new();
        Place::copy(DEMO.get_or_init(|| {
            let place = Place::bare();
            let demo = cli::run(place.folder.path(), &["demo", "--on", DAY, "ledger"]);
            assert_eq!(demo.code, 0, "{}", demo.err);
            place.files();
            let signers = place.ledger().join(".github/allowed_signers");
            let mut text = std::fs::read_to_string(&signers).unwrap_or_default();
            text += &(repo::speak::signer("sam") + &repo::speak::bridge_line());
            std::fs::create_dir_all(signers.parent().unwrap()).unwrap();
            std::fs::write(&signers, text).unwrap();
            for line in [
                "git switch --quiet main",
                "git switch --quiet --create keys && git add .github",
                "git -c user.name='Ana Ruiz' -c user.email=ana@example.com commit --quiet -m 'List a key'",
                "git switch --quiet main",
                "git -c user.name='Lee Park' -c user.email=lee@example.com merge --quiet --no-ff -m 'Merge keys' -m 'Reviewed-by: Dana Okafor <dana@example.com>' keys",
                REVIEWS,
                "git branch --quiet -d keys && git gc --quiet",
                "git init --quiet --bare ../origin.git && git remote add origin ../origin.git",
                "git push --quiet origin main wiki-assistant && git remote set-head origin main",
            ] {
                place.shell(line);
            }
            place.folder
        }))
    }

    /// A repository with one commit and without a ledger.
    pub(super) fn empty() -> Place {
        let place = Place::bare();
        std::fs::create_dir(place.ledger()).unwrap();
        std::fs::write(place.ledger().join("README.md"), "# Payments\n").unwrap();
        place.shell("git init --quiet && git add README.md && git commit --quiet -m 'Begin'");
        place.files();
        place
    }

    fn bare() -> Place {
        let place = Place { folder: crate::support::temporary() };
        let home = place.folder.path().join("home/.ssh");
        std::fs::create_dir_all(&home).unwrap();
        let key = home.join("id_ed25519");
        std::fs::write(&key, repo::speak::private_file("sam")).unwrap();
        only_mine(&key);
        std::fs::write(home.join("id_ed25519.pub"), repo::speak::public("sam")).unwrap();
        let config = "[user]\nname = Sam Chen\nemail = sam@example.com\n[init]\ndefaultBranch = main\n\
            [exledger]\nsigningKey = ~/.ssh/id_ed25519.pub\n";
        std::fs::write(place.folder.path().join("home/.gitconfig"), config).unwrap();
        place
    }

    /// Writes the files that a page shows.
    pub(super) fn write(&self, files: &[(String, String)]) {
        for (name, text) in files {
            let path = self.ledger().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    fn files(&self) {
        for (name, source) in FILES {
            std::fs::copy(project::root().join(source), self.ledger().join(name)).unwrap();
        }
        for (name, text) in TEXTS {
            std::fs::write(self.ledger().join(name), text).unwrap();
        }
        let bridge = self.ledger().join("bridge_key");
        std::fs::write(&bridge, repo::speak::private_file("bridge")).unwrap();
        only_mine(&bridge);
    }

    fn copy(template: &TempDir) -> Place {
        let folder = crate::support::temporary();
        folder::copy(template.path(), folder.path());
        Place { folder }
    }

    fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    /// Runs a command line of a preparation, which must succeed.
    fn shell(&self, line: &str) {
        assert_eq!(self.set_up(line), None);
    }

    /// Runs a command line without the program; returns what went wrong.
    pub(super) fn set_up(&self, line: &str) -> Option<String> {
        let output = self.program(line).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        (!output.status.success()).then(|| format!("{line}: {err}"))
    }

    /// Runs command lines and returns what they print.
    pub(super) fn output(&self, lines: &str) -> String {
        let output = self.program(&format!("exec 2>&1\n{lines}")).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command line and returns the calls of the program in it.
    pub(super) fn run(&self, line: &str) -> Vec<Call> {
        let log = self.folder.path().join("log");
        let _ = std::fs::remove_dir_all(&log);
        std::fs::create_dir(&log).unwrap();
        // Functions, not scripts: a file that was just written can't always be run while other threads start programs.
        let functions = format!(
            "exledger() {{\nn=$(ls '{log}' | wc -l)\n'{program}' \"$@\" 2> '{log}'/$n\ncode=$?\n\
             printf '\\n%s\\n%s\\n' $code \"$*\" >> '{log}'/$n\nreturn $code\n}}\n\
             gh() {{\ncat '{issue}'\n}}\n",
            log = log.display(),
            program = env!("CARGO_BIN_EXE_exledger"),
            issue = self.ledger().join("issue.md").display(),
        );
        self.program(&format!("{functions}{line}")).output().unwrap();
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(&log).unwrap().map(|it| it.unwrap().path()).collect();
        entries.sort();
        let read = |path: &PathBuf| {
            let text = std::fs::read_to_string(path).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            let args = lines.pop().unwrap().to_owned();
            let code = lines.pop().unwrap().parse().unwrap();
            Call { args, code, err: lines.join("\n") }
        };
        entries.iter().map(read).collect()
    }

    fn program(&self, line: &str) -> Command {
        let mut program = Command::new("sh");
        program
            .args(["-c", line])
            .current_dir(self.ledger())
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .env("HOME", self.folder.path().join("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", NOW)
            .env("GIT_COMMITTER_DATE", NOW)
            .env("EXLEDGER_TEST_CLOCK", NOW)
            .envs([("IDENTITY", "svc:billing-batch"), ("ACTION", "read")])
            .stdin(Stdio::null());
        program
    }
}

fn only_mine(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
