//! Why a comment suppresses: what stands in it behind the ids, else in the comment directly above.
//!
//! Uses regex. Pure. Start at [`of`]. Follows `docs/spec/interop.md`, 4, comments: code beside a comment is never its reason.

use regex::bytes::Captures;

use crate::formats::suppressions::reasons;

/// The bytes of a line, and of the line before it.
#[derive(Clone, Copy)]
pub(super) struct CommentLine<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) before: &'b [u8],
}

/// The signs of comments.
const SIGNS: &[&str] = &["<!--", "//", "/*", "#", "*", "--", ";"];

/// Words with which another suppression of the same line begins.
const OTHERS: &[&str] = &[
    "nosec",
    "noqa",
    "nolint",
    "NOSONAR",
    "nosem",
    "gitleaks:",
    "trufflehog:",
    "pragma:",
    "checkov:",
    "zizmor:",
    "type:",
    "pylint:",
    "eslint-",
    "kics-scan",
    "trivy:",
    "tfsec:",
    "hadolint ",
    "codeql",
    "lgtm",
    "ggignore",
    "ruff:",
    "flake8:",
];

/// The most bytes of a line that are read for a reason.
const LONGEST: usize = 2000;

/// Returns the reason of a suppression that begins at a byte of its line.
pub(super) fn of(
    kind: &str,
    captures: &Captures<'_>,
    line: CommentLine<'_>,
    start: usize,
) -> Option<String> {
    let text =
        |bytes: &[u8]| String::from_utf8_lossy(bytes.get(..LONGEST).unwrap_or(bytes)).into_owned();
    if let Some(why) = captures.name("why") {
        return plain(&text(why.as_bytes())).or_else(|| above(line.before));
    }
    let rules = captures.name("rules");
    let own = match (kind, rules) {
        ("bandit", Some(rules)) => without_ids(&text(rules.as_bytes())),
        ("rust", Some(rules)) => {
            let rules = text(rules.as_bytes());
            let stated = rules.split_once("reason").map(|(_, stated)| stated.trim_start());
            let stated = stated.and_then(|stated| stated.strip_prefix('=')).unwrap_or_default();
            stated.trim().trim_matches('"').to_owned()
        }
        (_, rules) => {
            let end = rules.map_or(captures.get(0)?.end(), |rules| rules.end());
            behind(kind, &text(line.bytes.get(end..).unwrap_or_default()))
        }
    };
    plain(&own)
        .or_else(|| before(&text(line.bytes.get(..start).unwrap_or_default())))
        .or_else(|| above(line.before))
}

/// Returns what stands behind the ids of a comment, without what separates them.
fn behind(kind: &str, rest: &str) -> String {
    let rest = match (kind, rest.split_once("exp:")) {
        ("trivy", Some((before, after))) if before.trim_matches(':').is_empty() => {
            after.split_once(char::is_whitespace).map_or("", |(_, rest)| rest)
        }
        _ => rest,
    };
    rest.split("*/").next().unwrap_or_default().split("-->").next().unwrap_or_default().to_owned()
}

/// Returns the words of a text that are not ids of bandit.
fn without_ids(rules: &str) -> String {
    let is_id = |word: &str| {
        let word = word.trim_end_matches([',', ':']);
        let digits = word.strip_prefix('B').unwrap_or_default();
        word.is_empty() || (digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let words =
        rules.split_whitespace().flat_map(|word| word.split(',')).skip_while(|word| is_id(word));
    words.collect::<Vec<_>>().join(" ")
}

/// Returns the text of a comment before another one: `// why // nosemgrep`.
fn before(code: &str) -> Option<String> {
    let code = code.trim_end().trim_end_matches(['/', '#', '*', '<', '!', '-']);
    let (at, sign) = [" // ", " # "].iter().find_map(|sign| Some((code.find(sign)?, sign)))?;
    let comment = code.get(at + sign.len()..)?;
    plain(comment).filter(|comment| !comment.contains(['"', '\'']))
}

/// Returns the text of the line above, if it is only a comment, of words and not of code.
fn above(line: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(line.get(..LONGEST).unwrap_or(line)).into_owned();
    let bare = text.trim();
    let sign = SIGNS.iter().find(|sign| bare.starts_with(**sign))?;
    let comment = bare.get(sign.len()..)?.trim_end_matches("*/").trim_end_matches("-->");
    let is_code = comment.contains(" = ")
        || comment.trim_end().ends_with([';', '{', '}', ')', ':', '\\'])
        || comment.starts_with('!')
        || comment.contains("://") && !comment.contains(' ');
    plain(comment)
        .filter(|comment| !is_code && comment.contains(' ') && !reasons::is_commented_out(comment))
}

/// Returns a text without the signs around it; `None` if it says nothing, or begins another suppression.
fn plain(text: &str) -> Option<String> {
    let mut text = text;
    for other in OTHERS {
        if let Some(at) = text.find(other) {
            text = text.get(..at).unwrap_or_default();
        }
    }
    let is_sign = |it: char| it.is_whitespace() || "-–—:=#/*,;.!|<>".contains(it);
    let bare = text.trim_matches(is_sign).trim_end_matches("*/").trim();
    let bare = match (bare.strip_prefix('('), bare.strip_suffix(')')) {
        (Some(_), Some(_)) => bare.trim_start_matches('(').trim_end_matches(')'),
        _ => bare.trim_start_matches([')', ']', '}', '"', '\'']),
    };
    let bare = bare.trim();
    if bare.chars().any(char::is_alphabetic) { Some(bare.to_owned()) } else { None }
}
