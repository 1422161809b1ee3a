//! Explains why a record is not approved, and how it still can be.
//!
//! Uses record, approval, `status`'s reasons. Pure. Start at [`unapproved_reasons`]. Follows `docs/spec/status.md`: the
//! reasons include a remedy, and never one that the policy does not accept.

use crate::approval::evidence::statement_file::BadFile;
use crate::approval::people::relation::UnknownAccount;
use crate::approval::sources::signature::SignatureState;
use crate::approval::verdict::{
    ApprovalVerdict, FourEyes, MissingApproval, NotCounted, Satisfied, Statement, Vote, VoteCounts,
};
use crate::diag;
use crate::policy::demand::EvidenceKind;
use crate::record::dates;
use crate::status::reason::{Reason, ReasonKind};
use crate::status::state::RecordState;

/// The maximum number of uncounted approval files explained for a record.
const MOST_FILES: usize = 3;

/// The approval of a version, with the names needed for advice.
#[derive(Clone, Copy)]
pub(crate) struct VersionApproval<'a> {
    /// The id of the record.
    pub id: &'a str,
    /// The verdict on the version.
    pub verdict: &'a ApprovalVerdict,
    /// The path of the signers file.
    pub signers: &'a str,
}

/// Returns why a version's approval does not meet the requirement; empty if it does.
pub(crate) fn unapproved_reasons(approval: VersionApproval<'_>) -> Vec<Reason> {
    if approval.verdict.satisfied != Satisfied::No {
        return Vec::new();
    }
    let found = approval.reason_from_result();
    [found].into_iter().chain(missing(approval.verdict)).chain(approval.refused()).collect()
}

/// Returns the approvals still needed, one sentence each, with who could give them.
fn missing(verdict: &ApprovalVerdict) -> Vec<Reason> {
    let sentence = |missing: &MissingApproval| {
        let who: Vec<&str> = missing.who.iter().map(|person| person.email.as_str()).collect();
        ReasonKind::StillNeeded.says(match who.as_slice() {
            [] => format!("needs {}", missing.need),
            _ => format!("needs {}: {}", missing.need, who.join(" or ")),
        })
    };
    verdict.missing.iter().map(sentence).collect()
}

/// Returns the reasons for a record that ended without approval; empty if it has not ended.
pub(crate) fn ended(record_state: &RecordState) -> Vec<Reason> {
    let Some(end) = record_state.ended.map(dates::ended) else {
        return Vec::new();
    };
    let reason = match record_state.in_place.days {
        0 => ReasonKind::EndedUnapproved.says(format!(
            "ended {end} without having been approved: run `exledger reject {} --reason …`, and file a new record if it is still needed",
            record_state.key
        )),
        _ => ReasonKind::EndedInForce.says(format!(
            "was in force and ended {end}: close it; access may still be live"
        )),
    };
    vec![reason]
}

impl VersionApproval<'_> {
    /// Returns how the version can still be approved, as a sentence about who may do so.
    pub(crate) fn how_to_approve(self) -> String {
        self.verdict.ways.sentence(self.id, self.signers)
    }

    /// Returns the same for the version that lands after this one.
    pub(crate) fn how_to_approve_next(self) -> String {
        match self.verdict.ways.phrase(self.id, self.signers) {
            Some(_) => format!("change its text, and then {}", self.how_to_approve()),
            None => self.how_to_approve(),
        }
    }

    fn reason_from_result(self) -> Reason {
        let verdict = self.verdict;
        let authors = || {
            let names: Vec<&str> =
                verdict.authors.iter().map(|author| author.person.email.as_str()).collect();
            diag::names(&names)
        };
        let (kind, found) = match verdict.result {
            FourEyes::SelfApproved => (
                ReasonKind::SelfApproved,
                format!("approved only by its own authors ({})", authors()),
            ),
            FourEyes::NoneRecorded if verdict.landed_by.is_none() => {
                (ReasonKind::Squashed, "merged by squash, so git names no approver".to_owned())
            }
            FourEyes::NoneRecorded if only_machines(verdict) => {
                let found = "the only approval came from a bot or an agent, which never counts";
                let how = self.how_to_approve().replacen("someone else", "a person", 1);
                return ReasonKind::OnlyMachines.says(format!("{found}: {how}"));
            }
            FourEyes::NoneRecorded => {
                (ReasonKind::NothingCounts, "no approval is recorded that counts".to_owned())
            }
            FourEyes::Unresolved => return self.unresolved(),
            FourEyes::Claimed if verdict.approvers.is_empty() => (
                ReasonKind::SelfAsserted,
                format!("only its own authors say that others approved ({})", authors()),
            ),
            FourEyes::Claimed | FourEyes::Attested => {
                (ReasonKind::TooFew, "too few approvals".to_owned())
            }
            FourEyes::Vetoed => return self.vetoed(),
            FourEyes::InvalidSignature => {
                let found = "the signature of the merge is bad";
                return ReasonKind::BadSignature
                    .says(format!("{found}: {}", self.how_to_approve_next()));
            }
            FourEyes::Indeterminate | FourEyes::NotApplicable => {
                (ReasonKind::NotApproved, "not approved".to_owned())
            }
        };
        kind.says(format!("{found}: {}", self.how_to_approve()))
    }

    /// Returns the uncounted approval files of people who do not count otherwise, with what they can do.
    fn refused(self) -> impl Iterator<Item = Reason> {
        let counts = |statement: &&Statement| {
            let mut approvers = self.verdict.approvers.iter();
            approvers.any(|approver| approver.person.key == statement.approver.person.key)
        };
        let refused =
            self.verdict.refused.iter().filter(move |it| it.vote == Vote::Approves && !counts(it));
        let reasons = refused.filter_map(move |statement| {
            let who = &statement.approver.person.email;
            let VoteCounts::No(why_not) = &statement.counts else {
                return None;
            };
            let how = match why_not {
                NotCounted::BadFile(bad @ BadFile::Signature(SignatureState::UntrustedKey(_))) => {
                    format!("{}, then run `exledger approve {}` again", bad.help(), self.id)
                }
                NotCounted::BadFile(bad) => bad.help(),
                _ => format!("run `exledger approve {}` for the merged version", self.id),
            };
            Some(
                ReasonKind::FileRefused
                    .says(format!("the approval of {who} does not count, {why_not}: {how}")),
            )
        });
        reasons.take(MOST_FILES)
    }

    fn unresolved(self) -> Reason {
        match unknown_account(self.verdict) {
            Some(unknown) => {
                let phrase = self.verdict.ways.phrase(self.id, self.signers);
                let how = phrase.map(|phrase| format!(" ({phrase})")).unwrap_or_default();
                ReasonKind::AccountUnknown.says(format!("who approved can't be determined: {unknown}{how}"))
            }
            None if self.is_only_unlisted() => ReasonKind::NotApproved
                .says(format!("nobody who is listed approved it: {}", self.how_to_approve())),
            None => ReasonKind::NameUnknown.says(format!(
                "who approved can't be determined: {}; .mailmap and people.logins help approvals that are merged later",
                self.how_to_approve()
            )),
        }
    }

    /// Tells whether all who are named, and don't count for who they are, are merely not listed.
    fn is_only_unlisted(self) -> bool {
        let statements = self.verdict.statements.iter().filter(|it| it.vote == Vote::Approves);
        let mut unresolved = statements.filter_map(|it| match &it.counts {
            VoteCounts::No(NotCounted::NotListed(_)) => Some(true),
            VoteCounts::No(
                NotCounted::Unresolved
                | NotCounted::NoPerson
                | NotCounted::SameNameAsAuthor
                | NotCounted::UnnamedForge(_),
            ) => Some(false),
            _ => None,
        });
        unresolved.all(|is_unlisted| is_unlisted)
    }

    fn vetoed(self) -> Reason {
        let vetoes = |it: &&Statement| it.vote == Vote::Vetoes && it.counts == VoteCounts::Yes;
        let vetoes: Vec<&Statement> = self.verdict.statements.iter().filter(vetoes).collect();
        let names: Vec<&str> =
            vetoes.iter().map(|veto| veto.approver.person.email.as_str()).collect();
        let is_note = |veto: &&&Statement| veto.approver.kind == EvidenceKind::Note;
        let back = if vetoes.iter().any(|veto| is_note(&veto)) {
            "vote otherwise".to_owned()
        } else {
            format!("withdraw that (`exledger approve {}`)", self.id)
        };
        ReasonKind::Vetoed.says(format!(
            "rejected by {0}: {0} must {back}, or {1}",
            diag::names(&names),
            self.how_to_approve_next()
        ))
    }
}

fn unknown_account(verdict: &ApprovalVerdict) -> Option<&UnknownAccount> {
    verdict.statements.iter().find_map(|statement| match &statement.counts {
        VoteCounts::No(NotCounted::UnknownAccount(unknown)) => Some(unknown),
        _ => None,
    })
}

fn only_machines(verdict: &ApprovalVerdict) -> bool {
    !verdict.statements.is_empty()
        && verdict
            .statements
            .iter()
            .all(|statement| statement.counts == VoteCounts::No(NotCounted::Bot))
}
