//! `approve`: says yes, or no, to the present bytes of a record, and signs that.
//!
//! What is spoken about is found in `subject`, said and signed in `speak`, put where it belongs in `place`; a forge's
//! reviews are written down in `reviews`. Follows `docs/spec/cli.md`, approve, and `docs/spec/approval.md`, S7, 1.12, G2.

mod before;
mod bridge_key;
mod committer;
mod place;
mod reviews;
mod said;
mod seal;
mod side;
mod speak;
mod subject;

use std::path::{Path, PathBuf};

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::exit::Outcome;

/// Approve an exception by a signature
///
/// Signs the present bytes of a record with an SSH key, and puts two files beside the records, to be committed. It
/// counts for these bytes alone, however their branch is merged, once it has landed and the signers file lists the
/// key.
///
/// The key is that of --key FILE, else of git's exledger.signingKey (a path, or key::ssh-ed25519 … of an agent), else of
/// user.signingkey where that is an SSH key. How git signs commits stays as it is.
#[derive(Debug, Parser)]
#[command(name = "approve")]
#[command(after_help = "\
EXAMPLE
  exledger approve 7F3KQ --reason \"The alert was tested on 19 November\"
  exledger approve 7F3KQ --ref billing-key
  exledger approve 7F3KQ --reject --reason \"The scope names every invoice\"
  exledger approve --governance exledger.yaml
  exledger approve --from-reviews reviews.json")]
pub(crate) struct ApproveArgs {
    /// Record id, any unambiguous prefix or suffix of it, or the path of its file
    #[arg(required_unless_present_any = ["governance", "from_reviews"])]
    id: Option<String>,

    /// Why, on one line: it is signed and kept
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// Say no: a veto of these bytes, with its reason
    #[arg(long)]
    reject: bool,

    /// Approve a change of a governance file, such as exledger.yaml, in place of a record
    #[arg(long, value_name = "PATH", num_args = 0..=1)]
    governance: Option<Option<PathBuf>>,

    /// Approve what a branch holds, by a commit on it, without checking it out
    #[arg(long = "ref", value_name = "BRANCH")]
    branch: Option<String>,

    /// Write the files into this folder instead
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Who approves; git's user.email unless another address is named
    #[arg(long, value_name = "EMAIL")]
    by: Option<String>,

    /// The SSH key that signs, its private or its public half; with --from-reviews that of the bridge
    #[arg(long, value_name = "FILE")]
    key: Option<String>,

    /// Commit under your own name, as git signs and with a sign-off; for forges that refuse commits by nobody
    #[arg(long)]
    as_me: bool,

    /// Only say what would be signed and written
    #[arg(long)]
    dry_run: bool,

    /// Write down a forge's reviews of a merged pull request, from JSON; - for stdin
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["id", "reason", "reject", "governance", "branch", "out", "by", "as_me"]
    )]
    from_reviews: Option<PathBuf>,
}

/// The command.
pub(crate) const COMMAND: Command = Command::of::<ApproveArgs>();

impl Run for ApproveArgs {
    const PAST: PastInstants = PastInstants::Refused("what is approved is the present content");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        match &self.from_reviews {
            Some(file) => reviews::run(&self, ctx, file),
            None => speak::run(&self, ctx),
        }
    }
}

/// What the arguments name.
enum Named<'a> {
    Record(&'a str),
    Governance(&'a Path),
}

impl ApproveArgs {
    /// Returns what is named: a record by its id, or a governance file by its path, before or behind the flag.
    fn named(&self) -> anyhow::Result<Named<'_>> {
        match (&self.governance, &self.id) {
            (None, id) => Ok(Named::Record(id.as_deref().unwrap_or_default())),
            (Some(Some(path)), None) => Ok(Named::Governance(path)),
            (Some(None), Some(path)) => Ok(Named::Governance(Path::new(path))),
            (Some(_), _) => Err(fault::misuse(
                "--governance takes the path of one governance file",
                "approve records and governance files one by one: exledger approve --governance exledger.yaml",
            )),
        }
    }
}
