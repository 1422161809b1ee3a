//! Parses an OpenSSH allowed_signers file, and a list of revoked keys.
//!
//! Uses diag, record's times. Pure, never fails: an unreadable line lists nobody and is a [`SignersProblem`]. Start at
//! [`Signers::parse`] and [`Revoked::parse`]. Follows ssh-keygen(1), allowed signers, and `docs/spec/approval.md`,
//! 1.11; `docs/decisions.md`, 0004, says what a time without a zone means.

use crate::diag::Level;
use crate::policy::demand::Proof;
use crate::policy::governance::KeyLimit;
use crate::policy::governs;
use crate::policy::wire::PublicKey;
use crate::record::time::{Day, Instant};
use std::collections::BTreeSet;
use std::sync::LazyLock;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signers {
    pub lines: Vec<SignerLine>,
    pub problems: Vec<SignersProblem>,
}

/// One line of an allowed_signers file; it stands for one person (S3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerLine {
    /// The line number, from 1.
    pub number: u32,
    /// The addresses or patterns as written, including `!`.
    pub principals: Vec<String>,
    pub signs_certificates: bool,
    /// The patterns of the namespaces that the key is valid for; `None` for all.
    pub namespaces: Option<Vec<String>>,
    /// The first instant at which the key is valid.
    pub valid_after: Option<Instant>,
    /// The last instant at which the key is valid.
    pub valid_before: Option<Instant>,
    pub key: PublicKey,
    /// What the key proves at most; `None` for a key that proves what it signs.
    pub limit: Option<KeyLimit>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revoked {
    pub keys: BTreeSet<PublicKey>,
    pub problems: Vec<SignersProblem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignersProblem {
    /// The line number, from 1.
    pub line: u32,
    /// The level: an error if the line lists nothing, a warning if ssh-keygen reads it differently.
    pub level: Level,
    pub message: String,
    pub help: String,
}

type UnreadableLine = (String, &'static str);

/// The keys by which GitHub and GitLab.com sign what their users do on their pages, as lines of a signers file with their dates.
pub(crate) static BUILT_IN: LazyLock<Vec<SignerLine>> =
    LazyLock::new(|| Signers::parse(include_str!("forge_keys.txt")).lines);

/// The ids by which OpenPGP signatures name the built-in keys of GitHub.
pub(crate) const OPENPGP_IDS: [u64; 2] = [0x4aee_18f8_3afd_eb23, 0xb569_0eee_bb95_2194];

const FORM: &str = "write it as: dana@example.com ssh-ed25519 AAAA…";

impl Signers {
    pub fn parse(text: &str) -> Signers {
        let mut signers = Signers::default();
        for (number, text) in numbered(text) {
            let mut loose = Vec::new();
            match line(number, text, &mut loose) {
                Ok(line) => signers.lines.push(line),
                Err((message, help)) => signers.problems.push(SignersProblem {
                    line: number,
                    level: Level::Error,
                    message,
                    help: help.to_owned(),
                }),
            }
            signers.problems.extend(loose.into_iter().map(|option| SignersProblem {
                line: number,
                level: Level::Warning,
                message: format!("ssh-keygen refuses {option} without quotes"),
                help: format!("write it as {option}=\"…\""),
            }));
        }
        signers
    }
}

impl SignerLine {
    pub(crate) fn proof(&self) -> Proof {
        proof(self.limit.as_ref())
    }

    /// Tells whether another line lists the same key for the same people and uses, at whatever times.
    pub(crate) fn is_for_same(&self, other: &SignerLine) -> bool {
        self.key == other.key
            && self.signs_certificates == other.signs_certificates
            && self.principals == other.principals
            && self.namespaces == other.namespaces
    }

    pub(crate) fn covers(&self, other: &SignerLine) -> bool {
        let namespaces = match (&self.namespaces, &other.namespaces) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(others)) => is_narrower(own, others),
        };
        let after = self.valid_after.is_none_or(|own| other.valid_after >= Some(own));
        let until = |line: &SignerLine| line.valid_before.unwrap_or(Instant::MAX);
        self.key == other.key
            && self.signs_certificates == other.signs_certificates
            && is_narrower(&self.principals, &other.principals)
            && namespaces
            && after
            && until(other) <= until(self)
    }
}

pub(crate) fn proof(limit: Option<&KeyLimit>) -> Proof {
    limit.map_or(Proof::Attested, |limit| limit.proof)
}

fn is_narrower(patterns: &[String], narrower: &[String]) -> bool {
    let is_negated = |pattern: &&String| pattern.starts_with('!');
    let mut positive = narrower.iter().filter(|pattern| !is_negated(pattern));
    let mut negated = patterns.iter().filter(is_negated);
    positive.all(|pattern| patterns.contains(pattern))
        && negated.all(|pattern| narrower.contains(pattern))
}

impl Revoked {
    /// Reads a list of revoked keys: one public key per line, as in a `.pub` file.
    /// All keys on a line are revoked, whatever else the line contains: a key overlooked here would count.
    pub fn parse(text: &str) -> Revoked {
        let mut revoked = Revoked::default();
        for (number, line, keys) in governs::revoked_lines(text) {
            if keys.is_empty() && !line.starts_with('#') {
                revoked.problems.push(SignersProblem {
                    line: number,
                    level: Level::Error,
                    message: "no public key can be read here, so nothing is revoked".to_owned(),
                    help: "write the line of the key's .pub file; binary revocation lists are not read"
                        .to_owned(),
                });
            }
            if line.starts_with('#') && !keys.is_empty() {
                revoked.problems.push(SignersProblem {
                    line: number,
                    level: Level::Warning,
                    message: "a key in a comment is revoked, too".to_owned(),
                    help: "write it on a line of its own, or delete it to give the key back"
                        .to_owned(),
                });
            }
            revoked.keys.extend(keys);
        }
        revoked
    }
}

fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let lines = (1..).zip(governs::without_bom(text).split('\n').map(str::trim));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn line(
    number: u32,
    text: &str,
    loose: &mut Vec<&'static str>,
) -> Result<SignerLine, UnreadableLine> {
    let (principals, rest) = principals(text)?;
    let (options, key) = match read_key(rest) {
        Some(key) => ("", key),
        None => {
            let (options, rest) = past_options(rest)?;
            let key = read_key(rest).ok_or_else(|| missing(rest))?;
            (options, key)
        }
    };
    let mut line = SignerLine {
        number,
        principals,
        signs_certificates: false,
        namespaces: None,
        valid_after: None,
        valid_before: None,
        key,
        limit: None,
    };
    take_options(&mut line, options, loose)?;
    if let (Some(after), Some(before)) = (line.valid_after, line.valid_before)
        && before <= after
    {
        return Err(("valid-before is not later than valid-after".to_owned(), "swap them"));
    }
    Ok(line)
}

fn missing(rest: &str) -> UnreadableLine {
    let what = if rest.is_empty() { "the line has no key" } else { "the key can't be read" };
    (what.to_owned(), FORM)
}

fn principals(text: &str) -> Result<(Vec<String>, &str), UnreadableLine> {
    let (field, rest) = match text.strip_prefix('"') {
        Some(quoted) => {
            quoted.split_once('"').ok_or_else(|| ("a quote is not closed".to_owned(), FORM))?
        }
        None => split_at_blank(text),
    };
    let patterns: Vec<String> = field
        .split(',')
        .map(str::trim)
        .filter(|pattern| !pattern.trim_start_matches('!').is_empty())
        .map(str::to_owned)
        .collect();
    if patterns.is_empty() || field.contains('"') {
        return Err(("no person is given".to_owned(), FORM));
    }
    Ok((patterns, rest.trim_start()))
}

fn split_at_blank(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

fn read_key(text: &str) -> Option<PublicKey> {
    let (algorithm, rest) = split_at_blank(text);
    PublicKey::parse(algorithm, split_at_blank(rest).0)
}

/// Splits after the options: at the first white space outside quotes.
fn past_options(text: &str) -> Result<(&str, &str), UnreadableLine> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            '"' if !escaped => quoted = !quoted,
            ' ' | '\t' if !quoted => {
                let (options, rest) = text.split_at_checked(at).unwrap_or((text, ""));
                return Ok((options, rest.trim_start()));
            }
            _ => {}
        }
        escaped = character == '\\' && !escaped;
    }
    if quoted {
        return Err(("a quote is not closed".to_owned(), FORM));
    }
    Ok((text, ""))
}

fn take_options(
    line: &mut SignerLine,
    options: &str,
    loose: &mut Vec<&'static str>,
) -> Result<(), UnreadableLine> {
    let mut rest = options;
    while !rest.is_empty() {
        let end = rest.find(['=', ',']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => value(after)?,
            None => (None, after),
        };
        take_option(line, name, value, loose)?;
        rest = match after.strip_prefix(',') {
            Some("") => return Err(("the options end in a comma".to_owned(), FORM)),
            Some(rest) => rest,
            None if after.is_empty() => "",
            None => return Err((format!("a comma is missing after {name}"), FORM)),
        };
    }
    Ok(())
}

type OptionValue = (String, bool);

/// Takes a value: in quotes, where `\"` is a quote, or up to the next comma.
fn value(text: &str) -> Result<(Option<OptionValue>, &str), UnreadableLine> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        return Ok((Some((value.to_owned(), false)), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if characters.next_if(|(_, next)| *next == '"').is_some() => value.push('"'),
            '"' => {
                let rest = quoted.get(at + 1..).unwrap_or_default();
                return Ok((Some((value, true)), rest));
            }
            other => value.push(other),
        }
    }
    Err(("a quote is not closed".to_owned(), FORM))
}

fn take_option(
    line: &mut SignerLine,
    name: &str,
    value: Option<OptionValue>,
    loose: &mut Vec<&'static str>,
) -> Result<(), UnreadableLine> {
    const OPTIONS: &str = "the options are cert-authority, namespaces=\"…\", valid-after=\"…\" and valid-before=\"…\"";
    let known = ["cert-authority", "namespaces", "valid-after", "valid-before"];
    let Some(known) = known.into_iter().find(|known| known.eq_ignore_ascii_case(name)) else {
        return Err((format!("`{name}` is not a signer option"), OPTIONS));
    };
    if let Some((_, false)) = value {
        loose.push(known);
    }
    let value = value.map(|(value, _)| value);
    let twice = || Err((format!("{known} appears twice"), "keep one of them"));
    match (known, value) {
        ("cert-authority", None) => line.signs_certificates = true,
        ("namespaces", Some(_)) if line.namespaces.is_some() => return twice(),
        ("namespaces", Some(value)) => {
            line.namespaces = Some(value.split(',').map(str::to_owned).collect());
        }
        ("valid-after", Some(_)) if line.valid_after.is_some() => return twice(),
        ("valid-after", Some(value)) => line.valid_after = Some(moment(&value)?),
        ("valid-before", Some(_)) if line.valid_before.is_some() => return twice(),
        ("valid-before", Some(value)) => line.valid_before = Some(moment(&value)?),
        _ => return Err((format!("{known} is not written correctly"), OPTIONS)),
    }
    Ok(())
}

/// Reads `YYYYMMDD[HHMM[SS]][Z]`. Without `Z`, ssh-keygen uses local time; since the result must not depend on the
/// reader, UTC is used here.
fn moment(text: &str) -> Result<Instant, UnreadableLine> {
    let refusal = || {
        (
            format!("`{text}` is not a valid time"),
            "write it as 20261231, 202612311800 or 20261231180000, with Z",
        )
    };
    let zone = text.find(|character: char| !character.is_ascii_digit());
    let (digits, zone) = text.split_at_checked(zone.unwrap_or(text.len())).ok_or_else(refusal)?;
    let zoned = ["", "Z", "UTC"].iter().any(|utc| utc.eq_ignore_ascii_case(zone));
    if !zoned || !matches!(digits.len(), 8 | 12 | 14) {
        return Err(refusal());
    }
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or("00");
    let day = format!("{}-{}-{}", part(0, 4), part(4, 6), part(6, 8));
    let second = part(12, 14);
    let time = format!("{day}T{}:{}:{second}Z", part(8, 10), part(10, 12));
    // Day checks the date strictly, Instant the time of day.
    Day::new(&day).and_then(|_| Instant::parse(&time)).ok_or_else(refusal)
}
