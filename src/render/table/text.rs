//! Texts of a table or paragraph, without terminal control sequences.
//!
//! Pure. Follows `docs/spec/cli.md`, formats.

use crate::render::format::OutputStyle;
use crate::render::table::grid;
use crate::render::visible;
use crate::view::doc::{ColumnFit, StyledText, Tone};

/// The maximum number of characters of a table cell on a terminal; a longer one ends in `…`.
pub(crate) const CELL: usize = 600;

pub(crate) fn paragraph(text: StyledText, style: &OutputStyle) -> String {
    let rows = vec![vec![one_line(&text)]];
    grid::Grid { fits: vec![ColumnFit::Flexible], rows, is_wide: true }.shown(style)
}

pub(crate) fn cell_text(text: &StyledText, style: &OutputStyle) -> StyledText {
    let text = one_line(text);
    let is_long = text.0.iter().map(|(_, text)| text.chars().count()).sum::<usize>() > CELL;
    if style.width.is_none() || !is_long {
        return text;
    }
    let mut left = cut_at(&text.bare());
    let kept = text.0.into_iter().map(|(tone, text)| {
        let kept: String = text.chars().take(left).collect();
        left -= kept.chars().count();
        (tone, kept)
    });
    StyledText(kept.collect()).and(Tone::Plain, "…")
}

/// Returns how many characters of a long text to keep: whole words, so that no id or date is cut, unless one is endless.
fn cut_at(text: &str) -> usize {
    let kept: Vec<char> = text.chars().take(CELL).collect();
    let space = kept.iter().rposition(|char| *char == ' ').filter(|at| *at > CELL / 2);
    space.unwrap_or(CELL - 1)
}

pub(crate) fn one_line(text: &StyledText) -> StyledText {
    clean(text, visible::line)
}

pub(crate) fn clean(text: &StyledText, shown: fn(&str) -> std::borrow::Cow<'_, str>) -> StyledText {
    StyledText(
        text.0
            .iter()
            .map(|(tone, text)| (*tone, visible::no_command(shown(text)).into_owned()))
            .collect(),
    )
}
