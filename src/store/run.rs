//! Starts a program with arguments and bytes on its standard input, never through a shell, and reads what it answers.
//!
//! Start at [`run`]. No program that is started here or elsewhere sees the key of `ci`.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The variable with the private key that signs reviews.
pub const KEY_VARIABLE: &str = "EXLEDGER_KEY";

const PAUSE: Duration = Duration::from_millis(10);

/// The largest answer that is read, in bytes.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

const MOST_SHOWN: usize = 2_000;

/// A program to start.
#[derive(Clone, Debug)]
pub struct ProgramCall<'c> {
    pub program: &'c str,
    pub arguments: &'c [String],
    pub input: &'c [u8],
    /// Variables that are added to those of this process.
    pub variables: &'c [(String, String)],
    pub folder: &'c Path,
    /// How long it may take.
    pub patience: Duration,
}

/// Why a program gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("there is no program {0}")]
    Absent(String),
    #[error("it took longer than {} seconds", .0.as_secs())]
    Slow(Duration),
    #[error("{}", if .0.is_empty() { "it gives no reason" } else { .0 })]
    Refused(String),
    #[error("its answer is longer than 64 MiB")]
    TooLarge,
    #[error("{0}")]
    Failed(#[from] io::Error),
}

/// Runs a program, and returns what it wrote to its standard output.
///
/// # Errors
/// [`RunError`] if it can't be started, fails, or doesn't end in time.
pub fn run(call: &ProgramCall<'_>) -> Result<Vec<u8>, RunError> {
    let mut child = Command::new(call.program)
        .args(call.arguments)
        .current_dir(call.folder)
        .envs(call.variables.iter().map(|(name, value)| (name, value)))
        .env_remove(KEY_VARIABLE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => RunError::Absent(call.program.to_owned()),
            _ => RunError::Failed(cause),
        })?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        // A program that refuses its arguments reads nothing.
        scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(call.input)));
        let answer = scope.spawn(|| read(stdout));
        let complaint = scope.spawn(|| read(stderr));
        let is_fine = wait(&mut child, call.patience)?;
        let joined = |read: thread::ScopedJoinHandle<'_, io::Result<Vec<u8>>>| {
            read.join().unwrap_or_else(|_| Err(io::Error::other("its output can't be read")))
        };
        let (answer, complaint) = (joined(answer)?, joined(complaint)?);
        if !is_fine {
            return Err(RunError::Refused(on_one_line(&complaint)));
        }
        if answer.len() as u64 > MOST_BYTES {
            return Err(RunError::TooLarge);
        }
        Ok(answer)
    })
}

fn read(from: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        from.by_ref().take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        // A full pipe would keep the program from ending.
        io::copy(&mut from, &mut io::sink())?;
    }
    Ok(bytes)
}

fn wait(child: &mut Child, patience: Duration) -> Result<bool, RunError> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait()? {
            Some(status) => return Ok(status.success()),
            None if begun.elapsed() < patience => thread::sleep(pause),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(RunError::Slow(patience));
            }
        }
        pause = (pause * 2).min(PAUSE);
    }
}

fn on_one_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.get(..MOST_SHOWN).unwrap_or(bytes));
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
