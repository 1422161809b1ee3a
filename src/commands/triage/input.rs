//! What is read: files in their order, each as what it is, and each input judged as it comes.
//!
//! Start at [`open`] and [`read`]. Follows `docs/spec/interop.md`, 6.

use std::path::{Path, PathBuf};

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::triage::marks::Marks;
use exledger::gate;
use exledger::interop::events;
use exledger::interop::sarif::roots::Roots;
use exledger::interop::sarif::{self, SarifLayout, Spans};
use exledger::session::Session;
use exledger::store::files::{self, FileError};
use exledger::store::streams::{self, Rereadable};
use exledger::survey::triage::TriageInput;
use exledger::survey::triage::counts::{InputOrigin, TriageCounts};
use exledger::survey::triage::judge::TriageJudge;
use exledger::survey::triage::wanted::Wanted;
use exledger::survey::triage::watch::TriggerWatch;

/// A file of inputs.
pub(super) struct Source {
    /// As it was named; `-` for stdin.
    pub(super) name: String,
    /// Its bytes.
    pub(super) opened: Rereadable,
    /// What it is.
    pub(super) format: Format,
}

/// What a file holds, by its first keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// SARIF.
    Sarif,
    /// Events, or nothing that can be read.
    Events,
}

/// Opens all files before anything is judged.
pub(super) fn open(ctx: &Ctx, paths: &[PathBuf]) -> anyhow::Result<Vec<Source>> {
    let is_stdin = |path: &&PathBuf| path.as_path() == Path::new("-");
    if paths.iter().filter(is_stdin).count() > 1 {
        return Err(fault::misuse("stdin is named twice", "name it once"));
    }
    let open = |path: &PathBuf| {
        let opened = if is_stdin(&path) {
            streams::keep(std::io::stdin().lock(), path)
        } else {
            streams::open(&ctx.folder.join(path))
        };
        let opened = opened.map_err(unread)?;
        let reader = opened.reader().map_err(unread)?;
        Ok(Source {
            name: path.to_string_lossy().into_owned(),
            format: if sarif::is(reader) {
                Format::Sarif
            } else {
                Format::Events
            },
            opened,
        })
    };
    paths.iter().map(open).collect()
}

/// Returns the error of a file that can't be had.
pub(super) fn unread(error: FileError) -> anyhow::Error {
    fault::cannot_say(
        error.to_string(),
        "see whether it is there, and who may read it",
    )
}

/// The folders that absolute paths of results count from.
pub(super) struct Folders {
    /// The folder of the repository, in each of its forms, and those that are named for it.
    roots: Vec<String>,
    /// The files as they are now.
    top: PathBuf,
}

impl Folders {
    /// Returns the folders that stand for the root of the ledger's repository.
    pub(super) fn of(home: &Session, named: &[String]) -> anyhow::Result<Folders> {
        let top = home.repository_or_none().and_then(|it| it.work_dir());
        let top = top.map_or_else(|| home.root().to_path_buf(), Path::to_path_buf);
        let real = files::folder(&top).ok();
        let own = [Some(&top), real.as_ref()].into_iter().flatten();
        let own = own.map(|root| Ok(root.to_string_lossy().into_owned()));
        let named = named.iter().map(|root| absolute(root));
        let roots: anyhow::Result<Vec<String>> = own.chain(named).collect();
        let mut roots = roots?;
        roots.dedup();
        Ok(Folders { roots, top })
    }

    /// Tells whether the repository has a file, by its path from the root.
    fn has_file(&self, path: &str) -> bool {
        self.top.join(path).is_file()
    }
}

/// Returns a folder as addresses name it: `C:\src` is `/C:/src`.
fn absolute(root: &str) -> anyhow::Result<String> {
    let slashed = root.replace('\\', "/");
    let is_drive = slashed.get(1..3) == Some(":/");
    let plain = match (root.starts_with('/'), is_drive) {
        (true, _) => gate::plain(root),
        (false, true) => gate::plain(&slashed),
        (false, false) => None,
    };
    plain.ok_or_else(|| {
        fault::misuse(
            format!("--source-root {root} is no absolute path"),
            "name the folder as the scanner saw it, such as /src",
        )
    })
}

/// What a file turned out to be.
#[derive(Debug)]
pub(super) enum Read {
    /// SARIF, and where its results stand.
    Sarif(SarifLayout),
    /// Events.
    Events,
    /// What can't be read to its end.
    Broken,
}

/// Where what was decided goes.
pub(super) struct Desk<'d> {
    /// What inputs are judged by.
    pub(super) judge: TriageJudge<'d>,
    /// The rows and counts.
    pub(super) tally: TriageCounts,
    /// What the inputs say about the records.
    pub(super) watch: TriggerWatch<'d>,
    /// What needs a record; `None` where no drafts are written.
    pub(super) wanted: Option<Wanted>,
    /// What becomes of each result; `None` where nothing is written again.
    pub(super) marks: Option<Marks>,
}

/// Reads a file and judges each input.
pub(super) fn read(
    source: &Source,
    place: usize,
    folders: &Folders,
    desk: &mut Desk<'_>,
) -> anyhow::Result<Read> {
    let reader = || source.opened.reader().map_err(unread);
    if let Some(marks) = &mut desk.marks {
        marks.next_file();
    }
    let spans = match desk.marks {
        Some(_) => Spans::Kept,
        None => Spans::Left,
    };
    let take = |desk: &mut Desk<'_>, index, read| {
        let source = place;
        desk.take(InputOrigin { source, index }, read);
    };
    let has_file = |path: &str| folders.has_file(path);
    let roots = Roots {
        folders: &folders.roots,
        has_file: &has_file,
    };
    let read = match source.format {
        Format::Sarif => sarif::read(reader()?, roots, spans, &mut |entry: sarif::SarifEntry| {
            take(desk, entry.index, entry.read.map(TriageInput::Finding));
        })
        .map(Read::Sarif),
        Format::Events => events::read(reader()?, &mut |line, read| {
            take(desk, Some(line), read);
        })
        .map(|()| Read::Events),
    };
    if let Ok(Read::Sarif(layout)) = &read {
        for run in &layout.runs {
            desk.watch
                .ran(run.tool.as_deref(), &run.kinds, place, run.has_failed);
        }
    }
    Ok(read.unwrap_or_else(|broken| {
        take(desk, None, Err(broken.to_string()));
        Read::Broken
    }))
}

impl Desk<'_> {
    fn take(&mut self, origin: InputOrigin, read: Result<TriageInput, String>) {
        let mark = |marks: &mut Option<Marks>, read| match marks {
            Some(marks) if origin.index.is_some() => marks.add(read),
            _ => {}
        };
        match read {
            Err(why) => {
                mark(&mut self.marks, None);
                self.watch.unread();
                self.tally.unparsed(origin, &why);
            }
            Ok(input) if self.tally.is_new(&input) => {
                let decision = self.judge.of(&input);
                mark(&mut self.marks, Some((&input, &decision)));
                let baselines = &self.judge.governance.policy.baselines;
                self.watch.add(origin.source, &input, &decision);
                if let Some(wanted) = &mut self.wanted {
                    wanted.add(&input, &decision, baselines);
                }
                self.tally.add(origin, &input, decision, baselines);
            }
            Ok(_) => {}
        }
    }
}
