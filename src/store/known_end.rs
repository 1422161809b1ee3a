//! A small file in git's common folder that says how a receipts file last ended, replaced as a whole.
//!
//! Start at [`KnownEndFile`]. Follows `docs/spec/cli.md`, check, `--new-receipts`. Whoever can write to the receipts need
//! not be able to write here.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{self, Component, Path, PathBuf};

use tempfile::NamedTempFile;

use crate::history::digest::Digest;
use crate::store::real_path::real_path;
use crate::store::{target, temporary};

const FOLDER: &str = "exledger/receipts";

const MOST_BYTES: u64 = 64 << 10;

/// The place of what is known about one receipts file.
#[derive(Clone, Debug)]
pub struct KnownEndFile {
    path: PathBuf,
}

/// A new version that only has to be filled and moved into place.
#[derive(Debug)]
pub struct KnownEndUpdate {
    file: NamedTempFile,
    path: PathBuf,
}

impl KnownEndFile {
    /// Returns the places for a receipts file, which should exist: each is named by the digest of a path, the first of that
    /// without links. If links lead there, the path as given has one too, without `..`: who can write beside the receipts
    /// can turn their folder into a link to older ones.
    pub fn places(common_dir: &Path, receipts: &Path) -> Vec<KnownEndFile> {
        let in_folder = || {
            let folder = real_path(target::folder(receipts)).ok()?;
            Some(folder.join(receipts.file_name()?))
        };
        let whole = real_path(receipts).ok();
        let given = plain(&path::absolute(receipts).unwrap_or_else(|_| receipts.to_owned()));
        let resolved = whole.or_else(in_folder).unwrap_or_else(|| given.clone());
        let is_other = given != resolved;
        let place = |path: PathBuf| {
            let name = Digest::of(path.as_os_str().as_encoded_bytes()).to_string();
            KnownEndFile { path: common_dir.join(FOLDER).join(name) }
        };
        [Some(resolved), is_other.then_some(given)].into_iter().flatten().map(place).collect()
    }

    /// Returns the path of the file that is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads what is known; `None` if nothing is.
    ///
    /// # Errors
    /// Any I/O error; nothing is changed then.
    pub fn read(&self) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        match File::open(&self.path) {
            Ok(file) => file.take(MOST_BYTES).read_to_end(&mut bytes)?,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(cause),
        };
        Ok(Some(bytes))
    }

    /// Prepares a new version, so that little can fail after the receipt is stored.
    ///
    /// # Errors
    /// Any I/O error; nothing is changed then.
    pub fn update(&self) -> io::Result<KnownEndUpdate> {
        let folder = target::folder(&self.path);
        let file = match temporary::begun(folder, temporary::PREFIX) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => {
                fs::create_dir_all(folder)?;
                temporary::begun(folder, temporary::PREFIX)?
            }
            begun => begun?,
        };
        Ok(KnownEndUpdate { file, path: self.path.clone() })
    }
}

/// Returns an absolute path with `..` taken away, as if no folder were a link: so it stays the same if one becomes a link.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            plain.pop();
        } else if part != Component::CurDir {
            plain.push(part);
        }
    }
    plain
}

impl KnownEndUpdate {
    /// Writes the content, and moves it into place once it is on the disk.
    ///
    /// # Errors
    /// Any I/O error; nothing is changed then.
    pub fn store(mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}
