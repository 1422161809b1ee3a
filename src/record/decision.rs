//! The decisions in a record's life: one entry each, written by the commands, visible in the pull request.
//!
//! Pure. Follows `docs/spec/record.md`.

use std::collections::BTreeMap;

use crate::record::address::Address;
use crate::record::fields::Fields;
use crate::record::form;
use crate::record::parse_error::ParseError;
use crate::record::time::{Day, When};
use crate::record::vocabulary::{ClosureOutcome, PostReviewOutcome, ReviewOutcome, Stage};
use crate::yaml::node::Repair;

map! {
    /// A periodic review of the exception.
    pub struct Review (inline) {
        /// The date of the review.
        required date: Day,
        /// The reviewer.
        required by: Address,
        /// What happens next.
        required outcome: ReviewOutcome,
        /// The reviewer's comment.
        optional note: String,
    }
}

map! {
    /// A step in handling the underlying problem; it does not affect what is granted.
    pub struct Handling (inline) {
        /// The date of the step.
        required date: Day,
        /// The stage.
        required stage: Stage,
        /// The person who took the step.
        required by: Address,
        /// What was found or done.
        optional note: String,
        /// Evidence for it.
        list evidence: Vec<Evidence>,
    }
}

map! {
    /// A renewal: a later end with its reason, which needs new approval.
    pub struct Renewal (inline) {
        /// The date of the request.
        required date: Day,
        /// The previous end.
        required from: When,
        /// The new end, the same as in `expires`.
        required until: When = form::end,
        /// Why it cannot end yet.
        required reason: String,
    }
}

map! {
    /// A change of owner.
    pub struct Transfer (inline) {
        /// The date of the change.
        required date: Day,
        /// The previous owner.
        required from: Address,
        /// The new owner.
        required to: Address,
        /// Why.
        optional reason: String,
    }
}

map! {
    /// A trigger that fired.
    pub struct Firing (inline) {
        /// The date on which it fired.
        required date: Day,
        /// The id of the trigger.
        required trigger: String,
        /// The person who observed it.
        required by: Address,
        /// What was observed.
        optional note: String,
    }
}

map! {
    /// A piece of evidence: a file with its digest, a URL, or a commit; exactly one of them.
    #[schemars(extend("oneOf" = [
        {"required": ["path", "sha256"]},
        {"required": ["url"]},
        {"required": ["commit"]}
    ]))]
    pub struct Evidence (inline, check single_source) {
        /// The name used to cite it in this record.
        optional id: String,
        /// The kind of evidence; any word.
        required kind: String,
        /// A file inside the repository.
        optional path: String,
        /// The SHA-256 of that file, in hexadecimal.
        optional sha256: String = form::sha256 as { #[schemars(extend("type" = ["string", "number"], "pattern" = "^[0-9a-fA-F]{64}$"))] },
        /// A URL.
        optional url: String,
        /// A commit id, in hexadecimal.
        optional commit: String,
    }
}

map! {
    /// How the exception was closed.
    pub struct Closure {
        /// The outcome.
        required outcome: ClosureOutcome,
        /// The date on which it was closed.
        required date: Day,
        /// The person who closed it.
        required by: Address,
        /// Why it could be closed.
        required reason: String,
        /// The answers to the closure checklist, each an evidence id or a sentence.
        list checks: BTreeMap<String, String>,
        /// When access was verified before, during and after the exception.
        optional access_verified: AccessVerified,
        /// Evidence that it has ended.
        list evidence: Vec<Evidence>,
        /// How it is prevented from happening again.
        optional prevention: String,
        /// The date by which someone else must review the closure.
        optional review_by: Day,
        /// The review of the closure.
        optional reviewed: PostReview,
    }
}

map! {
    /// The dates on which access was verified.
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

impl AccessVerified {
    /// Returns the date of a time: `before`, `during` or `after`.
    pub fn day(&self, time: &str) -> Option<Day> {
        match time {
            "before" => self.before,
            "during" => self.during,
            "after" => self.after,
            _ => None,
        }
    }
}

map! {
    /// A review of a closure by someone else.
    pub struct PostReview {
        /// The date of the review.
        required date: Day,
        /// The reviewer.
        required by: Address,
        /// The result of the review.
        required outcome: PostReviewOutcome,
    }
}

/// The possible sources of evidence; exactly one of them must be given.
const SOURCES: &[&str] = &["path", "url", "commit"];

fn single_source(map: &mut Fields<'_, '_>) -> Option<()> {
    map.need_any_of(SOURCES);
    if map.node("path").is_some() {
        map.need("sha256");
    }
    let mut stated =
        map.entries().iter().map(|entry| entry.key.as_str()).filter(|key| SOURCES.contains(key));
    let (first, second) = (stated.next(), stated.next());
    let (Some(first), Some(second)) = (first, second) else {
        return Some(());
    };
    let error = ParseError::new(
        format!("an evidence entry has one source, but both `{first}` and `{second}` are given"),
        "keep one of path, url, commit; add a separate entry for the other",
    )
    .ended_by(Repair::Remove);
    map.fault(second, error);
    None
}
