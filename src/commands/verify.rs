//! `verify`: the audit of history, approvals, evidence and receipts.
//!
//! Start at [`VerifyArgs`]. Follows `docs/spec/cli.md`, verify, and `docs/spec/rules.md`, levels in verify.

mod marks;
mod uses;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::fault;
use crate::commands::context::output::Formats;
use crate::commands::context::unknown;
use crate::commands::context::{self, Ctx};
use crate::commands::exit::Outcome;
use crate::commands::lint;
use crate::commands::show;
use crate::commands::verify::marks::Marks;
use crate::commands::verify::uses::Book;
use clap::Parser;
use exledger::approval::file_outcome::{ApprovalFileOutcome, FileState};
use exledger::approval::loosened;
use exledger::approval::statement::file::ApprovalSubject;
use exledger::diag::Finding;
use exledger::history::objects::Objects;
use exledger::history::objects::{ObjectKind, Oid};
use exledger::history::tree::CommitTree;
use exledger::history::version::TrailKey;
use exledger::history::walk::{self, VersionVisit};
use exledger::record::file::{self, RecordFile};
use exledger::rules::audit::contents::Contents;
use exledger::rules::audit::{self, Audit};
use exledger::rules::extra_schema::ExtraSchema;
use exledger::session::error::Undetermined;
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::walk::Walk;
use exledger::status::state::RecordState;
use exledger::view;
use exledger::view::doc::{FindingList, JudgedFile, Readers};
use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::path::PathBuf;

/// Audit what landed
///
/// Judges every version that ever landed by the state that it landed in: who approved it, what it changed, whether its
/// evidence is kept. Exits 3 where the history that is needed is not in this clone.
#[derive(Debug, Parser)]
#[command(name = "verify")]
#[command(
    after_help = "EXAMPLE\n  exledger verify --checkpoint last.json --write-checkpoint next.json\n  exledger verify 7F3KQ --receipts receipts.jsonl"
)]
pub(crate) struct VerifyArgs {
    /// The records; all of them where none is named
    #[arg(value_name = "ID")]
    ids: Vec<String>,

    /// Compare the mainline with what it was: a file that --write-checkpoint wrote
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,

    /// Write down what the mainline is now, to be kept outside the repository
    #[arg(long, value_name = "FILE")]
    write_checkpoint: Option<PathBuf>,

    /// Look at the uses in this file of receipts, and compare the mainline with what each of them saw
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,
}

/// The command.
pub(crate) const COMMAND: Command = Command::of::<VerifyArgs>();

/// What is asked about.
struct Asked<'a> {
    /// The records, by key.
    standings: Vec<&'a RecordState>,
    /// Whether that is all of them.
    is_all: bool,
}

impl Run for VerifyArgs {
    const FORMATS: Formats = Formats::Findings;
    const PAST: PastInstants = PastInstants::Answered;

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home()?;
        let book = Book::open(ctx, self.receipts.as_deref())?;
        let mut found = None;
        let progress = ctx.progress(context::READING);
        let approved = home.snapshot_walked(&ctx.moment(), |walk| {
            let Walk {
                repository,
                chain,
                prefix,
                records,
                count,
            } = walk;
            let tree = CommitTree::of_commit(repository, chain.mainline.tip, prefix)?;
            let landings = chain.mainline.landings.iter();
            let effective = landings.map(|landing| landing.effective).collect();
            let mut contents = Contents::new(Box::new(tree), effective);
            let judge = |mut governance| count(&mut governance).states;
            let look = &mut |sight: VersionVisit<'_>| contents.look(&sight);
            let history = walk::walk_shown(repository, chain, prefix, records, &judge, look)?;
            found = Some(contents);
            Ok(history)
        })?;
        drop(progress);
        let approved = ManuallyDrop::new(approved);
        let Some(contents) = &found else {
            return Err(fault::cannot_say("nothing was read", ""));
        };
        let asked = asked(&approved, &self.ids)?;
        let marks = Marks::read(ctx, &approved, self.checkpoint.as_deref(), &book)?;
        let progress = ctx.progress("judging what landed");
        let findings = findings(&approved, contents, &asked, &marks, &book)?;
        drop(progress);
        let counts = view::lint::LevelCounts::of(findings.iter());
        let is_rewritten = marks::is_rewritten(&findings);
        let doubts = doubts(&approved, &asked, &marks, contents);
        let unknown = asked.standings.iter().copied();
        let unknown: Vec<&RecordState> = unknown.filter(unknown::is_unknown).collect();
        let (history, _) = approved.facts();
        let first = history.mainline.landings.first();
        ctx.show(&view::verify::doc(view::verify::Verify {
            stamp: approved.stamp(),
            first: first.map(|landing| landing.oid.to_string()),
            n_commits: history.mainline.landings.len(),
            checked: asked.standings.len(),
            undetermined: unknown.len() + doubts.len(),
            folder: lint::forge_folder(ctx, &home),
            uses: book.uses(&asked.standings, &approved),
            findings: FindingList {
                shown: findings.into_iter().map(Into::into).collect(),
                rules: view::finding::rules(),
                judged: asked.standings.iter().map(|it| judged(it)).collect(),
                readers: Readers::All,
            },
            reads: ctx.format.reads,
        }))?;
        let mut outcome = unknown::outcome(ctx, unknown.into_iter(), Outcome::Fine);
        for doubt in &doubts {
            ctx.tell(&format!("error: cannot say: {doubt}"));
            outcome = Outcome::CannotSay;
        }
        if let Some(path) = &self.write_checkpoint {
            marks::write(ctx, &approved, path, is_rewritten)?;
        }
        Ok(outcome.max(lint::of_counts(ctx, counts)))
    }
}

/// Returns the records that are named, all where none is.
fn asked<'a>(approved: &'a Snapshot<'_>, ids: &[String]) -> anyhow::Result<Asked<'a>> {
    if ids.is_empty() {
        return Ok(Asked {
            standings: approved.records().iter().collect(),
            is_all: true,
        });
    }
    let named: Vec<&RecordState> = ids
        .iter()
        .map(|id| show::find(approved, id))
        .collect::<anyhow::Result<_>>()?;
    let keys: BTreeSet<&str> = named.iter().map(|it| it.key.as_str()).collect();
    let standings = approved.records().iter();
    Ok(Asked {
        standings: standings
            .filter(|it| keys.contains(it.key.as_str()))
            .collect(),
        is_all: false,
    })
}

fn findings(
    approved: &Snapshot<'_>,
    contents: &Contents<'_>,
    asked: &Asked<'_>,
    marks: &Marks,
    book: &Book,
) -> anyhow::Result<Vec<Finding>> {
    let (history, approvals) = approved.facts();
    let tree = approved.tree()?;
    let places = |path: &str, blob: Oid| -> Option<RecordFile> {
        match approved.origin().0.read(blob) {
            Ok((ObjectKind::Blob, bytes)) => Some(file::read(path, &bytes)),
            _ => None,
        }
    };
    let loosened = loosened::loosened(history, approvals);
    let audit = Audit {
        history,
        approvals,
        loosened: &loosened,
        governance: approved.governance(),
        house: &ExtraSchema::of(approved.governance()),
        tree: &tree,
        instant: approved.stamp().instant,
        contents,
        places: &places,
    };
    let keys: Vec<TrailKey> = asked.standings.iter().map(|it| key(history, it)).collect();
    let mut findings: Vec<Finding> = keys.iter().flat_map(|key| audit.record(key)).collect();
    let versions = keys.iter().filter_map(|key| history.trails.get(key));
    let landings: BTreeSet<usize> = if asked.is_all {
        (0..history.mainline.landings.len()).collect()
    } else {
        versions
            .flat_map(|trail| trail.versions.iter().map(|version| version.landing))
            .collect()
    };
    let landings: Vec<usize> = landings.into_iter().collect();
    findings.extend(audit.line(&landings, &marks.marks));
    if asked.is_all {
        findings.extend(audit.governance());
    }
    let files: Vec<ApprovalFileOutcome> = approvals
        .files
        .iter()
        .filter(|filed| asked.names(filed))
        .cloned()
        .collect();
    findings.extend(audit.statements(&files));
    for used in book.used(&asked.standings, approved) {
        findings.extend(audit.used(&used));
    }
    if asked.is_all {
        let strangers = book.strangers(history).into_iter();
        findings.extend(strangers.flat_map(|used| audit.used(&used)));
    }
    Ok(audit::sorted(findings))
}

impl Asked<'_> {
    /// Tells whether a file below `.approvals` is asked about.
    fn names(&self, filed: &ApprovalFileOutcome) -> bool {
        let of_record = |id: &str| self.standings.iter().any(|it| it.key == id);
        self.is_all
            || matches!(&filed.about, Some(ApprovalSubject::Record(id)) if of_record(id.as_str()))
    }
}

/// Returns the key of a record in history.
fn key(history: &exledger::history::walked::History, standing: &RecordState) -> TrailKey {
    let id = TrailKey::Id(standing.key.clone());
    if history.trails.contains_key(&id) {
        id
    } else {
        TrailKey::Path(standing.key.clone())
    }
}

fn judged(standing: &RecordState) -> JudgedFile {
    JudgedFile {
        path: standing.path.clone(),
        id: Some(standing.id().to_owned()),
        title: standing.known_content().map(|record| record.title.clone()),
        tier: standing.tier.as_ref().map(|tier| tier.tier.clone()),
    }
}

/// Returns what can't be told beside records whose status is unknown.
fn doubts(
    approved: &Snapshot<'_>,
    asked: &Asked<'_>,
    marks: &Marks,
    contents: &Contents<'_>,
) -> Vec<String> {
    let mut doubts: Vec<String> = marks.doubts().collect();
    if let Some(error) = contents.doubts.first() {
        doubts.push(format!(
            "cannot say: {error}\n  help: {}",
            Undetermined::repair(error)
        ));
    }
    let (_, approvals) = approved.facts();
    for filed in approvals.files.iter().filter(|filed| asked.names(filed)) {
        if let FileState::Missing(obstacle) = &filed.state {
            doubts.push(format!("{}: {obstacle}; {}", filed.path, obstacle.repair()));
        }
    }
    doubts
}
