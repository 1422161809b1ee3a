//! `decision-by-other`: the name typed in a review, firing or closure is neither an author nor
//! the person who landed it.
//!
//! Pure. Follows `docs/spec/rules.md` (audit).

use crate::approval::next::who::Identities;
use crate::approval::people::relation::Relation;
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::history::change::differ;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::record::address::Address;
use crate::rules::audit_cases::LandedCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::DecisionByOther,
    level: Level::Warning,
    serves: &["M24"],
    summary: "the person named in a decision neither wrote nor merged it",
    why: "A typed name proves nothing. If git names someone else, the named person may not know about the decision.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "ana proposes reviews: [{date: 2026-11-21, by: sam@example.com, outcome: still-needed}]",
        "lee merges",
    ]),
    good: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "sam proposes reviews: [{date: 2026-11-21, by: sam@example.com, outcome: still-needed}]",
        "lee merges",
    ]),
    checks: &[Check::Landed(check)],
    special: SpecialCases { each_landing: true, ..SpecialCases::NONE },
};

fn check(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    let Some(record) = landed.record else {
        return;
    };
    let typed = typed_addresses(landed.before, record).into_iter();
    findings.extend(typed.filter_map(|(what, by)| {
            let (message, note) = match by_then_and_now(landed, by) {
                Relation::Same => return None,
                Relation::Unknown(unknown) => (
                    format!(
                        "{what} names {by}, but it is not known that {}, who wrote or merged it, is that person",
                        unknown.account
                    ),
                    format!("add {}", unknown.to_add()),
                ),
                Relation::Namesake | Relation::Different => (
                    format!("{what} names {by}, who neither wrote nor merged it"),
                    format!("ask {by} to write the entry or merge it"),
                ),
            };
            Some(Finding {
                level: Level::Warning,
                ..landed.finding(RULE.code, Level::Warning, &message, Remedy::stays().after(note))
            })
        }));
}

/// Returns the relation of a person to the authors and the merger of a version: under the governance before it, and
/// under that of the tree in question, which may also join identities.
fn by_then_and_now(landed: &LandedCase<'_>, by: &Address) -> Relation {
    let states = [landed.governance(), landed.today];
    let relation = |state| {
        let by = people::identify(state, "", by.as_str());
        if people(landed).any(|person| person.key == by.key) {
            Relation::Same
        } else {
            Identities::from_governance(state).relation(&by, people(landed))
        }
    };
    let [then, now] = states.map(relation);
    match (then, now) {
        (Relation::Same, _) | (_, Relation::Same) => Relation::Same,
        // Today's governance knows whose account it was.
        (Relation::Unknown(_), now) => now,
        (then, _) => then,
    }
}

/// Returns who wrote and who landed a version. The authors of an inherited verdict are not included.
fn people<'c>(landed: &LandedCase<'c>) -> impl Iterator<Item = &'c Person> {
    let verdict = landed.verdict;
    let own = verdict.carries.is_none();
    let authors = verdict.authors.iter().filter(move |_| own);
    let makers = verdict.makers.iter().chain(&verdict.landed_by);
    makers.chain(authors.map(|author| &author.person))
}

fn typed_addresses<'r>(
    before: Option<&Record>,
    after: &'r Record,
) -> Vec<(&'static str, &'r Address)> {
    let mut typed: Vec<(&str, &Address)> = Vec::new();
    let none = Vec::new();
    let reviews = before.map_or(&none, |before| &before.reviews);
    let added = differ::beyond(&after.reviews, reviews);
    typed.extend(added.iter().map(|entry| ("the review", &entry.by)));
    let none = Vec::new();
    let fired = before.map_or(&none, |before| &before.fired);
    let added = differ::beyond(&after.fired, fired);
    typed.extend(added.iter().map(|entry| ("the firing", &entry.by)));
    let closed = before.and_then(|before| before.closure.as_ref());
    if let Some(closure) = &after.closure {
        if closed.is_none_or(|closed| closed.by != closure.by) {
            typed.push(("the closure", &closure.by));
        }
        let reviewed = closed.and_then(|closed| closed.reviewed.as_ref());
        if let Some(review) = closure.reviewed.as_ref().filter(|review| Some(*review) != reviewed) {
            typed.push(("the review of the closure", &review.by));
        }
    }
    typed
}
