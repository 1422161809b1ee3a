//! The stamp of a snapshot: which ledger, ref and commit it was computed from.
//!
//! Start at [`of`]. Follows `docs/spec/cli.md`, shared shapes.

use crate::approval::governance::counted::CountedGovernance;
use crate::history::mainline::{Guard, Mainline};
use crate::history::walked::History;
use crate::record::dates;
use crate::record::time::Instant;
use crate::status::stamp::Stamp;
use crate::store::git::Repository;

/// Returns the stamp of a walked history; `moved` is the clock's time, and whether the answer is about another time.
pub(super) fn of(
    repository: &Repository,
    history: &History,
    counted: &CountedGovernance,
    instant: Instant,
    (is_moved, now): (bool, Instant),
) -> Stamp {
    let mainline = &history.mainline;
    Stamp {
        name: counted.tip.policy.name.clone(),
        called: counted.tip.policy.name.clone().or(mainline.root().map(|root| root.to_string())),
        folder: history.prefix.folder(),
        reference: Some(mainline.reference.clone()),
        label: Some(label(repository, mainline, now)),
        commit: Some(mainline.tip.to_string()),
        effective: mainline.landings.last().map(|landing| landing.effective),
        instant,
        approvals: history.approvals_branch.tip.map(|tip| tip.to_string()),
        trusted_from: trusted_from(mainline),
        left_out: counted.left_out.clone(),
        notes: history.notes.as_ref().map(|notes| notes.tip.to_string()),
        is_simulated: is_moved,
    }
}

/// Returns the commit from which governance counts as it landed there.
fn trusted_from(mainline: &Mainline) -> Option<String> {
    Some(mainline.landings.get(mainline.trusted?)?.oid.to_string())
}

/// Returns the approved ref, with who guards it or how long ago it was fetched at the clock's time.
pub(super) fn label(repository: &Repository, mainline: &Mainline, now: Instant) -> String {
    let guard = match mainline.guard {
        Guard::Local => " (local, unprotected)".to_owned(),
        Guard::Remote => {
            let remote = mainline.reference.starts_with("refs/remotes/");
            let fetched = if remote { repository.fetched(&mainline.reference) } else { None };
            let text = |at: Instant| format!(" (fetched {})", dates::distance(at.min(now), now));
            fetched.map(text).unwrap_or_default()
        }
    };
    format!("{}{guard}", mainline.reference)
}
