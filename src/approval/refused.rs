//! Approval files that apply to no version: invalid ones, and those about bytes that never landed.
//!
//! Uses history, approval's files and fold. Pure. Start at `TrailEvaluator::into_verdicts`. Follows
//! `docs/spec/approval.md`, S7, failures. They are shown with the version that was at the tip when they landed, and
//! have no effect on any verdict.

use crate::approval::approval_event::{CountedFile, RefusedFile, StatementEvent};
use crate::approval::fold::TrailEvaluator;
use crate::approval::identity::IdentityResolver;
use crate::approval::statement::file::{ApprovalDecision, ApprovalFile};
use crate::approval::verdict::{
    ApprovalVerdict, Approver, NotCounted, SelfAsserted, Statement, Vote, VoteCounts,
};
use crate::history::objects::Oid;
use crate::policy::demand::{EvidenceKind, Proof};
use crate::record::time::Instant;

impl TrailEvaluator<'_> {
    /// Returns the verdicts, each with the inapplicable files that landed while its version was at the tip.
    pub(crate) fn into_verdicts(mut self) -> Vec<ApprovalVerdict> {
        for (n, event) in self.statements.iter().enumerate() {
            if self.bound.is_bound(n) {
                continue;
            }
            let Some(statement) = shown(event) else {
                continue;
            };
            let mut versions = self.trail.versions.iter();
            let at_tip = versions.rposition(|version| version.landing <= event.landing());
            if let Some(verdict) = self.verdicts.get_mut(at_tip.unwrap_or(0)) {
                verdict.refused.push(statement);
            }
        }
        self.verdicts
    }
}

fn shown(event: &StatementEvent) -> Option<Statement> {
    let landed = match event {
        StatementEvent::Gap { .. } => return None,
        StatementEvent::Refused(refused) => UncountedApprovalFile::from(refused.as_ref()),
        StatementEvent::CountedFile(counted_file) => {
            UncountedApprovalFile::from(counted_file.as_ref())
        }
    };
    Some(landed.statement())
}

struct UncountedApprovalFile<'w, 'a> {
    file: &'w ApprovalFile,
    resolver: IdentityResolver<'a>,
    commit: Oid,
    at: Instant,
    path: &'w str,
    why_not: NotCounted,
}

impl<'w, 'a> From<&'w RefusedFile<'a>> for UncountedApprovalFile<'w, 'a> {
    fn from(refused: &'w RefusedFile<'a>) -> Self {
        UncountedApprovalFile {
            file: &refused.file,
            resolver: refused.resolver,
            commit: refused.commit,
            at: refused.effective,
            path: &refused.path,
            why_not: NotCounted::BadFile(refused.bad.clone()),
        }
    }
}

impl<'w, 'a> From<&'w CountedFile<'a>> for UncountedApprovalFile<'w, 'a> {
    fn from(counted_file: &'w CountedFile<'a>) -> Self {
        UncountedApprovalFile {
            file: &counted_file.file,
            resolver: counted_file.resolver,
            commit: counted_file.commit,
            at: counted_file.effective,
            path: &counted_file.path,
            why_not: NotCounted::OtherBytes(counted_file.file.sha256.clone()),
        }
    }
}

impl UncountedApprovalFile<'_, '_> {
    fn statement(self) -> Statement {
        let person = self.resolver.identity("", self.file.by.as_str()).person;
        let approver = Approver {
            groups: self.resolver.key_set.groups(self.resolver.at, &person, Proof::Claimed),
            person,
            level: Proof::Claimed,
            kind: match self.file.via {
                Some(_) => EvidenceKind::Review,
                None => EvidenceKind::Detached,
            },
            self_asserted: SelfAsserted::No,
            is_author: false,
            stated_by: None,
            commit: self.commit.to_string(),
            at: self.at,
            reason: self.file.reason.clone(),
            source: Some(self.path.to_owned()),
            key: None,
            key_claimed_in: None,
            via: self.file.via.clone(),
        };
        Statement {
            approver,
            vote: match self.file.decision {
                ApprovalDecision::Approve => Vote::Approves,
                ApprovalDecision::Reject => Vote::Vetoes,
            },
            counts: VoteCounts::No(self.why_not),
        }
    }
}
