//! Labels with their values, as `show` lists them.

use crate::view::doc::StyledText;

pub(super) type Pairs = Vec<(String, StyledText)>;

/// Adds a stated value; `None` adds nothing.
pub(super) fn add(pairs: &mut Pairs, label: &str, value: Option<impl ToString>) {
    if let Some(value) = value {
        pairs.push((label.to_owned(), StyledText::plain(value.to_string())));
    }
}
