//! `scan`: every suppression here, and what a ledger says of it.
//!
//! Start at [`ScanArgs`]. Follows `docs/spec/cli.md`, scan, and `docs/spec/interop.md`, 5.

use std::path::PathBuf;

use clap::Parser;

use crate::ask;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::lint;
use exledger::features::scan::answer::ScanRequest;
use exledger::features::scan::place::{self, ScanPlace};
use exledger::features::scan::show::{self, ScanShown, ScreenSize};
use exledger::policy::governance::{NO_POLICY, State};
use exledger::{features, view};

/// Find every suppression here; needs no setup
///
/// Reads ignore files of scanners and package managers, and comments such as nosec, nosemgrep or eslint-disable: in git
/// the files that it tracks, elsewhere those below the folder that .gitignore doesn't leave out. The answer says which
/// of them are past their end or the date that their comment names, have no reason, or were written by somebody who is
/// no longer active here. In a ledger, each must be covered by an exception in force. With --base, only what a branch
/// adds, widens or uncovers counts. Exits 1 for errors; with --strict for warnings, such as a passed date, too.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger scan\n  exledger scan --base origin/main --format github\n  exledger scan src --format csv"
)]
pub(crate) struct ScanArgs {
    /// Files or folders to search [default: the whole repository, or the folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Show only what HEAD and the work tree add or widen since they parted from REV
    #[arg(long, value_name = "REV")]
    base: Option<String>,

    /// Show a line for each suppression
    #[arg(long)]
    list: bool,

    /// Show what is looked for, and the files found for it
    #[arg(long, conflicts_with_all = ["base", "list"])]
    kinds: bool,

    /// Don't read history for since when each is there, and by whom
    #[arg(long)]
    no_age: bool,
}

pub(crate) const COMMAND: Command = Command::of::<ScanArgs>("scan");

impl Run for ScanArgs {
    const FORMATS: Formats = Formats::Findings;
    const PAST: PastInstants = PastInstants::Refused("scan reads the current files");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let folder = place::folder_of(&ctx.folder, &self.paths)?;
        let paths = match folder == ctx.folder {
            true => self.paths,
            false => self.paths.iter().map(|path| ctx.folder.join(path)).collect(),
        };
        let ctx = &ctx.within(folder.clone()).for_drafts();
        let place = ScanPlace::open(&folder, ctx.options())?;
        let progress = ctx.progress("searching the files");
        let request = ScanRequest {
            folder: &folder,
            paths: &paths,
            base: self.base.as_deref(),
            ages: !self.no_age,
            prefixes: &[],
        };
        let mut answer = features::scan::answer(&place, &ctx.moment(), &request)?;
        drop(progress);
        match (answer.snapshot(), &place) {
            (Some(snapshot), _) => ctx.of_notices(snapshot.notices()),
            (None, ScanPlace::Ledger(_)) => ctx.tell(
                "note: the repository has no commits yet, so no exception of its ledger is in force: judged as without a ledger",
            ),
            (None, _) => {}
        }
        let counts = view::findings::LevelCounts::count(answer.findings.iter());
        let size = ctx.style.width.zip(ask::rows());
        ctx.show(show::doc(
            &mut answer,
            ScanShown {
                lists: self.list || !paths.is_empty(),
                kinds: self.kinds,
                screen: size.map(|(columns, rows)| ScreenSize { columns, rows }),
                reads: ctx.format.reads,
            },
        ))?;
        if let Some(why) = &answer.no_ages {
            ctx.tell(&format!("warning: since when they are there is not known: {why}"));
        }
        if self.kinds {
            return Ok(Outcome::Fine);
        }
        let mut outcome = lint::of_counts(ctx, counts);
        for unread in &answer.unread {
            let place = format!("{}:{}", unread.path, unread.line);
            ctx.tell(&format!(
                "error: {place}: {}\n  help: correct it; until then it may hide anything",
                unread.reason
            ));
            outcome = Outcome::Undetermined;
        }
        for ignored in &answer.ignored {
            ctx.tell(&format!("warning: {}:{}: {}", ignored.path, ignored.line, ignored.what));
        }
        for doubt in &answer.doubts {
            ctx.tell(&format!("error: could not determine: {doubt}"));
            outcome = Outcome::Undetermined;
        }
        let snapshot = answer.snapshot();
        if answer.begins_ledger() {
            ctx.tell(
                "note: no exledger.yaml has landed on the approved branch yet, so no exception is in force before one is merged",
            );
        } else if snapshot.is_some_and(|snapshot| snapshot.governance().state == State::Absent) {
            ctx.tell(&format!("error: could not determine what is allowed: {NO_POLICY}"));
            outcome = Outcome::Undetermined;
        }
        Ok(outcome)
    }
}
