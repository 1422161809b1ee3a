//! The rules over one subject: what applies, at which level, sorted.
//!
//! Uses record, ledger, policy. Pure. Start at [`record`]. One file at a time, so that a large ledger is never in
//! memory as a whole. Follows `docs/spec/rules.md` and `docs/spec/policy.md` (reading and defaults).

use crate::diag::code::{Code, RuleGroup};
use crate::diag::{Finding, Level};
use crate::ledger::Files;
use crate::ledger::tree::TreeError;
use crate::policy::governance::{Governance, State};
use crate::policy::settings::RuleLevel;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::record::credential;
use crate::record::file::RecordFile;
use crate::rules::case::{Cited, RecordCase, RuleCase, RuleContext, Subject};
use crate::rules::change_cases::{ChangeCase, GovernanceChange};
use crate::rules::past::RecordPast;
use crate::rules::past::Settled;
use crate::rules::repeats::Repeats;
use crate::rules::rule::Rule;
use crate::rules::{ALL, evidence};

/// What of the content group is judged in a settled record too.
const ALWAYS: &[Code] = &[Code::Secret, Code::MissingEvidence, Code::EvidenceChanged];

/// What is judged besides in a settled record whose closure was looked at.
const OF_REVIEW: Code = Code::ReviewBySelf;

/// What a look at a record's file shows.
#[derive(Clone, Debug)]
pub struct Look {
    /// The findings, sorted.
    pub findings: Vec<Finding>,
    /// The tier; `None` where a field that decides it can't be read, or the policy can't.
    pub tier: Option<String>,
}

/// Returns the findings about a record's file, sorted.
///
/// # Errors
/// [`TreeError`] when a file that its evidence names can't be read.
pub fn record(
    source: &RecordFile,
    known: &RuleContext<'_>,
    past: RecordPast,
) -> Result<Vec<Finding>, TreeError> {
    look(source, known, past).map(|look| look.findings)
}

/// Returns the findings about a record's file, sorted, and its tier.
///
/// # Errors
/// [`TreeError`] when a file that its evidence names can't be read.
pub fn look(
    source: &RecordFile,
    known: &RuleContext<'_>,
    past: RecordPast,
) -> Result<Look, TreeError> {
    let policy = &known.governance.policy;
    let of = RecordCase {
        source,
        tier: tier::resolve(policy, &Facts::of_source(source)),
        landed: past.landed,
        evidence: evidence::of(source, known.tree)?,
        cited: Cited::of(source, known.governance),
    };
    let applies = |rule: &Rule| match rule.code.group() {
        RuleGroup::Shape => true,
        _ if known.governance.state == State::Broken => false,
        RuleGroup::Content => match past.settled {
            Settled::Open => true,
            Settled::Closed => ALWAYS.contains(&rule.code),
            Settled::Reviewed => rule.code == OF_REVIEW || ALWAYS.contains(&rule.code),
        },
        RuleGroup::Change => past.settled == Settled::Open,
        RuleGroup::Audit => false,
    };
    let is_broken = known.governance.state == State::Broken;
    Ok(Look {
        findings: findings(Subject::Record(&of), known, applies),
        tier: of.tier.filter(|_| !is_broken).map(|tier| tier.tier),
    })
}

/// Returns the findings about the governance files, sorted.
pub fn policy(known: &RuleContext<'_>) -> Vec<Finding> {
    findings(Subject::Policy, known, |_| true)
}

/// Returns the findings about what is named like a record and is none, sorted.
pub fn files(files: &Files, known: &RuleContext<'_>) -> Vec<Finding> {
    findings(Subject::Files(files), known, |_| true)
}

/// Returns the findings about a change of a record, sorted; each has the level that its rule gives it.
pub fn change(changed: &ChangeCase<'_>, known: &RuleContext<'_>) -> Vec<Finding> {
    findings(Subject::Change(changed), known, is_of_changes)
}

/// Returns the findings about what a branch does to the governance files, sorted.
pub fn branch(rulings: &[GovernanceChange], known: &RuleContext<'_>) -> Vec<Finding> {
    findings(Subject::Branch(rulings), known, is_of_changes)
}

/// Returns the findings about what a branch does to workflows and actions of the forge, sorted.
pub fn workflows(changes: &[GovernanceChange], known: &RuleContext<'_>) -> Vec<Finding> {
    findings(Subject::Workflows(changes), known, is_of_changes)
}

/// Returns the findings about open records that repeat closed ones, each once.
pub fn repeats(repeats: &Repeats, known: &RuleContext<'_>) -> Vec<Finding> {
    if known.governance.state == State::Broken {
        return Vec::new();
    }
    let repeats = repeats.found(known.governance);
    let of_one = |repeat| {
        findings(Subject::Repeat(repeat), known, |rule| {
            rule.code.group() == RuleGroup::Content
        })
    };
    repeats.iter().flat_map(of_one).collect()
}

fn is_of_changes(rule: &Rule) -> bool {
    rule.code.group() == RuleGroup::Change
}

/// Returns the findings of an audit about one subject, sorted; each has the level that its rule gives it.
///
/// Two rules of other groups judge what landed as well: who reviewed a closure, and what a loosened policy let through.
pub fn audit(
    subject: Subject<'_>,
    known: &RuleContext<'_>,
    asked: impl Fn(Code) -> bool,
) -> Vec<Finding> {
    const TOO: &[Code] = &[Code::ReviewBySelf, Code::PolicyLoosened];
    findings(subject, known, |rule| {
        (rule.code.group() == RuleGroup::Audit || TOO.contains(&rule.code)) && asked(rule.code)
    })
}

fn findings(
    subject: Subject<'_>,
    known: &RuleContext<'_>,
    applies: impl Fn(&Rule) -> bool,
) -> Vec<Finding> {
    let case = RuleCase { subject, known };
    let mut findings = Vec::new();
    for rule in ALL {
        if !applies(rule) {
            continue;
        }
        let Some(level) = level(rule, known.governance) else {
            continue;
        };
        let found = (rule.check)(&case).into_iter();
        // A rule about changes gives each finding its own level: the same change may be said or left unsaid. So do
        // the readers: a governance file that is not there is a warning.
        findings.extend(found.map(|finding| Finding {
            level: match rule.code.group() {
                RuleGroup::Change | RuleGroup::Shape | RuleGroup::Audit => finding.level,
                _ => level,
            },
            message: credential::hidden(finding.message),
            help: credential::hidden(finding.help),
            field: finding.field.map(credential::hidden),
            ..finding
        }));
    }
    findings.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    findings
}

/// Returns the level of a rule's findings under a policy; `None` where it is switched off.
pub fn level(rule: &Rule, governance: &Governance) -> Option<Level> {
    let levels = &governance.policy.lint.levels;
    match levels
        .get(rule.code.as_str())
        .filter(|_| rule.code.group() == RuleGroup::Content)
    {
        Some(level) => RuleLevel::level(*level),
        None => Some(rule.level),
    }
}
