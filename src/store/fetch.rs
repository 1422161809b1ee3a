//! Runs `git fetch` when a user asks for it; besides the signing program and those of `ci`, no other program is ever started.
//!
//! Start at [`fetch`]. Never prompts: if git would ask for something, the fetch fails.

use std::io::{self, Read, Seek};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::store::run::KEY_VARIABLE;

/// The maximum number of bytes of git's error output that are repeated.
const MOST_BYTES: u64 = 2_000;

const PAUSE: Duration = Duration::from_millis(20);

/// Variables that keep git and its helpers from prompting.
const QUIET: &[(&str, &str)] =
    &[("GIT_TERMINAL_PROMPT", "0"), ("GCM_INTERACTIVE", "never"), ("SSH_ASKPASS_REQUIRE", "never")];

/// Variables that would make git use another repository than that of the folder.
const ELSEWHERE: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
];

#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("`{0}` is not the name of a remote")]
    Name(String),
    #[error("it took longer than {} seconds", .0.as_secs())]
    Slow(Duration),
    #[error("it was stopped")]
    Stopped,
    #[error("{}", if .0.is_empty() { "git gives no reason" } else { .0 })]
    Refused(String),
    #[error("git can't be started: {0}")]
    Failed(io::Error),
}

/// The environment variables of a fetch, besides those of the process.
#[derive(Clone, Copy, Debug)]
pub struct FetchEnvironment<'e> {
    /// Variables that are added, with their values.
    pub added: &'e [(&'e str, &'e str)],
    /// Variables that git doesn't see.
    pub removed: &'e [&'e str],
}

/// Runs `git fetch --quiet REMOTE` in a repository, with a time limit; `is_wanted` tells whether anybody still waits.
///
/// # Errors
/// [`FetchError`]; whatever git changed before it ended remains.
pub fn fetch(
    folder: &Path,
    remote: &str,
    environment: FetchEnvironment<'_>,
    patience: Duration,
    is_wanted: &dyn Fn() -> bool,
) -> Result<(), FetchError> {
    if remote.starts_with('-') || remote.is_empty() {
        return Err(FetchError::Name(remote.to_owned()));
    }
    let mut output = tempfile::tempfile().map_err(FetchError::Failed)?;
    let stderr = output.try_clone().map_err(FetchError::Failed)?;
    let mut git = Command::new("git");
    // These would make git work in another repository.
    for name in ELSEWHERE.iter().chain([&KEY_VARIABLE]).chain(environment.removed) {
        git.env_remove(name);
    }
    let mut git = git
        .arg("-C")
        .arg(folder)
        .args(["fetch", "--quiet", remote])
        .envs(QUIET.iter().copied())
        .envs(environment.added.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(stderr)
        .spawn()
        .map_err(FetchError::Failed)?;
    let begun = Instant::now();
    loop {
        match git.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(_)) => return Err(FetchError::Refused(complaint(&mut output))),
            Ok(None) if !is_wanted() => return Err(stopped(&mut git, FetchError::Stopped)),
            Ok(None) if begun.elapsed() >= patience => {
                return Err(stopped(&mut git, FetchError::Slow(patience)));
            }
            Ok(None) => thread::sleep(PAUSE),
            Err(cause) => return Err(stopped(&mut git, FetchError::Failed(cause))),
        }
    }
}

fn stopped(git: &mut Child, error: FetchError) -> FetchError {
    // It may have ended meanwhile; waiting leaves no zombie process behind.
    let _ = git.kill();
    let _ = git.wait();
    error
}

fn complaint(output: &mut std::fs::File) -> String {
    let mut bytes = Vec::new();
    let read = output.rewind();
    let _ = read.and_then(|()| output.take(MOST_BYTES).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}
