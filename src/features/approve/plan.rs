//! `approve`: the approval file to sign, and why an approval would not count.
//!
//! Uses record, policy, approval. Pure. Start at [`refused`] and [`file()`]. Follows `docs/spec/approval.md`, S7, D8, E7.

use crate::approval::evidence::statement_file::{ApprovalDecision, ApprovalFile, ApprovalSubject};
use crate::approval::next::who::Identities;
use crate::approval::people::relation::{Relation, UnknownAccount};
use crate::policy::demand::{EvidenceKind, SelfApproval};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::record::address::Address;
use crate::record::time::Instant;
use std::fmt;

/// The subject of an approval: some bytes, and who made them.
#[derive(Clone, Debug)]
pub struct ApprovalTarget {
    /// The record or governance file.
    pub about: ApprovalSubject,
    /// The sha256 of the bytes, in 64 hexadecimal digits.
    pub sha256: String,
    /// The sha256 of the bytes that count instead, if what is approved follows a version that does not.
    pub from: Option<String>,
    /// The record folder below which its approvals are stored.
    pub folder: String,
    /// Its authors, each once.
    pub makers: Vec<Person>,
    /// Those who made it in a commit of their own; the others may have been named by anybody, so
    /// they may still reject it.
    pub committed: Vec<Person>,
    /// Its owners; empty for a governance file.
    pub owners: Vec<Address>,
    pub needed: Needed,
}

/// Why somebody's approval or rejection would not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A bot or an agent.
    Machine,
    /// A forge, or the address that approvals are committed under.
    Forge,
    /// A forge account that may or may not belong to an author, or the other way round.
    Unknown(UnknownAccount),
    /// An author, under this or another address.
    Maker,
    /// An author by a commit of their own, who rejects it.
    Rejecter,
    /// Somebody with the same name as an author, under another address (I5).
    Namesake,
    /// An owner, while the policy does not let owners approve.
    Owner,
    /// The policy does not accept signed approvals.
    Kind,
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Refused::Forge => "is the address of a forge or of approvals, not of a person",
            Refused::Unknown(unknown) => {
                return write!(
                    out,
                    "may be an author of this content: it is not known that {} is not {}",
                    unknown.account, unknown.other
                );
            }
            Refused::Machine => "is a bot or an agent, whose approvals never count",
            Refused::Maker => "is an author of this change, and an author's approval does not count",
            Refused::Rejecter => {
                "is an author of this change, and an author's rejection does not count"
            }
            Refused::Namesake => {
                "has the name of an author of this content, under another address: same-name-as-author"
            }
            Refused::Owner => "owns the record, and the policy has owner_may_approve: false",
            Refused::Kind => {
                "would sign, but `approval.accept` in the policy does not include `detached`"
            }
        })
    }
}

impl Refused {
    /// Returns how to fix it.
    pub fn help(&self) -> String {
        let help = match self {
            Refused::Unknown(unknown) => {
                return format!("add {}, and approve again once that is merged", unknown.to_add());
            }
            Refused::Forge => "set user.email to your address",
            Refused::Machine => "ask a person to approve it",
            Refused::Maker => "ask someone else to approve it: `exledger diff` shows who can",
            Refused::Rejecter => "change it in a commit, or close it with `exledger close`",
            Refused::Namesake => {
                "if they are one person, ask someone else to approve; if they are two, give them different names in .mailmap"
            }
            Refused::Owner => "ask someone else to review it: `exledger diff` shows who can",
            Refused::Kind => {
                "ask someone else to merge it, or change the policy first: the change applies to what is merged after it"
            }
        };
        help.to_owned()
    }
}

/// Returns why somebody's approval or rejection of content would not count; `None` if it would.
///
/// `law` determines what an approval must be, `who` determines identities (D1, D2).
pub fn refused(
    matter: &ApprovalTarget,
    person: &Person,
    decision: ApprovalDecision,
    [governance_before, who]: [&Governance; 2],
) -> Option<Refused> {
    let approval = &governance_before.policy.approval;
    if people::is_bot(who, person) || people::is_agent(who, person) {
        return Some(Refused::Machine);
    }
    let identities = Identities::from_governance(who);
    if identities.is_no_person(person) {
        return Some(Refused::Forge);
    }
    // An approval states only an address: the name comes from the governance files.
    let known = people::identify(who, "", &person.typed_email);
    if decision == ApprovalDecision::Reject {
        // A rejection counts even if the relation to the authors is unknown.
        let relation = identities.relation_of_signer(&known, &matter.committed);
        return (relation == Relation::Same).then_some(Refused::Rejecter);
    }
    let forbidden = approval.self_approval == SelfApproval::Forbid;
    match identities.relation_of_signer(&known, &matter.makers) {
        Relation::Same if forbidden => return Some(Refused::Maker),
        Relation::Namesake if forbidden => return Some(Refused::Namesake),
        Relation::Unknown(unknown) if forbidden => return Some(Refused::Unknown(unknown)),
        _ => {}
    }
    let owners: Vec<Person> =
        matter.owners.iter().map(|owner| people::identify(who, "", owner.as_str())).collect();
    match identities.relation_of_signer(&known, &owners) {
        _ if approval.owner_may_approve => {}
        Relation::Same | Relation::Namesake => return Some(Refused::Owner),
        Relation::Unknown(unknown) => return Some(Refused::Unknown(unknown)),
        Relation::Different => {}
    }
    let accepted = approval.accept.contains(&EvidenceKind::Detached);
    if accepted { None } else { Some(Refused::Kind) }
}

/// Returns the groups that must approve the content and that a person is in: those for which the approval counts.
pub fn groups(
    needed: &Needed,
    person: &Person,
    decision: ApprovalDecision,
    who: &Governance,
) -> Vec<String> {
    let mut groups = people::groups_of(who, person);
    groups.retain(|group| needed.each_of.contains(group) && decision == ApprovalDecision::Approve);
    groups
}

/// Returns the approval file, ready to be signed.
pub fn file(
    matter: &ApprovalTarget,
    ledger: &str,
    by: &Address,
    (decision, reason): (ApprovalDecision, Option<String>),
    at: Instant,
) -> ApprovalFile {
    ApprovalFile {
        ledger: Some(ledger.to_owned()),
        about: matter.about.clone(),
        sha256: matter.sha256.clone(),
        from: matter.from.clone(),
        decision,
        at,
        by: by.clone(),
        reason,
        via: None,
        account: None,
        authors: Vec::new(),
    }
}
