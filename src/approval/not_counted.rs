//! Texts for four-eyes results and for the reasons why an approval does not count.
//!
//! Uses no other module. Pure. Follows `docs/spec/cli.md`, `why_not`, and `docs/spec/approval.md`, 1.8.

use std::fmt;

use crate::approval::verdict::{self, FourEyes, NotCounted};

impl fmt::Display for FourEyes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Display for NotCounted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            NotCounted::UnknownAccount(unknown) => return unknown.fmt(out),
            NotCounted::UnnamedForge(who) => {
                return write!(
                    out,
                    "may be a forge, on a host that the policy does not name: add \"{who}\" to people.forges, or have them commit with their own address"
                );
            }
            NotCounted::BadFile(bad) => return write!(out, "the file does not count: {bad}"),
            NotCounted::OtherBytes(sha256) => {
                let digits = sha256.get(..12).unwrap_or(sha256);
                return write!(
                    out,
                    "is for other bytes (sha256 {digits}…) than those that were merged"
                );
            }
            NotCounted::KeyByClaim(commit) => {
                let signed = verdict::signed_by_claimed_key(commit);
                return write!(out, "is {signed}, and the policy requires more");
            }
            NotCounted::Forge => "is a forge, not a person",
            NotCounted::Author => "is an author",
            NotCounted::Bot => "is a bot or an agent",
            NotCounted::Owner => "owns the record, and the policy has owner_may_approve: false",
            NotCounted::FollowsUncounted => {
                "the version before it does not count: only `exledger approve --governance`, which shows the difference from the one that counts, approves it"
            }
            NotCounted::NotListed(reason) => reason,
            NotCounted::SelfAsserted => "stated by an author of the content",
            NotCounted::Nested => "stated on a commit inside the merged branch",
            NotCounted::Kind => "the policy does not accept this kind",
            NotCounted::Proof => "the policy requires a signature",
            NotCounted::SameNameAsAuthor => {
                "same-name-as-author: the name, or a similar address, belongs to an author"
            }
            NotCounted::Unresolved => "is not known to the policy",
            NotCounted::NoPerson => "does not name a person",
            NotCounted::SuspiciousMerge => "by its subject, the merge is one of the approved branch, or into another one",
            NotCounted::NoRecordYet => {
                "was given when the file was not a record, or was not one all the time since: only a signed approval or a review of its bytes counts"
            }
            NotCounted::Replaced => "was replaced by a later review",
            NotCounted::Vote => "neither approved nor rejected",
            NotCounted::TooOld => {
                "was given before a removal, a closure, a fired trigger or a newer approval"
            }
        })
    }
}
