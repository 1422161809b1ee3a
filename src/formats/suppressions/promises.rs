//! Reads the promise in the reason of a suppression.
//!
//! Pure. Start at [`read`]. Follows `docs/spec/interop.md`, 5, promises: only the reason is read, in English, and
//! what a tool obeys is an end, not a promise.

use std::sync::LazyLock;

use regex::bytes::{Captures, Match, Regex};

use crate::record::time::Day;
use crate::rules::scan::promise::Promise;

/// A pattern that is compiled when a reason may first match it. Bytes: a repetition of any letter is hundreds of states.
type LazyRegex = LazyLock<Result<Regex, regex::Error>>;

static DATED: LazyRegex =
    LazyLock::new(|| Regex::new(&format!("(?i-u){BEFORE_A_PERIOD}(?:{PERIOD})")));
static UNDATED: LazyRegex = LazyLock::new(|| Regex::new(&format!("(?i-u){WORDS_WITHOUT_A_DATE}")));
static URL: LazyRegex = LazyLock::new(|| Regex::new(&format!("(?-u){URL_OR_NUMBER}")));
static TICKET: LazyRegex = LazyLock::new(|| Regex::new(&format!("(?-u){KEY_OF_A_TICKET}")));

const PERIOD: &str = r"(?x)
    (?:(?:the\ )?end\ of\ (?:the\ )?)?(?:
      (?P<y>20\d\d)[-/](?P<m>0[1-9]|1[0-2])(?:[-/](?P<d>0[1-9]|[12]\d|3[01])(?:[T\ ]\d\d:\d\d\S*)?)?\b
    | (?:(?P<qy>20\d\d)[-\ ]?Q(?P<q>[1-4])|Q(?P<q2>[1-4])[-\ /]?(?P<qy2>20\d\d))\b
    | (?:(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?\ (?:of\ )?)?
      (?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?
      (?:\ (?P<d3>[0-3]?\d)(?:st|nd|rd|th)?)?,?\ (?P<my>20\d\d)\b
    | (?P<only>20\d\d)(?:\ *(?:[.,;:)\]]|$))
    )";

const BEFORE_A_PERIOD: &str = r"\b(?P<word>until|till|by|before|after|expires?|expiry|expiration|deadline|due|revisit|review)\b(?:\s+date)?(?:\s*[:=]\s*|,?\s+)(?:(?:on|in|at|is|the|after|again|date|by|from)\s+){0,2}";

/// What stands before the words of a date that tell of the past.
const TOLD: &[&str] = &[
    "added",
    "introduced",
    "reported",
    "created",
    "published",
    "released",
    "found",
    "disclosed",
    "since",
    "discovered",
    "reviewed",
    "written",
    "last",
    "previous",
    "latest",
];

/// Words with which `by`, `before` and `after` tell of the past, besides those that end with `ed`.
const TOLD_OF_STATES: &[&str] = &[
    "broken", "made", "built", "seen", "known", "given", "done", "sent", "set", "works", "breaks",
    "fails", "crashes", "happens", "exists", "runs", "ran", "was", "were",
];

/// Words that end with `ed` and promise nevertheless.
const WANTED: &[&str] = &[
    "needed",
    "required",
    "removed",
    "dropped",
    "deleted",
    "replaced",
    "expected",
    "planned",
    "scheduled",
    "supported",
    "allowed",
    "re-enabled",
    "revisited",
];

/// Words before one that ends with `ed`, with which it promises.
const TO_COME: &[&str] = &["be", "get", "gets", "being"];

const WORDS_WITHOUT_A_DATE: &str = r"(?x)
      \b(?:remov(?:e|es|ed|ing)|drop(?:ped)?|re-?enabled?|updated?|upgraded?)\b[^.\n]{0,80}?\b(?:when|once|after)\b[^.\n]*
    | \buntil\b[^.\n]*
    | \bno(?:t)?\b[^.\n]{1,60}?\byet\b
    | \b(?:a?waiting|pending|blocked)\b[^.\n]*
    | \btemporar(?:y|ily)\b[^.\n]*
    | \bfor\ now\b
    | \b(?:TODO|FIXME)\b[^\n]*";

const URL_OR_NUMBER: &str = r"https?://[^\s)>\]]+/(?:issues|pull|pulls|merge_requests|work_items|browse|ticket|tickets)/[A-Za-z0-9][^\s)>\].,;]*|(?:^|[\s(\[])(?P<number>#\d{1,7})\b";

const KEY_OF_A_TICKET: &str = r"\b(?i:see|tickets?|issues?|tracked|until|till|jira|waiting|pending|blocked)\b[^.\n]{0,30}?\b(?P<key>[A-Z][A-Z0-9]{1,9}-\d{1,7})\b";

/// How the ids of tools and advisories begin, which are not tickets.
const NO_TICKETS: &[&str] = &[
    "AVD", "AWS", "AZU", "CKV", "CVE", "CWE", "DLA", "DS", "DSA", "ELSA", "EXC", "GCP", "GHSA",
    "GO", "KSV", "MAL", "OSV", "PYSEC", "RHSA", "RUSTSEC", "SNYK", "USN", "UTF", "SHA", "ISO",
    "RFC",
];

/// The most characters of a promise's text.
const LONGEST: usize = 160;

/// Returns what a comment promises: the first period to pass, else the first words without one, else a ticket.
///
/// # Errors
/// If a pattern is not a regular expression, which a test excludes.
pub fn read(comment: &str) -> Result<Option<Promise>, regex::Error> {
    let ticket = ticket_in(comment)?;
    let of = |text: &str, date: Option<Day>| {
        Some(Promise { text: one_line(text), date, ticket: ticket.clone() })
    };
    let mut dated = Vec::new();
    for line in comment.lines().filter(|line| line.contains("20")) {
        let all = compiled(&DATED)?.captures_iter(line.as_bytes());
        let all = all.filter(|found| !tells(line, found) && !goes_on(line, found));
        dated.extend(all.filter_map(|found| {
            Some((last_day(&found)?, words_around(line, found.get(0)?.start())))
        }));
    }
    if let Some((day, text)) = dated.into_iter().min_by_key(|(day, _)| *day) {
        return Ok(of(text, Some(day)));
    }
    if let Some(found) = compiled(&UNDATED)?.find(comment.as_bytes()) {
        return Ok(of(&String::from_utf8_lossy(found.as_bytes()), None));
    }
    Ok(ticket.as_deref().and_then(|named| of(named, None)))
}

fn compiled(pattern: &'static LazyRegex) -> Result<&'static Regex, regex::Error> {
    pattern.as_ref().map_err(Clone::clone)
}

fn ticket_in(comment: &str) -> Result<Option<String>, regex::Error> {
    if (comment.contains("http") || comment.contains('#'))
        && let Some(found) = compiled(&URL)?.captures(comment.as_bytes())
    {
        return Ok(named(&found, "number").or(text_of(found.get(0))).map(str::to_owned));
    }
    if !comment.contains('-') {
        return Ok(None);
    }
    let all = compiled(&TICKET)?.captures_iter(comment.as_bytes());
    let mut tickets = all
        .filter_map(|found| named(&found, "key"))
        .filter(|key| key.split('-').next().is_some_and(|begin| !NO_TICKETS.contains(&begin)));
    Ok(tickets.next().map(str::to_owned))
}

fn named<'t>(found: &Captures<'t>, name: &str) -> Option<&'t str> {
    text_of(found.name(name))
}

fn text_of(found: Option<Match<'_>>) -> Option<&str> {
    std::str::from_utf8(found?.as_bytes()).ok()
}

fn tells(line: &str, found: &Captures<'_>) -> bool {
    let before = found.get(0).and_then(|whole| line.get(..whole.start())).unwrap_or_default();
    let mut words = before.split_whitespace().rev().map(str::to_ascii_lowercase);
    let last = words.next().unwrap_or_default();
    let is_to_come = words.next().is_some_and(|word| TO_COME.contains(&word.as_str()));
    let word = named(found, "word").map(str::to_ascii_lowercase);
    let is_of_states = matches!(word.as_deref(), Some("by" | "before" | "after"));
    let is_participle = last.ends_with("ed") && !WANTED.contains(&last.as_str());
    let is_state = is_participle || TOLD_OF_STATES.contains(&last.as_str());
    TOLD.contains(&last.as_str()) && !is_to_come || is_of_states && is_state && !is_to_come
}

/// Tells whether the digits of a date go on behind what was read of it, so that it is another one or none.
fn goes_on(line: &str, found: &Captures<'_>) -> bool {
    let rest = found.get(0).and_then(|whole| line.get(whole.end()..)).unwrap_or_default();
    let mut characters = rest.chars();
    let is_sign = characters.next().is_some_and(|character| matches!(character, '-' | '/'));
    is_sign && characters.next().is_some_and(|character| character.is_ascii_digit())
}

fn words_around(line: &str, at: usize) -> &str {
    let is_end = |text: &str| text.find(". ").or_else(|| text.find("; "));
    let begin = line.get(..at).and_then(|before| {
        Some(before.rfind(". ").into_iter().chain(before.rfind("; ")).max()? + 2)
    });
    let rest = line.get(begin.unwrap_or_default()..).unwrap_or(line);
    let after = at.saturating_sub(begin.unwrap_or_default());
    let end = rest.get(after..).and_then(is_end).map(|end| after + end);
    end.and_then(|end| rest.get(..end)).unwrap_or(rest)
}

fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = text.trim_end_matches(['.', ',', ';', ':']);
    match bare.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", bare.get(..end).unwrap_or(bare)),
        None => bare.to_owned(),
    }
}

fn last_day(found: &Captures<'_>) -> Option<Day> {
    let number = |name: &str| named(found, name)?.parse::<i32>().ok();
    let day = |year: i32, month: i32, day: i32| Day::new(&format!("{year:04}-{month:02}-{day:02}"));
    let last_of = |year: i32, month: i32| match month {
        12 => day(year, 12, 31),
        month => Some(day(year, month + 1, 1)?.plus_days(-1)),
    };
    if let (Some(year), Some(month)) = (number("y"), number("m")) {
        return match number("d") {
            Some(stated) => day(year, month, stated),
            None => last_of(year, month),
        };
    }
    let quarter = number("q").zip(number("qy")).or(number("q2").zip(number("qy2")));
    if let Some((quarter, year)) = quarter {
        return last_of(year, quarter * 3);
    }
    if let (Some(name), Some(year)) = (named(found, "month"), number("my")) {
        const MONTHS: &str = "janfebmaraprmayjunjulaugsepoctnovdec";
        let name = name.to_ascii_lowercase();
        let month = i32::try_from(MONTHS.find(&name)? / 3 + 1).ok()?;
        return match number("d2").or(number("d3")) {
            Some(stated) => day(year, month, stated),
            None => last_of(year, month),
        };
    }
    day(number("only")?, 12, 31)
}
