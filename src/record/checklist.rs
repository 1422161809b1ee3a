//! The answers to a closure's checklist: ids of evidence, or sentences.
//!
//! Pure. Start at [`flaw`]. Follows `docs/spec/rules.md`, `closure-incomplete`.

use crate::record::placeholder::holds_a_place;

/// How many characters the reason after `n/a` must have, after folding white space.
const REASON: usize = 10;

/// Why a text does not answer an item of a checklist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFlaw {
    /// It is only a placeholder.
    #[error("`{0}` is not an answer")]
    Placeholder(String),
    /// It says that the item does not apply, but not why.
    #[error("`n/a` needs a reason of at least {REASON} characters: `n/a: …`")]
    NoReason,
    /// It cites evidence that the record does not have.
    #[error("there is no evidence {0}")]
    NoEvidence(String),
}

/// Returns why a text is not an answer; `None` if it is one. `has_evidence` tells whether the record has evidence of
/// an id.
pub fn flaw(answer: &str, has_evidence: &dyn Fn(&str) -> bool) -> Option<AnswerFlaw> {
    if let Some(reason) = reason(answer) {
        let folded = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_reason = folded.chars().count() >= REASON && !holds_a_place(&folded);
        return if is_reason { None } else { Some(AnswerFlaw::NoReason) };
    }
    if holds_a_place(answer) {
        return Some(AnswerFlaw::Placeholder(answer.trim().to_owned()));
    }
    let missing = cited(answer).into_iter().find(|id| !has_evidence(id));
    missing.map(|id| AnswerFlaw::NoEvidence(id.to_owned()))
}

/// Returns what follows `n/a`, which may be empty; `None` if the answer does not start with it.
fn reason(answer: &str) -> Option<&str> {
    let trimmed = answer.trim();
    let (head, rest) = trimmed.split_at_checked(3)?;
    let is_word = head.eq_ignore_ascii_case("n/a") && !rest.starts_with(char::is_alphanumeric);
    is_word.then(|| rest.trim_start_matches(|character: char| !character.is_alphanumeric()))
}

/// Returns the ids of an answer that consists only of ids of evidence: `E1`, `E1, E2`; empty for a sentence.
fn cited(answer: &str) -> Vec<&str> {
    let parts = answer.split(|it: char| it.is_whitespace() || matches!(it, ',' | ';' | '+' | '&'));
    let parts = parts.filter(|part| !part.is_empty() && !part.eq_ignore_ascii_case("and"));
    let ids: Vec<&str> = parts.map(|part| part.trim_end_matches('.')).collect();
    if ids.iter().all(|id| is_id(id)) { ids } else { Vec::new() }
}

fn is_id(text: &str) -> bool {
    let number = text.strip_prefix(['E', 'e']).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}
