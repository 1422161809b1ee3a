//! `lint --base`: what changed since the branch parted, and the rules about changes.
//!
//! Start at [`read`]. Follows `docs/spec/cli.md`, lint and diff.

use exledger::session::error::Undetermined;
use std::collections::BTreeSet;

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::exit::Outcome;
use crate::commands::lint::Found;
use crate::commands::lint::approvals;
use crate::commands::lint::input::Input;
use crate::commands::lint::past::LandedRecords;
use crate::commands::lint::untouched;
use exledger::diag::Finding;
use exledger::diag::code::Code;
use exledger::history::paths::Prefix;
use exledger::history::tree::CommitTree;
use exledger::ledger::{self, Files};
use exledger::policy::governance::State;
use exledger::record::file;
use exledger::rules::case::RuleContext;
use exledger::rules::extra_schema::ExtraSchema;
use exledger::rules::lint::{self};
use exledger::rules::past::{RecordPast, Settled};
use exledger::rules::proposed::Removals;
use exledger::rules::repeats::Repeats;
use exledger::session::Session;
use exledger::session::compare::{Compared, Proposed};
use exledger::survey::neighbour::Neighbours;
use exledger::survey::refiling;

/// Judges what differs from where the branch parted; says on stderr what can't be told.
///
/// A file that shares its id with a changed one is judged with it.
pub(super) fn read(
    ctx: &Ctx,
    home: &Session,
    base: &str,
    input: &Input,
    known: &RuleContext<'_>,
    found: &mut Found,
) -> anyhow::Result<Outcome> {
    let instead: Vec<String> = input.instead().map(str::to_owned).into_iter().collect();
    let compared = ctx.compare(
        home,
        Some(base),
        Proposed {
            tree: input,
            governance: known.governance,
            commit: None,
            instead: &instead,
        },
    )?;
    ctx.of_uncounted(&compared);
    let is_broken = compared.governance.state == State::Broken;
    if is_broken || !compared.rulings.is_empty() {
        found.take(lint::policy(known), input);
    }
    let known = &RuleContext {
        governance: &compared.governance,
        house: &ExtraSchema::of(&compared.governance),
        neighbours: compared.neighbours.as_ref(),
        ..*known
    };
    let changes = compared.findings(known);
    let said: BTreeSet<_> = changes
        .iter()
        .map(|finding| (finding.rule, finding.path.clone(), finding.pos))
        .collect();
    found.take(changes, input);
    let unreadable = Undetermined::Tree;
    found.take(lint::files(&compared.odd, known), input);
    let repository = home.repository()?;
    let prefix = Prefix::new(&repository.prefix(home.root()).unwrap_or_default());
    let parted = CommitTree::of_commit(repository, compared.base, &prefix)?;
    let bad = approvals::against(
        input,
        known,
        Some(&parted),
        Removals::Count,
        &compared.before,
        &|| approvals::root(ctx, home),
    )?;
    found.take(bad, input);
    let mut repeats = Repeats::default();
    for entry in &compared.entries {
        for source in &entry.delta.after {
            repeats.judge(source.clone(), entry.past.landed);
            if input.names(&source.path) {
                let look = lint::look(source, known, entry.past).map_err(unreadable)?;
                let is_new = |finding: &Finding| {
                    !said.contains(&(finding.rule, finding.path.clone(), finding.pos))
                };
                found.take(look.findings.into_iter().filter(is_new), input);
                found.judge(source, look.tier);
            }
        }
    }
    let neighbours = compared.neighbours.iter();
    neighbours
        .flat_map(Neighbours::peers)
        .for_each(|peer| repeats.add(peer));
    found.take(lint::repeats(&repeats, known), input);
    evidence(home, &compared, input, known, found)?;
    if !compared.rulings.is_empty() && !is_broken {
        let folders = &known.governance.policy.records;
        let approved = LandedRecords::of(ctx, home, folders, input);
        untouched::judge(input, &compared, known, &approved, found)?;
    }
    Ok(ctx.of_doubts(&compared))
}

/// What is said of a record that the branch leaves as it is.
const EVIDENCE: [Code; 2] = [Code::MissingEvidence, Code::EvidenceChanged];

/// Judges the evidence of records that the branch leaves as they are, where it changes a file that they may name.
///
/// Only records with a digest that name a file of that name are read.
fn evidence(
    home: &Session,
    compared: &Compared,
    input: &Input,
    known: &RuleContext<'_>,
    found: &mut Found,
) -> anyhow::Result<()> {
    let repository = home.repository()?;
    let prefix = Prefix::new(&repository.prefix(home.root()).unwrap_or_default());
    let differing = repository.differing(compared.base, &prefix);
    let differing = differing.map_err(|error| fault::cannot_say(error.to_string(), ""))?;
    let records = &known.governance.policy.records;
    let is_record = |path: &str| ledger::is_record_of(records, path);
    let names = differing.iter().filter(|path| !is_record(path));
    let names: Vec<String> = names
        .filter_map(|path| path.rsplit('/').next().map(str::to_owned))
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let unreadable = Undetermined::Tree;
    let entries = compared.entries.iter();
    let judged: BTreeSet<&str> = entries.flat_map(|entry| entry.delta.paths()).collect();
    let past = RecordPast {
        settled: Settled::Closed,
        ..RecordPast::UNKNOWN
    };
    for file in Files::list(input, records).map_err(unreadable)?.records {
        if judged.contains(file.path.as_str()) || !input.names(&file.path) {
            continue;
        }
        let bytes = file.bytes(input).map_err(unreadable)?;
        if !refiling::may_hold(&bytes, "sha256") || !refiling::may_name(&bytes, &names) {
            continue;
        }
        let source = file::read(&file.path, &bytes);
        let findings = lint::record(&source, known, past).map_err(unreadable)?;
        let of_evidence = findings
            .into_iter()
            .filter(|it| EVIDENCE.contains(&it.rule));
        found.take(of_evidence, input);
    }
    Ok(())
}

impl Ctx {
    /// Says on stderr of which records it can't be told what is approved, and returns what follows from that.
    pub(crate) fn of_doubts(&self, compared: &Compared) -> Outcome {
        let mut outcome = Outcome::Fine;
        for entry in &compared.entries {
            if let Some(doubt) = entry.doubt() {
                outcome = Outcome::CannotSay;
                self.tell(&format!(
                    "error: cannot say what of {} is approved: {doubt}",
                    entry.delta.name()
                ));
            }
        }
        outcome
    }
}
