//! `export pack`: everything that an auditor asks for about a span, in one archive or folder.
//!
//! Start at [`PackArgs`]. Follows `docs/spec/interop.md`, 3a.

mod contents;

use std::path::PathBuf;

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::globals::DayOrInstant;
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault, globals, place};
use crate::commands::exit::Outcome;
use crate::commands::export::pack::contents::PackContents;
use crate::commands::export::runner;
use crate::commands::{context, lint, verify};
use exledger::features::pack::answer::PackRequest;
use exledger::formats::archive;
use exledger::store::files::FileError;
use exledger::store::new_folder;
use exledger::{diag, features, view};

/// Write an audit pack of a span of time
///
/// Writes the ledger as it was at the end of a span, with the records that were in force or changed in it: their files,
/// their history, their approvals and evidence, the policies, the report and the audit. README.txt says how to check
/// the pack with sha256sum, git and ssh-keygen. Every complete clone gives the same bytes. Exits as `verify`; with 3,
/// nothing is written.
#[derive(Debug, Parser)]
#[command(after_help = "\
EXAMPLE
  exledger export pack --from 2026-07-01 --to 2026-09-30 -o audit-2026-q3.tar.gz")]
pub(crate) struct PackArgs {
    /// First day of the span
    #[arg(long, value_name = "DATE", value_parser = globals::moment)]
    from: DayOrInstant,

    /// Last day of the span, which is over
    #[arg(long, value_name = "DATE", value_parser = globals::moment)]
    to: DayOrInstant,

    /// Archive ending in .tar.gz, or new folder
    #[arg(short, long, value_name = "PATH")]
    output: PathBuf,
}

pub(crate) const COMMAND: Command = Command::of::<PackArgs>("pack");

impl Run for PackArgs {
    const FORMATS: Formats = Formats::Foreign;
    const PAST: PastInstants = PastInstants::Refused("a pack is always of a past state: use --to");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        if ctx.globals.on.is_some() {
            return Err(fault::usage_error(
                "--on has no meaning for a pack",
                "give the end of the span as --to",
            ));
        }
        let given = ctx.folder.join(&self.output);
        let is_archive = runner::is_archive(&given);
        let place =
            if is_archive { place::unlinked_file(given) } else { place::unlinked_folder(given) }?;
        let session = ctx.home()?;
        let progress = ctx.progress(context::READING);
        let request = PackRequest { from: self.from.begin(), to: self.to.instant(), now: ctx.now };
        let packed = features::pack::prepare(&session, request)?;
        drop(progress);
        if request.to > ctx.now {
            ctx.tell(&format!(
                "warning: the span ends at {}, which is not past yet: pack it again afterwards, because \
                 what is merged until then is missing",
                request.to
            ));
        }
        if verify::undetermined(ctx, &packed.audit) == Outcome::Undetermined {
            ctx.tell("error: no pack was written, because it would be incomplete");
            return Ok(Outcome::Undetermined);
        }
        let counts = view::findings::LevelCounts::count(packed.audit.findings.iter());
        let outcome = lint::of_counts(ctx, counts);
        let contents = PackContents { packed: &packed, span: (&self.from, &self.to), outcome };
        let files = contents.files()?;
        if is_archive {
            let bytes = archive::tar_gz(Some(&contents.folder()), &files)?;
            place::write(&place, &bytes)?;
        } else {
            let named = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
            new_folder::write(&place, named).map_err(occupied)?;
        }
        // With -C, the name as it was given would be looked for in the wrong folder.
        let is_moved = ctx.globals.directory.is_some();
        let written = if is_moved { place.display() } else { self.output.display() };
        ctx.hint(&format!("{written}: {}", self.said(packed.records().len())));
        if outcome != Outcome::Fine {
            ctx.tell(&format!(
                "warning: verify found {} (verify.txt), so the exit code is {}",
                counts.display(),
                outcome.code()
            ));
        }
        Ok(outcome)
    }
}

impl PackArgs {
    fn said(&self, n_records: usize) -> String {
        let records = diag::count(n_records, "record");
        format!("{records} from {} to {}; check it as its README.txt says", self.from, self.to)
    }
}

/// Returns the error of a folder that can't be written; one with files is a usage error.
fn occupied(error: FileError) -> anyhow::Error {
    match error {
        FileError::Exists(path) => fault::usage_error(
            format!("{} exists and is not an empty folder", path.display()),
            "give a new folder, or a name that ends in .tar.gz: old files would not be part of the pack",
        ),
        other => other.into(),
    }
}
