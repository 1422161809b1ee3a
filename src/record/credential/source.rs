//! Tells whether a line of code or configuration gives a password, token or key a value: also a plain word, which in a
//! sentence would be a remark.
//!
//! Uses no other module. Pure. Start at [`find`].

use crate::record::credential::name::NameKind;
use crate::record::credential::{text, value};

/// Values that say that there is none, or only of which type it is.
const EMPTY: &[&str] = &[
    "none",
    "null",
    "nil",
    "undefined",
    "true",
    "false",
    "str",
    "&str",
    "string",
    "bytes",
    "text",
    "object",
    "any",
    "int",
    "char",
];

/// What ends a value that is not quoted.
const ENDS: [char; 7] = [' ', '\t', ',', ';', ')', '&', '\\'];

/// Words behind the name of a secret that change nothing: `PWD_OLD`.
const QUALIFIERS: &[&str] = &[
    "old",
    "new",
    "current",
    "previous",
    "default",
    "prod",
    "production",
    "dev",
    "test",
    "staging",
    "value",
    "val",
    "str",
    "string",
    "text",
    "plain",
    "raw",
    "b64",
    "base64",
];

/// Keys whose value belongs to the name beside them, on this line or the one before.
const VALUES: &[&str] = &["value", "val", "default", "defaultvalue"];

/// Statements that give the name after them the word after that.
const SETTERS: &[&str] = &["env", "arg", "set", "setenv", "setx"];

/// Returns what the first such value of a line looks like; `None` if there is none.
pub(super) fn find(before: &str, line: &str) -> Option<&'static str> {
    let quoted = quoted(line).filter(|(_, value)| !value.trim().is_empty());
    let bare = bare(line).filter(|(_, value)| !value.contains(['(', '[', '{', '<', '"', '\'']));
    let given = quoted.chain(bare).chain(tagged(line)).find_map(|(head, value)| {
        let mut names = assigned(head).into_iter();
        names.find_map(|name| what_is(name, value, [before, head]))
    });
    given.or_else(|| spoken(line))
}

/// Returns what a value looks like under a name; `around` is the text in which a value without a name of its own finds one.
fn what_is(name: &str, value: &str, around: [&str; 2]) -> Option<&'static str> {
    let is_word = |words: &[&str], text: &str| words.iter().any(|it| text.eq_ignore_ascii_case(it));
    let is_secret = |name: &&str| matches!(kind(name), NameKind::Password | NameKind::Token);
    let kind = if is_word(VALUES, name) {
        let names = around.into_iter().flat_map(|text| text.split(|it| !is_part(it)));
        names.filter(is_secret).last().map_or(NameKind::Plain, kind)
    } else {
        kind(name)
    };
    let what = match kind {
        NameKind::Password => "a password",
        NameKind::Token => "a token or key",
        NameKind::Perhaps => return value::named(value, name),
        NameKind::Plain | NameKind::Public => return None,
    };
    let is_value = !value.is_empty() && !is_word(EMPTY, value) && !value::is_elsewhere(value);
    is_value.then_some(what)
}

/// Returns what a name implies in code, where it may be shorter than in a sentence, or have a qualifier.
fn kind(name: &str) -> NameKind {
    let mut name = name;
    while let Some((start, last)) = name.rsplit_once(['_', '-', '.']) {
        let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number && !QUALIFIERS.iter().any(|it| last.eq_ignore_ascii_case(it)) {
            break;
        }
        name = start;
    }
    let last = name.rsplit(['_', '-', '.']).next().unwrap_or_default();
    let is_short = ["pass", "pw"].iter().any(|it| last.eq_ignore_ascii_case(it));
    if is_short || name.ends_with("Pass") { NameKind::Password } else { NameKind::of(name) }
}

fn is_part(it: char) -> bool {
    it.is_alphanumeric() || matches!(it, '_' | '-' | '.')
}

/// Returns the names to which the text before a value may give it: the last one, and, with a type between, the one before that.
fn assigned(head: &str) -> Vec<&str> {
    let is_quote_prefix = |last: &&str| {
        last.len() <= 2 && head.ends_with(last) && last.bytes().all(|it| b"bBrRuUfFL".contains(&it))
    };
    let last = last_name(head);
    let head = match Some(last).filter(is_quote_prefix) {
        Some(prefix) => head.strip_suffix(prefix).unwrap_or(head),
        None => head,
    };
    let mut names = vec![last_name(head)];
    if let Some(target) = head.trim_end().strip_suffix('=') {
        let typed =
            target.rsplit_once(": ").filter(|(_, kind)| !kind.contains([',', '(', '{', ';']));
        let before = target.trim_end().rsplit_once(' ').map(|(name, _)| name);
        names.extend(typed.map(|(name, _)| last_name(name)));
        names.extend(before.filter(|name| name.ends_with(char::is_alphanumeric)).map(last_name));
    }
    if head.to_ascii_lowercase().contains("identified ") && names[0].eq_ignore_ascii_case("by") {
        names.push("password");
    }
    names
}

/// Returns the last name in a text.
fn last_name(text: &str) -> &str {
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-');
    let text = text.trim_end_matches(|it: char| !is_part(it));
    text.rsplit(|it: char| !is_part(it)).next().unwrap_or_default()
}

/// Returns the quoted texts of a line, each with the text before it, in which its name may be quoted itself.
fn quoted(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts: Vec<(usize, &str)> = line
        .split(['"', '\'', '`'])
        .scan(0, |start, part| {
            let at = *start;
            *start += part.len() + 1;
            Some((at, part))
        })
        .collect();
    (1..parts.len()).filter_map(move |nth| {
        let (start, value) = *parts.get(nth)?;
        let (_, before) = *parts.get(nth - 1)?;
        // A lone apostrophe turns what is quoted around.
        let is_given = before.trim_end().ends_with(['=', ':', '(', ',', '>']);
        let is_quoted = !nth.is_multiple_of(2) || is_given;
        is_quoted.then_some((line.get(..start - 1)?, value))
    })
}

/// Returns what follows each sign of an assignment, and each option, up to its end.
fn bare(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let assigned = line
        .match_indices(['=', ':'])
        .filter_map(|(at, sign)| Some((line.get(..at)?, line.get(at + sign.len()..)?)));
    let options =
        line.match_indices("--").filter_map(|(at, _)| line.get(at + 2..)?.split_once(' '));
    assigned.chain(options).map(|(head, value)| {
        let value = value.trim_start_matches(['=', '>', ':', ' ', '\t']);
        (head, value.split(ENDS).next().unwrap_or_default())
    })
}

/// Returns the text of each element of XML, with what is before it.
fn tagged(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.match_indices('>').filter_map(|(at, _)| {
        let (head, rest) = (line.get(..at)?, line.get(at + 1..)?);
        let (value, _) = rest.split_once("</")?;
        head.contains('<').then_some((head, value.trim()))
    })
}

/// Returns what the words of a command or statement give away by their place.
fn spoken(line: &str) -> Option<&'static str> {
    let words = line.split(|it| ENDS.contains(&it) || "='\"`[]".contains(it));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let has = |begins: &[&str]| {
        let mut names = words.iter().map(|word| word.rsplit('/').next().unwrap_or(word));
        names.any(|name| begins.iter().any(|begin| name.starts_with(begin)))
    };
    let is_setter = words
        .first()
        .is_some_and(|it| SETTERS.iter().any(|setter| it.eq_ignore_ascii_case(setter)));
    let is_authorized =
        words.iter().any(|word| word.trim_end_matches(':').eq_ignore_ascii_case("authorization"));
    let attached = words.iter().filter_map(|word| word.strip_prefix("-p"));
    let attached = attached.filter(|it| !it.is_empty() && has(&["mysql", "mariadb", "sshpass"]));
    let pairs = words.windows(2).filter_map(|pair| match pair {
        [option, word] if text::LOGINS.contains(option) => text::password(word),
        ["-p", word] if has(&["sshpass", "login"]) => Some(*word),
        [scheme, word] if is_authorized && is_scheme(scheme) => Some(*word),
        [name, word] if is_setter && matches!(kind(name), NameKind::Password | NameKind::Token) => {
            Some(*word)
        }
        _ => None,
    });
    let mut values = attached.chain(pairs);
    values.any(|value| !value::is_elsewhere(value)).then_some("a password")
}

fn is_scheme(word: &str) -> bool {
    ["basic", "bearer"].iter().any(|it| word.eq_ignore_ascii_case(it))
}
