//! `review-by-self`: the names typed in closure and post-closure review are equal; on the mainline, their authors are. The
//! same holds for the assessment of a redesign.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::approval::next::who::Identities;
use crate::approval::people::relation::Relation;
use crate::diag::code::Code;
use crate::diag::{self, Finding, Level};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::address::Address;
use crate::rules::audit_cases::LandedCase;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Closed, Rule, SpecialCases};
use crate::survey::redesign::assessor::Assessors;

pub(super) const RULE: Rule = Rule {
    code: Code::ReviewBySelf,
    level: Level::Error,
    serves: &["M47"],
    summary: "the person who closed the record also reviewed its closure, or assessed their own redesign",
    why: "The review exists because the person who closed a record already believes that it is done.",
    bad: Example::with(
        "closure",
        "{outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired, \
         evidence: [{kind: log, url: https://ci.example.com/7}], \
         reviewed: {date: 2027-01-10, by: Lee@example.com, outcome: effective}}",
    ),
    good: Example::with(
        "closure",
        "{outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired, \
         evidence: [{kind: log, url: https://ci.example.com/7}], \
         reviewed: {date: 2027-01-10, by: dana@example.com, outcome: effective}}",
    ),
    checks: &[Check::Record(record), Check::Redesign(redesign), Check::Landed(landed)],
    special: SpecialCases {
        closed: Closed::WhenReviewed,
        each_landing: true,
        ..SpecialCases::NONE
    },
};

fn record(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let field = "closure.reviewed.by";
    let (Some(closed), Some(reviewed)) =
        (case.value::<Address>("closure.by"), case.value::<Address>(field))
    else {
        return;
    };
    let governance = case.context.governance;
    let [closer, reviewer] =
        [&closed, &reviewed].map(|address| people::identify(governance, "", address.as_str()));
    let is_plain = closer.account.is_none() && reviewer.account.is_none();
    let (message, help) = match closer.key == reviewer.key {
        false if is_plain => return,
        true => (
            format!("{reviewed} closed the record and reviewed its closure"),
            "ask someone else to review it".to_owned(),
        ),
        false => match Identities::from_governance(governance).relation(&reviewer, [&closer]) {
            Relation::Unknown(unknown) => (
                format!("it is not known that {} is not {}", unknown.account, unknown.other),
                format!("add {}, or ask someone else to review it", unknown.to_add()),
            ),
            Relation::Same => (
                format!("{reviewed} closed the record and reviewed its closure"),
                "ask someone else to review it".to_owned(),
            ),
            Relation::Namesake | Relation::Different => return,
        },
    };
    let remedy = case.source.remove("closure.reviewed").after(help);
    findings.push(case.finding(RULE.code, field, message, remedy));
}

/// A redesign is assessed by somebody else than its owner and who did it.
fn redesign(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let address = |field| case.value::<Address>(field);
    let (Some(by), Some(owner)) = (address("assessed.by"), address("owner.email")) else {
        return;
    };
    let governance = case.context.governance;
    let doer = address("done.by");
    let assessors = Assessors { owner: &owner, doer: doer.as_ref() };
    if let Some(doubt) = assessors.doubt(&by, governance) {
        let remedy = case.source.remove("assessed").after(doubt.remedy().words());
        findings.push(case.finding(RULE.code, "assessed.by", doubt.message(&by), remedy));
    }
}

fn landed(landed: &LandedCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(by_landing(landed.governance(), landed));
    findings.extend(assessed_by_landing(landed.governance(), landed));
}

/// The same for the assessment of a redesign: it isn't there.
fn assessed_by_landing(governance: &Governance, landed: &LandedCase<'_>) -> Option<Finding> {
    let version = landed.redesign?;
    let assessed = version.after.assessed.as_ref()?;
    let before = version.before.as_ref().and_then(|before| before.assessed.as_ref());
    if before == Some(assessed) {
        return None;
    }
    let assessors = Assessors::of(&version.after);
    let makers = &landed.verdict.makers;
    let (message, help) = match assessors.doubt(&assessed.by, governance) {
        Some(doubt) => (doubt.message(&assessed.by), doubt.remedy().words()),
        None if assessors.has_other(makers, governance) => return None,
        None => {
            let who: Vec<&str> = makers.iter().map(|person| person.email.as_str()).collect();
            (
                format!(
                    "the assessment was written by {}, who owns the redesign or did it",
                    diag::names(&who)
                ),
                "ask someone else to assess it and write the entry".to_owned(),
            )
        }
    };
    let counts = format!("{message}, so it doesn't count");
    Some(Finding {
        level: Level::Error,
        field: Some("assessed.by".to_owned()),
        ..landed.finding(RULE.code, Level::Error, &counts, help)
    })
}

/// On the mainline, git tells who reviewed: all authors of the review's landing also made the closure.
fn by_landing(governance: &Governance, landed: &LandedCase<'_>) -> Option<Finding> {
    let closure = landed.record?.closure.as_ref()?;
    let review = closure.reviewed.as_ref()?;
    let before = landed.before.and_then(|before| before.closure.as_ref());
    if before.and_then(|closure| closure.reviewed.as_ref()) == Some(review) {
        return None;
    }
    let closing = landed.closing?.verdict;
    let closers: Vec<&Person> =
        closing.authors.iter().map(|author| &author.person).chain(&closing.makers).collect();
    let makers = &landed.verdict.makers;
    let identities = Identities::from_governance(governance);
    let is_other = |person: &&Person| {
        let relation = identities.relation(person, closers.iter().copied());
        !identities.is_no_person(person) && relation.is_different()
    };
    if makers.iter().any(|person| is_other(&person)) {
        return None;
    }
    let who: Vec<&str> = makers.iter().map(|person| person.email.as_str()).collect();
    let message = format!(
        "the review of the closure was written by {}, who also wrote the closure",
        diag::names(&who)
    );
    Some(Finding {
        level: Level::Error,
        field: Some("closure.reviewed.by".to_owned()),
        ..landed.finding(
            RULE.code,
            Level::Error,
            &message,
            "ask someone else to review it and write the entry".to_owned(),
        )
    })
}
