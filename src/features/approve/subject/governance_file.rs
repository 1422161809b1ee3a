//! A governance file that somebody approves.
//!
//! Start at [`find`]. Follows `docs/spec/approval.md`, G2.

use std::collections::BTreeSet;
use std::path::Path;

use crate::approval::count::requirement::{self, GovernanceVersion};
use crate::approval::evidence::statement_file::{self, ApprovalSubject};
use crate::features::approve::source::ContentSource;
use crate::features::approve::subject::{ApprovalContent, ApprovalTarget, LandedContent};
use crate::ledger;
use crate::session::error::{Error, Usage};
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::store::files;
use crate::view::patch;

pub(crate) fn find(
    (located, at): (&Located, &Moment),
    snapshot: &Snapshot<'_>,
    source: &ContentSource<'_>,
    (path, folder): (&Path, &Path),
) -> Result<ApprovalContent, Error> {
    let path = known_path(located, snapshot, source, (path, folder))?;
    let found = source.file(&path, snapshot)?;
    let tip = snapshot.ruling(&path);
    if found.is_none() && tip.is_none() {
        return Err(Usage::refused(
            format!("there is no file {path}, and there never was one"),
            "give a governance file that a change adds, changes or removes",
        )
        .into());
    }
    let is_committed = found.as_ref().is_none_or(|file| file.is_committed);
    let bytes = found.map(|file| file.bytes);
    let at_tip = tip.filter(|tip| tip.bytes == bytes);
    let makers = match &at_tip {
        Some(tip) => tip.verdict.author_persons(),
        None => {
            let compared = source.compare(at)?;
            compared.governors.get(&path).map(|made| made.by.clone()).unwrap_or_default()
        }
    };
    let instead = snapshot.counts_instead(&path, bytes.as_deref());
    let inherits = instead.as_ref().map(|counts| {
        let [old, new] =
            [counts.as_slice(), bytes.as_deref().unwrap_or_default()].map(String::from_utf8_lossy);
        patch::patch(&path, &old, &new)
    });
    let needed = match &at_tip {
        Some(tip) => tip.verdict.needed.clone(),
        None => {
            let (bytes, prefix) = (bytes.as_deref(), snapshot.prefix());
            let version = GovernanceVersion { path: &path, bytes, prefix };
            requirement::governance_needed(version, snapshot.governance())
        }
    };
    let records = &source.governance.policy.records;
    Ok(ApprovalContent {
        target: ApprovalTarget {
            about: ApprovalSubject::Governance(path.clone()),
            sha256: statement_file::digest(bytes.as_deref().unwrap_or_default()),
            from: instead.as_deref().map(statement_file::digest),
            folder: records.first().cloned().unwrap_or_default(),
            makers,
            owners: Vec::new(),
            needed,
        },
        name: path.clone(),
        path,
        inherits,
        is_committed,
        file: None,
        events: Vec::new(),
        last_approved: None,
        signers: Vec::new(),
        landed: at_tip.as_ref().map(LandedContent::of),
    })
}

/// Returns a path as the ledger names it, which must be that of a governance file in this tree or on the approved ref.
fn known_path(
    located: &Located,
    snapshot: &Snapshot<'_>,
    source: &ContentSource<'_>,
    (path, folder): (&Path, &Path),
) -> Result<String, Usage> {
    let prefix = snapshot.prefix();
    let own = source.governance.paths().into_iter();
    let known: BTreeSet<String> =
        own.chain(snapshot.governance().paths()).map(|path| prefix.plain(&path)).collect();
    let below = snapshot.policies_below();
    let typed = prefix.plain(&path.to_string_lossy());
    let inside = files::inside(&located.root, folder, path);
    let policies = [&source.governance, snapshot.governance()].into_iter();
    let folders: Vec<String> =
        policies.map(|policy| prefix.plain(&policy.policy.redesigns)).collect();
    let is_known = |path: &String| {
        known.contains(path) || below.contains(path) || ledger::is_record_of(&folders, path)
    };
    // In a folder with a policy of its own, that one is meant.
    let inside_below = inside.iter().find(|path| below.contains(*path)).cloned();
    let found = inside_below.into_iter().chain([typed]).chain(inside).find(is_known);
    found.ok_or_else(|| {
        let known: Vec<String> = known.into_iter().collect();
        Usage::refused(
            format!("{} is not a governance file", path.display()),
            format!("use one of {}, or a redesign", known.join(", ")),
        )
    })
}
