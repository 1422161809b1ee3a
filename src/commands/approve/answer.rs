//! The answer about an approval: what was signed, what it counts for, and what is still needed.
//!
//! Start at [`unsigned`].

use exledger::approval::evidence::statement_file::ApprovalDecision;
use exledger::features::approve;
use exledger::features::approve::destination::WrittenApproval;
use exledger::features::approve::draft::ApprovalDraft;
use exledger::features::approve::prepared::PreparedApproval;
use exledger::features::approve::show::{ApprovalSummary, Counting, Done, SignedStatement};
use exledger::features::approve::sign::ApprovalSignature;
use exledger::history::refs::APPROVALS_BRANCH;
use exledger::view;
use exledger::view::doc::{StyledText, Tone};
use exledger::view::shape;

pub(super) fn unsigned(
    prepared: &PreparedApproval<'_>,
    draft: &ApprovalDraft<'_>,
) -> SignedStatement {
    let (content, source) = (&prepared.content, &prepared.source);
    let of = match &source.branch {
        _ if !content.is_committed => format!("{}, not committed", content.path),
        Some(branch) => format!("{} on {branch}", content.path),
        None => format!("{} at commit {}", content.path, source.head.short()),
    };
    SignedStatement {
        summary: ApprovalSummary {
            name: content.name.clone(),
            sha256: draft.file.sha256.clone(),
            decision: draft.file.decision,
            groups: prepared.groups(),
            files: draft.all_paths(),
        },
        title: content.record().map(|record| record.title.clone()),
        of,
        by: prepared.person.display.clone(),
        key: None,
        needed: content.target.needed.clone(),
        who: prepared.still_needed(true),
        counting: Counting::NotSigned,
        done: Done::Written,
        next: Vec::new(),
    }
}

/// Adds how the key is listed; if the signature does not count, everything is still needed.
pub(super) fn add_signature(
    answer: &mut SignedStatement,
    prepared: &PreparedApproval<'_>,
    signature: &ApprovalSignature,
) {
    let (key, listing) = (&signature.key, &signature.listing);
    let listed = format!("{key}, {listing}");
    match &signature.missing {
        None => {
            answer.key = Some(StyledText::plain(listed));
            answer.counting = Counting::Counts;
        }
        Some(missing) => {
            answer.key = Some(StyledText::with_tone(Tone::Warn, listed));
            answer.counting = Counting::NotYet {
                why: format!("the key {key} is {listing}"),
                signers: missing.signers.clone(),
                line: missing.line.clone(),
                way_out: missing.way_out.clone(),
            };
            answer.who = prepared.still_needed(false);
        }
    }
}

pub(super) fn done(written: &WrittenApproval) -> Done {
    match written {
        WrittenApproval::Folder { .. } => Done::Written,
        WrittenApproval::Branch { commit, .. } => {
            Done::Committed { commit: commit.clone(), branch: APPROVALS_BRANCH.to_owned() }
        }
    }
}

pub(super) fn preview(prepared: &PreparedApproval<'_>) -> Option<view::doc::Doc<'static>> {
    let content = &prepared.content;
    let makers: Vec<String> = content.target.makers.iter().map(shape::name).collect();
    let events: Vec<&str> = content.events.iter().map(|event| event.as_str()).collect();
    let record = content.record()?;
    Some(approve::show::gist(record, &makers, &events))
}

pub(super) fn question(prepared: &PreparedApproval<'_>, draft: &ApprovalDraft<'_>) -> String {
    let verb = match prepared.decision {
        ApprovalDecision::Approve => "Approve",
        ApprovalDecision::Reject => "Reject",
    };
    let name = &prepared.content.name;
    format!("{verb} {name} as {}, by a signature", draft.file.by)
}
