//! Evidence given by flags, with the bytes of its files.
//!
//! Start at [`read`]. Paths are relative to the user's folder. Follows `docs/spec/cli.md`, decisions.

use std::path::Path;

use crate::plan::evidence::{self, EvidenceArgument, EvidenceInput, EvidenceLocation};
use crate::session::error::Usage;
use crate::session::locate::Located;
use crate::store::files::{self, FileError};

/// The maximum size of an evidence file, in bytes: it stays in the repository for ever.
const MOST: u64 = 16 * 1_048_576;

/// Reads the evidence that the texts name; paths are relative to a folder.
///
/// # Errors
/// [`Usage`] if a text is not evidence, or names a file that can't be read.
pub fn read(
    located: &Located,
    folder: &Path,
    texts: &[String],
) -> Result<Vec<EvidenceInput>, Usage> {
    let one = |text: &String| {
        let argument = EvidenceArgument::parse(text)
            .map_err(|what| Usage::refused(what, "see `exledger close --help` for an example"))?;
        let source = if argument.is_url() {
            EvidenceLocation::Url(argument.source.to_owned())
        } else {
            file(located, folder, &argument)?
        };
        Ok(EvidenceInput {
            id: argument.id.map(str::to_owned),
            kind: argument.kind.to_owned(),
            source,
        })
    };
    texts.iter().map(one).collect()
}

/// Reads a file; a text that names no file but has the form of a commit is taken as a commit.
fn file(
    located: &Located,
    folder: &Path,
    argument: &EvidenceArgument<'_>,
) -> Result<EvidenceLocation, Usage> {
    let named = argument.source;
    let place = folder.join(named);
    if leaves(located, folder, &place) {
        return Err(Usage::refused(
            format!("evidence {named} follows a link out of the repository"),
            "give the path of the file itself",
        ));
    }
    let bytes = match files::read(&place, MOST) {
        Ok(bytes) => bytes,
        Err(FileError::Absent(_)) if argument.is_commit() => {
            return Ok(EvidenceLocation::Commit(named.to_owned()));
        }
        Err(error @ FileError::TooLarge(..)) => {
            let help = "store it elsewhere, and cite its URL";
            return Err(Usage::refused(error.to_string(), help));
        }
        Err(error) => {
            return Err(Usage::refused(
                format!("evidence {named}: {error}"),
                "give a file, a URL that starts with https://, or a commit",
            ));
        }
    };
    let inside = files::inside(&located.root, folder, &place);
    let kept = inside.filter(|path| path.starts_with(&format!("{}/", evidence::FOLDER)));
    Ok(match kept {
        Some(path) => EvidenceLocation::Kept(path, bytes),
        None => EvidenceLocation::File(named.to_owned(), bytes),
    })
}

/// Tells whether a path that begins inside the repository leads out of it: then a symbolic link of the repository,
/// which anybody may have committed, chooses the file, and not the person who names it.
fn leaves(located: &Located, from: &Path, place: &Path) -> bool {
    let named = located.repository_or_none().and_then(|it| it.work_dir()).unwrap_or(&located.root);
    let begins = files::folder(from).map(|from| files::plain(&from.join(place)));
    let (Ok(top), Ok(begins), Ok(ends)) = (files::folder(named), begins, files::real(place)) else {
        return false;
    };
    (begins.starts_with(&top) || begins.starts_with(named)) && !ends.starts_with(&top)
}
