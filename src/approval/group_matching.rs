//! Assigns approvers to groups: a different person for each group, by a maximum matching.
//!
//! Uses no other module. Pure. Start at [`unfilled`]. Follows `docs/spec/approval.md`, D4.

/// Returns the groups left without a person when as many groups as possible get a different person each.
///
/// `people` holds the groups of each person. Augmenting paths give a maximum matching; earlier groups keep their
/// person, so that the answer is deterministic.
pub(crate) fn unfilled<'g>(groups: &[&'g str], people: &[Vec<String>]) -> Vec<&'g str> {
    let mut taken: Vec<Option<usize>> = vec![None; people.len()];
    let mut left = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let mut seen = vec![false; people.len()];
        if !place(at, groups, people, &mut taken, &mut seen) {
            left.push(*group);
        }
    }
    left
}

/// Finds a person for a group, reassigning others if needed.
fn place(
    at: usize,
    groups: &[&str],
    people: &[Vec<String>],
    taken: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    let Some(group) = groups.get(at) else {
        return false;
    };
    for (n, member_of) in people.iter().enumerate() {
        let fits = member_of.iter().any(|name| name == group);
        let fresh = seen.get(n).is_some_and(|seen| !seen);
        if !fits || !fresh {
            continue;
        }
        if let Some(seen) = seen.get_mut(n) {
            *seen = true;
        }
        let free = match taken.get(n).copied().flatten() {
            None => true,
            Some(other) => place(other, groups, people, taken, seen),
        };
        if free {
            if let Some(slot) = taken.get_mut(n) {
                *slot = Some(at);
            }
            return true;
        }
    }
    false
}
