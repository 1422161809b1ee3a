//! The codes whose level a policy may change: the content group of `docs/spec/rules.md`.
//!
//! Uses nothing else of the line. Pure. The rules themselves lie further right; a test there compares.

use crate::diag::Code;

/// The codes of the content group, in the order of the documentation.
pub const CONTENT: &[Code] = &[
    "no-deviation",
    "no-subject",
    "placeholder",
    "short-justification",
    "unknown-owner",
    "window-inverted",
    "term-too-long",
    "missing-trigger",
    "no-compensating-control",
    "incomplete-identity",
    "missing-for-tier",
    "wildcard-scope",
    "standing-access",
    "outlives-event",
    "fix-overdue",
    "criteria-too-wide",
    "house-schema",
    "missing-change",
    "bad-reference",
    "unknown-control",
    "withdrawn-control",
    "loose-control",
    "secret",
    "unclassified-cause",
    "stale-baseline",
    "key-of-two-offices",
    "approval-impossible",
    "stale-control",
    "missing-evidence",
    "evidence-changed",
    "closure-incomplete",
    "review-by-self",
    "frozen-pattern",
    "recurrence",
];

/// Returns the code of the content group that a word is.
pub fn content(word: &str) -> Option<Code> {
    CONTENT.iter().find(|code| **code == word).copied()
}
