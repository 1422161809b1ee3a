//! Commands that people are told to run next, as a shell takes them.
//!
//! Start at [`Ctx::git`] and [`quoted`].

use crate::commands::context::Ctx;
use crate::commands::context::place::Home;

impl Ctx {
    /// Returns how git is called for the paths of a ledger from the folder that the command works from.
    pub(crate) fn git(&self, home: &Home) -> String {
        if self.folder == home.root {
            "git".to_owned()
        } else {
            format!("git -C {}", quoted(&home.root.display().to_string()))
        }
    }
}

/// Returns a word as a shell takes it for one word.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-+@:".contains(char);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
