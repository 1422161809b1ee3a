//! Computes what two versions of a record both grant.
//!
//! Uses record, the fields of `change`. Pure. Start at [`meet`]. Follows `docs/spec/approval.md`, 1.9.

use crate::history::change::field_merge::FieldMerge;
use crate::history::change::fields::FIELDS;
use crate::record::Record;

#[derive(Clone, Debug, PartialEq)]
pub struct Intersection {
    /// What both grant; texts and owner are those of the landed version.
    pub record: Record,
    /// The fields that differ but must be equal, as sorted dotted paths. If there are any, nothing is granted.
    pub unequal: Vec<String>,
}

/// Returns what an approved version and a later landed one both grant.
///
/// For more than two versions, intersect the result with each later one in turn.
pub fn meet(approved: &Record, landed: &Record) -> Intersection {
    let mut record = landed.clone();
    let mut unequal = Vec::new();
    for field in FIELDS {
        if let FieldMerge::Meets(rule) = field.meet {
            unequal.extend(rule(approved, landed, &mut record).into_iter().map(str::to_owned));
        }
    }
    unequal.sort();
    Intersection { record, unequal }
}
