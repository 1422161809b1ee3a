//! The uses that receipts tell of.
//!
//! Start at [`Book`]. Follows `docs/spec/cli.md`, verify, and `docs/spec/rules.md`, `use-after-end` and `never-used`.

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::approval::verdict::ApprovalVerdict;
use exledger::gate::receipt::{self, PastReceipt};
use exledger::history::change::event::ChangeEvent;
use exledger::history::version::TrailKey;
use exledger::history::walked::History;
use exledger::record::time::Instant;
use exledger::rules::audit_cases::UsesCase;
use exledger::session::snapshot::Snapshot;
use exledger::status;
use exledger::status::state::{RecordState, Status};
use exledger::status::trace::{PastState, Trace};
use exledger::store::files;
use exledger::view;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The most bytes of a file of receipts.
const MOST_BYTES: u64 = 1 << 30;

/// The receipts, as far as they are given.
pub(super) struct Book {
    path: Option<PathBuf>,
    /// The path, as it was given.
    shown: String,
    receipts: Vec<PastReceipt>,
}

impl Book {
    /// Reads the receipts.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] where the file can't be read, or a line of it is no receipt.
    pub(super) fn open(ctx: &Ctx, path: Option<&Path>) -> anyhow::Result<Book> {
        let Some(path) = path else {
            return Ok(Book {
                path: None,
                shown: String::new(),
                receipts: Vec::new(),
            });
        };
        let bytes = files::read(&ctx.folder.join(path), MOST_BYTES)
            .map_err(|error| fault::cannot_say(error.to_string(), "name a file of receipts"))?;
        let text = String::from_utf8_lossy(&bytes);
        let receipts = receipt::all(&text).map_err(|error| {
            fault::cannot_say(
                format!("line {} of {} is no receipt", error.line, path.display()),
                "receipts are lines that `exledger check --format json` printed, or kept with --receipts",
            )
        })?;
        Ok(Book {
            shown: path.display().to_string(),
            path: Some(path.to_owned()),
            receipts,
        })
    }

    /// Returns the path of the file, as it was given.
    pub(super) fn path(&self) -> String {
        self.shown.clone()
    }

    /// Returns the uses of what never landed as a record.
    pub(super) fn strangers(&self, history: &History) -> Vec<UsesCase<'_>> {
        let is_known = |id: &str| {
            let keys = [
                TrailKey::Id(id.to_ascii_uppercase()),
                TrailKey::Path(id.to_owned()),
            ];
            keys.iter().any(|key| history.trails.contains_key(key))
        };
        let ids: BTreeSet<&str> = self
            .receipts
            .iter()
            .filter_map(|receipt| receipt.allows.as_deref())
            .filter(|id| !is_known(id))
            .collect();
        let used = |id| {
            let uses = self.of(id);
            let what = "no record of this id had ever landed".to_owned();
            UsesCase {
                path: &self.shown,
                id,
                has_granted: false,
                n_uses: uses.len(),
                late: uses
                    .into_iter()
                    .map(|(line, at)| (line, at, what.clone()))
                    .collect(),
            }
        };
        ids.into_iter().map(used).collect()
    }

    /// Returns the commits that receipts saw as the tip, each with the first line that names it.
    pub(super) fn commits(&self) -> Vec<(u32, String)> {
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        for receipt in &self.receipts {
            if let Some(commit) = &receipt.commit {
                seen.entry(commit).or_insert(receipt.line);
            }
        }
        let mut commits: Vec<(u32, String)> = seen
            .into_iter()
            .map(|(commit, line)| (line, commit.to_owned()))
            .collect();
        commits.sort();
        commits
    }

    /// Returns the uses of a record: line, and the instant that was asked about.
    fn of(&self, id: &str) -> Vec<(u32, Instant)> {
        let receipts = self.receipts.iter();
        let allowing = receipts.filter(|it| it.allows.as_deref() == Some(id));
        allowing
            .filter_map(|it| Some((it.line, it.instant?)))
            .collect()
    }

    /// Returns what the receipts say of each record; nothing where none are given.
    pub(super) fn used<'a>(
        &self,
        standings: &[&'a RecordState],
        approved: &'a Snapshot<'_>,
    ) -> Vec<UsesCase<'a>> {
        if self.path.is_none() {
            return Vec::new();
        }
        let used = |standing: &'a RecordState| {
            let id = standing.id();
            let uses = self.of(id);
            UsesCase {
                path: &standing.path,
                id,
                has_granted: standing.in_place.days != 0,
                n_uses: uses.len(),
                late: late(standing, approved, &uses),
            }
        };
        standings.iter().map(|standing| used(standing)).collect()
    }

    /// Returns how records were used, those that were.
    pub(super) fn uses(
        &self,
        standings: &[&RecordState],
        approved: &Snapshot<'_>,
    ) -> Vec<view::verify::RecordUses> {
        let uses = |standing: &&RecordState| {
            let id = standing.id();
            let uses = self.of(id);
            let closed = approved
                .acts(standing)
                .into_iter()
                .rfind(|act| matches!(act.event, ChangeEvent::Closed | ChangeEvent::Rejected))
                .map(|act| act.at);
            Some(view::verify::RecordUses {
                id: id.to_owned(),
                count: uses.len(),
                last: uses.iter().map(|(_, at)| *at).max()?,
                closed,
            })
        };
        if self.path.is_none() {
            return Vec::new();
        }
        standings.iter().filter_map(uses).collect()
    }
}

/// Returns the uses at which the record had ended already, by what had landed.
fn late(
    standing: &RecordState,
    approved: &Snapshot<'_>,
    uses: &[(u32, Instant)],
) -> Vec<(u32, Instant, String)> {
    if uses.is_empty() {
        return Vec::new();
    }
    let (history, approvals) = approved.facts();
    let key = super::key(history, standing);
    let verdicts: &[Rc<ApprovalVerdict>] = approvals.trails.get(&key).map_or(&[], Vec::as_slice);
    let trace = Trace::of(status::state::RecordFacts {
        key: &key,
        history,
        verdicts,
        governance: approved.governance(),
    });
    let had_ended = |then: &PastState| {
        matches!(
            then.status,
            Status::Expired | Status::Closed | Status::Rejected | Status::Revoked | Status::Removed
        )
    };
    let late = uses.iter().filter_map(|(line, at)| {
        let then = trace.at(*at).filter(had_ended)?;
        let what = format!("it was {}: {}", then.status.word(), then.reason);
        Some((*line, *at, what))
    });
    late.collect()
}
