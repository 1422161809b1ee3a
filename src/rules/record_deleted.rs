//! `record-deleted`: the file of a record was removed.
//!
//! Pure. Follows `docs/spec/rules.md` (change).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::diag::{Finding, Level};
use crate::history::objects::Oid;
use crate::ledger::Files;
use crate::record::file::{self, RecordFile};
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::RecordDeleted,
    level: Level::Error,
    serves: &["M44"],
    summary: "a record's file was deleted",
    why: "A record proves that something was allowed; close it when it is over, but never delete it.",
    bad: Example::change("", "absent"),
    good: Example::change(
        "",
        "closure: {outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired}",
    ),
    checks: &[Check::Change(check)],
    special: SpecialCases { stays_error: true, ..SpecialCases::NONE },
};

fn check(changed: &ChangeCase<'_>, context: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    let is_named = || {
        let before = changed.before.filter(|_| changed.start.is_some());
        before.and_then(|before| is_named_after_its_id(before, context)).unwrap_or(false)
    };
    findings.extend(deleted(changed).filter(|_| !is_named()));
}

// Tells whether a file that was not named after its id went where a record has that id now; `None` if that is not known.
fn is_named_after_its_id(before: &RecordFile, context: &RuleContext<'_>) -> Option<bool> {
    let id = before.misnamed.as_ref()?.id.to_string();
    let files = Files::list(context.tree, &context.governance.policy.records).ok()?;
    let mut named = files.records.iter().filter(|file| file.stem() == id);
    Some(named.any(|file| {
        let bytes = file.bytes(context.tree);
        bytes.is_ok_and(|bytes| file::read(&file.path, &bytes).record.is_some())
    }))
}

fn deleted(changed: &ChangeCase<'_>) -> Option<Finding> {
    let (Some(before), None) = (changed.before, changed.after) else {
        return None;
    };
    let name = before.stem();
    let restore = |start: Oid| {
        Remedy::run([shell::command("git checkout", &[&start.short(), "--", &before.path])])
    };
    let restore = changed.start.map_or_else(Remedy::stays, restore);
    Some(Finding {
        rule: RULE.code,
        level: Level::Error,
        path: before.path.clone(),
        pos: None,
        field: None,
        id: before.id().map(|id| id.to_string()),
        message: format!("the file of {name} was deleted"),
        remedy: restore.after("restore the file, and close the record if it is over"),
    })
}
