//! Two texts as a patch: the lines that differ, with three lines around them, as git writes it.
//!
//! Uses no other module. Pure. Start at [`patch`].

use std::fmt::Write;
use std::ops::Range;

use similar::Algorithm;
use similar::ChangeTag;
use similar::DiffOp;

/// Number of unchanged lines shown around a difference.
const CONTEXT: usize = 3;

/// Returns the patch that leads from one text to another; empty where they are equal.
///
/// `path` is the file's path from the top of the repository.
pub fn patch(path: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    // Split by hand: a lone carriage return ends no line in git.
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
    // Writing to a text cannot fail.
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

/// Returns the first line, counted from 1, and the number of lines, as a hunk's header states them.
fn span(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        length => format!("{},{length}", lines.start + 1),
    }
}
