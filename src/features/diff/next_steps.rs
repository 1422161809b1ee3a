//! How the records that a branch changes can be approved where it will land.
//!
//! Start at `find_next_steps`. Follows `docs/spec/cli.md`, `how[]`.

use crate::approval::evidence::statement::LedgerName;
use crate::approval::evidence::statement_file::{self, ApprovalSubject};
use crate::approval::next::steps::{
    self, ChangeContext, Merging, NextSteps, ProposedContent, Standing,
};
use crate::features::diff::compared::{Compared, Entry, ProposedState};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::plan::reviews::find_record_folder;
use crate::record::Record;
use crate::session::error::Error;
use crate::session::locate::Located;
use crate::session::mainline::{self, approved_ref};
use crate::session::options::Moment;
use crate::store::approvals_branch::StatementTrees;
use crate::store::files::WorkTree;
use crate::survey::merging;
use crate::survey::signed_statements;
use crate::survey::signed_statements::{SignedContent, SignedStatements};

pub(super) fn find_next_steps(
    located: &Located,
    at: &Moment,
    compared: &Compared,
    proposed: ProposedState<'_>,
) -> Result<Vec<NextSteps>, Error> {
    if compared.entries.is_empty() {
        return Ok(Vec::new());
    }
    let repository = located.repository()?;
    let policy = &compared.onto.policy;
    let place = mainline::ledger_place(located, policy, at.now);
    let approved = approved_ref(located)?;
    let reference = &*approved.reference;
    let mut merging = merging::read(repository, (compared.target, reference), &compared.onto)?;
    if compared.is_first {
        // The workflow comes with the first policy, and runs for what lands with it.
        let has_job = |top: &dyn Tree| merging::has_review_job(top, reference);
        merging.has_review_job = match (proposed.commit, repository.work_dir()) {
            (Some(commit), _) => {
                has_job(&CommitTree::of_commit(repository, commit, &LedgerPrefix::default())?)
            }
            (None, Some(top)) => has_job(&WorkTree::new(top)),
            (None, None) => false,
        };
    }
    let reader = StatementReader {
        compared,
        proposed,
        at,
        ledger: LedgerName::from_policy(policy, &place),
        branches: StatementTrees::read(
            repository,
            approved.remote.as_deref(),
            &repository.ledger_prefix(&located.root),
        ),
        merging,
        remote: approved.remote.as_deref(),
    };
    compared.entries.iter().map(|entry| reader.next_steps(entry)).collect()
}

struct StatementReader<'c> {
    compared: &'c Compared,
    proposed: ProposedState<'c>,
    at: &'c Moment,
    ledger: LedgerName,
    merging: Merging,
    branches: StatementTrees<'c>,
    remote: Option<&'c str>,
}

impl StatementReader<'_> {
    fn next_steps(&self, entry: &Entry) -> Result<NextSteps, Error> {
        let ([only], Some(record)) = (entry.delta.after.as_slice(), entry.delta.record_after())
        else {
            return Ok(NextSteps::default());
        };
        let is_witness = entry.landed.needs_witness(&self.compared.onto, record);
        if entry.needs.needed.count == 0 && !is_witness {
            return Ok(NextSteps::default());
        }
        let mut statements = self.statements(&only.path, record)?;
        // What they said of a version that landed was about that one.
        statements.of_other_bytes.retain(|(_, sha256)| !entry.landed.digests.contains(sha256));
        Ok(steps::steps(Standing::Proposed(ProposedContent {
            governance: &self.compared.onto,
            record,
            approved: entry.landed.approved.as_deref().filter(|_| !is_witness),
            change: ChangeContext {
                makers: &entry.makers,
                approvals: &statements.approvals,
                rejections: &statements.rejections,
                of_other_bytes: &statements.of_other_bytes,
                unpushed: &statements.unpushed,
                remote: self.remote,
                merging: self.merging,
                at: self.at.instant(),
            },
            is_witness,
            carries_on: entry.needs.carries_on,
            was_removed: entry.landed.was_removed,
        })))
    }

    fn statements(&self, path: &str, record: &Record) -> Result<SignedStatements, Error> {
        let Some(bytes) = self.proposed.tree.bytes(path)? else {
            return Ok(SignedStatements::default());
        };
        let records = &self.proposed.governance.policy.records;
        let content = SignedContent {
            about: &ApprovalSubject::Record(record.id.clone()),
            from: None,
            sha256: &statement_file::digest(&bytes),
            folder: &find_record_folder(records, path),
            records,
            ledger: &self.ledger,
        };
        let (governance, at) = (&*self.compared.onto, self.at.instant());
        let trees = self.branches.counting().chain([self.proposed.tree]);
        Ok(signed_statements::read(self.branches.own(), trees, &content, governance, at)?)
    }
}
