//! How old the approved ref may be, and the fetch that renews it.
//!
//! Start at [`Freshness`] and [`fetch`]. Follows `docs/spec/cli.md`, check, `--max-age` and `--fetch`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::commands::context::Ctx;
use crate::commands::context::approved::Approved;
use crate::commands::context::fault;
use exledger::record::time::Instant;
use exledger::store;
use exledger::view::shape;

/// How long a fetch may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long after a fetch the next one begins.
const EVERY: Duration = Duration::from_secs(30);

/// How often it is looked whether anybody still waits.
const PAUSE: Duration = Duration::from_millis(50);

/// A length of time: a whole number with `s`, `m` for minutes, `h` or `d`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Age {
    seconds: i64,
    text: String,
}

impl fmt::Display for Age {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Reads the value of `--max-age`.
pub(super) fn age(text: &str) -> Result<Age, String> {
    let units = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
    let mut units = units.into_iter();
    let found = units.find_map(|(unit, seconds)| {
        let digits = text.strip_suffix(unit)?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: i64 = digits.parse().ok().filter(|_| is_number)?;
        number.checked_mul(seconds)
    });
    let seconds = found
        .ok_or("write a whole number with s, m (minutes), h or d, such as 30s, 10m, 1h or 2d")?;
    Ok(Age {
        seconds,
        text: text.to_owned(),
    })
}

/// How old the approved ref may be for an answer.
pub(super) struct Freshness {
    most: Option<Age>,
}

impl Freshness {
    /// Returns a limit; without one any age will do.
    pub(super) fn of(most: Option<Age>) -> Freshness {
        Freshness { most }
    }

    /// Returns why there is no answer: the approved ref is older than allowed, or its age can't be told.
    pub(super) fn refusal(&self, approved: &Approved<'_>, now: Instant) -> Option<String> {
        let most = self.most.as_ref()?;
        let (repository, chosen) = approved.origin();
        let name = &chosen.reference;
        let Some(remote) = &chosen.remote else {
            return Some(format!(
                "{name} is no branch of a remote, so nothing says how old it is: ask in a clone, or without --max-age"
            ));
        };
        let run = format!("run `git fetch {remote}`");
        let Some(fetched) = repository.last_fetched(name, remote, chosen.tip) else {
            return Some(format!(
                "nothing here says when {name} was fetched, and --max-age is {most}: {run}"
            ));
        };
        let ago = shape::distance(fetched, now);
        match now.seconds_since(fetched) {
            ..0 => Some(format!(
                "{name} was fetched {ago} by the clock of this machine: set the clock right, then {run}"
            )),
            age if age > most.seconds => Some(format!(
                "{name} was fetched {ago}, and --max-age is {most}: {run}"
            )),
            _ => None,
        }
    }
}

/// Fetches the remote of the approved ref once; what fails is a line on stderr, and `--max-age` decides what it means.
pub(super) fn fetch(ctx: &Ctx, is_wanted: &dyn Fn() -> bool) {
    let cause = match fetched(ctx, is_wanted) {
        Ok(None) => return,
        Ok(Some(cause)) => cause,
        Err(error) => fault::told(&error),
    };
    if is_wanted() {
        ctx.tell(&format!("warning: can't fetch: {cause}"));
    }
}

/// Returns why the fetch failed; nothing where it did not.
fn fetched(ctx: &Ctx, is_wanted: &dyn Fn() -> bool) -> anyhow::Result<Option<String>> {
    let home = ctx.home()?;
    let repository = home.repository()?;
    // A first fetch may bring the very ref that can't be chosen yet.
    let chosen = ctx.approved_ref(repository).ok().and_then(|it| it.remote);
    let Some(remote) = chosen.or_else(|| repository.first_remote()) else {
        return Ok(Some("there is no remote".to_owned()));
    };
    let is_set = ctx.variable("GIT_SSH_COMMAND").is_some()
        || ctx.variable("GIT_SSH").is_some()
        || repository.setting("core.sshcommand").is_some();
    let quiet = [("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")];
    let environment = if is_set { &[] } else { &quiet[..] };
    let done = store::fetch::fetch(&home.root, &remote, environment, PATIENCE, is_wanted);
    Ok(done.err().map(|error| format!("{remote}: {error}")))
}

/// A thread that fetches again and again, until the value is dropped.
pub(super) struct Fetcher {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Fetcher {
    /// Begins to fetch, at once and then every 30 seconds.
    pub(super) fn start(ctx: &Ctx) -> Fetcher {
        let is_over = Arc::new(AtomicBool::new(false));
        let (ctx, seen) = (ctx.clone(), Arc::clone(&is_over));
        let thread = thread::spawn(move || {
            let is_wanted = || !seen.load(Ordering::Relaxed);
            while is_wanted() {
                fetch(&ctx, &is_wanted);
                let mut waited = Duration::ZERO;
                while waited < EVERY && is_wanted() {
                    thread::sleep(PAUSE);
                    waited += PAUSE;
                }
            }
        });
        Fetcher {
            is_over,
            thread: Some(thread),
        }
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // A thread that panicked has nothing left to say.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
