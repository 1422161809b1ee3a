//! `lint --base`: what changed since the branch parted, and the rules about changes.
//!
//! Start at [`read`]. Follows `docs/spec/cli.md`, lint and diff.

use std::collections::BTreeSet;

use crate::commands::Outcome;
use crate::commands::context::Ctx;
use crate::commands::context::compare::{Compared, Proposed};
use crate::commands::context::fault;
use crate::commands::context::place::Home;
use crate::commands::lint::Found;
use crate::commands::lint::input::Input;
use crate::diag::Finding;
use crate::policy::governance::State;
use crate::rules::case::Known;
use crate::rules::lint;
use crate::rules::repeats::Repeats;
use crate::survey::cause::Neighbours;

/// Judges what differs from where the branch parted; says on stderr what can't be told.
///
/// A file that shares its id with a changed one is judged with it.
pub(super) fn read(
    ctx: &Ctx,
    home: &Home,
    base: &str,
    input: &Input,
    known: &Known<'_>,
    found: &mut Found,
) -> anyhow::Result<Outcome> {
    let instead: Vec<String> = input.instead().map(str::to_owned).into_iter().collect();
    let compared = ctx.compare(
        home,
        Some(base),
        Proposed {
            tree: input,
            governance: known.governance,
            commit: None,
            instead: &instead,
        },
    )?;
    let known = &Known {
        neighbours: compared.neighbours.as_ref(),
        ..*known
    };
    let is_broken = known.governance.state == State::Broken;
    if is_broken || !compared.rulings.is_empty() {
        found.take(lint::policy(known), input);
    }
    let changes = compared.findings(known);
    let said: BTreeSet<_> = changes
        .iter()
        .map(|finding| (finding.rule, finding.path.clone(), finding.pos))
        .collect();
    found.take(changes, input);
    let unreadable = |error| fault::tree(&error);
    found.take(lint::files(&compared.odd, known), input);
    let mut repeats = Repeats::default();
    for entry in &compared.entries {
        for source in &entry.delta.after {
            repeats.judge(source.clone(), entry.past.landed);
            if input.names(&source.path) {
                let findings = lint::record(source, known, entry.past).map_err(unreadable)?;
                let is_new = |finding: &Finding| {
                    !said.contains(&(finding.rule, finding.path.clone(), finding.pos))
                };
                found.take(findings.into_iter().filter(is_new), input);
                found.judge(source, known.governance);
            }
        }
    }
    let neighbours = compared.neighbours.iter();
    neighbours
        .flat_map(Neighbours::peers)
        .for_each(|peer| repeats.add(peer));
    found.take(lint::repeats(&repeats, known), input);
    Ok(ctx.of_doubts(&compared))
}

impl Ctx {
    /// Says on stderr of which records it can't be told what is approved, and returns what follows from that.
    pub fn of_doubts(&self, compared: &Compared) -> Outcome {
        let mut outcome = Outcome::Fine;
        for entry in &compared.entries {
            if let Some(doubt) = &entry.landed.doubt {
                outcome = Outcome::CannotSay;
                self.tell(&format!(
                    "error: cannot say what of {} is approved: {doubt}",
                    entry.delta.name()
                ));
            }
        }
        outcome
    }
}
