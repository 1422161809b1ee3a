//! `bad-reference`: malformed tickets, ids, addresses, commits and packages.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::redesign;
use crate::record::id::Id;
use crate::record::purl::Purl;
use crate::record::{places, reference};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::yaml::node::Node;

pub(super) const RULE: Rule = Rule {
    code: Code::BadReference,
    level: Level::Warning,
    serves: &["M18"],
    summary: "a reference is not a valid ticket, address, commit or package",
    why: "Months later, someone who was not involved has to follow the reference.",
    bad: Example::with("references.ticket", "see the chat"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check), Check::Redesign(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    for (field, form) in malformed(&case.source.root) {
        if case.source.text(&field).is_some() {
            let message = format!("`{field}` is not {}", form.name);
            let remedy = case.source.set_for_example(&field, form.example).after(form.help);
            findings.push(case.finding(RULE.code, &field, message, remedy));
        }
    }
}

fn malformed(root: &Option<Node>) -> Vec<(String, &'static ReferenceForm)> {
    let mut malformed = Vec::new();
    let Some(root) = root else {
        return malformed;
    };
    let mut check_field = |holder: Option<&Node>,
                           key: &str,
                           form: &'static ReferenceForm,
                           path: &dyn Fn() -> String| {
        let text = holder.and_then(|holder| holder.get(key)?.text());
        if text.is_some_and(|text| !(form.fits)(text)) {
            let field = [path(), key.to_owned()].into_iter().filter(|part| !part.is_empty());
            malformed.push((field.collect::<Vec<_>>().join("."), form));
        }
    };
    let references = root.get("references");
    for entry in references.map_or(&[][..], Node::entries) {
        let form = match entry.key.as_str() {
            "supersedes" => &ID,
            "redesign" => &REDESIGN,
            _ => &TICKET,
        };
        check_field(references, &entry.key, form, &|| "references".to_owned());
    }
    check_field(root.get("fix"), "ticket", &TICKET, &|| "fix".to_owned());
    check_field(Some(root), "ticket", &TICKET, &String::new);
    places::evidence(root, &mut |place, item| {
        check_field(Some(item), "url", &ADDRESS, &|| place.path());
        check_field(Some(item), "commit", &COMMIT, &|| place.path());
    });
    let findings = root.get("scope").and_then(|scope| scope.get("findings"));
    for (index, item) in findings.map_or(&[][..], Node::items).iter().enumerate() {
        let path = || format!("scope.findings[{index}]");
        check_field(Some(item), "purl", &PACKAGE, &path);
    }
    malformed
}

struct ReferenceForm {
    name: &'static str,
    help: &'static str,
    example: &'static str,
    fits: fn(&str) -> bool,
}

static TICKET: ReferenceForm = ReferenceForm {
    name: "a ticket",
    help: "write it as ABC-12, ABC0012345, #12, owner/repo#12, or an http(s) address",
    example: "BILL-412",
    fits: reference::is_ticket,
};

static REDESIGN: ReferenceForm = ReferenceForm {
    name: "a redesign or a ticket",
    help: "write it as RED-2026-4T9PK, ABC-12, ABC0012345, #12, owner/repo#12, or an http(s) address",
    example: "BILL-412",
    fits: |text| reference::is_ticket(text) || redesign::read_id(text).is_ok(),
};

static ID: ReferenceForm = ReferenceForm {
    name: "the id of a record",
    help: "write it as EXC-2026-7F3KQ",
    example: "EXC-2026-1A2B3",
    fits: |text| Id::new(text).is_some(),
};

static ADDRESS: ReferenceForm = ReferenceForm {
    name: "an address",
    help: "write it with its scheme, such as https://ci.example.com/7",
    example: "https://ci.example.com/7",
    fits: reference::is_address,
};

static COMMIT: ReferenceForm = ReferenceForm {
    name: "a commit",
    help: "write 7 to 64 hexadecimal digits",
    example: "3f2c9a7be1d0",
    fits: reference::is_commit,
};

static PACKAGE: ReferenceForm = ReferenceForm {
    name: "a package URL",
    help: "write it as pkg:cargo/openssl@0.10.60",
    example: "pkg:cargo/openssl@0.10.60",
    fits: |text| Purl::parse(text).is_some(),
};
