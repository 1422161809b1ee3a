//! The colors of tones on a terminal: one escape sequence before, one after.
//!
//! Pure. Start at [`paint`]. Color only repeats what a word already says.

use crate::view::doc::{StyledText, Tone};

/// Returns the parameters of "select graphic rendition" (ECMA-48, 8.3.117) for a tone.
fn parameters(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Good => "32",
        Tone::Warn => "33",
        Tone::Bad => "31",
        Tone::Muted => "2",
        Tone::Strong => "1",
        Tone::Fair | Tone::Id | Tone::Command | Tone::Code => "36",
    }
}

pub(super) fn paint(text: &StyledText, colour: bool) -> String {
    let mut ink = Ink::from_text(text, colour);
    text.bare().lines().map(|line| ink.line(line)).collect::<Vec<_>>().join("\n")
}

/// The characters of a text that are not spaces, with their tones, taken one after the other.
/// A layout only moves, drops and adds spaces and line breaks, so colors can be added afterwards.
pub(super) struct Ink {
    left: std::vec::IntoIter<(char, Tone)>,
    tone: Tone,
    is_coloured: bool,
}

impl Ink {
    pub(super) fn from_text(text: &StyledText, is_coloured: bool) -> Ink {
        let chars = text.0.iter().flat_map(|(tone, text)| text.chars().map(|char| (char, *tone)));
        let left: Vec<_> = if is_coloured {
            chars.filter(|(char, _)| !matches!(char, ' ' | '\n')).collect()
        } else {
            Vec::new()
        };
        Ink { left: left.into_iter(), tone: Tone::Plain, is_coloured }
    }

    pub(super) fn line(&mut self, line: &str) -> String {
        if !self.is_coloured {
            return line.to_owned();
        }
        let mut out = String::with_capacity(line.len() + 16);
        let mut open = Tone::Plain;
        let mut spaces = 0;
        for char in line.chars() {
            if char == ' ' {
                spaces += 1;
                continue;
            }
            // The `…` of a cut text is not one of its characters: it keeps the tone before it.
            if self.left.as_slice().first().is_some_and(|(next, _)| *next == char)
                && let Some((_, tone)) = self.left.next()
            {
                self.tone = tone;
            }
            if open != self.tone {
                close(&mut out, open);
            }
            out.extend(std::iter::repeat_n(' ', spaces));
            spaces = 0;
            if open != self.tone && self.tone != Tone::Plain {
                out.push_str("\u{1b}[");
                out.push_str(parameters(self.tone));
                out.push('m');
            }
            open = self.tone;
            out.push(char);
        }
        close(&mut out, open);
        out.extend(std::iter::repeat_n(' ', spaces));
        out
    }
}

fn close(out: &mut String, open: Tone) {
    if open != Tone::Plain {
        out.push_str("\u{1b}[0m");
    }
}
