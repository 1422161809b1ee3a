//! The uses that receipts record.
//!
//! Start at `AuditedReceipts`. Follows `docs/spec/cli.md`, verify, and `docs/spec/rules.md`, `use-after-end` and `never-used`.

use crate::approval::verdict::ApprovalVerdict;
use crate::diag::sorting::StableSort as _;
use crate::features::check::receipts::is_cut;
use crate::gate::receipt::faults::{self, ChainFault};
use crate::gate::receipt::signed::SignedReceipts;
use crate::gate::receipt::{self, KeptReceipt, NoReceipt, StoredReceipts};
use crate::history::change::event::ChangeEvent;
use crate::history::version::TrailKey;
use crate::history::walked::History;
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::rules::audit_cases::UsesCase;
use crate::rules::receipts_case::{LostReceipt, ReceiptsCase};
use crate::session::error::Undetermined;
use crate::session::snapshot::Snapshot;
use crate::status;
use crate::status::state::{RecordState, Status};
use crate::status::trace::{PastState, Trace};
use crate::store::files;
use crate::store::git::Repository;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

const MOST_BYTES: u64 = 1 << 30;

/// A file of receipts to audit.
#[derive(Clone, Copy, Debug)]
pub struct ReceiptsRequest<'r> {
    /// The file, relative to the folder of the audit.
    pub file: &'r Path,
    /// Files with receipts that somebody kept, which that file must contain.
    pub contains: &'r [PathBuf],
    /// Whether a receipt that no good signature covers is an error.
    pub require_signed: bool,
}

/// How a record was used, according to the receipts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedRecord {
    /// The record's id.
    pub id: String,
    /// The number of uses.
    pub count: usize,
    /// The time of the last use.
    pub last: Instant,
    /// When its closure landed.
    pub closed: Option<Instant>,
}

pub(crate) fn read(folder: &Path, path: &Path) -> Result<Vec<u8>, Undetermined> {
    files::read(&folder.join(path), MOST_BYTES)
        .map_err(|error| Undetermined::other(error.to_string(), "give a file of receipts"))
}

pub(crate) fn not_receipts(error: NoReceipt, path: &Path) -> Undetermined {
    Undetermined::other(
        format!("line {} of {} is not a receipt", error.line, path.display()),
        "give lines that `exledger check --format json` printed, or that --receipts stored",
    )
}

#[derive(Default)]
pub(super) struct AuditedReceipts {
    path: Option<PathBuf>,
    shown: String,
    stored: StoredReceipts,
    lost: Vec<LostReceipt>,
    require_signed: bool,
    /// Whether it lacks the end that gates of this clone stored.
    is_cut: bool,
}

impl AuditedReceipts {
    pub(super) fn read(
        (repository, folder): (&Repository, &Path),
        request: Option<&ReceiptsRequest<'_>>,
    ) -> Result<AuditedReceipts, Undetermined> {
        let mut audited = AuditedReceipts::default();
        let Some(request) = request else {
            return Ok(audited);
        };
        let path = request.file;
        let bytes = read(folder, path)?;
        let text = String::from_utf8_lossy(&bytes);
        for kept in request.contains {
            audited.lost.extend(lost(folder, kept, &text)?);
        }
        Ok(AuditedReceipts {
            shown: path.display().to_string(),
            path: Some(path.to_owned()),
            stored: receipt::all(&text).map_err(|error| not_receipts(error, path))?,
            require_signed: request.require_signed,
            is_cut: is_cut(repository, &folder.join(path), &text),
            ..audited
        })
    }

    pub(super) fn file(&self, governance: &Governance) -> Option<ReceiptsCase<'_>> {
        self.path.as_ref()?;
        let mut faults = faults::find(&self.stored.entries);
        let mut signed = SignedReceipts::default();
        for signature in &self.stored.signatures {
            match signature.verified(governance) {
                Ok(good) => signed.add(&good),
                Err(why) => faults.push(ChainFault::BadSignature { line: signature.line, why }),
            }
        }
        faults.extend(faults::unsigned(&self.stored.entries, &signed, self.require_signed));
        Some(ReceiptsCase { path: &self.shown, faults, lost: &self.lost, is_cut: self.is_cut })
    }

    pub(super) fn path(&self) -> String {
        self.shown.clone()
    }

    pub(super) fn strangers(&self, history: &History) -> Vec<UsesCase<'_>> {
        let is_known = |id: &str| {
            let keys = [TrailKey::Id(id.to_ascii_uppercase()), TrailKey::Path(id.to_owned())];
            keys.iter().any(|key| history.trails.contains_key(key))
        };
        let ids: BTreeSet<&str> = self
            .stored
            .receipts
            .iter()
            .filter_map(|receipt| receipt.allows.as_deref())
            .filter(|id| !is_known(id))
            .collect();
        let used = |id| {
            let uses = self.of(id);
            let what = "no record with this id had been merged".to_owned();
            UsesCase {
                path: &self.shown,
                id,
                expects_use: false,
                n_uses: uses.len(),
                late: uses.into_iter().map(|(line, at)| (line, at, what.clone())).collect(),
            }
        };
        ids.into_iter().map(used).collect()
    }

    pub(super) fn commits(&self) -> Vec<(u32, String)> {
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        for receipt in &self.stored.receipts {
            if let Some(commit) = &receipt.commit {
                seen.entry(commit).or_insert(receipt.line);
            }
        }
        let mut commits: Vec<(u32, String)> =
            seen.into_iter().map(|(commit, line)| (line, commit.to_owned())).collect();
        commits.order_by(Ord::cmp);
        commits
    }

    fn of(&self, id: &str) -> Vec<(u32, Instant)> {
        let receipts = self.stored.receipts.iter();
        let allowing = receipts.filter(|receipt| receipt.allows.as_deref() == Some(id));
        allowing.filter_map(|receipt| Some((receipt.line, receipt.instant?))).collect()
    }

    pub(super) fn used<'a>(
        &self,
        records: &'a [RecordState],
        snapshot: &'a Snapshot<'_>,
    ) -> Vec<UsesCase<'a>> {
        if self.path.is_none() {
            return Vec::new();
        }
        let used = |state: &'a RecordState| {
            let id = state.id();
            let uses = self.of(id);
            UsesCase {
                path: &state.path,
                id,
                expects_use: state.in_place.days != 0 && state.status != Status::Closed,
                n_uses: uses.len(),
                late: late(state, snapshot, &uses),
            }
        };
        records.iter().map(used).collect()
    }

    pub(super) fn uses(&self, records: &[RecordState], snapshot: &Snapshot<'_>) -> Vec<UsedRecord> {
        let uses = |state: &RecordState| {
            let id = state.id();
            let uses = self.of(id);
            let closed = snapshot
                .acts(state)
                .into_iter()
                .rfind(|act| matches!(act.event, ChangeEvent::Closed | ChangeEvent::Rejected))
                .map(|act| act.at);
            Some(UsedRecord {
                id: id.to_owned(),
                count: uses.len(),
                last: uses.iter().map(|(_, at)| *at).max()?,
                closed,
            })
        };
        if self.path.is_none() {
            return Vec::new();
        }
        records.iter().filter_map(uses).collect()
    }
}

fn lost(folder: &Path, path: &Path, text: &str) -> Result<Vec<LostReceipt>, Undetermined> {
    let bytes = read(folder, path)?;
    let kept = receipt::kept(&String::from_utf8_lossy(&bytes));
    let mut kept = kept.map_err(|error| not_receipts(error, path))?;
    if kept.is_empty() {
        return Err(not_receipts(NoReceipt { line: 1 }, path));
    }
    receipt::remove_contained(text, &mut kept).map_err(|error| not_receipts(error, path))?;
    let lost = |receipt: KeptReceipt| LostReceipt {
        path: path.display().to_string(),
        line: receipt.line,
        seq: receipt.seq,
    };
    Ok(kept.into_iter().map(lost).collect())
}

/// Returns the uses after the record had ended, judged by what had landed.
fn late(
    state: &RecordState,
    snapshot: &Snapshot<'_>,
    uses: &[(u32, Instant)],
) -> Vec<(u32, Instant, String)> {
    if uses.is_empty() {
        return Vec::new();
    }
    let (history, approvals) = snapshot.facts();
    let key = key(history, state);
    let verdicts: &[Rc<ApprovalVerdict>] = approvals.trails.get(&key).map_or(&[], Vec::as_slice);
    let trace = Trace::new(status::state::RecordFacts {
        key: &key,
        history,
        verdicts,
        governance: snapshot.governance(),
    });
    let had_ended = |then: &PastState| {
        matches!(
            then.status,
            Status::Expired | Status::Closed | Status::Rejected | Status::Revoked | Status::Removed
        )
    };
    let late = uses.iter().filter_map(|(line, at)| {
        let then = trace.at(*at).filter(had_ended)?;
        let what = format!("it was {}: {}", then.status.as_str(), then.reason);
        Some((*line, *at, what))
    });
    late.collect()
}

pub(super) fn key(history: &History, state: &RecordState) -> TrailKey {
    let id = TrailKey::Id(state.key.clone());
    if history.trails.contains_key(&id) { id } else { TrailKey::Path(state.key.clone()) }
}
