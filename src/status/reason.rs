//! Why a record is not approved, in words that name the way out.
//!
//! Uses record, approval. Pure. Start at `of`. Follows `docs/spec/status.md`: the reasons name the way out.

use crate::approval::relation::UnknownAccount;
use crate::approval::{Counts, FourEyes, Missing, Satisfied, Verdict, WhyNot};
use crate::diag;
use crate::record::dates;
use crate::status::Standing;

/// Returns why a version's approval is not what is demanded; nothing where it is.
pub(crate) fn of(id: &str, verdict: &Verdict) -> Vec<String> {
    if verdict.satisfied != Satisfied::No {
        return Vec::new();
    }
    let found = what_was_found(id, verdict);
    [found].into_iter().chain(missing(verdict)).collect()
}

/// Returns what an approval still needs, one sentence each, and who could give it.
pub fn missing(verdict: &Verdict) -> Vec<String> {
    let sentence = |missing: &Missing| {
        let who: Vec<&str> = missing
            .who
            .iter()
            .map(|person| person.email.as_str())
            .collect();
        match who.as_slice() {
            [] => format!("needs {}", missing.need),
            _ => format!("needs {}: {}", missing.need, who.join(" or ")),
        }
    };
    verdict.missing.iter().map(sentence).collect()
}

/// Returns why a record that is not approved is over, in words; nothing where it has not ended.
pub(crate) fn ended(standing: &Standing) -> Vec<String> {
    let Some(end) = standing.ended.map(dates::ended) else {
        return Vec::new();
    };
    let reason = match standing.in_place.days {
        0 => format!(
            "ended {end} without having been approved: run `exledger reject {}`, and file it anew if it is still needed",
            standing.key
        ),
        _ => format!("ended {end} after having been in force: close it, access may still be live"),
    };
    vec![reason]
}

fn what_was_found(id: &str, verdict: &Verdict) -> String {
    let authors = || {
        let names: Vec<&str> = verdict
            .authors
            .iter()
            .map(|author| author.person.email.as_str())
            .collect();
        diag::names(&names)
    };
    match verdict.result {
        FourEyes::SelfApproved => format!(
            "approved by its own authors alone ({}): someone else must run `exledger approve {id}`, or merge a change \
             of it",
            authors()
        ),
        FourEyes::NoneRecorded if verdict.landed_by.is_none() => {
            "merged by squash: git names no approver; run `exledger approve --from-reviews`, or merge with a merge \
             commit"
                .to_owned()
        }
        FourEyes::NoneRecorded if only_machines(verdict) => format!(
            "the only word came from a bot or an agent, which never counts: a person must run `exledger approve {id}`"
        ),
        FourEyes::NoneRecorded => {
            format!("no approval is recorded that counts: run `exledger approve {id}`")
        }
        FourEyes::Unresolved => match unknown_account(verdict) {
            Some(unknown) => format!("who approved can't be told: {unknown}"),
            None => format!(
                "who approved can't be told: map the name or address in .mailmap or people.logins, or run `exledger \
                 approve {id}`"
            ),
        },
        FourEyes::Claimed if verdict.approvers.is_empty() => format!(
            "its authors say themselves that others approved ({}): an approver must run `exledger approve {id}`, or \
             merge it",
            authors()
        ),
        FourEyes::Claimed | FourEyes::Attested => {
            format!("too few approvals: run `exledger approve {id}`")
        }
        FourEyes::Vetoed => "vetoed: whoever said no must say yes, or the content must change".to_owned(),
        FourEyes::InvalidSignature => {
            "the landing's signature is bad: land the content again, signed by a listed key or unsigned".to_owned()
        }
        FourEyes::Indeterminate | FourEyes::NotApplicable => {
            format!("not approved: run `exledger approve {id}`")
        }
    }
}

fn unknown_account(verdict: &Verdict) -> Option<&UnknownAccount> {
    verdict.statements.iter().find_map(|it| match &it.counts {
        Counts::No(WhyNot::UnknownAccount(unknown)) => Some(unknown),
        _ => None,
    })
}

fn only_machines(verdict: &Verdict) -> bool {
    !verdict.statements.is_empty()
        && verdict
            .statements
            .iter()
            .all(|statement| statement.counts == Counts::No(WhyNot::Bot))
}
