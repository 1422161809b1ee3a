//! One approving review: the person it is attributed to, and the forge's information about accounts.
//!
//! Pure. Start at [`Approving`]. Follows `docs/spec/approval.md`, 1.12.

use crate::approval::evidence::reviews;
use crate::approval::evidence::reviews::{ForgeReview, OtherNumber, Reviewer, Reviews};
use crate::approval::evidence::statement_file::MOST_BYTES;
use crate::approval::evidence::statement_file::{ApprovalSubject, AuthorLogin, MOST_AUTHORS};
use crate::approval::people::relation;
use crate::diag::sorting::StableSort as _;
use crate::plan::reviews::makers::OwnAddresses;
use crate::plan::reviews::skipped::UnresolvedReview;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::record::address::Address;

/// An approving review that its reviewer did not take back later.
pub(super) struct Approving<'r> {
    pub(super) who: String,
    pub(super) review: &'r ForgeReview,
    reviewer: Reviewer,
    reviews: &'r Reviews,
}

impl<'r> Approving<'r> {
    pub(super) fn new(reviewer: Reviewer, review: &'r ForgeReview, reviews: &'r Reviews) -> Self {
        Approving { who: shown(&reviewer, review), reviewer, review, reviews }
    }

    /// Returns the person to whom a review of some content is attributed, or why it is attributed to nobody.
    pub(super) fn writer(
        &self,
        needed: &dyn Fn(&ApprovalSubject) -> Option<Needed>,
        about: &ApprovalSubject,
    ) -> Result<&Person, String> {
        match &self.reviewer {
            Reviewer::Person(person) | Reviewer::Machine(person) => Ok(person),
            Reviewer::Unknown { reason } => Err(reason.clone()),
            Reviewer::Account(person) => match needed(about) {
                None => Err(format!("the requirements of {about} are not known")),
                Some(needed) if !needed.each_of.is_empty() => {
                    Err(format!("{about} requires members of groups"))
                }
                Some(needed) if !needed.must_include.is_empty() => {
                    Err(format!("{about} requires a named person"))
                }
                Some(_) => Ok(person),
            },
        }
    }

    pub(super) fn addresses(&self) -> OwnAddresses<'_> {
        let person = match &self.reviewer {
            Reviewer::Person(person) | Reviewer::Account(person) | Reviewer::Machine(person) => {
                Some(person)
            }
            Reviewer::Unknown { .. } => None,
        };
        OwnAddresses::new(person, self.review, self.reviews)
    }

    // Returns the forge's information about accounts: the reviewer's, if `by` is another address, and that of the authors.
    // A line of the reviewer's own would name them as an author.
    pub(super) fn accounts(&self, by: &Address) -> (Option<Address>, Vec<AuthorLogin>) {
        let account = reviews::account(self.review, self.reviews);
        let Some(account) = account.and_then(|account| Address::new(&account.address())) else {
            return (None, Vec::new());
        };
        let authors = self.reviews.authors.iter().flatten();
        let mut lines: Vec<AuthorLogin> = authors
            .filter_map(|author| {
                let email = Address::new(author.email.trim())?;
                let login = author.login.clone()?;
                Some(AuthorLogin { email, login })
            })
            .collect();
        let host = self.reviews.forge.as_deref().unwrap_or_default();
        let opened_by = self.reviews.opened_by.clone();
        lines.extend(opened_by.and_then(|login| {
            let email = Address::new(&format!("{login}@users.noreply.{host}"))?;
            Some(AuthorLogin { email, login })
        }));
        let own = self.addresses();
        lines.retain(|line| line.email != *by && !own.is_own_login(&line.login));
        lines.order_by(Ord::cmp);
        lines.dedup();
        lines.truncate(MOST_AUTHORS);
        let mut bytes = 0;
        lines.retain(|line| {
            bytes += line.email.as_str().len() + line.login.len() + "author  \n".len();
            bytes <= MOST_BYTES / 2
        });
        ((account != *by).then_some(account), lines)
    }

    pub(super) fn unresolved(&self, governance: &Governance, reason: String) -> UnresolvedReview {
        let other_number = OtherNumber::find(self.review, self.reviews, governance);
        let key = match &other_number {
            Some(other) => Some(other.given.clone()),
            None => reviews::login_key(self.review, self.reviews, governance),
        };
        UnresolvedReview {
            login: self.review.login.clone(),
            url: self.review.url.clone(),
            line: key.map(|key| relation::line(&key)),
            reason,
            other_number,
        }
    }
}

fn shown(reviewer: &Reviewer, review: &ForgeReview) -> String {
    match reviewer {
        Reviewer::Person(person) | Reviewer::Account(person) | Reviewer::Machine(person) => {
            person.display.clone()
        }
        Reviewer::Unknown { .. } => review.login.clone().unwrap_or_else(|| review.url.clone()),
    }
}
