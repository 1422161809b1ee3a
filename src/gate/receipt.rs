//! Writes receipts, as `check --format json` prints them, and reads a sequence of them.
//!
//! Pure. Start at [`LoggedReceipt`] and [`all`]. Follows `docs/spec/cli.md`, check and verify.

pub mod chain;
pub mod faults;
pub mod known_end;
pub mod numbers;
pub mod signed;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::gate::answer::{Considered, GateAnswer, GateVerdict, GrantLimits, Question};
use crate::gate::facts::FactsAsked;
use crate::gate::receipt::chain::{ReceiptChain, ReceiptLink};
use crate::gate::receipt::faults::ChainEntry;
use crate::gate::receipt::signed::StoredSignature;
use crate::policy::people::person::Person;
use crate::record::json::Unambiguous;
use crate::record::time::Instant;
use crate::status::stamp::{NamedStamp, Stamp};

/// The schema name of a receipt.
pub const SCHEMA: &str = "exledger/check/v1";

/// The answer to one question, with everything else in its receipt.
#[derive(Clone, Debug)]
pub struct CheckAnswer {
    pub answer: GateAnswer,
    /// The ledger, commit and instant that it was computed from.
    pub stamp: Stamp,
    /// What can be done; `None` if it allows, or the reader must not know.
    pub next: Option<ReceiptStep>,
    /// Warnings for the caller.
    pub warnings: Vec<String>,
    /// Names that may be meant, for the person who asks; not in the receipt.
    pub hints: Vec<String>,
    /// What else is known about an application to be deployed; `None` for any other question.
    pub deployment: Option<DeploymentFacts>,
    /// The files of facts, if there are any, or tests that no file was asked about.
    pub facts: Option<FactsAsked>,
    /// The place of its receipt in a file; `None` if it is not stored.
    pub link: Option<ReceiptLink>,
    /// Whether its receipt is the first of a file that nobody started.
    pub is_first_unstarted: bool,
}

/// The next step after an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptStep {
    /// A lower-case sentence without a full stop.
    pub action: String,
    pub command: Option<String>,
    /// The people who can take it; empty if nobody in particular is named.
    pub waits_for: Vec<Person>,
    /// The people who can't, although everybody else can.
    #[serde(skip)]
    pub but: Vec<Person>,
}

/// What else is known about an application to be deployed.
#[derive(Clone, Debug, Serialize)]
pub struct DeploymentFacts {
    /// Whether a record, landed at any time, or the policy names it.
    pub application_known: bool,
    /// The requests for it that are proposed.
    pub waiting: Vec<WaitingRequest>,
}

/// A request that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitingRequest {
    pub id: String,
    /// The branch; `None` for the work tree.
    pub branch: Option<String>,
}

impl CheckAnswer {
    /// Returns the answer `unknown`, with its reason.
    pub fn unknown(reason: String, stamp: Stamp) -> CheckAnswer {
        CheckAnswer {
            answer: GateAnswer::unknown(reason),
            stamp,
            next: None,
            warnings: Vec::new(),
            hints: Vec::new(),
            deployment: None,
            facts: None,
            link: None,
            is_first_unstarted: false,
        }
    }
}

/// A receipt as written: the question, the verdict, and everything needed to ask again. The order of the keys is fixed.
#[derive(Debug, Serialize)]
pub struct LoggedReceipt<'a> {
    schema: &'static str,
    question: &'a Question,
    verdict: &'static str,
    reason: Cow<'a, str>,
    record: &'a Option<String>,
    digest: &'a Option<String>,
    approved_digest: &'a Option<String>,
    not_after: Option<Instant>,
    scope: &'a GrantLimits,
    ledger: NamedStamp<'a>,
    considered: &'a [Considered],
    simulated: bool,
    next: Option<&'a ReceiptStep>,
    warnings: &'a [String],
    #[serde(flatten)]
    deployment: Option<&'a DeploymentFacts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<&'a FactsAsked>,
    id: &'a Value,
    seq: Option<u64>,
    previous: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<bool>,
}

impl<'a> LoggedReceipt<'a> {
    /// Returns the receipt of an answer. `id` is the caller's id of the question: a text, an integer or null.
    pub fn of(question: &'a Question, check: &'a CheckAnswer, id: &'a Value) -> LoggedReceipt<'a> {
        let (answer, stamp) = (&check.answer, &check.stamp);
        LoggedReceipt {
            schema: SCHEMA,
            question,
            verdict: answer.verdict.as_str(),
            reason: reason(answer),
            record: &answer.record,
            digest: &answer.digest,
            approved_digest: &answer.approved_digest,
            not_after: answer.not_after,
            scope: &answer.scope,
            ledger: stamp.named(),
            considered: &answer.considered,
            simulated: stamp.is_simulated,
            next: check.next.as_ref(),
            warnings: &check.warnings,
            deployment: check.deployment.as_ref(),
            facts: check.facts.as_ref(),
            id,
            seq: check.link.as_ref().map(|link| link.seq),
            previous: check.link.as_ref().and_then(|link| link.previous.as_deref()),
            started: if check.is_first_unstarted { Some(false) } else { None },
        }
    }

    /// Returns the receipt as one line, without a line break.
    ///
    /// # Errors
    /// If it can't be represented in JSON. An answer without a receipt must not be given.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// Returns the reason with the instant that decides a denial: people read days, scripts need instants.
fn reason(answer: &GateAnswer) -> Cow<'_, str> {
    match answer.decided_at {
        Some(at) if !answer.reason.contains(&at.to_string()) => {
            format!("{}; decided by {at}", answer.reason).into()
        }
        _ => answer.reason.as_str().into(),
    }
}

/// A line that is not a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoReceipt {
    /// The line number, from 1.
    pub line: usize,
}

/// The parts of a receipt that are read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastReceipt {
    /// The number of its first line, from 1.
    pub line: u32,
    /// The record that it allows; `None` if it allows none.
    pub allows: Option<String>,
    /// The instant that the question was about.
    pub instant: Option<Instant>,
    /// The commit that the answer was computed from.
    pub commit: Option<String>,
}

/// The question of a receipt, and its verdict.
#[derive(Clone, Copy, Debug)]
pub struct AskedReceipt<'v> {
    /// The instant that the question was about.
    pub at: Instant,
    pub verdict: GateVerdict,
    /// The record that the answer names; a denial may name a near match.
    pub record: Option<&'v str>,
    /// Whether the time was set explicitly rather than read from the clock.
    pub is_simulated: bool,
    question: &'v Value,
}

impl<'v> AskedReceipt<'v> {
    /// Returns what the question states under a name.
    pub fn text(&self, name: &str) -> Option<&'v str> {
        self.question.get(name)?.as_str()
    }
}

/// Counts the uses of each record: the receipts that allow, by record.
///
/// # Errors
/// As [`all`].
pub fn count(text: &str) -> Result<BTreeMap<String, u64>, NoReceipt> {
    count_on(text, &mut ReceiptChain::default()).map(|counted| counted.uses)
}

/// The uses in a part of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountedUses {
    /// How often each record was used.
    pub uses: BTreeMap<String, u64>,
    /// The first line, from 1, that does not continue the chain.
    pub broken: Option<u32>,
    /// Whether there is anything but signatures.
    pub has_receipts: bool,
    /// Whether the first receipt says that nobody started the file.
    pub is_unstarted: bool,
    /// The last signature.
    pub signature: Option<StoredSignature>,
}

/// Counts the uses in text that continues a chain.
///
/// # Errors
/// As [`all`].
pub fn count_on(text: &str, chain: &mut ReceiptChain) -> Result<CountedUses, NoReceipt> {
    let mut counted = CountedUses::default();
    each(text, &mut |entry| {
        if chain::is_signature(&entry.value) {
            let signature = StoredSignature::read(entry.line, entry.text, &entry.value);
            counted.signature = Some(signature);
        } else {
            let started = entry.value.get("started").and_then(Value::as_bool);
            counted.is_unstarted |= !counted.has_receipts && started == Some(false);
            counted.has_receipts = true;
            if let Some(record) = read(entry.line, &entry.value)?.allows {
                *counted.uses.entry(record).or_insert(0) += 1;
            }
        }
        if !chain.take(entry.text, &entry.value) && counted.broken.is_none() {
            counted.broken = Some(entry.line);
        }
        Some(())
    })?;
    Ok(counted)
}

/// Reads a line that signs the chain; `None` if it is not one.
pub fn signature(line: &str) -> Option<StoredSignature> {
    let value = serde_json::from_str(line).ok()?;
    chain::is_signature(&value).then(|| StoredSignature::read(1, line, &value))
}

/// The content of a receipt file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredReceipts {
    pub receipts: Vec<PastReceipt>,
    pub signatures: Vec<StoredSignature>,
    /// The chain of both.
    pub entries: Vec<ChainEntry>,
}

/// Reads all receipts.
///
/// # Errors
/// [`NoReceipt`] with the first unreadable line: uses that can't be counted can't be allowed.
pub fn all(text: &str) -> Result<StoredReceipts, NoReceipt> {
    let mut stored = StoredReceipts::default();
    each(text, &mut |entry| {
        if chain::is_signature(&entry.value) {
            let signature = StoredSignature::read(entry.line, entry.text, &entry.value);
            stored.signatures.push(signature);
        } else {
            stored.receipts.push(read(entry.line, &entry.value)?);
        }
        let link = ChainEntry::after(&stored.entries, entry.line, entry.text, &entry.value);
        stored.entries.push(link);
        Some(())
    })?;
    Ok(stored)
}

/// A receipt that somebody kept elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptReceipt {
    /// The number of its first line, from 1.
    pub line: u32,
    /// Its number in the file that it was stored in; `None` if it was not stored.
    pub seq: Option<u64>,
    value: Value,
}

/// Reads receipts that somebody kept.
///
/// # Errors
/// As [`all`].
pub fn kept(text: &str) -> Result<Vec<KeptReceipt>, NoReceipt> {
    let mut receipts = Vec::new();
    each(text, &mut |entry| {
        let StoredEntry { line, value, .. } = entry;
        read(line, &value)?;
        let seq = value.get("seq").and_then(Value::as_u64);
        receipts.push(KeptReceipt { line, seq, value });
        Some(())
    })?;
    Ok(receipts)
}

/// Removes the receipts that a file contains, compared as JSON.
///
/// # Errors
/// As [`all`].
pub fn remove_contained(text: &str, kept: &mut Vec<KeptReceipt>) -> Result<(), NoReceipt> {
    each(text, &mut |entry| {
        kept.retain(|receipt| receipt.value != entry.value);
        Some(())
    })
}

/// Passes on the question and verdict of each receipt.
///
/// # Errors
/// As [`all`]; also for a receipt without an instant, which is on no day.
pub fn each_asked(text: &str, take: &mut dyn FnMut(AskedReceipt<'_>)) -> Result<(), NoReceipt> {
    each(text, &mut |entry| {
        let value = &entry.value;
        if chain::is_signature(value) {
            return Some(());
        }
        let past = read(entry.line, value)?;
        let verdict = value.get("verdict")?.as_str()?;
        take(AskedReceipt {
            at: past.instant?,
            verdict: GateVerdict::ALL.iter().copied().find(|it| it.as_str() == verdict)?,
            record: value.get("record")?.as_str(),
            is_simulated: value.get("simulated").and_then(Value::as_bool) == Some(true),
            question: value.get("question")?,
        });
        Some(())
    })
}

struct StoredEntry<'t> {
    /// The number of its first line, from 1.
    line: u32,
    /// Its lines, without the last line end.
    text: &'t str,
    value: Value,
}

fn each<'t>(
    text: &'t str,
    take: &mut dyn FnMut(StoredEntry<'t>) -> Option<()>,
) -> Result<(), NoReceipt> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Unambiguous>();
    let (mut read_to, mut line) = (0, 1);
    loop {
        // A receipt may span several lines, as `check --format json` prints it.
        let rest = text.get(read_to..).unwrap_or_default();
        let blank = rest.get(..rest.len() - rest.trim_start().len()).unwrap_or_default();
        line += n_line_ends(blank);
        let Some(value) = values.next() else {
            return Ok(());
        };
        let start = read_to + blank.rfind('\n').map_or(0, |at| at + 1);
        let after = text.get(values.byte_offset()..).unwrap_or_default();
        let is_blank = |end: &&str| end.trim().is_empty();
        let end =
            values.byte_offset() + after.split('\n').next().filter(is_blank).map_or(0, str::len);
        let entry = text.get(start..end).unwrap_or_default();
        let taken =
            value.ok().and_then(|value| take(StoredEntry { line, text: entry, value: value.0 }));
        taken.ok_or(NoReceipt { line: usize::try_from(line).unwrap_or(usize::MAX) })?;
        line += n_line_ends(text.get(start..end).unwrap_or_default());
        read_to = end;
    }
}

fn n_line_ends(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

fn read(line: u32, receipt: &Value) -> Option<PastReceipt> {
    if receipt.get("schema")?.as_str()? != SCHEMA {
        return None;
    }
    let verdict = receipt.get("verdict")?.as_str()?;
    let record = receipt.get("record")?;
    let ledger = |key: &str| receipt.get("ledger")?.get(key)?.as_str();
    Some(PastReceipt {
        line,
        allows: match (verdict, record) {
            // A deployment is not allowed by any particular record.
            ("allow", Value::Null) | ("deny" | "pending" | "unknown", _) => None,
            ("allow", Value::String(id)) => Some(id.clone()),
            _ => return None,
        },
        instant: ledger("instant").and_then(Instant::parse),
        commit: ledger("commit").map(str::to_owned),
    })
}
