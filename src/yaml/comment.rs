//! The comments of a file: each `#` outside keys and values, and the rest of its line.
//!
//! Pure. Start at [`comments`].

use memchr::{memchr, memchr_iter};

use crate::diag;
use crate::yaml::node::{Comment, Node, Value};
use crate::yaml::source;

/// Returns the comments of a text with the document `root`; without a root, everything that may be a comment.
pub(super) fn comments(text: &str, root: Option<&Node>) -> Vec<Comment> {
    let mut comments = Vec::new();
    let (mut line, mut counted, mut from) = (1, 0, 0);
    while let Some(found) = memchr(b'#', text.as_bytes().get(from..).unwrap_or_default()) {
        let at = from + found;
        from = at + 1;
        let (before, after) = text.split_at_checked(at).unwrap_or_default();
        let is_apart = before.is_empty() || before.ends_with([' ', '\t', '\n', '\u{FEFF}']);
        if !is_apart || root.is_some_and(|root| is_inside(root, at)) {
            continue;
        }
        line += memchr_iter(b'\n', before.as_bytes().get(counted..).unwrap_or_default()).count();
        counted = at;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let column = source::column(text, at).unwrap_or_default() + 1;
        let words = after.split('\n').next().unwrap_or_default();
        comments.push(Comment {
            pos: diag::Pos { line: number(line), column: number(column) },
            text: words.get(1..).unwrap_or_default().trim().to_owned(),
        });
        from = at + words.len();
    }
    comments
}

fn is_inside(node: &Node, at: usize) -> bool {
    match &node.value {
        Value::List(items) => {
            let n_begun = items.partition_point(|item| item.span.start <= at);
            let last = n_begun.checked_sub(1).and_then(|last| items.get(last));
            last.is_some_and(|item| is_inside(item, at))
        }
        Value::Map(entries) => {
            let n_begun = entries.partition_point(|entry| entry.key_span.start <= at);
            let last = n_begun.checked_sub(1).and_then(|last| entries.get(last));
            last.is_some_and(|entry| entry.key_span.contains(&at) || is_inside(&entry.value, at))
        }
        Value::Null | Value::Scalar(_) | Value::Unreadable => node.span.contains(&at),
    }
}
