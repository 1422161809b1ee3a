//! Prompts and progress: what needs a person at a terminal.
//!
//! Uses diag to plan. Only `commands` uses it. Start at [`Person`]. Prompts and progress go to stderr, so that
//! stdout holds results alone. Follows `docs/spec/cli.md`, exit codes.

use std::fmt;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use dialoguer::console::Term;
use dialoguer::theme::SimpleTheme;
use dialoguer::{Confirm, FuzzySelect, Input, Select};

/// How long something may take before its progress is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// From how many choices on a list is searched by typing.
const MANY: usize = 12;

/// Whether there is a person who can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// Stdin and stderr are terminals, and nobody forbade prompts.
    There,
    /// Nobody is there, or prompts are forbidden.
    Away,
}

/// Why a prompt has no answer.
#[derive(Debug)]
pub enum AskError {
    /// The person broke off.
    BrokenOff,
    /// The terminal failed.
    Terminal(String),
}

impl fmt::Display for AskError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AskError::BrokenOff => out.write_str("the prompt was broken off"),
            AskError::Terminal(cause) => write!(out, "the terminal failed: {cause}"),
        }
    }
}

impl std::error::Error for AskError {}

impl From<dialoguer::Error> for AskError {
    fn from(error: dialoguer::Error) -> AskError {
        let dialoguer::Error::IO(cause) = error;
        match cause.kind() {
            std::io::ErrorKind::Interrupted => AskError::BrokenOff,
            _ => AskError::Terminal(cause.to_string()),
        }
    }
}

/// Asks for one line of text; an empty answer is asked again unless there is a default.
///
/// # Errors
/// [`AskError`] when there is no answer.
pub fn text(
    question: &str,
    default: Option<&str>,
    check: &dyn Fn(&str) -> Result<(), String>,
) -> Result<String, AskError> {
    let mut input = Input::<String>::with_theme(&SimpleTheme).with_prompt(question);
    if let Some(default) = default {
        input = input.default(default.to_owned());
    }
    let checked = input.validate_with(|answer: &String| check(answer.trim()));
    let answer = checked.interact_text_on(&Term::stderr())?;
    Ok(answer.trim().to_owned())
}

/// Asks for one of several words; returns its place in the list.
///
/// # Errors
/// [`AskError`] when there is no answer.
pub fn choice(question: &str, choices: &[&str], default: usize) -> Result<usize, AskError> {
    let term = Term::stderr();
    let chosen = if choices.len() < MANY {
        let select = Select::with_theme(&SimpleTheme).with_prompt(question);
        select
            .items(choices)
            .default(default)
            .interact_on_opt(&term)?
    } else {
        let select = FuzzySelect::with_theme(&SimpleTheme).with_prompt(question);
        select
            .items(choices)
            .default(default)
            .interact_on_opt(&term)?
    };
    chosen.ok_or(AskError::BrokenOff)
}

/// Asks for yes or no; yes is the default.
///
/// # Errors
/// [`AskError`] when there is no answer.
pub fn agreed(question: &str) -> Result<Agreed, AskError> {
    let confirm = Confirm::with_theme(&SimpleTheme)
        .with_prompt(question)
        .default(true);
    match confirm.interact_on_opt(&Term::stderr())? {
        Some(true) => Ok(Agreed::Yes),
        Some(false) => Ok(Agreed::No),
        None => Err(AskError::BrokenOff),
    }
}

/// The answer to a question of yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// Go on.
    Yes,
    /// Change something first.
    No,
}

/// Returns the width of the terminal behind stdout in columns, `None` where there is none.
pub fn width() -> Option<usize> {
    let term = Term::stdout();
    let (_, columns) = term.size_checked()?;
    Some(usize::from(columns)).filter(|columns| *columns > 0)
}

/// Progress that appears once something takes longer than a second, and goes when this value does.
#[derive(Debug)]
pub struct Progress(Option<(mpsc::Sender<()>, thread::JoinHandle<()>)>);

impl Progress {
    /// Returns progress that is never shown.
    pub fn hidden() -> Progress {
        Progress(None)
    }

    /// Starts waiting; after a second, says on stderr what takes so long.
    pub fn of(what: &str) -> Progress {
        let (done, waiting) = mpsc::channel();
        let what = what.to_owned();
        let shown = thread::spawn(move || {
            if waiting.recv_timeout(PATIENCE) != Err(mpsc::RecvTimeoutError::Timeout) {
                return;
            }
            let spinner = indicatif::ProgressBar::new_spinner().with_message(what);
            spinner.enable_steady_tick(Duration::from_millis(120));
            // Either the work is done, or the worker is gone: both end the wait.
            let _ = waiting.recv();
            spinner.finish_and_clear();
        });
        Progress(Some((done, shown)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, shown)) = self.0.take() {
            drop(done);
            // A spinner that failed to draw is no reason to fail.
            let _ = shown.join();
        }
    }
}
