//! Tells whether a text looks like a credential: by its issuer's format, by its name, or because it looks random.
//!
//! Pure. Start at [`kind`]. A match is reported by its kind, never repeated. Follows `docs/spec/rules.md` (`secret`) and
//! `docs/architecture.md`, invariant 8.

pub mod form;
mod name;
mod source;
mod text;
mod value;

use crate::record::credential::name::NameKind;

/// Returns the kind of credential that a whole value looks like; `None` for any other value.
///
/// `name` is the key before it, empty if there is none. References and placeholders are never credentials, whatever
/// their name: `vault:prod/x`, `${TOKEN}`, `rotated-weekly`.
pub fn kind(value: &str, name: &str) -> Option<&'static str> {
    let found = text::find(value).map(|found| found.what);
    let is_key = || value::is_key(value) && NameKind::of(name) != NameKind::Public;
    found.or_else(|| value::named(value, name)).or_else(|| is_key().then_some("a key"))
}

/// Tells whether a line of a file contains what looks like a credential, whatever else is wrong with it.
pub fn is_in(line: &str) -> bool {
    text::find(line).is_some() || value::is_key(line)
}

/// Returns what lines of code or configuration look like they contain; `None` if they have no credential.
pub fn kind_in_source(text: &str) -> Option<&'static str> {
    with_before(text.lines()).find_map(|(before, line)| kind_after(before, line))
}

/// Tells whether lines of code or configuration may contain a credential, so that nobody should quote them; the lines above may
/// name it.
pub fn may_be_in_source(above: &str, text: &str) -> bool {
    let lines = above.lines().chain(text.lines());
    let mut own = with_before(lines).skip(above.lines().count());
    own.any(|(before, line)| may_be_after(before, line))
}

/// Tells whether a line of code or configuration may contain a credential, which the line `before` may name ([`with_before`]).
pub fn may_be_after(before: &str, line: &str) -> bool {
    kind_after(before, line).is_some() || source::is_doubtful(before, line)
}

/// Returns each line with the line above it that may name what it contains.
pub fn with_before<'t>(
    lines: impl Iterator<Item = &'t str>,
) -> impl Iterator<Item = (&'t str, &'t str)> {
    source::with_before(lines)
}

fn kind_after(before: &str, line: &str) -> Option<&'static str> {
    kind(line, "").or_else(|| source::find(before, line))
}

/// Returns a line of code as people are shown it, which the line before may name: where it may contain a credential, with `…` for
/// each quoted text, and for all of it unless the rest is code. What a call gives a name is code, and no credential.
pub fn hidden_in_source(before: &str, line: &str) -> String {
    if !may_be_after(before, line) {
        return line.to_owned();
    }
    let is_code = |rest: &String| {
        !may_be_after(before, rest) || !may_be_after(before, &source::without_calls(rest))
    };
    source::without_texts(line).filter(is_code).unwrap_or_else(|| "…".to_owned())
}

/// Returns the lines of a file that look like they contain a credential: the number of each, from 1, its text, and what
/// it looks like. The base64 lines of a certificate or a public key are not credentials.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str, &'static str)> {
    let mut is_armored = false;
    (1..).zip(text.lines()).filter_map(move |(number, line)| {
        is_armored |= line.starts_with("-----BEGIN ");
        is_armored &= !line.starts_with("-----END ");
        let what =
            if is_armored { text::find(line).map(|found| found.what) } else { kind(line, "") };
        Some((number, line, what?))
    })
}

/// Replaces everything that looks like a credential by `…`.
pub fn hidden(text: String) -> String {
    let quoted = text.split('`').any(value::is_key);
    if !quoted && text::find(&text).is_none() {
        return text;
    }
    let parts = text.split('`').map(|part| if value::is_key(part) { "…" } else { part });
    without_found(&parts.collect::<Vec<_>>().join("`"))
}

fn without_found(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(found) = text::find(rest) {
        shown.push_str(rest.get(..found.span.start).unwrap_or_default());
        shown.push('…');
        rest = rest.get(found.span.end..).unwrap_or_default();
    }
    shown + rest
}
