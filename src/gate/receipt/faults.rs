//! What is wrong with the chain of a receipt file: altered, missing and moved entries.
//!
//! Pure. Start at [`find`]. Follows `docs/spec/cli.md`, verify, `--receipts`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::gate::receipt::chain::{self, ReceiptLink};
use crate::gate::receipt::signed::SignedReceipts;

/// An entry of a receipt file, as far as the chain is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainEntry {
    /// The number of its first line, from 1.
    line: u32,
    digest: String,
    link: EntryLink,
    is_signature: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum EntryLink {
    /// It was stored before the chain began; with its number.
    Older(u64),
    Linked(ReceiptLink),
    /// It has no link, though the chain had begun, or none that a program could have written.
    Unsound,
}

/// Something that is wrong with the chain, at a line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainFault {
    /// The entry differs from what its successor was linked to; without a number, it has no sound link itself.
    Altered { line: u32, number: Option<u64> },
    /// Entries with these numbers occur nowhere; the line is that of the entry after them.
    Missing { line: u32, first: u64, last: u64 },
    /// The entry was moved, or occurs again.
    Misplaced { line: u32, number: u64, is_repeated: bool },
    /// A signature proves nothing, for this reason.
    BadSignature { line: u32, why: String },
    /// No good signature vouches for this many receipts; the line is that of the first.
    Unsigned { line: u32, count: usize, is_passed_over: bool },
}

impl ChainEntry {
    pub(super) fn after(before: &[ChainEntry], line: u32, text: &str, value: &Value) -> ChainEntry {
        let is_older = |entry: &ChainEntry| matches!(entry.link, EntryLink::Older(_));
        let link = if before.last().is_none_or(is_older) && chain::has_no_link(value) {
            EntryLink::Older(u64::try_from(before.len()).unwrap_or(u64::MAX).saturating_add(1))
        } else {
            ReceiptLink::read(value).map_or(EntryLink::Unsound, EntryLink::Linked)
        };
        let is_signature = chain::is_signature(value);
        ChainEntry { line, digest: chain::digest(text), link, is_signature }
    }

    fn number(&self) -> Option<u64> {
        match &self.link {
            EntryLink::Older(number) => Some(*number),
            EntryLink::Linked(link) => Some(link.seq),
            EntryLink::Unsound => None,
        }
    }

    fn previous(&self) -> Option<&str> {
        match &self.link {
            EntryLink::Linked(link) => link.previous.as_deref(),
            EntryLink::Older(_) | EntryLink::Unsound => None,
        }
    }
}

/// Returns everything that is wrong with the chain of a file.
pub fn find(entries: &[ChainEntry]) -> Vec<ChainFault> {
    let mut by_number: BTreeMap<u64, Vec<&ChainEntry>> = BTreeMap::new();
    for entry in entries {
        if let Some(number) = entry.number() {
            by_number.entry(number).or_default().push(entry);
        }
    }
    let unsound = entries.iter().filter(|entry| entry.number().is_none());
    let mut faults: Vec<ChainFault> =
        unsound.map(|entry| ChainFault::Altered { line: entry.line, number: None }).collect();
    faults.extend(altered(&by_number));
    faults.extend(missing(&by_number));
    faults.extend(misplaced(entries, &by_number));
    faults
}

/// Returns the fault that receipts are unsigned: with `is_required` all that no good signature vouches for, else only those
/// that the signatures after them pass over.
///
/// Receipts from before the chain are never covered: nothing links them to a signature.
pub fn unsigned(
    entries: &[ChainEntry],
    signed: &SignedReceipts,
    is_required: bool,
) -> Option<ChainFault> {
    let is_open = |entry: &&ChainEntry| match &entry.link {
        _ if entry.is_signature => false,
        EntryLink::Linked(link) => {
            !signed.covers(link.seq) && (is_required || signed.follows(link.seq))
        }
        EntryLink::Older(_) | EntryLink::Unsound => is_required,
    };
    let mut open = entries.iter().filter(is_open);
    let first = open.next()?;
    let is_passed_over = first.number().is_some_and(|number| signed.follows(number));
    Some(ChainFault::Unsigned { line: first.line, count: open.count() + 1, is_passed_over })
}

/// Returns the entries that none of their successors was linked to; compared by number, since lines may be moved.
fn altered(by_number: &BTreeMap<u64, Vec<&ChainEntry>>) -> Vec<ChainFault> {
    let mut faults = Vec::new();
    for (number, entries) in by_number {
        let next = number.checked_add(1).and_then(|next| by_number.get(&next));
        let linked: BTreeSet<&str> =
            next.into_iter().flatten().filter_map(|entry| entry.previous()).collect();
        let differs = |entry: &&&ChainEntry| !linked.contains(entry.digest.as_str());
        if !linked.is_empty() {
            faults.extend(
                entries
                    .iter()
                    .filter(differs)
                    .map(|entry| ChainFault::Altered { line: entry.line, number: Some(*number) }),
            );
        }
    }
    faults
}

fn missing(by_number: &BTreeMap<u64, Vec<&ChainEntry>>) -> Vec<ChainFault> {
    let mut faults = Vec::new();
    let mut expected = 1_u64;
    for (number, entries) in by_number {
        if *number > expected {
            let line = entries.iter().map(|entry| entry.line).min().unwrap_or(1);
            faults.push(ChainFault::Missing { line, first: expected, last: number - 1 });
        }
        expected = number.saturating_add(1);
    }
    faults
}

/// Returns the entries besides the longest ascending sequence: the fewest that somebody must have moved or repeated.
fn misplaced(
    entries: &[ChainEntry],
    by_number: &BTreeMap<u64, Vec<&ChainEntry>>,
) -> Vec<ChainFault> {
    let numbered: Vec<(u64, u32)> =
        entries.iter().filter_map(|entry| Some((entry.number()?, entry.line))).collect();
    // For each length: the number and place of the entry that ends the sequence with the least number.
    let mut ends: Vec<(u64, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::new();
    for (at, (number, _)) in numbered.iter().enumerate() {
        let length = ends.partition_point(|(end, _)| end < number);
        before
            .push(length.checked_sub(1).and_then(|index| ends.get(index)).map(|(_, place)| *place));
        match ends.get_mut(length) {
            None => ends.push((*number, at)),
            // Of equal ones, the first is in its place.
            Some(end) if end.0 > *number => *end = (*number, at),
            Some(_) => {}
        }
    }
    let mut in_place = BTreeSet::new();
    let mut last = ends.last().map(|(_, place)| *place);
    while let Some(place) = last {
        in_place.insert(place);
        last = before.get(place).copied().flatten();
    }
    let moved = numbered.iter().enumerate().filter(|(at, _)| !in_place.contains(at));
    let fault = |(_, (number, line)): (usize, &(u64, u32))| ChainFault::Misplaced {
        line: *line,
        number: *number,
        is_repeated: by_number.get(number).is_some_and(|entries| entries.len() > 1),
    };
    moved.map(fault).collect()
}
