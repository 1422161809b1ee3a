//! The lines of an OpenSSH allowed_signers file and of a list of revoked keys.
//!
//! Uses record's times and patterns. Pure. Start at [`parse`]. Follows ssh-keygen(1), allowed signers, and
//! `docs/spec/approval.md` 1.11. Keys are kept as text; whoever verifies reads them. Times without `Z` are
//! local time to OpenSSH; here nothing reads the local zone, so they are UTC too.

use crate::record::time::{Day, Instant};

/// One line of an allowed_signers file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The principals: patterns with `*` and `?`; those that begin with `!` exclude.
    pub principals: Vec<String>,
    /// Whether the key signs certificates, not content.
    pub cert_authority: bool,
    /// The namespaces that it is good for, as patterns; `None` for all.
    pub namespaces: Option<Vec<String>>,
    /// The first instant at which it is good.
    pub valid_after: Option<Instant>,
    /// The last instant at which it is good.
    pub valid_before: Option<Instant>,
    /// The key: its kind and its base64, separated by one blank.
    pub key: String,
    /// The line, from 1.
    pub line: u32,
}

impl Signer {
    /// Tells whether the line lists a principal; letter case is ignored, as in addresses elsewhere.
    pub fn lists(&self, principal: &str) -> bool {
        listed(&self.principals, principal)
    }

    /// Tells whether the key is good for a namespace.
    pub fn good_for(&self, namespace: &str) -> bool {
        let namespaces = self.namespaces.as_deref();
        namespaces.is_none_or(|namespaces| listed(namespaces, namespace))
    }

    /// Tells whether the key is good at an instant.
    pub fn good_at(&self, instant: Instant) -> bool {
        self.valid_after.is_none_or(|after| after <= instant)
            && self.valid_before.is_none_or(|before| instant <= before)
    }
}

/// A list of patterns as OpenSSH matches it: one must fit, and none that begins with `!`.
fn listed(patterns: &[String], text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let mut found = false;
    for pattern in patterns {
        let pattern = pattern.to_ascii_lowercase();
        match pattern.strip_prefix('!') {
            Some(excluded) if glob(excluded.as_bytes(), text.as_bytes()) => return false,
            Some(_) => {}
            None => found |= glob(pattern.as_bytes(), text.as_bytes()),
        }
    }
    found
}

/// Here `*` is any run, slashes included, and `?` one character: not the patterns of records.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, from));
                at += 1;
            }
            Some(byte) if *byte == b'?' || Some(byte) == text.get(from) => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((after, begin)) = star else {
                    return false;
                };
                star = Some((after, begin + 1));
                at = after;
                from = begin + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

/// Returns the lines of an allowed_signers file that hold a key; others are passed over.
pub fn parse(text: &str) -> Vec<Signer> {
    let lines = text.lines().zip(1..);
    lines
        .filter_map(|(text, line)| signer(text, line))
        .collect()
}

/// Returns the keys of a list of revoked keys, each its kind and its base64, separated by one blank.
pub fn revoked(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(key)
        .collect()
}

fn signer(text: &str, line: u32) -> Option<Signer> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return None;
    }
    let (principals, rest) = word(text);
    let mut signer = Signer {
        principals: list(&unquoted(principals)),
        cert_authority: false,
        namespaces: None,
        valid_after: None,
        valid_before: None,
        key: String::new(),
        line,
    };
    let rest = match key(rest) {
        Some(_) => rest,
        None => {
            let (options, rest) = word(rest);
            options_of(options, &mut signer)?;
            rest
        }
    };
    signer.key = key(rest)?;
    let is_span = match (signer.valid_after, signer.valid_before) {
        (Some(after), Some(before)) => after < before,
        _ => true,
    };
    (is_span && !signer.principals.is_empty()).then_some(signer)
}

/// Returns the key that a text begins with, without its comment.
fn key(text: &str) -> Option<String> {
    let mut parts = text.split_ascii_whitespace();
    let (kind, base64) = (parts.next()?, parts.next()?);
    let is_kind = ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-", "rsa-sha2-"]
        .iter()
        .any(|start| kind.starts_with(start));
    let is_base64 = base64
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    (is_kind && !kind.contains(['=', ',']) && is_base64).then(|| format!("{kind} {base64}"))
}

/// Returns the first word of a text, in which quotes keep blanks and commas together, and the rest.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let mut quoted = false;
    for (index, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            _ if character.is_ascii_whitespace() && !quoted => {
                let (word, rest) = text.split_at_checked(index).unwrap_or((text, ""));
                return (word, rest);
            }
            _ => {}
        }
    }
    (text, "")
}

fn unquoted(text: &str) -> String {
    text.chars().filter(|character| *character != '"').collect()
}

fn list(text: &str) -> Vec<String> {
    let items = text.split(',').map(str::trim);
    items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Reads the options of a line; `None` where one is unknown or can't be read, and the line then counts for nothing.
fn options_of(text: &str, signer: &mut Signer) -> Option<()> {
    let mut quoted = false;
    let options = text.split(|character| {
        quoted ^= character == '"';
        character == ',' && !quoted
    });
    for option in options {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        match (name.to_ascii_lowercase().as_str(), value) {
            ("cert-authority", None) => signer.cert_authority = true,
            ("namespaces", Some(value)) => signer.namespaces = Some(list(value)),
            ("valid-after", Some(value)) => signer.valid_after = Some(time(value)?),
            ("valid-before", Some(value)) => signer.valid_before = Some(time(value)?),
            _ => return None,
        }
    }
    Some(())
}

/// Returns the instant of `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with or without `Z`.
fn time(text: &str) -> Option<Instant> {
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, until: usize| digits.get(from..until);
    let day = Day::new(&format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?))?;
    let number = |from: usize| part(from, from + 2)?.parse::<i64>().ok();
    let (hours, minutes, seconds) = match digits.len() {
        8 => (0, 0, 0),
        12 => (number(8)?, number(10)?, 0),
        14 => (number(8)?, number(10)?, number(12)?),
        _ => return None,
    };
    let is_time = hours < 24 && minutes < 60 && seconds < 60;
    is_time.then(|| {
        day.start()
            .plus_seconds(hours * 3_600 + minutes * 60 + seconds)
    })
}
