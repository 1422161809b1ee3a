//! Ranges of versions, such as `>=2.0.0, <3.2.0`.
//!
//! Pure. Start at [`Range`]. Follows `docs/spec/record.md`, values, and the precedence of Semantic Versioning 2.0.0 (§11).

use crate::record::parse_error::ParseError;
use crate::record::scalar::Scalar;
use std::cmp::Ordering;

/// A range: comparisons that a version must all satisfy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range(Vec<(Comparison, String)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
    Same,
}

/// The longer signs first, because `<=` starts with `<`.
const SIGNS: &[(&str, Comparison)] = &[
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("<", Comparison::Less),
    (">", Comparison::More),
    ("=", Comparison::Same),
];

/// The types of packages whose pre-releases and build metadata are those of Semantic Versioning. Debian's `1.2.3-4`,
/// Maven's `1.2.3-jre`, Python's `1.2.3+cu118` and Dart's `1.2.3+1` are after `1.2.3`; NuGet ignores case.
const SEMANTIC: &[&str] = &["cargo", "golang", "helm", "hex", "npm", "swift"];

impl Range {
    /// Tells whether a version of a package of a type, such as `cargo`, is in the range; a version that is not semantic is only if
    /// `=` names it literally. What follows the three numbers of a version is semantic in some types only.
    pub fn contains(&self, version: &str, kind: &str) -> bool {
        let trimmed = version.trim();
        let is_semantic = SEMANTIC.contains(&kind);
        let release = ReleaseVersion::of(trimmed, is_semantic);
        self.0.iter().all(|(comparison, bound)| {
            let bounded = ReleaseVersion::of(bound, is_semantic);
            let (Some(release), Some(bounded)) = (&release, &bounded) else {
                return *comparison == Comparison::Same && trimmed == bound;
            };
            let order = release.precedence(bounded);
            match comparison {
                Comparison::Less => order == Ordering::Less,
                Comparison::AtMost => order != Ordering::Greater,
                Comparison::More => order == Ordering::Greater,
                Comparison::AtLeast => order != Ordering::Less,
                Comparison::Same => order == Ordering::Equal,
            }
        })
    }
}

impl Scalar for Range {
    fn parse(text: &str) -> Result<Range, ParseError> {
        let parts: Option<Vec<_>> = text.split(',').map(|part| comparison(part.trim())).collect();
        parts.map(Range).ok_or_else(|| {
            ParseError::new(
                format!("`{text}` is not a range of versions"),
                "write `<`, `<=`, `>`, `>=` or `=` and a version with three numbers, such as `<3.2.0`; for any other form of version, only `=`",
            )
        })
    }
}

fn comparison(part: &str) -> Option<(Comparison, String)> {
    let found = SIGNS.iter().find_map(|(sign, comparison)| {
        let version = part.strip_prefix(sign)?.trim();
        Some((*comparison, version))
    });
    let (comparison, version) = found?;
    let is_open = !version.is_empty() && !version.starts_with(['<', '>', '=']);
    let is_comparable = comparison == Comparison::Same || ReleaseVersion::parse(version).is_some();
    (is_open && is_comparable).then(|| (comparison, version.to_owned()))
}

/// A semantic version, without the build metadata, which is irrelevant for precedence.
struct ReleaseVersion<'t> {
    core: [&'t str; 3],
    pre: Option<&'t str>,
}

impl<'t> ReleaseVersion<'t> {
    fn of(text: &'t str, is_semantic: bool) -> Option<ReleaseVersion<'t>> {
        if is_semantic || !text.contains(['-', '+']) { ReleaseVersion::parse(text) } else { None }
    }

    fn parse(text: &'t str) -> Option<ReleaseVersion<'t>> {
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, Some(build)),
            None => (text, None),
        };
        let (core, pre) = match text.split_once('-') {
            Some((core, pre)) => (core, Some(pre)),
            None => (text, None),
        };
        let mut numbers = core.split('.');
        let core = [numbers.next()?, numbers.next()?, numbers.next()?];
        let is_version = numbers.next().is_none()
            && core.iter().all(|number| is_number(number))
            && pre.is_none_or(|pre| pre.split('.').all(is_pre))
            && build.is_none_or(|build| build.split('.').all(is_identifier));
        if is_version { Some(ReleaseVersion { core, pre }) } else { None }
    }

    fn precedence(&self, other: &ReleaseVersion<'_>) -> Ordering {
        let core = self.core.iter().zip(other.core);
        let order =
            core.map(|(left, right)| numeric(left, right)).fold(Ordering::Equal, Ordering::then);
        order.then_with(|| match (self.pre, other.pre) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(left), Some(right)) => pre_release(left, right),
        })
    }
}

fn pre_release(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(left), Some(right)) => match (is_digits(left), is_digits(right)) {
                (true, true) => numeric(left, right),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => left.cmp(right),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Compares digits of any length without leading zeros.
fn numeric(left: &str, right: &str) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_number(text: &str) -> bool {
    is_digits(text) && (text == "0" || !text.starts_with('0'))
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_pre(text: &str) -> bool {
    is_identifier(text) && (!is_digits(text) || is_number(text))
}
