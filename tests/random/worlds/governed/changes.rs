//! The changes of each part of the rules: what the first files hold, and what one person puts in its place.
//!
//! Start at [`CHANGES`]. `{dana}` stands for the public key of Dana.

use super::{GovernanceChange, Swap};
use crate::worlds::texts::{MAILMAP, POLICY, REVOKED, SIGNERS};

const ROSTER: &str = "people.csv";
const HOOKS: &str = "exledger-hooks.yaml";
const VERSION: &str = "version: 1\n";
const PROOF: &str = "proof: claimed}";
/// The end of the last tier.
const TIER: &str = "{name: standard, degraded: deny, approvals: {count: 1";

const fn adds(
    part: &'static str,
    path: &'static str,
    setup: &'static [Swap],
    edits: &'static [(&'static str, &'static str)],
) -> GovernanceChange {
    GovernanceChange { part, path, setup, edits, adds: true }
}

const fn other(
    part: &'static str,
    path: &'static str,
    setup: &'static [Swap],
    edits: &'static [(&'static str, &'static str)],
) -> GovernanceChange {
    GovernanceChange { part, path, setup, edits, adds: false }
}

/// Logins of Lee, who is listed, and of people who are not.
const LOGINS: &[Swap] = &[(
    POLICY,
    VERSION,
    "version: 1\npeople: {logins: {lee-gh: lee@example.com, pat-gh: pat@example.com, ana-gh: ana@example.com, 7+ana-gl: ana@example.com}}\n",
)];
const MACHINES: &[Swap] = &[(
    POLICY,
    VERSION,
    "version: 1\npeople: {bots: ['ci@example.com', 'mallory@example.com'], agents: ['robo@example.com', 'eve@example.com']}\n",
)];
const WITH_ROSTER: &[Swap] = &[
    (POLICY, VERSION, "version: 1\npeople: {roster: people.csv}\n"),
    (
        ROSTER,
        "",
        "email,name,team,active\ndana@example.com,Dana,x,yes\nlee@example.com,Lee,x,yes\nana@example.com,Ana,x,yes\npat@example.com,Pat,x,no\n",
    ),
];
const LENIENT: &[Swap] = &[(
    POLICY,
    PROOF,
    "proof: claimed, self_approval: allow, self_asserted: allow, nested: allow, authors: claimed}",
)];
const STRICT: &[Swap] = &[(POLICY, PROOF, "proof: claimed, governance: {count: 2}}")];
const WIDE_TIER: &[Swap] = &[(
    POLICY,
    TIER,
    "{name: standard, max_term: 90d, max_total: 270d, max_renewals: 2, review_every: 30d, require: [fix], degraded: grant, approvals: {count: 1",
)];
const WIDE_CLASSES: &[Swap] = &[(
    POLICY,
    VERSION,
    "version: 1\nclasses: {emergency: {review_within: 48h, max_term: 72h}, regulated: {count: 1, max_term: 90d}}\n",
)];
const REVOKES: &[Swap] = &[(REVOKED, "", "{eve}\n{pat}\n")];
const NAMES: &[Swap] = &[(
    MAILMAP,
    "",
    "Dana <dana@example.com> <dana@home.example.com>\nLee <lee@example.com> <lee@home.example.com>\n",
)];
const ASSETS: &[Swap] = &[
    (
        POLICY,
        VERSION,
        "version: 1\nassets: [{match: ['billing', 'orders'], sensitivity: inner, owner: lee@example.com}]\n",
    ),
    (POLICY, "[{risk: [high]}]", "[{risk: [high]}, {sensitivity: [inner]}]"),
];
const SCHEMA: &[Swap] = &[
    (POLICY, VERSION, "version: 1\nextra_schema: house.json\n"),
    ("house.json", "", "{\"type\": \"object\"}\n"),
];
const CATALOG: &[Swap] = &[
    (POLICY, VERSION, "version: 1\ncatalogs: [nist-csf, house.csv]\n"),
    ("house.csv", "", "id,title\nH-1,One\n"),
];

/// Changes of all parts.
pub(in crate::worlds) const CHANGES: &[GovernanceChange] = &[
    adds(
        "people.bots",
        POLICY,
        MACHINES,
        &[
            ("'ci@example.com'", "'ci@example.com', 'dana@example.com'"),
            ("'ci@example.com'", "'lee@*', 'ci@example.com'"),
            ("'ci@example.com'", "'ci@example.com', 'ana@example.com', 'bob@example.com'"),
            ("'ci@example.com'", "'ci@example.com', '*@example.com'"),
        ],
    ),
    adds(
        "people.agents",
        POLICY,
        MACHINES,
        &[
            ("'robo@example.com'", "'robo@example.com', 'dana@example.com'"),
            ("'robo@example.com'", "'robo@example.com', 'ana@*'"),
            ("'robo@example.com'", "'robo@example.com', '*'"),
        ],
    ),
    adds(
        "people.logins",
        POLICY,
        LOGINS,
        &[
            ("lee-gh: lee@example.com, ", ""),
            ("pat-gh: pat@example.com, ", ""),
            (", 7+ana-gl: ana@example.com", ""),
        ],
    ),
    adds(
        "the roster",
        ROSTER,
        WITH_ROSTER,
        &[
            ("lee@example.com,Lee,x,yes\n", ""),
            ("dana@example.com,Dana,x,yes", "dana@example.com,Dana,x,no"),
            ("ana@example.com,Ana,x,yes\n", ""),
            ("ana@example.com,Ana,x,yes", "ana@example.com,Ana,x,no"),
        ],
    ),
    adds(
        "groups",
        POLICY,
        &[(POLICY, "[lee@example.com]", "[lee@example.com, kim@example.com]")],
        &[
            ("[dana@example.com", "["),
            ("[lee@example.com, kim@example.com]", "[]"),
            ("[lee@example.com, kim@example.com]", "[lee@example.com]"),
            ("[lee@example.com, kim@example.com]", "[kim@example.com]"),
        ],
    ),
    adds(
        "approval.self_approval",
        POLICY,
        LENIENT,
        &[("self_approval: allow", "self_approval: forbid")],
    ),
    adds(
        "approval.self_asserted",
        POLICY,
        LENIENT,
        &[("self_asserted: allow", "self_asserted: deny")],
    ),
    adds("approval.nested", POLICY, LENIENT, &[("nested: allow", "nested: deny")]),
    adds("approval.authors", POLICY, LENIENT, &[("authors: claimed", "authors: attested")]),
    adds("approval.proof", POLICY, &[], &[("proof: claimed}", "proof: attested}")]),
    adds(
        "approval.governance",
        POLICY,
        STRICT,
        &[
            ("{count: 2}", "{count: 3}"),
            ("{count: 2}", "{count: 2, each_of: [platform]}"),
            ("{count: 2}", "{count: 2, proof: attested}"),
        ],
    ),
    adds(
        "tiers",
        POLICY,
        WIDE_TIER,
        &[
            ("degraded: grant, approvals: {count: 1", "degraded: grant, approvals: {count: 3"),
            (
                "degraded: grant, approvals: {count: 1",
                "degraded: grant, approvals: {must_include: [risk_owner], count: 1",
            ),
            (
                "degraded: grant, approvals: {count: 1",
                "degraded: grant, approvals: {proof: attested, count: 1",
            ),
            ("degraded: grant", "degraded: deny"),
            ("max_term: 90d", "max_term: 9d"),
            ("max_total: 270d", "max_total: 20d"),
            ("max_renewals: 2", "max_renewals: 0"),
            ("review_every: 30d", "review_every: 3d"),
            ("require: [fix]", "require: [fix, rollback]"),
        ],
    ),
    adds(
        "classes",
        POLICY,
        WIDE_CLASSES,
        &[
            ("review_within: 48h", "review_within: 1h"),
            ("max_term: 72h", "max_term: 3h"),
            ("count: 1, max_term: 90d", "count: 2, max_term: 90d"),
            ("count: 1, max_term: 90d", "count: 1, each_of: [platform], max_term: 9d"),
        ],
    ),
    adds(
        "the signers file",
        SIGNERS,
        &[],
        &[
            ("lee@example.com {lee}\n", ""),
            ("dana@example.com {dana}\n", ""),
            ("ana@example.com {ana}\n", ""),
        ],
    ),
    adds(
        "the revoked keys",
        REVOKED,
        REVOKES,
        &[
            ("{eve}\n", "{eve}\n{dana}\n"),
            ("{eve}\n", "{eve}\n{lee}\n{dana}\n{kim}\n"),
            ("{eve}\n", "{ana}\n{eve}\n"),
            ("{eve}\n", "{bridge}\n{eve}\n"),
        ],
    ),
    other("version", POLICY, &[], &[(VERSION, "version: 2\n"), (VERSION, "")]),
    other("name", POLICY, &[], &[("name: t\n", "name: u\n"), ("name: t\n", "")]),
    other("id_prefix", POLICY, &[], &[(VERSION, "version: 1\nid_prefix: [EXC, DEV]\n")]),
    other("records", POLICY, &[], &[(VERSION, "version: 1\nrecords: [exceptions, docs]\n")]),
    other(
        "people.bots",
        POLICY,
        MACHINES,
        &[(", 'mallory@example.com'", ""), ("'ci@example.com', ", "")],
    ),
    other(
        "people.agents",
        POLICY,
        MACHINES,
        &[(", 'eve@example.com'", ""), ("'robo@example.com', ", "")],
    ),
    other(
        "people.logins",
        POLICY,
        LOGINS,
        &[
            ("lee-gh: lee@example.com", "lee-gh: pat@example.com"),
            ("lee-gh:", "eve-gh: lee@example.com, lee-gh:"),
        ],
    ),
    other("people.roster", POLICY, WITH_ROSTER, &[("roster: people.csv", "roster: others.csv")]),
    other(
        "people.noreply",
        POLICY,
        &[],
        &[(VERSION, "version: 1\npeople: {noreply: ['example.com']}\n")],
    ),
    other(
        "people.forges",
        POLICY,
        &[],
        &[(VERSION, "version: 1\npeople: {forges: ['Bob <bob@example.com>']}\n")],
    ),
    other(
        "the roster",
        ROSTER,
        WITH_ROSTER,
        &[
            ("pat@example.com,Pat,x,no\n", "pat@example.com,Pat,x,yes\n"),
            (
                "pat@example.com,Pat,x,no\n",
                "pat@example.com,Pat,x,no\nmallory@example.com,Mallory,x,yes\n",
            ),
        ],
    ),
    other(
        "groups",
        POLICY,
        &[],
        &[
            ("[dana@example.com", "[mallory@example.com, dana@example.com"),
            ("[lee@example.com]", "[lee@example.com, ana@example.com]"),
        ],
    ),
    other(
        "approval.self_approval",
        POLICY,
        &[],
        &[("proof: claimed}", "proof: claimed, self_approval: allow}")],
    ),
    other(
        "approval.self_asserted",
        POLICY,
        &[],
        &[("proof: claimed}", "proof: claimed, self_asserted: allow}")],
    ),
    other("approval.nested", POLICY, &[], &[("proof: claimed}", "proof: claimed, nested: allow}")]),
    other(
        "approval.authors",
        POLICY,
        &[(POLICY, PROOF, "proof: claimed, authors: attested}")],
        &[("authors: attested", "authors: claimed")],
    ),
    other(
        "approval.proof",
        POLICY,
        &[(POLICY, PROOF, "proof: attested}")],
        &[("proof: attested}", "proof: claimed}")],
    ),
    other(
        "approval.governance",
        POLICY,
        STRICT,
        &[("{count: 2}", "{count: 1}"), (", governance: {count: 2}", "")],
    ),
    other(
        "approval.owner_may_approve",
        POLICY,
        &[(POLICY, PROOF, "proof: claimed, owner_may_approve: false}")],
        &[("owner_may_approve: false", "owner_may_approve: true")],
    ),
    other(
        "approval.listed",
        POLICY,
        &[(POLICY, PROOF, "proof: claimed, listed: all}")],
        &[("listed: all", "listed: access")],
    ),
    other(
        "approval.accept",
        POLICY,
        &[],
        &[(
            "proof: claimed}",
            "proof: claimed, accept: [merge, trailer, review, signature, detached, mergetag]}",
        )],
    ),
    other(
        "approval.forge",
        POLICY,
        &[],
        &[
            ("proof: claimed}", "proof: claimed, forge: kernel}"),
            ("proof: claimed}", "proof: claimed, forge: bors}"),
        ],
    ),
    other(
        "approval.signers",
        POLICY,
        &[],
        &[("proof: claimed}", "proof: claimed, signers: docs/keys}")],
    ),
    other(
        "approval.revoked",
        POLICY,
        REVOKES,
        &[("proof: claimed}", "proof: claimed, revoked: docs/keys}")],
    ),
    other(
        "assets[].match",
        POLICY,
        ASSETS,
        &[("['billing', 'orders']", "['billing']"), ("['billing', 'orders']", "['nothing']")],
    ),
    other("assets[].sensitivity", POLICY, ASSETS, &[("sensitivity: inner, ", "")]),
    other(
        "tiers",
        POLICY,
        WIDE_TIER,
        &[
            (
                "tiers:\n",
                "tiers:\n  - {name: easy, match: [{class: [standard]}], approvals: {count: 1}}\n",
            ),
            ("max_term: 90d", "max_term: 900d"),
            ("max_renewals: 2", "max_renewals: 20"),
            ("require: [fix]", "require: []"),
            ("review_every: 30d", "review_every: 300d"),
            ("name: sensitive", "name: lax"),
            ("match: [{risk: [high]}]", "match: [{risk: [low]}]"),
            ("match: [{risk: [high]}], degraded: deny", "match: [{risk: [high]}], degraded: grant"),
            (", proof: attested", ""),
            ("each_of: [security, platform]", "each_of: [security]"),
        ],
    ),
    other(
        "classes",
        POLICY,
        WIDE_CLASSES,
        &[
            ("review_within: 48h", "review_within: 900h"),
            ("max_term: 72h", "max_term: 720h"),
            ("count: 1, max_term: 90d", "max_term: 900d"),
        ],
    ),
    other("catalogs", POLICY, &[], &[(VERSION, "version: 1\ncatalogs: [nist-csf]\n")]),
    other(
        "the catalogs that it names",
        "house.csv",
        CATALOG,
        &[("H-1,One", "H-1,Two"), ("H-1,One\n", "H-1,One\nH-2,Two\n")],
    ),
    other(
        "baselines",
        POLICY,
        &[],
        &[(
            VERSION,
            "version: 1\nbaselines: [{id: B1, kind: certificate, when: {type: cert.renewed}, material_if: {type: none}}]\n",
        )],
    ),
    other(
        "profiles",
        POLICY,
        &[],
        &[(VERSION, "version: 1\nprofiles: {rotation: {root_cause: timeout}}\n")],
    ),
    other("recurrence", POLICY, &[], &[(VERSION, "version: 1\nrecurrence: {window: 1d}\n")]),
    other(
        "patterns",
        POLICY,
        &[],
        &[
            (VERSION, "version: 1\npatterns: {freeze: false}\n"),
            (VERSION, "version: 1\npatterns: {threshold: 9}\n"),
            (VERSION, "version: 1\npatterns: {window: 1d}\n"),
            (VERSION, "version: 1\npatterns: {key: [application, class]}\n"),
        ],
    ),
    other("redesigns", POLICY, &[], &[(VERSION, "version: 1\nredesigns: docs/redesigns\n")]),
    other("scan", POLICY, &[], &[(VERSION, "version: 1\nscan: {exclude: ['**']}\n")]),
    other(
        "the signers file",
        SIGNERS,
        &[],
        &[
            ("lee@example.com {lee}\n", "lee@example.com {lee}\nmallory@example.com {mallory}\n"),
            ("lee@example.com {lee}\n", "lee@example.com {lee}\ndana@example.com {eve}\n"),
            ("lee@example.com {lee}\n", "lee@example.com {eve}\n"),
            ("lee@example.com {lee}\n", "*@example.com {eve}\nlee@example.com {lee}\n"),
        ],
    ),
    other("the revoked keys", REVOKED, REVOKES, &[("{eve}\n", ""), ("{pat}\n", "")]),
    other(
        ".mailmap",
        MAILMAP,
        NAMES,
        &[
            ("Dana <dana@example.com>", "Mallory <mallory@example.com>"),
            ("Lee <lee@example.com> <lee@home.example.com>\n", ""),
            (
                "Lee <lee@example.com>",
                "Dana <dana@example.com> <ana@example.com>\nLee <lee@example.com>",
            ),
        ],
    ),
    other(
        "exledger-hooks.yaml",
        HOOKS,
        &[(
            HOOKS,
            "",
            "version: 1\nunmatched: deny\nrules: [{tool: [Bash], ask: {identity: 'svc:bot', application: '{input.app}'}}]\n",
        )],
        &[
            ("unmatched: deny", "unmatched: pass"),
            ("ask: {identity: 'svc:bot', application: '{input.app}'}", "pass: true"),
        ],
    ),
    other(
        "files in the folder of `redesigns`",
        "redesigns/RED-2026-4T9PK.yaml",
        &[],
        &[(
            "",
            "id: RED-2026-4T9PK\ntitle: Onboarding hands over by event\nowner: {name: Kim Sato, email: kim@example.com}\npattern: {application: billing}\ntarget: process\nplan: Replace the nightly mail with the event consumer\ndue: 2027-01-31\n",
        )],
    ),
    other(
        "closure",
        POLICY,
        &[],
        &[(VERSION, "version: 1\nclosure: {access_verified: [sensitive]}\n")],
    ),
    other("due", POLICY, &[], &[(VERSION, "version: 1\ndue: {soon: 20d}\n")]),
    other(
        "escalate",
        POLICY,
        &[],
        &[(VERSION, "version: 1\nescalate: [{after: 9d, to: owner}]\n")],
    ),
    other("lint", POLICY, &[], &[(VERSION, "version: 1\nlint: {justification_min: 4}\n")]),
    other("extra_schema", POLICY, SCHEMA, &[("extra_schema: house.json\n", "")]),
    other(
        "the schema that it names",
        "house.json",
        SCHEMA,
        &[("\"type\": \"object\"", "\"additionalProperties\": false")],
    ),
    other(
        "approval.request_sla",
        POLICY,
        &[],
        &[("proof: claimed}", "proof: claimed, request_sla: 9d}")],
    ),
    other(
        "assets[].owner",
        POLICY,
        ASSETS,
        &[("owner: lee@example.com", "owner: mallory@example.com")],
    ),
    other(
        "assets[].notify",
        POLICY,
        ASSETS,
        &[("owner: lee@example.com", "owner: lee@example.com, notify: [security]")],
    ),
];
