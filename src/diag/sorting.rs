//! Stable sorting of lists that have a type or a comparison of their own.
//!
//! Pure. Start at [`StableSort`]. The standard library's sort is compiled anew for each of them, 6 KB of code a time; this
//! one sorts positions, so that all lists share one copy.

use std::cmp::Ordering;

/// Sorting by a comparison, in which equal items keep their order.
pub trait StableSort {
    type Item;

    /// Sorts by a comparison.
    fn order_by(&mut self, compare: impl FnMut(&Self::Item, &Self::Item) -> Ordering);

    /// Sorts by a key of each item.
    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&Self::Item) -> K) {
        self.order_by(|one, other| key(one).cmp(&key(other)));
    }
}

impl<T> StableSort for [T] {
    type Item = T;

    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let places = places(self.len(), &mut |one, other| match (self.get(one), self.get(other)) {
            (Some(one), Some(other)) => compare(one, other),
            _ => Ordering::Equal,
        });
        rearrange(places, &mut |one, other| self.swap(one, other));
    }
}

/// Returns the place of each of `n` items in their order.
fn places(n: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|one, other| compare(*one, *other));
    let mut places = vec![0; n];
    for (place, item) in order.into_iter().enumerate() {
        if let Some(entry) = places.get_mut(item) {
            *entry = place;
        }
    }
    places
}

/// Brings each item to its place by exchanging two at a time.
fn rearrange(mut places: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for at in 0..places.len() {
        while let Some(place) = places.get(at).copied().filter(|place| *place != at) {
            swap(at, place);
            places.swap(at, place);
        }
    }
}
