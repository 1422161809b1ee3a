//! `future-dated`: a commit of the mainline that is dated in the future.
//!
//! Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, T1.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::history::mainline::Flag;
use crate::history::walked::History;
use crate::policy::governance::State;
use crate::record::time::Instant;
use crate::rules::audit_cases::{self, MainlineCase};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::FutureDated,
    level: Level::Error,
    serves: &["M15", "M62"],
    summary: "a commit of the approved branch is dated in the future, or long after the next one",
    why: "Commit times decide when approvals and exceptions end; a future date would prolong an approval.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "at 2026-12-30T09:00:00Z",
        "lee pushes README.md",
        "at 2026-11-25T09:00:00Z",
        "lee pushes NOTES.md",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Mainline(check)],
    special: SpecialCases::NONE,
};

/// How much later than the next landing a commit may be dated, in seconds: a day.
const TOLERANCE: i64 = 86_400;

fn check(line: &MainlineCase<'_>, findings: &mut Vec<Finding>) {
    let mut future = audit_cases::misdated(
        line,
        (RULE.code, Flag::FutureDated),
        "which is in the future",
        "correct the clock of the machine that commits; the time of the previous commit is used instead",
    );
    let landings = &line.history.mainline.landings;
    let begun =
        began(line.history).and_then(|first| Some((first, landings.get(first)?.committed?)));
    let mut next: Option<Instant> = None;
    for (index, landing) in landings.iter().enumerate().rev() {
        let Some(at) = landing.committed else { continue };
        // What is older than the ledger, and not dated after its beginning, lets nothing count later or longer.
        let is_before = begun.is_some_and(|(first, begun)| index < first && at <= begun);
        let is_asked = !is_before && line.landings.binary_search(&index).is_ok();
        if is_asked && next.is_some_and(|next| next.plus_seconds(TOLERANCE) < at) {
            let commit = landing.oid.short();
            future.retain(|finding| !finding.message.contains(&commit));
            let message = format!(
                "commit {commit} is dated {at}, more than a day after the commit that landed next"
            );
            findings.push(audit_cases::of_line(
                RULE.code,
                Level::Error,
                message,
                Remedy::stays().after("check who pushed it; what it landed counts from its date on, so have that approved again"),
            ));
        }
        next = Some(at);
    }
    findings.extend(future);
}

/// Returns the landing with which a ledger began: its first policy or record.
fn began(history: &History) -> Option<usize> {
    let mut ruled =
        history.states.from().filter(|(_, after)| after.governance.state != State::Absent);
    let records = history.trails.values().filter_map(|trail| trail.versions.first());
    records.map(|version| version.landing).chain(ruled.next().map(|(first, _)| first)).min()
}
