//! `init`: sets up a ledger in a repository.
//!
//! Its texts are in `init/`, each under the name of the file that it becomes. Existing files are
//! never changed. Follows `docs/spec/cli.md`, init.

mod action;
mod approvers;
mod files;
pub(crate) mod forge;
mod people;
mod texts;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use exledger::diag::remedy::Remedy;
use exledger::diag::sorting::StableSort as _;
use exledger::features::import::adopt::AdoptionRequest;
use exledger::features::import::answer::PreparedImport;
use exledger::features::import::entry::ImportedState;
use exledger::features::scan::place::ScanPlace;
use exledger::ledger::tree::Tree as _;
use exledger::plan::answers::Answers;
use exledger::record::vocabulary::{Risk, Vocabulary};
use exledger::session::Session;
use exledger::session::error::{Error, Undetermined};
use exledger::session::locate::Located;
use exledger::survey::merging::LandingKind;

use crate::ask;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::listed_values::ListedValues;
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use crate::commands::import;
use crate::commands::init::action::{PinnedAction, ProgramSource};
use crate::commands::init::approvers::{ApproverArgument, Approvers};
use crate::commands::init::files::{Place, Setup};
use crate::commands::init::forge::{BranchChoice, Forge, Origin};
use crate::commands::next_steps;
use exledger::diag::shell;
use exledger::store::edits::Write;
use exledger::store::git::Repository;
use exledger::store::git::open::OpenError;
use exledger::view::init::{Init, Skipped};
use exledger::{diag, policy, store, view};

/// Set up a ledger
///
/// Writes the policy, the records folder and a CI workflow to the root of the repository, or to the folder given with -C:
/// at most four files; --with adds more. Existing files are never overwritten. The remote says which forge the files are for.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger init --person nweber=nina@example.com --person odiaz=omar@example.com=omar.pub\n  exledger init --adopt --risk-level low"
)]
pub(crate) struct InitArgs {
    /// How this repository merges pull requests [default: asked at a terminal, otherwise as most of the last 50 were]
    #[arg(long, value_name = "METHOD")]
    merge_method: Option<MergeMethod>,

    /// Forge that the files are for [default: that of the remote; without a remote, github]
    #[arg(long, value_name = "FORGE")]
    forge: Option<Forge>,

    /// Branch that pull requests are merged into [default: what the clone tells]
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,

    /// Action that puts exledger on PATH in a job, by its commit [default: that of this release]
    #[arg(long, value_name = "OWNER/REPO@SHA", value_parser = PinnedAction::parse)]
    action: Option<PinnedAction>,

    /// Command that puts exledger on PATH in a job, instead of an action
    #[arg(long, value_name = "COMMAND", conflicts_with = "action", value_parser = one_line)]
    install: Option<String>,

    /// Person who approves: login on the forge, address, and a public key's file if they sign; give it twice
    #[arg(long = "person", value_name = "LOGIN=ADDRESS[=KEYFILE]", value_parser = ApproverArgument::parse)]
    persons: Vec<ApproverArgument>,

    /// Further files, separated by commas
    #[arg(long, value_name = "FILES", value_delimiter = ',')]
    with: Vec<Extra>,

    /// Put what is suppressed already on record as it is, for 90 days; no source line is edited
    #[arg(long)]
    adopt: bool,

    /// Risk of what is adopted [default: asked at a terminal, otherwise moderate]
    #[arg(long, value_name = "LEVEL", requires = "adopt", value_parser = ListedValues::from(Risk::words()))]
    risk_level: Option<String>,

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
        if store::files::upwards(&folder, policy::FILE).is_ok_and(|found| found.is_none())
            && let Some(removed) = Session::unmerged_ledger(&folder, ctx.options())
        {
            return Err(removed.into());
        }
        let located = Located::at(folder, ctx.options());
        if let Ok(located) = &located {
            ctx.warn_of_policy_below(located);
        }
        let (method, forge) = (self.method(ctx, &origin)?, self.forge(ctx, &origin)?);
        let persons = self.ask_persons(ctx, &place, (&origin, forge))?;
        let approvers = Approvers::read(&persons, (&origin, forge), &ctx.folder)?;
        let (branch, because) = self.branch(ctx, &origin, forge)?;
        let setup = self.setup((place, approvers), &origin, branch, forge);
        let jobs = if forge != Forge::None { setup.program.as_ref() } else { None };
        let mut init = view::init::Init {
            written: !self.dry_run,
            created: Vec::new(),
            skipped: Vec::new(),
            forge: forge.as_str(),
            branch: Some(setup.branch.clone()).filter(|branch| !branch.is_empty()),
            action: jobs.and_then(ProgramSource::uses),
            next: Vec::new(),
        };
        let tree = &setup.place.tree;
        let there = setup.place.tree.bytes(&setup.place.policy())?;
        let listed = people::listed(there, &setup.approvers.addresses);
        let mut created = Vec::new();
        for draft in files::drafts(&setup) {
            match draft.found(tree)? {
                Some(path) => {
                    let needs = draft.needs(tree, &path)?;
                    init.skipped.push(Skipped { path, needs });
                }
                None => created.push((draft.path, draft.text.into_bytes())),
            }
        }
        let adopted = match self.adopt {
            true => Some(self.adopted(ctx, located.as_ref(), (&setup.place, &created))?),
            false => None,
        };
        init.created.extend(created.iter().map(|(path, _)| path.clone()));
        if let Some(adopted) = &adopted {
            let records = adopted.drafts.iter();
            init.created
                .extend(records.map(|record| format!("{}{}", setup.place.prefix, record.path)));
        }
        match &adopted {
            _ if !init.written => {}
            Some(adopted) => {
                let write = |(path, after)| Write { path, before: None, after };
                let writes = created.into_iter().map(write).collect();
                adopted.write_with(tree, &setup.place.prefix, writes)?;
            }
            None => {
                for (path, text) in &created {
                    store::files::create(tree, path, text)
                        .with_context(|| format!("writing {path}"))?;
                }
            }
        }
        init.created.sort();
        init.skipped.order_by(|one, other| one.path.cmp(&other.path));
        let git = next_steps::git_command(ctx, tree.root());
        let there = located.as_ref().ok();
        let lists_key = there.is_some_and(|there| next_steps::lists_review_key(&there.tree));
        let connect = jobs.filter(|_| !lists_key);
        let connect = connect
            .and_then(|_| next_steps::ci_setup(ctx, origin.address.as_ref(), forge.as_str()));
        init.next = files::next(&init.created, connect, &git);
        on_branch(ctx, (&setup, &origin), adopted.as_ref(), &mut init.next);
        ctx.show(view::init::doc(&init))?;
        if let Some(because) = because.filter(|_| jobs.is_some()) {
            ctx.hint(&format!("hint: the jobs are for the branch {}: {because}", setup.branch));
        }
        adopted.iter().for_each(|adopted| tell_listed(ctx, adopted));
        advise(ctx, (&init, &listed), &setup, method);
        let left: Vec<String> = self
            .with
            .iter()
            .filter(|extra| !files::is_written(**extra, forge))
            .filter_map(|extra| Some(extra.to_possible_value()?.get_name().to_owned()))
            .collect();
        if !left.is_empty() {
            ctx.tell(&format!(
                "warning: not written for this forge: {}: run it again with --forge github or --forge gitlab, if it is one of them",
                left.join(", ")
            ));
        }
        if self.forge.is_none() && forge == Forge::None {
            let host = origin.address.as_ref().map_or("the remote", |address| &address.host);
            ctx.hint(&format!(
                "hint: it is not known which forge {host} is, so no workflow was written: run it again with --forge github or --forge gitlab, or run `exledger lint --base` in your own pipeline"
            ));
        }
        Ok(Outcome::Fine)
    }
}

fn on_branch(
    ctx: &Ctx,
    (setup, origin): (&Setup, &Origin),
    adopted: Option<&PreparedImport<'_>>,
    next: &mut Vec<String>,
) {
    let ledger = setup.place.tree.root().join(&setup.place.prefix);
    let home = Session::open(&ledger, ctx.options()).ok().filter(|_| !next.is_empty());
    if let Some(home) = home
        && let Some(begin) = next_steps::begin(ctx, &home, Some(&setup.branch))
    {
        next.splice(..0, begin);
        next.extend(next_steps::first_push(ctx, &home));
        ctx.hint("hint: the repository has no commit yet, so there is no branch that this could be merged into: the first commands begin one");
        return;
    }
    let is_usual = ["", "main", "master"].contains(&&*setup.branch);
    if !origin.is_remote && !is_usual && !next.is_empty() {
        // Nothing else tells it once another branch is there.
        let reference = format!("refs/heads/{}", setup.branch);
        next.insert(0, shell::command("git config exledger.approvedRef", &[&reference]));
    }
    let branch = match adopted {
        Some(adopted) if !adopted.drafts.is_empty() => "adopt-exceptions",
        // The approved branch of a remote may be protected.
        _ if origin.is_remote && !next.is_empty() => next_steps::NEW_LEDGER,
        _ => return,
    };
    if let Some(branch) = next_steps::beside_approved(ctx, (&ledger, branch), next) {
        ctx.hint(&format!(
            "hint: nothing of it counts yet: once {branch} is pushed, open a pull request, and have it merged; to bring a first exception with it, run `exledger new` first, and what that prints"
        ));
    }
}

fn tell_listed(ctx: &Ctx, adopted: &PreparedImport<'_>) {
    let mut n_adopted = 0;
    for entry in &adopted.entries {
        match entry.state {
            ImportedState::Draft => n_adopted += 1,
            ImportedState::Known => {}
            _ => ctx.tell(&format!(
                "warning: not adopted: {}:{}: {}",
                entry.source, entry.line, entry.message
            )),
        }
    }
    if n_adopted == 0 {
        return;
    }
    ctx.hint(&format!(
        "hint: {} on record for at most 90 days, in {}: judge each in time (`exledger queue`)",
        diag::count(n_adopted, "suppression"),
        diag::count(adopted.drafts.len(), "file")
    ));
}

impl InitArgs {
    fn adopted<'l>(
        &self,
        ctx: &Ctx,
        located: Result<&'l Located, &Error>,
        (place, created): (&Place, &[(String, Vec<u8>)]),
    ) -> anyhow::Result<PreparedImport<'l>> {
        let located = located.map_err(|error| fault::undetermined(error.to_string(), ""))?;
        let below = |(path, text): &(String, Vec<u8>)| {
            Some((path.strip_prefix(place.prefix.as_str())?.to_owned(), text.clone()))
        };
        let written: Vec<(String, Vec<u8>)> = created.iter().filter_map(below).collect();
        if written.iter().all(|(path, _)| path != policy::FILE) {
            return Err(fault::usage_error(
                "there is a ledger already",
                Remedy::run(["exledger import scan"]).after("adopt what it does not cover"),
            ));
        }
        let mut given = Answers::default();
        if let Some(level) = &self.risk_level {
            given.set("risk.level", level.as_str());
        }
        let request = AdoptionRequest {
            folder: &located.root,
            paths: &[],
            given: &given,
            subfolder: None,
            files: &written,
        };
        let searched = ScanPlace::open(&located.root, ctx.options())?;
        import::adopt(ctx, (&searched, located), request)
    }

    fn setup(
        &self,
        (place, approvers): (Place, Approvers),
        origin: &Origin,
        branch: String,
        forge: Forge,
    ) -> Setup {
        let program = ProgramSource::choose(self.install.clone(), self.action.clone());
        // There is no action of GitLab.
        let is_usable = |source: &ProgramSource| forge == Forge::Github || source.uses().is_none();
        Setup {
            place,
            forge,
            branch,
            program: program.filter(is_usable),
            signs_merges: origin.signs_merges(forge),
            name: origin.name.clone(),
            approvers,
            with: self.with.iter().copied().collect(),
            adopts: self.adopt,
        }
    }

    fn branch(
        &self,
        ctx: &Ctx,
        origin: &Origin,
        forge: Forge,
    ) -> anyhow::Result<(String, Option<&'static str>)> {
        let (branch, because) = match (&self.branch, &origin.branch) {
            (Some(branch), _) => (branch.clone(), None),
            (None, BranchChoice::One(branch, because)) => (branch.clone(), Some(*because)),
            (None, _) if forge == Forge::None => (String::new(), None),
            (None, BranchChoice::Several(branches)) if ctx.person == ask::Prompting::There => {
                let choices: Vec<&str> = branches.iter().map(String::as_str).collect();
                let chosen = ask::choice("Which branch are pull requests merged into", &choices, 0);
                let chosen =
                    chosen.map_err(|error| fault::unasked(&error, "answer with --branch"))?;
                (branches.get(chosen).cloned().unwrap_or_default(), None)
            }
            (None, BranchChoice::Several(branches)) => {
                return Err(fault::usage_error(
                    format!("pull requests may be merged into {}", branches.join(" or ")),
                    "name the branch with --branch NAME",
                ));
            }
            (None, BranchChoice::Unknown) => {
                return Err(fault::usage_error(
                    "HEAD is detached, and nothing tells the branch that pull requests are merged into",
                    "name it with --branch NAME",
                ));
            }
        };
        if !branch.is_empty() && !forge::is_plain_branch(&branch) && forge != Forge::None {
            return Err(fault::usage_error(
                format!("a workflow can't name the branch {branch:?}"),
                "give one of letters, digits and `-_./@#` with --branch NAME, or add --forge none",
            ));
        }
        Ok((branch, because))
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

    // Returns the people who approve; at a terminal it asks for those that are missing of two.
    fn ask_persons(
        &self,
        ctx: &Ctx,
        place: &Place,
        (origin, forge): (&Origin, Forge),
    ) -> anyhow::Result<Vec<ApproverArgument>> {
        let mut persons = self.persons.clone();
        if ctx.person == ask::Prompting::Away || place.tree.kind(&place.policy())?.is_some() {
            return Ok(persons);
        }
        for nth in ["first", "second"].iter().skip(persons.len()) {
            let address = match (&origin.user, persons.as_slice()) {
                (Some(user), []) => user.as_str().to_owned(),
                _ => "ADDRESS".to_owned(),
            };
            let question =
                format!("Who approves, the {nth} of two people: LOGIN={address}[=PUBLIC KEY FILE]");
            let check = |answer: &str| {
                if answer.is_empty() {
                    return Ok(());
                }
                let all = [&persons[..], &[ApproverArgument::parse(answer)?]].concat();
                let read = Approvers::read(&all, (origin, forge), &ctx.folder);
                read.map(drop).map_err(|error| error.to_string())
            };
            let prompt = ask::prompting::Prompt {
                label: &question,
                question: &question,
                hint: "Enter leaves them out",
                ..Default::default()
            };
            let answer = ask::line(&prompt, "", &check)
                .map_err(|error| fault::unasked(&error, "answer with --person"))?;
            persons.extend(ApproverArgument::parse(&answer).ok());
        }
        Ok(persons)
    }

    fn method(&self, ctx: &Ctx, origin: &Origin) -> anyhow::Result<MergeMethod> {
        let proposed = MergeMethod::most(&origin.kinds).unwrap_or(MergeMethod::Merge);
        match (self.merge_method, ctx.person) {
            (Some(method), _) => Ok(method),
            (None, ask::Prompting::Away) => Ok(proposed),
            (None, ask::Prompting::There) => {
                let choices = [
                    "merge: a merge commit",
                    "squash: one new commit",
                    "rebase: commits on top of the branch",
                ];
                let question = "How does this repository merge pull requests";
                let chosen = ask::choice(question, &choices, proposed as usize);
                let chosen =
                    chosen.map_err(|error| fault::unasked(&error, "answer with --merge-method"))?;
                Ok(*MergeMethod::value_variants().get(chosen).unwrap_or(&proposed))
            }
        }
    }
}

impl MergeMethod {
    fn most(kinds: &[LandingKind]) -> Option<MergeMethod> {
        let of = [
            (MergeMethod::Merge, LandingKind::Merge),
            (MergeMethod::Squash, LandingKind::Squash),
            (MergeMethod::Rebase, LandingKind::Rebase),
        ];
        let counted =
            of.map(|(method, kind)| (kinds.iter().filter(|other| **other == kind).count(), method));
        // Of as many, the first.
        let most = counted.into_iter().rev().max_by_key(|(n, _)| *n);
        most.filter(|(n, _)| *n > 0).map(|(_, method)| method)
    }
}

fn advise(ctx: &Ctx, (init, listed): (&Init, &[String]), setup: &Setup, method: MergeMethod) {
    if ctx.format.name != "table" {
        for needs in view::init::needs_lines(init) {
            ctx.hint(&needs);
        }
    }
    let has_jobs = setup.program.is_some();
    match (setup.forge, has_jobs) {
        (Forge::Github, false) => ctx.hint(
            "hint: this build is not a release, so no workflow was written: say how a job gets exledger with --install 'COMMAND'",
        ),
        (Forge::Gitlab, false) => ctx.hint(
            "hint: no pipeline was written: say how a job gets exledger and glab with --install 'COMMAND'",
        ),
        (Forge::Gitlab, true) => ctx.hint(&format!(
            "hint: {} says which tokens its jobs use",
            files::gitlab_jobs(&setup.place.tree)
        )),
        _ => {}
    }
    if method == MergeMethod::Squash {
        squashed(ctx, &setup.approvers.without_key(), has_jobs);
    }
    if let [] | [_] = listed {
        let writes_policy = init.created.iter().any(|path| path.ends_with(policy::FILE));
        let does = if writes_policy { "does" } else { "prints the lines" };
        let (who, what) = match listed {
            [only] => (format!("only {only}"), "a second person"),
            _ => ("nobody".to_owned(), "two people"),
        };
        ctx.hint(&format!(
            "hint: {who} is listed in `groups`: add {what} to exledger.yaml before you commit it (`--person LOGIN=ADDRESS` {does}), since nobody else could approve a change of the rules that you write"
        ));
    }
    let bare = setup.approvers.without_number();
    if let [first, ..] = bare.as_slice() {
        let login = first.split('@').next().unwrap_or_default();
        let (form, command) = match setup.forge {
            Forge::Gitlab => ("-", format!("glab api 'users?username={login}'")),
            _ => ("+", format!("gh api users/{login} --jq .id")),
        };
        ctx.hint(&format!(
            "hint: no number is known of {}: as NUMBER{form}{first}, a login can't become somebody else's (`{command}`)",
            bare.join(", ")
        ));
    }
    if !setup.with.contains(&Extra::Codeowners) && setup.forge != Forge::None {
        let lines = texts::code_owners(setup);
        let lines: Vec<&str> =
            lines.lines().filter_map(|line| line.strip_prefix("# ")).skip(1).collect();
        ctx.hint(&format!(
            "hint: whoever can change the policy and the workflow changes what they decide; lines for CODEOWNERS, each with your team:\n  {}",
            lines.join("\n  ")
        ));
    }
    ctx.hint("hint: if the ledger will grow past 1,000 files, use folders by year or team: exledger new --folder 2026");
}

// Under squash a key that is missing in the first change can be listed by nobody later, unless a job records reviews.
fn squashed(ctx: &Ctx, without_key: &[&str], has_jobs: bool) {
    let lists = "--person LOGIN=ADDRESS=KEYFILE lists a key";
    let who = match without_key {
        [] => String::new(),
        names => format!("; no key is given for {}", names.join(", ")),
    };
    match (has_jobs, who.as_str()) {
        (true, "") => {}
        (true, who) => ctx.hint(&format!(
            "hint: a squash names no approver, so a job records the reviews, by the key of `exledger ci setup`. If that stores none, list a key before this is merged, or nobody can approve anything later: {lists}{who}"
        )),
        (false, who) => ctx.hint(&format!(
            "hint: a squash names no approver, so approvals are signed with `exledger approve`: {lists}{who}"
        )),
    }
}

fn one_line(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.contains(['\n', '\r']) {
        return Err("give one line of a shell".to_owned());
    }
    Ok(text.to_owned())
}

/// Returns the ledger's folder: that of `-C`, otherwise the repository's root; and what the clone knows of its remote.
fn find_place(ctx: &Ctx) -> anyhow::Result<(Place, Origin)> {
    let outside = |what: String| {
        fault::undetermined(
            what,
            Remedy::run(["git init"])
                .after("run `git init` first, or give the folder of a repository with -C DIR"),
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
