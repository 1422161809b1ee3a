//! How many records each folder of a commit holds.
//!
//! Pure. Start at [`count`]. Folders whose names start with a dot hold no records.

use crate::history::folder::{DEEPEST, Mode};
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::tree::CommitTree;
use crate::history::{folder, paths, watched_paths};

/// Returns the record folders and their subfolders, each with the number of files directly in it that may be records.
///
/// # Errors
/// [`Obstacle`] if a folder can't be read.
pub fn count(
    objects: &dyn Objects,
    tree: &CommitTree<'_>,
    records: &[String],
) -> Result<Vec<(String, usize)>, Obstacle> {
    let mut sizes = Vec::new();
    for path in records {
        if let Some((Mode::Folder, oid)) = tree.entry(path)? {
            add(objects, (path.trim_end_matches('/'), oid), 0, &mut sizes)?;
        }
    }
    sizes.sort();
    sizes.dedup();
    Ok(sizes)
}

fn add(
    objects: &dyn Objects,
    (path, oid): (&str, Oid),
    depth: usize,
    sizes: &mut Vec<(String, usize)>,
) -> Result<(), Obstacle> {
    if depth > DEEPEST {
        return Err(Obstacle::TooLarge { folder: path.to_owned() });
    }
    let raw = folder::read(objects, oid)?;
    let mut n_files = 0;
    for parsed in folder::entries(&raw) {
        let entry = parsed.map_err(|cause| Obstacle::malformed(oid, cause))?;
        let name = folder::text(entry.name);
        match entry.mode {
            Mode::File if watched_paths::is_record(&name) => n_files += 1,
            Mode::Folder if !name.starts_with('.') => {
                add(objects, (&paths::join(path, &name), entry.oid), depth + 1, sizes)?;
            }
            _ => {}
        }
    }
    sizes.push((path.to_owned(), n_files));
    Ok(())
}
