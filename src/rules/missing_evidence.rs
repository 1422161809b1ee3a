//! `missing-evidence`: the file does not exist, or is outside the repository by `..` or by a link.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RecordCase;
use crate::rules::evidence::Found;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Closed, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::MissingEvidence,
    level: Level::Error,
    serves: &["M48"],
    summary: "an evidence file does not exist",
    why: "An auditor can't use evidence that can't be opened.",
    bad: Example::with(
        "compensating_controls",
        "[{id: CC1, description: Alert on use, owner: soc@example.com, status: active, evidence: \
         [{kind: log, path: evidence/gone.txt, \
         sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}]}]",
    ),
    good: Example::SAMPLE,
    checks: &[Check::Evidence(check)],
    special: SpecialCases { closed: Closed::Judged, ..SpecialCases::NONE },
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    for evidence in &case.evidence {
        let field = format!("{}.path", evidence.field);
        let path = case.source.text(&field).unwrap_or_default();
        let message = match evidence.found {
            Found::File(_) => continue,
            Found::Nothing => format!("there is no file {path}"),
            Found::NoFile => format!("{path} is not a regular file"),
            Found::Outside => format!("{path} leads out of the repository, or to a missing file"),
        };
        let item = &evidence.field;
        let id = case.source.text(&format!("{item}.id")).map(|id| format!("id: {id}, "));
        let cited =
            format!("{{{}kind: log, url: https://ci.example.com/7}}", id.unwrap_or_default());
        let help = case.source.set_for_example(item, &cited).after(
            "commit the file, and give its path relative to the folder of exledger.yaml, or cite an address",
        );
        findings.push(case.finding(RULE.code, &field, message, help));
    }
}
