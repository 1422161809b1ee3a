//! Where the ledger is: the folder of `exledger.yaml`, from the working directory upwards.
//!
//! Start at [`Ctx::root`]. Follows `docs/spec/policy.md`, first paragraph.

use std::path::PathBuf;

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::store::files;

/// The file that makes a folder a ledger.
pub const MARK: &str = "exledger.yaml";

impl Ctx {
    /// Returns the folder of the ledger: `EXLEDGER_ROOT`, or the nearest one upwards from `-C` or here.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] when there is none.
    pub fn root(&self) -> anyhow::Result<PathBuf> {
        let given = self
            .variable("EXLEDGER_ROOT")
            .filter(|_| self.globals.directory.is_none());
        let missing = |what: String| {
            fault::cannot_say(
                what,
                "run `exledger init` in the root of the repository, or name a ledger with -C DIR",
            )
        };
        if let Some(given) = given {
            let folder = files::folder(&self.folder.join(given))
                .map_err(|error| missing(format!("EXLEDGER_ROOT: {error}")))?;
            let found = files::upwards(&folder, MARK)
                .ok()
                .flatten()
                .filter(|found| *found == folder);
            return found.ok_or_else(|| {
                missing(format!(
                    "EXLEDGER_ROOT: {} holds no {MARK}",
                    folder.display()
                ))
            });
        }
        match files::upwards(&self.folder, MARK) {
            Ok(Some(root)) => Ok(root),
            Ok(None) => Err(missing(format!(
                "{} is not in a ledger: no {MARK} here or above",
                self.folder.display()
            ))),
            Err(error) => Err(missing(error.to_string())),
        }
    }
}
