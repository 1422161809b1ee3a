//! `lint`: schema, policy and rules over the work tree.
//!
//! Works in a plain folder too. Follows `docs/spec/cli.md`, lint, and `docs/spec/rules.md`.

mod approvals;
mod base;
mod excerpt;
mod input;
mod past;
mod untouched;

use exledger::session::error::Undetermined;
use std::path::PathBuf;

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::lint::excerpt::Excerpts;
use crate::commands::lint::input::Input;
use crate::commands::lint::past::LandedRecords;
use exledger::diag::Finding;
use exledger::ledger::Files;
use exledger::policy::governance::Governance;
use exledger::record;
use exledger::record::file::RecordFile;
use exledger::render::format::Offered;
use exledger::rules::case::RuleContext;
use exledger::rules::extra_schema::ExtraSchema;
use exledger::rules::lint;
use exledger::rules::repeats::Repeats;
use exledger::session::Session;
use exledger::survey::refiling;
use exledger::view;
use exledger::view::doc::{Findings, Judged, Readers};

/// Check records and policy
///
/// Reads the work tree; outside git it works too. No clock plays a part unless --on says a day.
#[derive(Debug, Parser)]
#[command(name = "lint")]
#[command(
    after_help = "EXAMPLE\n  exledger lint --format github\n  exledger lint --base origin/main\n  exledger lint - --path exceptions/EXC-2026-7F3KQ.yaml < draft.yaml"
)]
pub(crate) struct LintArgs {
    /// Files or folders of the ledger; everything where none is named; - for one record on stdin
    paths: Vec<PathBuf>,

    /// Where the record on stdin will stand
    #[arg(long, value_name = "FILE")]
    path: Option<PathBuf>,

    /// Judge only what changed since the branch parted from this commit, and the changes themselves
    #[arg(long, value_name = "REV")]
    base: Option<String>,
}

/// The command.
pub(crate) const COMMAND: Command = Command::of::<LintArgs>();

impl Run for LintArgs {
    const FORMATS: Formats = Formats::Findings;
    const PAST: PastInstants = PastInstants::Refused("the files are linted as they are now");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let home = ctx.home()?;
        let input = Input::of(&self.paths, self.path.as_deref(), ctx, &home)?;
        let governance = Governance::read(&input)?;
        if !input.is_record(&governance.policy.records) {
            return Err(fault::misuse(
                "the path of the record is below no record folder",
                "see `records` in exledger.yaml",
            ));
        }
        if input.instead().is_none() {
            input.refuse_strangers(ctx, &governance)?;
        }
        let progress = ctx.progress("reading the records");
        let known = RuleContext {
            governance: &governance,
            house: &ExtraSchema::of(&governance),
            tree: &input,
            instant: ctx.globals.on.as_ref().map(|on| on.instant()),
            neighbours: None,
        };
        let mut found = Found::default();
        let doubts = match &self.base {
            Some(base) => base::read(ctx, &home, base, &input, &known, &mut found)?,
            None => {
                let root = || approvals::root(ctx, &home);
                found.take(lint::policy(&known), &input);
                let approved = LandedRecords::of(ctx, &home, &governance.policy.records, &input);
                read(&input, &known, &approved, &mut found)?;
                found.take(approved.statements(&input, &known, &root)?, &input);
                Outcome::Fine
            }
        };
        found
            .findings
            .sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
        found.findings.dedup();
        drop(progress);
        let counts = view::lint::Counts::of(found.findings.iter());
        let commit = home
            .repository_or_none()
            .and_then(|repository| repository.find("HEAD"));
        let excerpts = Excerpts::of(&input, &found.findings, ctx);
        ctx.show(&view::lint::doc(view::lint::Lint {
            name: governance.policy.name.clone(),
            commit: commit.map(|found| found.oid.to_string()),
            instant: known.instant,
            checked: found.judged.len(),
            folder: ctx.forge_folder(&home),
            reads: ctx.format.reads,
            findings: Findings {
                shown: found
                    .findings
                    .into_iter()
                    .map(|finding| excerpts.shown(finding))
                    .collect(),
                rules: view::finding::rules(),
                judged: found.judged,
                readers: Readers::All,
            },
        }))?;
        Ok(doubts.max(ctx.of_counts(counts)))
    }
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    findings: Vec<Finding>,
    judged: Vec<Judged>,
}

impl Found {
    /// Keeps the findings that are asked about.
    fn take(&mut self, findings: impl IntoIterator<Item = Finding>, input: &Input) {
        self.findings.extend(
            findings
                .into_iter()
                .filter(|finding| input.names(&finding.path)),
        );
    }

    fn judge(&mut self, source: &RecordFile, tier: Option<String>) {
        self.judged.push(Judged {
            path: source.path.clone(),
            id: source.id().map(|id| id.to_string()),
            title: source.text("title").map(str::to_owned),
            tier,
        });
    }
}

/// Reads every record once; one that can't be read hides no other.
fn read(
    input: &Input,
    known: &RuleContext<'_>,
    approved: &LandedRecords<'_>,
    found: &mut Found,
) -> anyhow::Result<()> {
    let unreadable = Undetermined::Tree;
    let files = Files::list(input, &known.governance.policy.records).map_err(unreadable)?;
    found.take(lint::files(&files, known), input);
    let mut repeats = Repeats::default();
    for file in files.records.iter().filter(|it| input.names(&it.path)) {
        let bytes = file.bytes(input).map_err(unreadable)?;
        let source = file.source(&bytes);
        let past = approved.past(&source, &bytes);
        let look = lint::look(&source, known, past).map_err(unreadable)?;
        found.take(look.findings, input);
        found.judge(&source, look.tier);
        repeats.judge(source, None);
    }
    remember(&files, input, &mut repeats)?;
    found.take(lint::repeats(&repeats, known), input);
    Ok(())
}

/// Takes the closed records of the tree that are not asked about, as far as one that is may repeat them.
fn remember(files: &Files, input: &Input, repeats: &mut Repeats) -> anyhow::Result<()> {
    let unreadable = Undetermined::Tree;
    let names: Vec<String> = repeats.names().into_iter().map(str::to_owned).collect();
    let mut rest = files.records.iter().filter(|it| !input.names(&it.path));
    if names.is_empty() {
        return Ok(());
    }
    rest.try_for_each(|file| {
        let bytes = file.bytes(input).map_err(unreadable)?;
        if refiling::may_hold(&bytes, "closure") && refiling::may_name(&bytes, &names) {
            repeats.remember(record::file::read(&file.path, &bytes), None);
        }
        Ok(())
    })
}

impl Ctx {
    /// Returns the ledger's folder for the formats that a forge reads: its paths begin at the top of the repository.
    pub(crate) fn forge_folder(&self, home: &Session) -> String {
        let read_by_forge = self.format.offered == Offered::ForFindings;
        let repository = home.repository_or_none().filter(|_| read_by_forge);
        repository
            .and_then(|repository| repository.prefix(home.root()))
            .unwrap_or_default()
    }

    /// Returns the outcome of an answer with findings: errors are bad news, warnings with `--strict`.
    pub(crate) fn of_counts(&self, counts: view::lint::Counts) -> Outcome {
        let strict = self.globals.strict && counts.warnings > 0;
        if counts.errors > 0 || strict {
            Outcome::BadNews
        } else {
            Outcome::Fine
        }
    }
}
