//! Makes characters visible that could otherwise act on the reader: escape
//! sequences, bidi overrides, invisible characters.
//!
//! Pure. Start at [`line`]. A record with such characters is refused (`encoding` in `docs/spec/rules.md`), but names of
//! branches and authors come from git, and findings may quote bad files.

use std::borrow::Cow;

/// Tells whether a terminal or browser would act on the character instead of showing it.
/// Joiners (U+200C, U+200D) are not included: several scripts need them.
pub(super) fn hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns the text on one line: line breaks and tabs as spaces, hidden characters as `\u{1b}`.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    replace(text, |char| match char {
        '\r' | '\n' | '\t' | '\u{2028}' | '\u{2029}' => Some(" "),
        _ => None,
    })
}

/// Returns the text with its line breaks, tabs as four spaces, hidden characters as `\u{1b}`.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    replace(text, |char| match char {
        '\n' => Some("\n"),
        '\t' => Some("    "),
        _ => None,
    })
}

/// Returns the text with its line breaks and tabs, other hidden characters as `\u{1b}`.
pub(super) fn verbatim(text: &str) -> Cow<'_, str> {
    replace(text, |char| match char {
        '\n' => Some("\n"),
        '\t' => Some("\t"),
        _ => None,
    })
}

/// Returns the text on one line: line breaks as spaces, tabs kept, hidden characters as `\u{1b}`.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    replace(text, |char| match char {
        '\r' | '\n' | '\u{2028}' | '\u{2029}' => Some(" "),
        '\t' => Some("\t"),
        _ => None,
    })
}

/// Returns the text without commands that build servers execute when they appear in a log: `::` at the start of a line
/// (GitHub, also after spaces) and `##[`, `##vso[`, `##teamcity[` anywhere.
/// Otherwise the text of a record could hide the findings after it, by `::stop-commands::`.
pub(super) fn no_command(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains("::") && !text.contains("##") {
        return text;
    }
    let lines = text.split('\n').map(|line| {
        let start = line.len() - line.trim_start().len();
        match line.split_at_checked(start) {
            Some((indent, rest)) if rest.starts_with("::") => {
                format!("{indent}\\u{{3a}}{}", rest.get(1..).unwrap_or(""))
            }
            _ => line.to_owned(),
        }
    });
    Cow::Owned(no_bracket(lines.collect::<Vec<_>>().join("\n")))
}

/// Returns the text without the commands that some build servers find anywhere in a line.
pub(super) fn no_bracket(text: String) -> String {
    let commands = ["##[", "##vso[", "##teamcity["];
    commands.iter().fold(text, |text, command| {
        if text.contains(command) {
            text.replace(command, &command.replace('[', "\\u{5b}"))
        } else {
            text
        }
    })
}

fn replace(text: &str, kept: fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    let ascii = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if ascii || !text.chars().any(hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let text = text.replace("\r\n", "\n");
    for char in text.chars() {
        match kept(char) {
            Some(instead) => out.push_str(instead),
            None if hidden(char) => out.extend(char.escape_unicode()),
            None => out.push(char),
        }
    }
    Cow::Owned(out)
}
