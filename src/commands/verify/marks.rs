//! What the mainline once was, by a checkpoint and by receipts, and what became of it.
//!
//! Start at [`Marks::read`] and [`write`]. Follows `docs/spec/approval.md`, M6.

use std::path::Path;

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::verify::uses::Book;
use exledger::diag::Finding;
use exledger::diag::code::Code;
use exledger::history::chain;
use exledger::history::checkpoint::{self, Checkpoint, Stand};
use exledger::history::objects::Oid;
use exledger::rules::audit_cases::{Mark, Place};
use exledger::session::snapshot::Snapshot;
use exledger::store::files;
use exledger::view;

/// Commits that once were the tip of the mainline.
pub(super) struct Marks {
    pub(super) marks: Vec<Mark>,
}

impl Marks {
    /// Reads a checkpoint, and the commits that receipts saw.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] where the checkpoint can't be read.
    pub(super) fn read(
        ctx: &Ctx,
        approved: &Snapshot<'_>,
        path: Option<&Path>,
        book: &Book,
    ) -> anyhow::Result<Marks> {
        let mut marks = Vec::new();
        if path.is_none() && book.commits().is_empty() {
            return Ok(Marks { marks });
        }
        let (repository, chosen) = approved.origin();
        let (history, _) = approved.facts();
        // A question about the past does not cut off what landed since.
        let whole = if history.mainline.tip == chosen.tip {
            None
        } else {
            Some(chain::walk(repository, chosen, ctx.now)?)
        };
        let mainline = whole
            .as_ref()
            .map_or(&history.mainline, |chain| &chain.mainline);
        let is_ancestor = |oid: Oid| match &whole {
            Some(chain) => chain.containing(repository, oid).is_some(),
            None => history.landed.contains_key(&oid),
        };
        let stand = |commit: Oid| checkpoint::stand(mainline, &is_ancestor, repository, commit);
        if let Some(path) = path {
            let shown = path.display().to_string();
            let bytes = files::read(&ctx.folder.join(path), checkpoint::MOST_BYTES)
                .map_err(|error| fault::cannot_say(error.to_string(), "name a checkpoint"))?;
            let read = Checkpoint::read(&bytes).map_err(|key| {
                fault::cannot_say(
                    format!("{shown} is no checkpoint: see {key}"),
                    "name a file that `exledger verify --write-checkpoint` wrote",
                )
            })?;
            let place = Oid::from_hex(&read.tip).map_or(Place::OnChain, |tip| match stand(tip) {
                Stand::OnChain(position) => read
                    .contradicted(mainline, position)
                    .map_or(Place::OnChain, Place::Contradicted),
                other => place(other),
            });
            marks.push(Mark {
                path: shown,
                line: None,
                commit: read.tip,
                place,
            });
        }
        for (line, commit) in book.commits() {
            let place = match Oid::from_hex(&commit) {
                Some(oid) => place(stand(oid)),
                None => Place::Gone("that is no id of a commit".to_owned()),
            };
            marks.push(Mark {
                path: book.path(),
                line: Some(line),
                commit,
                place,
            });
        }
        Ok(Marks { marks })
    }

    /// Returns what can't be told, in words.
    pub(super) fn doubts(&self) -> impl Iterator<Item = String> {
        self.marks.iter().filter_map(|mark| match &mark.place {
            Place::CannotSay(why) => Some(format!(
                "whether {} of {} is still on the mainline: {why}",
                mark.short(),
                mark.path
            )),
            _ => None,
        })
    }
}

fn place(stand: Stand) -> Place {
    match stand {
        Stand::OnChain(_) => Place::OnChain,
        Stand::Beside => Place::Beside,
        Stand::Apart => Place::Gone("that commit is here, and no ancestor of the tip".to_owned()),
        Stand::Missing => Place::Gone("that commit is not here at all".to_owned()),
        Stand::CannotSay(obstacle) => {
            Place::CannotSay(format!("{obstacle}; {}", obstacle.repair()))
        }
    }
}

/// Tells whether findings say that the mainline is not what it once was.
pub(super) fn is_rewritten(findings: &[Finding]) -> bool {
    let says = |it: &Finding| [Code::HistoryRewritten, Code::MainlineRerouted].contains(&it.rule);
    findings.iter().any(says)
}

/// Writes down what the mainline is now.
///
/// # Errors
/// [`fault::Fault::CannotSay`] where the clone does not hold all of it, where it is not what it once was, or where the
/// file can't be written.
pub(super) fn write(
    ctx: &Ctx,
    approved: &Snapshot<'_>,
    path: &Path,
    is_rewritten: bool,
) -> anyhow::Result<()> {
    let mainline = &approved.facts().0.mainline;
    if let Some(obstacle) = &mainline.boundary {
        return Err(fault::cannot_say(
            format!("no checkpoint was written: {obstacle}"),
            obstacle.repair(),
        ));
    }
    if is_rewritten {
        return Err(fault::cannot_say(
            "no checkpoint was written: the mainline is not what it was",
            "put it back first; a checkpoint of it now would hide that",
        ));
    }
    let folder = approved.governance().policy.records.first();
    let tree = approved.tree()?;
    let ledger_tree = match folder.map(|folder| tree.entry(folder)) {
        Some(Ok(Some((_, oid)))) => Some(oid.to_string()),
        _ => None,
    };
    let first = mainline.landings.first();
    let root = first.map(|landing| landing.oid.to_string());
    let checkpoint = Checkpoint {
        ledger: approved.governance().policy.name.clone(),
        root: root.unwrap_or_default(),
        reference: mainline.reference.clone(),
        tip: mainline.tip.to_string(),
        mainline_commits: u64::try_from(mainline.landings.len()).unwrap_or(u64::MAX),
        ledger_tree,
        at: approved.stamp().instant,
    };
    files::replace(&ctx.folder.join(path), checkpoint.text().as_bytes())
        .map_err(|error| fault::cannot_say(error.to_string(), "name a file that can be written"))?;
    ctx.hint(&view::verify::written(
        &path.display().to_string(),
        &checkpoint.tip,
    ));
    Ok(())
}
