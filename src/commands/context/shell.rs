//! Commands that people are told to run next, as a shell takes them.
//!
//! Start at [`Ctx::git`].

use crate::commands::context::Ctx;
use exledger::session::Session;
use exledger::survey::shell;

impl Ctx {
    /// Returns how git is called for the paths of a ledger from the folder that the command works from.
    pub(crate) fn git(&self, home: &Session) -> String {
        if self.folder == home.root() {
            "git".to_owned()
        } else {
            format!(
                "git -C {}",
                shell::quoted(&home.root().display().to_string())
            )
        }
    }
}
