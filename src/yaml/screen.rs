//! Checks the bytes before parsing: UTF-8, and no characters that hide content.
//!
//! Pure. Start at [`screen`]. Follows `docs/spec/rules.md` (`encoding`).
//!
//! Hidden characters are replaced by letters of the same length, so that the rest of the file can still be read
//! and every byte keeps its place.

use std::borrow::Cow;

use crate::diag;
use crate::yaml::explain;
use crate::yaml::node::SyntaxError;

pub(super) enum Screened<'s> {
    /// Not text at all.
    Refused(SyntaxError),
    /// Text that can be parsed.
    Text { text: Cow<'s, str>, hidden: Vec<Hidden> },
}

pub(super) struct Hidden {
    pub(super) offset: usize,
    /// The fault to report; its field is known only once the file is parsed.
    pub(super) fault: SyntaxError,
}

/// This many are reported one by one; a file in another encoding would have thousands.
const REPORTED: usize = 20;

pub(super) fn screen(bytes: &[u8]) -> Screened<'_> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Screened::Refused(explain::utf16());
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && (!may_hide(bytes) || is_open(text))
    {
        return Screened::Text { text: Cow::Borrowed(text), hidden: Vec::new() };
    }
    replace(bytes)
}

/// Tells whether any byte can start a hidden character: controls, U+0080 to U+00BF, U+0600 to
/// U+063F, U+1000 to U+2FFF, U+F000 to U+FFFF, U+C0000 to U+FFFFF.
fn may_hide(bytes: &[u8]) -> bool {
    // Without early exits inside a chunk, the compiler can vectorize the loop.
    bytes.chunks(64).any(|chunk| {
        chunk.iter().fold(false, |found, byte| {
            let is_blank = matches!(byte, b'\t' | b'\n' | b'\r');
            let is_control = (*byte < 0x20) & !is_blank;
            found | is_control | matches!(byte, 0x7F | 0xC2 | 0xD8 | 0xE1 | 0xE2 | 0xEF | 0xF3)
        })
    })
}

/// Tells whether no character hides content; a leading byte order mark is fine.
fn is_open(text: &str) -> bool {
    let bare = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    !placed(bare).any(|place| named(place).is_some())
}

#[derive(Clone, Copy)]
pub(super) struct Placed {
    before: Option<char>,
    character: char,
    after: Option<char>,
}

fn placed(text: &str) -> impl Iterator<Item = Placed> {
    let mut before = None;
    let mut characters = text.chars().peekable();
    std::iter::from_fn(move || {
        let character = characters.next()?;
        let place = Placed { before, character, after: characters.peek().copied() };
        before = Some(character);
        Some(place)
    })
}

fn replace(bytes: &[u8]) -> Screened<'_> {
    let mut text = String::with_capacity(bytes.len());
    let mut hidden = Vec::new();
    let mut place = ScreenPosition::default();
    for chunk in bytes.utf8_chunks() {
        for placed in placed(chunk.valid()) {
            let character = placed.character;
            let offset = text.len();
            let is_leading_bom = character == '\u{FEFF}' && offset == 0;
            if !is_leading_bom && let Some(what) = named(placed) {
                note(&mut hidden, offset, || explain::hidden(place.pos(), character, what));
                text.push_str(stand_in(character.len_utf8()));
            } else {
                text.push(character);
            }
            if !is_leading_bom {
                place.step(character);
            }
        }
        if let Some(byte) = chunk.invalid().first() {
            note(&mut hidden, text.len(), || explain::not_utf8(place.pos(), *byte));
            for _ in chunk.invalid() {
                text.push('x');
                place.step('x');
            }
        }
    }
    Screened::Text { text: Cow::Owned(text), hidden }
}

fn note(hidden: &mut Vec<Hidden>, offset: usize, fault: impl FnOnce() -> SyntaxError) {
    if hidden.len() < REPORTED {
        let fault = fault();
        hidden.push(Hidden { offset, fault });
    }
}

/// Returns letters of this length in bytes: a letter is never a YAML indicator.
fn stand_in(length: usize) -> &'static str {
    match length {
        1 => "x",
        2 => "\u{E9}",
        _ => "\u{1E8B}",
    }
}

/// Returns the name of a character that must not be in a file literally.
fn named(placed: Placed) -> Option<&'static str> {
    match placed.character {
        '\u{2028}' | '\u{2029}' => Some("a line break that only some readers recognize"),
        '\u{FEFF}' => Some("a byte order mark inside the text"),
        '\u{FFFE}' | '\u{FFFF}' => Some("not a character"),
        _ => in_text(placed),
    }
}

pub(super) fn first_in(text: &str) -> Option<(char, &'static str)> {
    placed(text).find_map(|place| Some((place.character, in_text(place)?)))
}

pub(crate) fn hidden_in(text: &str) -> Option<char> {
    placed(text).find(|place| named(*place).is_some()).map(|place| place.character)
}

/// Returns a text without the characters that a file must not contain: a blank stands for a control or a line break.
pub(crate) fn without_hidden(text: &str) -> String {
    let shown = |place: Placed| match place.character {
        character if named(place).is_none() => Some(character),
        '\u{2028}' | '\u{2029}' => Some(' '),
        character => character.is_control().then_some(' '),
    };
    let once: String = placed(text).filter_map(shown).collect();
    if hidden_in(&once).is_none() {
        return once;
    }
    // What joined two characters may stand at an edge now.
    let is_joiner = |character: &char| matches!(character, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}');
    once.chars().filter(|ch| !is_joiner(ch)).collect()
}

pub(crate) fn is_unseen(character: char) -> bool {
    let letter = Some('x');
    named(Placed { before: letter, character, after: letter }).is_some()
}

fn in_text(placed: Placed) -> Option<&'static str> {
    let is_blank = |it: Option<char>| it.is_none_or(|it| it.is_whitespace() || it.is_control());
    let is_edge = |it: Option<char>| is_blank(it) || it.is_some_and(|it| it.is_ascii_punctuation());
    match placed.character {
        '\t' | '\n' | '\r' => None,
        '\0' => Some("NUL"),
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => Some("a bidi override"),
        '\u{061C}' | '\u{200E}' | '\u{200F}' => Some("an invisible direction mark"),
        '\u{00AD}' => Some("a soft hyphen, which is usually invisible"),
        '\u{180E}' | '\u{200B}' | '\u{2060}' => Some("a zero-width space"),
        '\u{2061}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}' => {
            Some("an invisible format character")
        }
        '\u{E0000}'..='\u{E007F}' => Some("an invisible tag"),
        // Persian, the scripts of India and emoji need these.
        '\u{200C}' | '\u{200D}' if is_edge(placed.before) || is_edge(placed.after) => {
            Some("an invisible joiner at the edge of a word")
        }
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' if is_blank(placed.before) => {
            Some("a variation selector without a character")
        }
        character if character.is_control() => Some("a control character"),
        _ => None,
    }
}

/// Counts lines and columns as YAML does.
#[derive(Default)]
struct ScreenPosition {
    line: u32,
    column: u32,
    after_cr: bool,
}

impl ScreenPosition {
    fn pos(&self) -> diag::Pos {
        diag::Pos { line: self.line + 1, column: self.column + 1 }
    }

    fn step(&mut self, character: char) {
        match character {
            '\n' if self.after_cr => {}
            '\n' | '\r' => {
                self.line += 1;
                self.column = 0;
            }
            _ => self.column += 1,
        }
        self.after_cr = character == '\r';
    }
}
