//! Fetches the approved ref.
//!
//! Start at [`fetch`]. Follows `docs/spec/cli.md`, check, `--max-age` and `--fetch`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::session::Session;
use exledger::store;
use exledger::store::fetch::FetchEnvironment;

const PATIENCE: Duration = Duration::from_secs(60);

/// The time between a fetch and the next one.
pub(super) const EVERY: Duration = Duration::from_secs(30);

/// The time limit of a fetch for which everything else has to wait.
const LAST_PATIENCE: Duration = Duration::from_secs(20);

const PAUSE: Duration = Duration::from_millis(50);

/// Fetches the remote of the approved ref once; a failure is one line on stderr, and `--max-age` decides what it means.
pub(super) fn fetch(ctx: &Ctx, is_wanted: &dyn Fn() -> bool) {
    let done = ctx.home().and_then(|home| fetched(ctx, &home, (&[], PATIENCE), is_wanted));
    report(ctx, done, is_wanted);
}

/// Fetches like [`fetch`], for a shorter time: the last answer waits for it.
pub(super) fn fetch_last(ctx: &Ctx) {
    let done = ctx.home().and_then(|home| fetched(ctx, &home, (&[], LAST_PATIENCE), &|| true));
    report(ctx, done, &|| true);
}

pub(crate) fn fetch_for(ctx: &Ctx, home: &Session, removed: &[&str], is_wanted: &dyn Fn() -> bool) {
    report(ctx, fetched(ctx, home, (removed, PATIENCE), is_wanted), is_wanted);
}

fn report(ctx: &Ctx, done: anyhow::Result<Option<String>>, is_wanted: &dyn Fn() -> bool) {
    let cause = match done {
        Ok(None) => return,
        Ok(Some(cause)) => cause,
        Err(error) => fault::on_one_line(&error),
    };
    if is_wanted() {
        ctx.tell(&format!("warning: can't fetch: {cause}"));
    }
}

fn fetched(
    ctx: &Ctx,
    home: &Session,
    (removed, patience): (&[&str], Duration),
    is_wanted: &dyn Fn() -> bool,
) -> anyhow::Result<Option<String>> {
    let repository = home.repository()?;
    // The first fetch may add the approved ref that can't be chosen yet.
    let chosen = home.approved_ref().ok().and_then(|approved| approved.remote);
    let Some(remote) = chosen.or_else(|| repository.first_remote()) else {
        return Ok(Some("there is no remote".to_owned()));
    };
    let is_kept = |name: &str| ctx.variable(name).is_some() && !removed.contains(&name);
    let is_set = is_kept("GIT_SSH_COMMAND")
        || is_kept("GIT_SSH")
        || repository.setting("core.sshcommand").is_some();
    let quiet = [("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")];
    let added = if is_set { &[] } else { &quiet[..] };
    let environment = FetchEnvironment { added, removed };
    let done = store::fetch::fetch(home.root(), &remote, environment, patience, is_wanted);
    Ok(done.err().map(|error| format!("{remote}: {error}")))
}

pub(crate) struct Fetcher {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Fetcher {
    pub(super) fn start(ctx: &Ctx, pause: Duration) -> Fetcher {
        let ctx = ctx.clone();
        Fetcher::running(pause, move |is_wanted| fetch(&ctx, is_wanted))
    }

    pub(crate) fn running(
        pause: Duration,
        fetch: impl Fn(&dyn Fn() -> bool) + Send + 'static,
    ) -> Fetcher {
        let is_over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            let is_wanted = || !seen.load(Ordering::Relaxed);
            let mut left = pause;
            loop {
                while !left.is_zero() && is_wanted() {
                    thread::sleep(PAUSE);
                    left = left.saturating_sub(PAUSE);
                }
                if !is_wanted() {
                    return;
                }
                fetch(&is_wanted);
                left = EVERY;
            }
        });
        Fetcher { is_over, thread: Some(thread) }
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // A panic of the thread needs no further report.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
