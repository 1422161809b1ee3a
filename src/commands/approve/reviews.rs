//! Reads a forge's reviews of a merged pull request from a file, and answers about them.
//!
//! Start at [`run`]; [`features::approve::prepare_reviews`] decides. Follows `docs/spec/approval.md`, 1.12.

use crate::commands::approve::git_commands;
use crate::commands::context::{self, Ctx, fault};
use crate::commands::exit::Outcome;
use exledger::approval::evidence::reviews::Reviews;
use exledger::approval::evidence::statement_file::ApprovalSubject;
use exledger::approval::evidence::statement_file::SIGNATURE;
use exledger::features::approve::bridge_key::{ReviewKey, UncountedKey};
use exledger::features::approve::reviews::PreparedReviews;
use exledger::features::approve::show::{ApprovalSummary, WrittenReview};
use exledger::features::{self, approve};
use exledger::plan::reviews::ApprovalFileDraft;
use exledger::plan::reviews::skipped::{SkippedReview, UnresolvedReview};
use exledger::session::Session;
use exledger::store::files::{self, FileError};
use std::io::Read;
use std::mem::ManuallyDrop;
use std::path::Path;

/// The maximum size of a file of reviews, in bytes.
const MOST: u64 = 16 * 1024 * 1024;

pub(super) fn run(ctx: &Ctx, file: &Path, key: &str, written: bool) -> anyhow::Result<Outcome> {
    let session = ctx.home()?;
    session.work_tree()?;
    let reviews = read(ctx, file)?;
    let progress = ctx.progress(context::READING);
    let prepared = features::approve::prepare_reviews(&session, &ctx.moment(), &reviews);
    drop(progress);
    // It holds the whole history, which takes long to free.
    let prepared = ManuallyDrop::new(prepared?);
    let result = &prepared.result;
    for skipped in &result.skipped {
        ctx.tell(&format!("warning: {skipped}"));
    }
    for review in &result.unresolved {
        ctx.tell(&warning(review, &reviews.pull_request));
    }
    let files = prepared.files(ReviewKey::Named(key, &ctx.folder))?;
    for key in &files.uncounted {
        ctx.tell(&not_counted(key, None));
    }
    let counts = files.uncounted.is_empty();
    if written {
        prepared.write(&files)?;
    }
    show((ctx, &session, &prepared), written)?;
    let is_open = |skipped: &SkippedReview| matches!(skipped, SkippedReview::Missing { .. });
    Ok(if result.skipped.iter().any(is_open) {
        Outcome::Undetermined
    } else if result.unresolved.is_empty() && counts {
        Outcome::Fine
    } else {
        Outcome::ProblemsFound
    })
}

pub(crate) fn warning(review: &UnresolvedReview, pull_request: &str) -> String {
    match (&review.login, review.step()) {
        (Some(login), Some(step)) if review.other_number.is_some() => format!(
            "warning: {login} approved {pull_request}, which does not count: {}: {step} in exledger.yaml",
            review.reason
        ),
        (Some(login), Some(step)) => format!(
            "warning: {login} approved {pull_request}, but it is not known who {login} is: {step} in exledger.yaml"
        ),
        _ => format!(
            "warning: {pull_request} was approved by an account that the forge does not name: ask someone else ({})",
            review.url
        ),
    }
}

// The address of the bridge is `None` where only its owner knows it.
pub(crate) fn not_counted(key: &UncountedKey, bridge: Option<&str>) -> String {
    let UncountedKey { listing, signers, line } = key;
    let with = if bridge.is_none() { ", with the address of the bridge," } else { "" };
    format!(
        "warning: the review is signed but does not count yet: the key {listing}\n  help: first add this line{with} to {signers}, in a change that someone else approves:\n        \
         {} {line}",
        bridge.unwrap_or("BRIDGE")
    )
}

fn read(ctx: &Ctx, file: &Path) -> anyhow::Result<Reviews> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().take(MOST).read_to_end(&mut bytes);
        read.map_err(|cause| fault::undetermined(format!("can't read stdin: {cause}"), ""))?;
        bytes
    } else {
        files::read(&ctx.folder.join(file), MOST).map_err(|error| match error {
            FileError::Failed(..) => fault::undetermined(error.to_string(), ""),
            _ => fault::usage_error(error.to_string(), "give the file with the reviews"),
        })?
    };
    Reviews::read(&bytes).map_err(|error| {
        fault::usage_error(
            error.to_string(),
            "write it as {pull_request, landing, forge, opened_by, authors[]{email, login}, reviews[]{login, email, \
             state, commit, at, url, reason, permission, author_association}}",
        )
    })
}

fn show(
    (ctx, session, prepared): (&Ctx, &Session, &PreparedReviews<'_>),
    written: bool,
) -> anyhow::Result<()> {
    let drafts = prepared.result.stated.iter();
    let all: Vec<WrittenReview> = drafts
        .zip(prepared.landed()?)
        .map(|(draft, landed)| {
            let summary = summary(prepared, draft);
            WrittenReview { text: text(draft, &summary), landed, summary }
        })
        .collect();
    let next = match prepared.remote().filter(|_| written && !all.is_empty()) {
        Some(remote) => vec![git_commands::send_command(ctx, session, remote)?],
        None => Vec::new(),
    };
    ctx.show(approve::show::stated(&all, &prepared.result.unresolved, written, &next))
}

fn summary(prepared: &PreparedReviews<'_>, draft: &ApprovalFileDraft) -> ApprovalSummary {
    ApprovalSummary {
        name: match &draft.file.about {
            ApprovalSubject::Record(id) => id.to_string(),
            ApprovalSubject::Governance(path) => path.clone(),
        },
        sha256: draft.file.sha256.clone(),
        decision: draft.file.decision,
        groups: prepared.groups(draft),
        files: vec![draft.path.clone(), format!("{}{SIGNATURE}", draft.path)],
    }
}

fn text(draft: &ApprovalFileDraft, summary: &ApprovalSummary) -> String {
    let groups = match summary.groups.as_slice() {
        [] => String::new(),
        groups => format!(" for {}", groups.join(", ")),
    };
    let via = draft.file.via.as_deref().unwrap_or_default();
    format!("{}{groups}, claimed by review {via}", draft.person.display)
}
