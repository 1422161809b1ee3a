//! The approval files of a branch: reports before the merge those that would not count.
//!
//! Start at [`against`]. Follows `docs/spec/rules.md`, `bad-approval-file`.

use crate::approval::evidence::statement::LedgerRoot;
use crate::diag::Finding;
use crate::features::lint::input::Input;
use crate::history::chain;
use crate::ledger::tree::Tree;
use crate::policy::governance::{Governance, State};
use crate::record::time::Instant;
use crate::rules::audit_cases::Statements;
use crate::rules::case::RuleContext;
use crate::rules::lint;
use crate::rules::proposed::{Proposed, Removals};
use crate::session::error::Error;
use crate::session::locate::Located;
use crate::session::mainline;

/// Returns the findings about approval files that another tree does not have.
pub(super) fn against(
    input: &Input<'_>,
    context: &RuleContext<'_>,
    landed: Option<&dyn Tree>,
    removals: Removals,
    governance: &Governance,
    root: &dyn Fn() -> Option<LedgerRoot>,
) -> Result<Vec<Finding>, Error> {
    if governance.state == State::Broken {
        return Ok(Vec::new());
    }
    let proposed =
        Proposed { tree: input, landed, removals, governance, root, instant: context.instant };
    let bad = proposed.bad()?;
    let statements = Statements::Proposed(&bad);
    Ok(lint::approval_files(&statements, context))
}

/// Returns what identifies a ledger without a name, if it can be determined.
pub(crate) fn root(located: &Located, now: Instant) -> Option<LedgerRoot> {
    let repository = located.repository_or_none()?;
    let chosen = mainline::approved_ref(located).ok()?;
    let chain = chain::walk(repository, &chosen, now).ok()?;
    Some(LedgerRoot::new(chain.mainline.root()?, &repository.ledger_prefix(&located.root)))
}
