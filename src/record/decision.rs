//! The decisions in a record's life: one entry each, written by the commands, visible in the pull request.
//!
//! Uses record's own words. Pure. Follows `docs/spec/record.md`.

use std::collections::BTreeMap;

use crate::record::address::Address;
use crate::record::fields::Fields;
use crate::record::form;
use crate::record::parse_error::ParseError;
use crate::record::time::{Day, When};
use crate::record::vocabulary::{ClosureOutcome, PostReviewOutcome, ReviewOutcome, Stage};

map! {
    /// A look taken at the exception while it lasts.
    pub struct Review (inline) {
        /// The day of the review.
        required date: Day,
        /// Who looked.
        required by: Address,
        /// What follows.
        required outcome: ReviewOutcome,
        /// In the reviewer's words.
        optional note: String,
    }
}

map! {
    /// A step in handling what the exception is about; it changes nothing that is granted.
    pub struct Handling (inline) {
        /// The day of the step.
        required date: Day,
        /// The stage.
        required stage: Stage,
        /// Who took it.
        required by: Address,
        /// What was found or done.
        optional note: String,
        /// What shows it.
        list evidence: Vec<Evidence>,
    }
}

map! {
    /// A later end, with its reason; a fresh decision.
    pub struct Renewal (inline) {
        /// The day on which it was asked for.
        required date: Day,
        /// The end before.
        required from: When,
        /// The end after, which `expires` then says too.
        required until: When = form::end,
        /// Why it can't end yet.
        required reason: String,
    }
}

map! {
    /// A change of owner.
    pub struct Transfer (inline) {
        /// The day of the change.
        required date: Day,
        /// The owner before.
        required from: Address,
        /// The owner after.
        required to: Address,
        /// Why.
        optional reason: String,
    }
}

map! {
    /// A trigger that fired.
    pub struct Firing (inline) {
        /// The day on which it fired.
        required date: Day,
        /// The id of the trigger.
        required trigger: String,
        /// Who saw it.
        required by: Address,
        /// What was seen.
        optional note: String,
    }
}

map! {
    /// What shows something: a file with its digest, an address, or a commit; exactly one of them.
    #[schemars(extend("oneOf" = [
        {"required": ["path", "sha256"]},
        {"required": ["url"]},
        {"required": ["commit"]}
    ]))]
    pub struct Evidence (inline, check single_source) {
        /// The name under which it is cited in this record.
        optional id: String,
        /// What it is, in a free word.
        required kind: String,
        /// A file inside the repository.
        optional path: String,
        /// The SHA-256 of that file, in hexadecimal.
        optional sha256: String = form::sha256 as { #[schemars(extend("type" = ["string", "number"], "pattern" = "^[0-9a-fA-F]{64}$"))] },
        /// An address.
        optional url: String,
        /// A commit, in hexadecimal.
        optional commit: String,
    }
}

map! {
    /// How the exception ended.
    pub struct Closure {
        /// How it ended, in a word.
        required outcome: ClosureOutcome,
        /// The day on which it was closed.
        required date: Day,
        /// Who closed it.
        required by: Address,
        /// Why it could be closed.
        required reason: String,
        /// The items of its baseline, each answered with an evidence id or a sentence.
        list checks: BTreeMap<String, String>,
        /// When access was looked at before, during and after.
        optional access_verified: AccessVerified,
        /// What shows that it ended.
        list evidence: Vec<Evidence>,
        /// What keeps it from happening again.
        optional prevention: String,
        /// The day by which someone else looks at the closure.
        optional review_by: Day,
        /// The look that was taken.
        optional reviewed: PostReview,
    }
}

map! {
    /// The days on which access was looked at.
    #[derive(Default)]
    pub struct AccessVerified {
        /// Before the exception.
        optional before: Day,
        /// While it lasted.
        optional during: Day,
        /// After it ended.
        optional after: Day,
    }
}

map! {
    /// The look that someone else took at a closure.
    pub struct PostReview {
        /// The day of the look.
        required date: Day,
        /// Who looked.
        required by: Address,
        /// What was found.
        required outcome: PostReviewOutcome,
    }
}

/// What evidence can be; exactly one of them.
const SOURCES: &[&str] = &["path", "url", "commit"];

/// Notes what evidence lacks, or has too much of.
fn single_source(map: &mut Fields<'_, '_>) -> Option<()> {
    map.need_any_of(SOURCES);
    if map.node("path").is_some() {
        map.need("sha256");
    }
    let mut stated = map
        .entries()
        .iter()
        .map(|entry| entry.key.as_str())
        .filter(|key| SOURCES.contains(key));
    let (first, second) = (stated.next(), stated.next());
    let (Some(first), Some(second)) = (first, second) else {
        return Some(());
    };
    let flaw = ParseError::new(
        format!("evidence is one thing: `{first}` is stated, `{second}` too"),
        "keep one of path, url, commit; make the other an entry of its own",
    );
    map.fault(second, flaw);
    None
}
