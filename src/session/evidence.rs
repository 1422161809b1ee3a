//! Evidence given by flags, with the bytes of its files, in which no secret stands.
//!
//! Start at [`read`]. Paths are relative to the user's folder. Follows `docs/spec/cli.md`, decisions.

use std::borrow::Cow;
use std::path::Path;

use crate::plan::evidence::{self, EvidenceArgument, EvidenceInput, EvidenceLocation};
use crate::policy::settings::Lint;
use crate::record::credential;
use crate::session::error::{Error, Usage};
use crate::session::locate::{self, Located};
use crate::store::files::{self, FileError};

/// The maximum size of an evidence file, in bytes: it stays in the repository for ever.
const MOST: u64 = 16 * 1_048_576;

const NAMED: usize = 10;

/// Reads the evidence that the texts name; paths are relative to a folder.
///
/// # Errors
/// [`Usage`] if a text is not evidence, or names a file that can't be read or contains a secret.
pub fn read(
    located: &Located,
    folder: &Path,
    texts: &[String],
) -> Result<Vec<EvidenceInput>, Error> {
    let one = |text: &String| {
        let argument = EvidenceArgument::parse(text)
            .map_err(|what| Usage::refused(what, "see `exledger close --help` for an example"))?;
        let is_file = |name: &str| folder.join(name).is_file();
        let argument = argument.with_colon(text, &is_file);
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
) -> Result<EvidenceLocation, Error> {
    let named = argument.source;
    let place = folder.join(named);
    if leaves(located, folder, &place) {
        return Err(Usage::refused(
            format!("evidence {named} follows a link out of the repository"),
            "give the path of the file itself",
        )
        .into());
    }
    let bytes = match files::read(&place, MOST) {
        Ok(bytes) => bytes,
        Err(FileError::Absent(_)) if argument.is_commit() => {
            return Ok(EvidenceLocation::Commit(named.to_owned()));
        }
        Err(error @ FileError::TooLarge(..)) => {
            let help = "store it elsewhere, and cite its URL";
            return Err(Usage::refused(error.to_string(), help).into());
        }
        Err(error) => {
            return Err(Usage::refused(
                format!("evidence {named}: {error}"),
                "give a file, a URL that starts with https://, or a commit",
            )
            .into());
        }
    };
    refuse_secrets(named, &bytes, &locate::governance(located.work_tree()?)?.policy.lint)?;
    let inside = files::inside(&located.root, folder, &place);
    let kept = inside.filter(|path| path.starts_with(&format!("{}/", evidence::FOLDER)));
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let path = kept.clone().unwrap_or_else(|| format!("{}/-/{name}", evidence::FOLDER));
    let bytes = stored(located, &path, bytes)?;
    Ok(match kept {
        Some(path) => EvidenceLocation::Kept(path, bytes),
        None => EvidenceLocation::File(named.to_owned(), bytes),
    })
}

// Returns the bytes of a file as git will store them, of which the digest is written.
fn stored(located: &Located, path: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
    let Some(repository) = located.repository_or_none() else { return Ok(bytes) };
    let prefix = repository.ledger_prefix(&located.root);
    repository.refuse_attribute_source()?;
    if let Some((_, attribute)) = repository.converted(&prefix, std::iter::once(path)).pop() {
        return Err(Usage::refused(
            format!(
                "{}/ has the attribute {attribute}, so git would store other bytes than those whose digest is recorded",
                evidence::FOLDER
            ),
            "end the attribute there in .gitattributes, or store the file elsewhere and cite its URL",
        )
        .into());
    }
    if !bytes.contains(&b'\r') {
        return Ok(bytes);
    }
    Ok(repository.stored_as(&prefix, path, &bytes)?)
}

// Refuses a file in which a line looks like it contains a credential, in any reading of its bytes.
fn refuse_secrets(named: &str, bytes: &[u8], lint: &Lint) -> Result<(), Usage> {
    let search = |text: Cow<'_, str>| -> Vec<String> {
        let found = credential::lines(&text).filter(|(_, line, _)| !lint.is_no_secret(line));
        let found =
            found.map(|(n, _, what)| format!("{named}:{n} contains what looks like {what}"));
        found.take(NAMED).collect()
    };
    let lines = readings(bytes).map(search).find(|lines| !lines.is_empty());
    lines.map_or(Ok(()), |lines| {
        Err(Usage::refused(
            lines.join("\n"),
            "cut it out, or cite a URL; list false positives in `lint.not_secrets`",
        ))
    })
}

// UTF-16 needs no mark to be read as such: without its zero bytes it reads like UTF-8, whatever their order.
fn readings(bytes: &[u8]) -> impl Iterator<Item = Cow<'_, str>> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, _) = bytes.as_chunks();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    let marked = match bytes {
        [0xff, 0xfe, rest @ ..] => Some(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Some(utf16(rest, u16::from_be_bytes)),
        _ => None,
    };
    let without_zeros = bytes.contains(&0).then(|| {
        let others: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
        Cow::Owned(String::from_utf8_lossy(&others).into_owned())
    });
    marked.into_iter().chain([String::from_utf8_lossy(bytes)]).chain(without_zeros)
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
