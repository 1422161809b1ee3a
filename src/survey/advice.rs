//! What to do about a record that is due: one command, or one sentence.
//!
//! Uses status, survey's buckets. Pure. Start at [`next`]. Follows `docs/spec/cli.md`, due and queue.

use crate::record::word::Then;
use crate::status::{Standing, Waits};
use crate::survey::due::Bucket;

/// Returns what to do next; `id` is what the record is shown as.
pub fn next(standing: &Standing, id: &str, bucket: Bucket) -> String {
    match bucket {
        Bucket::OverdueClosure | Bucket::Expired => {
            format!("exledger close {id} --outcome … --reason …")
        }
        Bucket::Fired => {
            let ends = standing
                .fired
                .iter()
                .any(|fired| fired.waits == Waits::Yes && fired.then != Then::Review);
            match ends {
                true => format!("exledger close {id} --outcome revoked --reason …"),
                false => format!("exledger review {id} --outcome …"),
            }
        }
        Bucket::EmergencyReviewDue | Bucket::WaitingApproval => format!("exledger approve {id}"),
        Bucket::ReviewDue => format!("exledger review {id} --outcome …"),
        Bucket::ControlStale => {
            let stale = standing.controls.iter().find(|control| !control.fresh);
            let control = stale.map_or("CONTROL", |control| control.id.as_str());
            format!("exledger attest {id} {control}")
        }
        Bucket::Ownerless => format!("exledger transfer {id} --to …"),
        Bucket::FixOverdue => {
            "do the fix and close it, or have a later `fix.due` approved".to_owned()
        }
        Bucket::Urgent | Bucket::Soon => {
            format!("exledger close {id} …, or exledger renew {id} --for … --reason …")
        }
        Bucket::PostClosureReviewDue => format!("exledger close {id} --reviewed --outcome …"),
    }
}
