//! The approved ref: what decides which one it is, read from flags, environment and repository.
//!
//! Start at [`Ctx::approved_ref`]. Follows `docs/spec/approval.md`, M1.

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::history::refs::{self, Cause, Chosen};
use exledger::store::git::Repository;

impl Ctx {
    /// Returns the ref that flag or environment name.
    pub(crate) fn asked_ref(&self) -> Option<&str> {
        let flag = self.globals.approved_ref.as_deref();
        flag.or_else(|| self.variable("EXLEDGER_APPROVED_REF"))
    }

    /// Chooses the approved ref.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] when none can be chosen, with the candidates and the command that helps.
    pub(crate) fn approved_ref(&self, repository: &Repository) -> anyhow::Result<Chosen> {
        let found = repository
            .refs()
            .map_err(|error| fault::cannot_say(error.to_string(), ""))?;
        let asked = self.asked_ref();
        let target = self
            .variable("GITHUB_BASE_REF")
            .or_else(|| self.variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"));
        refs::choose(&found, asked, &|name| repository.find(name), target).map_err(|error| {
            match error.cause {
                Cause::Empty => fault::cannot_say("there is no commit yet", "commit first"),
                _ => fault::cannot_say(format!("which ref is approved: {error}"), ""),
            }
        })
    }
}
