//! `new`: files an exception.
//!
//! Start at [`NewArgs`]. Flags, files and presets fill one set of answers; missing ones are prompted for on a terminal
//! and reported as an error without one. Follows `docs/spec/cli.md`, new.

mod complete;
pub(crate) mod flags;
mod preview;
mod prompts;

use exledger::features::new;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Parser;

use crate::ask;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::{Ctx, fault, filter};
use crate::commands::exit::Outcome;
use crate::commands::new::complete::Completing;
use crate::commands::new::flags::Flags;
use crate::commands::new::prompts::FilingPrompts;
use crate::commands::{next_steps, picker};
use exledger::approval::next::{text, who};
use exledger::diag::Finding;
use exledger::features;
use exledger::features::new::answer::Filing;
use exledger::features::new::false_positive::FalsePositive;
use exledger::features::new::request::{AnswerInput, FilingRequest, FindingLimits};
use exledger::features::new::review;
use exledger::features::new::sources::MOST_BYTES;
use exledger::plan::answers::Answers;
use exledger::plan::draft::RecordDraft;
use exledger::policy::people;
use exledger::policy::people::person::Person;
use exledger::policy::tier::Resolved;
use exledger::record::vocabulary::Risk;
use exledger::session::Session;

// `--reason` has to refuse them, too: it is not asked for `--false-positive` where another flag excludes that, and would be dropped.
const NOT_OF_A_FALSE_POSITIVE: [&str; 11] = [
    "profile",
    "like",
    "emergency",
    "from_check",
    "from_issue",
    "from",
    "draft",
    "severity",
    "path",
    "line",
    "complete",
];

/// File an exception
///
/// Prompts for what is missing, derives the rest, and writes the file only if it passes `lint`. The exception grants
/// nothing until its pull request is approved and merged.
#[derive(Debug, Parser)]
#[command(after_help = "\
EXAMPLE
  exledger new
  exledger new --profile rotation --identity svc:billing-batch
  exledger new --title \"Invoices are read with the shared user\" \\
    --rule \"One user a job\" --application billing --risk-level moderate \\
    --justification \"Splitting the user now would stop invoicing until spring\" \\
    --compensating-control \"Alert on use at night\"
  exledger new --false-positive bandit:B602 app/run.py:14 \
    --reason \"The command is a constant: nobody outside can change it\"
  exledger new --complete 7F3KQ --owner ana@example.com --owner-name \"Ana Ruiz\"")]
pub(crate) struct NewArgs {
    /// Start from a preset in the policy
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// Start from another record
    #[arg(long, value_name = "ID")]
    like: Option<String>,

    /// File an emergency: starts now, ends at the cap, is approved afterwards
    #[arg(long)]
    emergency: bool,

    /// Start from the JSON receipt of a question that `check` refused; - for stdin
    #[arg(long, value_name = "RECEIPT")]
    from_check: Option<PathBuf>,

    /// Read the fields from the text of an issue written with the template from `init`; - for stdin
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    from_issue: Option<PathBuf>,

    /// Read the fields from a YAML or JSON file in the shape of a record without id; - for stdin
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,

    /// Record that a scanner is wrong about a line, or with --purl about a package: a whole record, without a prompt
    #[arg(
        long,
        num_args = 1..=2,
        value_names = ["TOOL:RULE", "PATH:LINE"],
        requires = "reason",
        conflicts_with_all = NOT_OF_A_FALSE_POSITIVE
    )]
    false_positive: Vec<String>,

    /// Package of the finding, as a package URL
    #[arg(long)]
    purl: Option<String>,

    /// Highest severity of the finding that is covered
    #[arg(long, value_parser = filter::words::<Risk>())]
    severity: Option<String>,

    /// File of the finding, from the root of the repository
    #[arg(long)]
    path: Option<String>,

    /// Line of that file: only its text is covered
    #[arg(long, value_name = "N", requires = "path", value_parser = clap::value_parser!(u64).range(1..))]
    line: Option<u64>,

    /// Why it is a false positive
    #[arg(long, value_name = "TEXT", requires = "false_positive", conflicts_with_all = NOT_OF_A_FALSE_POSITIVE)]
    reason: Option<String>,

    /// Subfolder of the first record folder
    #[arg(long, value_name = "NAME")]
    folder: Option<String>,

    /// Write the file even if rules about its content fail
    #[arg(long)]
    draft: bool,

    /// Answer what is TODO(import) in drafts of the work tree; what they state, also their start and end, stays
    #[arg(
        long,
        value_name = "ID|FILE",
        num_args = 1..,
        conflicts_with_all = ["like", "emergency", "from_check", "from_issue", "from", "folder", "draft", "false_positive", "purl", "severity", "path", "line"]
    )]
    complete: Vec<String>,

    #[command(flatten)]
    flags: Flags,
}

pub(crate) const COMMAND: Command = Command::of::<NewArgs>(NAME);

pub(crate) const NAME: &str = "new";

/// The flags that its help shows without `--all`.
pub(crate) const USUAL_FLAGS: &[&str] = &[
    "profile",
    "like",
    "emergency",
    "title",
    "control",
    "rule",
    "identity",
    "application",
    "finding",
    "owner-email",
    "justification",
    "risk-level",
    "compensating-control",
    "expires",
];

impl Run for NewArgs {
    const PAST: PastInstants = PastInstants::Refused("a record is filed now");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ctx = &ctx.for_drafts();
        let session = ctx.home()?;
        let mut given = Answers::default();
        self.flags
            .fill(&mut given)
            .map_err(|wrong| fault::usage_error(wrong.to_string(), "see `exledger new --help`"))?;
        if !self.complete.is_empty() {
            let (named, profile) = (self.complete.as_slice(), self.profile.as_deref());
            let flags = self.flags.named();
            return complete::run(ctx, &session, Completing { named, given, profile, flags });
        }
        let receipt = input(self.from_check.as_deref())?;
        let fields = input(self.from.as_deref())?;
        let issue = input(self.from_issue.as_deref())?;
        let like =
            self.like.as_deref().map(|id| picker::record_named(ctx, id, None)).transpose()?;
        let mut purl = self.purl.as_deref();
        let false_positive = self.reason.as_deref().zip(self.false_positive.split_first());
        let false_positive = false_positive.map(|(reason, (finding, place))| {
            let place = place.first().map(String::as_str);
            FalsePositive { finding, place, purl: purl.take(), reason }
        });
        let filing = features::new::prepare(
            &session,
            &ctx.moment(),
            &FilingRequest {
                given: &given,
                issue: issue.as_ref().map(StdinOrFile::to_input),
                fields: fields.as_ref().map(StdinOrFile::to_input),
                limits: FindingLimits {
                    purl,
                    severity: self.severity.as_deref(),
                    path: self.path.as_deref(),
                    line: self.line,
                },
                receipt: receipt.as_ref().map(StdinOrFile::to_input),
                profile: self.profile.as_deref(),
                false_positive,
                like: like.as_deref(),
                is_emergency: self.emergency,
                subfolder: self.folder.as_deref(),
                writes_drafts: self.draft,
                folder: &ctx.folder,
            },
        )?;
        ctx.of_notices(&filing.notices);
        let (draft, findings) = match ctx.person {
            _ if false_positive.is_some() => unasked(ctx, &filing)?,
            ask::Prompting::Away => unasked(ctx, &filing)?,
            ask::Prompting::There => {
                preview::agreed(&FilingPrompts { ctx, filing: &filing, names: filing.names() })?
            }
        };
        filing.create(&draft)?;
        let filed = view_filed(ctx, &session, &filing, &draft, findings);
        ctx.show(new::show::doc(&filed))?;
        Ok(Outcome::Fine)
    }
}

struct StdinOrFile<'a> {
    path: &'a Path,
    stdin: Option<Vec<u8>>,
}

impl StdinOrFile<'_> {
    fn to_input(&self) -> AnswerInput<'_> {
        AnswerInput { path: self.path, bytes: self.stdin.as_deref() }
    }
}

fn input(path: Option<&Path>) -> anyhow::Result<Option<StdinOrFile<'_>>> {
    let Some(path) = path else {
        return Ok(None);
    };
    let stdin = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().take(MOST_BYTES).read_to_end(&mut bytes).context("can't read stdin")?;
        Some(bytes)
    } else {
        None
    };
    Ok(Some(StdinOrFile { path, stdin }))
}

/// Drafts the record without prompts: missing and refused answers are reported.
fn unasked(ctx: &Ctx, filing: &Filing<'_>) -> anyhow::Result<(RecordDraft, Vec<Finding>)> {
    let draft = filing.draft(&filing.answers);
    filing.refuse_incomplete(&draft)?;
    let findings = preview::findings_against(ctx, filing, &draft)?;
    filing.refuse_unsound(&draft, &findings)?;
    Ok((draft, findings))
}

fn view_filed(
    ctx: &Ctx,
    session: &Session,
    filing: &Filing<'_>,
    draft: &RecordDraft,
    findings: Vec<Finding>,
) -> new::show::Filed {
    let resolved = draft.resolved.as_ref();
    let needed = resolved.map(|resolved| resolved.demand().needed());
    let is_draft = review::errors(&findings).next().is_some();
    new::show::Filed {
        id: filing.id.to_string(),
        path: draft.path.clone(),
        is_draft,
        tier: resolved.map(|resolved| resolved.tier.clone()),
        silence: resolved.map(Resolved::silence).unwrap_or_default(),
        who: who(filing, draft),
        accepts: filing.accepts(draft),
        needed: needed.unwrap_or_default(),
        findings,
        derived: match ctx.person {
            // The preview has shown it.
            ask::Prompting::There => Vec::new(),
            ask::Prompting::Away => draft.derived.clone(),
        },
        next: next_steps::after_filing(ctx, session, filing.id.as_str(), &draft.path),
    }
}

/// Returns who could approve, one line for each requirement, without the authors.
fn who(filing: &Filing<'_>, draft: &RecordDraft) -> Vec<String> {
    let Some(record) = &draft.source.record else {
        return Vec::new();
    };
    let governance = &filing.governance;
    let filer = &filing.filer;
    let email = filer.email.as_deref();
    let makers: Vec<Person> = email
        .map(|email| people::identify(governance, filer.name.as_deref().unwrap_or_default(), email))
        .into_iter()
        .collect();
    let lacking = who::lacking(governance, record, None, &makers, &[]);
    lacking.iter().map(text::missing).collect()
}
