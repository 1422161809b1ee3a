//! A file whose lock one process at a time holds.
//!
//! Uses no other module. Start at [`Locked::open`]. The lock ends with the value, also when the process dies.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// A lock that is held until the value is dropped.
#[derive(Debug)]
pub struct Locked {
    _file: File,
}

impl Locked {
    /// Opens a file, made where it is missing, and waits for its lock.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn open(path: &Path) -> io::Result<Locked> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        file.lock()?;
        Ok(Locked { _file: file })
    }
}
