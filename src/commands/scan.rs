//! `scan`: suppressions in tracked files that no exception in force allows.
//!
//! Start at [`ScanArgs`]. Follows `docs/spec/cli.md`, scan, and `docs/spec/interop.md`, 5.

use exledger::features::scan;
use std::path::PathBuf;

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::lint;
use exledger::features::scan::answer::ScanRequest;
use exledger::policy::governance::{NO_POLICY, State};
use exledger::view::doc::FindingList;
use exledger::{features, view};

/// Find suppressions that no exception allows
///
/// Reads the files that git tracks, as they are in the work tree: ignore files of scanners, and comments such as nosec,
/// nosemgrep or eslint-disable. Each must cite an exception in force that names its finding, hide no more than that, and
/// end no later. Exits 1 if one does not.
#[derive(Debug, Parser)]
#[command(name = "scan")]
#[command(
    after_help = "EXAMPLE\n  exledger scan\n  exledger scan src --format sarif\n  exledger scan --strict"
)]
pub(crate) struct ScanArgs {
    /// Files or folders to search [default: the whole repository]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(crate) const COMMAND: Command = Command::of::<ScanArgs>();

impl Run for ScanArgs {
    const FORMATS: Formats = Formats::Findings;
    const PAST: PastInstants = PastInstants::Refused("scan reads the current files");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ctx = &ctx.for_drafts();
        let session = ctx.home()?;
        let progress = ctx.progress("searching the tracked files");
        let request = ScanRequest { folder: &ctx.folder, paths: &self.paths };
        let mut answer = features::scan::answer(&session, &ctx.moment(), &request)?;
        drop(progress);
        ctx.of_notices(answer.snapshot().notices());
        let counts = view::findings::LevelCounts::count(answer.findings.iter());
        let findings = std::mem::take(&mut answer.findings);
        ctx.show(&scan::show::doc(scan::show::ScanView {
            stamp: answer.snapshot().stamp(),
            files: answer.n_files,
            suppressions: answer.n_suppressions,
            unread: &answer.unread,
            undetermined: answer.doubts.len(),
            findings: FindingList {
                shown: findings.into_iter().map(Into::into).collect(),
                rules: view::findings::rules(),
                judged: Vec::new(),
                is_for_machines: false,
            },
            reads: ctx.format.reads,
        }))?;
        let mut outcome = lint::of_counts(ctx, counts);
        for unread in &answer.unread {
            let place = format!("{}:{}", unread.path, unread.line);
            ctx.tell(&format!(
                "error: {place}: {}\n  help: correct it; until then it may hide anything",
                unread.reason
            ));
            outcome = Outcome::Undetermined;
        }
        for doubt in &answer.doubts {
            ctx.tell(&format!("error: could not determine: {doubt}"));
            outcome = Outcome::Undetermined;
        }
        if answer.snapshot().governance().state == State::Absent {
            ctx.tell(&format!("error: could not determine what is allowed: {NO_POLICY}"));
            outcome = Outcome::Undetermined;
        }
        Ok(outcome)
    }
}
