//! Ids for new records.
//!
//! Start at [`Ctx::draw`]. Follows `docs/spec/record.md`, ids: random, so that two pull requests never collide.

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::clock;
use exledger::policy::governance::Governance;
use exledger::record::id::Id;

/// How often a random id is drawn before something else must be wrong.
const DRAWS: usize = 100;

impl Ctx {
    /// Draws an id that no record has.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] when none is left.
    pub(crate) fn draw(
        &self,
        governance: &Governance,
        taken: &dyn Fn(&str) -> bool,
    ) -> anyhow::Result<Id> {
        let prefixes = &governance.policy.id_prefix;
        let prefix = prefixes.first().map_or("EXC", String::as_str);
        let year = self.instant().year();
        let mut drawn = (0..DRAWS).filter_map(|_| Id::made(prefix, year, clock::chance()));
        drawn.find(|id| !taken(id.as_str())).ok_or_else(|| {
            fault::cannot_say(
                format!("no id {prefix}-{year:04} is left"),
                "set another `id_prefix` in exledger.yaml",
            )
        })
    }
}
