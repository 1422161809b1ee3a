//! `mainline-suspicious`: a merge that left something out, or that says it is one of the approved branch or into another.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, M5.

use crate::diag::code::Code;
use crate::diag::remedy::{Act, Remedy};
use crate::diag::shell;
use crate::diag::{Finding, Level};
use crate::history::off_line::Lost;
use crate::history::version::TrailKey;
use crate::rules::audit_cases::{self, LostChange, LostStanding, MainlineCase};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::MainlineSuspicious,
    level: Level::Warning,
    serves: &["M25"],
    summary: "a merge left out what the approved branch had, or merged it elsewhere",
    why: "Merging the approved branch into a side branch and pushing the result swaps which side was reviewed.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee pushes README.md",
        "ana turns the mainline",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Mainline(check)],
    special: SpecialCases::NONE,
};

fn check(line: &MainlineCase<'_>, findings: &mut Vec<Finding>) {
    let suspected = line.suspicious().map(|landing| {
        let oid = landing.oid.short();
        let message =
            format!("commit {oid} says that it merged the approved branch, or a branch into another one");
        audit_cases::of_line(RULE.code, Level::Warning, message, Remedy::stays().after("who made it approved nothing by that; merge by the forge's button, or with a subject of your own"))
    });
    findings.extend(suspected);
    findings.extend(line.taken_away.iter().map(lost));
    let merged = line.lost_tips.iter().filter(|tip| tip.standing == LostStanding::Merged);
    let message =
        "`git pull` and a push made it the second parent of a merge, and took nothing, on";
    let reference = &line.history.mainline.reference;
    findings
        .extend(merged.map(|change| change.finding(RULE.code, Level::Note, reference, message)));
}

fn lost(lost: &LostChange<'_>) -> Finding {
    let files = lost.trail.last().and_then(|version| version.files.first());
    let (commit, loss) = (lost.commit.short(), lost.loss.as_str());
    let by = match lost.by {
        Lost::Merge(_, merge) => format!("merge {} left out", merge.short()),
        Lost::Tip(tip) => format!("the approved branch lost, with its former tip {},", tip.short()),
    };
    let anew = match &lost.trail.key {
        TrailKey::Id(id) => shell::command("exledger approve", &[id]),
        key => shell::command("exledger approve --governance", &[key.as_str()]),
    };
    let (level, help) = match lost.is_approved_anew {
        true => (Level::Warning, Remedy::stays().after("it has been approved anew")),
        false => (
            Level::Error,
            Remedy {
                note: "it counts as landed; if what the branch holds is meant".to_owned(),
                act: Act::Other { waits_for: Vec::new(), commands: vec![anew] },
            },
        ),
    };
    Finding {
        rule: RULE.code,
        level,
        path: files.map_or_else(String::new, |file| file.path.to_string()),
        pos: None,
        field: None,
        id: matches!(lost.trail.key, TrailKey::Id(_)).then(|| lost.trail.key.to_string()),
        message: format!("{by} the {loss} of commit {commit}"),
        remedy: help,
    }
}
