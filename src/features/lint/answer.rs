//! Runs the rules on the work tree, some files of it, or the changes of a branch.
//!
//! Start at [`lint`]. Works in a plain folder too. Follows `docs/spec/cli.md`, lint, and `docs/spec/rules.md`.

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted_path;
use crate::diag::sorting::StableSort as _;
use crate::features::lint::base::EVIDENCE;
use crate::features::lint::findings::LintFindings;
use crate::features::lint::input::{Input, LintRequest};
use crate::features::lint::landed::LandedRecords;
use crate::features::lint::redesigns::LintedRedesigns;
use crate::features::lint::{conflict, duplicates, in_place};
use crate::history::objects::{Objects as _, Oid};
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::policy::Policy;
use crate::policy::governance::Governance;
use crate::record;
use crate::record::file::RecordFile;
use crate::rules::case::RuleContext;
use crate::rules::ends::Ends;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::rules::repeats::Repeats;
use crate::session::error::{Error, Usage};
use crate::session::judged::{JudgedCheckout, JudgedCounts};
use crate::session::locate::Located;
use crate::session::mainline;
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::session::scanned_files::RepositoryFiles;
use crate::survey::approved_state::PastObstacle;
use crate::survey::refiling::{self, NameSearch};
use crate::view::doc::JudgedFile;
use std::rc::Rc;

/// The result of linting.
pub struct LintAnswer<'l> {
    /// The findings, sorted by place.
    pub findings: Vec<Finding>,
    /// The findings about what is staged, where the work tree holds something else and does not have them.
    pub staged: Vec<Finding>,
    /// The linted records, in order.
    pub judged: Vec<JudgedFile>,
    /// How many they are, and where they were read.
    pub counts: JudgedCounts,
    /// How many redesign files were linted.
    pub n_redesigns: usize,
    /// The policy under which they were linted.
    pub governance: Governance,
    /// The records of a branch whose approved state can't be determined, each with the reason.
    pub doubts: Vec<(String, PastObstacle)>,
    /// Further notices for the reader.
    pub notices: Vec<Notice>,
    input: Input<'l>,
    staged_input: Option<Input<'l>>,
}

impl LintAnswer<'_> {
    /// Returns the files that were linted.
    pub fn tree(&self) -> &dyn Tree {
        &self.input
    }

    /// Returns the files as they are staged.
    pub fn staged_tree(&self) -> &dyn Tree {
        self.staged_input.as_ref().unwrap_or(&self.input)
    }
}

#[derive(Default)]
struct LintedState {
    found: LintFindings,
    doubts: Vec<(String, PastObstacle)>,
    notices: Vec<Notice>,
    base: Option<Oid>,
    // The governance that counts for a branch; `None` without a base.
    counted: Option<Rc<Governance>>,
}

pub(crate) fn lint<'l>(
    located: &'l Located,
    at: &Moment,
    request: &LintRequest<'_>,
) -> Result<LintAnswer<'l>, Error> {
    let checkout = JudgedCheckout::of(located)?;
    let input = Input::of(located, &checkout.tree, request)?;
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
    let is_work_tree = input.instead().is_none();
    let extra_schema = &ExtraSchema::of(&governance);
    let context = RuleContext {
        governance: &governance,
        extra_schema,
        tree: &input,
        instant: at.on,
        neighbours: None,
    };
    let instead: Vec<String> = input.instead().map(str::to_owned).into_iter().collect();
    let mut notices = Vec::new();
    let parted = request.base.map(|base| (base, request.branch));
    let state = lint_state(located, at, parted, &input, &context, &instead)?;
    let LintedState { mut found, doubts, base, counted, .. } = state;
    let counted = counted.as_deref().unwrap_or(&governance);
    let (policy, context) = (&counted.policy, RuleContext { governance: counted, ..context });
    if is_work_tree {
        notices.extend(input.refuse_strangers(counted)?);
    }
    notices.extend(state.notices);
    let not_read = match is_work_tree {
        true => {
            let files = Files::list(&input, &policy.records)?;
            checkout.unread(&files, &counted.paths(), &|path| input.names(path))?
        }
        false => Vec::new(),
    };
    let judged = found.judged.iter().map(|record| record.path.as_str());
    let mut counts = checkout.count(&policy.records, judged, not_read);
    let (mut staged, mut staged_input) = (Vec::new(), None);
    if is_work_tree {
        found.take(checkout.unmerged(&policy.records, &found.findings), &input);
        let before = base.map(|base| checkout.tree_of(base)).transpose()?.flatten();
        let before = before.as_ref().map(|tree| tree as &dyn Tree);
        let strays = checkout.strays(&input, policy, before)?;
        found.take(lint::strays(&strays, &context), &input);
        if let Some(staged_files) = checkout.staged(counted)? {
            let records = JudgedCheckout::staged_otherwise(&staged_files, policy);
            counts.staged = records.filter(|path| input.names(path)).count();
            let tree = input.of_state(checkout.tree.with_staged(&staged_files));
            let governance = Governance::read(&tree)?;
            let extra_schema = &ExtraSchema::of(&governance);
            let context =
                RuleContext { governance: &governance, extra_schema, tree: &tree, ..context };
            let state = lint_state(located, at, parted, &tree, &context, &staged_files.differing)?;
            let mut in_index = state.found;
            let counted = state.counted.as_deref().unwrap_or(&governance);
            let context = RuleContext { governance: counted, ..context };
            let strays = checkout.strays(&tree, &counted.policy, before)?;
            in_index.take(lint::strays(&strays, &context), &tree);
            staged = in_index.findings;
            staged.retain(|finding| {
                !found.findings.contains(finding) && !checkout.is_unmerged(&finding.path)
            });
            staged.iter_mut().for_each(|finding| advise_staging(finding, &staged_files.differing));
            sort(&mut staged);
            staged_input = Some(tree);
        }
        // What is advised is the work tree's: before, the index's same finding would be another.
        conflict::advise(located, (&input, policy), &mut found.findings);
        duplicates::advise(located, at, &input, &mut found.findings);
        in_place::advise(located, &input, &mut found.findings);
    }
    counts.base = base.map(|base| base.to_string());
    checkout.reach_left_out(&mut found.findings);
    checkout.reach_left_out(&mut staged);
    sort(&mut found.findings);
    Ok(LintAnswer {
        findings: found.findings,
        staged,
        judged: found.judged,
        counts,
        n_redesigns: found.n_redesigns,
        governance: counted.clone(),
        doubts,
        notices,
        input,
        staged_input,
    })
}

fn advise_staging(finding: &mut Finding, differing: &[String]) {
    // The evidence is another file than the record, which may be staged as it is.
    if !EVIDENCE.contains(&finding.rule) || differing.contains(&finding.path) {
        let path = quoted_path(&finding.path);
        let stage = Remedy::run([format!("git add -A -- {path}")]);
        finding.remedy = stage.after("stage what the work tree has");
    }
}

fn sort(findings: &mut Vec<Finding>) {
    findings.order_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    findings.dedup();
}

fn lint_state(
    located: &Located,
    at: &Moment,
    base: Option<(&str, Option<&str>)>,
    input: &Input<'_>,
    context: &RuleContext<'_>,
    instead: &[String],
) -> Result<LintedState, Error> {
    let mut state = LintedState::default();
    let found = &mut state.found;
    match base {
        Some(base) => {
            let compared = crate::features::lint::base::read(
                located,
                at,
                base,
                (input, instead),
                context,
                found,
            )?;
            state.notices.extend(compared.notices());
            let entries = compared.entries.iter();
            let in_doubt = entries.filter_map(|entry| Some((entry, entry.doubt()?)));
            let in_doubt = in_doubt.map(|(entry, doubt)| (entry.delta.name().to_string(), doubt));
            state.doubts.extend(in_doubt);
            state.base = Some(compared.base);
            state.counted = Some(compared.governance);
        }
        None => {
            let place = |policy: &Policy| mainline::ledger_place(located, policy, at.now);
            found.take(lint::policy(context), input);
            let landed = LandedRecords::of(located, &context.governance.policy.records, input);
            read((located, input), context, &landed, found)?;
            let all = LintedRedesigns { before: None, landed: &|_| None };
            crate::features::lint::redesigns::read(input, context, &all, found)?;
            found.take(landed.statements(input, context, &place)?, input);
        }
    }
    Ok(state)
}

/// Returns the findings about references of a record to blobs.
pub(super) fn references(
    located: &Located,
    source: &RecordFile,
    is_landed: &dyn Fn() -> bool,
) -> Vec<Finding> {
    let Some(repository) = located.repository_or_none() else {
        return Vec::new();
    };
    let files = RepositoryFiles::new(repository, None);
    lint::references(source, (&files, &|blob| repository.read(blob).is_ok()), is_landed)
}

fn read(
    (located, input): (&Located, &Input<'_>),
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
        let mut linted = lint::record_with_tier(&source, context, past)?;
        if let Some(remedy) = duplicates::of_copy(&source, &files) {
            let misnamed = linted.findings.iter_mut().filter(|it| it.rule == Code::BadId);
            misnamed.for_each(|finding| finding.remedy = remedy.clone());
        }
        found.take(linted.findings, input);
        found.take(references(located, &source, &|| approved.has(&source, &bytes)), input);
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
    input: &Input<'_>,
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
        let may_repeat = refiling::may_hold(&bytes, "closure")
            && NameSearch::of_bytes(&bytes).may_name_any(&names);
        if may_repeat || NameSearch::unfolded(&bytes).may_name_any(&texts) {
            let source = record::file::read(&file.path, &bytes);
            ends.remember(&source);
            repeats.remember(source, None);
        }
        Ok(())
    })
}
