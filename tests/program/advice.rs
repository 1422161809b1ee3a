//! The advice of every reason and next step, followed exactly as printed: it must lead to the promised result.
//!
//! Start at [`Stage`]. Each table matches on an enum of the library, so a new reason needs a story here to compile.

mod approval;
mod behind;
mod blindly;
mod chains;
mod dated;
mod errors;
mod files;
mod gate;
mod next_cases;
mod offer_cases;
mod offers;
mod restored;
pub(crate) mod stage;
mod statements;
mod status;
mod steps;
mod unapproved;
mod ways_out;
mod witness;
mod work_tree;

use stage::{ID, Stage, record};
