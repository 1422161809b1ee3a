//! `bad-approval-file`: a file below `.approvals` that is not counted.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, S7 and 1.12.

use crate::approval::evidence::files::{ApprovalFileOutcome, FileState};
use crate::approval::evidence::statement_file::ApprovalSubject;
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::Statements;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::BadApprovalFile,
    level: Level::Error,
    serves: &["M24"],
    summary: "an approval file that approves nothing",
    why: "A reader who only sees that the file exists takes it for an approval.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "dana pushes exceptions/.approvals/EXC-2026-7F3KQ/0123456789ab-dana@example.com.txt",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::ApprovalFiles(check)],
    special: SpecialCases::NONE,
};

fn check(statements: &Statements<'_>, findings: &mut Vec<Finding>) {
    match statements {
        Statements::Landed(files) => findings.extend(files.iter().filter_map(landed)),
        Statements::Proposed(files) => {
            let bad = files.iter();
            findings.extend(
                bad.map(|bad| finding(Level::Error, &bad.path, None, &bad.why, bad.remedy.clone())),
            );
        }
    }
}

fn landed(filed: &ApprovalFileOutcome) -> Option<Finding> {
    let (why, help) = filed.state.why()?;
    let level = match (&filed.state, filed.is_at_tip) {
        (FileState::Sound | FileState::Missing(_), _) => return None,
        (FileState::Bad(_), true) => Level::Error,
        _ => Level::Warning,
    };
    let why = format!("{why} (merged in {})", filed.commit.short());
    let help = match filed.is_at_tip {
        true if filed.state == FileState::Removed => help.into(),
        true => remove(&filed.path, &help),
        false => Remedy::stays().after("the file was merged"),
    };
    Some(finding(level, &filed.path, filed.about.as_ref(), &why, help))
}

pub(super) fn remove(path: &str, note: &str) -> Remedy {
    Remedy::run([format!("rm -f -- {}", quoted(path))]).after(note)
}

fn finding(
    level: Level,
    path: &str,
    about: Option<&ApprovalSubject>,
    why: &str,
    remedy: Remedy,
) -> Finding {
    Finding {
        rule: RULE.code,
        level,
        path: path.to_owned(),
        pos: None,
        field: None,
        id: match about {
            Some(ApprovalSubject::Record(id)) => Some(id.to_string()),
            _ => None,
        },
        message: format!("it approves nothing: {why}"),
        remedy,
    }
}
