//! `bad-reference`: malformed tickets, ids, addresses, commits and packages.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::{Finding, Level};
use crate::gate::purl::Purl;
use crate::record::id::Id;
use crate::record::reference;
use crate::rules::case::Case;
use crate::rules::example::Example;
use crate::rules::lint;
use crate::rules::{Group, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "bad-reference",
    level: Level::Warning,
    group: Group::Content,
    serves: &["M18"],
    summary: "a reference that leads nowhere",
    why: "A reference is followed months later by someone who was not there.",
    remedy: "Write the ticket, address, commit or package in one of the forms that are named.",
    bad: Example::with("references.ticket", "see the chat"),
    good: Example::SAMPLE,
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut look = |field: &str, form: &Form| {
        if of.source.text(field).is_some_and(|text| !(form.fits)(text)) {
            let message = format!("`{field}` is not {}", form.name);
            findings.push(of.finding(RULE.code, field, message, form.help.to_owned()));
        }
    };
    for key in TICKETS {
        look(&format!("references.{key}"), &TICKET);
    }
    look("fix.ticket", &TICKET);
    look("references.supersedes", &ID);
    for evidence in lint::evidence_fields(of.source) {
        look(&format!("{evidence}.url"), &ADDRESS);
        look(&format!("{evidence}.commit"), &COMMIT);
    }
    for index in 0..of.source.items("scope.findings").len() {
        look(&format!("scope.findings[{index}].purl"), &PACKAGE);
    }
    findings
}

/// The form that a reference has.
struct Form {
    name: &'static str,
    help: &'static str,
    fits: fn(&str) -> bool,
}

const TICKETS: &[&str] = &[
    "change",
    "incident",
    "ticket",
    "onboarding",
    "access_review",
    "rotation",
    "offboarding",
    "pam",
    "risk",
    "redesign",
];

const TICKET: Form = Form {
    name: "a ticket",
    help: "write it as ABC-12, ABC0012345, #12, owner/repo#12, or an http(s) address",
    fits: reference::is_ticket,
};

const ID: Form = Form {
    name: "the id of a record",
    help: "write it as EXC-2026-7F3KQ",
    fits: |text| Id::new(text).is_some(),
};

const ADDRESS: Form = Form {
    name: "an address",
    help: "write it with its scheme, such as https://ci.example.com/7",
    fits: reference::is_address,
};

const COMMIT: Form = Form {
    name: "a commit",
    help: "write 7 to 64 hexadecimal digits",
    fits: reference::is_commit,
};

const PACKAGE: Form = Form {
    name: "a package URL",
    help: "write it as pkg:cargo/openssl@0.10.60",
    fits: |text| Purl::parse(text).is_some(),
};
