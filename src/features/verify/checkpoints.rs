//! Compares the approved branch and that of approvals with their earlier tips: as this clone saw them, and as checkpoints and
//! receipts name them.
//!
//! Start at [`EarlierTips::read`] and [`taken`]. Follows `docs/spec/approval.md`, M6 and S8.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::approval;
use crate::approval::verdict::{Statement, VoteCounts};
use crate::diag::Finding;
use crate::diag::code::Code;
use crate::features::verify::doubt::AuditDoubt;
use crate::features::verify::uses::AuditedReceipts;
use crate::history::approvals_branch::BranchStatement;
use crate::history::checkpoint::{self, Checkpoint, Stand};
use crate::history::objects::Oid;
use crate::history::{chain, former, off_line, refs};
use crate::rules::audit_cases::{LostStanding, LostTip, Mark, Place, RemovedApprovals};
use crate::session::error::{Error, Undetermined};
use crate::session::snapshot::Snapshot;
use crate::store::files;

pub(super) struct EarlierTips {
    pub(super) marks: Vec<Mark>,
    pub(super) lost: Vec<LostTip>,
    pub(super) removed: Vec<RemovedApprovals>,
}

impl EarlierTips {
    pub(super) fn read(
        snapshot: &Snapshot<'_>,
        folder: &Path,
        paths: &[PathBuf],
        receipts: &AuditedReceipts,
    ) -> Result<EarlierTips, Error> {
        let mut marks = Vec::new();
        let lost = lost_tips(snapshot)?;
        let mut removed = removed_statements(snapshot);
        if paths.is_empty() && receipts.commits().is_empty() {
            return Ok(EarlierTips { marks, lost, removed });
        }
        let (repository, chosen) = snapshot.origin();
        let (history, _) = snapshot.facts();
        // A question about the past does not cut off later landings.
        let whole = if history.mainline.tip == chosen.tip {
            None
        } else {
            Some(chain::walk(repository, chosen, snapshot.now)?)
        };
        let mainline = whole.as_ref().map_or(&history.mainline, |chain| &chain.mainline);
        let is_ancestor = |oid: Oid| match &whole {
            Some(chain) => chain.containing(repository, oid).is_some(),
            None => history.landed.contains_key(&oid),
        };
        let stand_of = |commit: Oid| checkpoint::stand(mainline, &is_ancestor, repository, commit);
        for path in paths {
            let shown = path.display().to_string();
            let read = checkpoint_at(folder, path)?;
            let place =
                Oid::from_hex(&read.tip).map_or(Place::OnChain, |tip| match stand_of(tip) {
                    Stand::OnChain(position) => read
                        .contradicted(mainline, position)
                        .map_or(Place::OnChain, Place::Contradicted),
                    other => place(other),
                });
            let approvals = read.approvals.filter(|tip| {
                Oid::from_hex(tip).is_none_or(|tip| !history.approvals_branch.reaches(tip))
            });
            removed.extend(approvals.map(|commit| {
                let place = Place::Gone(String::new());
                RemovedApprovals::Tip(Mark { path: shown.clone(), line: None, commit, place })
            }));
            marks.push(Mark { path: shown, line: None, commit: read.tip, place });
        }
        for (line, commit) in receipts.commits() {
            let place = match Oid::from_hex(&commit) {
                Some(oid) => place(stand_of(oid)),
                None => Place::Gone("that is not a commit id".to_owned()),
            };
            marks.push(Mark { path: receipts.path(), line: Some(line), commit, place });
        }
        Ok(EarlierTips { marks, lost, removed })
    }

    /// Returns the commits whose position can't be determined.
    pub(super) fn doubts(&self) -> impl Iterator<Item = AuditDoubt> {
        self.marks.iter().filter_map(|mark| match &mark.place {
            Place::Undetermined(cause) => Some(AuditDoubt::EarlierTip {
                commit: mark.short().to_owned(),
                path: mark.path.clone(),
                cause: cause.clone(),
            }),
            _ => None,
        })
    }
}

/// Returns the tips that this clone saw, and that are not on the line; those that the tip does not reach are pinned, before
/// git forgets them.
fn lost_tips(snapshot: &Snapshot<'_>) -> Result<Vec<LostTip>, Error> {
    let (repository, chosen) = snapshot.origin();
    let (history, _) = snapshot.facts();
    if history.mainline.tip != chosen.tip {
        return Ok(Vec::new());
    }
    let lost = chosen.seen.iter().filter(|tip| history.mainline.position(**tip).is_none());
    let lost: BTreeSet<Oid> = lost.copied().collect();
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    let times = repository.seen_tips(&chosen.reference).map_err(Undetermined::from)?;
    let mut tips = Vec::new();
    for tip in lost {
        let standing = match history.landed.get(&tip) {
            None if !history.lost_tips.contains(&tip) => continue,
            None => LostStanding::Apart,
            Some(landing)
                if former::is_whole(history, repository, tip, *landing)
                    .map_err(Undetermined::Object)? =>
            {
                LostStanding::Merged
            }
            Some(_) => LostStanding::Rerouted,
        };
        // A clone that can't be written keeps its reflog for 30 days.
        let pin = Some(off_line::pin(tip))
            .filter(|pin| standing == LostStanding::Apart && repository.pin(pin, tip).is_ok());
        tips.push(LostTip { tip, seen: times.get(&tip).copied().flatten(), standing, pin });
    }
    Ok(tips)
}

fn removed_statements(snapshot: &Snapshot<'_>) -> Vec<RemovedApprovals> {
    let (history, _) = snapshot.facts();
    let Some(tip) = history.approvals_branch.lost_tip else { return Vec::new() };
    let lost = &history.lost_statements;
    let mut then = history.clone();
    then.statements.extend(lost.iter().cloned());
    // Pruning takes the log of a deleted branch with it.
    let remote = snapshot.origin().1.remote.as_deref();
    let reference = history.approvals_branch.tip.map(|_| refs::approvals_ref(remote));
    let mut removed = Vec::new();
    for (key, verdicts) in approval::judge(&then).trails {
        let file = || history.trails.get(&key)?.last()?.files.first();
        let counting = verdicts.iter().flat_map(|verdict| &verdict.statements);
        let is_lost = |statement: &&Statement| {
            let is_of = |lost: &BranchStatement| {
                statement.source.as_deref() == Some(&*lost.path)
                    && statement.commit == lost.commit.to_string()
            };
            statement.counts == VoteCounts::Yes && lost.iter().any(is_of)
        };
        removed.extend(counting.filter(is_lost).map(|statement| RemovedApprovals::Statement {
            id: key.to_string(),
            path: file().map_or_else(String::new, |file| file.path.to_string()),
            by: statement.person.email.clone(),
            at: statement.at,
            tip,
            reference: reference.clone(),
        }));
    }
    removed
}

fn checkpoint_at(folder: &Path, path: &Path) -> Result<Checkpoint, Undetermined> {
    let bytes = files::read(&folder.join(path), checkpoint::MOST_BYTES)
        .map_err(|error| Undetermined::other(error.to_string(), "give a checkpoint file"))?;
    Checkpoint::read(&bytes).map_err(|error| {
        Undetermined::other(
            format!("{} is not a checkpoint: {error}", path.display()),
            "give a file written by `exledger verify --write-checkpoint`",
        )
    })
}

fn place(stand: Stand) -> Place {
    match stand {
        Stand::OnChain(_) => Place::OnChain,
        Stand::Beside => Place::Beside,
        Stand::Apart => Place::Gone(
            "that commit is in this clone, but is not an ancestor of the tip".to_owned(),
        ),
        Stand::Missing => Place::Gone("that commit is not in this clone".to_owned()),
        Stand::Undetermined(obstacle) => {
            Place::Undetermined(format!("{obstacle}; {}", obstacle.repair()))
        }
    }
}

fn is_rewritten(findings: &[Finding]) -> bool {
    let is_rewrite = |finding: &Finding| {
        [Code::HistoryRewritten, Code::MainlineRerouted].contains(&finding.rule)
    };
    findings.iter().any(is_rewrite)
}

pub(super) fn taken(snapshot: &Snapshot<'_>, findings: &[Finding]) -> Result<Checkpoint, Error> {
    let (history, _) = snapshot.facts();
    let mainline = &history.mainline;
    if let Some(gap) = &history.gap {
        let cause = format!("no checkpoint was written: {gap}");
        return Err(Undetermined::other(cause, gap.remedy()).into());
    }
    if is_rewritten(findings) {
        return Err(Undetermined::other(
            "no checkpoint was written: the approved branch has been rewritten",
            "restore it first; a new checkpoint would hide the change",
        )
        .into());
    }
    let folder = snapshot.governance().policy.records.first();
    let tree = snapshot.tree()?;
    let ledger_tree = match folder.map(|folder| tree.entry(folder)) {
        Some(Ok(Some((_, oid)))) => Some(oid.to_string()),
        _ => None,
    };
    let first = mainline.landings.first();
    let root = first.map(|landing| landing.oid.to_string());
    Ok(Checkpoint {
        ledger: snapshot.governance().policy.name.clone(),
        root: root.unwrap_or_default(),
        reference: mainline.reference.clone(),
        tip: mainline.tip.to_string(),
        mainline_commits: u64::try_from(mainline.landings.len()).unwrap_or(u64::MAX),
        ledger_tree,
        approvals: snapshot.stamp().approvals.clone(),
        at: snapshot.stamp().instant,
    })
}
