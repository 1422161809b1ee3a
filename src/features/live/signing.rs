//! Signs the receipts of an open gate at intervals, beside the questions.
//!
//! Start at [`PeriodicSigning`]. Follows `docs/spec/cli.md`, check, `--sign-receipts`.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::features::check::receipts::ReceiptLog;
use crate::record::time::Instant;

/// The time between a signature and the next one.
pub const INTERVAL: Duration = Duration::from_secs(60);

/// A thread that signs what is unsigned at each interval, and a last time at the end.
pub struct PeriodicSigning {
    end: Sender<()>,
    thread: JoinHandle<bool>,
}

/// What a signing thread needs besides the key.
pub struct SigningContext {
    /// The time between a signature and the next one, such as [`INTERVAL`].
    pub interval: Duration,
    /// Reads the clock when something is signed.
    pub clock: Box<dyn Fn() -> Instant + Send>,
    /// Takes the reason why a signature failed.
    pub report: Box<dyn Fn(&str) + Send>,
}

impl PeriodicSigning {
    /// Starts to sign what the log stores.
    pub fn start(receipts: Arc<ReceiptLog>, context: SigningContext) -> PeriodicSigning {
        let (end, ended) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut is_signed = true;
            loop {
                let is_over =
                    ended.recv_timeout(context.interval) != Err(RecvTimeoutError::Timeout);
                if let Err(cause) = receipts.sign((context.clock)()) {
                    (context.report)(&cause);
                    is_signed = false;
                }
                if is_over {
                    return is_signed;
                }
            }
        });
        PeriodicSigning { end, thread }
    }

    /// Signs the rest, and tells whether every signature succeeded.
    pub fn finish(self) -> bool {
        drop(self.end);
        self.thread.join().unwrap_or(false)
    }
}
