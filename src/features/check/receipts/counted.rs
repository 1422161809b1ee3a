//! An open receipts file with its counted uses: locked for one answer at a time.
//!
//! Start at [`CountedReceipts::answered`]. Follows `docs/spec/cli.md`, check, `--receipts`.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::features::check::receipts::failure::{AnswerContext, Failure};
use crate::features::check::receipts::known::{AddedText, AppendedEntry, KnownReceipts};
use crate::features::check::signing::ReceiptSigner;
use crate::gate::answer::{GateVerdict, ReceiptCounts};
use crate::gate::receipt;
use crate::gate::receipt::chain::ReceiptChain;
use crate::gate::receipt::signed::StoredSignature;
use crate::gate::receipt::{CheckAnswer, LoggedReceipt};
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::store::append::{AppendFile, AppendFileError, LockedFile};
use crate::store::known_end::KnownEndUpdate;

/// How long another process may hold the file; less in a build for tests, one of which holds it.
pub(super) const PATIENCE: Duration =
    Duration::from_secs(if cfg!(exledger_test_variables) { 3 } else { 10 });

pub(super) const MOST_BYTES: u64 = 1 << 30;

pub(super) struct CountedReceipts {
    file: AppendFile,
    tally: Tally,
    signer: Option<ReceiptSigner>,
    doubted: Option<ReceiptCounts>,
    /// Whether what others stored may be signed; `None` before the first answer from a ledger.
    may_sign: Option<bool>,
}

struct Tally {
    known: KnownReceipts,
    uses: ReceiptCounts,
    n_lines: usize,
    chain: ReceiptChain,
    has_receipts: bool,
    /// Whether its first receipt says that nobody started the file.
    is_unstarted: bool,
    is_begun_here: bool,
    signature: Option<StoredSignature>,
    good: Option<StoredSignature>,
}

impl CountedReceipts {
    pub(super) fn of(
        file: AppendFile,
        known: KnownReceipts,
        signer: Option<ReceiptSigner>,
    ) -> CountedReceipts {
        let tally = Tally {
            known,
            uses: ReceiptCounts::Counted(BTreeMap::new()),
            n_lines: 0,
            chain: ReceiptChain::default(),
            has_receipts: false,
            is_unstarted: false,
            is_begun_here: false,
            signature: None,
            good: None,
        };
        CountedReceipts { file, tally, signer, doubted: None, may_sign: None }
    }

    /// Returns why uses would not count in it, if it is empty and nobody started it.
    pub(super) fn unbegun(&self) -> Option<String> {
        let known = &self.tally.known;
        let is_started = || known.compare_missing().unwrap_or(true);
        (self.file.is_empty() && !is_started()).then(|| known.missing())
    }

    /// Returns why uses don't count in it, if this process began it.
    pub(super) fn begun(&self) -> Option<String> {
        self.tally.is_begun_here.then(|| self.tally.known.missing())
    }

    pub(super) fn last_counts(&self) -> &ReceiptCounts {
        self.doubted.as_ref().unwrap_or(&self.tally.uses)
    }

    pub(super) fn answered(
        &mut self,
        context: &AnswerContext<'_>,
        ask: &mut dyn FnMut(&ReceiptCounts) -> Option<CheckAnswer>,
    ) -> Result<Option<CheckAnswer>, Failure> {
        let mut locked = self.tally.locked(&mut self.file)?;
        self.tally.count(&mut locked)?;
        let (update, doubt) = match self.tally.known.doubt() {
            Ok(update) => (Some(update), None),
            Err(doubt) => (self.tally.known.update(), Some(doubt)),
        };
        let mut is_signed = true;
        if let (Some(_), Some(governance)) = (&self.signer, context.governance) {
            is_signed = self.tally.is_signed(governance);
            self.may_sign = Some(is_signed || self.tally.known.is_known_whole());
        }
        let doubt = doubt.or_else(|| self.tally.unstarted());
        let unsigned =
            || (!is_signed && self.tally.has_receipts).then(|| self.tally.known.unsigned());
        self.doubted = doubt.or_else(unsigned).map(ReceiptCounts::Doubted);
        let Some(mut answered) = ask(self.doubted.as_ref().unwrap_or(&self.tally.uses)) else {
            return Ok(None);
        };
        let begins = !self.tally.has_receipts && self.tally.known.is_created();
        if begins && answered.answer.verdict == GateVerdict::Unknown {
            // What is not known begins no file.
            return Ok(Some(answered));
        }
        if begins {
            self.tally.known.note_created();
        }
        let link = self.tally.chain.next();
        let seq = link.seq;
        answered.link = Some(link);
        answered.is_first_unstarted = begins;
        let unwritten =
            |cause: &dyn fmt::Display| Failure::Once(format!("can't write the receipt: {cause}"));
        let receipt = LoggedReceipt::of(context.question, &answered, context.id);
        let line = receipt.line().map_err(|cause| unwritten(&cause))?;
        if self.signer.is_some() {
            self.tally.known.announce(seq, &line).map_err(|cause| unwritten(&cause))?;
        }
        locked.append(&line).map_err(|cause| unwritten(&cause))?;
        self.tally.n_lines += 1;
        self.tally.is_unstarted |= answered.is_first_unstarted;
        self.tally.is_begun_here |= answered.is_first_unstarted;
        self.tally.has_receipts = true;
        self.tally.chain.append(&line);
        let answer = &answered.answer;
        if let (GateVerdict::Allow, Some(record)) = (answer.verdict, &answer.record) {
            self.tally.add(record, 1);
        }
        let entry = AppendedEntry::Receipt(seq);
        self.tally.keep_end(&locked, update, (&line, entry)).map_err(Failure::Once)?;
        if let (Some(signer), Some(true)) = (&self.signer, self.may_sign)
            && (!is_signed || self.tally.known.is_to_sign_now())
        {
            // The first receipts are signed at once: without any signature, uses would not count until the next one.
            // If it fails, signing at the end of the answer reports it.
            let _ = self.tally.sign(&mut locked, signer, context.now);
        }
        Ok(Some(answered))
    }

    pub(super) fn sign(&mut self, at: Instant) -> Result<(), Failure> {
        let Some(signer) = &self.signer else {
            return Ok(());
        };
        let mut locked = self.tally.locked(&mut self.file)?;
        self.tally.count(&mut locked)?;
        if self.tally.known.to_sign().is_empty() {
            return Ok(());
        }
        match self.may_sign {
            // Somebody without a key may have written what is there; a signature would make it good.
            Some(false) => Err(Failure::Once(self.tally.known.unsigned())),
            None if !self.tally.known.is_known_whole() => Ok(()),
            Some(true) | None => self.tally.sign(&mut locked, signer, at),
        }
    }
}

impl Tally {
    fn locked<'f>(&self, file: &'f mut AppendFile) -> Result<LockedFile<'f>, Failure> {
        file.lock(PATIENCE).map_err(|error| failure(&self.known.shown, &error))
    }

    fn count(&mut self, locked: &mut LockedFile<'_>) -> Result<(), Failure> {
        let text = locked.added().map_err(|error| failure(&self.known.shown, &error))?;
        let mut chain = self.chain.clone();
        let shown = &self.known.shown.clone();
        let counted = receipt::count_on(&text, &mut chain).map_err(|error| {
            let line = self.n_lines + error.line;
            Failure::Once(format!("line {line} of the receipts {shown} is not a receipt"))
        })?;
        if let Some(line) = counted.broken {
            let line = self.n_lines.saturating_add(usize::try_from(line).unwrap_or(usize::MAX));
            return Err(Failure::Lasting(format!(
                "line {line} of the receipts {shown} breaks their chain: see `exledger verify --receipts`, restore \
                 the file or start a new one, then restart the gate"
            )));
        }
        let added = AddedText { text: &text, from: locked.length() };
        self.known
            .compare(&added, &mut || locked.whole().map_err(|error| failure(shown, &error)))?;
        locked.take(&text);
        self.chain = chain;
        self.n_lines += text.matches('\n').count();
        self.is_unstarted |= counted.is_unstarted && !self.has_receipts;
        self.has_receipts |= counted.has_receipts;
        self.signature = counted.signature.or(self.signature.take());
        for (record, n_used) in counted.uses {
            self.add(&record, n_used);
        }
        // The last line may lack its line end; appended text must not run into it.
        if !text.is_empty() && !text.ends_with('\n') {
            locked.append("").map_err(|error| failure(shown, &error))?;
            self.n_lines += 1;
        }
        Ok(())
    }

    /// Returns why uses can't be counted on, if this clone doesn't know that somebody started the file.
    fn unstarted(&self) -> Option<String> {
        (self.is_unstarted && !self.known.is_started()).then(|| self.known.unstarted())
    }

    /// Tells whether the last signature, or one before it, is by a key that the governance lists for receipts.
    fn is_signed(&mut self, governance: &Governance) -> bool {
        let is_good = |stored: &Option<StoredSignature>| {
            stored.as_ref().is_some_and(|signature| signature.verified(governance).is_ok())
        };
        if is_good(&self.signature) {
            self.good = self.signature.clone();
            return true;
        }
        is_good(&self.good)
    }

    fn sign(
        &mut self,
        locked: &mut LockedFile<'_>,
        signer: &ReceiptSigner,
        at: Instant,
    ) -> Result<(), Failure> {
        let update = self.known.update();
        let link = self.chain.next();
        let entry = AppendedEntry::Signature(link.seq);
        // What somebody else appended stays unsigned: a signature would say that a gate stored it.
        let line = signer.line(link, at, self.known.to_sign()).map_err(Failure::Once)?;
        locked.append(&line).map_err(|cause| Failure::Once(cause.to_string()))?;
        self.n_lines += 1;
        self.chain.append(&line);
        self.signature = receipt::signature(&line).or(self.signature.take());
        self.keep_end(locked, update, (&line, entry)).map_err(Failure::Once)
    }

    fn keep_end(
        &mut self,
        locked: &LockedFile<'_>,
        update: Option<Vec<KnownEndUpdate>>,
        (line, entry): (&str, AppendedEntry),
    ) -> Result<(), String> {
        self.known.keep(update, (line, locked.length().saturating_sub(1)), entry)
    }

    fn add(&mut self, record: &str, n_used: u64) {
        if let ReceiptCounts::Counted(uses) = &mut self.uses {
            *uses.entry(record.to_owned()).or_insert(0) += n_used;
        }
    }
}

fn failure(shown: &str, error: &AppendFileError) -> Failure {
    let cause = format!("can't read the receipts {shown}: {error}");
    match error {
        AppendFileError::Replaced => {
            Failure::Lasting(format!("{cause}: restart the gate to use that one"))
        }
        AppendFileError::Rewritten => Failure::Lasting(format!(
            "{cause}, so uses may be lost: restore it, then restart the gate"
        )),
        _ => Failure::Once(cause),
    }
}
