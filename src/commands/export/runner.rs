//! What all targets share: where the files go, the losses on stderr, and the exit code.
//!
//! Start at [`ExportRun::run`]. Follows `docs/spec/interop.md`, X1, X4 and X8. Everything is decided and rendered before
//! the first byte is written, and each file is replaced in one step.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;

use crate::commands::context::{Ctx, fault, place};
use crate::commands::exit::Outcome;
use exledger::features::export::answer::ExportSource;
use exledger::features::export::targets::earlier;
use exledger::features::export::targets::input::{ExportInput, ExportOptions};
use exledger::features::export::targets::loss::ExportLoss;
use exledger::features::export::targets::merge::SharedFile;
use exledger::features::export::targets::target::{
    ExportFile, ExportFiles, ExportOutput, ExportTarget,
};
use exledger::session::Session;
use exledger::session::snapshot::walk::Scope;
use exledger::store::files::{FileError, WorkTree};
use exledger::store::streams;
use exledger::{diag, features};

/// The longest file that `--into` edits, in bytes.
const MOST: u64 = 64 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct ExportRun {
    pub(crate) target: &'static ExportTarget,
    pub(crate) output: Option<PathBuf>,
    pub(crate) into: Option<PathBuf>,
    pub(crate) options: ExportOptions,
}

impl ExportRun {
    pub(crate) fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let destination = self.destination(ctx)?;
        // Of all targets, only this one says how firmly an exception is approved.
        let has_levels = self.target.name == "oscal";
        let home = if has_levels { ctx.home()? } else { ctx.home_without_levels()? };
        let snapshot = ctx.approved_only(&home, Scope::Everything)?;
        let source = snapshot.exported()?;
        if let Some(text) = snapshot.facts_asked(|_| true).and_then(|asked| asked.said()) {
            ctx.hint(&format!("note: {text}"));
        }
        let input = source.input(self.options.clone());
        // What is missing in files that were written is named, whatever becomes of earlier ones.
        let mut removed = Ok(());
        let losses = match destination {
            ExportPlace::Shared(path) => self.edit(&path, (&input, &source), &home)?,
            ExportPlace::Stdout => {
                let output = (self.target.write)(&input);
                if let ExportFiles::One(bytes) = &output.files {
                    ctx.print(bytes)?;
                }
                output.losses
            }
            ExportPlace::Own(place) => {
                let output = (self.target.write)(&input);
                self.write(&place, &output)?;
                removed = self.remove_earlier(ctx, &place, &output, &source);
                output.losses
            }
        };
        let tools = self.target.tools;
        // What is left out is said with its reason.
        let is_said = !losses.is_empty() || !source.ended.is_empty();
        if !tools.is_empty() && !is_said && input.findings(tools).next().is_none() {
            let shown = tools.join(", ");
            ctx.hint(&format!("note: no exception in force names a finding of {shown}"));
        }
        let outcome = report(ctx, &source, &losses);
        removed.map(|()| outcome)
    }

    fn destination(&self, ctx: &Ctx) -> anyhow::Result<ExportPlace> {
        let name = self.target.name;
        if let Some(path) = &self.into {
            return Ok(ExportPlace::Shared(place::unlinked_file(ctx.folder.join(path))?));
        }
        let Some(path) = &self.output else {
            if self.target.is_several {
                return Err(fault::usage_error(
                    format!("{name} is several files, which can't be written to stdout"),
                    "give a folder with -o DIR",
                ));
            }
            return Ok(ExportPlace::Stdout);
        };
        let given = ctx.folder.join(path);
        let is_one =
            !self.target.is_several || (self.target.archive.is_some() && is_archive(&given));
        let place =
            if is_one { place::unlinked_file(given) } else { place::unlinked_folder(given) };
        Ok(ExportPlace::Own(place?))
    }

    fn write(&self, place: &Path, output: &ExportOutput) -> anyhow::Result<()> {
        match (&output.files, self.target.archive) {
            (ExportFiles::One(bytes), _) => place::write(place, bytes),
            (ExportFiles::Several(files), Some(archive)) if is_archive(place) => {
                let bytes = archive(files).context("packing the archive")?;
                place::write(place, &bytes)
            }
            (ExportFiles::Several(files), _) => write_below(place, files),
        }
    }

    /// Removes the files that an earlier export wrote into the folder and this one doesn't: what is in them has ended.
    fn remove_earlier(
        &self,
        ctx: &Ctx,
        folder: &Path,
        output: &ExportOutput,
        source: &ExportSource<'_>,
    ) -> anyhow::Result<()> {
        let ExportFiles::Several(files) = &output.files else {
            return Ok(());
        };
        let found = earlier::earlier_files(self.target.name, &WorkTree::new(folder), &source.ids);
        let found = found.map_err(|error| {
            let shown = folder.display();
            let what = format!("files of earlier exports in {shown} were not removed: {error}");
            fault::undetermined(what, "give a folder of its own with -o")
        })?;
        let is_gone = |path: &&String| !files.iter().any(|file| file.path == **path);
        for path in found.own.iter().filter(is_gone) {
            let place = folder.join(path);
            streams::remove(&place)?;
            let shown = place.display();
            ctx.tell(&format!(
                "removed {shown}: an earlier export wrote it, and no record in force belongs in it"
            ));
        }
        for path in found.mixed.iter().filter(is_gone) {
            let place = folder.join(path);
            let shown = place.display();
            ctx.tell(&format!(
                "warning: {shown} stays: an earlier export wrote it, but it has entries of others too; check it by hand"
            ));
        }
        Ok(())
    }

    fn edit(
        &self,
        path: &Path,
        (input, source): (&ExportInput<'_>, &ExportSource<'_>),
        home: &Session,
    ) -> anyhow::Result<Vec<ExportLoss>> {
        let Some(merge) = self.target.merge else {
            return Err(fault::usage_error(
                format!("{} can't be written into a file of others", self.target.name),
                "write a file of its own with -o FILE",
            ));
        };
        if path.exists() && !streams::is_file(path) {
            let what = format!("{} is not a regular file", path.display());
            return Err(fault::usage_error(
                what,
                "give a file; without --into, stdout is written to",
            ));
        }
        let opened = match streams::open(path) {
            Ok(opened) => Some(opened),
            Err(FileError::Absent(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        if let Some(opened) = &opened {
            let doing = || format!("reading {}", path.display());
            opened.reader()?.take(MOST + 1).read_to_end(&mut bytes).with_context(doing)?;
            if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST {
                let what = format!("{} is longer than 64 MiB", path.display());
                return Err(fault::undetermined(what, "write a file of its own with -o FILE"));
            }
        }
        let inside = features::export::path_in_repository(home, path);
        let shared = SharedFile {
            bytes: if opened.is_some() { Some(bytes.as_slice()) } else { None },
            path: inside.as_deref(),
            ids: &source.ids,
        };
        let merged = merge(input, shared);
        let output = merged.map_err(|refusal| {
            let what = format!("{} was not edited: {refusal}", path.display());
            fault::usage_error(what, refusal.remedy())
        })?;
        if let Some(opened) = &opened {
            opened.is_as_opened()?;
        }
        if let ExportFiles::One(after) = &output.files
            && (opened.is_none() || *after != bytes)
        {
            place::write(path, after)?;
        }
        Ok(output.losses)
    }
}

#[derive(Debug)]
enum ExportPlace {
    Stdout,
    /// A file or folder that holds nothing else.
    Own(PathBuf),
    /// A file of others that is edited.
    Shared(PathBuf),
}

pub(crate) fn is_archive(place: &Path) -> bool {
    let name = place.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(".tar.gz") || name.ends_with(".tgz")
}

/// Writes files below a folder, which is created; nothing below it may be a link.
fn write_below(folder: &Path, files: &[ExportFile]) -> anyhow::Result<()> {
    let mut places = Vec::new();
    for file in files {
        let mut place = folder.to_owned();
        for part in Path::new(&file.path).components() {
            let Component::Normal(part) = part else {
                let what = format!("{} leads out of {}", file.path, folder.display());
                return Err(fault::usage_error(what, "correct the paths of the finding"));
            };
            place = place::not_a_link(place.join(part))?;
        }
        places.push((place::not_reserved(place)?, file.bytes.as_slice()));
    }
    streams::folder(folder)?;
    for (place, _) in &places {
        if let Some(above) = place.parent() {
            streams::folder(above)?;
        }
    }
    place::write_all(places)
}

pub(crate) fn report(ctx: &Ctx, source: &ExportSource<'_>, losses: &[ExportLoss]) -> Outcome {
    for (path, reason) in &source.unreadable {
        ctx.tell(&format!("warning: {path} is left out: {reason}"));
    }
    for loss in losses {
        ctx.tell_verbatim(&loss.to_string());
    }
    for (named, why) in &source.ended {
        ctx.tell(&format!("{named} is left out: {why}"));
    }
    let left_out = losses.iter().filter(|loss| !loss.is_written).count();
    if left_out > 0 {
        let entries = diag::count(left_out, "loss");
        ctx.hint(&format!(
            "hint: these findings were left out ({entries}); --allow-lossy writes them where the target can name them"
        ));
    }
    for (id, doubt) in &source.doubts {
        ctx.tell(&format!("error: could not determine whether {id} is in force: {doubt}"));
    }
    match (source.doubts.is_empty(), left_out + source.ended.len()) {
        (false, _) => Outcome::Undetermined,
        (true, 0) => Outcome::Fine,
        (true, _) => Outcome::ProblemsFound,
    }
}
