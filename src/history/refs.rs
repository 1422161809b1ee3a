//! Chooses the approved ref, and names the refs to watch.
//!
//! Pure: refs and configuration are passed as plain data. Start at [`choose`] and [`watched_refs`]. Follows
//! `docs/spec/approval.md`, M1: never a file of the checked-out branch, never `init.defaultBranch`, never a detached HEAD.

use crate::diag::remedy::Remedy;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::diag::shell::{self, quoted};
use crate::history::mainline::Guard;
use crate::history::objects::Oid;
use crate::history::off_line::APPROVALS_PIN;
use crate::record::near;

/// The branches of a repository, and everything else that the choice of the approved ref depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refs {
    /// `refs/heads/*` and `refs/remotes/*` with their commits, by full name.
    pub names: BTreeMap<String, Oid>,
    /// The symbolic refs among them, such as `refs/remotes/origin/HEAD`, with the full name of their target.
    pub links: BTreeMap<String, String>,
    pub head: HeadState,
    pub is_rebasing: bool,
    /// The configured remotes, sorted; of a bare repository those of which a fetch writes the branches below `refs/remotes`
    /// alone, since anybody may push such refs to the others.
    pub remotes: Vec<String>,
    /// Those of which no fetch writes branches below `refs/remotes`: of a clone that was made bare.
    pub unfollowed: Vec<String>,
    /// The remote of the current branch.
    pub upstream: Option<String>,
    pub is_bare: bool,
    /// Whether the clone lacks the beginning of its history.
    pub is_shallow: bool,
    /// The value of `exledger.approvedRef` in the repository's own configuration.
    pub configured: Option<String>,
    /// The value of `exledger.trustedFrom` there.
    pub trusted_from: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadState {
    /// A branch, by its full name; it may not exist yet.
    Branch(String),
    Detached(Oid),
}

/// The commit that a name refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedRef {
    /// The full name of the ref, if it is one.
    pub name: Option<String>,
    pub oid: Oid,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovedRef {
    /// The full name of the ref if there is one, else the name that was given.
    pub reference: String,
    pub tip: Oid,
    /// Whether a remote protects it.
    pub guard: Guard,
    /// The remote that it is a branch of.
    pub remote: Option<String>,
    /// The commit from which governance counts as it landed there, by a decision of this clone's user.
    pub trusted: Option<Oid>,
    /// The tips that this clone saw there, by git's reflog of the ref and by pins; unsorted.
    pub seen: Vec<Oid>,
    /// The tips that it saw at the approvals branch, by git's reflog and the pin; `None` if these say nothing.
    pub approvals_log: Option<Vec<Oid>>,
}

impl ApprovedRef {
    /// Tells whether something outside the clone pins its history.
    pub fn is_pinned(&self) -> bool {
        self.trusted.is_some() || !self.reference.starts_with("refs/")
    }
}

/// Why no approved ref can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct NoRef {
    pub cause: Cause,
    pub candidates: Vec<String>,
    /// The command that may bring more candidates: a fetch, or the first push to an empty remote; `None` without a remote.
    pub command: Option<String>,
    /// The target branch of this job's pull request, as named by the CI system.
    pub target: Option<String>,
}

/// Why no approved ref can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    Unknown(String),
    /// There are several remotes, and nothing tells which one counts.
    SeveralRemotes(Vec<String>),
    /// Neither `main` nor `master` exists, of this remote or here, and no default branch is known.
    Neither(Option<String>),
    /// Both `main` and `master` exist, and no default branch is known.
    Both,
    /// HEAD is detached, so local branches are not considered.
    Detached,
    Empty,
}

/// Chooses the approved ref (M1).
///
/// `requested` is the value of the flag or environment variable, `find` resolves names that are not a branch (a tag, an id),
/// and `target` is the target branch according to the CI system, which only improves the message.
///
/// # Errors
/// [`NoRef`] if several refs are possible, or none.
pub fn choose(
    refs: &Refs,
    requested: Option<&str>,
    find: &dyn Fn(&str) -> Option<ResolvedRef>,
    target: Option<&str>,
) -> Result<ApprovedRef, NoRef> {
    let fail = |cause, remote: Option<&str>| NoRef {
        cause,
        candidates: refs.candidates(),
        command: refs.remote_command(remote, target),
        target: target.map(str::to_owned),
    };
    if let Some(name) = requested.or(refs.configured.as_deref()) {
        return refs.named(name, find).map_err(|cause| {
            let is_fetched = name.starts_with("refs/") && !name.starts_with(HEADS);
            let command = match (&cause, requested) {
                // No fetch makes a local branch.
                (Cause::Unknown(_), None) if !is_fetched => Some(UNSET.to_owned()),
                (Cause::Unknown(_), Some(_)) if !is_fetched => None,
                _ => refs.remote_command(None, target),
            };
            let failed = NoRef { command, ..fail(cause, None) };
            let short = |full: &String| full.splitn(3, '/').nth(2).map(str::to_owned);
            let shorts: Vec<String> = failed.candidates.iter().filter_map(short).collect();
            let near = near::nearest(name, shorts.iter().map(String::as_str));
            let near = near.and_then(|near| {
                failed.candidates.iter().find(|candidate| candidate.ends_with(near))
            });
            match near.cloned() {
                Some(near) => NoRef { candidates: vec![near], ..failed },
                None => failed,
            }
        });
    }
    let remote = refs.remote().map_err(|cause| fail(cause, None))?;
    if let Some(remote) = &remote
        && let Some(chosen) = refs.default_of(remote)
    {
        return Ok(chosen);
    }
    if refs.is_bare {
        return match &refs.head {
            HeadState::Branch(name) => {
                refs.chosen(name, Guard::Remote).ok_or_else(|| fail(Cause::Empty, None))
            }
            HeadState::Detached(_) => Err(fail(Cause::Detached, None)),
        };
    }
    if let Some(remote) = &remote {
        return Err(fail(
            refs.neither_or_both(&format!("refs/remotes/{remote}/"), Some(remote)),
            Some(remote),
        ));
    }
    match &refs.head {
        HeadState::Detached(_) if !refs.is_rebasing => Err(fail(Cause::Detached, None)),
        HeadState::Detached(_) | HeadState::Branch(_) => refs
            .only(HEADS, Guard::Local)
            .ok_or_else(|| fail(refs.neither_or_both(HEADS, None), None)),
    }
}

/// Returns the full names of the refs that a result depends on: those considered when choosing the approved ref, the review
/// notes and the branches of statements. Some may not exist.
///
/// As long as none of them moves, and HEAD and the configuration stay the same, M1 chooses the same commit. `requested`
/// is the value of the flag or environment variable.
pub fn watched_refs(refs: &Refs, requested: Option<&str>) -> BTreeSet<String> {
    let remotes = refs.remotes.iter().map(|remote| Some(remote.as_str()));
    let mut names: BTreeSet<String> = remotes.chain([None]).map(approvals_ref).collect();
    names.extend([REVIEW_NOTES, APPROVALS_PIN].map(str::to_owned));
    let mut add = |name: String| {
        names.extend(refs.links.get(&name).cloned());
        names.insert(name);
    };
    let head = match &refs.head {
        HeadState::Branch(name) => Some(name.clone()),
        HeadState::Detached(_) => None,
    };
    match (requested.or(refs.configured.as_deref()), refs.remote()) {
        (Some(name), _) if name.starts_with("refs/") => add(name.to_owned()),
        (Some(name), _) => {
            add(format!("refs/heads/{name}"));
            head.into_iter().for_each(add);
        }
        (None, Ok(Some(remote))) => {
            let folder = format!("refs/remotes/{remote}/");
            let default = refs.links.get(&format!("{folder}HEAD"));
            if default.is_none_or(|branch| !refs.names.contains_key(branch)) {
                add(format!("{folder}main"));
                add(format!("{folder}master"));
            }
            add(format!("{folder}HEAD"));
        }
        (None, _) if refs.is_bare => head.into_iter().for_each(add),
        (None, _) => {
            add("refs/heads/main".to_owned());
            add("refs/heads/master".to_owned());
        }
    }
    names
}

const UNSET: &str = "git config --unset exledger.approvedRef";

/// The ref whose notes may count.
pub const REVIEW_NOTES: &str = "refs/notes/review";

/// The branch of signed statements, of the remote that has the approved ref, or a local one.
pub const APPROVALS_BRANCH: &str = "exledger-approvals";

/// Returns the full name of the branch of signed statements: of a remote, or the local one.
pub fn approvals_ref(remote: Option<&str>) -> String {
    match remote {
        Some(remote) => format!("refs/remotes/{remote}/{APPROVALS_BRANCH}"),
        None => format!("{HEADS}{APPROVALS_BRANCH}"),
    }
}

pub(super) const HEADS: &str = "refs/heads/";

impl Refs {
    /// Returns the command that brings more candidates from a remote, else from `origin` or the first one, if the configuration
    /// has it: a fetch of all branches, since a clone may follow a single one, or the first push.
    fn remote_command(&self, remote: Option<&str>, target: Option<&str>) -> Option<String> {
        let known = |name: &str| self.remotes.iter().find(|remote| *remote == name);
        let remote = remote.and_then(known).or_else(|| known("origin")).or(self.remotes.first())?;
        if let Some(branch) = self.never_pushed(remote) {
            return Some(format!("git push -u {remote} {}", quoted(branch)));
        }
        let deepened = if self.is_shallow { " --unshallow" } else { "" };
        Some(match target {
            Some(branch) => {
                format!("git fetch{deepened} {remote} {branch}:refs/remotes/{remote}/{branch}")
            }
            None => format!(
                "git fetch{deepened} {remote} '+refs/heads/*:refs/remotes/{remote}/*' && git remote set-head {remote} --auto"
            ),
        })
    }

    /// Returns the branch to push first, if this clone has seen no branch of a remote but those that it has itself: its only
    /// `main` or `master`, else the current one, unless that follows another remote.
    fn never_pushed(&self, remote: &str) -> Option<&str> {
        let HeadState::Branch(head) = &self.head else { return None };
        if self.unfollowed.iter().any(|unfollowed| unfollowed == remote) {
            return None;
        }
        let folder = format!("refs/remotes/{remote}/");
        let seen = self.names.keys().filter_map(|name| name.strip_prefix(&folder));
        let seen: Vec<&str> = seen.filter(|name| *name != "HEAD").collect();
        let is_own = |name: &&str| self.names.contains_key(&format!("{HEADS}{name}"));
        let follows_another = self.upstream.as_deref().is_some_and(|upstream| upstream != remote);
        if follows_another || !seen.iter().all(is_own) {
            return None;
        }
        let usual: Vec<&str> = ["main", "master"].into_iter().filter(|name| is_own(name)).collect();
        let first = match usual.as_slice() {
            [only] => Some(*only),
            _ if seen.is_empty() && self.names.contains_key(head) => head.strip_prefix(HEADS),
            _ => None,
        };
        first.filter(|first| !seen.contains(first))
    }

    /// Returns the branch to begin with, if nothing is committed yet, and another branch is checked out: the one that git's
    /// `init.defaultBranch` names, else `main`.
    pub fn unbegun<'n>(&self, default: Option<&'n str>) -> Option<&'n str> {
        let HeadState::Branch(head) = &self.head else { return None };
        let first = default.filter(|name| !name.is_empty()).unwrap_or("main");
        let head = head.strip_prefix(HEADS)?;
        let is_usual = head == first || matches!(head, "main" | "master");
        (self.names.is_empty() && !is_usual).then_some(first)
    }

    /// Returns the commands that begin a branch with an empty commit, in place of the one that is checked out and has no commit,
    /// and go on with that one.
    pub fn commands_to_begin(&self, git: &str, first: &str, remote: Option<&str>) -> Vec<String> {
        let HeadState::Branch(head) = &self.head else { return Vec::new() };
        let head = head.strip_prefix(HEADS).unwrap_or(head);
        let push =
            remote.map(|remote| format!("{git} push -u {} {}", quoted(remote), quoted(first)));
        let switch = |name| format!("{git} switch -c {}", quoted(name));
        let begin = [switch(first), format!("{git} commit --allow-empty -m Begin")];
        begin.into_iter().chain(push).chain([switch(head)]).collect()
    }

    fn remote(&self) -> Result<Option<String>, Cause> {
        let mut remotes = self.remotes.clone();
        if remotes.is_empty() && !self.is_bare {
            // Refs may remain of a remote that the configuration no longer names.
            let is_there = |(_, target): &(&String, &String)| self.names.contains_key(*target);
            let links = self.links.iter().filter(is_there).map(|(name, _)| name);
            let names = self
                .names
                .keys()
                .chain(links)
                .filter_map(|name| name.strip_prefix("refs/remotes/")?.split_once('/'));
            remotes = names.map(|(remote, _)| remote.to_owned()).collect();
            remotes.sort();
            remotes.dedup();
        }
        let current = self.upstream.as_ref().filter(|upstream| remotes.contains(upstream));
        let origin = || remotes.iter().find(|remote| *remote == "origin");
        match remotes.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only.clone())),
            _ => match current.or_else(origin) {
                Some(remote) => Ok(Some(remote.clone())),
                None => Err(Cause::SeveralRemotes(remotes)),
            },
        }
    }

    /// Returns the default branch of a remote, else the only existing one of the usual names.
    fn default_of(&self, remote: &str) -> Option<ApprovedRef> {
        let folder = format!("refs/remotes/{remote}/");
        let target = self.links.get(&format!("{folder}HEAD"));
        let chosen = target
            .and_then(|name| self.chosen(name, Guard::Remote))
            .or_else(|| self.only(&folder, Guard::Remote))?;
        Some(ApprovedRef { remote: Some(remote.to_owned()), ..chosen })
    }

    fn only(&self, folder: &str, guard: Guard) -> Option<ApprovedRef> {
        let [main, master] =
            ["main", "master"].map(|name| self.chosen(&format!("{folder}{name}"), guard));
        match (main, master) {
            (Some(only), None) | (None, Some(only)) => Some(only),
            _ => None,
        }
    }

    fn neither_or_both(&self, folder: &str, remote: Option<&str>) -> Cause {
        let usual = |name: &str| self.names.contains_key(&format!("{folder}{name}"));
        match (usual("main"), usual("master")) {
            (true, true) => Cause::Both,
            _ if self.names.is_empty() => Cause::Empty,
            _ => Cause::Neither(remote.map(str::to_owned)),
        }
    }

    fn chosen(&self, name: &str, guard: Guard) -> Option<ApprovedRef> {
        Some(self.approved(name, *self.names.get(name)?, guard))
    }

    fn approved(&self, name: &str, tip: Oid, guard: Guard) -> ApprovedRef {
        ApprovedRef {
            reference: name.to_owned(),
            tip,
            guard,
            remote: self.remote_of(name),
            trusted: None,
            seen: Vec::new(),
            approvals_log: None,
        }
    }

    fn remote_of(&self, name: &str) -> Option<String> {
        let rest = name.strip_prefix("refs/remotes/")?;
        let known = self.remotes.iter().find(|remote| {
            rest.strip_prefix(remote.as_str()).is_some_and(|rest| rest.starts_with('/'))
        });
        let first = || rest.split_once('/').map(|(remote, _)| remote);
        known.map(String::as_str).or_else(first).map(str::to_owned)
    }

    /// Resolves a given name: a short name as a branch, anything else only in full.
    /// In git's own lookup order, a tag or branch of that name could take the place of the intended ref.
    fn named(
        &self,
        name: &str,
        find: &dyn Fn(&str) -> Option<ResolvedRef>,
    ) -> Result<ApprovedRef, Cause> {
        let floating = ["HEAD", "@"].iter().any(|head| {
            name.strip_prefix(head)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['~', '^', '@']))
        });
        if floating {
            return match &self.head {
                HeadState::Detached(_) => Err(Cause::Detached),
                HeadState::Branch(branch) if matches!(name, "HEAD" | "@") => self
                    .chosen(branch, Guard::Remote)
                    .ok_or_else(|| Cause::Unknown(name.to_owned())),
                HeadState::Branch(_) => Err(Cause::Unknown(name.to_owned())),
            };
        }
        let is_full = name.starts_with("refs/");
        let full = if is_full { name.to_owned() } else { format!("{HEADS}{name}") };
        let full = self.links.get(&full).unwrap_or(&full);
        let branch = || self.chosen(full, Guard::Remote);
        let other = || {
            let found = find(name)?;
            let is_meant = match &found.name {
                Some(reference) => reference == name,
                None => is_id(name),
            };
            is_meant.then(|| self.approved(name, found.oid, Guard::Remote))
        };
        let chosen = match (is_full, is_id(name)) {
            (true, _) => branch().or_else(other),
            (false, true) => other(),
            (false, false) => branch(),
        };
        chosen.ok_or_else(|| Cause::Unknown(name.to_owned()))
    }

    /// Returns the branches of remotes, or the local ones if there are none, as they can be entered; at most ten.
    fn candidates(&self) -> Vec<String> {
        let below = |folder: &str| -> Vec<String> {
            let names = self.names.keys();
            let inside = names.filter(|name| name.starts_with(folder));
            inside.take(10).cloned().collect()
        };
        let remote = below("refs/remotes/");
        if remote.is_empty() { below(HEADS) } else { remote }
    }
}

fn is_id(name: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    matches!(name.len(), 40 | 64) && name.bytes().all(is_digit)
}

impl NoRef {
    pub fn remedy(&self) -> Remedy {
        let set = "name the ref with --approved-ref";
        match (&self.cause, &self.command) {
            (Cause::Empty, _) => "commit first".into(),
            (_, Some(command)) => {
                Remedy::run([command]).after(format!("run `{command}`, or {set}"))
            }
            (_, None) => {
                match self.candidates.as_slice() {
                    [only] => {
                        let set = shell::command("git config exledger.approvedRef", &[only]);
                        Remedy::run([set]).after("name it, here or with --approved-ref")
                    }
                    [first, ..] => {
                        let set = shell::command("git config exledger.approvedRef", &[first]);
                        format!("name one with --approved-ref, or for this clone, for example with `{set}`").into()
                    }
                    [] => "name it with --approved-ref".into(),
                }
            }
        }
    }
}

impl fmt::Display for NoRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Unknown(name) if name.starts_with("refs/") || is_id(name) => {
                write!(out, "there is no {name}")?
            }
            Cause::Unknown(name) => write!(
                out,
                "there is no local branch {name}; give remote branches, tags and ids in full, such as refs/remotes/origin/main"
            )?,
            Cause::SeveralRemotes(names) => write!(
                out,
                "there are several remotes, and the current branch tracks none of them: {}",
                names.join(", ")
            )?,
            Cause::Neither(None) => {
                out.write_str("no default branch is known, and there is no main or master")?
            }
            Cause::Neither(Some(remote)) => {
                write!(out, "no default branch of {remote} is known, nor its main or master")?
            }
            Cause::Both => {
                out.write_str("no default branch is known, and both main and master exist")?
            }
            Cause::Detached => {
                out.write_str("HEAD is not on a branch, so the approved branch can't be chosen")?
            }
            Cause::Empty => out.write_str("the repository has no commits yet")?,
        }
        if !self.candidates.is_empty() {
            write!(out, "; it could be {}", self.candidates.join(", "))?;
        }
        if let Some(target) = &self.target {
            write!(out, "; this job is to be merged into {target}")?;
        }
        Ok(())
    }
}
