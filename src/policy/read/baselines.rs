//! Checks across the values of a baseline: hours, and `others` without `expect`.
//!
//! Pure. Start at [`check`]. Follows `docs/spec/policy.md`, baselines.

use crate::policy::closing::Hours;
use crate::policy::read::consistency::{bad, items};
use crate::yaml::node::{MapEntry, Node, Repair, SyntaxError, Value};

pub(super) fn check(root: &Node, faults: &mut Vec<SyntaxError>) {
    for (index, baseline) in items(root, "baselines").iter().enumerate() {
        hours(index, baseline, faults);
        others(index, baseline, faults);
    }
}

/// The normal hours of an identity: `01:00-03:00Z`.
fn hours(index: usize, baseline: &Node, faults: &mut Vec<SyntaxError>) {
    for identity in baseline.get("expect").map_or(&[] as &[MapEntry], Node::entries) {
        let Some(node) = identity.value.get("hours") else {
            continue;
        };
        let texts = node.text().into_iter();
        for text in texts.chain(node.items().iter().filter_map(Node::text)) {
            if Hours::new(text).is_none() {
                faults.push(
                    bad(
                        node.pos,
                        format!("baselines[{index}].expect.{}.hours", identity.key),
                        format!("`{text}` is not a range of hours"),
                        "write it in UTC as 01:00-03:00Z",
                    )
                    .ended_by(Repair::Example("01:00-03:00Z".to_owned())),
                );
            }
        }
    }
}

/// `others` speaks of the identities that `expect` does not list, so it needs one.
fn others(index: usize, baseline: &Node, faults: &mut Vec<SyntaxError>) {
    let Some(entry) = baseline.entry("others") else {
        return;
    };
    let is_stated = baseline
        .get("expect")
        .is_some_and(|expect| !matches!(&expect.value, Value::Map(entries) if entries.is_empty()));
    if !is_stated {
        faults.push(
            bad(
                entry.key_pos,
                format!("baselines[{index}].others"),
                "`others` has no effect without an identity in `expect`".to_owned(),
                "add an identity to `expect`, or remove `others`",
            )
            .ended_by(Repair::Remove),
        );
    }
}
