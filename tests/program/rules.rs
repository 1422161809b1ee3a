//! Every rule by its own examples: the bad one yields only its finding, at the right place; the good one is clean.

mod histories;
mod remedies;
