//! The audit pack: the ledger at the end of a span, and git's own bytes of everything that its answers rest on.
//!
//! Start at `Session::pack`. Follows `docs/spec/interop.md`, 3a. Nothing here depends on the clone, its time or its clock: the
//! present is the later of the end of the span and the time of the tip, and the approved branch has one name.

use crate::diag::remedy::Remedy;
use crate::diag::sorting::StableSort as _;
use std::collections::BTreeSet;
use std::path::Path;

use crate::features::pack::copied::Copied;
use crate::features::pack::packed_file::PackedFile;
use crate::features::verify;
use crate::features::verify::answer::AuditAnswer;
use crate::features::verify::answer::AuditRequest;
use crate::history::chain;
use crate::history::checkpoint::Checkpoint;
use crate::history::version::TrailKey;
use crate::record::time::Instant;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::Located;
use crate::session::mainline::{self, OpenMainline};
use crate::session::notice::Notice;
use crate::session::options::{AsOf, Moment};
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::status::force_end;
use crate::status::reason::ReasonKind;
use crate::status::stamp::Stamp;
use crate::status::state::{RecordFacts, RecordState, Status};

/// What a pack is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackRequest {
    /// The first instant of the span.
    pub from: Instant,
    /// The last instant of the span, at which everything is evaluated.
    pub to: Instant,
    /// The clock's time; it only decides whether the span is over.
    pub now: Instant,
}

/// Everything that a pack holds, before it is rendered.
pub struct PackedLedger<'s> {
    /// The audit of all records at the end of the span. Its snapshot is the only one: whatever is fetched meanwhile, each
    /// answer in the pack is about the same commits and notes.
    pub audit: AuditAnswer<'s>,
    /// The ids or paths of the records that were in force or changed in the span.
    keys: BTreeSet<String>,
    /// Copies of files that git holds, by name.
    pub files: Vec<PackedFile>,
    /// The path of the list of signers in the pack, if there is one.
    pub signers: Option<String>,
}

impl<'s> PackedLedger<'s> {
    /// Returns all records at the end of the span.
    pub fn snapshot(&self) -> &Snapshot<'s> {
        &self.audit.snapshot
    }

    /// Returns a checkpoint of the branch at the end of the span; `None` if it has been rewritten.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let checkpoint = self.audit.checkpoint().ok()?;
        let reference = self.snapshot().stamp.reference.clone();
        Some(Checkpoint { reference: reference.unwrap_or_default(), ..checkpoint })
    }

    /// Tells whether a record was in force or changed in the span.
    pub fn holds(&self, record_state: &RecordState) -> bool {
        self.keys.contains(&record_state.key)
    }

    /// Returns the records that were in force or changed in the span, by id and path.
    pub fn records(&self) -> Vec<&RecordState> {
        let all = self.snapshot().record_states.iter();
        let mut records: Vec<&RecordState> = all.filter(|state| self.holds(state)).collect();
        records.order_by_key(|record_state| (record_state.id(), &record_state.path));
        records
    }
}

pub(crate) fn collect<'s>(
    located: &'s Located,
    request: PackRequest,
) -> Result<PackedLedger<'s>, Error> {
    refuse_open_span(request)?;
    let chosen = mainline::approved_ref(located)?;
    let tip = chain::read(located.repository()?, chosen.tip)?;
    let moment = Moment {
        now: tip.committed().map_or(request.to, |at| at.max(request.to)),
        on: None,
        as_of: Some(AsOf::Instant(request.to)),
    };
    let line = OpenMainline::of(located, &moment, chosen)?;
    let everything =
        AuditRequest { folder: Path::new(""), ids: &[], checkpoints: &[], receipts: None };
    let mut audit = verify::answer::audit_of(line, &everything)?;
    let snapshot = &mut audit.snapshot;
    snapshot.record_states = audit.records.clone();
    snapshot.count_refilings(Scope::Everything);
    snapshot.stamp = of_any_clone(&snapshot.stamp);
    refuse_unfetched(snapshot)?;
    let keys = selected(snapshot, request);
    let Copied { files, signers } = Copied::collect(snapshot, &keys)?;
    Ok(PackedLedger { audit, keys, files, signers })
}

fn refuse_open_span(request: PackRequest) -> Result<(), Usage> {
    if request.from > request.to {
        return Err(Usage::refused(
            format!("the span would begin at {} and end at {}", request.from, request.to),
            "give a --from that is not after --to",
        ));
    }
    if request.to.day() > request.now.day() {
        return Err(Usage::refused(
            format!("the span ends at {}, which is a later day", request.to),
            "give today or an earlier day as --to: what is still to be merged would be missing",
        ));
    }
    Ok(())
}

/// Refuses a clone whose answers rest on its lack of the approvals branch: another clone's pack would differ.
fn refuse_unfetched(snapshot: &Snapshot<'_>) -> Result<(), Undetermined> {
    let Some(missing) = snapshot.history.approvals_branch.unfetched() else { return Ok(()) };
    let is_unheard = |notice: &Notice| matches!(notice, Notice::UnheardRejections { .. });
    let is_unheard = snapshot.notices.iter().any(is_unheard);
    let mut reasons = snapshot.record_states.iter().flat_map(|state| &state.reasons);
    let waits = reasons.any(|reason| reason.kind() == ReasonKind::StatementsNotFetched);
    // Who has fetched, and has none, may fetch again in vain.
    let is_open = is_unheard || waits && missing.fetched.is_none();
    if !is_open {
        return Ok(());
    }
    Err(Undetermined::other(
        format!(
            "this clone has not fetched {}: what was approved or rejected there would be missing in the pack",
            missing.name
        ),
        Remedy::run([&missing.command]),
    ))
}

/// Returns a stamp that is the same in every clone: the branch instead of what a clone calls it.
fn of_any_clone(stamp: &Stamp) -> Stamp {
    let branch = |reference: &String| match reference.strip_prefix("refs/remotes/") {
        Some(_) => format!("refs/heads/{}", chain::branch(reference)),
        None => reference.clone(),
    };
    let reference = stamp.reference.as_ref().map(branch);
    Stamp { label: reference.clone(), reference, ..stamp.clone() }
}

/// Returns the keys of the records that were in force or changed in the span, or of which that can't be determined.
fn selected(snapshot: &Snapshot<'_>, request: PackRequest) -> BTreeSet<String> {
    let PackRequest { from, to, .. } = request;
    let until = to.plus_seconds(1);
    let is_selected = |record_state: &&RecordState| {
        let Some(trail) = snapshot.trail(record_state) else {
            return false;
        };
        let changed =
            || snapshot.acts(record_state).iter().any(|act| act.at >= from && act.at <= to);
        let key: &TrailKey = &trail.key;
        let verdicts = snapshot.approvals.trails.get(key).map(Vec::as_slice).unwrap_or_default();
        let (history, governance) = (&snapshot.history, &*snapshot.governance);
        let facts = RecordFacts { key, history, verdicts, governance };
        record_state.status == Status::Unknown
            || changed()
            || force_end::may_have_been_in_force(facts, (from, until))
    };
    let selected = snapshot.record_states.iter().filter(is_selected);
    selected.map(|record_state| record_state.key.clone()).collect()
}
