//! Why a review comes to no file, in words.
//!
//! Uses policy's people, approval's reviews. Pure. Start at [`Told`]. Follows `docs/spec/approval.md`, 1.12.

use std::collections::BTreeSet;
use std::fmt;

use crate::approval::reviews::{Review, Reviews, State};
use crate::approval::statement::About;
use crate::history::objects::{Obstacle, Oid};
use crate::policy::governance::Governance;
use crate::policy::people;

/// Why a review comes to no file.
#[derive(Clone, Debug)]
pub enum Told {
    /// It looked at other bytes than those that landed.
    Older {
        /// Who.
        who: String,
        /// Of what.
        about: About,
        /// Where it can be read.
        url: String,
    },
    /// Nobody is known by the login.
    Unknown {
        /// The login.
        login: String,
    },
    /// Whoever approved said something else later.
    TakenBack {
        /// Who.
        who: String,
        /// What.
        state: State,
    },
    /// It is by a bot or an agent.
    Machine {
        /// Who.
        who: String,
    },
    /// Two files carry the id.
    Conflicted {
        /// The id.
        about: About,
    },
    /// What it looked at is not in this clone.
    Missing {
        /// Who.
        who: String,
        /// The commit.
        commit: Oid,
        /// Why not.
        obstacle: Obstacle,
    },
}

impl fmt::Display for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Told::Older { who, about, url } => write!(
                out,
                "review of older content: ask again: {who} looked at other bytes of {about} than those that landed ({url})"
            ),
            Told::Unknown { login } => write!(
                out,
                "nobody is known by the login {login}, so the review counts for nobody: \
                 add `{login}: ADDRESS` to people.logins of the policy, and run it again"
            ),
            Told::TakenBack { who, state } => write!(
                out,
                "{who} approved, and {} later, which is the word that counts: ask again",
                match state {
                    State::ChangesRequested => "asked for changes",
                    State::Dismissed => "was dismissed",
                    State::Approved | State::Commented => "commented",
                }
            ),
            Told::Machine { who } => {
                write!(out, "{who} is a bot or an agent, whose review never counts")
            }
            Told::Conflicted { about } => {
                write!(
                    out,
                    "two files carry the id {about}, so no review of it counts"
                )
            }
            Told::Missing {
                who,
                commit,
                obstacle,
            } => write!(
                out,
                "cannot say what {who} looked at: {obstacle}: fetch {commit}, or ask again"
            ),
        }
    }
}

/// Returns who approved and then said something else.
pub(super) fn taken_back(reviews: &Reviews, governance: &Governance) -> Vec<Told> {
    let mut told = Vec::new();
    let mut seen = BTreeSet::new();
    for review in reviews
        .reviews
        .iter()
        .filter(|it| it.state == State::Approved)
    {
        let same = |other: &&Review| other.login.eq_ignore_ascii_case(&review.login);
        let of_one = reviews.reviews.iter().filter(same);
        let Some(last) = of_one.max_by_key(|it| it.at) else {
            continue;
        };
        if last.state == State::Approved || !seen.insert(review.login.to_lowercase()) {
            continue;
        }
        let person = people::identify_login(governance, &review.login);
        let who = person.map_or_else(|| review.login.clone(), |person| person.display.clone());
        told.push(Told::TakenBack {
            who,
            state: last.state,
        });
    }
    told
}
