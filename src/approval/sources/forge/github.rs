//! GitHub: merges by button name the merger as author; squashes and rebases name no approver.
//!
//! What each way of landing leaves:
//! - Merge: the merger is the author, `GitHub <noreply@github.com>` the committer (web-flow's OpenPGP). The subject is
//!   `^Merge pull request #(\d+) from (\S+)$`, then a blank line and the title (gittuf `94144616`).
//! - Squash: the author opened the pull request, GitHub commits, nobody names the merger. The subject is
//!   `^(.*) \(#(\d+)\)$`; the body is a list of commits or the request's text, `---------`, then `Co-authored-by` and
//!   `Signed-off-by` (gitsign `034927d0`). Squashes of 4 to 13 March 2020 name the merger (isaacs/github#1750), stacked
//!   requests of 2026 mix both (github/gh-stack#371); those of a merge queue may carry `Co-authored-by: name <null>`
//!   (cli/cli#7032).
//! - Rebase: the original authors and messages; the committer pressed the button, and the commits are unsigned
//!   (refined-github#3140; 200 of 200 in advisory-db).
//! - Edit on the web: user, GitHub as committer, signed, free text. It looks like a squash (257 of 2,556 in DefectDojo).
//! - Prow's tide (`kubernetes-prow[bot]`) merges as the button does; labels approve, and OWNERS may approve their own
//!   (prow#175). Mergify writes its template, with logins alone in `Approved-by` (instructlab#2105).
//!
//! No text names an approver. Branch protection is not in git, and administrators bypass it without a trace
//! (sourcegraph#30396). Measured: merges 1,082 of 1,082 (gittuf) and 3,532 of 3,535 (k8s), squashes 15,621 of 15,623
//! (ruff).
//!
//! Follows `docs/spec/approval.md`, 2.

use crate::approval::sources::message::{self, Auto, CommitMessage, ForgeAdapter};

pub const FORGE: ForgeAdapter = ForgeAdapter {
    name: "github",
    auto: Auto::ByCommitter,
    is_committer,
    pull_request,
    ..ForgeAdapter::SILENT
};

fn is_committer(name: &str, address: &str) -> bool {
    name == "GitHub" && address.eq_ignore_ascii_case("noreply@github.com")
}

fn pull_request(message: &CommitMessage) -> Option<String> {
    let merged = || {
        let (number, _) =
            message.subject.strip_prefix("Merge pull request #")?.split_once(" from ")?;
        message::number(number).map(|number| format!("#{number}"))
    };
    let squashed = || {
        let (_, number) = message::number_in_parentheses(message.subject, &['#'])?;
        Some(format!("#{number}"))
    };
    merged().or_else(squashed)
}
