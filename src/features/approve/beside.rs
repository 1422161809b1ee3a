//! The redesigns that are approved together with a record that links them.
//!
//! Start at [`linked_redesigns`]. Follows `docs/spec/redesign.md`: whoever approves the record has read what it relies on.

use std::path::Path;

use crate::approval::evidence::statement_file::ApprovalDecision;
use crate::features::approve::answer::refuse_uncounted;
use crate::features::approve::source::ContentSource;
use crate::features::approve::subject::{ApprovalContent, governance_file};
use crate::ledger::Files;
use crate::policy::people::person::Person;
use crate::policy::redesign::file;
use crate::session::error::Error;
use crate::session::locate::Located;
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::survey::redesign::{is_linking, link};

/// Returns the redesigns that a record links and that are not approved yet, as its approver would approve them, and a
/// notice for each that they can't approve.
pub(super) fn linked_redesigns(
    (located, at): (&Located, &Moment),
    snapshot: &Snapshot<'_>,
    source: &ContentSource<'_>,
    (content, person): (&ApprovalContent, &Person),
) -> Result<(Vec<ApprovalContent>, Vec<Notice>), Error> {
    let (mut redesigns, mut notices) = (Vec::new(), Vec::new());
    let Some(link) = content.record().and_then(link) else {
        return Ok((redesigns, notices));
    };
    let folder = std::slice::from_ref(&source.governance.policy.redesigns);
    for place in Files::list(source.files(), folder)?.records {
        let bytes = place.bytes(source.files())?;
        // A broken file grants nothing, approved or not.
        let Some(redesign) = file::read(&place.path, &bytes).redesign else {
            continue;
        };
        if !is_linking(link, &place.path, Some(&redesign))
            || snapshot.is_ruling_approved(&place.path, &bytes)
        {
            continue;
        }
        let path = (Path::new(&place.path), located.root.as_path());
        let redesign = governance_file::find((located, at), snapshot, source, path)?;
        let judging = source.judging(snapshot);
        match refuse_uncounted(&redesign, person, ApprovalDecision::Approve, judging) {
            Ok(()) => redesigns.push(redesign),
            Err(refused) => notices
                .push(Notice::RedesignNotApproved { path: place.path, cause: refused.to_string() }),
        }
    }
    Ok((redesigns, notices))
}
