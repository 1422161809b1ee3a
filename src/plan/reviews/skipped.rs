//! Why a review results in no file, as text.
//!
//! Pure. Start at [`SkippedReview`]. Follows `docs/spec/approval.md`, 1.12.

use crate::approval::evidence::reviews::{ForgeReview, OtherNumber, ReviewState, Reviews};
use crate::approval::evidence::statement_file::ApprovalSubject;
use crate::history::objects::{Obstacle, Oid};
use crate::policy::governance::Governance;
use crate::policy::people;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// An approving review whose account has no known owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UnresolvedReview {
    /// The login, if the forge gives one.
    pub login: Option<String>,
    /// The address of the review, as stated.
    pub url: String,
    /// The line to add to `people.logins`: `odiaz: ADDRESS`.
    pub line: Option<String>,
    /// Why the owner of the login is unknown, or why the login was not sufficient.
    pub reason: String,
    /// The key of `people.logins` that the line takes the place of.
    #[serde(skip)]
    pub other_number: Option<OtherNumber>,
}

impl UnresolvedReview {
    /// Returns what to do in `people.logins`; `None` if the forge gives no login.
    pub fn step(&self) -> Option<String> {
        let line = self.line.as_ref()?;
        Some(match &self.other_number {
            Some(OtherNumber { listed, given }) => format!(
                "if it is the same person's, change `{listed}` to `{given}` in people.logins"
            ),
            None => format!("add `{line}` to people.logins"),
        })
    }
}

/// Why a review results in no file.
#[derive(Clone, Debug)]
pub enum SkippedReview {
    /// It looked at bytes other than those that landed.
    Older {
        who: String,
        about: ApprovalSubject,
        /// The address of the review.
        url: String,
    },
    /// The reviewer wrote part of it.
    Author {
        who: String,
        about: ApprovalSubject,
        /// The address of the review.
        url: String,
    },
    /// The reviewer approved, but gave another verdict later.
    TakenBack { who: String, state: ReviewState },
    /// It is by a bot or an agent.
    Machine { who: String },
    /// Two files have the same id.
    Conflicted { about: ApprovalSubject },
    /// The commit it looked at is not in this clone.
    Missing { who: String, commit: Oid, obstacle: Obstacle },
}

impl fmt::Display for SkippedReview {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SkippedReview::Older { who, about, url } => write!(
                out,
                "review of older content: ask again: {who} reviewed other bytes of {about} than those that were merged ({url})"
            ),
            SkippedReview::Author { who, about, url } => write!(
                out,
                "{who} wrote part of {about}, so their review of it does not count: ask someone else ({url})"
            ),
            SkippedReview::TakenBack { who, state } => write!(
                out,
                "{who} approved, then {}, and the last review counts: ask again",
                match state {
                    ReviewState::Dismissed => "was dismissed",
                    _ => "asked for changes",
                }
            ),
            SkippedReview::Machine { who } => {
                write!(out, "{who} is a bot or an agent, whose reviews never count")
            }
            SkippedReview::Conflicted { about } => {
                write!(out, "two files have the id {about}, so no review of it counts")
            }
            SkippedReview::Missing { who, commit, .. } if *commit == Oid::NULL => write!(
                out,
                "could not determine what {who} looked at: the forge names no commit of their review: ask again"
            ),
            SkippedReview::Missing { who, commit, obstacle } => write!(
                out,
                "could not determine what {who} looked at: {obstacle}: fetch {commit}, or ask again"
            ),
        }
    }
}

/// Returns who approved and later gave another verdict; a comment does not take an approval back.
pub(super) fn taken_back(reviews: &Reviews, governance: &Governance) -> Vec<SkippedReview> {
    let mut skipped = Vec::new();
    let mut seen = BTreeSet::new();
    let of_somebody =
        |review: &&ForgeReview| review.login.is_some() && review.state != ReviewState::Commented;
    let named = || reviews.reviews.iter().filter(of_somebody);
    for review in named().filter(|review| review.state == ReviewState::Approved) {
        let login = review.login.as_deref().unwrap_or_default();
        let same = |other: &&ForgeReview| {
            let other = other.login.as_deref().unwrap_or_default();
            other.eq_ignore_ascii_case(login)
        };
        let Some(last) = named().filter(same).max_by_key(|review| review.at) else {
            continue;
        };
        if last.state == ReviewState::Approved || !seen.insert(login.to_lowercase()) {
            continue;
        }
        let person = people::identify_login(governance, login);
        let who = person.map_or_else(|| login.to_owned(), |person| person.display.clone());
        skipped.push(SkippedReview::TakenBack { who, state: last.state });
    }
    skipped
}
