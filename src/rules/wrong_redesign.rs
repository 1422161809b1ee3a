//! `wrong-redesign`: a record links a redesign that doesn't exist, can't be read, or is about another pattern.
//!
//! Pure. Follows `docs/spec/rules.md` (content) and `docs/spec/redesign.md`.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::ledger::Files;
use crate::policy::redesign::{Redesign, file, is_id};
use crate::record::Record;
use crate::rules::case::{RecordCase, RuleContext};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::sample;
use crate::survey::cause::RefusingGroups;
use crate::survey::redesign::{covers_any, is_linking, link};
use std::rc::Rc;

pub(super) const RULE: Rule = Rule {
    code: Code::WrongRedesign,
    level: Level::Error,
    serves: &["M89"],
    summary: "a record links a redesign that doesn't exist or is about another pattern",
    why: "A redesign lifts a freeze only for the exceptions that it will make unnecessary.",
    bad: Example::with("references.redesign", "RED-2026-4T9PK"),
    good: Example::tree(&[(sample::PATH, LINKING), ("redesigns/RED-2026-4T9PK.yaml", REDESIGN)]),
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

const FIELD: &str = "references.redesign";

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let Some(record) = &case.source.record else {
        return;
    };
    let (Some(link), Some(known)) = (link(record), linked(record, case.context)) else {
        return;
    };
    let governance = case.context.governance;
    let groups = RefusingGroups::of(record, governance);
    let is_about = |redesign: &Rc<Redesign>| covers_any(&redesign.pattern, &groups, governance);
    if known.iter().flatten().any(is_about) {
        return;
    }
    let folder = &governance.policy.redesigns;
    let (message, help) = match known.iter().flatten().next() {
        None if known.is_empty() && is_id(link) => (
            format!("there is no redesign {link}"),
            format!("write the id of a file in {folder}, or the ticket of the redesign"),
        ),
        None if known.is_empty() => return,
        None => (
            format!("the redesign {link} can't be read"),
            "correct its file: `exledger lint` shows where".to_owned(),
        ),
        Some(other) => {
            let words = other.pattern.stated().map(|(key, value)| format!("{key} {value}"));
            (
                format!(
                    "the redesign {link} is about another pattern: {}",
                    words.collect::<Vec<_>>().join(", ")
                ),
                "link the redesign of this record's pattern".to_owned(),
            )
        }
    };
    findings.push(case.finding(RULE.code, FIELD, message, case.source.remove(FIELD).after(help)));
}

/// Returns the redesigns that a record links, `None` for each that can't be read: those that landed or are proposed with
/// it, else those of its tree. `None` as a whole if the tree can't be read.
fn linked(record: &Record, context: &RuleContext<'_>) -> Option<Vec<Option<Rc<Redesign>>>> {
    let link = link(record)?;
    let is_linked = |path: &str, redesign: Option<&Redesign>| is_linking(link, path, redesign);
    if let Some(neighbours) = context.neighbours {
        let redesigns = neighbours.redesigns.iter().map(|redesign| {
            let counted = redesign.counted.as_ref().map(|counted| &counted.redesign);
            (&redesign.path, counted.or(redesign.latest.as_ref()).cloned())
        });
        let linked = redesigns.filter(|(path, redesign)| is_linked(path, redesign.as_deref()));
        return Some(linked.map(|(_, redesign)| redesign).collect());
    }
    let folder = std::slice::from_ref(&context.governance.policy.redesigns);
    let mut found = Vec::new();
    for place in Files::list(context.tree, folder).ok()?.records {
        let bytes = place.bytes(context.tree).ok()?;
        let redesign = file::read(&place.path, &bytes).redesign.map(Rc::new);
        if is_linked(&place.path, redesign.as_deref()) {
            found.push(redesign);
        }
    }
    Some(found)
}

const LINKING: &[u8] = b"\
id: EXC-2026-7F3KQ
title: Billing batch key cannot rotate before the legacy job retires
class: standard
deviates_from: {rule: Service-account secrets rotate every 30 days}
subject: {application: billing}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The job hard-codes the credential path; it is retired on 18 December (BILL-412).
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls: [{id: CC1, description: Alert on use by other hosts, owner: soc@example.com, status: active}]
starts: 2026-11-20
expires: 2026-12-20
references: {redesign: RED-2026-4T9PK}
";

const REDESIGN: &[u8] = b"\
id: RED-2026-4T9PK
title: Billing reads its key from the vault
owner: {name: Kim Sato, email: kim@example.com}
pattern: {root_cause: brittle-dependency, application: billing}
target: automation
plan: Replace the nightly job with the event consumer
due: 2027-01-31
";
