//! A subcommand of `export` as data: its help, and what it writes, from which its flags follow.
//!
//! Start at [`ExportCommand`]; `commands::export::TARGETS` lists them. Follows `docs/spec/interop.md`, 3.

use std::path::PathBuf;

use clap::{ArgMatches, Args, FromArgMatches, ValueEnum};

use crate::commands::command::{Command, CommandArguments, PastInstants};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::export::rows::{RowArgs, WriteRows};
use crate::commands::export::runner::ExportRun;
use exledger::features::export::targets::input::{AllowedLosses, ExportOptions};
use exledger::features::export::targets::target::ExportTarget;

#[derive(Debug)]
pub(crate) struct ExportCommand {
    pub(crate) about: &'static str,
    /// The paragraph below it, which only `--help` shows.
    pub(crate) details: &'static str,
    pub(crate) examples: &'static [&'static str],
    pub(crate) content: ExportContent,
}

#[derive(Debug)]
pub(crate) enum ExportContent {
    /// The files of a target; it has the flags that its target can obey.
    Files(&'static ExportTarget),
    /// The same, with objects whose namespace can be chosen.
    NamespacedFiles(&'static ExportTarget),
    /// One row for each record.
    Rows { name: &'static str, write: WriteRows },
}

#[derive(Debug, Args)]
struct OutputFlags {
    /// Write to this file, replacing it; to this folder if there are several
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// File that says something about findings: KEV catalog, EPSS scores, SARIF or JSON Lines; repeatable
    #[arg(long, value_name = "FILE")]
    facts: Vec<PathBuf>,
}

#[derive(Debug, Default, Args)]
struct IntoFlags {
    /// Edit this file: replace only the entries that cite this ledger
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    into: Option<PathBuf>,
}

#[derive(Debug, Default, Args)]
struct LossFlags {
    /// Write findings that the target would cover more widely or longer
    #[arg(
        long,
        value_name = "KIND",
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = "scope,term"
    )]
    allow_lossy: Option<Vec<LossChoice>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LossChoice {
    /// The target would cover more
    Scope,
    /// The target has no end, or a later one
    Term,
}

#[derive(Debug, Default, Args)]
struct NamespaceFlags {
    /// Namespace of the objects [default: that of their resources]
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<String>,
}

impl LossFlags {
    fn allowed(&self) -> AllowedLosses {
        let has = |choice| self.allow_lossy.as_deref().unwrap_or_default().contains(&choice);
        AllowedLosses { scope: has(LossChoice::Scope), term: has(LossChoice::Term) }
    }
}

impl ExportCommand {
    pub(crate) const fn command(&'static self) -> Command {
        let name = match self.content {
            ExportContent::Files(target) | ExportContent::NamespacedFiles(target) => target.name,
            ExportContent::Rows { name, .. } => name,
        };
        Command {
            name,
            arguments: self,
            formats: Formats::Foreign,
            past: PastInstants::Answered,
            is_bound: false,
            below: &[],
        }
    }

    fn has_namespace(&self) -> bool {
        matches!(self.content, ExportContent::NamespacedFiles(_))
    }
}

impl CommandArguments for ExportCommand {
    fn declare(&self) -> clap::Command {
        let command = match self.content {
            ExportContent::Files(target) | ExportContent::NamespacedFiles(target) => {
                let mut command = OutputFlags::augment_args(clap::Command::default());
                if target.merge.is_some() {
                    command = IntoFlags::augment_args(command);
                }
                if !target.tools.is_empty() {
                    command = LossFlags::augment_args(command);
                }
                if self.has_namespace() {
                    command = NamespaceFlags::augment_args(command);
                }
                command
            }
            ExportContent::Rows { .. } => RowArgs::augment_args(clap::Command::default()),
        };
        command
            .about(self.about)
            .long_about(format!("{}\n\n{}", self.about, self.details))
            .after_help(format!("EXAMPLE\n  {}", self.examples.join("\n  ")))
    }

    fn run(&self, matches: &ArgMatches, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let target = match self.content {
            ExportContent::Files(target) | ExportContent::NamespacedFiles(target) => target,
            ExportContent::Rows { write, .. } => {
                return RowArgs::from_arg_matches(matches)?.export(ctx, write);
            }
        };
        let into: IntoFlags = read_if(target.merge.is_some(), matches)?;
        let losses: LossFlags = read_if(!target.tools.is_empty(), matches)?;
        let namespace: NamespaceFlags = read_if(self.has_namespace(), matches)?;
        let OutputFlags { output, facts } = OutputFlags::from_arg_matches(matches)?;
        let run = ExportRun {
            target,
            output,
            into: into.into,
            options: ExportOptions { allowed: losses.allowed(), namespace: namespace.namespace },
        };
        run.run(&ctx.with_facts(&facts))
    }
}

/// Returns flags; clap panics when it is asked for some that were not declared.
fn read_if<F: FromArgMatches + Default>(
    is_declared: bool,
    matches: &ArgMatches,
) -> Result<F, clap::Error> {
    if is_declared { F::from_arg_matches(matches) } else { Ok(F::default()) }
}
