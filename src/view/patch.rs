//! The difference of two texts as a patch: the lines that differ, with three lines of context, as in git.
//!
//! Pure. Start at [`patch`].

use std::fmt::Write;
use std::ops::Range;

use similar::{Algorithm, ChangeTag, DiffOp};

const CONTEXT: usize = 3;

/// Returns the patch from one text to another; empty if they are equal.
///
/// `path` is the file's path relative to the top of the repository.
pub fn patch(path: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    // Not `lines()`: in git, a lone carriage return does not end a line.
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let ops = similar::capture_diff_slices(Algorithm::Myers, &old, &new);
    let mut out = format!("--- a/{path}\n+++ b/{path}\n");
    for hunk in similar::group_diff_ops(ops, CONTEXT) {
        write_hunk(&mut out, &hunk, &old, &new);
    }
    out
}

fn write_hunk(out: &mut String, hunk: &[DiffOp], old: &[&str], new: &[&str]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
        return;
    };
    let old_lines = first.old_range().start..last.old_range().end;
    let new_lines = first.new_range().start..last.new_range().end;
    // Writing to a string can't fail.
    let _ = writeln!(out, "@@ -{} +{} @@", span(&old_lines), span(&new_lines));
    for change in hunk.iter().flat_map(|op| op.iter_changes(old, new)) {
        let line = change.value();
        out.push(match change.tag() {
            ChangeTag::Equal => ' ',
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
        });
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// Returns the first line, counted from 1, and the number of lines, for a hunk's header.
fn span(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        length => format!("{},{length}", lines.start + 1),
    }
}

/// Where the lines of the last of some versions came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TracedLines {
    /// For each line, the index of the version that added it.
    pub came_with: Vec<usize>,
    /// Lines of the first version that the last one lacks, each with the index of the version that took it out.
    pub taken_out: Vec<(usize, String)>,
}

/// Follows the lines of a text through its versions, oldest first.
pub fn trace_lines(versions: &[String]) -> TracedLines {
    let mut before: Vec<&str> = versions.first().map_or(Vec::new(), |text| text.lines().collect());
    let mut traced = TracedLines { came_with: vec![0; before.len()], ..TracedLines::default() };
    for (index, text) in versions.iter().enumerate().skip(1) {
        let after: Vec<&str> = text.lines().collect();
        let mut came_with = vec![index; after.len()];
        for op in similar::capture_diff_slices(Algorithm::Myers, &before, &after) {
            if let DiffOp::Equal { old_index, new_index, len } = op {
                let kept = traced.came_with.get(old_index..old_index + len).unwrap_or_default();
                came_with.splice(new_index..new_index + len, kept.iter().copied());
            } else {
                let lost = op.old_range().filter(|line| traced.came_with.get(*line) == Some(&0));
                let lines = lost.filter_map(|line| Some((index, (*before.get(line)?).to_owned())));
                traced.taken_out.extend(lines);
            }
        }
        (before, traced.came_with) = (after, came_with);
    }
    traced.taken_out.retain(|(_, line)| !before.contains(&line.as_str()));
    traced
}
