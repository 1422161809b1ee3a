//! The answer: what was said, what it counts for, and what is still needed.
//!
//! Start at [`answer`].

use crate::commands::approve::place::Desk;
use crate::commands::approve::subject::Landed;
use exledger::approval::ask;
use exledger::approval::statement::file::ApprovalDecision;
use exledger::approval::statement::file::ApprovalFile;
use exledger::plan::approve;
use exledger::policy::people::person::Person;
use exledger::rules::change_cases;
use exledger::view::approve::{ApprovalSummary, Counting, Done, SignedStatement};

/// Returns the answer about a word that is not written yet.
pub(super) fn answer(
    desk: &Desk<'_>,
    file: &ApprovalFile,
    person: &Person,
    files: Vec<String>,
) -> SignedStatement {
    let subject = desk.subject;
    let of = match &desk.side.branch {
        _ if !subject.is_committed => format!("{}, not committed", subject.path),
        Some(branch) => format!("{} on {}", subject.path, branch.short),
        None => format!("{} at commit {}", subject.path, desk.side.head.short()),
    };
    let needed = subject.matter.needed.clone();
    let record = subject
        .source
        .as_ref()
        .and_then(|source| source.record.as_ref());
    SignedStatement {
        said: ApprovalSummary {
            name: subject.name.clone(),
            sha256: file.sha256.clone(),
            decision: file.decision,
            groups: approve::groups(&needed, person, file.decision, desk.approved.governance()),
            files,
        },
        title: record.map(|record| record.title.clone()),
        of,
        by: person.display.clone(),
        key: None,
        needed,
        who: left(
            desk,
            (file.decision == ApprovalDecision::Approve).then_some(person),
        ),
        counting: Counting::NotSigned,
        done: Done::Written,
        next: Vec::new(),
    }
}

/// Returns what is still needed once somebody has approved, a line each; nobody where the approval does not count.
pub(super) fn left(desk: &Desk<'_>, person: Option<&Person>) -> Vec<String> {
    let subject = desk.subject;
    let source = subject.source.as_ref();
    let Some(record) = source.and_then(|source| source.record.as_ref()) else {
        return Vec::new();
    };
    let mut spoken = subject.spoken.clone();
    if let Landed::AtTip(_, counted, _) = &subject.landed {
        spoken.extend(counted.iter().map(|counted| counted.person.clone()));
    }
    spoken.extend(person.cloned());
    spoken.sort();
    spoken.dedup_by(|one, other| one.key == other.key);
    let governance = &desk.approved.governance();
    let (last, makers) = (subject.last.as_deref(), &subject.matter.makers);
    let left = ask::left(governance, record, last, makers, &spoken);
    left.iter().map(change_cases::said).collect()
}
