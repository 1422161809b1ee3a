//! Prompts and progress: what needs a person at a terminal.
//!
//! Only `commands` uses it. Start at [`Prompting`]. Prompts and progress go to stderr, so that stdout contains only
//! results. The keys are read here rather than by `dialoguer`'s prompts: on Ctrl-C those exit with a signal and leave the
//! cursor hidden, and they can't offer the typed text next to the entries of a list. Follows

pub(crate) mod edit;
pub(crate) mod prompt;
pub(crate) mod prompting;
mod raw;
pub(crate) mod screen;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use dialoguer::console::{self, Term};

use crate::ask::prompting::AskError;
use crate::ask::prompting::Prompt;
use exledger::plan::offer::{self, Offer};

const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prompting {
    /// Stdin and stderr are terminals, and prompts are not disabled.
    There,
    /// There is no terminal, or prompts are disabled.
    Away,
}

pub(crate) fn set_coloured(is_coloured: bool) {
    console::set_colors_enabled_stderr(is_coloured);
}

/// Asks for one line of text, starting with `initial`; an answer that `check` rejects is asked for again.
pub(crate) fn line(
    prompt: &Prompt<'_>,
    initial: &str,
    check: &dyn Fn(&str) -> Result<(), String>,
) -> Result<String, AskError> {
    prompt::line(prompt, initial, check)
}

/// Asks for one of the answers that `offers` lists for the typed text. Without `marked`, none is selected initially.
pub(crate) fn pick(
    prompt: &Prompt<'_>,
    offers: &dyn Fn(&str) -> Vec<Offer>,
    marked: Option<usize>,
    check: &dyn Fn(&Offer) -> Result<(), String>,
) -> Result<Offer, AskError> {
    prompt::pick(prompt, offers, marked, check)
}

/// Asks for one line of text; an empty answer is asked for again unless there is a default.
pub(crate) fn text(
    question: &str,
    default: Option<&str>,
    check: &dyn Fn(&str) -> Result<(), String>,
) -> Result<String, AskError> {
    let prompt = Prompt { label: question, question, ..Prompt::default() };
    let stated = |answer: &str| {
        if answer.is_empty() { Err("an answer is needed".to_owned()) } else { check(answer) }
    };
    prompt::line(&prompt, default.unwrap_or_default(), &stated)
}

/// Asks for one of several choices, and returns its index.
pub(crate) fn choice(question: &str, choices: &[&str], default: usize) -> Result<usize, AskError> {
    let prompt = Prompt { label: question, question, ..Prompt::default() };
    let offers: Vec<Offer> = choices
        .iter()
        .enumerate()
        .map(|(n, choice)| Offer {
            shown: (*choice).to_owned(),
            detail: String::new(),
            value: n.to_string(),
        })
        .collect();
    let taken = prompt::pick(
        &prompt,
        &|typed| offer::fitting(offers.clone(), typed),
        Some(default),
        &|_| Ok(()),
    )?;
    Ok(offers.iter().position(|offer| *offer == taken).unwrap_or(default))
}

/// Asks for yes or no; yes is the default.
pub(crate) fn agreed(question: &str) -> Result<bool, AskError> {
    match choice(question, &["yes", "no"], 0)? {
        0 => Ok(true),
        _ => Ok(false),
    }
}

/// Returns the width of the terminal on stdout in columns; `None` if stdout is not a terminal.
pub(crate) fn width() -> Option<usize> {
    let term = Term::stdout();
    let (_, columns) = term.size_checked()?;
    Some(usize::from(columns)).filter(|columns| *columns > 0)
}

/// Returns the number of rows of the terminal on stdout; `None` if stdout is not a terminal.
pub(crate) fn rows() -> Option<usize> {
    let (rows, _) = Term::stdout().size_checked()?;
    Some(usize::from(rows)).filter(|rows| *rows > 0)
}

/// Wraps a text for stderr between words, if stderr is a terminal.
pub(crate) fn wrapped(text: &str) -> String {
    let term = Term::stderr();
    if term.is_term() { screen::wrapped(text, screen::columns(&term)) } else { text.to_owned() }
}

/// A progress display that appears after one second, and disappears when this value is dropped.
#[derive(Debug)]
pub(crate) struct Progress(Option<(mpsc::Sender<()>, thread::JoinHandle<()>)>);

impl Progress {
    pub(crate) fn hidden() -> Progress {
        Progress(None)
    }

    pub(crate) fn start(what: &str) -> Progress {
        let (done, waiting) = mpsc::channel();
        let owned = what.to_owned();
        let shown = thread::spawn(move || {
            if waiting.recv_timeout(PATIENCE) != Err(mpsc::RecvTimeoutError::Timeout) {
                return;
            }
            let spinner = indicatif::ProgressBar::new_spinner().with_message(owned);
            spinner.enable_steady_tick(Duration::from_millis(120));
            // Either the work is done or the sender was dropped: both end the wait.
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
            // A spinner that can't be drawn is not a reason to fail.
            let _ = shown.join();
        }
    }
}
