//! The decisions in a record's life: one entry each, written by the commands, visible in the pull request.
//!
//! Uses record's own words. Pure. Follows `docs/spec/record.md`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::record::address::Address;
use crate::record::time::{Day, When};
use crate::record::vocabulary::{ClosureOutcome, PostReviewOutcome, ReviewOutcome, Stage};

/// A look taken at the exception while it lasts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The day of the review.
    pub date: Day,
    /// Who looked.
    pub by: Address,
    /// What follows.
    pub outcome: ReviewOutcome,
    /// In the reviewer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A step in handling what the exception is about; it changes nothing that is granted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Handling {
    /// The day of the step.
    pub date: Day,
    /// The stage.
    pub stage: Stage,
    /// Who took it.
    pub by: Address,
    /// What was found or done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// A later end, with its reason; a fresh decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    /// The day on which it was asked for.
    pub date: Day,
    /// The end before.
    pub from: When,
    /// The end after, which `expires` then says too.
    pub until: When,
    /// Why it can't end yet.
    pub reason: String,
}

/// A change of owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// The day of the change.
    pub date: Day,
    /// The owner before.
    pub from: Address,
    /// The owner after.
    pub to: Address,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A trigger that fired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Firing {
    /// The day on which it fired.
    pub date: Day,
    /// The id of the trigger.
    pub trigger: String,
    /// Who saw it.
    pub by: Address,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What shows something: a file with its digest, an address, or a commit; exactly one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    {"required": ["path", "sha256"]},
    {"required": ["url"]},
    {"required": ["commit"]}
]))]
pub struct Evidence {
    /// The name under which it is cited in this record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it is, in a free word.
    pub kind: String,
    /// A file inside the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The SHA-256 of that file, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = ["string", "number"], "pattern" = "^[0-9a-fA-F]{64}$"))]
    pub sha256: Option<String>,
    /// An address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A commit, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// How the exception ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closure {
    /// How it ended, in a word.
    pub outcome: ClosureOutcome,
    /// The day on which it was closed.
    pub date: Day,
    /// Who closed it.
    pub by: Address,
    /// Why it could be closed.
    pub reason: String,
    /// The items of its baseline, each answered with an evidence id or a sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, String>,
    /// When access was looked at before, during and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_verified: Option<AccessVerified>,
    /// What shows that it ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// What keeps it from happening again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prevention: Option<String>,
    /// The day by which someone else looks at the closure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Day>,
    /// The look that was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<PostReview>,
}

/// The days on which access was looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AccessVerified {
    /// Before the exception.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Day>,
    /// While it lasted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub during: Option<Day>,
    /// After it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Day>,
}

/// The look that someone else took at a closure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostReview {
    /// The day of the look.
    pub date: Day,
    /// Who looked.
    pub by: Address,
    /// What was found.
    pub outcome: PostReviewOutcome,
}
