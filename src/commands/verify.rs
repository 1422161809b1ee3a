//! `verify`: the audit of history, approvals, evidence and receipts.
//!
//! Start at [`VerifyArgs`]. Follows `docs/spec/cli.md`, verify, and `docs/spec/rules.md`, levels in verify.

use exledger::features::verify;
use exledger::view::doc::FindingReaders;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, place, unknown};
use crate::commands::exit::Outcome;
use crate::commands::{context, lint, picker};
use exledger::diag::Finding;
use exledger::features::verify::answer::{AuditAnswer, AuditRequest};
use exledger::features::verify::uses::ReceiptsRequest;
use exledger::history::checkpoint::Checkpoint;
use exledger::session::error::Undetermined;
use exledger::status::stamp::Stamp;
use exledger::status::state::RecordState;
use exledger::store::files;
use exledger::view::doc::{FindingList, FormatNeeds, JudgedFile};
use exledger::{features, view};

/// Audit everything that was merged
///
/// Checks every version that was ever merged against the rules in force at the time: who approved it, what it changed,
/// whether its evidence is kept. Exits 3 if this clone lacks the history it needs.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger verify --checkpoint last.json --write-checkpoint next.json\n  exledger verify 7F3KQ --receipts receipts.jsonl\n  exledger verify --receipts receipts.jsonl --contains receipt.json"
)]
pub(crate) struct VerifyArgs {
    /// Records to verify [default: all]
    #[arg(value_name = "ID")]
    ids: Vec<String>,

    /// Compare the approved branch with this checkpoint, written by --write-checkpoint; repeatable
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,

    /// Write a checkpoint of the approved branch to this file; keep it outside the repository
    #[arg(long, value_name = "FILE")]
    write_checkpoint: Option<PathBuf>,

    /// Check the uses in this receipt file, and compare the approved branch with the state each receipt saw
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,

    /// Report a receipt that was kept in this file and is missing from --receipts; repeatable
    #[arg(long, value_name = "RECEIPT", requires = "receipts")]
    contains: Vec<PathBuf>,

    /// Report receipts that no good signature covers
    #[arg(long, requires = "receipts")]
    require_signed: bool,
}

pub(crate) const COMMAND: Command = Command::of::<VerifyArgs>("verify");

impl Run for VerifyArgs {
    const FORMATS: Formats = Formats::Findings;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        if let Some(path) = &self.write_checkpoint {
            place::file(ctx.folder.join(path))?;
        }
        let ids = picker::records_named(ctx, &self.ids)?;
        let session = ctx.home()?;
        let progress = ctx.progress(context::READING);
        let answer = features::verify::answer(
            &session,
            &ctx.moment(),
            &AuditRequest {
                folder: &ctx.folder,
                ids: &ids,
                checkpoints: &self.checkpoint,
                receipts: self.receipts.as_deref().map(|file| ReceiptsRequest {
                    file,
                    contains: &self.contains,
                    require_signed: self.require_signed,
                }),
            },
        )?;
        drop(progress);
        // The process ends with it, and freeing a long history takes a while.
        let mut answer = ManuallyDrop::new(answer);
        let counts = view::findings::LevelCounts::count(answer.findings.iter());
        let checkpoint = self.write_checkpoint.as_ref().map(|path| (path, answer.checkpoint()));
        // A long history has tens of thousands of findings: they are moved, not copied.
        let findings = std::mem::take(&mut answer.findings);
        ctx.of_notices(answer.snapshot().notices());
        let stamp = answer.snapshot().stamp();
        let mut shown = shown(&answer, findings, stamp, ctx.format.reads);
        shown.folder = lint::forge_folder(ctx, &session);
        ctx.show(verify::show::doc(shown))?;
        let outcome = undetermined(ctx, &answer);
        if let Some((path, checkpoint)) = checkpoint {
            write_checkpoint(ctx, &checkpoint?, path)?;
        }
        Ok(outcome.max(lint::of_counts(ctx, counts)))
    }
}

pub(crate) fn shown<'a>(
    answer: &'a AuditAnswer<'_>,
    findings: Vec<Finding>,
    stamp: &'a Stamp,
    reads: FormatNeeds,
) -> verify::show::Verify<'a> {
    let (history, _) = answer.snapshot().facts();
    let first = history.mainline.landings.first();
    let n_unknown = answer.records.iter().filter(unknown::is_unknown).count();
    verify::show::Verify {
        stamp,
        first: first.map(|landing| landing.oid.to_string()),
        n_commits: history.mainline.landings.len(),
        checked: answer.records.len(),
        undetermined: n_unknown + answer.doubts.len(),
        folder: String::new(),
        uses: &answer.uses,
        findings: FindingList {
            shown: findings.into_iter().map(Into::into).collect(),
            rules: view::findings::rules(),
            judged: answer.records.iter().map(judged).collect(),
            readers: FindingReaders::Everyone,
        },
        reads,
    }
}

pub(crate) fn undetermined(ctx: &Ctx, answer: &AuditAnswer<'_>) -> Outcome {
    let unknown = answer.records.iter().filter(unknown::is_unknown);
    let mut outcome = unknown::outcome(ctx, unknown, Outcome::Fine);
    for doubt in &answer.doubts {
        ctx.tell(&format!("error: could not determine: {doubt}"));
        outcome = Outcome::Undetermined;
    }
    outcome
}

fn write_checkpoint(ctx: &Ctx, checkpoint: &Checkpoint, path: &Path) -> anyhow::Result<()> {
    files::replace(&ctx.folder.join(path), checkpoint.text().as_bytes())
        .map_err(Undetermined::Unwritable)?;
    ctx.hint(&verify::show::written(&path.display().to_string(), &checkpoint.tip));
    Ok(())
}

fn judged(state: &RecordState) -> JudgedFile {
    JudgedFile {
        path: state.path.clone(),
        id: Some(state.id().to_owned()),
        title: state.known_content().map(|record| record.title.clone()),
        tier: state.tier.as_ref().map(|tier| tier.tier.clone()),
    }
}
