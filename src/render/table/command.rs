//! Commands that don't fit on one line, broken so that they can still be copied.
//!
//! Pure. Start at [`broken`]. A shell continues a line that ends in a backslash, so a command in several lines is still one
//! command when it is pasted.

use crate::view::doc::{StyledText, Tone};

const CONTINUED: &str = " \\";

// Stands for a blank at which no line may end, while texts are wrapped.
pub(super) const NO_BREAK: &str = "\u{a0}";

/// Returns a text whose commands have lines of at most `width` columns, if their words allow it.
pub fn broken(text: &StyledText, width: usize) -> StyledText {
    let mut column = 0;
    let pieces = text.0.iter().map(|(tone, piece)| {
        let before = column;
        column = match piece.rsplit_once('\n') {
            Some((_, last)) => columns(last),
            None => column + columns(piece),
        };
        let text = match tone {
            // One that does not fit behind the words of its sentence has lines of its own.
            Tone::Command if before > 0 && before + columns(piece) > width => {
                format!("\n{}", lines(piece, width, 0))
            }
            Tone::Command => lines(piece, width, before),
            _ => piece.clone(),
        };
        (*tone, text)
    });
    StyledText(pieces.collect())
}

// Returns a text whose commands in backticks keep their words together, if they fit in `width` columns.
pub(super) fn kept(text: &StyledText, width: usize) -> StyledText {
    let keep = |piece: &str| {
        let n_closed = piece.matches('`').count() / 2 * 2;
        let parts = piece.split('`').enumerate().map(|(n, part)| {
            let is_kept = n % 2 == 1 && n < n_closed && columns(part) + 2 <= width;
            if is_kept { part.replace(' ', NO_BREAK) } else { part.to_owned() }
        });
        parts.collect::<Vec<_>>().join("`")
    };
    StyledText(text.0.iter().map(|(tone, piece)| (*tone, keep(piece))).collect())
}

// Returns a command in lines of at most `width` columns; the first one begins at a column.
fn lines(command: &str, width: usize, column: usize) -> String {
    if column + columns(command) <= width {
        return command.to_owned();
    }
    let mut out = String::with_capacity(command.len() + 8);
    let mut at = column;
    let most = width.saturating_sub(CONTINUED.len());
    for word in pieces(command, most) {
        let wide = columns(word);
        if out.is_empty() {
            at += wide;
        } else if at + 1 + wide + CONTINUED.len() <= width {
            out.push(' ');
            at += 1 + wide;
        } else {
            out.push_str(CONTINUED);
            out.push('\n');
            at = wide;
        }
        out.push_str(word);
    }
    out
}

/// Returns the columns of a text without wide characters; a wrong number only wraps a line once more.
fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Returns the pieces of a command between which a line may break: its words, but a flag with its value if both fit in `most`
/// columns.
fn pieces(command: &str, most: usize) -> Vec<&str> {
    let words = words(command);
    let mut pieces = Vec::with_capacity(words.len());
    let mut rest = words.iter().peekable();
    while let Some(&(start, word)) = rest.next() {
        let with_value =
            rest.peek().filter(|(_, next)| word.starts_with('-') && !next.starts_with('-'));
        let both = with_value.and_then(|(at, next)| command.get(start..at + next.len()));
        match both.filter(|both| columns(both) <= most) {
            Some(both) => {
                rest.next();
                pieces.push(both);
            }
            None => pieces.push(word),
        }
    }
    pieces
}

/// Returns the words of a command with their places; blanks within quotes separate none.
fn words(command: &str) -> Vec<(usize, &str)> {
    let mut quote = None;
    let is_between = |char: char| {
        match (quote, char) {
            (None, '\'' | '"') => quote = Some(char),
            (Some(open), char) if open == char => quote = None,
            _ => {}
        }
        quote.is_none() && char == ' '
    };
    let mut at = 0;
    let words = command.split(is_between);
    words
        .map(|word| {
            let start = at;
            at += word.len() + 1;
            (start, word)
        })
        .collect()
}
