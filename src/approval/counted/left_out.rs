//! Lists the unapproved changes of governance files at the tip, which do not count.
//!
//! Uses policy, history, `approval`'s verdicts. Pure. Start at [`UncountedGovernanceFile`]. Follows `docs/spec/approval.md`, G2.

use std::collections::BTreeMap;

use crate::approval::counted::compose::VersionChoice;
use crate::approval::keys::Keys;
use crate::approval::verdict::{ApprovalVerdict, FourEyes, NotCounted, Satisfied, VoteCounts};
use crate::approval::{missing, signature};
use crate::history::version::Version;
use crate::history::walked::History;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::record::time::Instant;

/// A governance file whose version at the tip does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UncountedGovernanceFile {
    pub path: String,
    /// The landing of the version at the tip.
    pub commit: String,
    /// The effective time of that landing.
    pub at: Instant,
    /// The addresses of those who made the change, sorted.
    pub authors: Vec<String>,
    /// The landing of the version that counts instead; `None` if the file does not count at all.
    pub counts: Option<String>,
    pub reason: String,
    /// The people who could approve it, if they had a key to sign with; `None` if there is somebody who can.
    pub keyless: Option<Vec<String>>,
}

impl UncountedGovernanceFile {
    /// Returns the command that approves the change, or else puts back the version that counts, in the ledger's folder.
    pub fn command(&self) -> String {
        match (&self.keyless, &self.counts) {
            (Some(_), Some(commit)) => format!("git checkout {commit} -- {}", self.path),
            (Some(_), None) => format!("git rm {}", self.path),
            _ => format!("exledger approve --governance {}", self.path),
        }
    }

    /// Returns what ends it, as the end of a sentence.
    pub fn way_out(&self) -> String {
        let command = self.command();
        match (&self.keyless, &self.counts) {
            (Some(people), counts) => {
                let again = match people.as_slice() {
                    [] => "land the change again, written by somebody who is not listed and merged by somebody who is".to_owned(),
                    people => format!("have {} merge the change again", people.join(" or ")),
                };
                let restore = match counts {
                    Some(_) => format!("put that version back with `{command}`"),
                    None => format!("remove it with `{command}`"),
                };
                format!("nobody who could approve it has a listed key, so {restore}, then {again}")
            }
            _ => format!("approve it with `{command}`"),
        }
    }
}

pub(super) fn uncounted_files(
    history: &History,
    tip: &Governance,
    choice: &VersionChoice,
    verdicts: &BTreeMap<String, Vec<ApprovalVerdict>>,
    approved: (&Governance, &Keys),
) -> Vec<UncountedGovernanceFile> {
    let landed = &history.states.at(usize::MAX).governance;
    let named: Vec<String> = [tip, landed]
        .into_iter()
        .flat_map(Governance::paths)
        .map(|path| history.prefix.plain(&path))
        .collect();
    let mut left_out = Vec::new();
    for (path, trail) in &history.governance {
        let counts = choice.of(path).and_then(|n| trail.versions.get(n));
        let verdict = verdicts.get(path).and_then(|verdicts| verdicts.last());
        let (Some(last), Some(verdict)) = (trail.last(), verdict) else {
            continue;
        };
        if !named.contains(path) || counts.is_some_and(|it| it.n == last.n) {
            continue;
        }
        let landing = history.mainline.landings.get(last.landing);
        left_out.push(UncountedGovernanceFile {
            path: path.clone(),
            commit: last.commit.oid.to_string(),
            at: landing.map_or(Instant::MIN, |landing| landing.effective),
            authors: authors(verdict),
            counts: counts.map(|version: &Version| version.commit.oid.to_string()),
            reason: why_unapproved(verdict),
            keyless: keyless(verdict, approved),
        });
    }
    left_out
}

/// Returns the people who could approve a version, if none of them has a key to sign with and no bridge is listed.
fn keyless(
    verdict: &ApprovalVerdict,
    (approved, keys): (&Governance, &Keys),
) -> Option<Vec<String>> {
    let who: Vec<&Person> = verdict.missing.iter().flat_map(|missing| &missing.who).collect();
    let has_key = |person: &&&Person| keys.lists_for(approved, person, signature::APPROVAL);
    let is_for_all = who.is_empty() && keys.any_for(&[signature::APPROVAL]);
    let can_approve = keys.has_bridge() || is_for_all || who.iter().any(|it| has_key(&it));
    let emails = || who.iter().map(|person| person.email.clone()).collect();
    (verdict.satisfied == Satisfied::No && !can_approve).then(emails)
}

fn authors(verdict: &ApprovalVerdict) -> Vec<String> {
    let authors = verdict.authors.iter();
    let mut emails: Vec<String> = authors.map(|it| it.person.email.clone()).collect();
    emails.sort();
    emails
}

/// Explains why a change of a governance file is not approved.
pub fn why_unapproved(verdict: &ApprovalVerdict) -> String {
    let others = match authors(verdict) {
        authors if authors.is_empty() => "nobody approved it".to_owned(),
        authors => format!("nobody other than {} approved it", authors.join(", ")),
    };
    match (&verdict.satisfied, verdict.result) {
        (Satisfied::Undetermined(doubt), _) => {
            format!("who approved it can't be determined: {doubt}")
        }
        (_, FourEyes::Vetoed) => "it was rejected".to_owned(),
        (_, FourEyes::InvalidSignature) => "the signature of its merge is bad".to_owned(),
        (_, FourEyes::Unresolved) => match not_listed(verdict) {
            Some(why_not) => format!("{others}; {why_not}"),
            None => "it is not known whether the person who approved it is one of its authors"
                .to_owned(),
        },
        (Satisfied::Yes, _) => {
            "it was not approved by anyone whom the previous policy allows to".to_owned()
        }
        (Satisfied::No, FourEyes::Claimed | FourEyes::Attested) => {
            let missing: Vec<&str> =
                verdict.missing.iter().map(|missing| missing.need.as_str()).collect();
            format!("its approval is not enough: {}", missing.join("; "))
        }
        (Satisfied::No, _) => {
            // `others` covers an author's own approval; every other approver gets the reason why theirs does not count.
            let statements = verdict.statements.iter().chain(&verdict.refused);
            let by_others = statements.filter(|it| it.counts != VoteCounts::No(NotCounted::Author));
            match missing::not_counted(by_others).as_slice() {
                [] => others,
                not_counted => format!("{others}; {}", not_counted.join("; ")),
            }
        }
    }
}

fn not_listed(verdict: &ApprovalVerdict) -> Option<&str> {
    verdict.statements.iter().find_map(|statement| match &statement.counts {
        VoteCounts::No(NotCounted::NotListed(why_not)) => Some(why_not.as_str()),
        _ => None,
    })
}
