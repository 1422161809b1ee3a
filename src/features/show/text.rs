//! Texts that fit the first screen of `show`.

use crate::view::doc::{StyledText, Tone};

pub(crate) fn lines(lines: Vec<StyledText>, most: usize) -> StyledText {
    let left = lines.len().saturating_sub(most);
    let mut joined = StyledText::default();
    for (n, line) in lines.into_iter().take(most).enumerate() {
        if n > 0 {
            joined = joined.and(Tone::Plain, "\n");
        }
        joined.0.extend(line.0);
    }
    if left > 0 { joined.and(Tone::Muted, format!("\nand {left} more, below")) } else { joined }
}

pub(super) type Pairs = Vec<(String, StyledText)>;

pub(super) fn add(pairs: &mut Pairs, label: &str, value: Option<impl ToString>) {
    if let Some(value) = value {
        pairs.push((label.to_owned(), StyledText::plain(value.to_string())));
    }
}
