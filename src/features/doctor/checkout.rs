//! What this checkout has, and the commands that bring its rules and workflows to the approved branch.
//!
//! Start at `Checkout::read`. Follows `docs/spec/cli.md`, doctor: what a check asks for may be written here already.

use crate::diag::shell;
use crate::history::branch::Branch;
use crate::history::chain;
use crate::history::objects::Oid;
use crate::history::paths::{self, LedgerPrefix};
use crate::history::refs::{ApprovedRef, HeadState};
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree as _;
use crate::policy::{self, governance::Governance};
use crate::session::error::{Error, Undetermined};
use crate::session::locate::Located;
use crate::store::files::WorkTree;
use crate::store::git::Repository;
use crate::survey::workflows;
use crate::survey::workflows::ci::CiSetup;

// The branch for what is committed beside the approved one, which the forge may protect.
const BRANCH: &str = "ledger";

/// The rules and workflows of this checkout, and how they are merged.
#[derive(Default)]
pub struct Checkout {
    /// The rules in the work tree, if they can be read.
    pub governance: Option<Governance>,
    /// The workflows in the work tree.
    pub ci: CiSetup,
    /// The branch, or `HEAD`, whose newest commit has the policy.
    pub committed_on: Option<String>,
    /// Whether these say what comes: a checkout that is behind may have what the approved branch took back.
    pub is_ahead: bool,
    /// What is left to run before they can be merged.
    pub commands: Vec<String>,
}

struct Head {
    // The branch, or `HEAD`.
    name: String,
    tip: Option<Oid>,
    has_policy: bool,
}

impl Checkout {
    // Reads the checkout; without an approved ref, the first push makes one.
    pub(super) fn read(located: &Located, chosen: Option<&ApprovedRef>) -> Result<Checkout, Error> {
        let repository = located.repository()?;
        let prefix = repository.ledger_prefix(&located.root);
        let (name, tip) = match repository.refs().map_err(Undetermined::from)?.head {
            HeadState::Detached(tip) => ("HEAD".to_owned(), Some(tip)),
            HeadState::Branch(name) => {
                let name = chain::branch(&name).to_owned();
                (name.clone(), repository.tip_of(None, &name))
            }
        };
        let governance = Governance::read(&located.tree).ok();
        let has_policy = match tip {
            None => false,
            Some(tip) => {
                let tree = CommitTree::of_commit(repository, tip, &prefix)?;
                tree.kind(policy::FILE)?.is_some()
            }
        };
        let head = Head { name, tip, has_policy };
        let ci = repository.work_dir().map(|top| CiSetup::read(&WorkTree::new(top))).transpose()?;
        let places = places(governance.as_ref(), &prefix);
        let behind = match (head.tip, chosen) {
            (Some(tip), Some(chosen)) => Branch::between(repository, tip, chosen.tip)?,
            _ => None,
        };
        let is_ahead = match behind {
            None => true,
            Some(behind) => match behind.bases.first() {
                None => false,
                Some(base) => {
                    let own = repository.loose(Some(*base), &prefix, &places);
                    !own.map_err(Undetermined::from)?.is_empty()
                }
            },
        };
        Ok(Checkout {
            commands: commands(repository, chosen, &head, (&prefix, &places))?,
            committed_on: has_policy.then_some(head.name),
            ci: ci.unwrap_or_default(),
            governance,
            is_ahead,
        })
    }
}

// Returns where rules, workflows and what `init` writes beside them are.
fn places(governance: Option<&Governance>, prefix: &LedgerPrefix) -> Vec<String> {
    let Some(governance) = governance else { return vec![policy::FILE.to_owned()] };
    let records = governance.policy.records.iter();
    let attributes = records.map(|folder| paths::join(folder, ".gitattributes"));
    let workflows = workflows::FOLDERS.iter().map(|folder| prefix.inward(folder));
    governance.paths().into_iter().chain(attributes).chain(workflows).collect()
}

fn commands(
    repository: &Repository,
    chosen: Option<&ApprovedRef>,
    head: &Head,
    (prefix, places): (&LedgerPrefix, &[String]),
) -> Result<Vec<String>, Undetermined> {
    let approved = chosen.map(chain::approved_branch);
    let remote = match chosen {
        Some(chosen) => chosen.remote.clone(),
        None => repository.first_remote(),
    };
    let refs = repository.refs().map_err(Undetermined::from)?;
    let default = repository.setting("init.defaultBranch");
    let first = refs.unbegun(default.as_deref());
    let begin = first.map(|first| refs.commands_to_begin("git", first, remote.as_deref()));
    let (mut commands, mut branch) = (begin.unwrap_or_default(), head.name.as_str());
    let uncommitted = repository.loose(head.tip, prefix, places)?;
    if !uncommitted.is_empty() {
        if remote.is_some() && approved == Some(branch) {
            branch = BRANCH;
            commands.push(shell::command("git switch -c", &[branch]));
        }
        if repository.has_unstaged(prefix, places)? {
            let paths: Vec<&str> = uncommitted.iter().map(|file| file.path.as_str()).collect();
            commands.push(shell::command("git add", &paths));
        }
        let subject = match head.has_policy {
            true => "Change the rules of the ledger",
            false => "Keep exceptions in a ledger",
        };
        commands.push(format!("git commit -m \"{subject}\""));
    }
    let Some(remote) = remote else { return Ok(commands) };
    let is_sent = |name| head.tip.is_some() && repository.tip_of(Some(&remote), name) == head.tip;
    if uncommitted.is_empty() && [branch, BRANCH].into_iter().any(is_sent) {
        return Ok(commands);
    }
    commands.push(match approved {
        Some(approved) if approved != branch && branch != "HEAD" => {
            shell::command("git push -u", &[&remote, branch])
        }
        None => shell::command("git push -u", &[&remote, branch]),
        // The forge may refuse pushes to the approved branch.
        Some(_) => shell::command("git push", &[&remote, &format!("HEAD:refs/heads/{BRANCH}")]),
    });
    Ok(commands)
}
