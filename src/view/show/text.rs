//! Texts that fit the first screen of `show`.

use crate::view::doc::{StyledText, Tone};

/// Returns a text as one line of at most so many characters; one that is longer ends in `…`.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Returns the lines as one text, the first few of them where there are more.
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
