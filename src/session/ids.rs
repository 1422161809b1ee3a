//! Ids for new records.
//!
//! Start at [`draw`]. Follows `docs/spec/record.md`, ids: random, so that two pull requests never collide.

use crate::clock;
use crate::policy::governance::Governance;
use crate::record::id::Id;
use crate::record::time::Instant;
use crate::session::error::Undetermined;

/// How many random ids are drawn before giving up: then something else must be wrong.
const DRAWS: usize = 100;

/// Draws an unused id for the year of an instant.
///
/// # Errors
/// [`Undetermined::NoIdLeft`].
pub fn draw(
    governance: &Governance,
    at: Instant,
    is_taken: &dyn Fn(&str) -> bool,
) -> Result<Id, Undetermined> {
    let prefixes = &governance.policy.id_prefix;
    draw_with(prefixes.first().map_or("EXC", String::as_str), at, is_taken)
}

/// Draws an unused id with a prefix for the year of an instant.
///
/// # Errors
/// [`Undetermined::NoIdLeft`].
pub fn draw_with(
    prefix: &str,
    at: Instant,
    is_taken: &dyn Fn(&str) -> bool,
) -> Result<Id, Undetermined> {
    let year = at.year();
    let mut drawn = (0..DRAWS).filter_map(|_| Id::made(prefix, year, clock::chance()));
    drawn
        .find(|id| !is_taken(id.as_str()))
        .ok_or_else(|| Undetermined::NoIdLeft { beginning: format!("{prefix}-{year:04}") })
}
