//! What four eyes saw, and why a word does not count, in words.
//!
//! Uses nothing else of the line. Pure. Follows `docs/spec/cli.md`, `why_not`, and
//! `docs/spec/approval.md`, 1.8.

use std::fmt;

use crate::approval::verdict::{FourEyes, WhyNot};

impl fmt::Display for FourEyes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

impl fmt::Display for WhyNot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            WhyNot::UnknownAccount(unknown) => return unknown.fmt(out),
            WhyNot::UnnamedForge(who) => {
                return write!(
                    out,
                    "may be a forge, at a host that the policy does not name: add \"{who}\" to people.forges, or let \
                     them commit by an address of their own"
                );
            }
            WhyNot::BadFile(bad) => return write!(out, "the file does not count: {bad}"),
            WhyNot::OtherBytes(sha256) => {
                let digits = sha256.get(..12).unwrap_or(sha256);
                return write!(
                    out,
                    "names other bytes (sha256 {digits}…) than those that landed"
                );
            }
            WhyNot::Forge => "is a forge, and no person",
            WhyNot::Author => "made the content",
            WhyNot::Bot => "is a bot or an agent",
            WhyNot::Owner => "owns the record, and the policy says owner_may_approve: false",
            WhyNot::SelfAsserted => "stated by an author of the content",
            WhyNot::Nested => "stated on a commit inside the merged branch",
            WhyNot::Kind => "the policy does not accept this kind",
            WhyNot::Proof => "the policy demands a signature",
            WhyNot::SameNameAsAuthor => {
                "same-name-as-author: the name, or the look of the address, is that of an author"
            }
            WhyNot::Unresolved => "names nobody whom the policy knows",
            WhyNot::NoPerson => "names no person",
            WhyNot::SuspiciousMerge => "the merge brings the mainline into itself",
            WhyNot::NoRecordYet => {
                "said of a file that was no record yet, or not all the time since: only a signed approval or a review of its bytes counts"
            }
            WhyNot::Replaced => "said otherwise later",
            WhyNot::Vote => "voted neither yes nor no",
            WhyNot::TooOld => {
                "said it before a removal, a closure, a fired trigger or a newer approval"
            }
            WhyNot::NotLater => "reviewed on the forge, and the file that says so did not land later",
            WhyNot::Company => {
                "reviewed on the forge, and the commit that says so changes more than approval files"
            }
            WhyNot::Moved => {
                "reviewed on the forge, and the file that says so lay elsewhere before: who moves it does not say it"
            }
            WhyNot::Staters => {
                "reviewed on the forge, and the commit that says so does not name one person"
            }
            WhyNot::UnlistedBot => {
                "reviewed on the forge, and the bot that says so is not in people.bridges"
            }
            WhyNot::BridgeUnsigned => {
                "reviewed on the forge, and the bridge that says so has a key and did not sign"
            }
            WhyNot::BridgeThroughForge => {
                "reviewed on the forge, and the bridge that says so did not sign: nobody knows who merged that, so it \
                 counts for no group or named person; let the bridge sign (`approve --from-reviews --key FILE`)"
            }
        })
    }
}
