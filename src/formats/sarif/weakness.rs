//! Determines the weaknesses that a result is about, as records write them: `CWE-79`.
//!
//! Pure. Start at [`all`]. Follows `docs/spec/interop.md`, 6, weaknesses, and SARIF 2.1.0, 3.53.

use crate::formats::object::Object;
use crate::formats::sarif::rule::{ComponentReference, SarifRule};

/// The kinds of relationships between a rule and a weakness that it finds; a missing kind counts too.
const KINDS: &[&str] = &["relevant", "equal", "superset", "subset"];

pub(super) fn all(
    rule: Option<&SarifRule>,
    taxa: &[Object<ComponentReference>],
    of_result: &[String],
) -> Vec<String> {
    let properties = rule.and_then(|rule| rule.properties.as_ref());
    let tags = properties.into_iter().flat_map(|properties| &properties.tags.0);
    let of_rule = properties.into_iter().flat_map(|properties| &properties.cwe.0);
    let related = rule
        .and_then(|rule| rule.relationships.as_ref())
        .into_iter()
        .flatten()
        .filter(|relationship| {
            relationship.kinds.0.is_empty()
                || relationship.kinds.0.iter().any(|kind| KINDS.contains(&kind.as_str()))
        })
        .filter_map(|relationship| relationship.target.as_deref());
    let references = related.chain(taxa.iter().map(|taxon| &taxon.0));
    let mut found: Vec<String> = tags.filter_map(|tag| tagged(tag)).collect();
    found.extend(references.filter_map(referred));
    found.extend(of_rule.chain(of_result).filter_map(|text| numbered(text)));
    found.sort();
    found.dedup();
    found
}

fn referred(reference: &ComponentReference) -> Option<String> {
    let is_list = reference.component()?.trim().eq_ignore_ascii_case("cwe");
    is_list.then(|| numbered(reference.id.text()?)).flatten()
}

/// Parses a text that must be a weakness: a tag's form, or the number alone.
fn numbered(text: &str) -> Option<String> {
    let trimmed = text.trim();
    let number = if !trimmed.starts_with('+') { trimmed.parse().ok() } else { None };
    number.map(named).or_else(|| tagged(trimmed))
}

/// Parses a tag that names a weakness: `external/cwe/cwe-078`, `CWE-78: OS command injection`.
fn tagged(tag: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let bare = lower.strip_prefix("external/cwe/").unwrap_or(&lower);
    let rest = bare.strip_prefix("cwe-")?;
    let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    let (number, rest) = rest.split_at_checked(end)?;
    let number = number.parse().ok()?;
    (rest.is_empty() || rest.starts_with([':', ' '])).then(|| named(number))
}

fn named(number: u32) -> String {
    format!("CWE-{number}")
}
