//! Whether anything that decides an answer has changed: refs, their reflogs, pins, HEAD, configuration and shallow
//! boundaries, by their bytes.
//!
//! Start at [`Repository::watch`]. Timestamps and sizes are useless here: a ref always has the same size, and two updates
//! can fall into one clock tick.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::history::off_line::PINS;
use crate::store::git::{Repository, configuration};

/// Files and refs with their values at the start.
#[derive(Debug)]
pub struct RepositoryWatch {
    own_dir: PathBuf,
    common_dir: PathBuf,
    configuration: Vec<PathBuf>,
    refs: BTreeSet<String>,
    seen: WatchedValues,
}

#[derive(Debug, PartialEq, Eq)]
struct WatchedValues {
    files: Vec<Result<Vec<u8>, io::ErrorKind>>,
    refs: BTreeMap<String, Result<Vec<u8>, io::ErrorKind>>,
}

impl Repository {
    /// Starts watching these refs, and everything that decides which one is approved.
    pub fn watch(&self, refs: BTreeSet<String>) -> RepositoryWatch {
        let mut configuration = configuration::elsewhere();
        configuration.push(self.common_dir.join("config"));
        configuration.push(self.own_dir.join("config.worktree"));
        let mut watch = RepositoryWatch {
            own_dir: self.own_dir.clone(),
            common_dir: self.common_dir.clone(),
            configuration,
            refs,
            seen: WatchedValues { files: Vec::new(), refs: BTreeMap::new() },
        };
        watch.seen = watch.read();
        watch
    }
}

impl RepositoryWatch {
    /// Tells whether anything has changed since watching began.
    pub fn has_moved(&self) -> bool {
        self.read() != self.seen
    }

    /// Tells whether a ref is watched.
    pub fn covers(&self, name: &str) -> bool {
        self.refs.contains(name)
    }

    fn read(&self) -> WatchedValues {
        let whole = |path: &Path| fs::read(path).map_err(|cause| cause.kind());
        let [head, shallow] = [self.own_dir.join("HEAD"), self.common_dir.join("shallow")];
        let logs = self.refs.iter().map(|name| self.common_dir.join("logs").join(name));
        let logs: Vec<PathBuf> = logs.collect();
        let files = [&head, &shallow].into_iter().chain(&self.configuration).chain(&logs);
        let mut refs = BTreeMap::new();
        let mut packed = Vec::new();
        for name in &self.refs {
            match whole(&self.common_dir.join(name)) {
                Ok(bytes) => {
                    refs.insert(name.clone(), Ok(bytes.trim_ascii().to_vec()));
                }
                // A ref that gets packed after this lookup is found among the packed refs, which are read second.
                Err(_) => packed.push(name.as_str()),
            }
        }
        if !packed.is_empty() {
            let text = whole(&self.common_dir.join("packed-refs"));
            for name in packed {
                let value = match &text {
                    Ok(text) => packed_value(text, name).ok_or(io::ErrorKind::NotFound),
                    Err(cause) => Err(*cause),
                };
                refs.insert(name.to_owned(), value);
            }
        }
        let mut files: Vec<_> = files.map(|path| whole(path)).collect();
        files.push(names_in(&self.common_dir.join(PINS)));
        WatchedValues { files, refs }
    }
}

fn names_in(folder: &Path) -> Result<Vec<u8>, io::ErrorKind> {
    let entries = fs::read_dir(folder).map_err(|cause| cause.kind())?;
    let names = entries.flatten().map(|entry| entry.file_name().into_encoded_bytes());
    let sorted: BTreeSet<Vec<u8>> = names.collect();
    Ok(sorted.into_iter().collect::<Vec<_>>().join(&b'\n'))
}

fn packed_value(text: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut lines = text.split(|byte| *byte == b'\n');
    lines.find_map(|line| {
        let value = line.strip_suffix(name.as_bytes())?.strip_suffix(b" ")?;
        if value.starts_with(b"#") { None } else { Some(value.to_vec()) }
    })
}
