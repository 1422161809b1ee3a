//! Ledgers with different policies, the ways to approve that each names, and what is and is not enough.

/// A ledger, a request of Ana's on the branch `ask`, and the ways that must be named.
pub(super) struct OfferCase {
    pub(super) name: &'static str,
    pub(super) policy: &'static str,
    pub(super) has_keys: bool,
    pub(super) has_job: bool,
    /// Lines that the record has beside those of every record.
    pub(super) more: &'static str,
    /// Each `WAY LEVEL PEOPLE`; nobody means anyone but the authors.
    pub(super) how: &'static [&'static str],
    /// Ways, one after the other, that together approve it.
    pub(super) enough: &'static [&'static [Act]],
    /// The same, which do not.
    pub(super) too_little: &'static [&'static [Act]],
}

/// A step that somebody takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Act {
    /// Runs the command of `sign`.
    Signs(&'static str),
    /// Runs the command of `merge`.
    Merges(&'static str),
    /// Merges with an ordinary merge commit, whatever is named.
    MergesPlainly(&'static str),
    /// Runs the command of `merge`, and names another approver in the message.
    MergesNaming(&'static str, &'static str),
    /// Approves on the forge, where the request is squashed.
    Reviews,
    /// Squashes it on the forge, and nothing else.
    Squashed,
}

use Act::{Merges, MergesNaming, MergesPlainly, Reviews, Signs, Squashed};

/// A policy that knows a login; beside it, the key of a bridge is listed.
pub(super) const BRIDGED: &str = "people: {logins: {dkim: dana@example.com}}\n";

const GROUPS: &str = "\
groups: {security: [dana@example.com, sam@example.com], platform: [ana@example.com, lee@example.com]}
tiers: [{name: standard, approvals: {count: 2, each_of: [security, platform]}}]
";

pub(super) const CASES: &[OfferCase] = &[
    OfferCase {
        name: "plain",
        policy: "",
        has_keys: false,
        has_job: false,
        more: "",
        how: &["merge claimed"],
        enough: &[&[Merges("lee")]],
        too_little: &[&[MergesPlainly("ana")], &[Squashed]],
    },
    OfferCase {
        name: "keys",
        policy: "",
        has_keys: true,
        has_job: false,
        more: "",
        how: &["merge claimed", "sign attested dana kim lee sam"],
        enough: &[
            &[Merges("sam")],
            &[Signs("dana"), Squashed],
            &[Signs("kim"), MergesPlainly("ana")],
        ],
        too_little: &[&[MergesPlainly("ana")], &[Squashed]],
    },
    OfferCase {
        name: "squash with a bridge",
        policy: BRIDGED,
        has_keys: false,
        has_job: true,
        more: "",
        how: &["review claimed", "merge claimed"],
        enough: &[&[Reviews], &[Merges("lee")]],
        too_little: &[&[Squashed]],
    },
    OfferCase {
        name: "a bridge without its job",
        policy: BRIDGED,
        has_keys: false,
        has_job: false,
        more: "",
        how: &["merge claimed"],
        enough: &[&[Merges("lee")]],
        too_little: &[&[Squashed]],
    },
    OfferCase {
        name: "signed only",
        policy: "approval: {proof: attested, accept: [merge, review, detached]}\npeople: {logins: {dkim: dana@example.com}}\n",
        has_keys: true,
        has_job: true,
        more: "",
        how: &["sign attested dana kim lee sam"],
        enough: &[&[Signs("lee"), Squashed], &[Signs("dana"), MergesPlainly("ana")]],
        too_little: &[&[MergesPlainly("lee")], &[Reviews], &[Squashed]],
    },
    OfferCase {
        name: "signed merges",
        policy: "approval: {proof: attested, accept: [signature]}\n",
        has_keys: true,
        has_job: false,
        more: "",
        how: &["merge attested dana kim lee sam"],
        enough: &[&[Merges("lee")]],
        too_little: &[&[MergesPlainly("lee")]],
    },
    OfferCase {
        name: "groups",
        policy: GROUPS,
        has_keys: true,
        has_job: false,
        more: "",
        how: &["merge claimed dana lee sam", "sign attested dana lee sam"],
        enough: &[
            &[Signs("dana"), Signs("lee"), Squashed],
            &[Signs("sam"), Merges("lee")],
            &[Signs("lee"), Merges("dana")],
        ],
        too_little: &[
            &[Merges("lee")],
            &[Signs("dana"), Squashed],
            &[Signs("dana"), MergesPlainly("sam")],
            &[Signs("dana"), MergesPlainly("ana")],
        ],
    },
    OfferCase {
        name: "groups without keys",
        policy: GROUPS,
        has_keys: false,
        has_job: false,
        more: "",
        how: &["merge claimed dana lee sam"],
        enough: &[&[MergesNaming("lee", "Dana Kim <dana@example.com>")]],
        too_little: &[&[MergesPlainly("lee")]],
    },
    OfferCase {
        name: "the risk owner",
        policy: "tiers: [{name: standard, approvals: {count: 1, must_include: [risk_owner]}}]\n",
        has_keys: true,
        has_job: false,
        more: "risk: {level: moderate, owner: kim@example.com}\n",
        how: &["merge claimed kim", "sign attested kim"],
        enough: &[&[Merges("kim")], &[Signs("kim"), Squashed]],
        too_little: &[&[MergesPlainly("lee")], &[Signs("dana"), Squashed]],
    },
    OfferCase {
        name: "an author who is the only approver",
        policy: "groups: {security: [ana@example.com]}\ntiers: [{name: standard, approvals: {count: 1, each_of: [security]}}]\n",
        has_keys: true,
        has_job: false,
        more: "",
        how: &[],
        enough: &[],
        too_little: &[&[MergesPlainly("ana")], &[MergesPlainly("lee")]],
    },
    OfferCase {
        name: "an owner who may not approve",
        policy: "approval: {owner_may_approve: false}\n",
        has_keys: true,
        has_job: false,
        more: "owner: {name: Lee Chen, email: lee@example.com}\n",
        how: &["merge claimed", "sign attested dana kim sam"],
        enough: &[&[Merges("dana")], &[Signs("kim"), Squashed]],
        too_little: &[&[MergesPlainly("lee")]],
    },
    OfferCase {
        name: "self-approval",
        policy: "approval: {self_approval: allow}\n",
        has_keys: false,
        has_job: false,
        more: "",
        how: &["merge claimed"],
        enough: &[&[Merges("ana")], &[Merges("lee")]],
        too_little: &[],
    },
    OfferCase {
        name: "further approvers in the message",
        policy: "approval: {accept: [merge, trailer]}\ntiers: [{name: standard, approvals: {count: 2}}]\n",
        has_keys: true,
        has_job: false,
        more: "",
        how: &["merge claimed"],
        enough: &[&[MergesNaming("lee", "Dana Kim <dana@example.com>")]],
        too_little: &[
            &[MergesPlainly("lee")],
            &[MergesNaming("lee", "Ana Ruiz <ana@example.com>")],
            &[MergesNaming("ana", "Dana Kim <dana@example.com>")],
        ],
    },
    OfferCase {
        name: "nothing that is accepted proves enough",
        policy: "approval: {accept: [merge]}\ntiers: [{name: standard, approvals: {proof: attested}}]\n",
        has_keys: true,
        has_job: false,
        more: "",
        how: &[],
        enough: &[],
        too_little: &[&[MergesPlainly("lee")]],
    },
];
