//! The part after the first screen: everything else that is stated, proven and computed.
//!
//! Start at [`sections`].

use crate::approval::verdict::Statement;
use crate::diag::sorting::StableSort as _;
use crate::features::show;
use crate::features::show::text::{Pairs, add};
use crate::features::show::{answers, proof};
use crate::gate::accepted_text::ScannedFiles;
use crate::record::Record;
use crate::record::time::Instant;
use crate::record::vocabulary::Vocabulary;
use crate::rules::evidence::CitedEvidence;
use crate::status::state::RecordState;
use crate::survey::naming::RecordNames;
use crate::view::doc::StyledText;
use crate::view::{accepted, closure, statements};

pub(super) const IN_FULL: &str = "In full";

pub(super) const STATEMENTS: &str = "Statements";

/// The fields in that section that are never on the first screen.
pub(super) const STATED_LATER: &[&str] = &["starts", "references"];

const WHOLE: usize = usize::MAX;

pub(super) fn sections(
    record_state: &RecordState,
    statements: &[&Statement],
    evidence: &[CitedEvidence<'_>],
    (names, files): (&dyn RecordNames, &dyn ScannedFiles),
    instant: Instant,
) -> Vec<(&'static str, Pairs)> {
    let others = statements::beyond_approvers(statements.iter().copied());
    let content = record_state.content();
    let closure = closure::pairs(record_state, evidence, instant);
    let open = closure.is_empty() && !evidence.is_empty();
    let cited = if open { Some(("evidence".to_owned(), closure::lines(evidence))) } else { None };
    vec![
        ("Closure", closure),
        ("Subject and scope", content.map(|content| subject(content, files)).unwrap_or_default()),
        ("People and risk", content.map(people).unwrap_or_default()),
        (IN_FULL, content.map(|content| in_full(content, record_state, names)).unwrap_or_default()),
        ("Decisions", content.map(decisions).unwrap_or_default()),
        ("Evidence", cited.into_iter().collect()),
        ("Proof", proof::pairs(record_state)),
        (STATEMENTS, statements::pairs(&others)),
        ("Pending", proof::pending(record_state, instant)),
    ]
}

fn listed(values: Option<&Vec<String>>) -> Option<String> {
    values.map(|values| match values.as_slice() {
        [] => "nothing".to_owned(),
        values => values.join(", "),
    })
}

fn subject(content: &Record, files: &dyn ScannedFiles) -> Pairs {
    let mut pairs = Pairs::new();
    let subject = &content.subject;
    let kind =
        subject.identity_type.map(|kind| format!(" ({})", kind.as_str())).unwrap_or_default();
    add(
        &mut pairs,
        "identity",
        subject.identity.as_ref().map(|identity| format!("{identity}{kind}")),
    );
    let until = subject
        .credential_expires
        .as_ref()
        .map(|until| format!(" until {until}"))
        .unwrap_or_default();
    add(
        &mut pairs,
        "credential",
        subject.credential.as_ref().map(|credential| format!("{credential}{until}")),
    );
    add(&mut pairs, "asset", subject.asset.as_ref());
    add(&mut pairs, "application", subject.application.as_ref());
    add(&mut pairs, "environment", subject.environment.as_ref());
    add(&mut pairs, "task", subject.task.as_ref());
    add(&mut pairs, "vendor", subject.vendor.as_ref());
    add(&mut pairs, "former names", listed(subject.aliases.as_ref()));
    if let Some(scope) = &content.scope {
        add(&mut pairs, "resources", listed(scope.resources.as_ref()));
        add(&mut pairs, "actions", listed(scope.actions.as_ref()));
        add(&mut pairs, "not waived", listed(scope.not_waived.as_ref()));
        let findings = scope.findings.iter().flatten();
        let findings: Vec<String> = findings.flat_map(|key| accepted::covers(key, files)).collect();
        add(&mut pairs, "findings", (!findings.is_empty()).then(|| findings.join("\n")));
    }
    add(&mut pairs, "baseline", content.deviates_from.baseline.map(Vocabulary::as_str));
    pairs
}

fn people(content: &Record) -> Pairs {
    let mut pairs = Pairs::new();
    let owner = &content.owner;
    add(&mut pairs, "owner", Some(format!("{} <{}>", owner.name, owner.email)));
    add(&mut pairs, "team", owner.team.as_ref());
    add(&mut pairs, "backup", owner.backup.as_ref());
    add(&mut pairs, "requester", content.requester.as_ref());
    add(&mut pairs, "risk", Some(content.risk.level.as_str()));
    add(&mut pairs, "blast radius", content.risk.blast_radius.as_ref());
    add(&mut pairs, "risk owner", content.risk.owner.as_ref());
    add(&mut pairs, "root cause", Some(content.root_cause.as_str()));
    if let Some(fix) = &content.fix {
        let due = fix.due.map(|due| format!(", due {due}")).unwrap_or_default();
        let ticket = fix.ticket.as_ref().map(|ticket| format!(" ({ticket})")).unwrap_or_default();
        add(
            &mut pairs,
            "fix",
            Some(format!("{}{ticket}, in {}{due}", fix.plan, fix.target.as_str())),
        );
    }
    if let Some(rollback) = &content.rollback {
        add(&mut pairs, "rollback", Some(format!("{}, on: {}", rollback.plan, rollback.criteria)));
    }
    pairs
}

fn in_full(content: &Record, record_state: &RecordState, names: &dyn RecordNames) -> Pairs {
    let mut pairs = Pairs::new();
    let mut lines = |label: &str, texts: Vec<StyledText>| {
        if !texts.is_empty() {
            pairs.push((label.to_owned(), show::text::lines(texts, WHOLE)));
        }
    };
    lines("justification", vec![StyledText::plain(content.justification.trim_end())]);
    lines("deviates from", answers::deviation(content, names, WHOLE));
    lines("controls", answers::controls(content, record_state, WHOLE));
    lines("sooner if", answers::sooner(content, record_state, WHOLE));
    lines(
        "reasons",
        record_state.reasons.iter().map(|reason| StyledText::plain(reason.to_string())).collect(),
    );
    add(&mut pairs, "starts", content.starts.as_ref());
    add(&mut pairs, "event ends", content.event_ends.as_ref());
    add(&mut pairs, "reviewed every", content.review_every.as_ref());
    add(&mut pairs, "uses", content.uses.as_ref().map(|uses| uses.limit));
    let references = crate::survey::select::references(content);
    add(&mut pairs, "references", (!references.is_empty()).then(|| references.join(", ")));
    pairs
}

fn decisions(content: &Record) -> Pairs {
    let mut pairs = Pairs::new();
    let note_text =
        |note: Option<&String>| note.map(|note| format!(": {note}")).unwrap_or_default();
    for entry in &content.reviews {
        let text =
            format!("{} by {}{}", entry.outcome.as_str(), entry.by, note_text(entry.note.as_ref()));
        pairs.push((format!("{} reviewed", entry.date), StyledText::plain(text)));
    }
    for entry in &content.handling {
        let text =
            format!("{} by {}{}", entry.stage.as_str(), entry.by, note_text(entry.note.as_ref()));
        pairs.push((format!("{} noted", entry.date), StyledText::plain(text)));
    }
    for entry in &content.renewals {
        let text = format!("from {} until {}: {}", entry.from, entry.until, entry.reason);
        pairs.push((format!("{} renewed", entry.date), StyledText::plain(text)));
    }
    for entry in &content.transfers {
        let text =
            format!("from {} to {}{}", entry.from, entry.to, note_text(entry.reason.as_ref()));
        pairs.push((format!("{} transferred", entry.date), StyledText::plain(text)));
    }
    for entry in &content.fired {
        let text = format!("{} by {}{}", entry.trigger, entry.by, note_text(entry.note.as_ref()));
        pairs.push((format!("{} fired", entry.date), StyledText::plain(text)));
    }
    if let Some(closure) = &content.closure {
        let text = format!("{} by {}: {}", closure.outcome.as_str(), closure.by, closure.reason);
        pairs.push((format!("{} closed", closure.date), StyledText::plain(text)));
    }
    pairs.order_by(|one, other| one.0.cmp(&other.0));
    pairs
}
