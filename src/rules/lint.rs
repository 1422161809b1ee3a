//! Runs the rules on one subject: which rules apply, at which level, with sorted findings.
//!
//! Pure. Start at [`record`]. Takes one file at a time, so that a large ledger is never in memory as a whole. Follows
//! `docs/spec/rules.md` and `docs/spec/policy.md` (reading and defaults).

use crate::diag::code::{Code, RuleGroup};
use crate::diag::sorting::StableSort as _;
use crate::diag::{Finding, Level};
use crate::gate::accepted_text::ScannedFiles;
use crate::history::objects::Oid;
use crate::ledger::Files;
use crate::ledger::stray::Stray;
use crate::ledger::tree::TreeError;
use crate::policy::governance::{Governance, State};
use crate::policy::redesign::file::RedesignFile;
use crate::policy::settings::RuleLevel;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::record::credential;
use crate::record::file::RecordFile;
use crate::record::time::Instant;
use crate::rules::audit_cases::{LandedCase, MainlineCase, Statements, UsesCase};
use crate::rules::case::{Cited, RecordCase, RuleContext};
use crate::rules::change_cases::{ChangeCase, GovernanceChange, TakenOnBranch};
use crate::rules::ends::Ends;
use crate::rules::past::{RecordPast, Settled};
use crate::rules::receipts_case::ReceiptsCase;
use crate::rules::renewals::Renewals;
use crate::rules::repeats::Repeats;
use crate::rules::rule::{Check, Closed, JudgeRecord, Rule};
use crate::rules::scan::SuppressionCase;
use crate::rules::{ALL, evidence, finding_content};

/// The findings about a record's file, and its tier.
#[derive(Clone, Debug)]
pub struct RecordFindings {
    /// The findings, sorted as answers list them.
    pub findings: Vec<Finding>,
    /// The tier; `None` if a field that determines it, or the policy, can't be read.
    pub tier: Option<String>,
}

/// Returns the findings about a record's file, sorted.
///
/// # Errors
/// [`TreeError`] if a file that its evidence names can't be read.
pub fn record(
    source: &RecordFile,
    context: &RuleContext<'_>,
    past: RecordPast,
) -> Result<Vec<Finding>, TreeError> {
    record_with_tier(source, context, past).map(|record| record.findings)
}

/// Returns the findings about a record's file, sorted, and its tier.
///
/// # Errors
/// [`TreeError`] if a file that its evidence names can't be read.
pub fn record_with_tier(
    source: &RecordFile,
    context: &RuleContext<'_>,
    past: RecordPast,
) -> Result<RecordFindings, TreeError> {
    let case = record_case(source, context, past)?;
    let is_broken = context.governance.state == State::Broken;
    let applies = |rule: &Rule| match rule.code.group() {
        RuleGroup::Shape => true,
        _ if is_broken => false,
        RuleGroup::Content => match past.settled {
            Settled::Open => true,
            Settled::Closed => rule.special.closed == Closed::Judged,
            Settled::Reviewed => rule.special.closed != Closed::Passed,
        },
        RuleGroup::Change => past.settled == Settled::Open,
        RuleGroup::Audit | RuleGroup::Scan => false,
    };
    let findings = judge(context, applies, |rule, check, found| match check {
        Check::Noted => noted(rule.code, &source.findings, found),
        Check::Record(check) | Check::Evidence(check) => check(&case, found),
        _ => {}
    });
    Ok(RecordFindings { findings, tier: case.tier.filter(|_| !is_broken).map(|tier| tier.tier) })
}

/// Returns the findings about the evidence files that a record names, sorted.
///
/// # Errors
/// [`TreeError`] if one of the files can't be read.
pub fn evidence(source: &RecordFile, context: &RuleContext<'_>) -> Result<Vec<Finding>, TreeError> {
    if context.governance.state == State::Broken {
        return Ok(Vec::new());
    }
    let case = record_case(source, context, RecordPast::UNKNOWN)?;
    Ok(judge_all(context, |_, check, found| {
        if let Check::Evidence(check) = check {
            check(&case, found);
        }
    }))
}

fn record_case<'c>(
    source: &'c RecordFile,
    context: &'c RuleContext<'c>,
    past: RecordPast,
) -> Result<RecordCase<'c>, TreeError> {
    let policy = &context.governance.policy;
    Ok(RecordCase {
        source,
        context,
        tier: tier::resolve(policy, &Facts::of_source(source)),
        landed: past.landed,
        evidence: evidence::of(source, context.tree)?,
        cited: Cited::in_record(source, context.governance),
    })
}

/// Returns the findings about a redesign's file, sorted; `landed` is when it first landed, or when it would.
///
/// # Errors
/// [`TreeError`] if a file that its evidence names can't be read.
pub fn redesign(
    file: &RedesignFile,
    context: &RuleContext<'_>,
    landed: Option<Instant>,
) -> Result<Vec<Finding>, TreeError> {
    let source = &file.source;
    let case = record_case(source, context, RecordPast { landed, ..RecordPast::UNKNOWN })?;
    let is_broken = context.governance.state == State::Broken;
    let applies = |rule: &Rule| rule.code.group() == RuleGroup::Shape || !is_broken;
    let findings = judge(context, applies, |rule, check, found| match check {
        Check::Noted => noted(rule.code, &source.findings, found),
        Check::Redesign(check) if !is_broken => check(&case, found),
        Check::Evidence(check) => check(&case, found),
        _ => {}
    });
    Ok(findings)
}

/// Returns the findings about the governance files, sorted.
pub fn policy(context: &RuleContext<'_>) -> Vec<Finding> {
    let findings = &context.governance.findings;
    judge_all(context, |rule, check, found| match check {
        Check::Noted => noted(rule.code, findings, found),
        Check::Policy(check) => check(context, found),
        _ => {}
    })
}

/// Returns the findings about paths that are named like a record and are not files, sorted.
pub fn files(files: &Files, context: &RuleContext<'_>) -> Vec<Finding> {
    let findings = files.findings();
    judge_all(context, |rule, check, found| {
        if let Check::Noted = check {
            noted(rule.code, &findings, found);
        }
    })
}

/// Returns the findings about accepted texts of a record that blobs hold, or don't.
pub fn references(
    source: &RecordFile,
    files: (&dyn ScannedFiles, &dyn Fn(Oid) -> bool),
    is_landed: &dyn Fn() -> bool,
) -> Vec<Finding> {
    finding_content::references(source, files, is_landed)
}

/// Returns the findings about files that are meant as records, and are not read as such, sorted.
pub fn strays(strays: &[Stray], context: &RuleContext<'_>) -> Vec<Finding> {
    judge_all(context, |_, check, found| {
        if let Check::Stray(check) = check {
            strays.iter().for_each(|stray| check(stray, found));
        }
    })
}

/// Returns the findings about a change of a record, sorted; each has the level that its rule gives it, or the policy to
/// the rules of content.
pub fn change(changed: &ChangeCase<'_>, context: &RuleContext<'_>) -> Vec<Finding> {
    // A file that can't be read has no content findings to compare.
    let judge_record: JudgeRecord =
        |source, context, past| record(source, context, past).unwrap_or_default();
    judge_all(context, |_, check, found| match check {
        Check::Change(check) => check(changed, context, found),
        Check::Loosened(check) => check(changed, context, judge_record, found),
        _ => {}
    })
}

/// Returns the findings about a branch's changes to the governance files, sorted.
pub fn branch(changes: &[GovernanceChange], context: &RuleContext<'_>) -> Vec<Finding> {
    judge_all(context, |_, check, found| {
        if let Check::Governance(check) = check {
            changes.iter().for_each(|change| check(change, found));
        }
    })
}

/// Returns the findings about what commits of a branch take away and later ones give back, sorted.
pub fn taken(taken: &[TakenOnBranch], context: &RuleContext<'_>) -> Vec<Finding> {
    judge_all(context, |_, check, found| {
        if let Check::Taken(check) = check {
            taken.iter().for_each(|taken| check(taken, found));
        }
    })
}

/// Returns the findings about a branch's changes to the forge's workflows and actions, sorted.
pub fn workflows(changes: &[GovernanceChange], context: &RuleContext<'_>) -> Vec<Finding> {
    judge_all(context, |_, check, found| {
        if let Check::Workflow(check) = check {
            changes.iter().for_each(|change| check(change, found));
        }
    })
}

/// Returns the findings about open records that repeat closed ones, in the order of the records.
pub fn repeats(repeats: &Repeats, context: &RuleContext<'_>) -> Vec<Finding> {
    if context.governance.state == State::Broken {
        return Vec::new();
    }
    let repeats = repeats.found(context.governance).into_iter();
    let findings = repeats.flat_map(|repeat| {
        judge_all(context, |_, check, found| {
            if let Check::Repeat(check) = check {
                check(&repeat, found);
            }
        })
    });
    findings.collect()
}

/// Returns the findings about days on which many open records end, in the order of the days.
pub fn ends(ends: &Ends, context: &RuleContext<'_>) -> Vec<Finding> {
    if context.governance.state == State::Broken {
        return Vec::new();
    }
    let crowded = ends.crowded(context.governance, context.instant).into_iter();
    let findings = crowded.flat_map(|day| {
        judge_all(context, |_, check, found| {
            if let Check::Ends(check) = check {
                check(&day, found);
            }
        })
    });
    findings.collect()
}

/// Returns the findings about the records that one landing or branch renews.
pub fn renewals(renewals: &Renewals, context: &RuleContext<'_>) -> Vec<Finding> {
    judge_all(context, |_, check, found| {
        if let Check::Renewals(check) = check {
            check(renewals, context, found);
        }
    })
}

/// Returns the findings of the audit rules about a landed version, sorted.
pub fn landed(
    landed: &LandedCase<'_>,
    context: &RuleContext<'_>,
    is_selected: impl Fn(&Rule) -> bool,
) -> Vec<Finding> {
    judge(context, is_selected, |_, check, found| {
        if let Check::Landed(check) = check {
            check(landed, found);
        }
    })
}

/// Returns the findings about the approved branch itself, sorted.
pub fn mainline(line: &MainlineCase<'_>, context: &RuleContext<'_>) -> Vec<Finding> {
    judge_all(context, |_, check, found| {
        if let Check::Mainline(check) = check {
            check(line, found);
        }
    })
}

/// Returns the findings about the files below `.approvals`, sorted.
pub fn approval_files(statements: &Statements<'_>, context: &RuleContext<'_>) -> Vec<Finding> {
    judge_all(context, |_, check, found| {
        if let Check::ApprovalFiles(check) = check {
            check(statements, found);
        }
    })
}

/// Returns the findings about a file of receipts.
pub fn receipts(file: &ReceiptsCase<'_>, context: &RuleContext<'_>) -> Vec<Finding> {
    judge_all(context, |_, check, found| {
        if let Check::Receipts(check) = check {
            check(file, found);
        }
    })
}

/// Returns the findings about a suppression, or a file that was generated from the ledger.
pub fn scan(case: &SuppressionCase) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in ALL {
        for check in rule.checks {
            if let Check::Scan(check) = check {
                check(case, &mut found);
            }
        }
    }
    found
}

/// Returns the findings about the uses of a record, sorted.
pub fn uses(uses: &UsesCase<'_>, context: &RuleContext<'_>) -> Vec<Finding> {
    judge_all(context, |_, check, found| {
        if let Check::Uses(check) = check {
            check(uses, found);
        }
    })
}

fn noted(code: Code, findings: &[Finding], found: &mut Vec<Finding>) {
    let of_code = findings.iter().filter(|finding| finding.rule == code);
    found.extend(of_code.cloned());
}

fn judge_all(
    context: &RuleContext<'_>,
    run: impl Fn(&Rule, &Check, &mut Vec<Finding>),
) -> Vec<Finding> {
    judge(context, |_| true, run)
}

fn judge(
    context: &RuleContext<'_>,
    applies: impl Fn(&Rule) -> bool,
    run: impl Fn(&Rule, &Check, &mut Vec<Finding>),
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in ALL {
        if !applies(rule) {
            continue;
        }
        let Some(level) = level(rule, context.governance) else {
            continue;
        };
        let mut found = Vec::new();
        for check in rule.checks {
            run(rule, check, &mut found);
        }
        // Other rules choose the level of each finding: a missing governance file is a warning, and a change may be
        // recorded or silent. A content rule may choose a milder one: a frozen pattern only warns about an expected class.
        let is_content = rule.code.group() == RuleGroup::Content;
        findings.extend(found.into_iter().map(|finding| Finding {
            level: if is_content { level.max(finding.level) } else { finding.level },
            message: credential::hidden(finding.message),
            remedy: finding.remedy.map(credential::hidden),
            field: finding.field.map(credential::hidden),
            ..finding
        }));
    }
    findings.order_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    findings
}

/// Returns the level of a rule's findings under a policy; `None` if the rule is switched off.
pub fn level(rule: &Rule, governance: &Governance) -> Option<Level> {
    let levels = &governance.policy.lint.levels;
    match levels.get(rule.code.as_str()).filter(|_| rule.code.group() == RuleGroup::Content) {
        Some(level) => RuleLevel::level(*level),
        None => Some(rule.level),
    }
}
