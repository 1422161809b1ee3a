//! Texts for comparing one limit of a record with a question.
//!
//! Uses gate's answers. Pure. Start at [`About`]. Follows `docs/spec/cli.md`, check.

use crate::gate::answer::Asker;

/// Whether a record is about the subject of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// An identity, asset, application, credential, finding or reference in the question is the record's.
    TheSame,
    /// None of them is.
    Another,
}

/// Describes a limit of a record, and how to state it.
pub(crate) fn limited(asker: Asker, what: &str, to: &[String], key: &str) -> String {
    format!("{}: {}", limit(what, to), asker.how_to_state(key))
}

/// Describes a limit of a record, for a question that states another value.
pub(crate) fn limit(what: &str, to: &[String]) -> String {
    format!("limited to {what} {}", few(to))
}

/// Returns the first three entries of a list as text, and how many more there are.
pub(crate) fn few(list: &[String]) -> String {
    let shown: Vec<&str> = list.iter().take(3).map(String::as_str).collect();
    let shown = shown.join(", ");
    match list.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
