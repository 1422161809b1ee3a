//! `lint --base`: the effects of a changed policy on records that the branch does not change.
//!
//! Start at [`judge`]. Follows `docs/spec/cli.md`, lint and diff.

use crate::session::error::Error;
use std::collections::BTreeSet;

use crate::diag::Finding;
use crate::features::diff::compared::Compared;
use crate::features::lint::findings::LintFindings;
use crate::features::lint::input::Input;
use crate::features::lint::landed::LandedRecords;
use crate::ledger::{self, Files};
use crate::policy::governance::State;
use crate::rules::case::RuleContext;
use crate::rules::ends::Ends;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::rules::repeats::Repeats;

pub(super) fn judge(
    input: &Input<'_>,
    compared: &Compared,
    context: &RuleContext<'_>,
    approved: &LandedRecords<'_>,
    found: &mut LintFindings,
) -> Result<(), Error> {
    let after = &RuleContext { neighbours: None, ..*context };
    let before = &RuleContext {
        governance: &compared.before,
        extra_schema: &ExtraSchema::of(&compared.before),
        ..*after
    };
    let entries = compared.entries.iter();
    let changed: BTreeSet<&str> = entries.flat_map(|entry| entry.delta.paths()).collect();
    let was_record = |path: &str| {
        compared.before.state == State::Sound
            && ledger::is_record_of(&compared.before.policy.records, path)
    };
    let files = Files::list(input, &context.governance.policy.records)?;
    let mut repeats = Repeats::default();
    let mut ends = Ends::default();
    for file in &files.records {
        let bytes = file.bytes(input)?;
        let source = file.source(&bytes);
        if !changed.contains(file.path.as_str()) && input.names(&file.path) {
            let past = approved.past(&source, &bytes);
            let linted = lint::record_with_tier(&source, after, past)?;
            let known = if was_record(&file.path) {
                lint::record(&source, before, past)?
            } else {
                Vec::new()
            };
            found.take(new(linted.findings, known), input);
            found.judge(&source, linted.tier);
        }
        ends.judge(&source);
        repeats.judge(source, None);
    }
    let [now, then] = [after, before]
        .map(|context| [lint::repeats(&repeats, context), lint::ends(&ends, context)].concat());
    let of_others = |finding: &Finding| !changed.contains(finding.path.as_str());
    found.take(new(now, then).into_iter().filter(of_others), input);
    Ok(())
}

/// Returns the new findings. A limit in a message may differ: a record that was too long under the previous policy is
/// not a new finding under the next.
fn new(now: Vec<Finding>, then: Vec<Finding>) -> Vec<Finding> {
    let now = without(now, then, |one, other| one == other);
    let (now, then) = now;
    without(now, then, |one, other| {
        let place = |it: &Finding| (it.rule, it.level, it.path.clone(), it.pos, it.field.clone());
        place(one) == place(other)
    })
    .0
}

fn without(
    now: Vec<Finding>,
    mut then: Vec<Finding>,
    is_same: impl Fn(&Finding, &Finding) -> bool,
) -> (Vec<Finding>, Vec<Finding>) {
    let now = now
        .into_iter()
        .filter(|finding| {
            let known = then.iter().position(|other| is_same(finding, other));
            known.map(|known| then.swap_remove(known)).is_none()
        })
        .collect();
    (now, then)
}
