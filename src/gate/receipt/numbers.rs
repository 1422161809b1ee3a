//! Numbers of receipts, kept as ranges.
//!
//! Pure. Start at [`ReceiptNumbers`]. Follows `docs/spec/cli.md`, check, `--sign-receipts`.

use serde::{Deserialize, Serialize};

/// A set of numbers of receipts: ascending ranges that neither overlap nor touch, each with its first and last number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiptNumbers(Vec<(u64, u64)>);

impl ReceiptNumbers {
    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether the ranges are as this program writes them, so that a number can be found among them.
    pub fn is_sound(&self) -> bool {
        let mut next = 1;
        self.0.iter().all(|(first, last)| {
            let follows = *first >= next && first <= last;
            // Ranges that touch are one.
            next = last.saturating_add(2);
            follows
        })
    }

    /// Tells whether a number is among them.
    pub fn contains(&self, number: u64) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < number);
        self.0.get(at).is_some_and(|(first, _)| *first <= number)
    }

    /// Returns how many ranges there are.
    pub fn n_ranges(&self) -> usize {
        self.0.len()
    }

    /// Returns the last ranges, at most this many.
    #[must_use]
    pub fn last_ranges(mut self, most: usize) -> ReceiptNumbers {
        self.0.drain(..self.0.len().saturating_sub(most));
        self
    }

    /// Adds a number.
    pub fn add(&mut self, number: u64) {
        self.add_range(number, number);
    }

    /// Adds all numbers of others.
    pub fn add_all(&mut self, others: &ReceiptNumbers) {
        for (first, last) in &others.0 {
            self.add_range(*first, *last);
        }
    }

    /// Removes the numbers below one.
    pub fn remove_below(&mut self, least: u64) {
        self.0.retain(|(_, last)| *last >= least);
        if let Some((first, _)) = self.0.first_mut() {
            *first = least.max(*first);
        }
    }

    /// Removes the numbers from one on.
    pub fn remove_from(&mut self, end: u64) {
        self.0.retain(|(first, _)| *first < end);
        if let Some((_, last)) = self.0.last_mut() {
            *last = end.saturating_sub(1).min(*last);
        }
    }

    fn add_range(&mut self, first: u64, last: u64) {
        let from = self.0.partition_point(|(_, end)| end.saturating_add(1) < first);
        let to = self.0.partition_point(|(begin, _)| *begin <= last.saturating_add(1));
        let joined = self.0.get(from..to).unwrap_or_default();
        let begin = joined.first().map_or(first, |(begin, _)| first.min(*begin));
        let end = joined.last().map_or(last, |(_, end)| last.max(*end));
        self.0.splice(from..to.max(from), [(begin, end)]);
    }
}
