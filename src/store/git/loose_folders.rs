//! The folders that hold loose objects.
//!
//! Start at `LooseFolders`.

use crate::history::objects::Oid;
use std::fs;
use std::path::{Path, PathBuf};

/// How many repositories may borrow from each other in a row, as in git.
const DEEPEST_ALTERNATE: usize = 5;

#[derive(Clone, Debug, Default)]
pub(super) struct LooseFolders {
    /// The `objects` folders, each with the first id bytes for which it has a subfolder.
    objects: Vec<(PathBuf, [bool; 256])>,
}

impl LooseFolders {
    pub(super) fn of(common_dir: &Path) -> LooseFolders {
        let mut folders = LooseFolders::default();
        folders.add(&common_dir.join("objects"), 0);
        folders
    }

    fn add(&mut self, objects: &Path, depth: usize) {
        let mut first_bytes = [false; 256];
        for entry in fs::read_dir(objects).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_str().filter(|name| name.len() == 2);
            let byte = name.and_then(|name| usize::from_str_radix(name, 16).ok());
            if let Some(there) = byte.and_then(|byte| first_bytes.get_mut(byte)) {
                *there = true;
            }
        }
        self.objects.push((objects.to_owned(), first_bytes));
        let alternates = fs::read_to_string(objects.join("info/alternates")).unwrap_or_default();
        let others = alternates.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        for other in others.filter(|_| depth < DEEPEST_ALTERNATE) {
            self.add(&objects.join(other), depth + 1);
        }
    }

    pub(super) fn file(&self, oid: Oid) -> Option<Vec<u8>> {
        let first = oid.as_bytes().first().map(|byte| usize::from(*byte))?;
        let is_there =
            |(_, first_bytes): &&(PathBuf, [bool; 256])| first_bytes.get(first) == Some(&true);
        let mut there = self.objects.iter().filter(is_there).peekable();
        // Most objects are packed, and a history walk reads many.
        there.peek()?;
        let text = oid.to_string();
        let (folder, name) = text.split_at_checked(2)?;
        there
            .map(|(objects, _)| objects.join(folder).join(name))
            .find_map(|path| fs::read(path).ok())
    }

    pub(super) fn any(&self) -> bool {
        let mut folders = self.objects.iter();
        folders.any(|(_, first_bytes)| first_bytes.contains(&true))
    }
}
