//! Formats that several forges share.
//!
//! Uses approval's messages and adapters. Pure. Follows `docs/spec/approval.md`, 2.

use crate::approval::forge::adapter::ApproverLine;
use crate::approval::message::{Aside, CommitMessage};

pub(crate) fn nobody(_: &str, _: &str) -> bool {
    false
}

pub(crate) fn no_pull_request(_: &CommitMessage) -> Option<String> {
    None
}

pub(crate) fn by_hand(
    message: &CommitMessage,
    tokens: &[&str],
    aside: Option<Aside>,
) -> Vec<ApproverLine> {
    message
        .trailers(aside)
        .into_iter()
        .filter(|trailer| tokens.iter().any(|token| trailer.is(token)))
        .map(|trailer| ApproverLine { value: trailer.value, is_by_forge: false })
        .collect()
}

/// Returns the trailers with one token; the forge itself wrote those after the last `Reviewed-on`.
pub(crate) fn after_reviewed_on(message: &CommitMessage, token: &str) -> Vec<ApproverLine> {
    let trailers = message.trailers(None);
    let last = trailers.iter().rposition(|trailer| trailer.is("Reviewed-on"));
    trailers
        .iter()
        .enumerate()
        .filter(|(_, trailer)| trailer.is(token))
        .map(|(at, trailer)| ApproverLine {
            value: trailer.value.clone(),
            is_by_forge: last.is_some_and(|last| at > last),
        })
        .collect()
}

pub(crate) fn number(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// Returns the number in `… (#12)` at the end of a subject, with one of the given marks before it.
pub(crate) fn number_in_parentheses(subject: &str, marks: &[char]) -> Option<(char, String)> {
    let (_, last) = subject.strip_suffix(')')?.rsplit_once(" (")?;
    let mark = marks.iter().find(|mark| last.starts_with(**mark))?;
    let number = number(last.strip_prefix(*mark)?)?;
    Some((*mark, number.to_owned()))
}
