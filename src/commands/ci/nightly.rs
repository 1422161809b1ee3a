//! `ci nightly`: audits what was merged, and keeps one issue with what is due.
//!
//! Start at [`NightlyArgs`]. Follows `docs/spec/cli.md`, ci.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Parser;
use serde_json::Value;

use crate::commands::ci::job::{ForgeArgs, ForgeJob, worst};
use crate::commands::ci::part::JobPart;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use crate::commands::patterns::PatternsArgs;
use crate::commands::queue::QueueArgs;
use crate::commands::scan::ScanArgs;
use crate::commands::verify::VerifyArgs;
use exledger::render::markdown::fenced;
use exledger::session::snapshot::walk::Scope;

const TITLE: &str = "Exceptions: what is due";

/// Audit what was merged, and keep one issue with what is due
///
/// Runs `verify`, `patterns`, `queue` and `scan`, and asks the files of --facts about all exceptions in force. The issue is opened once somebody has to act, updated at each run, and
/// closed while nothing is due. Exits 1 if the audit or the search finds errors.
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger ci nightly\n  exledger ci nightly --dry-run")]
pub(crate) struct NightlyArgs {
    #[command(flatten)]
    forge: ForgeArgs,

    /// File that says something about findings: KEV catalog, EPSS scores, SARIF or JSON Lines; repeatable
    #[arg(long, value_name = "FILE")]
    facts: Vec<PathBuf>,
}

pub(super) const COMMAND: Command = Command::of::<NightlyArgs>("nightly");

impl Run for NightlyArgs {
    const FORMATS: Formats = Formats::Only(&["table"]);
    const PAST: PastInstants = PastInstants::Refused("this command reports on the present");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ctx = &ctx.with_facts(&self.facts);
        let job = ForgeJob::open(ctx, &self.forge)?;
        let asked = NightlyAnswers::ask(ctx)?;
        for part in [&asked.audit, &asked.patterns, &asked.queue, &asked.scan] {
            job.tell(part);
        }
        let text = asked.text(&job);
        ctx.print(text.as_bytes())?;
        job.summarize(&text)?;
        keep_issue(&job, asked.is_due(), &text)?;
        Ok(asked.outcome())
    }
}

struct NightlyAnswers {
    audit: JobPart,
    patterns: JobPart,
    queue: JobPart,
    scan: JobPart,
    due: Value,
    repeated: Value,
    ended: Vec<String>,
    untold: Vec<String>,
}

const BOTH: &[&str] = &["markdown", "json"];

impl NightlyAnswers {
    fn ask(ctx: &Ctx) -> anyhow::Result<NightlyAnswers> {
        let queue = JobPart::run::<QueueArgs>(ctx, BOTH, &["--by=owner", "--messages"])?;
        let patterns = JobPart::run::<PatternsArgs>(ctx, BOTH, &[])?;
        let facts = facts(ctx);
        let (ended, untold) = facts
            .unwrap_or_else(|error| (Vec::new(), vec![fault::shown(&error, &ctx.folder_flag())]));
        Ok(NightlyAnswers {
            ended,
            untold,
            audit: JobPart::run::<VerifyArgs>(ctx, &["markdown"], &[])?,
            scan: JobPart::run::<ScanArgs>(ctx, &["markdown"], &[])?,
            due: queue.json(1),
            repeated: patterns.json(1),
            patterns,
            queue,
        })
    }

    /// Returns the outcome: what is due, or repeats, is not an error, but what can't be told is.
    fn outcome(&self) -> Outcome {
        let asked = worst([&self.patterns, &self.queue]);
        let is_unknown = asked == Outcome::Undetermined || !self.untold.is_empty();
        let unknown = if is_unknown { Outcome::Undetermined } else { Outcome::Fine };
        worst([&self.audit, &self.scan]).max(unknown)
    }

    fn messages(&self) -> &[Value] {
        list(&self.due, "messages")
    }

    /// Tells whether somebody has to act; a message that something was decided asks for nothing.
    fn is_due(&self) -> bool {
        let records = self.messages().iter().flat_map(|message| list(message, "records"));
        let mut groups = list(&self.repeated, "groups").iter();
        self.outcome() > Outcome::Fine
            || !self.ended.is_empty()
            || records.into_iter().any(|it| it.get("bucket").is_none_or(|it| it != "decided"))
            || groups.any(|group| !list(group, "refused").is_empty())
    }

    fn text(&self, job: &ForgeJob<'_>) -> String {
        let of = |pointer: &str| self.due.pointer(pointer).and_then(Value::as_str).unwrap_or("?");
        let commit = of("/ledger/commit");
        let page = job.page();
        let run = if page.is_empty() { String::new() } else { format!(", in [this run]({page})") };
        let mut text = format!(
            "Kept by `exledger ci nightly`: checked at {}, commit {}{run}. It is closed while nothing is due.\n",
            of("/ledger/instant"),
            commit.get(..12).unwrap_or(commit),
        );
        let mut add = |title: &str, before: &str, part: &JobPart| {
            text.push_str(&format!("\n# {title}\n\n{before}{}", part.answer(0)));
        };
        if !self.messages().is_empty() {
            add("What is due", &self.mentions(), &self.queue);
        }
        if self.audit.outcome() > Outcome::Fine {
            add("What the audit found", "", &self.audit);
        }
        if self.scan.outcome() > Outcome::Fine {
            add("What is suppressed without an exception", "", &self.scan);
        }
        if !list(&self.repeated, "groups").is_empty() {
            add("What repeats", "", &self.patterns);
        }
        for (title, lines) in
            [("What facts end", &self.ended), ("What no file of facts can tell", &self.untold)]
        {
            if !lines.is_empty() {
                text.push_str(&format!("\n# {title}\n\n{}\n", fenced(&lines.join("\n"))));
            }
        }
        text
    }

    /// Returns the accounts that the policy maps to people; any other login may be a stranger's.
    fn mentions(&self) -> String {
        let logins =
            self.messages().iter().filter_map(|message| message.pointer("/to/login")?.as_str());
        let logins: BTreeSet<&str> = logins.filter(|login| is_login(login)).collect();
        match logins.into_iter().map(|login| format!("@{login}")).collect::<Vec<_>>().join(" ") {
            none if none.is_empty() => none,
            mentions => format!("{mentions}\n\n"),
        }
    }
}

fn facts(ctx: &Ctx) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    if !ctx.has_facts() {
        return Ok(Default::default());
    }
    let home = ctx.home_without_levels()?;
    let snapshot = ctx.approved_only(&home, Scope::Everything)?;
    let source = snapshot.exported()?;
    let line = |(named, why): &(String, String)| format!("{named}: {why}");
    Ok((source.ended.iter().map(line).collect(), source.doubts.iter().map(line).collect()))
}

fn keep_issue(job: &ForgeJob<'_>, is_due: bool, text: &str) -> anyhow::Result<()> {
    let login = job.asked(job.repository.own_login())?;
    let marker = job.marker("exledger-due")?;
    let issues = job.asked(job.repository.issues(&login))?;
    let own = issues.iter().find(|issue| issue.author == login && issue.body.starts_with(&marker));
    if own.is_some() || is_due {
        let over = own.map(|issue| issue.number);
        let body = job.body(&marker, text);
        job.asked(job.repository.write_issue(over, is_due, TITLE, &body))?;
    }
    Ok(())
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn is_login(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.split(['-', '_', '.']).all(is_part)
}
