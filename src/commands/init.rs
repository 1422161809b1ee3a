//! `init`: sets up a ledger in a repository.
//!
//! Its texts are in `init/`, each under the name of the file that it becomes. Existing files are
//! never changed. Follows `docs/spec/cli.md`, init.

mod action;
mod approvers;
mod files;
mod forge;
mod texts;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use exledger::diag::sorting::StableSort as _;
use exledger::session::error::Undetermined;
use exledger::session::locate::Located;

use crate::ask;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use crate::commands::init::action::{ActionSource, PinnedAction, Vendoring};
use crate::commands::init::approvers::{ApproverArgument, Approvers};
use crate::commands::init::files::{Bridge, Place, Setup};
use crate::commands::init::forge::{Forge, Origin};
use exledger::store::git::Repository;
use exledger::store::git::open::OpenError;
use exledger::view::init::{Init, Skipped};
use exledger::{store, view};

/// Set up a ledger
///
/// Writes the policy, the records folder and a CI workflow to the root of the repository, or to the folder given with -C;
/// --with adds more. Existing files are never overwritten. The remote says which forge the files are for, and which branch.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger init --person nweber=nina@example.com --person odiaz=omar@example.com=omar.pub"
)]
pub(crate) struct InitArgs {
    /// How this repository merges pull requests [default: prompt on a terminal, otherwise merge]
    #[arg(long, value_name = "METHOD")]
    merge_method: Option<MergeMethod>,

    /// Forge that the files are for [default: that of the remote; without a remote, github]
    #[arg(long, value_name = "FORGE")]
    forge: Option<Forge>,

    /// Branch that pull requests are merged into [default: that of the remote, otherwise the current one]
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,

    /// Action that the workflow runs, by its commit [default: that of this release, otherwise a copy of it]
    #[arg(long, value_name = "OWNER/REPO@SHA", value_parser = PinnedAction::parse)]
    action: Option<PinnedAction>,

    /// Copy the action and its scripts into the repository
    #[arg(long, conflicts_with = "action")]
    vendor_action: bool,

    /// Person who approves: login on the forge, address, and a public key's file if they sign; give it twice
    #[arg(long = "person", value_name = "LOGIN=ADDRESS[=KEYFILE]", value_parser = ApproverArgument::parse)]
    persons: Vec<ApproverArgument>,

    /// Further files, separated by commas
    #[arg(long, value_name = "FILES", value_delimiter = ',')]
    with: Vec<Extra>,

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

/// A file that a ledger can do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Extra {
    /// Owners of the files that decide, as comments
    Codeowners,
    /// GitHub's form for requests by people without a clone
    IssueForm,
    /// What a pull request asks for
    PrTemplate,
    /// JSON Schemas, by which editors explain each field
    Schemas,
}

pub(crate) const COMMAND: Command = Command::of::<InitArgs>("init");

impl Run for InitArgs {
    const FORMATS: Formats = Formats::General;
    const PAST: PastInstants = PastInstants::Refused("a ledger starts now");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let (place, origin) = find_place(ctx)?;
        let folder = place.tree.root().join(&place.prefix);
        if let Ok(located) = Located::at(folder, ctx.options()) {
            ctx.warn_of_policy_below(&located);
        }
        let (method, forge) = (self.method(ctx)?, self.forge(ctx, &origin)?);
        let approvers = Approvers::read(&self.persons, origin.user.as_ref(), &ctx.folder)?;
        let setup = self.setup((place, approvers), &origin, method, forge)?;
        let is_github = forge == Forge::Github;
        let mut init = view::init::Init {
            written: !self.dry_run,
            created: Vec::new(),
            skipped: Vec::new(),
            forge: forge.as_str(),
            branch: Some(setup.branch.clone()).filter(|it| !it.is_empty()),
            action: if is_github { Some(setup.action.uses()) } else { None },
            next: Vec::new(),
        };
        let tree = &setup.place.tree;
        for draft in files::drafts(&setup) {
            if let Some(path) = draft.found(tree)? {
                let needs = draft.needs(tree, &path)?;
                init.skipped.push(Skipped { path, needs });
                continue;
            }
            if init.written {
                store::files::create(tree, &draft.path, draft.text.as_bytes())
                    .with_context(|| format!("writing {}", draft.path))?;
            }
            init.created.push(draft.path);
        }
        init.created.sort();
        init.skipped.order_by(|one, other| one.path.cmp(&other.path));
        init.next = files::next(&init.created);
        ctx.show(&view::init::doc(&init))?;
        advise(ctx, &init, &setup);
        if self.forge.is_none() && forge == Forge::None {
            let host = origin.address.as_ref().map_or("the remote", |address| &address.host);
            ctx.hint(&format!(
                "hint: it is not known which forge {host} is, so no workflow was written: run it again with --forge github or --forge gitlab, or run `exledger lint --base` in your own pipeline"
            ));
        }
        Ok(Outcome::Fine)
    }
}

impl InitArgs {
    /// Returns what the files say.
    fn setup(
        &self,
        (place, approvers): (Place, Approvers),
        origin: &Origin,
        method: MergeMethod,
        forge: Forge,
    ) -> anyhow::Result<Setup> {
        let is_github = forge == Forge::Github;
        if !is_github && (self.action.is_some() || self.vendor_action) {
            return Err(fault::usage_error(
                "only a workflow for GitHub runs an action",
                "leave out --action and --vendor-action, or add --forge github",
            ));
        }
        let branch = self.branch.clone().or_else(|| origin.branch.clone());
        let branch = match branch {
            Some(branch) if forge::is_plain_branch(&branch) => branch,
            Some(branch) if is_github || self.branch.is_some() => {
                return Err(fault::usage_error(
                    format!("a workflow can't name the branch {branch:?}"),
                    "give one of letters, digits and `-_./@#` with --branch NAME, or add --forge none",
                ));
            }
            None if is_github => {
                return Err(fault::usage_error(
                    "HEAD is detached, and no remote names its default branch",
                    "name the branch that pull requests are merged into with --branch NAME",
                ));
            }
            _ => String::new(),
        };
        let vendor = if self.vendor_action { Vendoring::Always } else { Vendoring::IfUnreleased };
        Ok(Setup {
            place,
            forge,
            method,
            bridge: if self.no_bridge { Bridge::LeftOut } else { Bridge::Written },
            branch,
            action: ActionSource::chosen(self.action.clone(), vendor),
            name: origin.name.clone(),
            approvers,
            with: self.with.iter().copied().collect(),
        })
    }

    fn forge(&self, ctx: &Ctx, origin: &Origin) -> anyhow::Result<Forge> {
        match (self.forge.or_else(|| origin.forge()), ctx.person) {
            (Some(forge), _) => Ok(forge),
            (None, ask::Prompting::Away) => Ok(Forge::None),
            (None, ask::Prompting::There) => {
                let choices = ["github: GitHub", "gitlab: GitLab", "none: no files for a forge"];
                let chosen = ask::choice("Which forge is the remote on", &choices, 2);
                Ok(match chosen.map_err(|error| fault::unasked(&error, "answer with --forge"))? {
                    0 => Forge::Github,
                    1 => Forge::Gitlab,
                    _ => Forge::None,
                })
            }
        }
    }

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

/// Prints advice about the forge, the merge method and the growth of the ledger.
fn advise(ctx: &Ctx, init: &Init, setup: &Setup) {
    if ctx.format.name != "table" {
        for needs in view::init::needs_lines(init) {
            ctx.hint(&needs);
        }
    }
    if setup.forge == Forge::Github && setup.action == ActionSource::Vendored {
        ctx.hint(
            "hint: the workflow runs a copy of the action: set the variables EXLEDGER_URL and EXLEDGER_SHA256 of the repository (Settings, Secrets and variables, Actions, Variables) to a build of exledger for Linux and its SHA-256",
        );
    }
    if setup.forge == Forge::Gitlab {
        ctx.hint(
            "hint: set the CI/CD variables EXLEDGER_URL and EXLEDGER_SHA256 to a build of exledger for Linux and its SHA-256; .gitlab/exledger.yml says which tokens its jobs use",
        );
        ctx.hint(
            "hint: add %{approved_by} to both templates in Settings, Merge requests: for merge commits and for squash commits; then the messages name who approved",
        );
    }
    match (setup.forge, setup.bridge, setup.method) {
        (Forge::Github, Bridge::Written, _) => ctx.hint(
            "hint: reviews on the forge count once the key of the job `reviews` is listed, and `people.logins` in the policy maps logins to people, or their profiles show their addresses",
        ),
        (Forge::Gitlab, Bridge::Written, _) | (_, _, MergeMethod::Merge) => {}
        _ => ctx.hint(
            "hint: merges of this kind may not name an approver: sign approvals with `exledger approve`",
        ),
    }
    if let [only] = setup.approvers.addresses.as_slice() {
        let address = only.as_str();
        ctx.hint(&format!(
            "hint: only {address} is listed in `groups`: add a second person to exledger.yaml before you commit it (`--person LOGIN=ADDRESS` does), since nobody else could approve a change of the rules that you write"
        ));
    }
    if !setup.with.contains(&Extra::Codeowners) {
        ctx.hint("hint: whoever can change the policy and the workflow changes what they decide: `exledger init --with codeowners` writes whose review they need");
    }
    ctx.hint("hint: if the ledger will grow past 1,000 files, use folders by year or team: exledger new --folder 2026");
}

/// Returns the ledger's folder: that of `-C`, otherwise the repository's root; and what the clone knows of its remote.
fn find_place(ctx: &Ctx) -> anyhow::Result<(Place, Origin)> {
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
    let origin = Origin::of(&repository)
        .map_err(|error| outside(format!("the remote can't be read: {error}")))?;
    Ok((Place::new(top, &prefix), origin))
}
