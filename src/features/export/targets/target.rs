//! The definition of a target: its name, its tools, and the functions that write it.
//!
//! Pure. Start at [`ExportTarget`]; `features::export::targets::ALL` lists them.

use std::io;

use crate::features::export::targets::input::ExportInput;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::features::export::targets::output::{ExportFile, ExportOutput};

/// A target of `export`.
#[derive(Clone, Copy, Debug)]
pub struct ExportTarget {
    /// The name of its subcommand, which the first line of its files has too.
    pub name: &'static str,
    /// The tools whose findings it takes; empty if it takes whole records.
    pub tools: &'static [&'static str],
    /// Whether it writes several files, and so needs a folder.
    pub is_several: bool,
    pub write: WriteFn,
    /// Edits a file that it shares with people; `None` if it can't.
    pub merge: Option<MergeFn>,
    /// Packs its files into one archive (`.tar.gz`); `None` if it can't.
    pub archive: Option<ArchiveFn>,
}

impl ExportTarget {
    /// Returns a target with one file, which it does not share with people.
    pub const fn new(
        name: &'static str,
        tools: &'static [&'static str],
        write: WriteFn,
    ) -> ExportTarget {
        ExportTarget { name, tools, is_several: false, write, merge: None, archive: None }
    }

    pub(super) const fn with_several_files(self) -> ExportTarget {
        ExportTarget { is_several: true, ..self }
    }

    pub(super) const fn with_merge(self, merge: MergeFn) -> ExportTarget {
        ExportTarget { merge: Some(merge), ..self }
    }

    pub(super) const fn with_archive(self, archive: ArchiveFn) -> ExportTarget {
        ExportTarget { archive: Some(archive), ..self }
    }
}

/// Returns the files of a target.
pub type WriteFn = fn(&ExportInput<'_>) -> ExportOutput;

/// Returns the bytes of an archive of some files, or why a name can't be stored in one.
pub type ArchiveFn = fn(&[ExportFile]) -> io::Result<Vec<u8>>;

/// Returns the edited file as the only file of the output.
pub type MergeFn = fn(&ExportInput<'_>, SharedFile<'_>) -> Result<ExportOutput, MergeRefusal>;
