//! A file that one process at a time reads and appends to.
//!
//! Uses nothing of the line. Start at [`Locked::open`]. The lock ends with the value, also when the process dies.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// A file that nobody else reads or writes who asks for its lock.
#[derive(Debug)]
pub struct Locked {
    file: File,
}

impl Locked {
    /// Opens a file, made where it is missing, and waits for its lock.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn open(path: &Path) -> io::Result<Locked> {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        file.lock()?;
        Ok(Locked { file })
    }

    /// Returns what the file holds.
    ///
    /// # Errors
    /// Whatever the system says; what is not UTF-8 is an error too.
    pub fn text(&mut self) -> io::Result<String> {
        let mut text = String::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_string(&mut text)?;
        Ok(text)
    }

    /// Appends a line and waits until it is on the disk.
    ///
    /// # Errors
    /// Whatever the system says; a part of the line may then be there.
    pub fn append(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.file.sync_all()
    }
}
