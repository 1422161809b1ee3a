//! The forge of a repository, the name that it gives the repository, and the branch that pull requests are merged into.
//!
//! Start at [`Origin::of`]. Follows `docs/spec/cli.md`, init.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;

use exledger::approval::next::who::Identities;
use exledger::features::doctor::recent;
use exledger::history::ident::Ident;
use exledger::history::refs::{HeadState, Refs};
use exledger::policy::governance::Governance;
use exledger::policy::people;
use exledger::policy::people::account::Account;
use exledger::record::address::Address;
use exledger::store::git::{GitError, Repository};
use exledger::survey::merging::{LandingKind, MOST_LANDINGS};
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
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Forge::Github => "github",
            Forge::Gitlab => "gitlab",
            Forge::None => "none",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) is_remote: bool,
    /// Its address; `None` if that is a folder.
    pub(crate) address: Option<RemoteAddress>,
    pub(crate) name: Option<String>,
    pub(crate) branch: BranchChoice,
    pub(crate) user: Option<Address>,
    pub(crate) kinds: Vec<LandingKind>,
    /// The number of each account that the newest commits name, by its login; of those that name one.
    pub(crate) numbers: BTreeMap<String, String>,
}

impl Origin {
    pub(crate) fn of(repository: &Repository) -> Result<Origin, GitError> {
        let refs = repository.refs()?;
        let remote = repository.first_remote();
        let url = remote.as_deref().and_then(|remote| repository.url_of(remote));
        let address = url.as_deref().and_then(RemoteAddress::parse);
        let branch = BranchChoice::find(&refs, remote.as_deref(), &|name| repository.setting(name));
        let of_remote = |branch| repository.tip_of(remote.as_deref(), branch);
        let tip =
            branch.one().and_then(|name| of_remote(name).or_else(|| repository.tip_of(None, name)));
        let newest = |tip| recent::newest(repository, tip, MOST_LANDINGS);
        let (kinds, idents) = tip.map(newest).unwrap_or_default();
        Ok(Origin {
            is_remote: !refs.remotes.is_empty(),
            name: address.as_ref().and_then(name),
            address,
            branch,
            user: user(repository),
            kinds,
            numbers: numbers(&idents),
        })
    }

    /// Returns the committer of the merges that the forge signs there; `None` where that may be anybody.
    pub(crate) fn signs_merges(&self, forge: Forge) -> Option<String> {
        let host = self.address.as_ref().map(|address| address.host.as_str());
        match (forge, host) {
            (Forge::Github, _) => Some(format!("noreply@{}", host.unwrap_or("github.com"))),
            // On a GitLab of one's own the administrator chooses it.
            (Forge::Gitlab, None | Some("gitlab.com")) => Some("noreply@gitlab.com".to_owned()),
            _ => None,
        }
    }

    /// Returns the domain of the private addresses by which the forge names accounts; `None` where a bare login stands for one.
    pub(crate) fn private_domain(&self, forge: Forge) -> Option<String> {
        let host = self.address.as_ref().map_or("gitlab.com", |address| &address.host);
        (forge == Forge::Gitlab).then(|| format!("users.noreply.{host}"))
    }

    pub(crate) fn forge(&self) -> Option<Forge> {
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

/// Returns the number of each account by its login. Anybody can type a private address, so a login with two has none.
fn numbers(idents: &[Ident]) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for account in idents.iter().filter_map(|ident| Account::of(&ident.email, &[])) {
        found.entry(account.login).or_default().extend(account.id);
    }
    found.retain(|_, ids| ids.len() == 1);
    found.into_iter().filter_map(|(login, ids)| Some((login, ids.into_iter().next()?))).collect()
}

/// Returns the path of an address as the name of a ledger; `None` if it needs quoting.
pub(crate) fn name(address: &RemoteAddress) -> Option<String> {
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

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum BranchChoice {
    /// This one, and why.
    One(String, &'static str),
    /// Nothing tells which of these.
    Several(Vec<String>),
    /// HEAD is detached, and nothing else tells.
    #[default]
    Unknown,
}

impl BranchChoice {
    /// Finds it: the remote's HEAD, else its only `main` or `master`, else a branch of git's `init.defaultBranch`, else the
    /// only other local branch, else the current one if there is no other. Before the first commit it is the one to begin with.
    fn find(
        refs: &Refs,
        remote: Option<&str>,
        setting: &dyn Fn(&str) -> Option<String>,
    ) -> BranchChoice {
        let of_remote = remote.map(|remote| format!("refs/remotes/{remote}/"));
        let head = of_remote.as_ref().and_then(|prefix| {
            refs.links.get(&format!("{prefix}HEAD"))?.strip_prefix(prefix.as_str())
        });
        if let Some(head) = head {
            return BranchChoice::One(head.to_owned(), "the remote's HEAD names it");
        }
        let below = |prefix: &str| -> Vec<String> {
            let names = refs.names.keys().filter_map(|name| name.strip_prefix(prefix));
            names.filter(|name| *name != "HEAD").map(str::to_owned).collect()
        };
        let local = below("refs/heads/");
        let remote = of_remote.map(|prefix| below(&prefix)).unwrap_or_default();
        let usual = |branches: &[String]| -> Vec<String> {
            branches.iter().filter(|it| matches!(it.as_str(), "main" | "master")).cloned().collect()
        };
        match usual(if remote.is_empty() { &local } else { &remote }).as_slice() {
            [] => {}
            [one] => {
                return BranchChoice::One(one.clone(), "it is the only one of main and master");
            }
            several => return BranchChoice::Several(several.to_vec()),
        }
        let default = setting("init.defaultBranch");
        if let Some(name) = refs.unbegun(default.as_deref()) {
            return BranchChoice::One(
                name.to_owned(),
                "nothing is committed yet, and git begins with it",
            );
        }
        if let Some(name) = default.filter(|name| local.contains(name) || remote.contains(name)) {
            return BranchChoice::One(name, "git's init.defaultBranch names it");
        }
        let current = match &refs.head {
            HeadState::Branch(name) => name.strip_prefix("refs/heads/"),
            HeadState::Detached(_) => None,
        };
        let others: Vec<&String> =
            local.iter().filter(|name| Some(name.as_str()) != current).collect();
        match (others.as_slice(), current) {
            ([other], _) => BranchChoice::One((*other).clone(), "it is the only other branch"),
            ([], Some(current)) => BranchChoice::One(current.to_owned(), "it is checked out"),
            ([], None) => BranchChoice::Unknown,
            _ => BranchChoice::Several(local),
        }
    }

    pub(crate) fn one(&self) -> Option<&str> {
        match self {
            BranchChoice::One(name, _) => Some(name),
            BranchChoice::Several(_) | BranchChoice::Unknown => None,
        }
    }
}

/// Tells whether a branch can be named in a workflow as it is: forges read some characters as patterns.
pub(crate) fn is_plain_branch(name: &str) -> bool {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./@#".contains(char);
    name.starts_with(|char: char| char.is_ascii_alphanumeric())
        && !name.contains("..")
        && name.chars().all(is_plain)
}
