//! The two prompts: for a text, and for one of several offers, filtered by typing.
//!
//! Start at [`line()`] and [`pick`]. A rejected answer stays in the input line, with the reason above it.

use dialoguer::console::measure_text_width;

use crate::ask::edit::{EditLine, Pressed};
use crate::ask::prompting::{AskError, Prompt};
use crate::ask::screen::{RowStyle, Rows, Screen, TerminalInput, cut, dressed, wrap_rows};
use exledger::plan::offer::Offer;

const MOST: usize = 14;

pub(crate) fn line(
    prompt: &Prompt<'_>,
    initial: &str,
    check: &dyn Fn(&str) -> Result<(), String>,
) -> Result<String, AskError> {
    let mut screen = Screen::open()?;
    if prompt.forgets_ahead {
        screen.forget_typed();
    }
    let mut line = EditLine::from_text(initial);
    let mut wrong = String::new();
    loop {
        let width = screen.width();
        let mut rows = head(prompt, &wrong, width);
        let most = screen.height().saturating_sub(rows.rows.len() + 1);
        rows.edited(&line.text(), &line.before(), width, most);
        screen.draw(&rows)?;
        let key = match input(&mut screen)? {
            TerminalInput::Key(key) => key,
            TerminalInput::Paste(text) => {
                line.paste(&text);
                continue;
            }
        };
        match line.press(&key) {
            Pressed::BrokenOff => return broken_off(&mut screen),
            Pressed::Entered => {
                let answer = line.text().trim().to_owned();
                match check(&answer) {
                    Ok(()) => {
                        screen.leave(&answered(prompt, &answer, width))?;
                        return Ok(answer);
                    }
                    Err(what) => wrong = what,
                }
            }
            Pressed::Edited | Pressed::Moved(_) => {}
        }
    }
}

pub(crate) fn pick(
    prompt: &Prompt<'_>,
    offers: &dyn Fn(&str) -> Vec<Offer>,
    marked: Option<usize>,
    check: &dyn Fn(&Offer) -> Result<(), String>,
) -> Result<Offer, AskError> {
    let mut screen = Screen::open()?;
    if prompt.forgets_ahead {
        screen.forget_typed();
    }
    let mut line = EditLine::default();
    let mut shown = offers("");
    let mut marked = marked;
    let mut wrong = String::new();
    loop {
        let width = screen.width();
        let mut rows = head(prompt, &wrong, width);
        rows.edited(&line.text(), &line.before(), width, screen.height() / 2);
        let room = screen.height().saturating_sub(rows.rows.len() + 2).clamp(3, MOST);
        list(&mut rows, &shown, marked, room, width);
        screen.draw(&rows)?;
        let before = line.text();
        let pressed = match input(&mut screen)? {
            TerminalInput::Key(key) => line.press(&key),
            TerminalInput::Paste(text) => {
                // An offer is a single line.
                line.paste(&text.replace('\n', " "));
                Pressed::Edited
            }
        };
        match pressed {
            Pressed::BrokenOff => return broken_off(&mut screen),
            Pressed::Moved(by) => marked = moved(marked, by, shown.len()),
            Pressed::Edited if line.text() != before => {
                shown = offers(line.text().trim());
                marked = (!line.text().trim().is_empty() && !shown.is_empty()).then_some(0);
                wrong.clear();
            }
            Pressed::Edited => {}
            Pressed::Entered => match marked.and_then(|marked| shown.get(marked)) {
                None if shown.is_empty() => wrong = "no match: type something else".to_owned(),
                None => {
                    wrong = "choose one: type a few letters of it, or use the arrow keys".to_owned()
                }
                Some(offer) => match check(offer) {
                    Ok(()) => {
                        screen.leave(&answered(prompt, &offer.shown, width))?;
                        return Ok(offer.clone());
                    }
                    Err(what) => wrong = what,
                },
            },
        }
    }
}

/// Waits for input; an interrupt removes the prompt.
fn input(screen: &mut Screen) -> Result<TerminalInput, AskError> {
    match screen.input() {
        Err(AskError::Interrupted) => broken_off(screen),
        input => input,
    }
}

fn head(prompt: &Prompt<'_>, wrong: &str, width: usize) -> Rows {
    let mut rows = Rows::default();
    rows.text(prompt.question, width, RowStyle::Strong);
    rows.text(prompt.hint, width, RowStyle::Faint);
    rows.text(wrong, width, RowStyle::Wrong);
    rows
}

fn answered(prompt: &Prompt<'_>, answer: &str, width: usize) -> Vec<String> {
    if prompt.label.is_empty() {
        return Vec::new();
    }
    let text = wrap_rows(&format!("{}: {answer}", prompt.label), width.saturating_sub(2));
    let mut rows = Vec::new();
    for (n, row) in text.iter().enumerate() {
        let strong = if n == 0 { row.strip_prefix(prompt.label) } else { None };
        rows.push(match strong {
            Some(rest) => format!("{}{rest}", dressed(prompt.label, RowStyle::Strong)),
            None => format!("  {row}"),
        });
    }
    rows
}

fn broken_off<T>(screen: &mut Screen) -> Result<T, AskError> {
    screen.leave(&[])?;
    Err(AskError::Interrupted)
}

pub(crate) fn moved(marked: Option<usize>, by: isize, n: usize) -> Option<usize> {
    let last = n.checked_sub(1)?;
    Some(match marked {
        None if by > 0 => 0,
        None => last,
        Some(0) if by == -1 => last,
        Some(at) if at == last && by == 1 => 0,
        Some(at) => at.saturating_add_signed(by).min(last),
    })
}

fn list(rows: &mut Rows, offers: &[Offer], marked: Option<usize>, room: usize, width: usize) {
    let at = marked.unwrap_or(0);
    let first = (at + 1).saturating_sub(room);
    let beside = offers.iter().filter(|offer| !offer.detail.is_empty());
    let names = beside.map(|offer| measure_text_width(&offer.shown));
    let wide = names.max().unwrap_or(0).min(width / 2);
    for (n, offer) in offers.iter().enumerate().skip(first).take(room) {
        let is_marked = marked == Some(n);
        let mark = if is_marked { "*" } else { " " };
        let text = match offer.detail.as_str() {
            "" => format!("{mark} {}", offer.shown),
            detail => {
                let name = cut(&offer.shown, wide);
                let gap = wide.saturating_sub(measure_text_width(&name));
                format!("{mark} {name}{:gap$}  {detail}", "")
            }
        };
        let row_style = if is_marked { RowStyle::Strong } else { RowStyle::Plain };
        rows.one(&text, width, row_style);
    }
    let hidden = offers.len().saturating_sub(first + room);
    if hidden > 0 || first > 0 {
        let text = format!(
            "  {} of {} shown; type to narrow them down",
            room.min(offers.len()),
            offers.len()
        );
        rows.one(&text, width, RowStyle::Faint);
    }
}
