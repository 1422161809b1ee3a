//! `diff`: the changes of a branch by their meaning.
//!
//! Follows `docs/spec/cli.md`, lint and diff.

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::Ctx;
use crate::commands::context::filter;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;
use crate::commands::lint;
use anyhow::Context;
use clap::Parser;
use exledger::approval::next::steps::NextSteps;
use exledger::diag::Finding;
use exledger::diag::shell::is_branch_name;
use exledger::diag::sorting::StableSort as _;
use exledger::features::diff;
use exledger::features::diff::compared::{Compared, Entry, ProposedState};
use exledger::features::diff::show::DiffLayout;
use exledger::gate::accepted_text::ScannedFiles;
use exledger::history::change::event::ChangeEvent;
use exledger::history::objects::Oid;
use exledger::history::tree::CommitTree;
use exledger::ledger::Files;
use exledger::ledger::stray::Stray;
use exledger::ledger::tree::Tree;
use exledger::policy::governance::Governance;
use exledger::policy::tier;
use exledger::policy::tier::fact::Facts;
use exledger::record::Record;
use exledger::record::file::RecordFile;
use exledger::render::markdown;
use exledger::rules::case::RuleContext;
use exledger::rules::event_details;
use exledger::rules::event_details::{Beside, EventDetail};
use exledger::rules::extra_schema::ExtraSchema;
use exledger::session::Session;
use exledger::session::judged::{self, JudgedCheckout, JudgedCounts};
use exledger::session::locate;
use exledger::session::scanned_files::RepositoryFiles;
use exledger::store::git::Repository;
use exledger::view::accepted;
use exledger::view::doc::FindingReaders;
use exledger::view::doc::{FindingList, JudgedFile, ShownFinding};
use exledger::{features, rules, view};

/// Show what a branch changes in meaning
///
/// Lists the events of each record, the approvals they need, and who can give them.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger diff\n  exledger diff origin/main HEAD --format markdown --branch billing-key"
)]
pub(crate) struct DiffArgs {
    /// Branch or commit to merge into [default: the approved ref]
    base: Option<String>,

    /// Branch or commit to be merged [default: the work tree]
    head: Option<String>,

    /// Name of the branch, for the commands that approve it [default: HEAD, if that names a branch]
    #[arg(long, value_name = "NAME", value_parser = filter::branch_name)]
    branch: Option<String>,
}

pub(crate) const COMMAND: Command = Command::of::<DiffArgs>("diff");

impl Run for DiffArgs {
    const FORMATS: Formats = Formats::Findings;
    const PAST: PastInstants = PastInstants::Refused("two commits are compared here: give both");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ctx = &ctx.for_drafts();
        let home = ctx.home()?;
        let repository = home.repository()?;
        let commit: Option<Oid> =
            self.head.as_deref().map(|name| diff::answer::commit(repository, name)).transpose()?;
        let prefix = repository.ledger_prefix(home.root());
        let committed =
            commit.map(|commit| CommitTree::of_commit(repository, commit, &prefix)).transpose()?;
        let checkout =
            if commit.is_some() { None } else { Some(JudgedCheckout::of(home.located())?) };
        let tree: &dyn Tree = match (&committed, &checkout) {
            (Some(tree), _) => tree,
            (None, Some(checkout)) => &checkout.tree,
            (None, None) => home.tree(),
        };
        let governance = locate::governance(tree)?;
        let branch = self.branch(&home, repository)?;
        let branch = branch.as_deref();
        let proposed =
            ProposedState { tree, governance: &governance, commit, instead: &[], branch };
        let compared = ctx.compare(&home, self.base.as_deref(), proposed)?;
        ctx.of_notices(&compared.notices().collect::<Vec<_>>());
        let context = RuleContext {
            governance: &compared.governance,
            extra_schema: &ExtraSchema::of(&compared.governance),
            tree,
            instant: ctx.globals.on.as_ref().map(|on| on.instant()),
            neighbours: compared.neighbours.as_ref(),
        };
        let policy = &compared.governance.policy;
        let strays = match (commit, &checkout) {
            (Some(head), _) => {
                judged::added_strays(repository, &prefix, [compared.base, head], policy)?
            }
            (None, Some(checkout)) => {
                let before = CommitTree::of_commit(repository, compared.base, &prefix)?;
                let mut strays = checkout.strays(tree, policy, Some(&before))?;
                strays.retain(|stray| stray.is_new);
                strays
            }
            (None, None) => Vec::new(),
        };
        let judged = checkout.as_ref().map(|checkout| judge_checkout(checkout, &compared));
        let judged = judged.transpose()?;
        let mut findings = collect_findings(&compared, &strays, &context);
        checkout.iter().for_each(|checkout| checkout.reach_left_out(&mut findings));
        let counts = view::findings::LevelCounts::count(findings.iter());
        let next = features::diff::next_steps(&home, &ctx.moment(), &compared, proposed)?;
        let answer = DiffAnswer {
            compared: &compared,
            next: &next,
            branch,
            files: &RepositoryFiles::new(repository, None),
        };
        let is_read = judged.as_ref().is_none_or(|judged| lint::is_read(ctx, &judged.not_read));
        ctx.show(diff::show::doc(diff::show::Diff {
            strays,
            judged,
            ..answer.diff(findings, &context, commit, ctx.format.name)
        }))?;
        let doubts = report_doubts(ctx, &compared);
        let doubts = if is_read { doubts } else { Outcome::Undetermined };
        Ok(doubts.max(lint::of_counts(ctx, counts)))
    }
}

impl DiffArgs {
    /// Returns the branch that a reviewer names to approve it: the given one, or HEAD if it is a branch; without HEAD the one that
    /// is checked out, unless that is the approved one.
    fn branch(&self, home: &Session, repository: &Repository) -> anyhow::Result<Option<String>> {
        if let Some(branch) = &self.branch {
            return Ok(Some(branch.clone()));
        }
        let Some(head) = &self.head else {
            return Ok(home.own_branch().filter(|branch| is_branch_name(branch)));
        };
        if !is_branch_name(head) {
            return Ok(None);
        }
        let is_branch = repository.head_named(head).context("looking for the branch")?.is_some();
        Ok(is_branch.then(|| head.clone()))
    }
}

fn collect_findings(
    compared: &Compared,
    strays: &[Stray],
    context: &RuleContext<'_>,
) -> Vec<Finding> {
    let mut findings = compared.findings(context);
    findings.extend(rules::lint::strays(strays, context));
    let files = compared.entries.iter().flat_map(|entry| &entry.delta.after);
    findings.extend(files.flat_map(|source| source.findings.iter().cloned()));
    findings.order_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    findings
}

fn judge_checkout(
    checkout: &JudgedCheckout<'_>,
    compared: &Compared,
) -> anyhow::Result<JudgedCounts> {
    let (governance, policy) = (&compared.governance, &compared.governance.policy);
    let paths: Vec<&str> = compared
        .entries
        .iter()
        .flat_map(|entry| &entry.delta.after)
        .map(|file| file.path.as_str())
        .collect();
    let files = Files::list(&checkout.tree, &policy.records)?;
    let not_read = checkout.unread(&files, &governance.paths(), &|_| true)?;
    let mut counts = checkout.count(&policy.records, paths.into_iter(), not_read);
    counts.base = Some(compared.base.to_string());
    let staged = checkout.staged(governance)?.unwrap_or_default();
    counts.staged = JudgedCheckout::staged_otherwise(&staged, policy).count();
    Ok(counts)
}

struct DiffAnswer<'a> {
    compared: &'a Compared,
    next: &'a [NextSteps],
    branch: Option<&'a str>,
    files: &'a dyn ScannedFiles,
}

impl DiffAnswer<'_> {
    fn diff(
        &self,
        findings: Vec<Finding>,
        context: &RuleContext<'_>,
        commit: Option<Oid>,
        format: &str,
    ) -> diff::show::Diff {
        let compared = self.compared;
        let entries = compared.entries.iter().zip(self.next);
        let mut changes: Vec<diff::show::RecordChange> =
            entries.map(|(entry, next)| self.change(entry, next, context)).collect();
        changes.order_by(|one, other| one.id.cmp(&other.id));
        let judged = compared.entries.iter().filter_map(|entry| {
            let source = entry.delta.after.first().or(entry.delta.before.first())?;
            Some(JudgedFile {
                path: source.path.clone(),
                id: source.id().map(|id| id.to_string()),
                title: source.text("title").map(str::to_owned),
                tier: tier::resolve(&context.governance.policy, &Facts::of_source(source))
                    .map(|resolved| resolved.tier),
            })
        });
        diff::show::Diff {
            name: context.governance.policy.name.clone(),
            base: compared.base.to_string(),
            head: compared.head.to_string(),
            is_commit: commit.is_some(),
            layout: if format == markdown::FORMAT.name {
                DiffLayout::Comment
            } else {
                DiffLayout::Table
            },
            signers: compared.onto.policy.approval.signers.clone(),
            branch: self.branch.map(str::to_owned),
            is_first: compared.is_first,
            from: compared.neighbours.as_ref().map(|neighbours| neighbours.until),
            changes,
            redesigns: compared.planned.clone(),
            strays: Vec::new(),
            judged: None,
            findings: FindingList {
                shown: findings.into_iter().map(ShownFinding::from).collect(),
                rules: view::findings::rules(),
                judged: judged.collect(),
                readers: FindingReaders::Everyone,
            },
        }
    }

    fn change(
        &self,
        entry: &Entry,
        next: &NextSteps,
        context: &RuleContext<'_>,
    ) -> diff::show::RecordChange {
        let governance = context.governance;
        let delta = &entry.delta;
        let before = delta.before.first().and_then(|source| source.record.as_ref());
        let after = delta.record_after();
        let title = |source: &RecordFile| source.text("title").map(str::to_owned);
        let sources = delta.after.iter().chain(&delta.before);
        let waiting = entry.landed.waiting.as_ref();
        let also = waiting.filter(|_| entry.needs.needed.count > 0).zip(after);
        let resolved = after.and_then(|after| tier::resolve(&governance.policy, &Facts::of(after)));
        diff::show::RecordChange {
            id: delta.name(),
            title: sources.filter_map(title).next(),
            events: events(entry, governance),
            needs: entry.needs.clone(),
            also: also.and_then(|(landed, after)| {
                let approved = entry.landed.approved.as_deref();
                event_details::also((approved, landed, after), entry.needs.carries_on)
            }),
            covers: covers(before, after, self.files),
            before: before.cloned(),
            after: after.cloned(),
            tier: resolved.map(|resolved| resolved.tier),
            controls: after.map(|after| controls(after, governance)).unwrap_or_default(),
            next: next.clone(),
        }
    }
}

fn covers(
    before: Option<&Record>,
    after: Option<&Record>,
    files: &dyn ScannedFiles,
) -> Vec<String> {
    let findings = |record: Option<&Record>| {
        record.and_then(|record| record.scope.as_ref()?.findings.clone()).unwrap_or_default()
    };
    let (before, after) = (findings(before), findings(after));
    let differing = after.iter().filter(|key| !before.contains(key));
    differing.flat_map(|key| accepted::covers(key, files)).collect()
}

fn controls(record: &Record, governance: &Governance) -> Vec<(String, Option<String>)> {
    let controls = record.deviates_from.controls.iter().flatten();
    controls
        .map(|control| match governance.control(control) {
            Some(found) => (found.canonical(), Some(found.control.title.clone())),
            None => (control.as_str().to_owned(), None),
        })
        .collect()
}

fn events(entry: &Entry, governance: &Governance) -> Vec<EventDetail> {
    let bare = |event: ChangeEvent, detail: &str| EventDetail { event, detail: detail.to_owned() };
    let delta = &entry.delta;
    let (Some(first), before) = (delta.after.first(), delta.before.first()) else {
        return vec![bare(ChangeEvent::Removed, "")];
    };
    let mut events = Vec::new();
    if let Some(before) = before
        && before.path != first.path
    {
        events.push(bare(ChangeEvent::Moved, &format!("{} → {}", before.path, first.path)));
    }
    let Some(after) = &first.record else {
        let detail = match delta.after.as_slice() {
            [_] => "it can't be read",
            _ => "two files carry the id",
        };
        events.push(bare(ChangeEvent::Broken, detail));
        return events;
    };
    let resolved = tier::resolve(&governance.policy, &Facts::of(after));
    let beside = Beside {
        tier: resolved.as_ref(),
        renewed: entry.landed.renewed,
        approved: entry.landed.approved.as_deref(),
    };
    let was = before.map(|before| before.record.as_ref());
    match was {
        None if entry.landed.was_removed => {
            let filed = event_details::events(None, after, beside).into_iter();
            events.extend(filed.map(|event| EventDetail {
                event: match event.event {
                    ChangeEvent::Filed => ChangeEvent::Restored,
                    event => event,
                },
                ..event
            }));
        }
        None => events.extend(event_details::events(None, after, beside)),
        Some(Some(before)) => events.extend(event_details::events(Some(before), after, beside)),
        // Content that could not be read is replaced by the last approved content.
        Some(None) => {
            events.push(bare(ChangeEvent::Restored, "it can be read again"));
            if let Some(approved) = entry.landed.approved.as_deref() {
                events.extend(event_details::events(Some(approved), after, beside));
            }
        }
    }
    if events.is_empty() {
        events.push(bare(ChangeEvent::Reformatted, ""));
    }
    events.order_by_key(|event| event.event);
    events
}

fn report_doubts(ctx: &Ctx, compared: &Compared) -> Outcome {
    let mut outcome = Outcome::Fine;
    for entry in &compared.entries {
        if let Some(doubt) = entry.doubt() {
            outcome = Outcome::Undetermined;
            let question = doubt.question(&entry.delta.name());
            ctx.tell(&format!("error: could not determine {question}: {doubt}"));
        }
    }
    outcome
}
