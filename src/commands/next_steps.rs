//! The next steps: the git commands that send a change to its approvers.
//!
//! Start at [`after`] and [`after_filing`].

use std::collections::BTreeSet;
use std::path::Path;

use crate::commands::context::Ctx;
use exledger::approval::sources::keys::Keys;
use exledger::diag::shell::quoted;
use exledger::features::decide::decided::DecidedRecord;
use exledger::history::change::event::ChangeEvent;
use exledger::history::digest::Digest;
use exledger::history::paths::{self, LedgerPrefix};
use exledger::history::refs::HeadState;
use exledger::history::tree::CommitTree;
use exledger::ledger;
use exledger::ledger::tree::Tree;
use exledger::policy;
use exledger::policy::governance::Governance;
use exledger::record::file;
use exledger::session::Session;
use exledger::store::git::Repository;
use exledger::store::git::judged::Operation;
use exledger::survey::remote::RemoteAddress;

/// The branch that brings a new ledger.
pub(crate) const NEW_LEDGER: &str = "keep-exceptions";

// What `init` writes: three files in the ledger's folder, the others at the top of the repository.
const RECORDS: &str = "exceptions";
pub(crate) const ATTRIBUTES: &str = "exceptions/.gitattributes";
pub(crate) const SIGNERS: &str = ".github/allowed_signers";
const GITHUB: &str = ".github";
pub(crate) const WORKFLOW: &str = ".github/workflows/exledger.yml";
pub(crate) use exledger::survey::workflows::ci::{
    GITLAB_JOBS as JOBS, GITLAB_PIPELINE as PIPELINE,
};

/// The number of drafts that are named one by one.
pub(crate) const SHORT: usize = 3;

pub(crate) fn after(
    ctx: &Ctx,
    command: &str,
    home: &Session,
    opened: &[DecidedRecord],
) -> Vec<String> {
    let name = match opened {
        [only] => only.before.stem().to_owned(),
        several => format!("{} exceptions", several.len()),
    };
    let is_all = |event: ChangeEvent| opened.iter().all(|one| one.event == event);
    let (prefix, subject) = if is_all(ChangeEvent::PostReviewed) {
        ("review-closure", format!("Review the closure of {name}"))
    } else if is_all(ChangeEvent::Shortened) {
        ("end-earlier", format!("End {name} earlier"))
    } else {
        (command, format!("{} {name}", capital(command)))
    };
    let branch = format!("{prefix}-{}{}", name.replace(' ', "-"), distinction(opened));
    let files: Vec<String> = opened
        .iter()
        .flat_map(|one| {
            let own = std::iter::once(&one.before.path);
            own.chain(one.files.iter().map(|(path, _)| path))
        })
        .map(|path| quoted(path))
        .collect();
    sending(ctx, home, &branch, (&files, &subject))
}

/// Returns the end of the name of a branch for several records: another one for other records or changes, so that it is
/// no branch of an earlier decision.
fn distinction(opened: &[DecidedRecord]) -> String {
    const DIGITS: usize = 7;
    if opened.len() < 2 {
        return String::new();
    }
    let texts = opened.iter().flat_map(|one| [&one.before.path, &one.edited.text]);
    let all: String = texts.flat_map(|text| [text.as_str(), "\0"]).collect();
    let digest = Digest::of(all.as_bytes()).to_string();
    format!("-{}", digest.get(..DIGITS).unwrap_or(&digest))
}

pub(crate) fn after_filing(ctx: &Ctx, home: &Session, id: &str, path: &str) -> Vec<String> {
    let Some(mut setup) = UncommittedSetup::of(ctx, home) else {
        return sending(ctx, home, id, (&[quoted(path)], &format!("File {id}")));
    };
    setup.records.insert(path.to_owned());
    let ids: Vec<&str> = setup.records.iter().map(|path| file::stem(path)).collect();
    let filed = ids.join(", ");
    let records: Vec<String> = setup.records.iter().map(|path| quoted(path)).collect();
    let git = git_command(ctx, home.root());
    let begun = begin(ctx, home, None);
    let mut next = begun.clone().unwrap_or_default();
    next.extend(setup.key_command);
    if begun.is_none() && home.approved_ref().is_err() {
        next.extend(commit_commands(home, &git, (&setup.files, "Keep exceptions in a ledger")));
        next.extend(first_push(ctx, home));
        next.extend(sending(ctx, home, id, (&records, &format!("File {filed}"))));
        return next;
    }
    let files: Vec<String> = setup.files.into_iter().chain(records).collect();
    let subject = format!("Keep exceptions in a ledger, and file {filed}");
    match begun {
        Some(_) => {
            next.extend(commit_commands(home, &git, (&files, &subject)));
            next.extend(first_push(ctx, home));
        }
        None => next.extend(sending(ctx, home, NEW_LEDGER, (&files, &subject))),
    }
    next
}

/// Returns the commands that begin the approved branch, and go on with the one that is checked out, where nothing is committed
/// yet; `None` if the one that is checked out is the one to begin with.
pub(crate) fn begin(ctx: &Ctx, home: &Session, branch: Option<&str>) -> Option<Vec<String>> {
    let repository = home.repository_or_none()?;
    let refs = repository.refs().ok()?;
    let default = branch.map(str::to_owned).or_else(|| repository.setting("init.defaultBranch"));
    let first = refs.unbegun(default.as_deref())?;
    let git = git_command(ctx, home.root());
    Some(refs.commands_to_begin(&git, first, repository.first_remote().as_deref()))
}

/// Returns the command that gives the jobs their key; `None` where no remote says for which repository of a forge.
pub(crate) fn ci_setup(ctx: &Ctx, address: Option<&RemoteAddress>, forge: &str) -> Option<String> {
    let known = address?.forge();
    let flag = if known == Some(forge) { String::new() } else { format!(" --forge {forge}") };
    Some(format!("{} ci setup{flag}", program(ctx)))
}

pub(crate) fn lists_review_key(tree: &dyn Tree) -> bool {
    let there = Governance::read(tree).ok();
    there.is_some_and(|there| Keys::from_governance(&there, &there).has_bridge())
}

// What `init` left uncommitted, where the policy is new: one pull request brings the ledger and its first record.
struct UncommittedSetup {
    // Their paths, quoted.
    files: Vec<String>,
    // The paths in the ledger of all records that aren't committed: those filed before this one, too.
    records: BTreeSet<String>,
    // For a job that was written and signs reviews, whose key is not listed yet.
    key_command: Option<String>,
}

impl UncommittedSetup {
    fn of(ctx: &Ctx, home: &Session) -> Option<UncommittedSetup> {
        let repository = home.repository_or_none()?;
        let folder = repository.ledger_prefix(home.root()).folder().to_owned();
        let (top, head) = (LedgerPrefix::default(), repository.find("HEAD").map(|head| head.oid));
        let committed = match head {
            Some(head) => Some(CommitTree::of_commit(repository, head, &top).ok()?),
            None => None,
        };
        let is_new =
            |path: &str| committed.as_ref().is_none_or(|tree| matches!(tree.kind(path), Ok(None)));
        let own = [policy::FILE, ATTRIBUTES, SIGNERS];
        let [policy, attributes, signers] = own.map(|path| paths::join(&folder, path));
        let places = [policy, attributes, signers, WORKFLOW.into(), JOBS.into(), PIPELINE.into()];
        let folders = [paths::join(&folder, RECORDS)];
        let more = folders.iter().cloned().chain([GITHUB.to_owned()]);
        let searched: Vec<String> = places.iter().cloned().chain(more).collect();
        let loose = repository.loose(head, &top, &searched).ok()?;
        let has = |path: &str| loose.iter().any(|file| file.path == path);
        let [policy, _, signers, ..] = &places;
        if !has(policy) || !is_new(policy) {
            return None;
        }
        let jobs = [(WORKFLOW, "github"), (JOBS, "gitlab"), (PIPELINE, "gitlab")];
        let forge = jobs.into_iter().find(|(path, _)| has(path) && is_new(path));
        let forge = forge.filter(|_| !lists_review_key(&home.located().tree));
        let key_command = forge.and_then(|(_, forge)| {
            let url = repository.first_remote().and_then(|remote| repository.url_of(&remote));
            ci_setup(ctx, url.as_deref().and_then(RemoteAddress::parse).as_ref(), forge)
        });
        // `ci setup` adds a line to the signers file, which may be new.
        let below = format!("{GITHUB}/");
        let mut others = loose.iter().filter(|file| file.path.starts_with(&below));
        let takes_folder = key_command.is_some() && others.all(|file| places.contains(&file.path));
        let mut files = BTreeSet::new();
        for path in &places {
            if has(path) && (is_new(path) || path == signers) {
                let is_inside = takes_folder && path.starts_with(&below);
                files.insert(if is_inside { GITHUB } else { path.as_str() });
            }
        }
        let shown = |path: &str| match folder.is_empty() {
            true => quoted(path),
            false => quoted(&format!(":/{path}")),
        };
        let files = files.into_iter().map(shown).collect();
        let records = loose.iter().map(|file| file.path.as_str());
        let records = records.filter(|path| ledger::is_record_of(&folders, path));
        let records = records.filter_map(|path| path.strip_prefix(folder.as_str()));
        let records = records.map(|path| path.trim_start_matches('/').to_owned()).collect();
        Some(UncommittedSetup { files, records, key_command })
    }
}

/// Returns the git commands that send files, whose paths are quoted, to their approvers: on a new branch, if the approved
/// one is checked out. In the middle of a merge or rebase, they end or continue it.
pub(crate) fn sending(
    ctx: &Ctx,
    home: &Session,
    branch: &str,
    (files, subject): (&[String], &str),
) -> Vec<String> {
    let git = git_command(ctx, home.root());
    let mut commands = commit_commands(home, &git, (files, subject));
    let ends = match home.repository_or_none().and_then(Repository::in_progress) {
        Some(Operation::Merge) => Some("commit --no-edit"),
        Some(Operation::Rebase) => Some("rebase --continue"),
        Some(Operation::CherryPick | Operation::Revert) | None => None,
    };
    if let Some(end) = ends {
        commands.pop();
        commands.push(format!("{git} {end}"));
        return commands;
    }
    let own = home.own_branch();
    let branch = match &own {
        Some(own) => own.clone(),
        None => unused(home, branch),
    };
    let switch = if own.is_none() { Some(switch(&git, home, &branch)) } else { None };
    let push = push(ctx, home, &branch);
    switch.into_iter().chain(commands).chain(push).collect()
}

fn commit_commands(home: &Session, git: &str, (files, subject): (&[String], &str)) -> Vec<String> {
    let (options, before) = match home.repository_or_none() {
        Some(repository) => {
            let is_added = |path: &str| files.contains(&quoted(path));
            repository.before_adding(&repository.ledger_prefix(home.root()), git, &is_added)
        }
        None => ("", Vec::new()),
    };
    let add = format!("{git} add{options} {}", files.join(" "));
    let commit = format!("{git} commit -m {}", quoted(subject));
    before.into_iter().chain([add, commit]).collect()
}

// Returns the command that begins a branch; where nothing is checked out, on the approved one, so that it can be merged.
fn switch(git: &str, home: &Session, branch: &str) -> String {
    let is_unborn =
        home.repository_or_none().is_some_and(|repository| repository.find("HEAD").is_none());
    let approved = home.approved_ref().ok().filter(|_| is_unborn);
    let start =
        approved.as_ref().and_then(|approved| approved.reference.strip_prefix("refs/remotes/"));
    let start = start.map(|start| format!(" {}", quoted(start))).unwrap_or_default();
    format!("{git} switch -c {branch}{start}")
}

// Returns the push that begins the approved branch.
pub(crate) fn first_push(ctx: &Ctx, home: &Session) -> Option<String> {
    match home.repository_or_none()?.refs().ok()?.head {
        HeadState::Branch(name) => push(ctx, home, name.strip_prefix("refs/heads/")?),
        _ => None,
    }
}

// Adds to commands that commit what others have to approve a branch of its own, if the approved one is checked out, and the push.
// Returns the branch that then has to be merged.
pub(crate) fn beside_approved(
    ctx: &Ctx,
    (ledger, branch): (&Path, &str),
    next: &mut Vec<String>,
) -> Option<String> {
    let home = Session::open(ledger, ctx.options()).ok()?;
    if home.approved_ref().is_err() {
        next.extend(first_push(ctx, &home));
        return None;
    }
    let own = home.own_branch();
    let branch = own.clone().unwrap_or_else(|| unused(&home, branch));
    if own.is_none() {
        next.insert(0, switch(&git_command(ctx, home.root()), &home, &branch));
    }
    next.push(push(ctx, &home, &branch)?);
    Some(branch)
}

// Returns a name that no branch has, here or on a remote: the branch of an earlier decision stays until somebody deletes it.
fn unused(home: &Session, branch: &str) -> String {
    let refs = home.repository_or_none().and_then(|repository| repository.refs().ok());
    let is_taken = |name: &String| {
        refs.as_ref().is_some_and(|refs| {
            let below =
                |remote: &String| refs.names.contains_key(&format!("refs/remotes/{remote}/{name}"));
            refs.names.contains_key(&format!("refs/heads/{name}")) || refs.remotes.iter().any(below)
        })
    };
    let numbered = (2..).map(|n: usize| format!("{branch}-{n}"));
    let mut names = std::iter::once(branch.to_owned()).chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or_else(|| branch.to_owned())
}

/// Returns the command that completes drafts: by their ids, or if there are many, by what is new in their folders.
pub(crate) fn completing(
    ctx: &Ctx,
    home: &Session,
    (ids, folders): (&[&str], &BTreeSet<&str>),
) -> String {
    if ids.len() <= SHORT {
        return format!("{} new --complete {}", program(ctx), ids.join(" "));
    }
    let git = git_command(ctx, home.root());
    let folders: Vec<String> = folders.iter().map(|folder| quoted(folder)).collect();
    format!("{} new --complete $({git} ls-files -o {})", program(ctx), folders.join(" "))
}

/// Returns the command line of the program for the same ledger, from the folder in which it is typed.
pub(crate) fn program(ctx: &Ctx) -> String {
    format!("exledger{}", ctx.folder_flag())
}

/// Returns the command that pushes a branch: to the remote of the current branch, otherwise to origin or the first remote;
/// `None` if there is no remote.
fn push(ctx: &Ctx, home: &Session, branch: &str) -> Option<String> {
    let refs = home.repository_or_none()?.refs().ok()?;
    let known = |name: &str| refs.remotes.iter().find(|remote| *remote == name);
    let upstream = refs.upstream.as_deref().and_then(known);
    let remote = upstream.or_else(|| known("origin")).or(refs.remotes.first())?;
    let git = git_command(ctx, home.root());
    Some(format!("{git} push -u {} {}", quoted(remote), quoted(branch)))
}

/// Returns the git command line for paths from a folder, from the folder in which it is typed.
pub(crate) fn git_command(ctx: &Ctx, root: &Path) -> String {
    if ctx.globals.directory.is_none() && ctx.folder == root {
        "git".to_owned()
    } else {
        format!("git -C {}", quoted(&root.display().to_string()))
    }
}

fn capital(word: &str) -> String {
    let mut owned = word.to_owned();
    if let Some(first) = owned.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    owned
}
