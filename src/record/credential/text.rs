//! Finds what looks like a credential in a text, by its own format or by what precedes it.
//!
//! Pure. Start at [`find`]. One pass over the bytes finds the few places that need a closer look: long words, `name=value`,
//! `name: value`, `--name value`, `scheme://…@`.

use crate::record::credential::form::{self, CredentialMatch};
use crate::record::credential::name::NameKind;
use crate::record::credential::value;
use memchr::memmem;
use std::ops::Range;

/// The length of the shortest text with a match: `pwd=` and a value.
const SHORTEST: usize = 10;

pub(super) fn find(text: &str) -> Option<CredentialMatch> {
    if text.len() < SHORTEST {
        return None;
    }
    let mut start = 0;
    let mut run = 0;
    for (at, byte) in text.bytes().enumerate() {
        if is_part(byte) {
            continue;
        }
        if is_between(byte) {
            if at - run >= value::RANDOM
                && let Some(found) = drawn(text, run..at)
            {
                return Some(found);
            }
            run = at + 1;
        }
        if may_matter(text, start..at, byte)
            && let Some(found) = after_word(text, start..at, byte)
        {
            return Some(found);
        }
        start = at + 1;
    }
    let last = word(text, start..text.len());
    // A whole value is judged by the caller, which knows its name.
    let is_whole = run == 0;
    last.or_else(|| if !is_whole { drawn(text, run..text.len()) } else { None })
}

/// Tells whether a byte separates words of a sentence, and does not occur in URLs or digests.
fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"'`,;()<>[]{}|".contains(&byte)
}

// Checks a word of a sentence that may be a key, such as an AWS secret access key; an SSH public key is not one. A shorter one is
// where the word before it says so: `the token …`.
fn drawn(text: &str, span: Range<usize>) -> Option<CredentialMatch> {
    let word = text.get(span.clone())?;
    let is_key = !word.starts_with("AAAA") && value::is_key(word);
    let named = || {
        let before = text.get(..span.start)?.trim_end_matches([' ', '`', '"', '\'', '(']);
        let name =
            before.rsplit(|letter: char| letter.is_ascii() && !is_part(letter as u8)).next()?;
        value::is_random(word).then(|| value::given(word, NameKind::of(name)))?
    };
    let what = if is_key { Some("a key") } else { named() };
    what.map(|what| CredentialMatch { span, what })
}

/// The bytes of words, as a table: every byte of every record is looked up.
const PARTS: [bool; 256] = {
    let mut parts = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        parts[byte] =
            (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'-' | b'.' | b'~');
        byte += 1;
    }
    parts
};

fn is_part(byte: u8) -> bool {
    PARTS.get(usize::from(byte)) == Some(&true)
}

/// Tells by its length, its first byte and the following byte whether a word may matter: most do not.
fn may_matter(text: &str, span: Range<usize>, after: u8) -> bool {
    match after {
        _ if span.len() >= form::SHORTEST => true,
        b'=' | b':' => true,
        b' ' if span.len() >= 5 => {
            let first = text.as_bytes().get(span.start);
            matches!(first, Some(b'-' | b'b' | b'B'))
        }
        b' ' => text.get(span).is_some_and(|word| word == "-u" || VERBS.contains(&word)),
        _ => false,
    }
}

fn after_word(text: &str, span: Range<usize>, byte: u8) -> Option<CredentialMatch> {
    let after = span.end + 1;
    let found = word(text, span.clone());
    if found.is_some() {
        return found;
    }
    match byte {
        b'=' | b' ' if LOGINS.contains(&text.get(span.clone())?) => {
            next(text, after, |login| value::given(password(login)?, NameKind::Password))
        }
        b'=' => given(text, &span, after),
        b':' if text.get(after..)?.starts_with("//") => locator(text, after + 2),
        b':' => given(text, &span, after),
        b' ' if VERBS.contains(&text.get(span.clone())?) => told(text, &span, after),
        b' ' => spoken(text, &span, after),
        _ => None,
    }
}

// What stands between a name and its value in a sentence: `the password is …`.
const VERBS: [&str; 3] = ["is", "was", "ist"];

// Checks the value that a sentence tells: `the password is unchanged` tells none.
fn told(text: &str, span: &Range<usize>, after: usize) -> Option<CredentialMatch> {
    let name = text
        .get(..span.start)?
        .trim_end()
        .rsplit(|ch: char| !ch.is_ascii() || !is_part(ch as u8))
        .next()?;
    match NameKind::of(name) {
        kind @ (NameKind::Password | NameKind::Token) => {
            next(text, after, |text| value::given(text, kind))
        }
        NameKind::Plain | NameKind::Public | NameKind::Perhaps => None,
    }
}

/// Options that take a name and a password, as `curl` has them.
pub(super) const LOGINS: [&str; 3] = ["-u", "--user", "--proxy-user"];

/// Returns the password of `NAME:PASSWORD`; `None` for a user and a group, as containers are given them.
pub(super) fn password(login: &str) -> Option<&str> {
    let (name, password) = login.split_once(':')?;
    let is_group = name == password || password.bytes().all(|byte| byte.is_ascii_digit());
    (!is_group).then_some(password)
}

/// Within how many bytes after `-----BEGIN` the kind is named.
const NAMED_WITHIN: usize = 100;

fn word(text: &str, span: Range<usize>) -> Option<CredentialMatch> {
    if span.len() >= form::SHORTEST {
        return form::find(text, span);
    }
    // The kind is within the next few words: `-----BEGIN OPENSSH PRIVATE KEY-----`.
    let begins = text.get(span.clone())? == "-----BEGIN";
    let line: Vec<u8> = text
        .get(span.end..)
        .filter(|_| begins)?
        .bytes()
        .take_while(|byte| *byte != b'\n')
        .take(NAMED_WITHIN)
        .collect();
    let is_private = memmem::find(&line, b"PRIVATE KEY").is_some();
    is_private.then_some(CredentialMatch { span: span.start..text.len(), what: "a private key" })
}

fn given(text: &str, span: &Range<usize>, after: usize) -> Option<CredentialMatch> {
    let mut name = text.get(span.clone())?;
    if name.is_empty() {
        // `"name": "value"` and `name = value`.
        let before = text.get(..span.start)?.trim_end_matches(['"', '\'', ' ', '\\']);
        let at = before.rfind(|character: char| !character.is_ascii() || !is_part(character as u8));
        name = before.get(at.map_or(0, |at| at + 1)..)?;
    }
    let kind = NameKind::of(name);
    if kind == NameKind::Plain {
        return None;
    }
    let found = next(text, after, |text| value::given(text, kind))?;
    // `secret:prod2` is a reference, and `secret: prod2` a remark: only a random-looking value is a credential.
    let is_prose = text.as_bytes().get(after - 1) == Some(&b':');
    let is_touching = found.span.start == after;
    let value = text.get(found.span.clone())?;
    (!is_prose || !is_touching || value::is_random(value)).then_some(found)
}

/// Checks a value after `--name `, or after an authorization scheme.
fn spoken(text: &str, span: &Range<usize>, after: usize) -> Option<CredentialMatch> {
    let name = text.get(span.clone())?;
    if let Some(name) = name.strip_prefix("--") {
        return match NameKind::of(name) {
            NameKind::Plain => None,
            kind => next(text, after, |text| value::given(text, kind)),
        };
    }
    let is_scheme = ["bearer", "basic"].iter().any(|scheme| name.eq_ignore_ascii_case(scheme));
    let judge = |text: &str| value::given(text, NameKind::Perhaps);
    if is_scheme { next(text, after, judge) } else { None }
}

/// How many characters of a value are examined.
const JUDGED: usize = 512;

fn next(
    text: &str,
    from: usize,
    judge: impl Fn(&str) -> Option<&'static str>,
) -> Option<CredentialMatch> {
    let opening = [' ', '"', '\'', '\\'];
    let rest = text.get(from..)?.trim_start_matches(opening);
    let start = text.len() - rest.len();
    let is_end = |it: char| {
        it.is_whitespace() || matches!(it, '"' | '\'' | ';' | ',' | '&' | ')' | '\\' | '`')
    };
    // Limits the cost: a long line may contain many `=`, each starting a value that reaches to its end.
    let judged = rest.char_indices().nth(JUDGED).map_or(rest.len(), |(at, _)| at);
    let judged = rest.get(..judged)?.split(is_end).next()?;
    let what = judge(judged.trim_end_matches(['.', ':']))?;
    let value = rest.split(is_end).next().unwrap_or_default().trim_end_matches(['.', ':']);
    Some(CredentialMatch { span: start..start + value.len(), what })
}

/// Webhook URLs, which let anyone who knows them write: the host, and how the path begins.
const HOOKS: &[(&str, &str)] = &[
    ("hooks.slack.com", "/services/T"),
    ("hooks.slack.com", "/workflows/T"),
    ("discord.com", "/api/webhooks/"),
    ("discordapp.com", "/api/webhooks/"),
];

fn locator(text: &str, from: usize) -> Option<CredentialMatch> {
    let rest = text.get(from..)?;
    let end = rest
        .find(|it: char| it.is_whitespace() || matches!(it, '/' | '?' | '#' | '"' | '\'' | '`'));
    let (authority, path) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    let is_hook = |(host, begin): &(&str, &str)| authority == *host && path.starts_with(begin);
    if HOOKS.iter().any(is_hook) {
        let end = path.find(char::is_whitespace).unwrap_or(path.len());
        return Some(CredentialMatch {
            span: from..from + authority.len() + end,
            what: "the address of a webhook",
        });
    }
    let (user, _) = authority.rsplit_once('@')?;
    let span = from..from + user.len();
    match user.split_once(':') {
        Some((_, password)) => {
            let is_open = password.is_empty() || value::is_placeholder(password);
            (!is_open).then_some(CredentialMatch { span, what: "a password in a locator" })
        }
        None => {
            value::is_random(user).then_some(CredentialMatch { span, what: "a token in a locator" })
        }
    }
}
