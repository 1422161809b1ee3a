//! Judges one line of a file: which comments in it suppress findings, and which record each cites.
//!
//! Pure. Start at [`find`]. Follows `docs/spec/interop.md`, 5, inline.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memmem, memrchr};
use regex::bytes::Captures;

use crate::formats::suppressions::comment_reason::{self, CommentLine};
use crate::formats::suppressions::comment_table::CommentPattern;
use crate::formats::suppressions::entry::{IgnoredEntry, ScannedFile};
use crate::formats::suppressions::eslint::{self, EslintComment};
use crate::formats::suppressions::files;
use crate::formats::suppressions::hidden;
use crate::formats::suppressions::options::ScanOptions;
use crate::formats::suppressions::readers::format::{ImportError, is_no_end};
use crate::record::id::Id;
use crate::record::time::Day;
use crate::rules::scan::suppression::{
    CommentReach, EntryLimits, FoundSuppression, HiddenFindings, SuppressionEnd,
};
use crate::survey::cited;

/// The maximum length of the text of a suppression in messages, in characters.
const LONGEST_LABEL: usize = 60;

/// A line of a file.
#[derive(Clone, Copy, Debug)]
pub struct SourceLine<'b> {
    /// Its number, from 1.
    pub number: u32,
    /// Its bytes, without the line end.
    pub bytes: &'b [u8],
    /// The line before it; empty for the first.
    pub before: &'b [u8],
    /// The position of its first byte.
    pub start: usize,
    /// The position after its last byte.
    pub end: usize,
    /// The whole file.
    pub file: &'b [u8],
}

/// The lines of a file around positions that only grow.
pub struct SourceLines<'b> {
    bytes: &'b [u8],
    at: usize,
    number: u32,
}

impl<'b> SourceLines<'b> {
    /// Starts at the first line.
    pub fn new(bytes: &'b [u8]) -> SourceLines<'b> {
        SourceLines { bytes, at: 0, number: 1 }
    }

    /// Returns the line of a position.
    pub fn around(&mut self, position: usize) -> SourceLine<'b> {
        let passed = self.bytes.get(self.at..position).unwrap_or_default();
        let n_passed = memchr_iter(b'\n', passed).count();
        self.number = self.number.saturating_add(u32::try_from(n_passed).unwrap_or(u32::MAX));
        self.at = self.at.max(position);
        let (upto, from) = self.bytes.split_at_checked(position).unwrap_or((self.bytes, &[]));
        let start = after_break(upto);
        let length = memchr(b'\n', from).unwrap_or(from.len());
        let end = position + length;
        let before = upto.get(..start.saturating_sub(1)).unwrap_or_default();
        SourceLine {
            number: self.number,
            bytes: trimmed(self.bytes.get(start..end).unwrap_or_default()),
            before: trimmed(before.get(after_break(before)..).unwrap_or_default()),
            start,
            end,
            file: self.bytes,
        }
    }
}

fn after_break(bytes: &[u8]) -> usize {
    memrchr(b'\n', bytes).map_or(0, |at| at + 1)
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Adds the suppressions of one tool in a line, which may have thousands, and what its tool doesn't obey.
pub fn find(
    pattern: &CommentPattern,
    path: &str,
    line: &SourceLine<'_>,
    options: &ScanOptions,
    found: &mut ScannedFile,
) {
    let regex = match pattern.regex() {
        Ok(regex) => regex,
        Err(error) => {
            let why = ImportError::at(line.number.into(), error.to_string());
            return found.add(files::unread(path, &why));
        }
    };
    let mut captures = regex.captures_iter(line.bytes).peekable();
    if captures.peek().is_none() {
        return;
    }
    let ids = CitedIds::of(pattern, line, options);
    let here = CommentLine { bytes: line.bytes, before: line.before };
    let (mut passed, mut column) = (0, 1);
    for captures in captures {
        let Some(whole) = captures.name("own").or(captures.get(0)) else { continue };
        let n_blank = whole.as_bytes().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let start = whole.start() + n_blank;
        let before = line.bytes.get(..start).unwrap_or_default();
        if is_quoted(pattern.kind, path, before) || pattern.is_in_comment && !is_behind_sign(before)
        {
            continue;
        }
        let Some((hidden, own)) = judge(pattern, &captures, path, line, options) else { continue };
        let between = line.bytes.get(passed..start).unwrap_or_default();
        column += String::from_utf8_lossy(between).chars().count();
        passed = start;
        let stated = match pattern.kind {
            "trivy" => of_trivy(line.bytes.get(start..).unwrap_or_default()),
            _ => Some((SuppressionEnd::NoSuchField, EntryLimits::new())),
        };
        let Some((end, limits)) = stated else {
            found.ignored.push(IgnoredEntry {
                kind: pattern.kind,
                path: path.to_owned(),
                line: line.number,
                what: "`exp:` is not a date, so trivy ignores the comment".to_owned(),
            });
            continue;
        };
        if let Some(what) = misread(pattern.kind, &captures) {
            found.ignored.push(IgnoredEntry {
                kind: pattern.kind,
                path: path.to_owned(),
                line: line.number,
                what,
            });
        }
        let is_blanket = hidden.first().is_some_and(HiddenFindings::names_no_rule);
        found.suppressions.push(FoundSuppression {
            kind: pattern.kind,
            path: path.to_owned(),
            line: line.number,
            lines: line.number..=line.number,
            column: u32::try_from(column).unwrap_or(u32::MAX),
            label: match &own {
                Some(_) => label(before_end(line.bytes.get(start..).unwrap_or_default())),
                None => label(whole.as_bytes()),
            },
            citing: pattern.citing,
            hidden,
            cited: ids.of_place(start),
            end,
            reach: own.as_ref().map_or_else(|| reach(&captures), |own| own.reach),
            reason: match &own {
                Some(own) => {
                    comment_reason::stated(&own.why).or_else(|| comment_reason::beside(here, start))
                }
                None => comment_reason::of(pattern.kind, &captures, here, start),
            },
            is_blanket,
            limits,
        });
    }
}

/// Returns what a match hides, and the comment of eslint that it begins; `None` if it hides nothing that is looked for.
fn judge(
    pattern: &CommentPattern,
    captures: &Captures<'_>,
    path: &str,
    line: &SourceLine<'_>,
    options: &ScanOptions,
) -> Option<(Vec<HiddenFindings>, Option<EslintComment>)> {
    if pattern.kind == "eslint" {
        let whole = captures.get(0)?;
        let at = line.start + whole.start() + memmem::find(whole.as_bytes(), b"eslint")?;
        let own = eslint::read(line.file, at)?;
        let hidden = hidden::of_comment(pattern.kind, Some(&own.rules), path, options)?;
        return Some((hidden, Some(own)));
    }
    let rules = captures.name("rules").map(|rules| {
        let mut ids = String::from_utf8_lossy(rules.as_bytes()).into_owned();
        if pattern.kind == "semgrep" {
            let rest = line.bytes.get(rules.end()..).unwrap_or_default();
            ids += &hidden::later_ids_of_semgrep(&String::from_utf8_lossy(rest), options);
        }
        ids
    });
    Some((hidden::of_comment(pattern.kind, rules.as_deref(), path, options)?, None))
}

fn reach(captures: &Captures<'_>) -> CommentReach {
    match (captures.name("file"), captures.name("block")) {
        (Some(_), _) => CommentReach::File,
        (None, Some(_)) => CommentReach::Block,
        (None, None) => CommentReach::Line,
    }
}

fn misread(kind: &str, captures: &Captures<'_>) -> Option<String> {
    let rules = captures.name("rules").filter(|_| kind == "bandit")?;
    hidden::misread_by_bandit(&String::from_utf8_lossy(rules.as_bytes()))
}

/// The kinds that their tools obey in prose, too: they search every text for secrets.
const IN_PROSE: &[&str] = &["gitleaks", "trufflehog", "detect-secrets", "gitguardian"];

/// Tells whether a comment stands between backticks in Markdown, where a text only mentions it.
fn is_quoted(kind: &str, path: &str, before: &[u8]) -> bool {
    let is_markdown = path.rsplit_once('.').is_some_and(|(_, ending)| {
        ["md", "mdx", "markdown"].iter().any(|known| ending.eq_ignore_ascii_case(known))
    });
    is_markdown
        && !IN_PROSE.contains(&kind)
        && before.iter().filter(|byte| **byte == b'`').count() % 2 == 1
}

/// Tells whether a part of a line has the sign of a comment, or is the beginning of a line within one.
fn is_behind_sign(before: &[u8]) -> bool {
    let signs = ["//", "#", "/*", "<!--", "--"];
    before.trim_ascii_start().starts_with(b"*")
        || signs.iter().any(|sign| memmem::find(before, sign.as_bytes()).is_some())
}

enum CitedIds {
    /// On the line, where the tool allows free text, with their positions.
    Beside(Vec<(usize, Id)>),
    /// In a comment on the line before.
    Before(Option<Id>),
}

impl CitedIds {
    fn of(pattern: &CommentPattern, line: &SourceLine<'_>, options: &ScanOptions) -> CitedIds {
        if !pattern.is_cited_before {
            return CitedIds::Beside(cited::places(line.bytes, &options.prefixes));
        }
        let above = line.before.trim_ascii_start();
        let marks = ["#", "//", "/*", "*", "--", ";", "<!--"];
        let is_comment = marks.iter().any(|mark| above.starts_with(mark.as_bytes()));
        let first = cited::places(above, &options.prefixes).into_iter().next();
        CitedIds::Before(first.map(|(_, id)| id).filter(|_| is_comment))
    }

    /// Returns the first id behind the beginning of a suppression, else the first of the line.
    fn of_place(&self, start: usize) -> Option<Id> {
        match self {
            CitedIds::Before(id) => id.clone(),
            CitedIds::Beside(ids) => {
                let behind = ids.partition_point(|(place, _)| *place < start);
                ids.get(behind).or(ids.first()).map(|(_, id)| id.clone())
            }
        }
    }
}

/// How many bytes of a comment of trivy are read for its end.
const LONGEST_COMMENT: usize = 1024;

fn of_trivy(rest: &[u8]) -> Option<(SuppressionEnd, EntryLimits)> {
    let rest = String::from_utf8_lossy(rest.get(..LONGEST_COMMENT).unwrap_or(rest));
    let comment = rest.split_whitespace().next().unwrap_or_default();
    Some((end_of_trivy(comment)?, limits_of_trivy(comment)))
}

fn limits_of_trivy(comment: &str) -> EntryLimits {
    let (before, rest) = comment.split_once('[').unwrap_or((comment, ""));
    let (conditions, behind) = rest.rsplit_once(']').unwrap_or((rest, ""));
    let mut limits = EntryLimits::new();
    let mut add = |field: &str, value: &str| {
        limits.entry(field.to_owned()).or_default().insert(value.to_owned());
    };
    for condition in conditions.split(',').filter(|condition| !condition.is_empty()) {
        let (field, value) = condition.split_once('=').unwrap_or((condition, ""));
        add(field, value);
    }
    for part in [before, behind] {
        // The tool stands before the first colon.
        let mut words = part.split(':').skip(1);
        while let Some(field) = words.next() {
            let value = words.next().unwrap_or_default();
            if !matches!(field, "ignore" | "exp") {
                add(field, value);
            }
        }
    }
    limits
}

fn end_of_trivy(comment: &str) -> Option<SuppressionEnd> {
    // After the tool, keys and values follow one another; of equal keys the last one counts.
    let parts: Vec<&str> = comment.split(':').skip(1).collect();
    let mut end = SuppressionEnd::Missing;
    for pair in parts.chunks_exact(2) {
        if let ["exp", date] = pair {
            let day = Day::new(date).map(Day::start)?;
            end = if is_no_end(day) { SuppressionEnd::Missing } else { SuppressionEnd::Until(day) };
        }
    }
    Some(end)
}

fn before_end(rest: &[u8]) -> &[u8] {
    memmem::find(rest, b"*/").and_then(|end| rest.get(..end)).unwrap_or(rest)
}

fn label(bytes: &[u8]) -> String {
    let text: Cow<'_, str> = String::from_utf8_lossy(bytes);
    let trimmed =
        text.trim().trim_start_matches(['#', '/', '*', ' ']).trim_end_matches(['*', '/', '-']);
    let plain = trimmed.trim().chars().filter(|ch| !ch.is_control());
    let mut label: String = plain.take(LONGEST_LABEL + 1).collect();
    if label.chars().count() > LONGEST_LABEL {
        label.pop();
        label.push('…');
    }
    label
}
