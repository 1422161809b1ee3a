//! The answers of the gate: what covers a question, and why nothing does.

mod agree;
mod besides;
pub(crate) mod chained;
mod deployments;
pub(crate) mod fresh;
mod ledger;
pub(crate) mod live;
mod many;
pub(crate) mod narrow;
mod nearest;
mod opened;
mod questions;
mod refused;
mod sealed;
pub(crate) mod shared;
mod spellings;
mod started;
mod unsigned;
mod uses;
mod waiting;
