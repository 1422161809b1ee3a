//! The observations file: earlier runs are read before any input, and the run is appended after the answer is known.
//!
//! Start at [`ObservationLog::open`]. Follows `docs/spec/interop.md`, 6, observations: a row that can't be read is
//! refused with nothing appended, and bytes that were counted before add nothing.

use std::path::Path;
use std::time::Duration;

use crate::session::error::Undetermined;
use crate::store::append::{AppendFile, AppendFileError, LockedFile};
use crate::store::files;
use crate::survey::observation::{self, Observation};

/// The maximum size of the file, in bytes.
const MOST_BYTES: usize = 64 << 20;

const PATIENCE: Duration = Duration::from_secs(10);

const START_ANEW: &str = "restore it, or give another file: it is created if it is missing";

/// An observations file that this run is added to.
#[derive(Debug)]
pub struct ObservationLog {
    file: AppendFile,
    shown: String,
    /// The rows in the file.
    pub rows: Vec<Observation>,
    n_lines: usize,
    n_bytes: usize,
    /// Whether the last line lacks its line end.
    is_torn: bool,
}

impl ObservationLog {
    /// Opens a file, which need not exist yet, and reads it.
    ///
    /// # Errors
    /// [`Undetermined`] if it is a link or not a regular file, too large, or has a line that is not a row.
    pub fn open(path: &Path) -> Result<ObservationLog, Undetermined> {
        let shown = path.display().to_string();
        let file = AppendFile::open_unlinked(path, MOST_BYTES as u64)
            .map_err(|error| unusable(&shown, &error))?;
        let mut log = ObservationLog {
            file,
            shown,
            rows: Vec::new(),
            n_lines: 0,
            n_bytes: 0,
            is_torn: false,
        };
        log.append(&[])?;
        Ok(log)
    }

    /// Reads what other processes appended, then appends the rows of files that are not in the file yet, and syncs; all
    /// under one lock. Returns how many files it added.
    ///
    /// # Errors
    /// [`Undetermined`] as for [`ObservationLog::open`], or if the rows can't be written; nothing is appended then.
    pub fn append(&mut self, rows: &[Observation]) -> Result<usize, Undetermined> {
        let shown = self.shown.clone();
        let failed = |error: AppendFileError| unusable(&shown, &error);
        let mut locked = self.file.lock(PATIENCE).map_err(failed)?;
        let text = locked.added().map_err(failed)?;
        let added = observation::read(&text).map_err(|bad| {
            let line = self.n_lines + bad.line;
            Undetermined::other(
                format!("line {line} of the observations {shown} can't be counted: {}", bad.why),
                START_ANEW,
            )
        })?;
        locked.take(&text);
        self.n_lines += text.matches('\n').count();
        self.n_bytes += text.len();
        if !text.is_empty() {
            self.is_torn = !text.ends_with('\n');
        }
        self.rows.extend(added);
        let new = observation::new_rows(&self.rows, rows);
        if new.is_empty() {
            return Ok(0);
        }
        let lines = write_rows(&new, &mut locked, self.is_torn, self.n_bytes).map_err(|what| {
            Undetermined::other(format!("can't add to {shown}: {what}"), START_ANEW)
        })?;
        self.n_lines += lines.matches('\n').count();
        self.n_bytes += lines.len();
        self.is_torn = false;
        let n_files = observation::counted_files(new.iter().copied()).len();
        self.rows.extend(new.into_iter().cloned());
        Ok(n_files)
    }
}

fn write_rows(
    rows: &[&Observation],
    locked: &mut LockedFile<'_>,
    is_torn: bool,
    n_bytes: usize,
) -> Result<String, String> {
    let lines: Result<Vec<String>, serde_json::Error> = rows.iter().map(|row| row.line()).collect();
    // The last line may lack its line end; appended rows must not run into it.
    let begin = if is_torn { "\n" } else { "" };
    let lines = lines.map_err(|error| error.to_string())?.join("\n");
    let text = format!("{begin}{lines}");
    if n_bytes.saturating_add(text.len()) >= MOST_BYTES {
        return Err(format!("it would have more than {MOST_BYTES} bytes"));
    }
    locked.append(&text).map_err(|error| error.to_string())?;
    Ok(format!("{text}\n"))
}

fn unusable(shown: &str, error: &AppendFileError) -> Undetermined {
    let help = match error {
        AppendFileError::Busy(_) | AppendFileError::Replaced | AppendFileError::Rewritten => {
            "run it again"
        }
        AppendFileError::Link => "give the file that it leads to",
        AppendFileError::NotRegular => "give a regular file",
        _ => START_ANEW,
    };
    Undetermined::other(format!("can't use the observations {shown}: {error}"), help)
}

/// Reads a file of observations without changing it.
///
/// # Errors
/// [`Undetermined`] if it is missing, too large, or has a line that is not a row.
pub fn read(folder: &Path, path: &Path) -> Result<Vec<Observation>, Undetermined> {
    let shown = path.display();
    let bytes = files::read(&folder.join(path), MOST_BYTES as u64)
        .map_err(|error| Undetermined::other(error.to_string(), "give a file of observations"))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Undetermined::other(format!("the observations {shown} are not UTF-8"), START_ANEW)
    })?;
    observation::read(&text).map_err(|bad| {
        Undetermined::other(
            format!("line {} of the observations {shown} can't be counted: {}", bad.line, bad.why),
            START_ANEW,
        )
    })
}
