//! A line being edited: its text, the cursor position, and the effect of each key.
//!
//! Pure. Start at [`EditLine::press`].

use dialoguer::console::Key;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EditLine {
    characters: Vec<char>,
    at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// The line or its cursor changed, or nothing did.
    Edited,
    Entered,
    BrokenOff,
    /// Moved down in a list by this many entries; up if negative.
    Moved(isize),
}

const PAGE: isize = 5;

impl EditLine {
    pub(crate) fn from_text(text: &str) -> EditLine {
        let characters: Vec<char> = text.chars().collect();
        EditLine { at: characters.len(), characters }
    }

    pub(crate) fn text(&self) -> String {
        self.characters.iter().collect()
    }

    pub(crate) fn before(&self) -> String {
        self.characters.iter().take(self.at).collect()
    }

    pub(crate) fn press(&mut self, key: &Key) -> Pressed {
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
    pub(crate) fn paste(&mut self, text: &str) {
        let text: Vec<char> = text.chars().collect();
        let n = text.len();
        self.characters.splice(self.at..self.at, text);
        self.at += n;
    }

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
