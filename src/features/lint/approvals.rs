//! The approval files of a branch: reports before the merge those that would not count.
//!
//! Start at [`against`]. Follows `docs/spec/rules.md`, `bad-approval-file`.

use crate::approval::evidence::statement::LedgerPlace;
use crate::diag::Finding;
use crate::features::lint::input::Input;
use crate::ledger::tree::Tree;
use crate::policy::Policy;
use crate::policy::governance::{Governance, State};
use crate::rules::audit_cases::Statements;
use crate::rules::case::RuleContext;
use crate::rules::lint;
use crate::rules::proposed::{Proposed, Removals};
use crate::session::error::Error;

pub(super) fn against(
    input: &Input<'_>,
    context: &RuleContext<'_>,
    landed: Option<&dyn Tree>,
    removals: Removals,
    governance: &Governance,
    place: &dyn Fn(&Policy) -> LedgerPlace,
) -> Result<Vec<Finding>, Error> {
    if governance.state == State::Broken {
        return Ok(Vec::new());
    }
    let proposed =
        Proposed { tree: input, landed, removals, governance, place, instant: context.instant };
    let bad = proposed.bad()?;
    let statements = Statements::Proposed(&bad);
    Ok(lint::approval_files(&statements, context))
}
