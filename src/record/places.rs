//! Fields that occur in several places of a record: evidence.
//!
//! Uses yaml. Pure. Start at [`evidence`]. Paths are formatted only on demand.

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
