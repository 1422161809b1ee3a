//! An approval that would count, before its text is drafted.
//!
//! Start at [`PreparedApproval`].

use crate::approval::count::requirement;
use crate::approval::evidence::statement_file::ApprovalDecision;
use crate::approval::next::{text, who};
use crate::approval::verdict::{Statement, Vote, VoteCounts};
use crate::features::approve::committer::Committer;
use crate::features::approve::destination::Destination;
use crate::features::approve::source::ContentSource;
use crate::features::approve::subject::{self, ApprovalContent};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::address::Address;
use crate::session::locate::Located;
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::store::sign::Setup;

/// An approval or rejection that would count. If it is dropped, nothing is signed or written.
pub struct PreparedApproval<'s> {
    /// The content.
    pub content: ApprovalContent,
    /// The redesigns that are approved together with it.
    pub beside: Vec<ApprovalContent>,
    /// Where the content comes from.
    pub source: ContentSource<'s>,
    /// Whether it is approved or rejected.
    pub decision: ApprovalDecision,
    /// Who approves or rejects it.
    pub person: Person,
    /// The author of the approval's commit.
    pub committer: Committer,
    /// Notices for the reader before anything is signed.
    pub notices: Vec<Notice>,
    pub(super) by: Address,
    pub(super) at: Moment,
    pub(super) located: &'s Located,
    pub(super) snapshot: Snapshot<'s>,
    pub(super) destination: Destination<'s>,
    pub(super) commit_setup: Option<Setup>,
}

impl PreparedApproval<'_> {
    pub(super) fn judging(&self) -> &Governance {
        self.source.judging(&self.snapshot)
    }

    /// Returns the groups whose approval the content requires and for which this approval counts.
    pub fn groups(&self) -> Vec<String> {
        let needed = &self.content.target.needed;
        let governance = self.content.demanding(self.judging());
        subject::groups(needed, &self.person, self.decision, governance)
    }

    /// Returns what the content needs besides the approvals that count already, one line each, rejections that stand among
    /// them; `counts` includes this approval.
    pub fn still_needed(&self, counts: bool) -> Vec<String> {
        let content = &self.content;
        let said = content.landed.iter().flat_map(|landed| &landed.approvers);
        let counting = said.filter(|statement| statement.counts == VoteCounts::Yes);
        let (vetoes, given): (Vec<&Statement>, Vec<&Statement>) =
            counting.partition(|statement| statement.vote == Vote::Vetoes);
        let others = vetoes.iter().filter(|veto| veto.person.key != self.person.key);
        let rejected = others.map(|veto| {
            format!("another text, or an approval by {}, who rejected this one", veto.person.email)
        });
        let mut persons = content.signers.clone();
        persons.extend(given.iter().map(|statement| statement.person.clone()));
        if counts && self.decision == ApprovalDecision::Approve {
            persons.push(self.person.clone());
        }
        persons.sort();
        persons.dedup_by(|one, other| one.key == other.key);
        let Some(record) = content.record() else {
            return self.missing_for_governance(&persons).into_iter().chain(rejected).collect();
        };
        let lacking = who::lacking(
            self.judging(),
            record,
            content.last_approved.as_deref(),
            &content.target.makers,
            &persons,
        );
        lacking.iter().map(text::missing).chain(rejected).collect()
    }

    fn missing_for_governance(&self, persons: &[Person]) -> Vec<String> {
        let needed = &self.content.target.needed;
        let governance = self.content.demanding(self.judging());
        let groups: Vec<&str> = needed.each_of.iter().map(String::as_str).collect();
        let member_of: Vec<Vec<String>> =
            persons.iter().map(|person| people::groups_of(governance, person)).collect();
        let unfilled = requirement::unfilled(&groups, &member_of);
        let n_more = (needed.count as usize).saturating_sub(persons.len() + unfilled.len());
        let more = match n_more {
            0 => None,
            1 => Some("one more listed person".to_owned()),
            n => Some(format!("{n} more listed people")),
        };
        let of_groups = unfilled
            .into_iter()
            .map(|group| format!("one person in group {group} other than the authors"));
        of_groups.chain(more).collect()
    }
}
