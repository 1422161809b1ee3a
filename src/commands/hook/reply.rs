//! The one answer to a runtime: the call may run, or it is refused, or the time is up.
//!
//! Start at [`exit_code`]. Follows `docs/spec/cli.md`, hook: exit 0 or 2, never anything else, and 2 always with a reason
//! on stderr, because several runtimes run the call on any other code, or if there is no reason.

use std::error::Error;
use std::fmt;
use std::io::{self, Write as _};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::commands::context::fault;
use crate::commands::exit::{self, Outcome};
use exledger::formats::hooks::runtime::Runtime;
use exledger::render;

/// Whether an answer was given; there is one for each process.
static IS_ANSWERED: AtomicBool = AtomicBool::new(false);

/// The maximum length of a reason, in characters.
const LONGEST_REASON: usize = 1_000;

pub(super) fn exit_code(
    runtime: Option<&'static Runtime>,
    answered: impl FnOnce() -> anyhow::Result<Option<Outcome>>,
) -> u8 {
    match answered() {
        Ok(Some(Outcome::Fine)) => Outcome::Fine.code(),
        Ok(_) => refuse(runtime, "there is no answer", None),
        Err(error) => {
            let call = error.downcast_ref::<RefusedCall>();
            refuse(runtime, &fault::on_one_line(&error), call.map(|call| call.people.as_str()))
        }
    }
}

#[derive(Debug)]
pub(super) struct RefusedCall {
    pub(super) reason: String,
    /// What people read, where the runtime shows them a message of their own.
    pub(super) people: String,
}

impl fmt::Display for RefusedCall {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.reason)
    }
}

impl Error for RefusedCall {}

/// Lets the call run; fails if the time was up before, or stdout can't be written although the runtime reads it.
pub(super) fn pass(runtime: &Runtime) -> anyhow::Result<()> {
    if IS_ANSWERED.swap(true, Ordering::SeqCst) {
        return Err(fault::usage_error("the time is up", ""));
    }
    if runtime.passed.is_empty() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{}", runtime.passed)?;
    Ok(out.flush()?)
}

/// Refuses the call, unless it was answered before, and returns the exit code.
fn refuse(runtime: Option<&Runtime>, reason: &str, people: Option<&str>) -> u8 {
    let shown = |text: &str| -> String {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        render::harmless(&line).chars().take(LONGEST_REASON).collect()
    };
    let people = people.map(shown);
    let shown = shown(reason);
    let reason = if shown.is_empty() { "no reason is known" } else { &shown };
    IS_ANSWERED.store(true, Ordering::SeqCst);
    let _ = writeln!(io::stderr(), "exledger refuses this call: {reason}");
    let answer =
        runtime.map(|runtime| (runtime.refused)(reason, people.as_deref().unwrap_or(reason)));
    let answer = answer.unwrap_or_default();
    if !answer.is_empty() {
        // The exit code refuses the call, too.
        let _ = writeln!(io::stdout(), "{answer}");
    }
    exit::USAGE_ERROR
}

/// Refuses the call if it is not answered within a time, and ends the process.
#[expect(clippy::exit, reason = "the thread that should answer may wait for a disk or a lock")]
pub(super) fn start_deadline(runtime: &'static Runtime, limit: Duration) {
    thread::spawn(move || {
        thread::sleep(limit);
        if !IS_ANSWERED.swap(true, Ordering::SeqCst) {
            let reason = format!("there is no answer within {} seconds", limit.as_secs());
            process::exit(i32::from(refuse(Some(runtime), &reason, None)));
        }
    });
}
