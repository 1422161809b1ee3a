//! Audits what landed: every version under the governance at its landing, approvals, evidence and uses.
//!
//! Start at [`audit`]. Follows `docs/spec/cli.md`, verify, and `docs/spec/rules.md`, levels in verify.

use crate::approval::evidence::files::{ApprovalFileOutcome, FileState};
use crate::approval::evidence::statement_file::ApprovalSubject;
use crate::diag::Finding;
use crate::features::verify::checkpoints::EarlierTips;
use crate::features::verify::doubt::AuditDoubt;
use crate::features::verify::uses::{AuditedReceipts, ReceiptsRequest, UsedRecord};
use crate::history::checkpoint::Checkpoint;
use crate::history::objects::{ObjectKind, Objects, Oid};
use crate::history::off_line::APPROVALS_PIN;
use crate::history::tree::CommitTree;
use crate::history::version::TrailKey;
use crate::history::walk;
use crate::record::file;
use crate::record::file::RecordFile;
use crate::rules::audit;
use crate::rules::audit::contents::Contents;
use crate::rules::audit::{Audit, policy_bypass};
use crate::rules::extra_schema::ExtraSchema;
use crate::session::error::{Error, Undetermined};
use crate::session::locate::{Located, above};
use crate::session::mainline::OpenMainline;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Walk;
use crate::status::state::{RecordState, Status};
use crate::survey::escalate::LandedFacts as _;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What is audited.
#[derive(Clone, Copy, Debug)]
pub struct AuditRequest<'r> {
    /// The folder that paths are named from.
    pub folder: &'r Path,
    /// The records; empty for all of them.
    pub ids: &'r [String],
    /// Checkpoints to compare with the approved branch.
    pub checkpoints: &'r [PathBuf],
    /// A file of receipts: their uses are audited, and their commits are compared with the approved branch.
    pub receipts: Option<ReceiptsRequest<'r>>,
}

/// What an audit found.
pub struct AuditAnswer<'s> {
    /// The findings, sorted.
    pub findings: Vec<Finding>,
    /// The records that were audited, by key.
    pub records: Vec<RecordState>,
    /// The uses of each used record, if receipts were given.
    pub uses: Vec<UsedRecord>,
    /// What could not be determined, apart from records whose status is unknown.
    pub doubts: Vec<AuditDoubt>,
    pub(crate) snapshot: Snapshot<'s>,
}

impl<'s> AuditAnswer<'s> {
    /// Returns what was audited, without its records.
    pub fn snapshot(&self) -> &Snapshot<'s> {
        &self.snapshot
    }

    /// Returns a checkpoint of the approved branch as it is now, to be kept outside the repository.
    ///
    /// # Errors
    /// [`Undetermined`] if the clone does not hold all of its history, or if history was rewritten.
    pub fn checkpoint(&self) -> Result<Checkpoint, Error> {
        crate::features::verify::checkpoints::taken(&self.snapshot, &self.findings)
    }
}

pub(crate) fn audit<'s>(
    located: &'s Located,
    at: &Moment,
    request: &AuditRequest<'_>,
) -> Result<AuditAnswer<'s>, Error> {
    audit_of(OpenMainline::open(located, at)?, request)
}

pub(crate) fn audit_of<'s>(
    mut line: OpenMainline<'s>,
    request: &AuditRequest<'_>,
) -> Result<AuditAnswer<'s>, Error> {
    let receipts =
        AuditedReceipts::read((line.repository, request.folder), request.receipts.as_ref())?;
    let tip = line.chain.mainline.tip;
    line.chain.others.judged = above::policies_below(line.repository, tip, &line.prefix)?;
    let mut found = None;
    let repository = line.repository;
    let walked = Snapshot::walked(line, |walk| {
        let Walk { repository, chain, prefix, records, count } = walk;
        let tree = CommitTree::of_commit(repository, chain.mainline.tip, prefix)?;
        let mut history = walk::walk(repository, chain, prefix, records)?;
        let landings = history.mainline.landings.iter();
        let effective = landings.map(|landing| landing.effective).collect();
        let states = count(&mut history).states;
        let mut contents = Contents::new(Box::new(tree), states, effective);
        history.visit(repository, &mut |trail, version, source| {
            contents.visit(trail, version, source);
        });
        found = Some(contents);
        Ok(history)
    });
    if let Err(Error::Undetermined(Undetermined::LostRules(lost))) = &walked
        && let Err(error) = repository.pin(&lost.pin, lost.tip)
    {
        log::info!("{} can't be kept: {error}", lost.tip);
    }
    let mut snapshot = walked?;
    pin_approvals(&mut snapshot);
    snapshot.history.policies_below = snapshot.policies().governed(&snapshot.history)?;
    snapshot.judge_all();
    let Some(contents) = found else {
        return Err(Undetermined::other("nothing was read", "").into());
    };
    let audited = AuditedRecords::take(&mut snapshot, request.ids)?;
    let tips = EarlierTips::read(&snapshot, request.folder, request.checkpoints, &receipts)?;
    let findings = audited.findings(&snapshot, &contents, &tips, &receipts)?;
    Ok(AuditAnswer {
        findings,
        uses: receipts.uses(&audited.records, &snapshot),
        doubts: audited.doubts(&snapshot, &tips, &contents),
        records: audited.records,
        snapshot,
    })
}

/// Keeps the tip of the fetched approvals branch where rules are approved there alone: `git fetch --prune` may delete its reflog.
fn pin_approvals(snapshot: &mut Snapshot<'_>) {
    let tip = snapshot.history.approvals_branch.tip;
    let is_fetched = snapshot.chosen.approvals_log.is_some() && !snapshot.is_past;
    if let Some(tip) = tip.filter(|_| is_fetched)
        && !snapshot.rules_of_branch().is_empty()
        && let Err(error) = snapshot.repository.pin(APPROVALS_PIN, tip)
    {
        log::info!("{tip} can't be kept: {error}");
    }
}

struct AuditedRecords {
    records: Vec<RecordState>,
    is_all: bool,
}

impl AuditedRecords {
    fn take(snapshot: &mut Snapshot<'_>, ids: &[String]) -> Result<AuditedRecords, Error> {
        let mut keys: BTreeSet<String> = BTreeSet::new();
        for id in ids {
            keys.insert(snapshot.find(id)?.key.clone());
        }
        let mut records = std::mem::take(&mut snapshot.record_states);
        let is_all = ids.is_empty();
        if !is_all {
            records.retain(|record| keys.contains(&record.key));
        }
        Ok(AuditedRecords { records, is_all })
    }

    fn findings(
        &self,
        snapshot: &Snapshot<'_>,
        contents: &Contents<'_>,
        tips: &EarlierTips,
        receipts: &AuditedReceipts,
    ) -> Result<Vec<Finding>, Error> {
        let (history, approvals) = snapshot.facts();
        let tree = snapshot.tree()?;
        let places = |path: &str, blob: Oid| -> Option<RecordFile> {
            match snapshot.repository.read(blob) {
                Ok((ObjectKind::Blob, bytes)) => Some(file::read(path, &bytes)),
                _ => None,
            }
        };
        let refuses = |key: &TrailKey| {
            let mut records = self.records.iter().filter(|record| record.key == key.as_str());
            records.any(|record| snapshot.refuses(record))
        };
        let loosened = policy_bypass::find(history, approvals);
        let audit = Audit {
            history,
            approvals,
            loosened: &loosened,
            governance: snapshot.governance(),
            extra_schema: &ExtraSchema::of(snapshot.governance()),
            tree: &tree,
            instant: snapshot.stamp().instant,
            contents,
            places: &places,
            refuses: &refuses,
        };
        let keys: Vec<TrailKey> =
            self.records.iter().map(|it| crate::features::verify::uses::key(history, it)).collect();
        let mut findings: Vec<Finding> = keys.iter().flat_map(|key| audit.record(key)).collect();
        let versions = keys.iter().filter_map(|key| history.trails.get(key));
        let landings: Vec<usize> = if self.is_all {
            (0..history.mainline.landings.len()).collect()
        } else {
            let named: BTreeSet<usize> = versions
                .flat_map(|trail| trail.versions.iter().map(|version| version.landing))
                .collect();
            named.into_iter().collect()
        };
        let neighbours = snapshot.neighbours();
        findings.extend(audit.frozen(&neighbours, &keys));
        findings.extend(audit.refiled(&neighbours, &keys));
        findings.extend(audit.line(&landings, &tips.marks, &tips.lost, &tips.removed));
        if self.is_all {
            findings.extend(audit.governance());
        }
        let files: Vec<ApprovalFileOutcome> =
            approvals.files.iter().filter(|filed| self.names(filed)).cloned().collect();
        findings.extend(audit.statements(&files));
        for used in receipts.used(&self.records, snapshot) {
            findings.extend(audit.used(&used));
        }
        if let Some(file) = receipts.file(snapshot.governance()) {
            findings.extend(audit.receipts(&file));
        }
        if self.is_all {
            let strangers = receipts.strangers(history).into_iter();
            findings.extend(strangers.flat_map(|used| audit.used(&used)));
        }
        Ok(audit::sorted(findings))
    }

    /// Returns what can't be determined, apart from records whose status is unknown.
    fn doubts(
        &self,
        snapshot: &Snapshot<'_>,
        tips: &EarlierTips,
        contents: &Contents<'_>,
    ) -> Vec<AuditDoubt> {
        let mut doubts: Vec<AuditDoubt> = tips.doubts().collect();
        let error = contents.doubts.first().cloned();
        doubts.extend(error.map(|error| AuditDoubt::Contents { error }));
        let (history, approvals) = snapshot.facts();
        // The same command ends what is unknown about any record.
        let mut unknown = self.records.iter().filter(|record| record.status == Status::Unknown);
        if let Some(gap) = &history.gap
            && unknown.next().is_none()
        {
            doubts.push(AuditDoubt::OtherRecords(gap.clone()));
        }
        for filed in approvals.files.iter().filter(|filed| self.names(filed)) {
            if let FileState::Missing(obstacle) = &filed.state {
                doubts.push(AuditDoubt::ApprovalFile {
                    path: filed.path.clone(),
                    obstacle: obstacle.clone(),
                });
            }
        }
        doubts
    }

    fn names(&self, filed: &ApprovalFileOutcome) -> bool {
        let of_record = |id: &str| self.records.iter().any(|record| record.key == id);
        self.is_all
            || matches!(&filed.about, Some(ApprovalSubject::Record(id)) if of_record(id.as_str()))
    }
}
