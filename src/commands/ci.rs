//! `ci`: what the jobs of a forge run. Nothing else starts `gh`, `glab` or `git push`.
//!
//! Start at [`job::ForgeJob`]; each job is a file of `ci/`. Follows `docs/spec/cli.md`, ci.

mod job;
mod merged;
mod nightly;
mod part;
mod pull_request;
mod setup;

use clap::Parser;

use crate::commands::command::Command;

/// Jobs of a forge: comment, record reviews, audit
///
/// Runs in a job of GitHub or GitLab, or in a clone with `gh` or `glab` logged in. These programs make every call to the
/// forge; texts from there are data. A call that fails is made twice again, then the exit code is 3.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger ci setup --dry-run\n  exledger ci pull-request\n  exledger ci merged --pull-request 12"
)]
pub(crate) struct CiArgs {}

pub(crate) const COMMAND: Command = Command::group::<CiArgs>(
    "ci",
    &[pull_request::COMMAND, merged::COMMAND, nightly::COMMAND, setup::COMMAND],
);
