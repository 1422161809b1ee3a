//! bors-ng: `Merge #12 #13`, then a line `12: Title r=login a=author` for each.
//!
//! - `bors[bot]` is the author, GitHub the committer (`c78f7241`). The subject is `^Merge (#\d+(?: #\d+)*)$`, a line of the
//!   body `^(\d+): (.*?)(?: r=([^ ]+))?(?: a=(.+))?$`, without `a=` before 2017; then `Co-authored-by`.
//! - Approvers are the logins of `r=`, separated by commas: of numbers that the subject names, of the first line for each,
//!   before any other text.
//!
//! Measured: 855 of 855 subjects.
//!
//! Homu, and the bors of the Rust project: `bors <bors@rust-lang.org>` is author and committer. The subject is
//! `^[Aa]uto merge of #(\d+) - (\S+?), r=(\S+)$` (hashbrown `eea98041`); the logins of `r=` approved. Measured: 259 of 259.
//!
//! Follows `docs/spec/approval.md`, 2.

use crate::approval::sources::message::{self, ApproverLine, CommitMessage, ForgeAdapter, Pinned};

pub const FORGE: ForgeAdapter =
    ForgeAdapter { name: "bors", pull_request, approvals, ..ForgeAdapter::SILENT };

pub const HOMU: ForgeAdapter = ForgeAdapter {
    name: "homu",
    pull_request: homu_pull_request,
    approvals: homu_approvals,
    ..ForgeAdapter::SILENT
};

fn read_numbers(subject: &str) -> Vec<&str> {
    let Some(rest) = subject.strip_prefix("Merge ") else {
        return Vec::new();
    };
    rest.split(' ')
        .map(|word| word.strip_prefix('#').and_then(message::number))
        .collect::<Option<Vec<&str>>>()
        .unwrap_or_default()
}

fn pull_request(message: &CommitMessage) -> Option<String> {
    let numbers = read_numbers(message.subject);
    let all: Vec<String> = numbers.iter().map(|number| format!("#{number}")).collect();
    if all.is_empty() { None } else { Some(all.join(" ")) }
}

/// Only the first line for each number in the subject counts, and only before any other text: the rest is the
/// description that the pull request's opener typed.
fn approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    let mut waiting = read_numbers(message.subject);
    let mut lines = Vec::new();
    for line in message.body.iter().skip_while(|line| line.trim().is_empty()) {
        let Some((number, rest)) = line.split_once(": ") else {
            break;
        };
        let Some(at) = waiting.iter().position(|known| *known == number) else {
            break;
        };
        waiting.remove(at);
        lines.extend(logins(rest).into_iter().map(ApproverLine::by_hand));
    }
    lines
}

/// Returns the logins of `Title r=login,login a=author`; since a title may contain ` r=` too, the rest must match.
fn logins(rest: &str) -> Vec<&str> {
    rest.match_indices(" r=")
        .filter_map(|(at, mark)| rest.get(at + mark.len()..))
        .find_map(|after| {
            let (logins, author) = after.split_once(' ').unwrap_or((after, "a=-"));
            let fits =
                !logins.is_empty() && author.strip_prefix("a=").is_some_and(|a| !a.is_empty());
            fits.then(|| logins.split(',').filter(|login| !login.is_empty()).collect())
        })
        .unwrap_or_default()
}

fn homu_parts(subject: &str) -> Option<(&str, &str)> {
    let rest = subject
        .strip_prefix("Auto merge of #")
        .or_else(|| subject.strip_prefix("auto merge of #"))?;
    let (number, rest) = rest.split_once(" - ")?;
    let (branch, logins) = rest.split_once(", r=")?;
    let whole = !branch.contains(char::is_whitespace) && !logins.contains(char::is_whitespace);
    message::number(number).filter(|_| whole).map(|number| (number, logins))
}

fn homu_pull_request(message: &CommitMessage) -> Option<String> {
    homu_parts(message.subject).map(|(number, _)| format!("#{number}"))
}

fn homu_approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    let logins = homu_parts(message.subject).map_or("", |(_, logins)| logins);
    logins.split(',').filter(|login| !login.is_empty()).map(ApproverLine::by_hand).collect()
}
