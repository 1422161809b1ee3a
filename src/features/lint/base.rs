//! `lint --base`: what changed since the branch started, and the rules about changes.
//!
//! Start at [`read`]. Follows `docs/spec/cli.md`, lint and diff.

use crate::features::diff;
use crate::session::error::{Error, Undetermined};
use crate::session::options::Moment;
use std::collections::BTreeSet;

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::features::diff::compared::{Compared, ProposedState};
use crate::features::lint::findings::LintFindings;
use crate::features::lint::input::Input;
use crate::features::lint::landed::LandedRecords;
use crate::features::lint::redesigns::LintedRedesigns;
use crate::features::lint::{answer, approvals, redesigns, untouched};
use crate::history::tree::CommitTree;
use crate::ledger;
use crate::ledger::Files;
use crate::policy::governance::State;
use crate::record::file;
use crate::record::file::RecordFile;
use crate::rules::case::RuleContext;
use crate::rules::ends::Ends;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::past::{RecordPast, Settled};
use crate::rules::proposed::Removals;
use crate::rules::repeats::Repeats;
use crate::rules::{ends, lint};
use crate::session::locate::Located;
use crate::session::mainline;
use crate::store::git::Repository;
use crate::survey::neighbour::Neighbours;
use crate::survey::refiling::{self, NameSearch};

/// Lints what differs from where the branch started, and what shares an id with it; returns also the paths of the files
/// that differ from the work tree.
pub(super) fn read(
    located: &Located,
    at: &Moment,
    (base, branch): (&str, Option<&str>),
    (input, instead): (&Input<'_>, &[String]),
    context: &RuleContext<'_>,
    found: &mut LintFindings,
) -> Result<Compared, Error> {
    let compared = diff::answer::compare(
        located,
        at,
        Some(base),
        ProposedState {
            tree: input,
            governance: context.governance,
            commit: None,
            instead,
            branch,
        },
    )?;
    let is_broken = compared.governance.state == State::Broken;
    if is_broken || !compared.rulings.is_empty() {
        found.take(lint::policy(context), input);
    }
    let context = &RuleContext {
        governance: &compared.governance,
        extra_schema: &ExtraSchema::of(&compared.governance),
        neighbours: compared.neighbours.as_ref(),
        ..*context
    };
    let changes = compared.findings(context);
    let reported: BTreeSet<_> =
        changes.iter().map(|finding| (finding.rule, finding.path.clone(), finding.pos)).collect();
    found.take(changes, input);
    found.take(lint::files(&compared.odd, context), input);
    let repository = located.repository()?;
    let prefix = repository.ledger_prefix(&located.root);
    let parted = CommitTree::of_commit(repository, compared.base, &prefix)?;
    let bad = approvals::against(
        input,
        context,
        Some(&parted),
        Removals::Count,
        &compared.before,
        &|policy| mainline::ledger_place(located, policy, at.now),
    )?;
    found.take(bad, input);
    let linted =
        LintedRedesigns { before: Some(&parted), landed: &|path| compared.redesign_landed(path) };
    redesigns::read(input, context, &linted, found)?;
    let mut repeats = Repeats::default();
    for entry in &compared.entries {
        for source in &entry.delta.after {
            repeats.judge(source.clone(), entry.past.landed);
            if input.names(&source.path) {
                let linted = lint::record_with_tier(source, context, entry.past)?;
                let is_new = |finding: &Finding| {
                    !reported.contains(&(finding.rule, finding.path.clone(), finding.pos))
                };
                found.take(linted.findings.into_iter().filter(is_new), input);
                found.take(answer::references(located, source, &|| false), input);
                found.judge(source, linted.tier);
            }
        }
    }
    let neighbours = compared.neighbours.iter();
    neighbours.flat_map(Neighbours::peers).for_each(|peer| repeats.add(peer));
    found.take(lint::repeats(&repeats, context), input);
    crowded(&compared, input, context, found)?;
    evidence(located, &compared, input, context, found)?;
    if !compared.rulings.is_empty() && !is_broken {
        let folders = &context.governance.policy.records;
        let approved = LandedRecords::of(located, folders, input);
        untouched::judge(input, &compared, context, &approved, found)?;
    }
    Ok(compared)
}

/// Lints the days on which the branch lets a record end that ended on another day before, or was closed, or is new.
fn crowded(
    compared: &Compared,
    input: &Input<'_>,
    context: &RuleContext<'_>,
    found: &mut LintFindings,
) -> Result<(), Error> {
    let mut ends = Ends::default();
    let mut changed: BTreeSet<&str> = BTreeSet::new();
    for entry in &compared.entries {
        let day = |sources: &[RecordFile]| {
            let record = sources.first().and_then(|source| source.record.as_ref());
            record.and_then(ends::last_day)
        };
        let is_moved = day(&entry.delta.before) != day(&entry.delta.after);
        for source in &entry.delta.after {
            changed.insert(&source.path);
            if is_moved && input.names(&source.path) {
                ends.judge(source);
            } else {
                ends.remember(source);
            }
        }
    }
    let texts = ends.texts();
    if texts.is_empty() {
        return Ok(());
    }
    for file in Files::list(input, &context.governance.policy.records)?.records {
        if changed.contains(file.path.as_str()) {
            continue;
        }
        let bytes = file.bytes(input)?;
        if NameSearch::unfolded(&bytes).may_name_any(&texts) {
            ends.remember(&file::read(&file.path, &bytes));
        }
    }
    found.take(lint::ends(&ends, context), input);
    Ok(())
}

/// The findings about evidence: all that is reported about a record that the branch does not change.
pub(super) const EVIDENCE: [Code; 2] = [Code::MissingEvidence, Code::EvidenceChanged];

fn evidence(
    located: &Located,
    compared: &Compared,
    input: &Input<'_>,
    context: &RuleContext<'_>,
    found: &mut LintFindings,
) -> Result<(), Error> {
    let repository = located.repository()?;
    let prefix = repository.ledger_prefix(&located.root);
    let differing = repository.differing(compared.base, &prefix)?;
    let records = &context.governance.policy.records;
    let is_record = |path: &str| ledger::is_record_of(records, path);
    let changed = differing.iter().filter(|path| !is_record(path));
    let mut names: BTreeSet<String> = changed.map(|path| name_of(path)).collect();
    if names.is_empty() {
        return Ok(());
    }
    add_links(&mut names, repository)?;
    let entries = compared.entries.iter();
    let judged: BTreeSet<&str> = entries.flat_map(|entry| entry.delta.paths()).collect();
    let past = RecordPast { settled: Settled::Closed, ..RecordPast::UNKNOWN };
    for file in Files::list(input, records)?.records {
        if judged.contains(file.path.as_str()) || !input.names(&file.path) {
            continue;
        }
        let bytes = file.bytes(input)?;
        let may_name = || NameSearch::unfolded(&bytes).may_name_any(&names);
        if !refiling::may_hold(&bytes, "sha256") || !may_name() {
            continue;
        }
        let source = file::read(&file.path, &bytes);
        let findings = lint::record(&source, context, past)?;
        let of_evidence = findings.into_iter().filter(|finding| EVIDENCE.contains(&finding.rule));
        found.take(of_evidence, input);
    }
    Ok(())
}

fn add_links(names: &mut BTreeSet<String>, repository: &Repository) -> Result<(), Undetermined> {
    let links = repository.links()?;
    loop {
        let leads_there = |target: &str| {
            let mut parts = target.split('/');
            parts.any(|part| names.contains(&part.to_ascii_lowercase()))
        };
        let leading = links.iter().filter(|(_, target)| leads_there(target));
        let leading: Vec<String> = leading.map(|(path, _)| name_of(path)).collect();
        let n_known = names.len();
        names.extend(leading);
        if names.len() == n_known {
            return Ok(());
        }
    }
}

fn name_of(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase()
}
