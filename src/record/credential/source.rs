//! Tells whether a line of code or configuration gives a password, token or key a value: also a plain word, which in a
//! sentence would be a remark.
//!
//! Uses no other module. Pure. Start at [`find`].

use crate::record::credential::name::NameKind;
use crate::record::credential::{text, value};

const EMPTY: &[&str] = &["none", "null", "nil", "undefined", "true", "false"];

const ENDS: [char; 7] = [' ', '\t', ',', ';', ')', '&', '\\'];

pub(super) fn find(line: &str) -> Option<&'static str> {
    let quoted = quoted(line).filter(|(_, value)| !value.trim().is_empty());
    let bare = bare(line).filter(|(_, value)| !value.contains(['(', '[', '{', '<', '"', '\'']));
    let given = quoted.chain(bare).find_map(|(name, value)| {
        let is_none = EMPTY.iter().any(|word| value.eq_ignore_ascii_case(word));
        let what = match NameKind::of(name) {
            NameKind::Password => "a password",
            NameKind::Token => "a token or key",
            NameKind::Perhaps => return value::named(value, name),
            NameKind::Plain | NameKind::Public => return None,
        };
        let is_value = !value.is_empty() && !is_none && !value::is_elsewhere(value);
        is_value.then_some(what)
    });
    given.or_else(|| {
        let words = line.split(|it| ENDS.contains(&it) || "='\"`[]".contains(it));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let mut pairs = words.windows(2).filter_map(|pair| match pair {
            [option, word] if text::LOGINS.contains(option) => text::password(word),
            _ => None,
        });
        pairs.any(|password| !value::is_elsewhere(password)).then_some("a password")
    })
}

fn last_name(text: &str) -> &str {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    let text = text.trim_end_matches(|character: char| !is_part(character));
    text.rsplit(|character: char| !is_part(character)).next().unwrap_or_default()
}

/// Returns the quoted texts of a line, each with the name before it, which may be quoted itself.
fn quoted(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts: Vec<&str> = line.split(['"', '\'', '`']).collect();
    (1..parts.len()).filter_map(move |nth| {
        let before = |n: usize| nth.checked_sub(n).and_then(|at| parts.get(at)).copied();
        // A lone apostrophe turns what is quoted around.
        let is_given =
            before(1).unwrap_or_default().trim_end().ends_with(['=', ':', '(', ',', '>']);
        if nth.is_multiple_of(2) && !is_given {
            return None;
        }
        let own = last_name(before(1).unwrap_or_default());
        let name = if own.is_empty() { last_name(before(2).unwrap_or_default()) } else { own };
        Some((name, parts.get(nth).copied().unwrap_or_default()))
    })
}

/// Returns what follows each sign of an assignment, and each option, up to its end.
fn bare(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let assigned = line
        .match_indices(['=', ':'])
        .filter_map(|(at, sign)| Some((last_name(line.get(..at)?), line.get(at + sign.len()..)?)));
    let options = line.match_indices("--").filter_map(|(at, _)| {
        let (name, value) = line.get(at + 2..)?.split_once(' ')?;
        Some((name, value))
    });
    assigned.chain(options).map(|(name, value)| {
        let value = value.trim_start_matches(['=', '>', ':', ' ', '\t']);
        (name, value.split(ENDS).next().unwrap_or_default())
    })
}
