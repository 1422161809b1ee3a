//! Nearly realistic sources: pieces of YAML inserted, removed, moved.

use proptest::prelude::*;

/// The pieces to insert: everything that has a meaning for some YAML reader.
const PIECES: &[&str] = &[
    " ",
    "\n",
    "\t",
    ":",
    ": ",
    "- ",
    "-",
    "?",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ",",
    ", ",
    "#",
    " #",
    "&a ",
    "*a",
    "!t ",
    "'",
    "\"",
    "|",
    "|\n",
    ">",
    "|+\n",
    ">-\n",
    "|2\n",
    "~",
    "null",
    "no",
    "<<: ",
    "\\",
    "\\n",
    "\\\"",
    "''",
    "é",
    "日",
    "\u{FEFF}",
    "\u{85}",
    "\u{A0}",
    "\u{2028}",
    "\u{200F}",
    "\u{202E}",
    "\r\n",
    "\r",
    "---\n",
    "\n---\n",
    "\n...\n",
    "%YAML 1.2\n",
    "%TAG ! x\n",
    "@",
    "`",
    "%",
    "0x1F",
    "1e3",
    "true",
    "2026-12-20",
    "=",
    "a: b",
    "\n  ",
    "\n    ",
    "\n\n",
    "  ",
    "\u{7F}",
    "\u{1B}",
    "\\x07",
    "\\\n",
    " \n",
    "\t\n",
    "\n\t",
    "🎉",
    "-\n",
    "key:\n",
    "k: |\n   x\n  y\n",
    "\"\": ",
    "? [a]\n: b\n",
];

/// One change: its kind, its place, and what or how much.
type Step = (u8, u16, u16);

/// Returns changed forms of a source.
pub(crate) fn of(source: &'static str) -> impl Strategy<Value = String> {
    let step: (_, _, _) = (0_u8..9, any::<u16>(), any::<u16>());
    prop::collection::vec(step, 1..5).prop_map(move |steps| apply(source, &steps))
}

fn apply(source: &str, steps: &[Step]) -> String {
    let mut text: Vec<char> = source.chars().collect();
    for (kind, place, amount) in steps {
        let amount = usize::from(*amount);
        let begin = usize::from(*place) % (text.len() + 1);
        let end = (begin + amount % 40).min(text.len());
        match kind {
            0..=3 => {
                let piece = PIECES[amount % PIECES.len()].chars();
                text.splice(begin..begin, piece);
            }
            4 => drop(text.splice(begin..(begin + 1).min(text.len()), [])),
            5 => drop(text.drain(begin..end)),
            6 => {
                let piece = text[begin..end].to_vec();
                let to = amount % (text.len() + 1);
                text.splice(to..to, piece);
            }
            _ => lines(&mut text, usize::from(*place), amount),
        }
    }
    text.into_iter().collect()
}

/// Moves, repeats, removes or indents a line.
fn lines(text: &mut Vec<char>, place: usize, amount: usize) {
    let mut lines: Vec<Vec<char>> = text.split(|c| *c == '\n').map(<[char]>::to_vec).collect();
    let (from, to) = (place % lines.len(), amount % lines.len());
    match amount % 4 {
        0 => lines.swap(from, to),
        1 => lines.insert(to, lines[from].clone()),
        2 => drop(lines.remove(from)),
        _ => drop(lines[from].splice(0..0, vec![' '; 1 + amount % 3])),
    }
    *text = lines.join(&'\n');
}
