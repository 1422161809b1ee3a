//! What four eyes saw, and why a word does not count, in words.
//!
//! Uses nothing else of the line. Pure. Follows `docs/spec/cli.md`, `why_not`, and
//! `docs/spec/approval.md`, 1.8.

use std::fmt;

use crate::approval::verdict::{FourEyes, NotCounted};

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
                    "may be a forge, at a host that the policy does not name: add \"{who}\" to people.forges, or let \
                     them commit by an address of their own"
                );
            }
            NotCounted::BadFile(bad) => return write!(out, "the file does not count: {bad}"),
            NotCounted::OtherBytes(sha256) => {
                let digits = sha256.get(..12).unwrap_or(sha256);
                return write!(
                    out,
                    "names other bytes (sha256 {digits}…) than those that landed"
                );
            }
            NotCounted::Forge => "is a forge, and no person",
            NotCounted::Author => "made the content",
            NotCounted::Bot => "is a bot or an agent",
            NotCounted::Owner => "owns the record, and the policy says owner_may_approve: false",
            NotCounted::SelfAsserted => "stated by an author of the content",
            NotCounted::Nested => "stated on a commit inside the merged branch",
            NotCounted::Kind => "the policy does not accept this kind",
            NotCounted::Proof => "the policy demands a signature",
            NotCounted::SameNameAsAuthor => {
                "same-name-as-author: the name, or the look of the address, is that of an author"
            }
            NotCounted::Unresolved => "names nobody whom the policy knows",
            NotCounted::NoPerson => "names no person",
            NotCounted::SuspiciousMerge => "the merge brings the mainline into itself",
            NotCounted::NoRecordYet => {
                "said of a file that was no record yet, or not all the time since: only a signed approval or a review of its bytes counts"
            }
            NotCounted::Replaced => "said otherwise later",
            NotCounted::Vote => "voted neither yes nor no",
            NotCounted::TooOld => {
                "said it before a removal, a closure, a fired trigger or a newer approval"
            }
            NotCounted::NotLater => "reviewed on the forge, and the file that says so did not land later",
            NotCounted::Company => {
                "reviewed on the forge, and the commit that says so changes more than approval files"
            }
            NotCounted::Moved => {
                "reviewed on the forge, and the file that says so lay elsewhere before: who moves it does not say it"
            }
            NotCounted::Staters => {
                "reviewed on the forge, and the commit that says so does not name one person"
            }
            NotCounted::UnlistedBot => {
                "reviewed on the forge, and the bot that says so is not in people.bridges"
            }
            NotCounted::BridgeUnsigned => {
                "reviewed on the forge, and the bridge that says so has a key and did not sign"
            }
            NotCounted::BridgeThroughForge => {
                "reviewed on the forge, and the bridge that says so did not sign: nobody knows who merged that, so it \
                 counts for no group or named person; let the bridge sign (`approve --from-reviews --key FILE`)"
            }
        })
    }
}
