//! Findings in the style of compilers: what, where, how to fix.
//!
//! Pure. Start at [`pieces`].

use super::grid;
use crate::diag::{self, shell};
use crate::render::format::OutputStyle;
use crate::render::table::text::{one_line, paragraph};
use crate::view::doc;
use crate::view::doc::{ColumnFit, StyledText, Tone};
use crate::view::findings::MOST_OF_A_FILE;

pub(super) fn pieces<'f>(
    shown: &'f [doc::ShownFinding],
    style: &'f OutputStyle,
) -> impl Iterator<Item = String> + 'f {
    // Findings are sorted by file.
    shown.chunk_by(|one, other| one.finding.path == other.finding.path).flat_map(|file| {
        let path = file.first().map_or("", |first| first.finding.path.as_str());
        // Findings without a file are all shown.
        let most = if path.is_empty() { file.len() } else { MOST_OF_A_FILE };
        let n_more = file.len().saturating_sub(most);
        let more = (n_more > 0)
            .then(|| paragraph(StyledText::plain(format!("and {n_more} more in {path}")), style));
        file.iter().take(most).map(|shown| one(shown, style)).chain(more)
    })
}

fn one(shown: &doc::ShownFinding, style: &OutputStyle) -> String {
    let finding = &shown.finding;
    let tone = match finding.level {
        diag::Level::Error => Tone::Bad,
        diag::Level::Warning => Tone::Warn,
        diag::Level::Note => Tone::Id,
    };
    let title = StyledText::with_tone(tone, format!("{}[{}]", finding.level, finding.rule))
        .and(Tone::Strong, format!(": {}", finding.message));
    let mut out = paragraph(title, style);
    if !finding.path.is_empty() {
        let staged = if shown.is_staged { " (staged)" } else { "" };
        let place = format!("{}{staged}", finding.place());
        // A position is never wrapped: editors and people select it as one word.
        out.push_str(&whole(
            StyledText::with_tone(Tone::Muted, "  -->").and(Tone::Plain, format!(" {place}")),
            style,
        ));
    }
    if let (Some(excerpt), Some(pos)) = (&shown.excerpt, finding.pos) {
        out.push_str(&source(excerpt, pos, tone, style));
    }
    let help = |label: &str, text: &str| {
        vec![StyledText::with_tone(Tone::Strong, label), one_line(&StyledText::plain(text))]
    };
    let words = finding.remedy.words();
    let width = style.width.map_or(usize::MAX, |width| width.saturating_sub(HELP.len() + 1));
    let lines: Vec<String> = match words.lines().count() {
        0 | 1 => around_commands(&words, width),
        _ => words.lines().map(str::to_owned).collect(),
    };
    let mut rows = vec![help(HELP, lines.first().map_or("", String::as_str))];
    rows.extend(lines.iter().skip(1).map(|line| help("", line)));
    // Several lines are commands, which people copy, or have commands: they are never wrapped.
    let fit =
        if rows.len() > 1 || has_command(&words) { ColumnFit::Whole } else { ColumnFit::Flexible };
    let fits = vec![ColumnFit::Whole, fit];
    out.push_str(&grid::Grid { fits, rows, is_wide: false }.shown(style));
    out
}

const HELP: &str = "  help:";

fn has_command(words: &str) -> bool {
    words.split('`').count() > 2
}

fn around_commands(words: &str, width: usize) -> Vec<String> {
    if !has_command(words) || grid::width(words) <= width {
        return vec![words.to_owned()];
    }
    // A command that is wider than the screen has a line of its own.
    let mut lines: Vec<String> = Vec::new();
    for piece in shell::words(words) {
        match lines.last_mut() {
            Some(line) if grid::width(line) + 1 + grid::width(piece) <= width => {
                line.push(' ');
                line.push_str(piece);
            }
            _ => lines.push(piece.to_owned()),
        }
    }
    lines
}

fn source(excerpt: &doc::Excerpt, pos: diag::Pos, tone: Tone, style: &OutputStyle) -> String {
    let number = pos.line.to_string();
    let margin = " ".repeat(number.len());
    let before = pos.column.saturating_sub(1).saturating_sub(excerpt.skipped);
    let before = usize::try_from(before).unwrap_or(0);
    // Even in a pipe, a line of thousands of characters is of no use.
    let room = style.width.unwrap_or(120).saturating_sub(number.len() + 4).max(20);
    // A marked value, such as a date, is shown whole if it fits.
    let marked = usize::try_from(excerpt.length.max(1)).unwrap_or(1).clamp(8, room);
    let from = (before + marked).saturating_sub(room);
    let shown: String = excerpt.line.chars().skip(from).take(room).map(cell).collect();
    let left: String = excerpt.line.chars().take(before).skip(from).map(cell).collect();
    let length = usize::try_from(excerpt.length.max(1)).unwrap_or(1);
    let marked: String = excerpt.line.chars().skip(before).take(length).map(cell).collect();
    let mark = "^".repeat(grid::width(&marked).clamp(1, room.saturating_sub(before - from).max(1)));
    let left = " ".repeat(grid::width(&left));
    let bar = format!("{margin} |");
    [
        StyledText::with_tone(Tone::Muted, bar.clone()),
        StyledText::with_tone(Tone::Muted, format!("{number} | ")).and(Tone::Plain, shown),
        StyledText::with_tone(Tone::Muted, format!("{bar} {left}")).and(tone, mark),
    ]
    .map(|line| whole(line, style))
    .concat()
}

/// Returns a character that takes one column: `·` if it can't be shown.
fn cell(char: char) -> char {
    match char {
        '\t' => ' ',
        char if crate::render::visible::hidden(char) => '·',
        char => char,
    }
}

fn whole(line: StyledText, style: &OutputStyle) -> String {
    let line = one_line(&line);
    format!("{}\n", super::colour::paint(&line, style.is_coloured).trim_end_matches(' '))
}
