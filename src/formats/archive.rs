//! An archive whose bytes depend on nothing but its files: a gzipped tar with zero times and owners, and a list of digests.
//!
//! Pure. Start at [`tar_gz`] and [`sums`]. Follows `docs/spec/interop.md`, X7.

use std::collections::BTreeMap;
use std::io;

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header, HeaderMode};

const UNKNOWN_SYSTEM: u8 = 255;

/// Returns an archive of files, by name, below a folder if one is given.
///
/// # Errors
/// If a name can't be stored.
pub fn tar_gz(folder: Option<&str>, files: &BTreeMap<String, Vec<u8>>) -> io::Result<Vec<u8>> {
    let gzip = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM);
    let mut tar = Builder::new(gzip.write(Vec::new(), Compression::best()));
    tar.mode(HeaderMode::Deterministic);
    for (name, bytes) in files {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let path = folder.map_or_else(|| name.clone(), |folder| format!("{folder}/{name}"));
        tar.append_data(&mut header, path, bytes.as_slice())?;
    }
    tar.into_inner()?.finish()
}

/// Returns the digests of files in the form that `sha256sum -c` reads, by name.
pub fn sums(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut text = String::new();
    for (name, bytes) in files {
        let digits: String =
            Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        text.push_str(&format!("{digits}  {name}\n"));
    }
    text
}
