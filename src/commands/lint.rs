//! `lint`: schema, policy and rules over the work tree.
//!
//! Works in a plain folder too. Follows `docs/spec/cli.md`, lint, and `docs/spec/rules.md`.

use exledger::features::{self, lint};
use exledger::view::doc::FindingReaders;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Parser;

use anyhow::Context;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault, filter};
use crate::commands::exit::Outcome;
use exledger::diag::Finding;
use exledger::features::lint::input::LintRequest;
use exledger::render::format::Offered;
use exledger::session::Session;
use exledger::session::judged::UnreadFile;
use exledger::view;
use exledger::view::doc::{FindingList, ShownFinding};
use exledger::view::excerpt::Excerpts;

/// The maximum number of bytes read from standard input: far more than a record may have.
const MOST: u64 = 1_048_576;

/// Check the records and the policy
///
/// Reads the work tree; also works outside git. The current time is not used unless --on gives one.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger lint --format github\n  exledger lint --base origin/main\n  exledger lint - --path exceptions/EXC-2026-7F3KQ.yaml < draft.yaml"
)]
pub(crate) struct LintArgs {
    /// Files or folders to check [default: everything]; - for one record on stdin
    paths: Vec<PathBuf>,

    /// Path that the record on stdin will have
    #[arg(long, value_name = "FILE")]
    path: Option<PathBuf>,

    /// Check only what changed since the branch diverged from this commit, and the changes themselves
    #[arg(long, value_name = "REV")]
    base: Option<String>,

    /// With --base: name of the branch, for the commands that approve it [default: the checked-out one]
    #[arg(long, value_name = "NAME", requires = "base", value_parser = filter::branch_name)]
    branch: Option<String>,
}

pub(crate) const COMMAND: Command = Command::of::<LintArgs>("lint");

impl Run for LintArgs {
    const FORMATS: Formats = Formats::Findings;
    const PAST: PastInstants = PastInstants::Refused("lint checks the current files");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ctx = &ctx.for_drafts();
        let home = ctx.home()?;
        let given = self.given()?;
        let progress = ctx.progress("reading the records");
        let answer = features::lint::answer(
            &home,
            &ctx.moment(),
            &LintRequest {
                folder: &ctx.folder,
                paths: if given.is_some() { &[] } else { &self.paths },
                record: given.as_ref().map(|(path, bytes)| (*path, bytes.as_slice())),
                base: self.base.as_deref(),
                branch: self.branch.as_deref(),
            },
        )?;
        drop(progress);
        ctx.of_notices(&answer.notices);
        for (name, doubt) in &answer.doubts {
            ctx.tell(&format!("error: could not determine {}: {doubt}", doubt.question(name)));
        }
        let is_known = answer.doubts.is_empty() && is_read(ctx, &answer.counts.not_read);
        let doubts = if is_known { Outcome::Fine } else { Outcome::Undetermined };
        let findings = || answer.findings.iter().chain(&answer.staged);
        let counts = view::findings::LevelCounts::count(findings());
        let repository = home.repository_or_none();
        let commit = repository.and_then(|repository| repository.find("HEAD"));
        // Only a table shows lines.
        let is_table = ctx.format.name == "table";
        let shown = |findings: &[Finding], tree| {
            let excerpts = Excerpts::from_tree(Some(tree).filter(|_| is_table), findings);
            findings.iter().map(|finding| excerpts.shown(finding.clone())).collect::<Vec<_>>()
        };
        let mut all = shown(&answer.findings, answer.tree());
        all.extend(
            shown(&answer.staged, answer.staged_tree())
                .into_iter()
                .map(|shown| ShownFinding { is_staged: true, ..shown }),
        );
        ctx.show(lint::show::doc(lint::show::LintView {
            name: answer.governance.policy.name.clone(),
            commit: commit.map(|found| found.oid.to_string()),
            instant: ctx.moment().on,
            is_in_doubt: !answer.doubts.is_empty(),
            judged: answer.counts,
            redesigns: answer.n_redesigns,
            folder: forge_folder(ctx, &home),
            reads: ctx.format.reads,
            findings: FindingList {
                shown: all,
                rules: view::findings::rules(),
                judged: answer.judged.clone(),
                readers: FindingReaders::Everyone,
            },
        }))?;
        Ok(doubts.max(of_counts(ctx, counts)))
    }
}

impl LintArgs {
    fn given(&self) -> anyhow::Result<Option<(&Path, Vec<u8>)>> {
        if !self.paths.iter().any(|path| path == Path::new("-")) {
            return match self.path {
                None => Ok(None),
                Some(_) => Err(fault::usage_error(
                    "--path is only for standard input",
                    "leave it out, or give `-` in place of the paths",
                )),
            };
        }
        let (Some(path), [_]) = (&self.path, self.paths.as_slice()) else {
            return Err(fault::usage_error(
                "a record on standard input needs its path",
                "give it with --path, such as exceptions/EXC-2026-7F3KQ.yaml",
            ));
        };
        let mut bytes = Vec::new();
        std::io::stdin().take(MOST).read_to_end(&mut bytes).context("can't read stdin")?;
        Ok(Some((path, bytes)))
    }
}

pub(crate) fn is_read(ctx: &Ctx, not_read: &[UnreadFile]) -> bool {
    for file in not_read {
        ctx.tell(&format!(
            "error: {} was not read: {}\n  help: {}",
            file.path, file.reason, file.command
        ));
    }
    not_read.is_empty()
}

/// Returns the ledger's folder for formats that a forge reads: their paths are relative to the top of the repository.
pub(crate) fn forge_folder(ctx: &Ctx, home: &Session) -> String {
    let read_by_forge = ctx.format.offered == Offered::ForFindings;
    let repository = if read_by_forge { home.repository_or_none() } else { None };
    repository.and_then(|repository| repository.prefix(home.root())).unwrap_or_default()
}

/// Returns the outcome of an answer with findings: errors count as problems, warnings only with `--strict`.
pub(crate) fn of_counts(ctx: &Ctx, counts: view::findings::LevelCounts) -> Outcome {
    let strict = ctx.globals.strict && counts.warnings > 0;
    if counts.errors > 0 || strict { Outcome::ProblemsFound } else { Outcome::Fine }
}
