//! How one limit of a record is compared with what is asked.
//!
//! Uses gate's answers. Pure. Start at [`About`]. Follows `docs/spec/cli.md`, check.

use crate::gate::answer::Asker;

/// Whether a record is about what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// An identity, asset, application, credential, finding or reference that is asked is the record's.
    TheSame,
    /// None is.
    Another,
}

/// Says what a record is limited to, and how to state that.
pub(crate) fn limited(asker: Asker, what: &str, to: &[String], key: &str) -> String {
    format!("{}: {}", limit(what, to), asker.way(key))
}

/// Says what a record is limited to, where something else was stated.
pub(crate) fn limit(what: &str, to: &[String]) -> String {
    format!("limited to {what} {}", few(to))
}

/// Returns the first three of a list in words, and how many more there are.
pub(crate) fn few(list: &[String]) -> String {
    let shown: Vec<&str> = list.iter().take(3).map(String::as_str).collect();
    let shown = shown.join(", ");
    match list.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
