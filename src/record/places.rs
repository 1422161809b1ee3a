//! Where in a record's file something stands: evidence, which occurs in several places, and the entries that decisions add.
//!
//! Pure. Start at [`evidence`] and [`before`]. Paths are formatted only on demand. Follows `docs/spec/record.md`, editing.

use crate::yaml::node::Node;

/// The place of one piece of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidencePlace {
    /// The top-level key.
    pub key: &'static str,
    /// The index of the list item that contains the evidence; `None` if the key itself does.
    pub item: Option<usize>,
    /// The index of the evidence.
    pub index: usize,
}

impl EvidencePlace {
    /// Returns the dotted path: `compensating_controls[0].evidence[1]`.
    pub fn path(self) -> String {
        let EvidencePlace { key, item, index } = self;
        match item {
            Some(item) => format!("{key}[{item}].evidence[{index}]"),
            None => format!("{key}.evidence[{index}]"),
        }
    }
}

/// Visits every piece of evidence in a record or a redesign, in the order of the format; `done` is a key of redesigns.
pub fn evidence<'n>(root: &'n Node, visit: &mut dyn FnMut(EvidencePlace, &'n Node)) {
    let mut list = |key, item, holder: &'n Node| {
        let evidence = holder.get("evidence").map_or(&[][..], Node::items);
        for (index, node) in evidence.iter().enumerate() {
            visit(EvidencePlace { key, item, index }, node);
        }
    };
    for key in ["compensating_controls", "handling"] {
        let items = root.get(key).map_or(&[][..], Node::items);
        for (index, holder) in items.iter().enumerate() {
            list(key, Some(index), holder);
        }
    }
    for key in ["closure", "done"] {
        if let Some(holder) = root.get(key) {
            list(key, None, holder);
        }
    }
}

/// What decisions add to a record, each with the fields directly behind which it goes, the first that is there. Decisions made on
/// two branches so change different places of the file, with a line that neither changes between them, and git merges them.
const ADDED: &[(&str, &[&str])] = &[
    ("closure", &["class"]),
    ("transfers", &["owner"]),
    ("reviews", &["justification"]),
    ("handling", &["fix", "root_cause"]),
    ("renewals", &["expires"]),
    ("fired", &["triggers"]),
];

/// Returns the keys behind which a new key of a record goes, the first that is there; none for a key that goes to the end.
pub fn before(key: &str) -> &'static [&'static str] {
    ADDED.iter().find(|(added, _)| *added == key).map_or(&[], |(_, before)| before)
}
