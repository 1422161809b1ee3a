//! Why a record has its status: each reason, and where its advice leads.

use exledger::status::reason::ReasonKind;

use super::{ID, Stage, dated, files, record, unapproved};

/// One person approves; sensitive records can't be renewed, and grant nothing while degraded.
const POLICY: &str = "\
people: {roster: people.csv}
tiers:
  - {name: sensitive, match: [{risk: [high]}], max_term: 90d, max_renewals: 0, approvals: {count: 1}, require: [compensating_controls], degraded: deny}
  - {name: standard, max_term: 90d, max_renewals: 2, max_total: 270d, approvals: {count: 1}, require: [compensating_controls]}
";

const ROSTER: &str = "email,name,team,active
ana@example.com,Ana Ruiz,billing,yes
dana@example.com,Dana Kim,security,yes
gone@example.com,Gone,billing,no
";

pub(super) fn begin() -> Stage {
    Stage::begin_with(POLICY, &[("people.csv", ROSTER)])
}

pub(super) fn path() -> String {
    crate::support::repo::path_of(ID)
}

/// A record that Ana filed and Lee merged.
pub(super) fn approved(more: &str) -> Stage {
    let stage = begin();
    stage.merged(ID, &record(more), "ana", "lee");
    stage
}

/// A record that Ana pushed.
pub(super) fn pushed(more: &str) -> Stage {
    let stage = begin();
    stage.land("ana", &[(ID, &record(more))]);
    stage
}

/// Returns the story of a kind of reason: what shows it, its advice, and that the advice leads to the right result.
fn story(kind: ReasonKind) -> fn(&str) {
    match kind {
        ReasonKind::NotDetermined => files::not_determined,
        ReasonKind::FileGone => files::file_gone,
        ReasonKind::SeveralFiles => files::several_files,
        ReasonKind::Unreadable => files::unreadable,
        ReasonKind::OnlyProposed => files::only_proposed,
        ReasonKind::ProposedTooLate => files::proposed_too_late,
        ReasonKind::FieldsDiffer => files::fields_differ,
        ReasonKind::EmergencyLapsed => unapproved::emergency_lapsed,
        ReasonKind::GraceUsedUp => unapproved::grace_used_up,
        ReasonKind::EmergencyUnapproved => unapproved::emergency_unapproved,
        ReasonKind::SelfApproved => unapproved::self_approved,
        ReasonKind::Squashed => unapproved::squashed,
        ReasonKind::OnlyMachines => unapproved::only_machines,
        ReasonKind::NothingCounts => unapproved::nothing_counts,
        ReasonKind::AccountUnknown => unapproved::account_unknown,
        ReasonKind::NameUnknown => unapproved::name_unknown,
        ReasonKind::SelfAsserted => unapproved::self_asserted,
        ReasonKind::TooFew => unapproved::too_few,
        ReasonKind::Vetoed => unapproved::vetoed,
        ReasonKind::BadSignature => unapproved::bad_signature,
        ReasonKind::StillNeeded => unapproved::still_needed,
        ReasonKind::FileRefused => unapproved::file_refused,
        ReasonKind::StatementsNotFetched => files::statements_not_fetched,
        ReasonKind::StatementLost => files::statement_lost,
        ReasonKind::BroughtBack => files::brought_back,
        ReasonKind::ApprovedUnread => files::approved_unread,
        ReasonKind::EndedUnapproved => dated::ended_unapproved,
        ReasonKind::EndedInForce => dated::ended_in_force,
        ReasonKind::ChangedSince => files::changed_since,
        ReasonKind::Ended => dated::ended,
        ReasonKind::TriggerEnded => dated::trigger_ended,
        ReasonKind::ReviewOverdue => dated::review_overdue,
        ReasonKind::ReviewedByAuthor => dated::reviewed_by_author,
        ReasonKind::ControlStale => dated::control_stale,
        ReasonKind::VerifiedByAuthor => dated::verified_by_author,
        ReasonKind::ControlDropped => dated::control_dropped,
        ReasonKind::NoControlLeft => dated::no_control_left,
        ReasonKind::TriggerWaits => dated::trigger_waits,
        ReasonKind::Ownerless => dated::ownerless,
        // No advice: they state a fact, or accompany another reason.
        ReasonKind::ClosedBy
        | ReasonKind::OnlyNarrowed
        | ReasonKind::NotStarted
        | ReasonKind::InForce
        | ReasonKind::TierSays
        | ReasonKind::NotApproved => |_| {},
    }
}

/// Returns words that identify the reason of a kind.
fn words(kind: ReasonKind) -> &'static str {
    match kind {
        ReasonKind::NotDetermined => "could not determine: ",
        ReasonKind::FileGone => "the file was removed",
        ReasonKind::SeveralFiles => "have this id",
        ReasonKind::Unreadable => "can't be read as a record",
        ReasonKind::OnlyProposed => "grants nothing until it is approved",
        ReasonKind::ProposedTooLate => "give it a later end, or drop it",
        ReasonKind::FieldsDiffer => "changes merged since the approval affect",
        ReasonKind::EmergencyLapsed => "the emergency had to be approved",
        ReasonKind::GraceUsedUp => "no grace: ",
        ReasonKind::EmergencyUnapproved => "an emergency that nobody has approved yet",
        ReasonKind::SelfApproved => "approved only by its own authors",
        ReasonKind::Squashed => "merged by squash",
        ReasonKind::OnlyMachines => "the only approval came from a bot",
        ReasonKind::NothingCounts => "no approval is recorded that counts",
        ReasonKind::AccountUnknown => "it is not known that",
        ReasonKind::NameUnknown => "help approvals that are merged later",
        ReasonKind::SelfAsserted => "only its own authors say that others approved",
        ReasonKind::TooFew => "too few approvals",
        ReasonKind::Vetoed => "rejected by",
        ReasonKind::BadSignature => "the signature of the merge is bad",
        ReasonKind::StillNeeded => "needs ",
        ReasonKind::FileRefused => "does not count, ",
        ReasonKind::StatementsNotFetched => "this clone does not fetch ",
        ReasonKind::StatementLost => "a signed statement about it",
        ReasonKind::BroughtBack => "the same bytes were merged in",
        ReasonKind::ApprovedUnread => "could not be read, so it grants nothing",
        ReasonKind::EndedUnapproved => "without having been approved",
        ReasonKind::EndedInForce => "was in force and ended",
        ReasonKind::ChangedSince => "to approve the rest",
        ReasonKind::Ended => "ended on",
        ReasonKind::TriggerEnded => "fired on",
        ReasonKind::ReviewOverdue => "a review was due",
        ReasonKind::ReviewedByAuthor => "the review by",
        ReasonKind::ControlStale => "had to be verified again",
        ReasonKind::VerifiedByAuthor => "the verification of control",
        ReasonKind::ControlDropped => "was dropped since the approval",
        ReasonKind::NoControlLeft => "no compensating control is left",
        ReasonKind::TriggerWaits => "waits for a review",
        ReasonKind::Ownerless => "ownerless",
        ReasonKind::ClosedBy
        | ReasonKind::OnlyNarrowed
        | ReasonKind::NotStarted
        | ReasonKind::InForce
        | ReasonKind::TierSays
        | ReasonKind::NotApproved => "",
    }
}

#[test]
fn the_advice_of_every_reason_leads_where_it_promises() {
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let told = ReasonKind::ALL.iter().map(|kind| {
            let told = scope.spawn(|| story(*kind)(words(*kind)));
            (kind, told)
        });
        let told: Vec<_> = told.collect();
        let wrong = told.into_iter().filter_map(|(kind, told)| {
            let wrong = told.join().err()?;
            let why = wrong.downcast_ref::<String>().map_or("it panicked", String::as_str);
            Some(format!("{kind:?}: {why}"))
        });
        wrong.collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
