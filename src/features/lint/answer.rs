//! Runs the rules on the work tree, some files of it, or the changes of a branch.
//!
//! Start at [`lint`]. Works in a plain folder too. Follows `docs/spec/cli.md`, lint, and `docs/spec/rules.md`.

use crate::diag::Finding;
use crate::diag::sorting::StableSort as _;
use crate::features::lint::findings::{LintFindings, LintedRecord};
use crate::features::lint::input::{Input, LintRequest};
use crate::features::lint::landed::LandedRecords;
use crate::features::lint::redesigns::LintedRedesigns;
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::policy::governance::Governance;
use crate::record;
use crate::rules::case::RuleContext;
use crate::rules::ends::Ends;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::rules::repeats::Repeats;
use crate::session::error::{Error, Usage};
use crate::session::locate::Located;
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::survey::approved_state::PastObstacle;
use crate::survey::refiling::{self, NameSearch};

/// The result of linting.
pub struct LintAnswer {
    /// The findings, sorted by place.
    pub findings: Vec<Finding>,
    /// The linted records, in order.
    pub judged: Vec<LintedRecord>,
    /// How many redesign files were linted.
    pub n_redesigns: usize,
    /// The policy under which they were linted.
    pub governance: Governance,
    /// The records of a branch whose approved state can't be determined, each with the reason.
    pub doubts: Vec<(String, PastObstacle)>,
    /// Further notices for the reader.
    pub notices: Vec<Notice>,
    input: Input,
}

impl LintAnswer {
    /// Returns the files that were linted.
    pub fn tree(&self) -> &dyn Tree {
        &self.input
    }
}

/// Lints what a request names; an unreadable record does not hide others.
pub(crate) fn lint(
    located: &Located,
    at: &Moment,
    request: &LintRequest<'_>,
) -> Result<LintAnswer, Error> {
    let input = Input::of(located, request)?;
    let governance = Governance::read(&input)?;
    let policy = &governance.policy;
    if !input.is_record(&policy.records)
        && !input.is_record(std::slice::from_ref(&policy.redesigns))
    {
        return Err(Usage::refused(
            "the path of the record is not in a record folder",
            "see `records` in exledger.yaml",
        )
        .into());
    }
    let mut notices = Vec::new();
    if input.instead().is_none() {
        notices.extend(input.refuse_strangers(&governance)?);
    }
    let context = RuleContext {
        governance: &governance,
        extra_schema: &ExtraSchema::of(&governance),
        tree: &input,
        instant: at.on,
        neighbours: None,
    };
    let mut found = LintFindings::default();
    let mut doubts = Vec::new();
    match request.base {
        Some(base) => {
            let compared =
                crate::features::lint::base::read(located, at, base, &input, &context, &mut found)?;
            notices.extend(compared.notices());
            let entries = compared.entries.iter();
            let in_doubt = entries.filter_map(|entry| Some((entry, entry.doubt()?)));
            doubts.extend(in_doubt.map(|(entry, doubt)| (entry.delta.name().to_string(), doubt)));
        }
        None => {
            let root = || crate::features::lint::approvals::root(located, at.now);
            found.take(lint::policy(&context), &input);
            let landed = LandedRecords::of(located, &governance.policy.records, &input);
            read(&input, &context, &landed, &mut found)?;
            let all = LintedRedesigns { before: None, landed: &|_| None };
            crate::features::lint::redesigns::read(&input, &context, &all, &mut found)?;
            found.take(landed.statements(&input, &context, &root)?, &input);
        }
    }
    found.findings.order_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    found.findings.dedup();
    Ok(LintAnswer {
        findings: found.findings,
        judged: found.judged,
        n_redesigns: found.n_redesigns,
        governance,
        doubts,
        notices,
        input,
    })
}

/// Reads every record once; an unreadable record does not hide others.
fn read(
    input: &Input,
    context: &RuleContext<'_>,
    approved: &LandedRecords<'_>,
    found: &mut LintFindings,
) -> Result<(), Error> {
    let files = Files::list(input, &context.governance.policy.records)?;
    found.take(lint::files(&files, context), input);
    let mut repeats = Repeats::default();
    let mut ends = Ends::default();
    for file in files.records.iter().filter(|record| input.names(&record.path)) {
        let bytes = file.bytes(input)?;
        let source = file.source(&bytes);
        let past = approved.past(&source, &bytes);
        let linted = lint::record_with_tier(&source, context, past)?;
        found.take(linted.findings, input);
        found.judge(&source, linted.tier);
        ends.judge(&source);
        repeats.judge(source, None);
    }
    remember(&files, input, &mut repeats, &mut ends)?;
    found.take(lint::repeats(&repeats, context), input);
    found.take(lint::ends(&ends, context), input);
    Ok(())
}

/// Adds the records of the tree that were not requested, and that a requested one may repeat or end together with.
fn remember(
    files: &Files,
    input: &Input,
    repeats: &mut Repeats,
    ends: &mut Ends,
) -> Result<(), Error> {
    let names: Vec<String> = repeats.names().into_iter().map(str::to_owned).collect();
    let texts = ends.texts();
    if names.is_empty() && texts.is_empty() {
        return Ok(());
    }
    let mut rest = files.records.iter().filter(|record| !input.names(&record.path));
    rest.try_for_each(|file| {
        let bytes = file.bytes(input)?;
        let may_repeat = refiling::may_hold(&bytes, "closure") && {
            let search = NameSearch::of_bytes(&bytes);
            names.iter().any(|name| search.may_name(name))
        };
        if may_repeat || refiling::may_name(&bytes, &texts) {
            let source = record::file::read(&file.path, &bytes);
            ends.remember(&source);
            repeats.remember(source, None);
        }
        Ok(())
    })
}
