//! The program at a terminal, driven by key presses. Start at [`Terminal`].
//!
//! Python's `pty` opens the terminal, because the standard library can't, and a crate for it is not worthwhile.

mod answers;
mod deciding;
mod filing;
mod pasting;
mod picking;
pub(crate) mod screens;
mod triaging;

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::project;
use crate::support::tools::python;

/// A terminal with a number of columns, in a folder.
pub(crate) struct Terminal<'t> {
    pub(crate) folder: &'t Path,
    pub(crate) columns: u16,
    pub(crate) variables: &'t [(&'t str, &'t str)],
}

/// The output of a run in a terminal.
pub(crate) struct Seen {
    pub(crate) code: i32,
    /// Everything sent to the terminal.
    pub(crate) bytes: String,
    /// How much had been sent at each key press.
    pub(crate) pressed: Vec<usize>,
}

impl Terminal<'_> {
    /// Runs the program and presses keys, each once a text has been shown.
    pub(crate) fn run(&self, args: &[&str], keys: &[(&str, &str)]) -> Seen {
        let script: Vec<[&str; 2]> = keys.iter().map(|(wait, keys)| [*wait, *keys]).collect();
        let output = Command::new(python())
            .arg("-IS")
            .arg(project::root().join("tests/data/pty/drive.py"))
            .arg(self.columns.to_string())
            .arg(serde_json::to_string(&script).unwrap())
            .arg(env!("CARGO_BIN_EXE_exledger"))
            .args(args)
            .current_dir(self.folder)
            .env_clear()
            .env("HOME", self.folder.join("nobody"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("TERM", "xterm-256color")
            .envs(self.variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let bytes = String::from_utf8(output.stdout).unwrap();
        let code = output.status.code().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_ne!(code, 99, "{err}\n{bytes}");
        let pressed = serde_json::from_str(&err).unwrap();
        Seen { code, bytes, pressed }
    }
}

/// Returns the final rows of a terminal, without trailing blanks.
pub(crate) fn screen(bytes: &str, columns: usize) -> Vec<String> {
    let mut rows: Vec<Vec<char>> = vec![Vec::new()];
    let (mut row, mut column) = (0, 0);
    let mut characters = bytes.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => {
                assert_eq!(characters.next(), Some('['), "{bytes:?}");
                // A terminal mode: it displays nothing.
                if characters.next_if_eq(&'?').is_some() {
                    characters.by_ref().find(|it| it.is_ascii_alphabetic());
                    continue;
                }
                let mut number = String::new();
                while characters.peek().is_some_and(|it| it.is_ascii_digit() || *it == ';') {
                    number.extend(characters.next());
                }
                let n: usize = number.parse().unwrap_or(1);
                match characters.next() {
                    Some('A') => row -= n.min(row),
                    Some('C') => column = (column + n).min(columns - 1),
                    Some('J') => {
                        rows.truncate(row + 1);
                        rows[row].truncate(column);
                    }
                    Some('m') => {}
                    other => panic!("{other:?} in {bytes:?}"),
                }
            }
            '\r' => column = 0,
            '\n' => row += 1,
            _ => {
                if column >= columns {
                    (row, column) = (row + 1, 0);
                }
                rows.resize(rows.len().max(row + 1), Vec::new());
                let width = rows[row].len().max(column + 1);
                rows[row].resize(width, ' ');
                rows[row][column] = character;
                column += 1;
            }
        }
        rows.resize(rows.len().max(row + 1), Vec::new());
    }
    let text = rows.iter().map(|row| row.iter().collect::<String>());
    let mut text: Vec<String> = text.map(|row| row.trim_end().to_owned()).collect();
    while text.last().is_some_and(String::is_empty) {
        text.pop();
    }
    text
}
