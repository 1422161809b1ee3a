//! Signs the receipts while questions are answered.
//!
//! Start at [`start`]. Follows `docs/spec/cli.md`, check, `--sign-receipts`.

use std::sync::Arc;

use crate::commands::context::Ctx;
use crate::commands::exit::Outcome;
use exledger::features::check::receipts::ReceiptLog;
use exledger::features::live::signing::{INTERVAL, PeriodicSigning, SigningContext};

/// Signs what the file has unsigned; a failure is one line on stderr, and the answers count as undetermined.
pub(crate) fn sign(ctx: &Ctx, receipts: &ReceiptLog) -> Outcome {
    match receipts.sign(ctx.clock()) {
        Ok(()) => Outcome::Fine,
        Err(cause) => {
            tell(ctx, &cause);
            Outcome::Undetermined
        }
    }
}

pub(crate) fn start(ctx: &Ctx, receipts: Arc<ReceiptLog>) -> PeriodicSigning {
    let (clock, report) = (ctx.clone(), ctx.clone());
    let context = SigningContext {
        interval: INTERVAL,
        clock: Box::new(move || clock.clock()),
        report: Box::new(move |cause| tell(&report, cause)),
    };
    PeriodicSigning::start(receipts, context)
}

pub(crate) fn finish(signing: PeriodicSigning) -> Outcome {
    if signing.finish() { Outcome::Fine } else { Outcome::Undetermined }
}

fn tell(ctx: &Ctx, cause: &str) {
    ctx.tell(&format!("error: the receipts are not signed: {cause}"));
}
