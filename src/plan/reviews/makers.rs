//! Whether a reviewer wrote part of what they reviewed: by the commits of the request, and by the forge's answer about them.
//!
//! Pure. Start at [`OwnCommits`]. Follows `docs/spec/approval.md`, 1.12: a squash may name none of these authors.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::approval::evidence::reviews::{self, ForgeReview, Reviews};
use crate::approval::sources::message::{self, CommitMessage};
use crate::history::branch::Branch;
use crate::history::commit::Commit;
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::account::Account;
use crate::policy::people::person::Person;
use crate::record::address;

// The addresses of one reviewer.
pub(super) struct OwnAddresses<'r> {
    person: Option<&'r Person>,
    account: Option<Account>,
    login: Option<&'r str>,
    reviews: &'r Reviews,
}

impl<'r> OwnAddresses<'r> {
    pub(super) fn new(
        person: Option<&'r Person>,
        review: &'r ForgeReview,
        reviews: &'r Reviews,
    ) -> Self {
        let account = reviews::account(review, reviews);
        OwnAddresses { person, account, login: review.login.as_deref(), reviews }
    }

    pub(super) fn is_own_login(&self, login: &str) -> bool {
        self.login.is_some_and(|own| address::lower(own) == address::lower(login))
    }

    fn holds(&self, governance: &Governance, email: &str) -> bool {
        let is_person = || {
            let named = people::identify(governance, "", email);
            self.person.is_some_and(|person| person.key == named.key)
        };
        let is_account = || {
            let account = Account::of(email, &governance.policy.people.noreply);
            account.zip(self.account.as_ref()).is_some_and(|(one, other)| {
                one.forge == other.forge
                    && one.names().iter().any(|name| other.names().contains(name))
            })
        };
        let is_answered = || {
            self.reviews.authors.iter().flatten().any(|author| {
                address::lower(author.email.trim()) == address::lower(email.trim())
                    && author.login.as_deref().is_some_and(|login| self.is_own_login(login))
            })
        };
        is_person() || is_account() || is_answered()
    }
}

// What a reviewer's own commits in a request changed.
pub(super) struct OwnCommits {
    commits: Vec<Rc<Commit>>,
    // Whether the forge names a commit of theirs that git lacks, so that nobody knows what it changed.
    has_unknown: bool,
}

impl OwnCommits {
    pub(super) fn read(
        (objects, governance): (&dyn Objects, &Governance),
        own: &OwnAddresses<'_>,
        (before, reviewed): (Option<Oid>, Oid),
    ) -> Result<OwnCommits, Obstacle> {
        let mut range: Vec<Rc<Commit>> = Vec::new();
        if let Some(before) = before {
            // The last commit may be newer than the reviewed one, and gone.
            let head = own
                .reviews
                .head
                .and_then(|head| Branch::between(objects, before, head).ok().flatten());
            let reviewed = Branch::between(objects, before, reviewed)?;
            range.extend(head.into_iter().chain(reviewed).flat_map(|branch| branch.commits));
        }
        let mut named: BTreeSet<String> = BTreeSet::new();
        let mut seen: BTreeSet<Oid> = BTreeSet::new();
        let mut commits = Vec::new();
        for commit in range {
            let addresses = makers(&commit);
            let is_own = addresses.iter().any(|email| own.holds(governance, email));
            named.extend(addresses.iter().map(|email| address::lower(email)));
            if is_own && seen.insert(commit.oid) {
                commits.push(commit);
            }
        }
        let mut answered = own.reviews.authors.iter().flatten();
        let has_unknown = answered.any(|author| {
            let is_own = own.holds(governance, &author.email);
            is_own && !named.contains(&address::lower(author.email.trim()))
        });
        Ok(OwnCommits { commits, has_unknown })
    }

    // Tells whether one of them gave a file a content that none of its parents has; `blobs` returns that of a commit.
    pub(super) fn touch(
        &self,
        blobs: &dyn Fn(Oid) -> Result<Vec<Oid>, Obstacle>,
    ) -> Result<bool, Obstacle> {
        for commit in &self.commits {
            let own = blobs(commit.oid)?;
            let mut differs = !(commit.parents.is_empty() && own.is_empty());
            for parent in commit.parents.iter() {
                differs &= blobs(*parent)? != own;
            }
            if differs {
                return Ok(true);
            }
        }
        Ok(self.has_unknown)
    }
}

// Returns the addresses of a commit's author and co-authors.
fn makers(commit: &Commit) -> Vec<String> {
    let text = commit.message();
    let named = CommitMessage::read(&text).co_authors().into_iter();
    let co_authors = named.filter_map(|value| message::person(value).1);
    let author = commit.author().email.trim();
    [author].into_iter().chain(co_authors).map(str::to_owned).collect()
}
