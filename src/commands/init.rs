//! `init`: sets up a ledger in a repository.
//!
//! Its texts are in `init/`, each under the name of the file that it becomes. Existing files are
//! never changed. Follows `docs/spec/cli.md`, init.

mod files;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use exledger::session::error::Undetermined;

use crate::ask;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::init::files::{Bridge, Place};
use exledger::store;
use exledger::store::git::Repository;
use exledger::store::git::open::OpenError;
use exledger::view;
use exledger::view::init::{Init, Skipped};

/// Set up a ledger in a repository
///
/// Writes the policy, the records folder, JSON Schemas, a CI workflow, and pull request and issue templates to the root
/// of the repository, or to the folder given with -C. Existing files are never overwritten.
#[derive(Debug, Parser)]
#[command(name = "init")]
#[command(after_help = "EXAMPLE\n  exledger init --merge-method squash")]
pub(crate) struct InitArgs {
    /// How this repository merges pull requests [default: prompt on a terminal, otherwise merge]
    #[arg(long, value_name = "METHOD")]
    merge_method: Option<MergeMethod>,

    /// Leave out the workflow job that records the forge's reviews
    #[arg(long)]
    no_bridge: bool,

    /// Show what would be written, but write nothing
    #[arg(long)]
    dry_run: bool,
}

/// How a repository merges pull requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MergeMethod {
    /// Merge commit: its author approves by merging
    Merge,
    /// Squash into one commit: git does not name an approver
    Squash,
    /// Rebase: the person who merges is the committer
    Rebase,
}

pub(crate) const COMMAND: Command = Command::of::<InitArgs>();

impl Run for InitArgs {
    const FORMATS: Formats = Formats::General;
    const PAST: PastInstants = PastInstants::Refused("a ledger starts now");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let place = find_place(ctx)?;
        let method = self.method(ctx)?;
        let mut init = view::init::Init {
            written: !self.dry_run,
            created: Vec::new(),
            skipped: Vec::new(),
            next: Vec::new(),
        };
        let bridge = if self.no_bridge { Bridge::LeftOut } else { Bridge::Written };
        for draft in files::drafts(&place, method, bridge) {
            if let Some(path) = draft.found(&place.tree)? {
                let needs = draft.needs(&place.tree, &path)?;
                init.skipped.push(Skipped { path, needs });
                continue;
            }
            if init.written {
                store::files::create(&place.tree, &draft.path, draft.text.as_bytes())
                    .with_context(|| format!("writing {}", draft.path))?;
            }
            init.created.push(draft.path);
        }
        init.created.sort();
        init.skipped.sort_by(|one, other| one.path.cmp(&other.path));
        init.next = files::next(&init.created);
        ctx.show(&view::init::doc(&init))?;
        advise(ctx, &init, (method, bridge));
        Ok(Outcome::Fine)
    }
}

impl InitArgs {
    fn method(&self, ctx: &Ctx) -> anyhow::Result<MergeMethod> {
        match (self.merge_method, ctx.person) {
            (Some(method), _) => Ok(method),
            (None, ask::Prompting::Away) => Ok(MergeMethod::Merge),
            (None, ask::Prompting::There) => {
                let choices = [
                    "merge: a merge commit",
                    "squash: one new commit",
                    "rebase: commits on top of the branch",
                ];
                let chosen =
                    ask::choice("How does this repository merge pull requests", &choices, 0);
                Ok(
                    match chosen
                        .map_err(|error| fault::unasked(&error, "answer with --merge-method"))?
                    {
                        1 => MergeMethod::Squash,
                        2 => MergeMethod::Rebase,
                        _ => MergeMethod::Merge,
                    },
                )
            }
        }
    }
}

/// Prints advice about the merge method and the growth of the ledger.
fn advise(ctx: &Ctx, init: &Init, (method, bridge): (MergeMethod, Bridge)) {
    if ctx.format.name != "table" {
        for needs in view::init::needs_lines(init) {
            ctx.hint(&needs);
        }
    }
    match (bridge, method) {
        (Bridge::Written, _) => ctx.hint(
            "hint: reviews on the forge count once `people.logins` in the policy maps logins to people, or their profiles show their addresses",
        ),
        (Bridge::LeftOut, MergeMethod::Merge) => {}
        (Bridge::LeftOut, _) => ctx.hint(
            "hint: merges of this kind may not name an approver: sign approvals with `exledger approve`",
        ),
    }
    ctx.hint("hint: if the ledger will grow past 1,000 files, use folders by year or team: exledger new --folder 2026");
}

/// Returns the ledger's folder: that of `-C`, otherwise the repository's root.
fn find_place(ctx: &Ctx) -> anyhow::Result<Place> {
    let outside = |what: String| {
        fault::undetermined(
            what,
            "run `git init` first, or give the folder of a repository with -C DIR",
        )
    };
    let folder = store::files::folder(&ctx.folder).map_err(|error| outside(error.to_string()))?;
    let repository = match Repository::discover(&folder) {
        Ok(repository) => repository,
        Err(OpenError::NotFound { .. }) => {
            return Err(outside(format!("{} is not in a git repository", folder.display())));
        }
        Err(error) => return Err(Undetermined::Open(error).into()),
    };
    let bare =
        || outside(format!("{} is a bare repository, without a work tree", folder.display()));
    let top = repository.work_dir().ok_or_else(bare)?;
    let prefix = match ctx.globals.directory {
        Some(_) => repository.prefix(&folder).ok_or_else(bare)?,
        None => String::new(),
    };
    Ok(Place::new(top, &prefix))
}
