//! GitLab: the web page commits as the instance; private addresses are `ID-LOGIN` at `users.noreply.HOST`.

use super::{Landing, NINA, OMAR, Picture};

const GITLAB: &str = "GitLab <noreply@gitlab.com>";
const OWN_INSTANCE: &str = "GitLab <gitlab@git.example.com>";
const NINA_PRIVATE: &str = "nweber <777-nweber@users.noreply.gitlab.com>";
const OMAR_PRIVATE: &str = "odiaz <888-odiaz@users.noreply.gitlab.com>";
const MERGE: &str = "Merge branch 'billing-key' into 'main'\n\nFile the billing exception\n\nSee merge request acme/shop!7";

const fn merge(
    way: &'static str,
    filed: &'static str,
    by: (&'static str, &'static str),
    people: &'static str,
    result: &'static str,
    counts: &'static [&'static str],
) -> Picture {
    Picture {
        way,
        landing: Landing::Merge,
        filed,
        author: by.0,
        committer: by.1,
        message: MERGE,
        people,
        result,
        counts,
    }
}

const fn rebase(
    by: &'static str,
    people: &'static str,
    result: &'static str,
    counts: &'static [&'static str],
) -> Picture {
    Picture {
        way: "fast-forward after a rebase, by a colleague's private address",
        landing: Landing::Rebase,
        filed: NINA,
        author: NINA,
        committer: by,
        message: "",
        people,
        result,
        counts,
    }
}

const OMAR_MAPPED: &str = "{logins: {odiaz@users.noreply.gitlab.com: omar@example.com}}";
const NINA_MAPPED: &str = "{logins: {nweber@users.noreply.gitlab.com: nina@example.com}}";

pub(super) const ROWS: &[Picture] = &[
    merge("merge, by a colleague", NINA, (OMAR, GITLAB), "", "claimed", &["omar@example.com"]),
    merge(
        "merge, by a colleague, until 2025",
        NINA,
        (OMAR, OMAR),
        "",
        "claimed",
        &["omar@example.com"],
    ),
    merge(
        "merge, by a colleague's private address",
        NINA,
        (OMAR_PRIVATE, GITLAB),
        "",
        "unresolved",
        &[],
    ),
    merge(
        "merge, by a colleague's private address",
        NINA,
        (OMAR_PRIVATE, GITLAB),
        OMAR_MAPPED,
        "claimed",
        &["omar@example.com"],
    ),
    merge("merge, by her own private address", NINA, (NINA_PRIVATE, GITLAB), "", "unresolved", &[]),
    merge(
        "merge, by her own private address",
        NINA,
        (NINA_PRIVATE, GITLAB),
        NINA_MAPPED,
        "self",
        &[],
    ),
    merge("merge, the other way round", NINA_PRIVATE, (NINA, GITLAB), "", "unresolved", &[]),
    merge(
        "merge, two private addresses",
        NINA_PRIVATE,
        (OMAR_PRIVATE, GITLAB),
        "",
        "claimed",
        &["odiaz@users.noreply.gitlab.com"],
    ),
    merge(
        "merge, after her login changed",
        NINA_PRIVATE,
        ("nina-roth <777-nina-roth@users.noreply.gitlab.com>", GITLAB),
        "",
        "self",
        &[],
    ),
    merge("merge train", NINA, (OMAR, GITLAB), "", "claimed", &["omar@example.com"]),
    merge(
        "merge by a project's token",
        NINA,
        ("release <project_42_bot_7f3a@noreply.gitlab.com>", GITLAB),
        "",
        "none-recorded",
        &[],
    ),
    Picture {
        way: "squash, whoever presses",
        landing: Landing::Squash,
        filed: NINA,
        author: NINA,
        committer: GITLAB,
        message: "File the billing exception\n\nSee merge request acme/shop!7",
        people: "",
        result: "none-recorded",
        counts: &[],
    },
    Picture {
        way: "squash with a co-author",
        landing: Landing::Squash,
        filed: NINA,
        author: NINA,
        committer: GITLAB,
        message: "File the billing exception\n\nSee merge request acme/shop!7\n\nCo-authored-by: Omar Diaz <omar@example.com>",
        people: "",
        result: "none-recorded",
        counts: &[],
    },
    rebase(OMAR_PRIVATE, "", "unresolved", &[]),
    rebase(OMAR_PRIVATE, OMAR_MAPPED, "claimed", &["omar@example.com"]),
    Picture {
        way: "squash, until 2025: the presser commits",
        landing: Landing::Squash,
        filed: NINA,
        author: NINA,
        committer: OMAR,
        message: "File the billing exception",
        people: "",
        result: "claimed",
        counts: &["omar@example.com"],
    },
    Picture {
        way: "fast-forward after a rebase, by a colleague",
        landing: Landing::Rebase,
        filed: NINA,
        author: NINA,
        committer: OMAR,
        message: "",
        people: "",
        result: "claimed",
        counts: &["omar@example.com"],
    },
    Picture {
        way: "squash on an instance of one's own that the policy does not name",
        landing: Landing::Squash,
        filed: NINA,
        author: NINA,
        committer: OWN_INSTANCE,
        message: "File the billing exception\n\nSee merge request acme/shop!7",
        people: "",
        result: "unresolved",
        counts: &[],
    },
    Picture {
        way: "squash on an instance of one's own that the policy names",
        landing: Landing::Squash,
        filed: NINA,
        author: NINA,
        committer: OWN_INSTANCE,
        message: "File the billing exception\n\nSee merge request acme/shop!7",
        people: "{forges: [gitlab@git.example.com]}",
        result: "none-recorded",
        counts: &[],
    },
];
