//! Finds mailmap lines that still merge identities although they were removed.
//!
//! Uses policy, history, `approval`'s verdicts. Pure. Start at [`kept`]. Follows `docs/spec/approval.md`, I3: removing
//! an approved line takes effect once someone whom the line does not merge approves the removal.

use crate::approval::counted::compose::VersionChoice;
use crate::approval::verdict::{ApprovalVerdict, Vote, VoteCounts};
use crate::history::walked::History;
use crate::policy::governance::{Governance, MAILMAP};
use crate::policy::mailmap::Mailmap;
use crate::policy::people::person::Person;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Returns the lines that were approved once and whose removal was approved only by people whom they merge, each as the
/// governance of a one-line mailmap.
pub(super) fn kept(
    history: &History,
    verdicts: &BTreeMap<String, Vec<ApprovalVerdict>>,
    choices: &[(usize, VersionChoice)],
) -> Vec<Rc<Governance>> {
    let text = |version: Option<usize>| -> BTreeSet<String> {
        let trail = history.governance.get(MAILMAP);
        let version = version.and_then(|n| trail?.versions.get(n));
        let bytes = version.and_then(|version| history.bytes_of(version));
        let text = String::from_utf8_lossy(bytes.map_or(&[][..], AsRef::as_ref)).into_owned();
        text.lines().map(|line| line.trim().to_owned()).collect()
    };
    let mut kept: BTreeSet<String> = BTreeSet::new();
    let mut before = None;
    for (_, choice) in choices {
        let version = choice.of(MAILMAP);
        if version == before {
            continue;
        }
        let lines = text(version);
        kept.extend(text(before));
        let verdict = verdicts.get(MAILMAP).and_then(|all| all.get(version?));
        let approvers = verdict.map_or_else(Vec::new, approvers);
        let goes_on = |line: &String| !approvers.iter().any(|it| !joins(line, it));
        kept.retain(|line| !lines.contains(line) && goes_on(line));
        before = version;
    }
    let of_line =
        |line: &String| Governance { mailmap: Mailmap::parse(line), ..Governance::default() };
    kept.iter().map(|line| Rc::new(of_line(line))).collect()
}

fn approvers(verdict: &ApprovalVerdict) -> Vec<&Person> {
    let counting = verdict.statements.iter().filter(|statement| {
        statement.counts == VoteCounts::Yes && statement.vote == Vote::Approves
    });
    counting.map(|statement| &statement.approver.person).collect()
}

fn joins(line: &str, person: &Person) -> bool {
    let lower = line.to_lowercase();
    let addresses = [&person.key, &person.email, &person.typed_email];
    let mut named = addresses.map(|address| format!("<{}>", address.to_lowercase())).into_iter();
    named.any(|address| lower.contains(&address))
}
