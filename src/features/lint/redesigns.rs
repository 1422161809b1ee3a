//! The redesign files that are linted: all of the folder, or those that a branch adds or changes.
//!
//! Start at [`read`]. Follows `docs/spec/redesign.md`. One that can't be read hides neither others nor records.

use crate::features::diff::redesigns::is_same;
use crate::features::lint::findings::LintFindings;
use crate::features::lint::input::Input;
use crate::ledger::tree::Tree;
use crate::ledger::{Files, is_record_of};
use crate::policy::redesign::file;
use crate::record::time::Instant;
use crate::rules::case::RuleContext;
use crate::rules::lint;
use crate::session::error::Error;

pub(super) struct LintedRedesigns<'l> {
    /// The tree that they must differ from; `None` if all are linted.
    pub(super) before: Option<&'l dyn Tree>,
    /// Returns when a file first landed, or would; `None` if that is not known.
    pub(super) landed: &'l dyn Fn(&str) -> Option<Instant>,
}

pub(super) fn read(
    input: &Input<'_>,
    context: &RuleContext<'_>,
    linted: &LintedRedesigns<'_>,
    found: &mut LintFindings,
) -> Result<(), Error> {
    let folder = std::slice::from_ref(&context.governance.policy.redesigns);
    let mut files = Files::list(input, folder)?;
    // A policy that names one folder for both has a finding; its records are no redesigns.
    files.records.retain(|file| !is_record_of(&context.governance.policy.records, &file.path));
    if let Some(before) = linted.before {
        let mut odd = Vec::new();
        for item in files.odd {
            if before.kind(&item.path)? != Some(item.kind) {
                odd.push(item);
            }
        }
        files.odd = odd;
    }
    found.take(lint::files(&files, context), input);
    for place in files.records.iter().filter(|record| input.names(&record.path)) {
        let bytes = place.bytes(input)?;
        let old = linted.before.map(|before| before.bytes(&place.path)).transpose()?.flatten();
        if old.is_some_and(|old| is_same(&old, &bytes)) {
            continue;
        }
        let mut file = file::read(&place.path, &bytes);
        if let Some(duplicate) = place.duplicate(&file.source) {
            file.source.refuse(duplicate);
        }
        found.n_redesigns += 1;
        found.take(lint::redesign(&file, context, (linted.landed)(&place.path))?, input);
    }
    Ok(())
}
