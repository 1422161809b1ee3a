//! Splits the text of an issue into sections: headings, fences and checkboxes, as GitHub writes them.
//!
//! Pure. Start at [`sections`]. Follows `docs/spec/interop.md` (action, hooks, form).

use crate::formats::issue_form::unread::IssueProblem;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueAnswer {
    /// The line of its heading, from 1.
    pub line: usize,
    /// The text of the heading, trimmed.
    pub heading: String,
    /// The text below it, trimmed, without the one fence around it.
    pub text: String,
}

/// An open fence: its character, length, and line from 1.
#[derive(Clone, Copy)]
struct Fence {
    mark: char,
    length: usize,
    line: usize,
}

/// Returns the sections of a text, and the problems found. Text before the first section is ignored.
pub fn sections(text: &str) -> (Vec<IssueAnswer>, Vec<IssueProblem>) {
    let text =
        text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let mut found: Vec<(usize, String, Vec<&str>)> = Vec::new();
    let mut open: Option<Fence> = None;
    for (number, line) in (1..).zip(text.split('\n')) {
        match open {
            Some(fence) if closes(line, fence) => open = None,
            Some(_) => {}
            None => open = opens(line, number),
        }
        let heading = if open.is_none() { line.strip_prefix("### ") } else { None };
        match (heading, found.last_mut()) {
            (Some(heading), _) => found.push((number, heading.trim().to_owned(), Vec::new())),
            (None, Some((.., lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    let sections = found
        .into_iter()
        .map(|(line, heading, lines)| IssueAnswer {
            line,
            heading,
            text: without_fence(lines.join("\n").trim()).to_owned(),
        })
        .collect();
    let unclosed = open.map(|fence| IssueProblem::Unclosed { line: fence.line });
    (sections, unclosed.into_iter().collect())
}

fn opens(line: &str, number: usize) -> Option<Fence> {
    let rest = indented(line)?;
    let mark = rest.chars().next().filter(|mark| "`~".contains(*mark))?;
    let length = rest.chars().take_while(|ch| *ch == mark).count();
    let info = rest.trim_start_matches(mark);
    (length >= 3 && !(mark == '`' && info.contains('`'))).then_some(Fence {
        mark,
        length,
        line: number,
    })
}

fn closes(line: &str, fence: Fence) -> bool {
    indented(line).is_some_and(|rest| {
        let length = rest.chars().take_while(|ch| *ch == fence.mark).count();
        length >= fence.length && rest.trim_start_matches(fence.mark).trim().is_empty()
    })
}

/// Removes the up to three blanks that may precede a fence.
fn indented(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(' ');
    (line.len() - rest.len() <= 3).then_some(rest)
}

fn without_fence(text: &str) -> &str {
    let inside = || {
        let (first, rest) = text.split_once('\n')?;
        let fence = opens(first, 0)?;
        let (inside, last) = rest.rsplit_once('\n').unwrap_or(("", rest));
        let is_whole = closes(last, fence) && !inside.lines().any(|line| closes(line, fence));
        if is_whole { Some(inside.trim()) } else { None }
    };
    inside().unwrap_or(text)
}

/// Tells whether the checkbox with a text is checked.
pub fn is_ticked(text: &str, of: &str) -> bool {
    text.lines().any(|line| {
        let trimmed = line.trim();
        let ticked = ["- [x] ", "- [X] "];
        ticked.iter().any(|tick| trimmed.strip_prefix(tick).is_some_and(|rest| rest.trim() == of))
    })
}
