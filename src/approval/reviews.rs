//! A forge's reviews of a merged pull request, the input of `approve --from-reviews`.
//!
//! Uses record's times, history's ids, statement's logins. Pure. Start at [`Reviews::read`]; `reviewer` identifies the
//! author of each review. Follows `docs/spec/approval.md`, 1.12, and `docs/spec/cli.md`, approve.

pub mod reviewer;

use crate::approval::statement;
use crate::history::objects::Oid;
use crate::record::json;
use crate::record::time::Instant;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// The reviews of one pull request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviews {
    /// The pull request, such as `#12`.
    pub pull_request: String,
    /// The commit that landed it.
    #[serde(deserialize_with = "oid")]
    pub landing: Oid,
    /// The host of the forge, such as `github.com`.
    #[serde(default, deserialize_with = "host")]
    pub forge: Option<String>,
    /// The login of the person who opened the pull request.
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
    /// The address as in the commit.
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
    /// Their address, if the forge discloses it.
    pub email: Option<String>,
    pub state: ReviewState,
    /// The reviewed commit.
    #[serde(deserialize_with = "oid")]
    pub commit: Oid,
    #[serde(deserialize_with = "instant")]
    pub at: Instant,
    /// The review's URL.
    pub url: String,
    pub reason: Option<String>,
    #[serde(default)]
    pub permission: Option<Permission>,
    /// The reviewer's association with the repository, as GitHub reports it.
    #[serde(default)]
    pub author_association: Option<Association>,
}

/// An account's permission in a repository.
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
    let text = String::deserialize(from)?;
    Oid::from_hex(&text)
        .ok_or_else(|| D::Error::custom(format!("`{text}` is not 40 hexadecimal digits")))
}

/// Reads a key that is required but may be null.
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
    let text = Option::<String>::deserialize(from)?;
    match text {
        Some(text) if !statement::file::is_login(&text) => {
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
    /// Reads the JSON strictly: exactly these keys. All may be null except `pull_request`, `landing` and `reviews`, and
    /// in a review `state`, `commit`, `at` and `url`.
    ///
    /// # Errors
    /// [`NotReviews`] if it is anything else.
    pub fn read(bytes: &[u8]) -> Result<Reviews, NotReviews> {
        let failed = |cause: serde_json::Error| NotReviews(cause.to_string());
        // Parsers differ on which of two duplicate keys wins, so `value` rejects duplicates and names their position.
        json::value(bytes).map_err(failed)?;
        serde_json::from_slice(bytes).map_err(failed)
    }
}
