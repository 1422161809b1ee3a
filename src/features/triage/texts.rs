//! Texts that many rows share, each kept once.
//!
//! Pure. Start at [`InternedTexts::add`]. A hundred thousand inputs repeat a few thousand texts; rows that refer to them by
//! number take a third of the memory.

use crate::policy::closing::Baseline;
use crate::survey::event::TriageDecision;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::rc::Rc;

/// The number of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextNumber(NonZeroU32);

#[derive(Debug, Default)]
pub struct InternedTexts {
    all: Vec<Rc<str>>,
    numbers: BTreeMap<Rc<str>, TextNumber>,
}

impl InternedTexts {
    /// Returns the number of a text; `None` if there are more than four billion.
    pub fn add(&mut self, text: &str) -> Option<TextNumber> {
        if let Some(number) = self.numbers.get(text) {
            return Some(*number);
        }
        let number = u32::try_from(self.all.len().checked_add(1)?).ok()?;
        let number = TextNumber(NonZeroU32::new(number)?);
        let text: Rc<str> = text.into();
        self.all.push(Rc::clone(&text));
        self.numbers.insert(text, number);
        Some(number)
    }

    /// Returns the number of a text, if it was added.
    pub fn find(&self, text: &str) -> Option<TextNumber> {
        self.numbers.get(text).copied()
    }

    /// Returns a text by its number; a number of another table yields an arbitrary or empty text.
    pub fn get(&self, text: TextNumber) -> &str {
        let place = usize::try_from(text.0.get() - 1).unwrap_or(usize::MAX);
        self.all.get(place).map_or("", AsRef::as_ref)
    }
}

pub(super) fn is_sampled(key: &str, decision: &TriageDecision, baselines: &[Baseline]) -> bool {
    let places = decision.baselines.iter();
    let about = places.filter_map(|place| baselines.get(*place));
    let most = about.map(|baseline| baseline.sample).max().unwrap_or(0);
    most > 0 && hundredth(key) < most
}

/// Returns the SHA-256 of a key, as a number, modulo 100.
fn hundredth(key: &str) -> u32 {
    let digest = Sha256::digest(key.as_bytes());
    digest.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % 100)
}
