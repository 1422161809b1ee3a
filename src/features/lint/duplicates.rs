//! Which of two files with one id stays: the one that the approved ref had first.
//!
//! Start at [`advise`]. Follows `docs/spec/approval.md`, V3: what keeps the other one loses what was approved.

use std::collections::BTreeMap;

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::features::lint::landed::approved_tip;
use crate::history::version::TrailKey;
use crate::ledger;
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;

pub(super) fn advise(located: &Located, at: &Moment, findings: &mut [Finding]) {
    let mut twins: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.rule == Code::DuplicateId) {
        let id = finding.id.iter().map(|id| id.to_ascii_uppercase());
        id.for_each(|id| twins.entry(id).or_default().push(finding.path.clone()));
    }
    for (id, paths) in twins {
        let Some(kept) = first((located, at), &id, &paths) else { continue };
        let is_twin = |finding: &&mut Finding| {
            finding.rule == Code::DuplicateId && paths.contains(&finding.path)
        };
        for finding in findings.iter_mut().filter(is_twin) {
            finding.remedy = ledger::keep_one(&kept, &paths);
        }
    }
}

/// Returns the file that landed first; `None` if none landed, or several did at once.
fn first((located, at): (&Located, &Moment), id: &str, paths: &[String]) -> Option<String> {
    let tip = approved_tip(located)?;
    let has_landed = |path: &&String| tip.tree.entry(path).ok().flatten().is_some();
    let landed: Vec<&String> = paths.iter().filter(has_landed).collect();
    if let [only] = landed[..] {
        return Some(only.clone());
    }
    let texts = [id];
    let snapshot = Snapshot::open_landed(located, at, Scope::About(&texts)).ok()?;
    let trail = snapshot.history.trail(&TrailKey::Id(id.to_owned()))?;
    let mut files = trail.versions.iter().map(|version| version.files.as_slice());
    let kept = files.find_map(|files| match files {
        [own] => paths.iter().find(|path| **path == *own.path),
        _ => None,
    });
    kept.cloned()
}
