//! All statements about a version: counted, not counted, and approval files without effect.
//!
//! Pure. Start at [`of_version`]. Follows `docs/spec/cli.md`, `statements[]`, and `docs/spec/approval.md`, D6 and V6.

use std::rc::Rc;

use crate::approval::verdict::{ApprovalVerdict, Statement};

/// Returns the statements about a version of a trail, each once, by its index.
///
/// For a version that carries on the result of an earlier one, the statements about the earlier version come first.
pub fn of_version(verdicts: &[Rc<ApprovalVerdict>], index: usize) -> Vec<&Statement> {
    let Some(verdict) = verdicts.get(index) else {
        return Vec::new();
    };
    let origin = verdict.carries.unwrap_or(index);
    let judged =
        [verdicts.get(origin), Some(verdict)].into_iter().flatten().flat_map(|it| &it.statements);
    let since = verdicts.get(origin..=index).unwrap_or_default().iter();
    let chain = since.enumerate().filter(|(n, verdict)| *n == 0 || verdict.carries == Some(origin));
    let refused = chain.flat_map(|(_, verdict)| &verdict.refused);
    let mut all: Vec<&Statement> = Vec::new();
    for statement in judged.chain(refused) {
        if !all.iter().any(|known| is_same(known, statement)) {
            all.push(statement);
        }
    }
    all
}

/// Tells whether two statements are the same one, whichever version each was evaluated for.
fn is_same(one: &Statement, other: &Statement) -> bool {
    let what = |statement: &Statement| {
        let approver = statement;
        (
            approver.commit.clone(),
            approver.kind,
            approver.source.clone(),
            approver.person.key.clone(),
            statement.vote,
        )
    };
    what(one) == what(other)
}
