//! A lock file that one process at a time can hold.
//!
//! Uses no other module. Start at [`Locked::open`]. The lock is released with the value, also if the process dies.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// A lock that is held until the value is dropped.
#[derive(Debug)]
pub struct Locked {
    _file: File,
}

impl Locked {
    /// Opens a file, creating it if missing, and waits for its lock.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn open(path: &Path) -> io::Result<Locked> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        file.lock()?;
        Ok(Locked { _file: file })
    }
}
