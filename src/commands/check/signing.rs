//! Signs the receipts while questions are answered.
//!
//! Start at [`Signing`]. Follows `docs/spec/cli.md`, check, `--sign-receipts`.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::commands::context::Ctx;
use crate::commands::exit::Outcome;
use exledger::session::check::receipts::ReceiptLog;
use exledger::session::check::signing::ReceiptSigner;

/// The time between a signature and the next one.
const EVERY: Duration = Duration::from_secs(60);

/// Signs what the file has unsigned; a failure is one line on stderr, and the answers count as undetermined.
pub(super) fn sign(ctx: &Ctx, receipts: &ReceiptLog, signer: &ReceiptSigner) -> Outcome {
    match receipts.sign(signer, ctx.clock()) {
        Ok(()) => Outcome::Fine,
        Err(cause) => {
            ctx.tell(&format!("error: the receipts are not signed: {cause}"));
            Outcome::Undetermined
        }
    }
}

/// A thread that signs every 60 seconds, and a last time at the end.
pub(super) struct Signing {
    end: Sender<()>,
    thread: JoinHandle<Outcome>,
}

impl Signing {
    /// Starts the thread; it locks the file like another gate.
    pub(super) fn start(ctx: &Ctx, path: &Path, signer: ReceiptSigner) -> Signing {
        let (ctx, path): (Ctx, PathBuf) = (ctx.clone(), path.to_owned());
        let (end, ended) = mpsc::channel();
        let thread = thread::spawn(move || {
            let receipts = ReceiptLog::open(&path);
            let mut worst = Outcome::Fine;
            loop {
                let is_over = ended.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout);
                worst = worst.max(sign(&ctx, &receipts, &signer));
                if is_over {
                    return worst;
                }
            }
        });
        Signing { end, thread }
    }

    /// Signs the rest, and returns the worst outcome of all signatures.
    pub(super) fn finish(self) -> Outcome {
        drop(self.end);
        self.thread.join().unwrap_or(Outcome::Undetermined)
    }
}
