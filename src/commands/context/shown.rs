//! Evidence that flags name, with the bytes of its files.
//!
//! Start at [`Ctx::shown`]. Paths are those of whoever types them. Follows `docs/spec/cli.md`, decisions.

use std::path::Path;

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::context::place::Home;
use exledger::plan::evidence::{self, EvidenceArgument, EvidenceInput, Source};
use exledger::store::files::{self, FileError};

/// The most bytes that a file of evidence may have: it stays in the repository for ever.
const MOST: u64 = 16 * 1_048_576;

impl Ctx {
    /// Reads the evidence that flags name.
    ///
    /// # Errors
    /// [`fault::Fault::Misuse`] where a text is no evidence, or names a file that can't be read.
    pub(crate) fn shown(
        &self,
        home: &Home,
        texts: &[String],
    ) -> anyhow::Result<Vec<EvidenceInput>> {
        texts
            .iter()
            .map(|text| self.one_shown(home, text))
            .collect()
    }

    fn one_shown(&self, home: &Home, text: &str) -> anyhow::Result<EvidenceInput> {
        let said = EvidenceArgument::parse(text)
            .map_err(|what| fault::misuse(what, "see `exledger close --help` for an example"))?;
        let source = if said.is_url() {
            Source::Url(said.source.to_owned())
        } else {
            self.file(home, &said)?
        };
        Ok(EvidenceInput {
            id: said.id.map(str::to_owned),
            kind: said.kind.to_owned(),
            source,
        })
    }

    /// Reads a file; what is none and has the form of a commit is one.
    fn file(&self, home: &Home, said: &EvidenceArgument<'_>) -> anyhow::Result<Source> {
        let place = self.folder.join(said.source);
        if leaves(home, &self.folder, &place) {
            return Err(fault::misuse(
                format!(
                    "evidence {} passes a link that leads out of the repository",
                    said.source
                ),
                "name the file where it is",
            ));
        }
        let bytes = match files::read(&place, MOST) {
            Ok(bytes) => bytes,
            Err(FileError::Absent(_)) if said.is_commit() => {
                return Ok(Source::Commit(said.source.to_owned()));
            }
            Err(error @ FileError::TooLarge(..)) => {
                let help = "keep it elsewhere, and cite its address";
                return Err(fault::misuse(error.to_string(), help));
            }
            Err(error) => {
                return Err(fault::misuse(
                    format!("evidence {}: {error}", said.source),
                    "name a file, an address that begins with https://, or a commit",
                ));
            }
        };
        let inside = files::inside(&home.root, &self.folder, &place);
        let kept = inside.filter(|path| path.starts_with(&format!("{}/", evidence::FOLDER)));
        Ok(match kept {
            Some(path) => Source::Kept(path, bytes),
            None => Source::File(said.source.to_owned(), bytes),
        })
    }
}

/// Tells whether a path that begins in the repository ends out of it: a link of the repository, which anybody may have
/// put there, chooses the file then, and not the person who names it.
fn leaves(home: &Home, from: &Path, place: &Path) -> bool {
    let named = home.repository_or_none().and_then(|it| it.work_dir());
    let named = named.unwrap_or(&home.root);
    let begins = files::folder(from).map(|from| files::plain(&from.join(place)));
    let (Ok(top), Ok(begins), Ok(ends)) = (files::folder(named), begins, files::real(place)) else {
        return false;
    };
    (begins.starts_with(&top) || begins.starts_with(named)) && !ends.starts_with(&top)
}
