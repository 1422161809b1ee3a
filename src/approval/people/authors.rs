//! Determines the author set of a version (everyone named as having made its content), and who landed it. Whoever merges joins
//! only where the merge itself made content, or its author and its committer are two people.
//!
//! Pure. Start at `of_version`. Follows `docs/spec/approval.md`, A1 to A7 and 1.5.

use crate::approval::people::identity::{Identity, IdentityResolver, is_nobody};
use crate::approval::people::relation::{Relation, SeparatedBy};
use crate::approval::sources::message::{self, CommitMessage};
use crate::approval::verdict::{ApprovalObstacle, MOST_AUTHORS};
use crate::diag::sorting::StableSort as _;
use crate::history::commit::Commit;
use crate::history::ident::IdentProblem;
use crate::history::version::{MadeInMerge, Version};
use crate::policy::people::person::Person;
use std::collections::BTreeSet;

#[derive(Clone, Debug, Default)]
pub(crate) struct AuthorSet {
    pub members: Vec<Identity>,
    /// Authors named by a commit that makes the content, and the signers of such commits. Co-authors and requesters are
    /// named by others; they are members too, but may still reject by a label (E6).
    pub committed: Vec<Identity>,
    pub doubt: Option<ApprovalObstacle>,
    /// Why git does not name everyone who made the content; later versions built on it inherit this gap.
    pub unnamed: Option<ApprovalObstacle>,
    /// Co-authors without a known address, who are left out.
    pub dropped: Vec<String>,
    pub flags: BTreeSet<&'static str>,
    /// The identity key of each commit's author, and whether a listed key of theirs signed the commit.
    pub signed: Vec<(String, bool)>,
}

impl AuthorSet {
    pub(crate) fn attested(&self, member: &Identity) -> bool {
        let mut own = self.signed.iter().filter(|(key, _)| *key == member.person.key).peekable();
        let any = own.peek().is_some();
        any && own.all(|(_, attested)| *attested)
    }

    pub(crate) fn widen(&mut self, resolver: IdentityResolver) {
        for member in self.members.iter_mut().chain(&mut self.committed) {
            resolver.widen(member);
        }
    }

    pub(crate) fn relation(
        &self,
        resolver: IdentityResolver,
        identity: &Identity,
        separated_by: &SeparatedBy,
    ) -> Relation {
        let members = self.members.iter();
        members
            .map(|member| resolver.relation(identity, separated_by, member))
            .fold(Relation::Different, Relation::nearest)
    }

    pub(crate) fn holds(&self, identity: &Identity) -> bool {
        self.members.iter().any(|member| member.is(identity))
    }

    /// Tells whether a person is an author of a commit of their own, rather than named by others.
    pub(crate) fn holds_by_commit(&self, identity: &Identity) -> bool {
        self.committed.iter().any(|member| member.is_surely(identity))
    }

    pub(crate) fn add(&mut self, identity: Identity) {
        let is_full = self.members.len() >= MOST_AUTHORS;
        let known = self.members.iter_mut().find(|member| member.person.key == identity.person.key);
        match known {
            Some(known) => known.absorb(&identity),
            None if !is_full => self.members.push(identity),
            None => self.doubt(|| ApprovalObstacle::TooManyAuthors),
        }
    }

    pub(crate) fn add_by_commit(&mut self, identity: Identity) {
        self.commit(&identity);
        self.add(identity);
    }

    fn commit(&mut self, identity: &Identity) {
        let mut committed = self.committed.iter_mut();
        match committed.find(|own| own.person.key == identity.person.key) {
            Some(known) => known.absorb(identity),
            None => self.committed.push(identity.clone()),
        }
    }

    pub(crate) fn join_members(&mut self, other: &AuthorSet) {
        for member in &other.members {
            self.add(member.clone());
        }
        for member in &other.committed {
            self.commit(member);
        }
    }

    pub(crate) fn join(&mut self, other: &AuthorSet) {
        self.join_members(other);
        self.signed.extend(other.signed.iter().cloned());
        self.doubt = self.doubt.take().or_else(|| other.doubt.clone());
        self.unnamed = self.unnamed.take().or_else(|| other.unnamed.clone());
    }

    pub(crate) fn doubt(&mut self, why: impl FnOnce() -> ApprovalObstacle) {
        self.doubt.get_or_insert_with(why);
    }
}

/// Returns the authors that git names for a version (A1 to A4), without those left over from earlier versions.
pub(crate) fn of_version(resolver: IdentityResolver, version: &Version) -> AuthorSet {
    let mut set = named(resolver, version);
    set.unnamed.clone_from(&set.doubt);
    set
}

fn named(resolver: IdentityResolver, version: &Version) -> AuthorSet {
    let mut set = AuthorSet::default();
    let landing = &version.commit;
    if let Some(obstacle) = &version.truncated {
        set.doubt(|| obstacle.clone().into());
    }
    if landing.parents.len() < 2 {
        of_commit(resolver, landing, &mut set);
        return set;
    }
    note_problems(landing, &mut set);
    for commit in &version.touched {
        of_commit(resolver, commit, &mut set);
    }
    let author = || resolver.of_ident(landing.author());
    let committer = || resolver.actor(landing.committer());
    match &version.made_in_merge {
        MadeInMerge::No => {}
        MadeInMerge::AutoMerged => {
            set.flags.insert("auto-merged");
        }
        MadeInMerge::Made => {
            set.flags.insert("content-made-in-merge");
            match author() {
                Some(author) => set.add_by_commit(author),
                None => set.doubt(|| unnamed(resolver, landing)),
            }
            let committer = committer().into_iter();
            committer.for_each(|identity| set.add_by_commit(identity));
        }
        MadeInMerge::Unknown(obstacle) => {
            set.doubt(|| obstacle.clone().into());
        }
    }
    // If the forge's committer stands for the merger, the merge's author is the person who opened the pull request.
    if let (Some(author), Some(committer)) = (author(), committer())
        && !author.is_surely(&committer)
    {
        set.add_by_commit(author);
    }
    set
}

pub(crate) fn sorted(set: &AuthorSet) -> Vec<Person> {
    let members = set.members.iter();
    let mut people: Vec<Person> = members.map(Identity::shown).collect();
    people.order_by(|one, other| one.key.cmp(&other.key));
    people
}

fn of_commit(resolver: IdentityResolver, commit: &Commit, set: &mut AuthorSet) {
    note_problems(commit, set);
    match resolver.of_ident(commit.author()) {
        Some(identity) => set.add_by_commit(identity),
        None => set.doubt(|| unnamed(resolver, commit)),
    }
    let text = commit.message();
    for value in CommitMessage::read(&text).co_authors() {
        match message::person(value) {
            (name, Some(address)) => {
                let identity = resolver.identity(name.unwrap_or_default(), address);
                if !is_nobody(&identity) {
                    set.add(identity);
                }
            }
            (name, None) => match name.and_then(|name| resolver.of_login(name)) {
                Some(identity) => set.add(identity),
                None => set.dropped.push(value.to_owned()),
            },
        }
    }
}

fn unnamed(resolver: IdentityResolver, commit: &Commit) -> ApprovalObstacle {
    let commit_id = commit.oid;
    if resolver.is_of_approvals(commit.author()) {
        ApprovalObstacle::Nobody { commit: commit_id }
    } else {
        ApprovalObstacle::NoAddress { commit: commit_id }
    }
}

/// Records ambiguous headers. An address that is merely missing is handled separately.
fn note_problems(commit: &Commit, set: &mut AuthorSet) {
    let idents = [("author", commit.author()), ("committer", commit.committer())];
    let found = idents
        .into_iter()
        .flat_map(|(header, ident)| ident.problems.iter().map(move |problem| (header, *problem)))
        .chain(commit.problem())
        .find(|(_, problem)| !matches!(problem, IdentProblem::NoAddress));
    if let Some((header, problem)) = found {
        set.doubt(|| ApprovalObstacle::Malformed { commit: commit.oid, header, problem });
    }
}

/// Returns the person who landed a commit, or committed it in a branch. A forge is never returned, even as the author.
pub(crate) fn landed_by(resolver: IdentityResolver, commit: &Commit) -> Option<Identity> {
    let committer = || resolver.actor(commit.committer());
    if commit.parents.len() < 2 {
        return committer();
    }
    let author = resolver.actor(commit.author());
    if resolver.is_forge(commit.committer()) {
        return author;
    }
    match (author, committer()) {
        (Some(author), Some(committer)) if author.is_surely(&committer) => Some(author),
        (_, committer) => committer,
    }
}
