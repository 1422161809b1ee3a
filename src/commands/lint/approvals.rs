//! The approval files of a branch: what would count for nothing is told before the merge.
//!
//! Start at [`against`]. Follows `docs/spec/rules.md`, `bad-approval-file`.

use crate::commands::context::Ctx;
use crate::commands::lint::input::Input;
use exledger::diag::Finding;
use exledger::history::chain;
use exledger::history::objects::Oid;
use exledger::ledger::tree::Tree;
use exledger::policy::governance::{Governance, State};
use exledger::rules::audit_cases::Statements;
use exledger::rules::case::RuleContext;
use exledger::rules::lint;
use exledger::rules::proposed::{Proposed, Removals};
use exledger::session::Session;

/// Returns the findings about approval files that are new against a tree.
pub(super) fn against(
    input: &Input,
    known: &RuleContext<'_>,
    landed: Option<&dyn Tree>,
    removals: Removals,
    governance: &Governance,
    root: &dyn Fn() -> Option<Oid>,
) -> anyhow::Result<Vec<Finding>> {
    if governance.state == State::Broken {
        return Ok(Vec::new());
    }
    let proposed = Proposed {
        tree: input,
        landed,
        removals,
        governance,
        root,
        instant: known.instant,
    };
    let bad = proposed.bad()?;
    let statements = Statements::Proposed(&bad);
    Ok(lint::approval_files(&statements, known))
}

/// Returns the root commit of the approved ref, where that can be told.
pub(super) fn root(ctx: &Ctx, home: &Session) -> Option<Oid> {
    let repository = home.repository_or_none()?;
    let chosen = home.approved_ref().ok()?;
    let chain = chain::walk(repository, &chosen, ctx.now).ok()?;
    chain.mainline.root()
}
