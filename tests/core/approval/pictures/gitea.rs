//! Gitea and Forgejo: whoever merges is author and committer, or the instance signs; private addresses are at
//! `noreply.HOST`.

use super::{Landing, NINA, OMAR, Picture};

const NINA_PRIVATE: &str = "nweber <nweber@noreply.git.example.com>";
const OMAR_PRIVATE: &str = "odiaz <odiaz@noreply.git.example.com>";
const NINA_RENAMED: &str = "nina-roth <nina-roth@noreply.git.example.com>";
const MERGE: &str = "Merge pull request 'File the billing exception' (#7) from billing-key into main\n\n\
                     Reviewed-on: https://git.example.com/acme/shop/pulls/7";

const fn merge(
    way: &'static str,
    filed: &'static str,
    by: &'static str,
    people: &'static str,
    result: &'static str,
    counts: &'static [&'static str],
) -> Picture {
    Picture {
        way,
        landing: Landing::Merge,
        filed,
        author: by,
        committer: by,
        message: MERGE,
        people,
        result,
        counts,
    }
}

const NOREPLY: &str = "{noreply: [noreply.git.example.com], logins: {nweber: nina@example.com, odiaz: omar@example.com}}";
const BOTH_LOGINS: &str = "{noreply: [noreply.git.example.com], logins: {nweber: nina@example.com, nina-roth: nina@example.com}}";
const WITH_DOMAIN: &str = "{logins: {odiaz@noreply.git.example.com: omar@example.com}}";

pub(super) const ROWS: &[Picture] = &[
    merge("merge, by a colleague", NINA, OMAR, "", "claimed", &["omar@example.com"]),
    merge("merge, by a colleague's private address", NINA, OMAR_PRIVATE, "", "unresolved", &[]),
    merge(
        "merge, by a colleague's private address",
        NINA,
        OMAR_PRIVATE,
        WITH_DOMAIN,
        "claimed",
        &["omar@example.com"],
    ),
    merge(
        "merge, by a colleague's private address",
        NINA,
        OMAR_PRIVATE,
        NOREPLY,
        "claimed",
        &["omar@example.com"],
    ),
    merge("merge, by her own private address", NINA, NINA_PRIVATE, "", "unresolved", &[]),
    merge("merge, by her own private address", NINA, NINA_PRIVATE, NOREPLY, "self", &[]),
    merge("merge, the other way round", NINA_PRIVATE, NINA, "", "unresolved", &[]),
    merge(
        "merge, two private addresses",
        NINA_PRIVATE,
        OMAR_PRIVATE,
        "",
        "claimed",
        &["odiaz@noreply.git.example.com"],
    ),
    Picture {
        way: "merge, signed by the instance",
        landing: Landing::Merge,
        filed: NINA,
        author: OMAR,
        committer: "Gitea <gitea@git.example.com>",
        message: MERGE,
        people: "{forges: [gitea@git.example.com]}",
        result: "claimed",
        counts: &["omar@example.com"],
    },
    merge(
        "merge, after her login changed",
        NINA_PRIVATE,
        NINA_RENAMED,
        "",
        "claimed",
        &["nina-roth@noreply.git.example.com"],
    ),
    merge("merge, after her login changed", NINA_PRIVATE, NINA_RENAMED, BOTH_LOGINS, "self", &[]),
    merge(
        "merge, by a bot that the policy lists",
        NINA,
        "deploy <deploy@noreply.git.example.com>",
        "{bots: ['deploy@*']}",
        "none-recorded",
        &[],
    ),
    Picture {
        way: "squash, by herself with a co-author of the branch",
        landing: Landing::Squash,
        filed: NINA,
        author: NINA,
        committer: NINA,
        message: "File the billing exception (#7)\n\n\
                  Reviewed-on: https://git.example.com/acme/shop/pulls/7\n\
                  Co-authored-by: Omar Diaz <omar@example.com>",
        people: "",
        result: "self",
        counts: &[],
    },
    Picture {
        way: "squash, by a colleague's private address",
        landing: Landing::Squash,
        filed: NINA,
        author: NINA,
        committer: OMAR_PRIVATE,
        message: "File the billing exception (#7)\n\nReviewed-on: https://git.example.com/acme/shop/pulls/7",
        people: NOREPLY,
        result: "claimed",
        counts: &["omar@example.com"],
    },
    Picture {
        way: "squash, by a colleague",
        landing: Landing::Squash,
        filed: NINA,
        author: NINA,
        committer: OMAR,
        message: "File the billing exception (#7)\n\n\
                  Reviewed-on: https://git.example.com/acme/shop/pulls/7\n\
                  Co-authored-by: Omar Diaz <omar@example.com>\n\
                  Co-committed-by: Omar Diaz <omar@example.com>",
        people: "",
        result: "self",
        counts: &[],
    },
    Picture {
        way: "squash, by her own private address",
        landing: Landing::Squash,
        filed: NINA,
        author: NINA,
        committer: NINA_PRIVATE,
        message: "File the billing exception (#7)\n\nReviewed-on: https://git.example.com/acme/shop/pulls/7",
        people: "",
        result: "unresolved",
        counts: &[],
    },
    Picture {
        way: "rebase, by a colleague",
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
        way: "rebase, by her own private address",
        landing: Landing::Rebase,
        filed: NINA,
        author: NINA,
        committer: NINA_PRIVATE,
        message: "",
        people: "",
        result: "unresolved",
        counts: &[],
    },
];
