//! How two versions meet, until `history::change` says it.

use crate::history::change::Event;
use crate::record::Record;

/// Two versions met.
pub(crate) struct Meeting {
    /// What both grant.
    pub record: Record,
    /// Fields that must be equal and are not.
    pub unequal: Vec<String>,
}

/// Returns the later version, and says that nothing is known of the meeting unless both are equal.
pub(crate) fn meet(before: &Record, after: &Record) -> Meeting {
    let unequal = if before == after {
        Vec::new()
    } else {
        vec!["a field".to_owned()]
    };
    Meeting {
        record: after.clone(),
        unequal,
    }
}

/// Returns nothing.
pub(crate) fn events(_: Option<&Record>, _: &Record) -> Vec<Event> {
    Vec::new()
}
