//! Value types that only a policy has: paths, prefixes, counts, one value or several.
//!
//! Pure. Follows `docs/spec/policy.md`, words, files and patterns.

use crate::record::id;
use crate::record::parse_error::ParseError;
use crate::record::reader::{NodeReader, Read};
use crate::record::scalar::Scalar;
use crate::record::vocabulary::{Baseline, Vocabulary as _};
use crate::yaml::node::{Node, Repair, Value};

/// A normalized path inside the repository, relative to the directory of the policy, with `/`.
#[derive(Debug)]
pub(crate) struct Path(pub(crate) String);

impl Scalar for Path {
    fn parse(text: &str) -> Result<Path, ParseError> {
        let refuse = |what: &str| {
            Err(ParseError::new(
                format!("`{text}` {what}"),
                "write a path relative to the folder of exledger.yaml, with `/`",
            )
            .ended_by(Repair::nearest_or(None, inside(text).as_deref())))
        };
        let drive = text.as_bytes().get(1) == Some(&b':');
        if text.starts_with(['/', '\\']) || drive {
            return refuse("is not relative");
        }
        if text.contains('\\') {
            return refuse("has a `\\`");
        }
        let mut parts = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => return refuse("leads out of the repository"),
                part => parts.push(part),
            }
        }
        match parts.first() {
            None => refuse("does not name a file or folder"),
            Some(first) if first.eq_ignore_ascii_case(".git") => {
                refuse("is inside git's own folder")
            }
            Some(_) => Ok(Path(parts.join("/"))),
        }
    }
}

/// Returns the path without what leads out of the repository.
fn inside(text: &str) -> Option<String> {
    let slashes = text.replace('\\', "/");
    let is_name = |part: &&str| {
        !matches!(*part, "" | "." | "..")
            && !part.ends_with(':')
            && !part.eq_ignore_ascii_case(".git")
    };
    let parts: Vec<&str> = slashes.split('/').filter(is_name).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// The id prefixes: one word, or a list of at least one.
pub(crate) struct RecordPrefixes(pub(crate) Vec<String>);

struct IdPrefix(String);

impl Scalar for IdPrefix {
    fn parse(text: &str) -> Result<IdPrefix, ParseError> {
        if id::is_prefix(text) {
            Ok(IdPrefix(text.to_owned()))
        } else {
            let meant = Some(text.to_ascii_uppercase()).filter(|meant| id::is_prefix(meant));
            Err(ParseError::new(
                format!("`{text}` can't be an id prefix"),
                "write 2 to 10 characters of A-Z and 0-9, starting with a letter",
            )
            .ended_by(Repair::nearest_or(meant.as_deref(), Some("EXC"))))
        }
    }
}

impl Read for RecordPrefixes {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<RecordPrefixes> {
        let OneOrMany(prefixes) = OneOrMany::<IdPrefix>::read(node, at)?;
        Some(RecordPrefixes(prefixes.into_iter().map(|prefix| prefix.0).collect()))
    }
}

pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

impl<T: Read> Read for OneOrMany<T> {
    const IS_STATED_EMPTY: bool = T::IS_STATED_EMPTY;

    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<OneOrMany<T>> {
        match &node.value {
            Value::List(_) => Vec::read(node, at).map(OneOrMany),
            _ => T::read(node, at).map(|one| OneOrMany(vec![one])),
        }
    }
}

/// A whole number from 1.
pub(crate) struct Positive(pub(crate) u32);

impl Scalar for Positive {
    fn parse(text: &str) -> Result<Positive, ParseError> {
        match u32::parse(text)? {
            0 => {
                Err(ParseError::new("`0` is too few", "write a whole number, at least 1")
                    .such_as("1"))
            }
            number => Ok(Positive(number)),
        }
    }
}

/// A whole number from 0 to 100.
pub(crate) struct PerHundred(pub(crate) u32);

impl Scalar for PerHundred {
    fn parse(text: &str) -> Result<PerHundred, ParseError> {
        match u32::parse(text) {
            Ok(number @ 0..=100) => Ok(PerHundred(number)),
            _ => Err(ParseError::new(
                format!("`{text}` is not a number from 0 to 100"),
                "write how many of every hundred, such as 1",
            )
            .such_as("1")),
        }
    }
}

/// Returns a value of a field of a policy, in YAML, that passes; `None` if it depends on the team.
pub(crate) fn example(field: &str, _: &Node) -> Option<String> {
    let (outer, key) = field.rsplit_once('.').unwrap_or(("", field));
    let (list, index) = outer.rsplit_once('[').unwrap_or((outer, "0"));
    let number = index.trim_end_matches(']').parse::<usize>().map_or(1, |index| index + 1);
    let value = match (list, key) {
        ("", "version") => "1",
        ("tiers", "name") => return Some(format!("tier-{number}")),
        ("tiers", "match") => "{risk: [high]}",
        ("baselines", "id") => return Some(format!("B{number}")),
        ("baselines", "kind") => Baseline::words().first().copied()?,
        ("escalate", "after") => "7d",
        ("escalate", "to") => "owner",
        ("assets", "match") => "['prod/**']",
        (_, "by") => "[data.identity]",
        (_, "at_most") => "1d",
        (_, "when") => "The vendor ships OAuth client credentials",
        (_, "then") => "review",
        _ => return None,
    };
    Some(value.to_owned())
}
