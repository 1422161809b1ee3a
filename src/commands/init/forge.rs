//! The forge of a repository, the name that it gives the repository, and the branch that pull requests are merged into.
//!
//! Start at [`Origin::of`]. Follows `docs/spec/cli.md`, init.

use clap::ValueEnum;

use exledger::approval::next::who::Identities;
use exledger::history::refs::{HeadState, Refs};
use exledger::policy::governance::Governance;
use exledger::policy::people;
use exledger::record::address::Address;
use exledger::store::git::{GitError, Repository};
use exledger::survey::remote::RemoteAddress;

/// Where the repository is hosted, as far as its files are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Forge {
    /// GitHub: a workflow
    Github,
    /// GitLab: a pipeline
    Gitlab,
    /// Any other: no files for the forge
    None,
}

impl Forge {
    /// Returns the name that the flag and the JSON answer use.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Forge::Github => "github",
            Forge::Gitlab => "gitlab",
            Forge::None => "none",
        }
    }
}

/// What the clone knows about the repository that it was cloned from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    /// Whether there is a remote at all.
    pub(super) is_remote: bool,
    /// Its address; `None` if that is a folder.
    pub(super) address: Option<RemoteAddress>,
    /// The path of its address, as `example/payments`.
    pub(super) name: Option<String>,
    /// The branch that the remote's HEAD names, else the current one; `None` if HEAD is detached.
    pub(super) branch: Option<String>,
    /// The address of git's user, if a person could have it.
    pub(super) user: Option<Address>,
}

impl Origin {
    /// Reads the remote and the branches of a repository.
    ///
    /// # Errors
    /// [`GitError`] if refs or configuration can't be read.
    pub(super) fn of(repository: &Repository) -> Result<Origin, GitError> {
        let refs = repository.refs()?;
        let remote = repository.first_remote();
        let url = remote.as_deref().and_then(|remote| repository.url_of(remote));
        let address = url.as_deref().and_then(RemoteAddress::parse);
        Ok(Origin {
            is_remote: !refs.remotes.is_empty(),
            name: address.as_ref().and_then(name),
            address,
            branch: branch(&refs, remote.as_deref()),
            user: user(repository),
        })
    }

    /// Returns the forge that the host tells; `None` if it tells none.
    pub(super) fn forge(&self) -> Option<Forge> {
        if !self.is_remote {
            return Some(Forge::Github);
        }
        match self.address.as_ref()?.forge()? {
            "github" => Some(Forge::Github),
            "gitlab" => Some(Forge::Gitlab),
            _ => None,
        }
    }
}

/// Returns the path of an address as the name of a ledger; `None` if it needs quoting.
pub(super) fn name(address: &RemoteAddress) -> Option<String> {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./".contains(char);
    let path = &address.path;
    (path.contains('/') && path.chars().all(is_plain)).then(|| path.clone())
}

fn user(repository: &Repository) -> Option<Address> {
    let (name, email) = repository.user();
    let governance = Governance::default();
    let person = people::identify(&governance, &name.unwrap_or_default(), email.as_deref()?);
    let is_person = !Identities::from_governance(&governance).is_no_person(&person);
    Address::new(email.as_deref()?).filter(|_| is_person)
}

fn branch(refs: &Refs, remote: Option<&str>) -> Option<String> {
    let default = remote.and_then(|remote| {
        let prefix = format!("refs/remotes/{remote}/");
        let target = refs.links.get(&format!("{prefix}HEAD"))?;
        target.strip_prefix(&prefix).map(str::to_owned)
    });
    default.or_else(|| match &refs.head {
        HeadState::Branch(name) => name.strip_prefix("refs/heads/").map(str::to_owned),
        HeadState::Detached(_) => None,
    })
}

/// Tells whether a branch can be named in a workflow as it is: forges read some characters as patterns.
pub(super) fn is_plain_branch(name: &str) -> bool {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./@#".contains(char);
    name.starts_with(|char: char| char.is_ascii_alphanumeric())
        && !name.contains("..")
        && name.chars().all(is_plain)
}
