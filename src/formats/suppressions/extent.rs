//! Which lines of a file an entry takes: what limits it stands there, beside its id.
//!
//! Pure. Start at [`entry_lines`]. Follows `docs/spec/interop.md`, 5. The layout tells it, so that a comment or a key that no reader
//! knows belongs to its entry, too.

use std::ops::RangeInclusive;

// The kinds whose entries are limited by other parts of their document.
const WHOLE_DOCUMENTS: &[&str] =
    &["azure-policy", "conforma", "kubescape", "kyverno", "prowler", "vex"];

// Returns the lines of an entry, from 1, by the line on which it begins.
pub(super) fn entry_lines(
    kind: &str,
    path: &str,
    lines: &[&str],
    line: u32,
) -> RangeInclusive<u32> {
    let at = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(own) = lines.get(at) else { return line..=line };
    let ending = path.rsplit('.').next().unwrap_or_default();
    let (first, last) = match ending {
        "yaml" | "yml" | "snyk" if WHOLE_DOCUMENTS.contains(&kind) => document(lines, at),
        _ if WHOLE_DOCUMENTS.contains(&kind) => (0, lines.len().saturating_sub(1)),
        "yaml" | "yml" | "snyk" => (at, last_indented(lines, at)),
        "toml" if is_header(own) => (at, last_of_table(lines, at)),
        "toml" | "json" | "jsonc" | "json5" | "ignore" | "baseline" | "nsprc" => {
            (at, last_bracketed(lines, at))
        }
        "xml" => (at, last_of_element(lines, at)),
        _ => (at, at),
    };
    let number = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
    number(first)..=number(last)
}

fn document(lines: &[&str], at: usize) -> (usize, usize) {
    let is_end = |line: &&str| line.starts_with("---");
    let before = lines.get(..at).unwrap_or_default();
    let after = lines.get(at + 1..).unwrap_or_default();
    let first = before.iter().rposition(is_end).map_or(0, |end| end + 1);
    let last = after.iter().position(is_end).map_or(lines.len(), |end| at + 1 + end);
    (first, last_filled(lines, at, last))
}

// Returns the last line before `end` that is neither blank nor a comment.
fn last_filled(lines: &[&str], at: usize, end: usize) -> usize {
    let inside = lines.get(at..end).unwrap_or_default();
    at + inside.iter().rposition(|line| is_filled(line)).unwrap_or_default()
}

fn is_filled(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#')
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

// Returns the last line that is indented more than the first one, or that is an item of the list that its key has.
fn last_indented(lines: &[&str], at: usize) -> usize {
    let own = lines.get(at).copied().unwrap_or_default();
    let is_item = |line: &str| line.trim_start() == "-" || line.trim_start().starts_with("- ");
    let is_inside = |line: &&str| {
        let is_of_key = indent(line) == indent(own) && is_item(line) && !is_item(own);
        !is_filled(line) || indent(line) > indent(own) || is_of_key || is_closing(line, own)
    };
    let after = lines.get(at + 1..).unwrap_or_default();
    let end = after.iter().position(|line| !is_inside(line)).unwrap_or(after.len());
    last_filled(lines, at, at + 1 + end)
}

// Tells whether a line closes what another one opened at the same depth.
fn is_closing(line: &str, own: &str) -> bool {
    indent(line) == indent(own) && line.trim_start().starts_with(['}', ']'])
}

fn is_header(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('[')
        && line.split('#').next().is_some_and(|line| line.trim_end().ends_with(']'))
}

fn last_of_table(lines: &[&str], at: usize) -> usize {
    let after = lines.get(at + 1..).unwrap_or_default();
    let end = after.iter().position(|line| line.starts_with('[')).unwrap_or(after.len());
    last_filled(lines, at, at + 1 + end)
}

// Returns the line on which the brackets are closed that the first one opens.
fn last_bracketed(lines: &[&str], at: usize) -> usize {
    let mut depth = 0_i32;
    for (nth, line) in lines.iter().enumerate().skip(at) {
        let mut quote = None;
        let mut is_escaped = false;
        for ch in line.chars() {
            match (quote, ch) {
                (Some(_), _) if is_escaped => is_escaped = false,
                (Some('"'), '\\') => is_escaped = true,
                (Some(open), ch) if ch == open => quote = None,
                (None, '"' | '\'') => quote = Some(ch),
                (None, '{' | '[') => depth += 1,
                (None, '}' | ']') => depth -= 1,
                _ => {}
            }
        }
        if depth <= 0 {
            return nth;
        }
    }
    lines.len().saturating_sub(1)
}

fn last_of_element(lines: &[&str], at: usize) -> usize {
    let inside = lines.get(at..).unwrap_or_default();
    let name = |line: &&str| {
        let (_, tag) = line.split_once('<')?;
        let name = tag.split(|ch: char| !ch.is_alphanumeric() && !matches!(ch, ':' | '-')).next();
        name.filter(|name| !name.is_empty()).map(|name| format!("</{name}>"))
    };
    let Some(end) = inside.first().and_then(name) else { return at };
    at + inside.iter().position(|line| line.contains(&end)).unwrap_or_default()
}
