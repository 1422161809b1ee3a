//! Rewrites SARIF: to a file, into a folder, or to stdout, but never over an input.
//!
//! Start at [`Rewrite::of`]. Follows `docs/spec/interop.md`, 3, row 2, and 6, output.

use std::collections::BTreeMap;
use std::io;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;

use crate::commands::context::output::printed;
use crate::commands::context::{Ctx, fault, place};
use exledger::features::triage::answer::TriageAnswer;
use exledger::features::triage::sources::{Source, SourceContent};
use exledger::features::triage::suppressions::{ResultCover, RewriteKind, Suppressions};
use exledger::formats::description;
use exledger::formats::sarif::rewrite::ResultAction;
use exledger::formats::sarif::{SarifLayout, rewrite};
use exledger::session::snapshot::Snapshot;
use exledger::status::state::RecordState;
use exledger::store::streams;
use exledger::store::streams::Begun;

/// Where rewritten SARIF goes, decided before anything is read.
#[derive(Debug)]
pub(super) struct Rewrite {
    pub(super) kind: RewriteKind,
    to: To,
}

#[derive(Debug)]
enum To {
    Stdout,
    /// One file each, in the order of the inputs.
    Files(Vec<PathBuf>),
}

impl Rewrite {
    pub(super) fn of(
        kind: RewriteKind,
        to: Option<&Path>,
        ctx: &Ctx,
        sources: &[Source],
    ) -> anyhow::Result<Rewrite> {
        let Some(to) = to else {
            if sources.len() > 1 {
                return Err(fault::usage_error(
                    "several inputs can't be written to stdout",
                    "give a folder with -o DIR",
                ));
            }
            let to = To::Stdout;
            return Ok(Rewrite { kind, to });
        };
        let place = ctx.folder.join(to);
        if sources.len() == 1 && !streams::is_folder(&place) {
            let to = To::Files(never_in_place(vec![place::file(place)?], sources)?);
            return Ok(Rewrite { kind, to });
        }
        let place = place::folder(place)?;
        let mut places: Vec<PathBuf> = Vec::new();
        for source in sources {
            let name = if source.name != "-" { Path::new(&source.name).file_name() } else { None };
            let file = place.join(name.unwrap_or("stdin.sarif".as_ref()));
            if places.contains(&file) {
                return Err(fault::usage_error(
                    format!("two inputs would become {}", file.display()),
                    "write them to different folders, in separate runs",
                ));
            }
            places.push(place::not_reserved(file)?);
        }
        let places = never_in_place(places, sources)?;
        streams::folder(&place).map_err(|error| unwritten(&error.to_string()))?;
        let to = To::Files(places);
        Ok(Rewrite { kind, to })
    }

    /// Tells whether the rewritten SARIF goes to stdout, where the answer would be mixed into it.
    pub(super) fn takes_stdout(&self) -> bool {
        matches!(self.to, To::Stdout)
    }

    /// Rewrites each input; tells whether all were: an input that can't be read to its end can't be rewritten.
    pub(super) fn write(
        &self,
        ctx: &Ctx,
        answer: &TriageAnswer<'_>,
        suppressions: &Suppressions,
    ) -> anyhow::Result<bool> {
        let mut is_all_written = true;
        for (place, (source, read)) in answer.read.iter().enumerate() {
            let layout = match read {
                SourceContent::Sarif(layout) => layout,
                SourceContent::Events => {
                    ctx.tell(&format!("warning: {} is not SARIF: nothing to write", source.name));
                    continue;
                }
                SourceContent::Broken => {
                    let what = "can't be read to its end, so it is not written";
                    ctx.tell(&format!("error: {} {what}", source.name));
                    is_all_written = false;
                    continue;
                }
            };
            let piece = Piece {
                kind: self.kind,
                snapshot: answer.snapshot(),
                source,
                layout,
                covers: suppressions.of(place),
            };
            match &self.to {
                To::Stdout => {
                    piece.to_stdout()?;
                    is_as_opened(source)?;
                }
                To::Files(places) => {
                    let Some(to) = places.get(place) else {
                        continue;
                    };
                    let mut file = Begun::at(to).map_err(|error| unwritten(&error.to_string()))?;
                    piece
                        .write(&mut file)
                        .with_context(|| format!("can't write {}", to.display()))?;
                    is_as_opened(source)?;
                    file.finish().map_err(|error| unwritten(&error.to_string()))?;
                }
            }
        }
        Ok(is_all_written)
    }
}

fn is_as_opened(source: &Source) -> anyhow::Result<()> {
    let same = source.opened.is_as_opened();
    same.map_err(|error| {
        fault::undetermined(error.to_string(), "run it again with a complete file")
    })
}

fn never_in_place(places: Vec<PathBuf>, sources: &[Source]) -> anyhow::Result<Vec<PathBuf>> {
    for place in &places {
        if let Some(source) = sources.iter().find(|source| source.opened.is_at(place)) {
            return Err(fault::usage_error(
                format!("{} would overwrite an input file", source.name),
                "give another file or folder with -o",
            ));
        }
    }
    Ok(places)
}

fn unwritten(cause: &str) -> anyhow::Error {
    fault::undetermined(cause, "check that its folder exists and can be written to")
}

struct Piece<'p> {
    kind: RewriteKind,
    snapshot: &'p Snapshot<'p>,
    source: &'p Source,
    layout: &'p SarifLayout,
    covers: &'p [ResultCover],
}

impl Piece<'_> {
    fn to_stdout(&self) -> anyhow::Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        printed(self.write(&mut out).and_then(|()| out.flush()))
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let reader = self.source.opened.reader().map_err(io::Error::other)?;
        let mut act = |index| self.act(index);
        let note = |run| match self.kind {
            RewriteKind::Filter => Some(self.note(run)),
            RewriteKind::Annotate => None,
        };
        rewrite::write(reader, out, self.layout, &mut act, &note)
    }

    fn act(&self, index: u64) -> ResultAction {
        let cover = usize::try_from(index).ok().and_then(|index| self.covers.get(index));
        match (self.kind, cover) {
            (RewriteKind::Filter, Some(ResultCover::Covered(_))) => ResultAction::Drop,
            (RewriteKind::Annotate, Some(ResultCover::Covered(suppression))) => {
                ResultAction::Suppress(self.suppression(&suppression.record, &suppression.guid))
            }
            (RewriteKind::Annotate, Some(ResultCover::NotCovered)) => ResultAction::Open,
            _ => ResultAction::Keep,
        }
    }

    fn suppression(&self, record: &str, guid: &str) -> String {
        let stamp = &self.snapshot.stamp();
        let record_state = self.record_state(record);
        let end = record_state.and_then(|record_state| record_state.end.or(record_state.not_after));
        let content =
            record_state.and_then(|state| state.effective.as_deref().or(state.stated.as_deref()));
        json!({
            "kind": "external",
            "status": "accepted",
            "guid": guid,
            "justification": content.map(|content| description::text(content, end)),
            "properties": {"exledger": {"id": record, "end": end, "commit": stamp.commit}},
        })
        .to_string()
    }

    fn record_state(&self, record: &str) -> Option<&RecordState> {
        let record_states = &self.snapshot.records();
        let found =
            record_states.binary_search_by(|record_state| record_state.key.as_str().cmp(record));
        let at_place = found.ok().and_then(|place| record_states.get(place));
        at_place.or_else(|| record_states.iter().find(|record_state| record_state.key == record))
    }

    fn note(&self, run: usize) -> String {
        let before: usize = self.layout.runs.iter().take(run).map(|run| run.results.len()).sum();
        let n = self.layout.runs.get(run).map_or(0, |run| run.results.len());
        let mut by: BTreeMap<&str, usize> = BTreeMap::new();
        for cover in self.covers.iter().skip(before).take(n) {
            if let ResultCover::Covered(suppression) = cover {
                *by.entry(&suppression.record).or_default() += 1;
            }
        }
        let stamp = &self.snapshot.stamp();
        json!({
            "removed": by.values().sum::<usize>(),
            "by": by,
            "commit": stamp.commit,
            "instant": stamp.instant,
        })
        .to_string()
    }
}
