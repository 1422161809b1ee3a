//! GitHub: the web page commits as `GitHub <noreply@github.com>`; private addresses contain the account's number and
//! login.

use super::{Landing, NINA, OMAR, Picture};

const GITHUB: &str = "GitHub <noreply@github.com>";
const NINA_PRIVATE: &str = "nweber <777+nweber@users.noreply.github.com>";
const OMAR_PRIVATE: &str = "odiaz <888+odiaz@users.noreply.github.com>";
const MERGE: &str = "Merge pull request #7 from nweber/billing-key\n\nFile the billing exception";
const SQUASH: &str = "File the billing exception (#7)";

/// A merge commit made by the web page.
const fn merge(
    way: &'static str,
    filed: &'static str,
    author: &'static str,
    people: &'static str,
    result: &'static str,
    counts: &'static [&'static str],
) -> Picture {
    Picture {
        way,
        landing: Landing::Merge,
        filed,
        author,
        committer: GITHUB,
        message: MERGE,
        people,
        result,
        counts,
    }
}

const fn squash(
    way: &'static str,
    author: &'static str,
    message: &'static str,
    result: &'static str,
) -> Picture {
    Picture {
        way,
        landing: Landing::Squash,
        filed: NINA,
        author,
        committer: GITHUB,
        message,
        people: "",
        result,
        counts: &[],
    }
}

const fn rebase(
    way: &'static str,
    committer: &'static str,
    people: &'static str,
    result: &'static str,
    counts: &'static [&'static str],
) -> Picture {
    Picture {
        way,
        landing: Landing::Rebase,
        filed: NINA,
        author: NINA,
        committer,
        message: "",
        people,
        result,
        counts,
    }
}

const OMAR_MAPPED: &str = "{logins: {odiaz: omar@example.com}}";
const NINA_MAPPED: &str = "{logins: {nweber: nina@example.com}}";
const BOTH_MAPPED: &str = "{logins: {nweber: nina@example.com, odiaz: omar@example.com}}";

pub(super) const ROWS: &[Picture] = &[
    merge("merge, by a colleague", NINA, OMAR, "", "claimed", &["omar@example.com"]),
    merge("merge, by a colleague's private address", NINA, OMAR_PRIVATE, "", "unresolved", &[]),
    merge(
        "merge, by a colleague's private address",
        NINA,
        OMAR_PRIVATE,
        OMAR_MAPPED,
        "claimed",
        &["omar@example.com"],
    ),
    merge("merge, by herself", NINA, NINA, "", "self", &[]),
    merge("merge, by her own private address", NINA, NINA_PRIVATE, "", "unresolved", &[]),
    merge("merge, by her own private address", NINA, NINA_PRIVATE, NINA_MAPPED, "self", &[]),
    merge("merge, the other way round", NINA_PRIVATE, NINA, "", "unresolved", &[]),
    merge("merge, the other way round", NINA_PRIVATE, NINA, NINA_MAPPED, "self", &[]),
    merge("merge, of a private address by a colleague", NINA_PRIVATE, OMAR, "", "unresolved", &[]),
    merge(
        "merge, of a private address by a colleague",
        NINA_PRIVATE,
        OMAR,
        NINA_MAPPED,
        "claimed",
        &["omar@example.com"],
    ),
    merge(
        "merge, two private addresses with numbers",
        NINA_PRIVATE,
        OMAR_PRIVATE,
        "",
        "claimed",
        &["odiaz@users.noreply.github.com"],
    ),
    merge(
        "merge, two private addresses with numbers",
        NINA_PRIVATE,
        OMAR_PRIVATE,
        BOTH_MAPPED,
        "claimed",
        &["omar@example.com"],
    ),
    merge(
        "merge, after her login changed",
        NINA_PRIVATE,
        "nina-roth <777+nina-roth@users.noreply.github.com>",
        "",
        "self",
        &[],
    ),
    merge(
        "merge, an old address without number",
        "Nina <nweber@users.noreply.github.com>",
        "Somebody <777+nina-roth@users.noreply.github.com>",
        "",
        "unresolved",
        &[],
    ),
    merge(
        "merge, two old addresses without number",
        "Nina <nweber@users.noreply.github.com>",
        "Omar <odiaz@users.noreply.github.com>",
        "",
        "claimed",
        &["odiaz@users.noreply.github.com"],
    ),
    merge(
        "merge, by a bot",
        NINA,
        "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>",
        "",
        "none-recorded",
        &[],
    ),
    merge("merge, that names the forge itself", NINA, GITHUB, "", "none-recorded", &[]),
    merge(
        "merge queue, which names the colleague",
        NINA,
        OMAR,
        "",
        "claimed",
        &["omar@example.com"],
    ),
    merge(
        "merge queue, which names its bot",
        NINA,
        "github-merge-queue[bot] <118344674+github-merge-queue[bot]@users.noreply.github.com>",
        "",
        "none-recorded",
        &[],
    ),
    squash("squash, whoever presses", NINA, SQUASH, "none-recorded"),
    squash("squash, whoever presses", NINA_PRIVATE, SQUASH, "none-recorded"),
    squash(
        "squash with a co-author",
        NINA,
        "File the billing exception (#7)\n\n* File it\n\n---------\n\nCo-authored-by: Omar Diaz <omar@example.com>",
        "none-recorded",
    ),
    squash(
        "merge queue that squashes",
        NINA,
        "File the billing exception (#7)\n\nCo-authored-by: nweber <null>",
        "none-recorded",
    ),
    rebase("rebase, by a colleague", OMAR, "", "claimed", &["omar@example.com"]),
    rebase("rebase, by a colleague's private address", OMAR_PRIVATE, "", "unresolved", &[]),
    rebase(
        "rebase, by a colleague's private address",
        OMAR_PRIVATE,
        OMAR_MAPPED,
        "claimed",
        &["omar@example.com"],
    ),
    rebase("rebase, by her own private address", NINA_PRIVATE, "", "unresolved", &[]),
];
