//! Explains a syntax error by the lines around it: merge conflicts, a line indented too deep, an unclosed bracket.
//!
//! Pure. Start at [`conflict_sides`]. Follows `docs/spec/rules.md` (`syntax`).

use memchr::memmem;

use crate::diag;
use crate::yaml::source;

/// Returns where merge conflicts begin; if there are no start markers, where the end markers are.
pub(super) fn conflicts(text: &str) -> Vec<diag::Pos> {
    // In most files nothing is found, so the two searches are the only cost.
    let holds = |marks: &[u8]| memmem::find(text.as_bytes(), marks).is_some();
    if !holds(b"<<<<<<<") && !holds(b">>>>>>>") {
        return Vec::new();
    }
    let begin = marks(text, '<');
    if begin.is_empty() { marks(text, '>') } else { begin }
}

/// Returns the text of each side of the conflicts that a text has marks of.
pub fn conflict_sides(text: &str) -> [String; 2] {
    const MARKS: [(char, [bool; 2]); 4] =
        [('<', [true, false]), ('|', [false, false]), ('=', [false, true]), ('>', [true, true])];
    let mut sides = [String::new(), String::new()];
    // Which sides the lines belong to; neither, where it is what both changed.
    let mut of = [true, true];
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        match MARKS.into_iter().find(|(character, _)| is_mark(bare, *character)) {
            Some((_, next)) => of = next,
            None => {
                let own = sides.iter_mut().zip(of).filter(|(_, of)| *of);
                own.for_each(|(side, _)| side.push_str(line));
            }
        }
    }
    sides
}

/// Returns the lines that begin with seven of a character, followed by nothing or a blank.
fn marks(text: &str, character: char) -> Vec<diag::Pos> {
    let lines = (1..).zip(source::lines(text));
    let marked = lines.filter(|(_, line)| is_mark(line, character));
    marked.map(|(line, _)| diag::Pos { line, column: 1 }).collect()
}

fn is_mark(line: &str, character: char) -> bool {
    let rest = line.trim_start_matches(character);
    line.len() - rest.len() == 7 && (rest.is_empty() || rest.starts_with(' '))
}

/// A line that is indented deeper than a key above it that already has a value.
pub(super) struct Deeper<'s> {
    pub(super) offset: usize,
    pub(super) above: &'s str,
}

/// Returns the line if the colon at a byte belongs to a key that is indented deeper than the key above it.
pub(super) fn deeper(text: &str, colon: usize) -> Option<Deeper<'_>> {
    let before = text.get(..colon)?;
    let begin = before.rfind(['\n', '\r']).map_or(0, |found| found + 1);
    let line = before.get(begin..)?;
    let key = line.trim_start_matches(' ');
    let indent = line.len() - key.len();
    if key.is_empty() || key.contains(": ") || key.starts_with(['"', '\'', '#', '[', '{']) {
        return None;
    }
    let lines = text.get(..begin)?.lines();
    let mut above = lines.rev().filter(|line| {
        let text = line.trim();
        !text.is_empty() && !text.starts_with('#')
    });
    let above = above.next()?;
    let (key, value) = above.split_once(": ")?;
    let bare = key.trim_start_matches(['-', ' ']);
    let is_begun = !value.trim().is_empty() && !value.trim_start().starts_with('#');
    (is_begun && !bare.is_empty() && key.len() - bare.len() < indent)
        .then_some(Deeper { offset: begin + indent, above: bare })
}

/// Tells whether the bracket at a byte is closed anywhere after it; brackets in quotes don't count.
pub(super) fn closes(text: &str, bracket: usize) -> bool {
    let rest = text.get(bracket..).unwrap_or_default();
    let (mut depth, mut quote, mut before) = (0_usize, None, ' ');
    for character in rest.chars() {
        match quote {
            Some(open) if open == character => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '\'') && !before.is_alphanumeric() => {
                quote = Some(character);
            }
            None if matches!(character, '[' | '{') => depth += 1,
            None if matches!(character, ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return true;
                }
            }
            None => {}
        }
        before = character;
    }
    false
}
