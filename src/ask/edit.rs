//! A line being edited: its text, the cursor position, and the effect of each key.
//!
//! Uses no other module. Pure. Start at [`EditLine::press`].

use dialoguer::console::Key;

/// A line and its cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EditLine {
    characters: Vec<char>,
    at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    /// The line or its cursor changed, or nothing did.
    Edited,
    Entered,
    BrokenOff,
    /// Moved down in a list by this many entries; up if negative.
    Moved(isize),
}

/// The number of entries in a page.
const PAGE: isize = 5;

impl EditLine {
    /// Creates a line with the cursor at its end.
    pub(super) fn from_text(text: &str) -> EditLine {
        let characters: Vec<char> = text.chars().collect();
        EditLine { at: characters.len(), characters }
    }

    pub(super) fn text(&self) -> String {
        self.characters.iter().collect()
    }

    /// Returns the text before the cursor.
    pub(super) fn before(&self) -> String {
        self.characters.iter().take(self.at).collect()
    }

    /// Applies a key.
    pub(super) fn press(&mut self, key: &Key) -> Pressed {
        match key {
            Key::Enter => return Pressed::Entered,
            Key::CtrlC => return Pressed::BrokenOff,
            Key::Char('\u{4}') if self.characters.is_empty() => return Pressed::BrokenOff,
            Key::ArrowUp | Key::Char('\u{10}') => return Pressed::Moved(-1),
            Key::ArrowDown | Key::Char('\u{e}') | Key::Tab => return Pressed::Moved(1),
            Key::BackTab => return Pressed::Moved(-1),
            Key::PageUp => return Pressed::Moved(-PAGE),
            Key::PageDown => return Pressed::Moved(PAGE),
            Key::Home => self.at = 0,
            Key::End => self.at = self.characters.len(),
            Key::ArrowLeft | Key::Char('\u{2}') => self.at = self.at.saturating_sub(1),
            Key::ArrowRight | Key::Char('\u{6}') => {
                self.at = (self.at + 1).min(self.characters.len());
            }
            Key::Backspace if self.at > 0 => {
                self.at -= 1;
                self.characters.remove(self.at);
            }
            Key::Del | Key::Char('\u{4}') if self.at < self.characters.len() => {
                self.characters.remove(self.at);
            }
            Key::Escape | Key::Char('\u{15}') => *self = EditLine::default(),
            Key::Char('\u{b}') => self.characters.truncate(self.at),
            Key::Char('\u{17}') => self.take_word(),
            Key::Char(character) if !character.is_control() => {
                self.characters.insert(self.at, *character);
                self.at += 1;
            }
            _ => {}
        }
        Pressed::Edited
    }

    /// Inserts a text at the cursor; line breaks in it are ordinary characters.
    pub(super) fn paste(&mut self, text: &str) {
        let text: Vec<char> = text.chars().collect();
        let n = text.len();
        self.characters.splice(self.at..self.at, text);
        self.at += n;
    }

    /// Deletes the word before the cursor.
    fn take_word(&mut self) {
        let before = self.before();
        let kept = before
            .trim_end()
            .trim_end_matches(|character: char| !character.is_whitespace())
            .chars()
            .count();
        self.characters.drain(kept..self.at);
        self.at = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::{EditLine, Pressed};
    use dialoguer::console::Key;

    fn pressed(start: &str, keys: &[Key]) -> (String, String) {
        let mut line = EditLine::from_text(start);
        for key in keys {
            assert_eq!(line.press(key), Pressed::Edited, "{key:?}");
        }
        (line.before(), line.text())
    }

    #[test]
    fn a_line_is_edited_where_the_cursor_is() {
        let key = Key::Char;
        for (start, keys, before, whole) in [
            ("ab", vec![key('ü')], "abü", "abü"),
            ("ab", vec![Key::ArrowLeft, key('x')], "ax", "axb"),
            ("ab", vec![Key::Home, Key::Del], "", "b"),
            ("ab", vec![Key::Backspace; 5], "", ""),
            ("ab", vec![Key::Home, Key::Backspace, Key::ArrowLeft], "", "ab"),
            ("a bc  ", vec![key('\u{17}')], "a ", "a "),
            ("one", vec![key('\u{17}'), key('\u{17}')], "", ""),
            ("a b", vec![Key::ArrowLeft, key('\u{b}')], "a ", "a "),
            ("a b", vec![key('\u{15}'), key('c')], "c", "c"),
            ("a", vec![key('\u{1b}'), key('\u{7}')], "a", "a"),
            ("a", vec![Key::Escape], "", ""),
        ] {
            let found = pressed(start, &keys);
            assert_eq!(found, (before.to_owned(), whole.to_owned()), "{start} {keys:?}");
        }
    }

    #[test]
    fn what_ends_or_moves_is_told_from_what_edits() {
        let press = |start: &str, key: Key| EditLine::from_text(start).press(&key);
        assert_eq!(press("a", Key::Enter), Pressed::Entered);
        assert_eq!(press("a", Key::CtrlC), Pressed::BrokenOff);
        assert_eq!(press("", Key::Char('\u{4}')), Pressed::BrokenOff);
        assert_eq!(press("a", Key::Char('\u{4}')), Pressed::Edited);
        assert_eq!(press("a", Key::ArrowUp), Pressed::Moved(-1));
        assert_eq!(press("a", Key::Tab), Pressed::Moved(1));
    }
}
