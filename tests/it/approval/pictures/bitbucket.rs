//! Bitbucket: in the cloud the author opened the request and the committer pressed; a server names the presser twice.

use super::{Landing, NINA, OMAR, Picture};

const KIM: &str = "Kim Sato <kim@example.com>";
const CLOUD: &str = "Merged in billing-key (pull request #7)\n\nFile the billing exception";

const fn cloud(
    way: &'static str,
    landing: Landing,
    by: (&'static str, &'static str),
    message: &'static str,
    result: &'static str,
    counts: &'static [&'static str],
) -> Picture {
    Picture {
        way,
        landing,
        filed: NINA,
        author: by.0,
        committer: by.1,
        message,
        people: "",
        result,
        counts,
    }
}

pub(super) const ROWS: &[Picture] = &[
    cloud(
        "cloud, merge by a colleague",
        Landing::Merge,
        (NINA, OMAR),
        CLOUD,
        "claimed",
        &["omar@example.com"],
    ),
    cloud(
        "cloud, merge by herself",
        Landing::Merge,
        (NINA, NINA),
        CLOUD,
        "self",
        &[],
    ),
    cloud(
        "cloud, merge of what somebody else opened for her",
        Landing::Merge,
        (KIM, KIM),
        CLOUD,
        "claimed",
        &["kim@example.com"],
    ),
    cloud(
        "cloud, merge with approvals in the text",
        Landing::Merge,
        (NINA, OMAR),
        "Merged in billing-key (pull request #7)\n\nFile the billing exception\n\nApproved-by: Kim Sato <kim@example.com>",
        "claimed",
        &["kim@example.com", "omar@example.com"],
    ),
    cloud(
        "cloud, merge by herself with approvals in the text",
        Landing::Merge,
        (NINA, NINA),
        "Merged in billing-key (pull request #7)\n\nFile the billing exception\n\nApproved-by: Kim Sato <kim@example.com>",
        "claimed",
        &[],
    ),
    cloud(
        "cloud, merge by a token of the workspace",
        Landing::Merge,
        (NINA, "deploy <7f3kq@bots.bitbucket.org>"),
        CLOUD,
        "none-recorded",
        &[],
    ),
    cloud(
        "cloud, squash by a colleague",
        Landing::Squash,
        (NINA, OMAR),
        CLOUD,
        "claimed",
        &["omar@example.com"],
    ),
    cloud(
        "cloud, squash by herself",
        Landing::Squash,
        (NINA, NINA),
        CLOUD,
        "self",
        &[],
    ),
    cloud(
        "cloud, rebase by a colleague",
        Landing::Rebase,
        (NINA, OMAR),
        "",
        "claimed",
        &["omar@example.com"],
    ),
    Picture {
        way: "server, merge by a colleague",
        landing: Landing::Merge,
        filed: NINA,
        author: OMAR,
        committer: OMAR,
        message: "Pull request #7: File the billing exception\n\nMerge in ACME/shop from billing-key to main\n\n* commit '0123456':\n  File it",
        people: "",
        result: "claimed",
        counts: &["omar@example.com"],
    },
];
