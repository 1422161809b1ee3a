//! Temporary folders. They are in memory where the machine has a file system for it: on disk, the many small files of
//! the tests take a quarter of the time of a whole run.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

/// Creates a folder that is removed with its value. `TMPDIR` says where, if it is set.
pub(crate) fn temporary() -> TempDir {
    static PLACE: LazyLock<PathBuf> = LazyLock::new(|| {
        let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
        let in_memory = Path::new("/dev/shm");
        match std::env::var_os("TMPDIR").is_none() && is_roomy(&mounts, in_memory) {
            true => in_memory.to_owned(),
            false => std::env::temp_dir(),
        }
    });
    tempfile::tempdir_in(&*PLACE).unwrap()
}

/// Tells whether a folder is a file system in memory from which programs can be started, and that holds a gigabyte.
pub(crate) fn is_roomy(mounts: &str, folder: &Path) -> bool {
    let found = mounts.lines().find_map(|line| {
        let mut words = line.split(' ').skip(1);
        let is_it = words.next().is_some_and(|at| Path::new(at) == folder);
        is_it.then(|| (words.next() == Some("tmpfs"), words.next().unwrap_or_default()))
    });
    let Some((true, options)) = found else { return false };
    options.split(',').all(|option| match option.strip_prefix("size=") {
        Some(size) => {
            let size = size.strip_suffix('k').and_then(|it| it.parse::<u64>().ok());
            size.is_some_and(|kib| kib >= 1_000_000)
        }
        None => option != "noexec" && option != "ro",
    })
}

/// Copies a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}
