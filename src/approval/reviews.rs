//! A forge's reviews of a merged pull request, as `approve --from-reviews` is given them.
//!
//! Uses record's times, history's ids, policy's people. Pure. Start at [`Reviews::read`], then [`last_words`]. Follows
//! `docs/spec/approval.md`, 1.12, and `docs/spec/cli.md`, approve.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::collections::BTreeMap;
use std::fmt;

use crate::history::objects::Oid;
use crate::policy::governance::Governance;
use crate::policy::people::{self, Person};
use crate::record::address::Address;
use crate::record::json;
use crate::record::time::Instant;

/// The reviews of one pull request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviews {
    /// The pull request, such as `#12`.
    pub pull_request: String,
    /// The commit that landed it.
    #[serde(deserialize_with = "oid")]
    pub landing: Oid,
    /// The reviews.
    pub reviews: Vec<Review>,
}

/// One review.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The reviewer's name at the forge.
    pub login: String,
    /// Their address, where the forge tells it.
    pub email: Option<String>,
    /// What they said.
    pub state: State,
    /// The commit that they looked at.
    #[serde(deserialize_with = "oid")]
    pub commit: Oid,
    /// When.
    #[serde(deserialize_with = "instant")]
    pub at: Instant,
    /// Where it can be read.
    pub url: String,
    /// In their words.
    pub reason: Option<String>,
}

/// What a review says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Yes.
    Approved,
    /// Not like this.
    ChangesRequested,
    /// What was said no longer holds.
    Dismissed,
    /// Neither yes nor no.
    Commented,
}

fn oid<'de, D: Deserializer<'de>>(from: D) -> Result<Oid, D::Error> {
    let text = String::deserialize(from)?;
    Oid::from_hex(&text)
        .ok_or_else(|| D::Error::custom(format!("`{text}` is not 40 hexadecimal digits")))
}

fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
    let text = String::deserialize(from)?;
    Instant::parse(&text).ok_or_else(|| {
        D::Error::custom(format!(
            "`{text}` is no instant such as 2026-12-01T09:30:00Z"
        ))
    })
}

/// Why the reviews can't be read: what the reader of JSON said, with line and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotReviews(String);

impl fmt::Display for NotReviews {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "not the reviews of a pull request: {}", self.0)
    }
}

impl std::error::Error for NotReviews {}

impl Reviews {
    /// Reads the JSON, strictly: these keys and no others; `email` and `reason` may be null.
    ///
    /// # Errors
    /// [`NotReviews`] where it is anything else.
    pub fn read(bytes: &[u8]) -> Result<Reviews, NotReviews> {
        let failed = |cause: serde_json::Error| NotReviews(cause.to_string());
        // Which of two keys counts must not depend on who reads: `value` refuses them, and says where.
        json::value(bytes).map_err(failed)?;
        serde_json::from_slice(bytes).map_err(failed)
    }
}

/// What the reviews come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words<'a> {
    /// Who approved last, with that review, sorted by address.
    pub approved: Vec<(Person, &'a Review)>,
    /// The approvals of those whom neither `people.logins` nor an address names, sorted by login.
    pub unresolved: Vec<&'a Review>,
}

/// Returns the last word of each person, where it is an approval.
///
/// The last is the one of the latest instant, of several the last in the list. A comment is a word too: who says
/// more after approving is asked again rather than taken at their former word.
pub fn last_words<'a>(reviews: &'a Reviews, governance: &Governance) -> Words<'a> {
    let mut last: BTreeMap<(bool, String), (Option<Person>, &Review)> = BTreeMap::new();
    for review in &reviews.reviews {
        let person = reviewer(review, governance);
        let key = match &person {
            Some(person) => (false, person.key.clone()),
            None => (true, review.login.to_lowercase()),
        };
        let newer = |(_, before): &(Option<Person>, &Review)| before.at <= review.at;
        if last.get(&key).is_none_or(newer) {
            last.insert(key, (person, review));
        }
    }
    let mut words = Words::default();
    for (person, review) in last.into_values() {
        match person {
            _ if review.state != State::Approved => {}
            Some(person) => words.approved.push((person, review)),
            None => words.unresolved.push(review),
        }
    }
    words
}

/// Returns who a reviewer is: by the policy's logins, else by the address.
fn reviewer(review: &Review, governance: &Governance) -> Option<Person> {
    let by_address = || {
        let address = Address::new(review.email.as_deref()?.trim())?;
        Some(people::identify(
            governance,
            &review.login,
            address.as_str(),
        ))
    };
    people::identify_login(governance, &review.login)
        .or_else(by_address)
        .filter(Person::is_resolved)
}
