//! A forge's reviews of a merged pull request, the input of `approve --from-reviews`.
//!
//! Pure. Start at [`Reviews::read`]; [`account`] and [`login_key`] identify the author of each review. Follows
//! `docs/spec/approval.md`, 1.12, and `docs/spec/cli.md`, approve.

use crate::approval::evidence::statement_file;
use crate::history::objects::Oid;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::account::Account;
use crate::policy::people::person::Person;
use crate::record::address::{self, Address};
use crate::record::json;
use crate::record::time::Instant;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviews {
    /// The pull request, such as `#12`.
    pub pull_request: String,
    #[serde(deserialize_with = "oid")]
    pub landing: Oid,
    /// The last commit of the request.
    #[serde(default, deserialize_with = "optional_oid")]
    pub head: Option<Oid>,
    /// The host of the forge, such as `github.com`.
    #[serde(default, deserialize_with = "host")]
    pub forge: Option<String>,
    #[serde(default, deserialize_with = "login")]
    pub opened_by: Option<String>,
    /// The accounts behind the addresses of its commits; `None` if they were not requested.
    #[serde(default)]
    pub authors: Option<Vec<CommitAuthor>>,
    pub reviews: Vec<ForgeReview>,
}

/// The address of a commit's author or co-author, and the account that the forge assigns it to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitAuthor {
    pub email: String,
    /// The login; `None` if the forge knows none for that address.
    #[serde(deserialize_with = "login")]
    pub login: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgeReview {
    /// The reviewer's login; `None` if the forge gives none, as for a deleted account.
    #[serde(deserialize_with = "nullable")]
    pub login: Option<String>,
    /// The number of their account, which no other account ever has.
    #[serde(default)]
    pub number: Option<u64>,
    /// Their address, if the forge discloses it.
    pub email: Option<String>,
    pub state: ReviewState,
    #[serde(deserialize_with = "oid")]
    pub commit: Oid,
    #[serde(deserialize_with = "instant")]
    pub at: Instant,
    pub url: String,
    pub reason: Option<String>,
    #[serde(default)]
    pub permission: Option<Permission>,
    #[serde(default)]
    pub author_association: Option<Association>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the forge's own words")]
pub enum Permission {
    Admin,
    Maintain,
    Write,
    Triage,
    Read,
    None,
}

/// An account's association with a repository, in GitHub's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the forge's own words")]
pub enum Association {
    Owner,
    Member,
    Collaborator,
    Contributor,
    FirstTimeContributor,
    FirstTimer,
    Mannequin,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewState {
    Approved,
    ChangesRequested,
    Dismissed,
    Commented,
}

fn oid<'de, D: Deserializer<'de>>(from: D) -> Result<Oid, D::Error> {
    read_oid(&String::deserialize(from)?)
}

fn read_oid<E: Error>(text: &str) -> Result<Oid, E> {
    Oid::from_hex(text).ok_or_else(|| E::custom(format!("`{text}` is not 40 hexadecimal digits")))
}

fn optional_oid<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Oid>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| read_oid(&text)).transpose()
}

fn nullable<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)
}

fn host<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else {
        return Ok(None);
    };
    let is_label = |label: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(fits)
    };
    if text.split('.').all(is_label) {
        Ok(Some(text.to_ascii_lowercase()))
    } else {
        Err(D::Error::custom(format!("`{text}` is not a host such as github.com")))
    }
}

fn login<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    match Option::<String>::deserialize(from)? {
        Some(text) if !statement_file::is_login(&text) => {
            Err(D::Error::custom(format!("`{text}` is not a login")))
        }
        text => Ok(text),
    }
}

fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
    let text = String::deserialize(from)?;
    Instant::parse(&text).ok_or_else(|| {
        D::Error::custom(format!("`{text}` is not an instant such as 2026-12-01T09:30:00Z"))
    })
}

/// Why the reviews can't be read: the JSON error, with line and column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the reviews of a pull request: {0}")]
pub struct NotReviews(String);

impl Reviews {
    /// Reads the JSON strictly: exactly these keys, of which those that are not an `Option` may not be null.
    pub fn read(bytes: &[u8]) -> Result<Reviews, NotReviews> {
        let failed = |cause: serde_json::Error| NotReviews(cause.to_string());
        // Parsers differ on which of two duplicate keys wins, so `value` rejects duplicates and names their position.
        json::value(bytes).map_err(failed)?;
        serde_json::from_slice(bytes).map_err(failed)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reviewer {
    /// A person whom the policy lists, or whose address the forge discloses.
    Person(Person),
    /// An account without a known owner that the forge distinguishes from all authors.
    Account(Person),
    Machine(Person),
    Unknown {
        reason: String,
    },
}

/// Returns the last review of each reviewer, ignoring comments; of several at one instant, the last in the list.
pub fn last_reviews<'r>(
    reviews: &'r Reviews,
    governance: &Governance,
) -> Vec<(Reviewer, &'r ForgeReview)> {
    let mut last: BTreeMap<(bool, String), (Reviewer, &ForgeReview)> = BTreeMap::new();
    for review in &reviews.reviews {
        if review.state == ReviewState::Commented {
            continue;
        }
        let reviewer = Reviewer::from_review(review, reviews, governance);
        let key = match &reviewer {
            Reviewer::Person(person) | Reviewer::Account(person) | Reviewer::Machine(person) => {
                (false, person.key.clone())
            }
            Reviewer::Unknown { .. } => {
                let login = review.login.as_deref().map(address::lower);
                (true, login.unwrap_or_else(|| review.url.clone()))
            }
        };
        let newer = |(_, before): &(Reviewer, &ForgeReview)| before.at <= review.at;
        if last.get(&key).is_none_or(newer) {
            last.insert(key, (reviewer, review));
        }
    }
    last.into_values().collect()
}

/// Returns a reviewer's account at the forge, if the forge and a login are named.
/// Also `None` for a login that could be read as the number and login of another account.
pub fn account(review: &ForgeReview, reviews: &Reviews) -> Option<Account> {
    of_login(review, review.login.as_deref()?, reviews.forge.as_deref()?)
}

fn of_login(review: &ForgeReview, login: &str, host: &str) -> Option<Account> {
    if !statement_file::is_login(login) {
        return None;
    }
    let account = Account::of(&format!("{}@users.noreply.{host}", numbered(review, login)), &[])?;
    let number = review.number.map(|number| number.to_string());
    let is_whole = account.id == number && account.login == address::lower(login);
    if is_whole { Some(account) } else { None }
}

/// Returns a login as private addresses name it: with the number of its account, if that is known.
fn numbered(review: &ForgeReview, login: &str) -> String {
    let number = review.number.map(|number| format!("{number}+")).unwrap_or_default();
    format!("{number}{login}")
}

/// Returns the key of `people.logins` that would identify a review's author; `None` if no login is named.
pub fn login_key(
    review: &ForgeReview,
    reviews: &Reviews,
    governance: &Governance,
) -> Option<String> {
    let account = account(review, reviews);
    let key = account.map(|account| account.login_key(&governance.policy.people));
    let key = key.map(|key| match review.number {
        Some(_)
            if review.login.as_deref().is_some_and(|login| login.eq_ignore_ascii_case(&key)) =>
        {
            numbered(review, &key)
        }
        _ => key,
    });
    key.or_else(|| review.login.clone())
}

/// A reviewer's login that the policy has with another number: it may have changed hands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OtherNumber {
    /// The key of `people.logins`.
    pub listed: String,
    /// The same with the number that the forge gives.
    pub given: String,
}

impl OtherNumber {
    pub fn find(
        review: &ForgeReview,
        reviews: &Reviews,
        governance: &Governance,
    ) -> Option<OtherNumber> {
        let (people, number) = (&governance.policy.people, review.number?.to_string());
        let account = account(review, reviews)?;
        let host = |forge: &str| forge.trim_start_matches("users.").to_owned();
        let numbered = people.logins.keys().filter_map(|key| {
            let named = people.account_of_key(key)?;
            let is_it = host(&named.forge) == host(&account.forge) && named.login == account.login;
            Some((key, named.id.filter(|_| is_it)?))
        });
        if numbered.clone().any(|(_, id)| id == number) {
            return None;
        }
        let (listed, _) = numbered.into_iter().next()?;
        let is_digit = |character: char| character.is_ascii_digit();
        let from = listed.find(is_digit)?;
        let rest = listed.get(from..)?.trim_start_matches(is_digit);
        Some(OtherNumber { given: format!("{number}{rest}"), listed: listed.clone() })
    }
}

impl fmt::Display for OtherNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OtherNumber { listed, given } = self;
        write!(
            out,
            "the forge names {given}, and people.logins {listed}, so the login may have changed hands"
        )
    }
}

impl Reviewer {
    fn from_review(review: &ForgeReview, reviews: &Reviews, governance: &Governance) -> Reviewer {
        let name = review.login.as_deref().unwrap_or_default();
        let account = account(review, reviews);
        let private = account.as_ref().map(Account::address);
        let person = people::identify(governance, name, private.as_deref().unwrap_or_default());
        let by_login = people::identify_login(governance, name);
        let is_machine = |person: &&Person| {
            people::is_bot(governance, person) || people::is_agent(governance, person)
        };
        if let Some(machine) = by_login.iter().chain([&person]).find(is_machine) {
            return Reviewer::Machine(machine.clone());
        }
        if let Some(person) = mapped(review, reviews, governance) {
            return Reviewer::Person(person);
        }
        let by_address = addressed(review, governance);
        if let Some(machine) = by_address.as_ref().filter(is_machine) {
            return Reviewer::Machine(machine.clone());
        }
        let found = match (by_address, account) {
            // Anybody may withdraw an approval.
            (Some(person), _) if review.state != ReviewState::Approved => {
                Ok(Reviewer::Person(person))
            }
            _ if let Some(other) = OtherNumber::find(review, reviews, governance) => {
                Err(other.to_string())
            }
            (Some(person), _) => may_write(review, reviews).map(|()| Reviewer::Person(person)),
            (None, Some(account)) => {
                let checked =
                    may_write(review, reviews).and_then(|()| check_not_author(reviews, &account));
                checked.map(|()| Reviewer::Account(person))
            }
            (None, None) if review.login.is_none() => {
                Err("the forge gives no login, as for a deleted account".to_owned())
            }
            (None, None) if reviews.forge.is_none() => {
                Err("the reviews do not name the forge of the account".to_owned())
            }
            (None, None) => Err(format!("{name} can't be distinguished by account number")),
        };
        found.unwrap_or_else(|reason| Reviewer::Unknown { reason })
    }
}

/// Returns the person that `people.logins` lists for a login. A bare key covers only the one forge, if that is named.
fn mapped(review: &ForgeReview, reviews: &Reviews, governance: &Governance) -> Option<Person> {
    let login = review.login.as_deref()?;
    let Some(host) = &reviews.forge else {
        return people::identify_login(governance, login)
            .filter(|login| login.unmapped().is_none());
    };
    if !statement_file::is_login(login) || of_login(review, login, host).is_none() {
        return None;
    }
    let domains = ["users.noreply.", "noreply."].into_iter();
    let mut people = domains.map(|start| {
        let address = format!("{}@{start}{host}", numbered(review, login));
        people::identify(governance, "", &address)
    });
    people.find(|person| person.is_mapped)
}

/// Returns the person whose address the forge discloses, unless that address is just another account.
fn addressed(review: &ForgeReview, governance: &Governance) -> Option<Person> {
    let address = Address::new(review.email.as_deref()?.trim())?;
    let name = review.login.as_deref().unwrap_or_default();
    let person = people::identify(governance, name, address.as_str());
    (person.is_resolved() && person.unmapped().is_none()).then_some(person)
}

/// Checks that a reviewer whom the policy doesn't map may write to the repository: anybody can review in a public one.
fn may_write(review: &ForgeReview, reviews: &Reviews) -> Result<(), String> {
    let name = review.login.as_deref().unwrap_or("the reviewer");
    match (review.permission, review.author_association) {
        (Some(Permission::Admin | Permission::Maintain | Permission::Write), _) => Ok(()),
        (Some(_), _) => Err(format!("{name} may not write to the repository")),
        (None, Some(Association::Owner | Association::Member | Association::Collaborator)) => {
            Ok(())
        }
        (None, Some(_)) => Err(format!(
            "{name} is neither an owner, a member nor a collaborator of the repository"
        )),
        // Forges without this information let only members approve.
        (None, None) if reviews.forge.as_deref().is_some_and(|host| !is_github(host)) => Ok(()),
        (None, None) => {
            Err(format!("the forge does not say whether {name} may write to the repository"))
        }
    }
}

fn is_github(host: &str) -> bool {
    ["github.com", "ghe.com"].iter().any(|known| {
        let below = host.strip_suffix(known);
        below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
    })
}

fn check_not_author(reviews: &Reviews, account: &Account) -> Result<(), String> {
    let Some(opened_by) = &reviews.opened_by else {
        return Err("the forge does not say who opened the pull request".to_owned());
    };
    let authors = reviews.authors.as_deref().unwrap_or_default();
    if authors.is_empty() {
        return Err("the forge does not say which accounts wrote the pull request".to_owned());
    }
    let mut logins = vec![opened_by];
    for author in authors {
        let unknown = || format!("the forge has no account for {}", author.email);
        logins.push(author.login.as_ref().ok_or_else(unknown)?);
    }
    if logins.iter().any(|login| address::lower(login) == account.login) {
        Err(format!("{} opened the pull request or wrote part of it", account.login))
    } else {
        Ok(())
    }
}
