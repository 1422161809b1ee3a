//! The common part of the edits of redesigns: write, show, and print the next steps.
//!
//! Start at [`write`].

use crate::commands::context::Ctx;
use crate::commands::exit::Outcome;
use crate::commands::{decision, next_steps};
use exledger::diag::shell::quoted;
use exledger::features::decide;
use exledger::features::decide::show::{Decided, DecisionResult};
use exledger::features::redesign::answer::PreparedRedesign;
use exledger::session::Session;
use exledger::view::patch;

pub(super) struct RedesignEvent {
    /// The name in `schema`.
    pub(super) command: &'static str,
    pub(super) event: &'static str,
    /// The branch for the change; the id follows.
    pub(super) branch: &'static str,
    /// The subject of its commit; the id follows.
    pub(super) subject: &'static str,
    pub(super) is_dry: bool,
}

const NEEDS: &str = "1 approval by somebody other than its authors, as for the policy";

/// Writes a prepared redesign, unless only a preview is wanted, and shows it.
pub(super) fn write(
    ctx: &Ctx,
    session: &Session,
    prepared: PreparedRedesign<'_>,
    happened: &RedesignEvent,
) -> anyhow::Result<Outcome> {
    if !happened.is_dry {
        prepared.write()?;
    }
    let before = prepared.before.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let path = &prepared.path;
    let answer = DecisionResult {
        command: happened.command,
        records: vec![Decided {
            id: prepared.id.clone(),
            path: path.clone(),
            event: happened.event,
            changes: prepared.edited.changes.clone(),
            findings: prepared.findings.clone(),
            needs: Some(NEEDS.to_owned()),
            remarks: prepared.remarks.clone(),
            patch: patch::patch(&decision::from_top(session, path), &before, &prepared.edited.text),
        }],
        is_several: false,
        is_written: !happened.is_dry,
        next: next(ctx, session, &prepared, happened),
    };
    drop(prepared);
    ctx.show(decide::show::doc(&answer))?;
    Ok(Outcome::Fine)
}

fn next(
    ctx: &Ctx,
    session: &Session,
    prepared: &PreparedRedesign<'_>,
    happened: &RedesignEvent,
) -> Vec<String> {
    let id = &prepared.id;
    let own = std::iter::once(&prepared.path);
    let files: Vec<String> =
        own.chain(prepared.files.iter().map(|(path, _)| path)).map(|path| quoted(path)).collect();
    let branch = format!("{}{id}", happened.branch);
    let subject = format!("{} {id}", happened.subject);
    let mut next = next_steps::sending(ctx, session, &branch, (&files, &subject));
    if prepared.before.is_none() {
        next.push(format!(
            "# link it in each record that it lets pass: references: {{redesign: {id}}}"
        ));
    }
    next
}
